"""The settings file changes how sources are asked: over a real socket."""

import json
from pathlib import Path

import pytest

from sources import find_source
from sources.http.credentials import public_url
from tests.editions import serve_lists
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

HEAD = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n"
TABLE = f"{HEAD}gpu_1x_h100_pcie,H100,1.0,2.49,,us-east-1\n".encode()
V8 = "https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs/v8"
BUCKET = "https://skypilot-catalog.s3.us-east-1.amazonaws.com/catalogs/v8"
CLOUDS = [request.url.split("/")[-2] for request in find_source("skypilot").requests]


@pytest.fixture
def toml(empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of an installation whose publishers are on loopback."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    return empty_home / "silentcrash.toml"


def lambda_price(silentcrash: Command) -> list[float]:
    sql = "select value from v_observation where series like 'skypilot.gpu.h100%lambda.on_demand'"
    return [row["value"] for row in json.loads(silentcrash("query", sql, "--format", "json").out)]


def serve_clouds(site: Site, base: str, body: bytes = TABLE) -> None:
    site.serve(f"{base}/lambda/vms.csv", body)


def test_another_address_is_asked_where_the_settings_name_one(
    toml: Path, silentcrash: Command, site: Site
) -> None:
    toml.write_text('[sources.skypilot]\naddress = { "/catalogs/v8/" = "/catalogs/v9/" }\n')
    serve_clouds(site, V8, b"old")
    serve_clouds(site, V8.replace("v8", "v9"))
    silentcrash("fetch", "skypilot")
    assert lambda_price(silentcrash) == [2.49]
    assert not site.count(f"{V8}/lambda/vms.csv")


def test_a_mirror_is_asked_where_the_first_address_fails(
    toml: Path, silentcrash: Command, site: Site
) -> None:
    serve_clouds(site, BUCKET)  # the declared one
    silentcrash("fetch", "skypilot")
    assert lambda_price(silentcrash) == [2.49]
    assert site.count(f"{V8}/lambda/vms.csv") == 1


def test_a_mirror_of_the_settings_goes_before_the_declared_one(
    toml: Path, silentcrash: Command, site: Site
) -> None:
    toml.write_text(
        "[sources.skypilot]\n"
        'mirror = { "https://raw.githubusercontent.com/" = "https://copies.example.org/" }\n'
    )
    serve_clouds(site, V8.replace("raw.githubusercontent.com", "copies.example.org"))
    silentcrash("fetch", "skypilot")
    assert lambda_price(silentcrash) == [2.49]
    assert not site.count(f"{BUCKET}/lambda/vms.csv")


def test_headers_and_keys_of_the_settings_are_sent_and_stored_nowhere(
    toml: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text(
        'keys = { MIRROR_KEY = "OUR_VARIABLE" }\n'
        '[sources.skypilot]\nheaders = { X-Key = "${MIRROR_KEY}" }\n'
    )
    monkeypatch.setenv("OUR_VARIABLE", "a-long-secret-value")
    serve_clouds(site, V8)
    silentcrash("fetch", "skypilot")
    received = [sent for sent in site.asked if sent.path.endswith("lambda/vms.csv")]
    assert received[0].headers["X-Key"] == "a-long-secret-value"
    stored = [path for path in toml.parent.rglob("*") if path.is_file()]
    assert not [path for path in stored if b"a-long-secret-value" in path.read_bytes()]


def test_headers_reach_the_edition_that_a_list_names(
    toml: Path, silentcrash: Command, site: Site
) -> None:
    path = "data/AI_Diffusion_Q12026_Update.csv"
    toml.write_text(
        "[sources.msft_ai_diffusion]\n"
        'address = { "raw.githubusercontent.com" = "copies.example.org" }\n'
        'headers = { X-From = "us" }\n'
    )
    serve_lists(site, "microsoft/ai-diffusion-report", path, changed="2026-05-10")
    site.serve(f"https://copies.example.org/microsoft/ai-diffusion-report/main/{path}", b"x")
    silentcrash("fetch", "msft_ai_diffusion")
    assert [sent.headers["X-From"] for sent in site.asked] == ["us", "us"]
    assert site.asked[-1].path.startswith("/copies.example.org/")


def test_a_source_that_is_off_is_not_asked(toml: Path, silentcrash: Command, site: Site) -> None:
    toml.write_text("[sources.ecb_rates]\noff = true\n")
    silentcrash("fetch", "ecb_rates")
    assert site.asked == []
    ended = silentcrash("sources", "check", "ecb_rates", "--format", "json")
    [row] = json.loads(ended.out)
    assert (row["outcome"], row["detail"]) == ("skipped", "switched off in silentcrash.toml")


def test_terms_may_be_accepted_in_the_file(toml: Path, silentcrash: Command, site: Site) -> None:
    address = public_url(find_source("feeds").requests[0])
    silentcrash("fetch", "feeds")
    assert not site.count(address)
    toml.write_text('accept = ["feeds"]\n')
    silentcrash("fetch", "feeds")
    assert site.count(address)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sources.skypilt]\noff = true\n", "there is no source 'skypilt'; did you mean skypilot"),
        (
            '[sources.skypilot]\naddress = { "/v7/" = "/v9/" }\n',
            "sources.skypilot.address: no address of skypilot holds '/v7/'",
        ),
        ("[sources.skypilot]\nof = true\n", "silentcrash.toml"),
    ],
)
def test_a_line_that_fits_no_source_is_told_in_one_line(
    toml: Path, silentcrash: Command, site: Site, text: str, says: str
) -> None:
    toml.write_text(text)
    ended = silentcrash("fetch", "skypilot")
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_copy_in_the_web_archive_is_asked_where_the_census_turns_us_away(
    toml: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The trimmed body lacks most of the shipped figures, and would be refused as an old copy.
    monkeypatch.setattr("sources.HISTORY", Path("/nowhere"))
    address = public_url(find_source("census_c30").requests[0])
    site.serve(address, Reply(b"<html>Access denied</html>", 403))
    body = Path(__file__).parents[1] / "sources/bodies/census_c30.2026-07-02.trimmed.xlsx"
    dated = "https://web.archive.org/web/20260702000000id_/" + address
    site.serve(f"https://web.archive.org/web/2id_/{address}", Reply(b"", 302, {"Location": dated}))
    site.serve(dated, body.read_bytes())
    assert silentcrash("fetch", "census_c30").code == 0
    [row] = json.loads(
        silentcrash(
            "query",
            "select url, rows from v_fetch where source = 'census_c30' and loaded "
            "and outcome = 'new'",
            "--format",
            "json",
        ).out
    )
    assert row["rows"] > 0
    assert row["url"].startswith("https://web.archive.org/web/2id_/")


def test_a_run_without_a_contact_names_what_stays_empty_and_the_line_that_helps(
    settled_home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_CONTACT", "")
    ended = silentcrash("run")
    assert ended.code == 0
    line = next(line for line in ended.out.splitlines() if line.startswith("Not asked without"))
    assert "sec, sec_filings, sec_submissions" in line
    assert 'silentcrash.toml: contact = "you@example.org"' in line
    (settled_home / "silentcrash.toml").write_text(line.split("silentcrash.toml: ")[1] + "\n")
    assert "Not asked without" not in silentcrash("run").out
