"""A framework beside the first of an observatory: its editions, pages, lock."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from dashboards.site import parallel
from pipelines.observatory.folder import put_in_force
from tests.conftest import made_once
from tests.dashboards.site.conftest import alerted, built, take_drawings
from tests.pipelines.conftest import Command, _environment, at_home, ran
from warehouse.publication import identity

__all__ = ["alerted", "built"]
KEY = "regional"
MONTH = "2026-10"
OVERLAY = """\
name = { fr = "Pondération régionale", en = "Regional weighting" }
without = ["chips.a100_spot_ratio"]

[weight]
infrastructure = 3
productivity = 0
"cost.credit_distress" = 2

[[indicator]]
dimension = "infrastructure"
key = "construction_growth"
low = 10
"""
# Of the menu alone: every page of the first leads to the other.
LINK = re.compile(r'<li><a href="[./]*regional/en/index.html">[^<]*</a></li>\n')


@dataclass(frozen=True)
class Two:
    """An observatory before it has a second framework, and with it."""

    alone: Path
    both: Path

    def files(self, folder: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The files of the first in a folder of each, but for notes of a build."""
        return tuple(  # type: ignore[return-value]
            {
                str(path.relative_to(home / folder)): path.read_bytes()
                for path in sorted((home / folder).rglob("*"))
                if path.is_file()
                and not any(part.startswith(".") for part in path.relative_to(home).parts)
                and path.relative_to(home / folder).parts[0] != KEY
            }
            for home in (self.alone, self.both)
        )


@pytest.fixture(scope="module")
def two(first_edition: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """October as both publish it, from the shipped history; no test may change it.

    The second home is the first one without what it had published: the edition of the other
    framework is in the store before those files are written again.
    """

    def make(home: Path) -> None:
        alone, both = home / "alone", home / "both"
        shutil.copytree(first_edition, alone)
        shutil.copytree(identity.SHIPPED, alone, dirs_exist_ok=True)
        declared = alone / identity.FILE
        text = declared.read_text("utf-8").replace('["fr", "en", "ar"]', '["en"]')
        declared.write_text(text.replace('partial = ["ar"]\n', ""), "utf-8")
        publish(alone, built)
        shutil.copytree(alone, both)
        for name in ("releases", "public"):
            shutil.rmtree(both / name)
        (both / "method").mkdir()
        (both / f"method/{KEY}.toml").write_text(OVERLAY, "utf-8")
        publish(both, built)

    homes = made_once(tmp_path_factory, "frameworks", make)
    return Two(homes / "alone", homes / "both")


def publish(home: Path, built: Path) -> None:
    """Run and build the site, as if October could be read.

    Nearly all of their drawings are those of the site of the software.
    """
    for folder in (".", *(own.stem for own in home.glob("method/*.toml"))):
        take_drawings(built, home / "public" / folder)
    with at_home(home) as patch:
        patch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
        patch.setattr("pipelines.release.gauges.readable", lambda *read: list(read[-1]))
        for command in (("run", "--offline"), ("site", "build", "--out", str(home / "public"))):
            done = ran(*command)
            assert done.code == 0, done.err


@pytest.fixture
def both(two: Two, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home with both, for commands that only read it."""
    _environment(monkeypatch, two.both)
    return two.both


@pytest.fixture
def folder(tmp_path: Path, silentcrash: Command) -> Path:
    """The folder of a new observatory, with no store."""
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--country", "SN", "--lang", "fr,en").code == 0
    (path / "method").mkdir()
    return path


def index(path: Path) -> "pd.Series[float]":
    """The index of each month of an edition."""
    return pd.read_csv(path / "index.csv", index_col="period")["index"]


def test_each_month_and_file_is_of_one_framework(both: Path, silentcrash: Command) -> None:
    cards = {
        name: json.loads((both / "releases" / name / MONTH / "edition.json").read_text("utf-8"))
        for name in ("", KEY)
    }
    versions = {name: card["framework_version"] for name, card in cards.items()}
    assert versions == {"": "2026.1", KEY: f"2026.1+{KEY}"}
    for options in ((), ("--framework", KEY)):
        listed = silentcrash(*options, "release", "list", "--format", "json")
        rows = json.loads(listed.out)
        assert [(row["month"], row["edition"]) for row in rows] == [(MONTH, MONTH)], listed.err
    first, second = (index(both / "releases" / name / MONTH) for name in ("", KEY))
    assert list(first.index) == list(second.index)
    assert (first - second).abs().max() > 1
    method = json.loads((both / f"releases/{KEY}/{MONTH}/framework.json").read_text("utf-8"))
    keys = [group["key"] for group in method["dimension"]]
    assert keys == ["cost", "chips", "infrastructure", "dependency"]


def test_the_index_is_that_of_its_weights(both: Path) -> None:
    parts = pd.read_csv(both / f"releases/{KEY}/{MONTH}/contributions.csv")
    last = parts[parts["period"] == MONTH].set_index("key")
    assert last["weight"]["infrastructure"] == pytest.approx(3 / 6)
    assert last["weight"]["cost"] == pytest.approx(1 / 6)
    assert "chips.a100_spot_ratio" not in last.index
    last = last[last["kind"] == "dimension"]
    total = index(both / f"releases/{KEY}/{MONTH}").iloc[-1]
    assert last["contribution"].sum() == pytest.approx(total)


def test_the_first_publishes_the_same_bytes_beside_another(two: Two) -> None:
    alone, beside = two.files("releases")
    assert len(alone) > 30
    assert alone == beside


def test_the_site_of_the_first_is_the_same_but_for_a_line_of_the_menu(two: Two) -> None:
    alone, beside = two.files("public")
    assert alone.keys() == beside.keys()
    changed = {name for name in alone if alone[name] != beside[name]}
    pages = {name for name in alone if name.endswith("index.html") and b"<nav" in alone[name]}
    assert changed == {*pages, "SHA256SUMS"}
    for name in pages:
        text, links = LINK.subn("", beside[name].decode())
        assert (text, links) == (alone[name].decode(), 1), name
    home = alone["en/index.html"]
    assert home == LINK.sub("", beside["en/index.html"].decode()).encode()


def test_links_lead_both_ways(both: Path) -> None:
    site = both / "public"
    for page, target, name in (
        ("en/index.html", f"{KEY}/en/index.html", "Other framework: Regional weighting"),
        ("en/data/index.html", f"{KEY}/en/index.html", "Other framework: Regional weighting"),
        (f"{KEY}/en/data/index.html", "en/index.html", "Main framework: Silent Crash Observatory"),
    ):
        path = site / page
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        [link] = [link for link in soup.select("header nav a") if link.text == name]
        assert (path.parent / str(link["href"])).resolve() == (site / target).resolve()
    title = "Silent Crash Observatory – Regional weighting"
    assert title in (site / f"{KEY}/en/index.html").read_text("utf-8")


def test_what_is_published_says_by_which_framework(both: Path) -> None:
    own, title = both / f"releases/{KEY}/{MONTH}", "Silent Crash Index, {} – Regional weighting"
    assert title.format("October 2026") in (own / "bulletin.en.html").read_text("utf-8")
    package = json.loads((own / "datapackage.json").read_text("utf-8"))
    assert package["title"] == f"Silent Crash Index – Regional weighting, {MONTH}"
    feed = (both / f"releases/{KEY}/editions.en.atom").read_text("utf-8")
    assert "Editions of the Silent Crash Index – Regional weighting" in feed
    exchanged = json.loads((both / f"public/{KEY}/api/v1/observatory.json").read_text("utf-8"))
    assert exchanged["name"]["en"] == "Silent Crash Observatory – Regional weighting"
    assert exchanged["publisher"]["en"] == "Silent Crash Observatory"


def test_feeds_go_by_names_of_their_own(both: Path) -> None:
    for folder in (both / "releases", both / "public"):
        own, other = ((folder / key / "editions.en.atom").read_text("utf-8") for key in ("", KEY))
        ids = [set(re.findall("<id>([^<]*)</id>", text)) for text in (own, other)]
        assert ids[0]
        assert ids[1]
        assert not ids[0] & ids[1]


def test_the_audit_is_its_own(both: Path, silentcrash: Command) -> None:
    question = "select key, measure, value from v_gauge_audit order by rank"
    rows = [
        json.loads(silentcrash(*options, "query", question, "--format", "json").out)
        for options in ((), ("--framework", KEY))
    ]
    assert min(map(len, rows)) > 100
    assert rows[0] != rows[1]
    assert not [row for row in rows[1] if str(row["key"]).startswith("productivity")]


@pytest.mark.parametrize(
    "view",
    [
        "v_release", "v_index", "v_index_state", "v_index_change", "v_index_revised",
        "v_index_between", "v_index_gauge", "v_gauge_audit", "v_lineage",
    ],
)  # fmt: skip
def test_a_question_is_answered_of_one_framework(
    both: Path, silentcrash: Command, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = ("query", f"select distinct release from {view}", "--format", "json")
    first = json.loads(silentcrash(*question).out)
    second = json.loads(silentcrash("--framework", KEY, *question).out)
    monkeypatch.setenv("SILENTCRASH_FRAMEWORK", KEY)  # as a timer says it
    assert json.loads(silentcrash(*question).out) == second
    assert len(first) == len(second) == 1
    assert first != second


def test_alerts_are_of_the_first_alone(both: Path) -> None:
    alerts = BeautifulSoup((both / f"public/{KEY}/en/alerts/index.html").read_text(), "html.parser")
    assert not alerts.select("#history, #operator")
    sentence = alerts.find("h2", id="standing").find_next("p").get_text()
    assert sentence.startswith("Alerts are those of the main framework")
    shown = BeautifulSoup((both / "public/en/alerts/index.html").read_text(), "html.parser")
    assert "main framework" not in shown.main.get_text()
    assert not list((both / "releases" / KEY).glob("alerts*"))


def test_what_made_a_published_month_is_locked(two: Two, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(two.both, home, ignore=shutil.ignore_patterns("public", "raw"))
    lock, file = home / f"method/{KEY}.lock", home / f"method/{KEY}.toml"
    assert f'"2026.1+{KEY}" = "' in lock.read_text("utf-8")
    assert "2027.1" not in lock.read_text("utf-8")  # which has made no month yet
    file.write_text(OVERLAY.replace("= 3", "= 4"), "utf-8")
    with at_home(home):
        refused = ran("--framework", KEY, "release", MONTH)
        assert refused.code == 2
        assert refused.err.splitlines()[-1].startswith("silentcrash: ")  # after the progress
        assert f"{KEY}.toml is not what made the months published by 2026.1+{KEY}" in refused.err
        assert "write the change as another framework" in refused.err
        examined = ran("doctor", str(home))
        assert (examined.code, examined.out.count("wrong:")) == (2, 1), examined.out
        assert ran("release", "list").code == 0  # of the first, which it does not touch
        file.write_text(OVERLAY, "utf-8")
        examined = ran("doctor", str(home))
        assert (examined.code, examined.out.count("wrong:")) == (0, 0), examined.out


def test_dagster_publishes_both(two: Two, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(two.both, home, ignore=shutil.ignore_patterns("public", "raw", "releases"))
    with at_home(home):
        put_back = put_in_force(home)
        try:
            from pipelines.definitions.assets import monthly_release
            from pipelines.definitions.resources import Observatory

            with dg.instance_for_test() as instance:
                done = dg.materialize(
                    [monthly_release],
                    instance=instance,
                    partition_key=MONTH,
                    resources={"observatory": Observatory()},
                )
        finally:
            put_back()
    assert done.success
    [event] = done.get_asset_materialization_events()
    assert f"beside 2026.1+{KEY}" in event.materialization.metadata
    for name in ("", KEY):
        written = home / "releases" / name / MONTH / "index.csv"
        assert written.read_bytes() == (two.both / written.relative_to(home)).read_bytes()


NAMED = 'name = { fr = "Une", en = "One" }\n'


@pytest.mark.parametrize(
    ("key", "text", "named"),
    [
        ("regional", '[weight]\ncosts = 2', "'costs' is no dimension of the method; did you"),
        ("regional", '[weight]\n"cost.capex" = 2', "'cost.capex' is no indicator of the method"),
        ("regional", 'without = ["cost.capex"]', "'cost.capex' is no indicator"),
        ("regional", "[weight]\ncost = -1", "weight.cost is -1"),
        ("regional", "[weight]\ncost = nan", "weight.cost is nan"),
        (
            "regional",
            "[weight]\ncost = 0\nchips = 0\ninfrastructure = 0\ndependency = 0\nproductivity = 0",
            "the weights sum to zero",
        ),
        (
            "regional",
            '[weight]\n"cost.depreciation_burden" = 0\n"cost.credit_distress" = 0',
            "dimension cost would have 2 indicators",
        ),
        ("regional", "[weigth]\ncost = 2", "weigth is no key; did you mean weight"),
        ("regional", '[[indicator]]\nkey = "x"', "says its dimension and its key"),
        ("regional", '[[indicator]]\nkey = "x"\ndimension = ["cost"]', "its dimension and its key"),
        (
            "regional",
            '[[indicator]]\nkey = "x"\ndimension = "cost"\n' * 2,
            "an [[indicator]] stands there twice",
        ),
        ("regional", '[[indicator]]\nkey = "x"\ndimension = "power"', "'power' is no dimension"),
        (
            "regional",
            '[[indicator]]\nkey = "x"\ndimension = "cost"\nlow = 1',
            "indicator cost.x: fr: Field required",
        ),
        (
            "regional",
            '[[indicator]]\nkey = "credit_distress"\ndimension = "cost"\ntransform = "magic"',
            "indicator cost.credit_distress: transform 'magic' is none of",
        ),
        ("regional", 'key = "../../public"', "key is the name of the file"),
        ("series", "", "'series' is the folder of other pages"),
        ("indicators", "", "'indicators' is the folder of other pages"),
        ("charts", "", "'charts' is the folder of other pages"),
        ("senegal", "", "'senegal' is the folder of other pages"),
        ("fr", "", "'fr' names a folder: write 4 small letters or more"),
        ("Regional", "", "'Regional' names a folder"),
        ("a.bcd", "", "'a.bcd' names a folder"),
    ],
)  # fmt: skip
def test_a_framework_that_cannot_be_is_refused_in_a_line(
    folder: Path, silentcrash: Command, key: str, text: str, named: str
) -> None:
    (folder / f"method/{key}.toml").write_text(f"{NAMED}{text}\n", "utf-8")
    for arguments in (("doctor", str(folder)), ("--folder", str(folder), "release", "list")):
        refused = silentcrash(*arguments)
        first_line = refused.out.splitlines()[0] if arguments[0] == "doctor" else refused.err
        assert refused.code == 2
        assert f"method/{key}.toml" in first_line
        assert named in first_line
        assert first_line.strip().count("\n") == 0


def test_a_file_outside_of_the_folder_is_refused(
    folder: Path, silentcrash: Command, tmp_path: Path
) -> None:
    (tmp_path / "outside.toml").write_text(NAMED, "utf-8")
    (folder / "method/regional.toml").symlink_to(tmp_path / "outside.toml")
    refused = silentcrash("--folder", str(folder), "release", "list")
    assert refused.code == 2
    assert "leads out of the folder" in refused.err


@pytest.mark.parametrize("key", ["regional", "../own", "series"])
def test_a_framework_that_is_not_there_is_refused(
    folder: Path, silentcrash: Command, key: str
) -> None:
    refused = silentcrash("--folder", str(folder), "--framework", key, "release", "list")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert f"has no framework {key!r} beside its first: method/<key>.toml makes one" in refused.err


def test_the_home_of_the_software_has_no_other_framework(
    empty_home: Path, silentcrash: Command
) -> None:
    refused = silentcrash("--framework", KEY, "release", "list")
    assert refused.code == 2
    assert "has no observatory.toml" in refused.err


def test_a_series_that_nobody_declares_is_named(folder: Path, silentcrash: Command) -> None:
    own = '[[indicator]]\nkey = "credit_distress"\ndimension = "cost"\nof = ["fred.no_such"]\n'
    (folder / "method/regional.toml").write_text(f"{NAMED}{own}", "utf-8")
    first_line = silentcrash("doctor", str(folder))
    assert first_line.code == 2
    assert "reads 'fred.no_such', which no source and no register declares" in first_line.out
