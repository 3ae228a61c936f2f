"""The client gives the same from a warehouse and from its published site."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.announcements import curated
from pipelines.settings import Settings
from silentcrash import Client, SourceError, UnknownSeries
from tests.conftest import NOW
from tests.dashboards.conftest import shipped_store  # noqa: F401 - a fixture
from tests.dashboards.site.conftest import alerted, built, serving  # noqa: F401 - two fixtures
from warehouse.observations import read

DEU = "ember.wholesale.DEU"
CLIENT = Path(__file__).parents[1] / "client"


@pytest.fixture(scope="module")
def published(
    shipped_store: Engine,  # noqa: F811
    built: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a site of the same edition, on loopback."""
    curated.load(shipped_store, Settings(home=tmp_path_factory.mktemp("curated"), now=NOW))
    with serving(built) as address:
        yield address


@pytest.fixture(params=["site", "warehouse"])
def client(
    request: pytest.FixtureRequest,
    published: str,
    shipped_store: Engine,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Client:
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    return Client(published if request.param == "site" else str(shipped_store.url))


ANSWERS = {
    "search": lambda c: c.search("prix de gros Alemagne").drop(columns="address"),
    "get": lambda c: c.get([DEU, "sec.capex.*"]),
    "as_of": lambda c: c.get(DEU, as_of="2026-03-09", start="2026-01-01"),
    "vintages": lambda c: c.get("sec.capex.META", vintages=True),
    "wide": lambda c: c.vintages("sec.capex.*"),
    "revisions": lambda c: c.revisions("sec.capex.*"),
    "unit": lambda c: c.get("eia.price.US.*", unit="USD/MWh"),
    "real": lambda c: c.get([DEU, "eia.price.US.*"], unit="USD/MWh", real="2026-01"),
    "index": lambda c: c.index(),
    "indicators": lambda c: c.indicators("chips.h100_spot_ratio"),
    "events": lambda c: c.events(),
    "lineage": lambda c: c.lineage("chips.h100_spot_ratio", "2026-07"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_site_and_a_warehouse_give_the_same(
    published: str,
    shipped_store: Engine,  # noqa: F811
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    remote = ANSWERS[name](Client(published))
    local = ANSWERS[name](Client(str(shipped_store.url)))
    assert len(remote) > 0
    pd.testing.assert_frame_equal(remote, local, check_exact=True)


def test_figures_are_those_known_on_the_day(client: Client) -> None:
    table = client.get(DEU, as_of="2026-03-09", start="2026-01-01")
    assert table["value"].tolist() == [109.73, 96.69]
    assert table["period"].tolist() == ["2026-01-01", "2026-02-01"]
    every = client.get("sec.capex.META", vintages=True)
    assert len(every) > len(client.get("sec.capex.META"))
    with pytest.raises(ValueError, match="time zone"):
        client.get(DEU, as_of="2026-03-09T12:00")
    for day in ("9/3/2026", "2026"):
        with pytest.raises(ValueError, match="is not a date: write it as YYYY-MM-DD"):
            client.get(DEU, start=day)


def test_the_client_and_the_warehouse_agree_on_vintages_and_revisions(
    client: Client,
    shipped_store: Engine,  # noqa: F811
) -> None:
    wide = read.vintages(shipped_store, "sec.capex.*")
    ours = client.vintages("sec.capex.*")
    assert ours.shape == wide.shape
    assert ours.fillna(-1).to_numpy().tolist() == wide.fillna(-1).to_numpy().tolist()
    stored = read.revisions(shipped_store, "sec.capex.*")
    assert client.revisions("sec.capex.*")["revision"].tolist() == stored["revision"].tolist()
    assert stored["revision"].abs().max() > 0


def test_units_and_countries_as_people_write_them(client: Client) -> None:
    table = client.get("eia.price.US.COM", unit="USD/MWh", start="2026-07-01")
    assert table["value"].tolist() == [145.3]
    assert table["published_value"].tolist() == [14.53]
    counts = {name: len(client.events(name)) for name in ("Maroc", "MA", "Morocco", "maroc")}
    assert set(counts.values()) == {counts["MA"]}
    assert counts["MA"] > 0


def test_what_does_not_exist_names_the_nearest(client: Client) -> None:
    for ask in (
        lambda: client.get("ember.wholesale.DEUU"),
        lambda: client.get("EMBER.wholesale.deu"),
        lambda: client.indicators("chips.h100_spot_rate"),
        lambda: client.events("Marroc"),
    ):
        with pytest.raises(
            UnknownSeries, match=f"did you mean ({DEU}|chips.h100_spot_ratio|Maroc)"
        ):
            ask()


def test_figures_that_may_not_be_republished_are_refused_by_a_site(published: str) -> None:
    closed = "dram.contract.ddr4_8gb"
    with pytest.raises(SourceError, match="may not be republished"):
        Client(published).get(closed)
    with pytest.raises(SourceError, match="does not answer"):
        Client("http://127.0.0.1:9").index()


def test_the_wheel_holds_the_client_alone(tmp_path: Path, published: str) -> None:
    build = ["uv", "build", "--wheel", "--quiet", "--out-dir", str(tmp_path), str(CLIENT)]
    subprocess.run([sys.executable, "-m", *build], check=True, capture_output=True)
    [wheel] = tmp_path.glob("silentcrash-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "alone")
    # without the rooms of the observatory, and with nothing but its two dependencies imported
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['warehouse', 'pipelines', 'dashboards']))\n"
        f"sys.path.insert(0, {str(tmp_path / 'alone')!r})\n"
        f"import silentcrash; assert 'alone' in silentcrash.__file__\n"
        f"print(len(silentcrash.Client({published!r}).get({DEU!r})))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert int(ran.stdout) > 100, ran.stderr
