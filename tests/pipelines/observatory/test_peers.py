"""Other observatories: read over HTTP, kept when down, never trusted."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.publish.api.observatory import index_hash
from pipelines.index import framework
from pipelines.observatory.panel import method_with
from pipelines.observatory.peers import record
from sources.http.raw_archive import Archive
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

DOCUMENT = "/api/v1/observatory.json"
JSON = {"Content-Type": "application/json"}
SCRIPT = "<script>alert(1)</script>"


def document(**changes: Any) -> dict[str, Any]:
    """The document of an observatory with one month and one panel."""
    text = {"fr": "Rabat", "en": "Rabat"}
    month = {"period": "2026-09", "index": 49.0, "low": 37.0, "high": 58.4, "reading": "full",
             "reconstructed": False, "method": "2026.1"}  # fmt: skip
    figure = {"period": "2026-09", "value": 0.2, "score": 7.7, "state": "observed"}
    indicator = {"key": "frugality.frugal_price", "title": text, "unit": text, "decimals": 2,
                 "republished": True, "months": [figure]}  # fmt: skip
    return {
        "month": "2026-09",
        "name": text,
        "licence": {"key": "CC-BY-4.0", "title": "CC BY", "url": "javascript:alert(1)"},
        "computed_at": "2026-10-11T09:00:00Z",
        "public_at": "2026-10-12T09:00:00Z",
        "reconstructed": False,
        "methods": [{"version": "2026.1", "index_hash": "a" * 64}],
        "months": [month],
        "panels": [{"key": "frugality", "pilot": False, "title": text, "indicators": [indicator]}],
    } | changes


def body(**changes: Any) -> bytes:
    return json.dumps(document(**changes)).encode()


@pytest.fixture
def own(tmp_path: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an observatory that reads nobody yet."""
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--lang", "fr,en").code == 0
    monkeypatch.setenv("SILENTCRASH_HOME", str(path))
    on(monkeypatch, 23)
    return path


def on(monkeypatch: pytest.MonkeyPatch, day: int) -> None:
    monkeypatch.setenv("SILENTCRASH_NOW", f"2026-11-{day}T09:00:00+00:00")


def declare(own: Path, *addresses: str, name: str = "") -> None:
    tables = [
        f'\n[[peers]]\naddress = "{address}"\n' + (f'name = "{name}"\n' if name else "")
        for address in addresses
    ]
    with (own / "observatory.toml").open("a", encoding="utf-8") as file:
        file.write("".join(tables))


def listed(silentcrash: Command) -> list[dict[str, Any]]:
    shown = silentcrash("peers", "list", "--format", "json")
    assert shown.code == 0, shown.err
    rows: list[dict[str, Any]] = json.loads(shown.out)
    return rows


def test_a_peer_is_read_and_asked_again_only_for_what_is_new(
    own: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(own, f"{site.url}/ia/")
    site.serve(f"/ia{DOCUMENT}", Reply(body(), headers={**JSON, "ETag": '"a"'}))
    [row] = listed(silentcrash)
    assert row == {"address": f"{site.url}/ia"} | dict.fromkeys(list(row)[1:])
    assert silentcrash("peers", "fetch").code == 0
    on(monkeypatch, 24)
    fetched = silentcrash("peers", "fetch", "--format", "json")
    assert fetched.code == 0, fetched.err
    assert site.asked[-1].headers["If-None-Match"] == '"a"'
    assert "silent-crash-observatory/" in site.asked[-1].headers["User-Agent"]
    [row] = json.loads(fetched.out)
    assert row == {
        "address": f"{site.url}/ia", "name": "Rabat", "month": "2026-09", "index": 49.0,
        "reading": "full", "method": "2026.1", "licence": "CC-BY-4.0",
        "read_at": "2026-11-24T09:00:00+00:00",
        "failing_since": None,
    }  # fmt: skip


def test_a_peer_that_is_down_keeps_what_was_read_and_says_since_when(
    own: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(own, site.url, "http://127.0.0.1:9", name="")
    site.serve(DOCUMENT, body(), Reply(status=404), Reply(status=404), body())
    first = silentcrash("peers", "fetch")
    assert first.code == 1
    assert "1 of 2 gave nothing: http://127.0.0.1:9: failed: 127.0.0.1 cannot be" in first.err
    assert "never read" in first.err
    since = []
    for day in (24, 25):
        on(monkeypatch, day)
        assert silentcrash("peers", "fetch").code == 1
        up, down = listed(silentcrash)
        assert (up["index"], up["read_at"]) == (49.0, "2026-11-23T09:00:00+00:00")
        assert (down["index"], down["read_at"]) == (None, None)
        since.append((up["failing_since"], down["failing_since"]))
    assert since == [("2026-11-24T09:00:00+00:00", "2026-11-23T09:00:00+00:00")] * 2
    on(monkeypatch, 26)
    silentcrash("peers", "fetch")
    up, _ = listed(silentcrash)
    assert (up["read_at"], up["failing_since"]) == ("2026-11-26T09:00:00+00:00", None)


def test_an_estimate_is_no_index(own: Path, site: Site, silentcrash: Command) -> None:
    declare(own, site.url)
    site.serve(DOCUMENT, body(**month_of(reading="none")))
    assert silentcrash("peers", "fetch").code == 0
    [row] = listed(silentcrash)
    assert (row["index"], row["reading"], row["month"]) == (None, "none", "2026-09")


def month_of(**changes: Any) -> dict[str, Any]:
    return {"months": [document()["months"][0] | changes]}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a number as text": (body(**month_of(index="49.0")), "months.0.index: input should be a valid"),
    "no number": (body().replace(b"49.0", b"NaN"), "months.0.index"),
    "beyond the scale": (body(**month_of(index=101.0)), "months.0.index: input should be less"),
    "an index without end": (body().replace(b"49.0", b"1e999"), "months.0.index"),
    "no months": (body(months=[]), "months: tuple should have at least 1 item"),
    "too many months": (body(months=document()["months"] * 61), "at most 60 items"),
    "a month of another form": (body(**month_of(period="2026-13")), "months.0.period"),
    "a month without end": (body(**month_of(period="9999-12")), "months.0.period"),
    "a month of no year": (body(**month_of(period="0000-01")), "months.0.period"),
    "a date of no time": (body(computed_at="0001-01-01T00:00:00+14:00"), "date of this century"),
    "a date as a number": (body(computed_at=1e300), "computed_at"),
    "an edition without its month": (body(month="2026-08"), "its own month is not among"),
    "a method without its hash": (body(**month_of(method="2030.1")), "no hash is given of method"),
    "another document": (b'{"openapi": "3.1.1"}\n', "month: field required"),
    "a list": (b"[1]\n", "input should be an object"),
    "nested without end": (b"[" * 90_000 + b"]" * 90_000, "refused: not JSON"),
    "no json": (b"Not found, sorry\n", ""),
    "a page": (b"<!doctype html><title>x</title>", "a page"),
    "a body without end": (b'{"month": "' + b"9" * 1_100_000 + b'"}', "over 1000000 bytes"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_answer_is_refused_in_a_line_and_the_last_good_one_stays(
    kind: str, own: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, reason = HOSTILE[kind]
    declare(own, site.url)
    site.serve(DOCUMENT, body(), Reply(wrong, headers=JSON))
    assert silentcrash("peers", "fetch").code == 0
    on(monkeypatch, 24)
    fetched = silentcrash("peers", "fetch")
    assert fetched.code == 1
    assert fetched.err.startswith(f"silentcrash: 1 of 1 gave nothing: {site.url}: refused: ")
    assert reason.lower() in fetched.err.lower()
    assert fetched.err.count("\n") == 1
    [row] = listed(silentcrash)
    assert (row["index"], row["read_at"]) == (49.0, "2026-11-23T09:00:00+00:00")
    assert row["failing_since"] == "2026-11-24T09:00:00+00:00"


def test_what_a_newer_software_adds_is_passed_over_and_a_long_text_is_cut(
    own: Path, site: Site, silentcrash: Command
) -> None:
    declare(own, site.url)
    name = {"fr": "x", "en": "x" * 90_000, "pt": "x"}
    site.serve(DOCUMENT, body(**month_of(mood="calm"), motto="x", name=name))
    assert silentcrash("peers", "fetch").code == 0
    [row] = listed(silentcrash)
    assert row["name"] == "x" * 240


def test_a_name_cannot_command_the_terminal_and_ours_stands_in_its_place(
    own: Path, site: Site, silentcrash: Command
) -> None:
    declare(own, site.url)
    name = {"fr": "x", "en": f"\x1b[2J\u202e{SCRIPT}\ue000en\ue001"}
    site.serve(DOCUMENT, body(name=name))
    shown = silentcrash("peers", "fetch")
    assert (shown.code, "\x1b" in shown.out) == (0, False)
    [row] = listed(silentcrash)
    assert row["name"] == f"[2J{SCRIPT}en"
    text = (own / "observatory.toml").read_text("utf-8")
    (own / "observatory.toml").write_text(f'{text}name = "Ours"\n', "utf-8")
    [row] = listed(silentcrash)
    assert row["name"] == "Ours"


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1", "http://169.254.169.254", "file:///etc", "http://[fd00::1]"]
)
def test_a_redirect_does_not_lead_inside_the_network(
    target: str, own: Path, site: Site, silentcrash: Command
) -> None:
    declare(own, site.url)
    site.serve(DOCUMENT, Reply(status=302, headers={"Location": target + DOCUMENT}))
    fetched = silentcrash("peers", "fetch")
    assert fetched.code == 1
    assert "refused" in fetched.err
    assert "correct the address" in fetched.err


def test_a_public_peer_does_not_lead_to_this_machine(
    own: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)  # plays the internet
    declare(own, "https://peer.example/ia")
    inside = f"{site.url}/inside.json"
    site.serve("/inside.json", body())
    site.serve(
        f"https://peer.example/ia{DOCUMENT}",
        Reply(status=302, headers={"Location": inside}), body(),
    )  # fmt: skip
    fetched = silentcrash("peers", "fetch")
    assert fetched.code == 1
    assert "127.0.0.1 is not a public address" in fetched.err
    assert site.count("/inside.json") == 0
    assert silentcrash("peers", "fetch").code == 0


def test_an_answer_that_the_archive_lost_is_read_again(
    own: Path, site: Site, silentcrash: Command
) -> None:
    declare(own, site.url)
    site.serve(DOCUMENT, Reply(body(), headers={**JSON, "ETag": '"a"'}))
    assert silentcrash("peers", "fetch").code == 0
    [entry] = record.read(own).values()
    archived = own / "raw" / entry.sha256[:2] / entry.sha256
    archived.unlink()
    [row] = listed(silentcrash)
    assert row["index"] is None
    assert silentcrash("peers", "fetch").code == 0
    assert "If-None-Match" not in site.asked[-1].headers
    assert Archive(str(own / "raw")).get(entry.sha256) == body()
    (own / record.FILE).write_bytes(b"{")  # nor does what is noted of it have to be intact
    assert silentcrash("peers", "fetch").code == 0


def test_without_peers_the_command_says_what_to_write(own: Path, silentcrash: Command) -> None:
    for command in ("fetch", "list"):
        shown = silentcrash("peers", command)
        assert shown.code == 2
        assert "add a table [[peers]] with its address to observatory.toml" in shown.err


@pytest.mark.parametrize(
    ("table", "remark"),
    [
        ('address = "http://example.org"', "write https://: only what is on this machine"),
        ('address = "https://10.1.2.3/ia"', "10.1.2.3 is not a public address"),
        ('address = "https://wiki.internal"', "wiki.internal is not a public address"),
        ('address = "https://me@example.org"', "write the address of its site"),
        ('address = "https://example.org/?q=1"', "write the address of its site"),
        ('address = "https://example.org:port"', "write the address of its site"),
        ('address = "ftp://example.org"', "write https://"),
        ('address = ""', "write the address of its site"),
        ('name = "Dakar"', "peers.0.address is missing: add it (address of its site"),
        ('address = "https://example.org"\nadress = ""', "peers.0.adress is no key; did you mean"),
        ('address = "https://example.org"\nname = "<b>"', "write one line of at most 120 letters"),
        (
            'address = "https://example.org"\n[[peers]]\naddress = "https://example.org/"',
            "peers has https://example.org twice",
        ),
    ],
)
def test_doctor_says_in_a_line_what_is_wrong_with_a_peer(
    table: str, remark: str, own: Path, silentcrash: Command
) -> None:
    with (own / "observatory.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[[peers]]\n{table}\n")
    examined = silentcrash("doctor", str(own))
    assert examined.code == 2
    [line] = [line for line in examined.out.splitlines() if line.startswith("wrong:")]
    assert "observatory.toml" in line
    assert remark in line


def test_an_observatory_is_no_peer_of_its_own(own: Path, silentcrash: Command) -> None:
    path = own / "observatory.toml"
    text = path.read_text("utf-8").replace('address = ""', 'address = "https://example.org/ia"')
    path.write_text(text, "utf-8")
    declare(own, "https://example.org/ia")
    assert "peers has the address of this observatory" in silentcrash("doctor", str(own)).out


def test_doctor_takes_a_peer_and_leaves_what_is_read_of_it(
    own: Path, site: Site, silentcrash: Command
) -> None:
    declare(own, site.url)
    site.serve(DOCUMENT, body())
    assert f"note: {site.url} is not read yet: `silentcrash" in silentcrash("doctor", str(own)).out
    assert silentcrash("peers", "fetch").code == 0
    examined = silentcrash("doctor", str(own))
    assert examined.code == 0
    assert not [word for word in ("ignored", "not read yet") if word in examined.out]


def test_methods_with_another_panel_have_one_index_and_another_weight_has_another() -> None:
    method = framework.newest()
    bare = method_with(None)
    assert (bare.version, bare.hash) != (method.version, method.hash)
    assert index_hash(bare.as_dict()) == index_hash(method.as_dict())
    first, *rest = method.dimension
    heavier = method.model_copy(
        update={"dimension": (first.model_copy(update={"weight": 2 * first.weight}), *rest)}
    )
    assert index_hash(heavier.as_dict()) != index_hash(method.as_dict())
