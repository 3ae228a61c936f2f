"""`silentcrash series`: find, describe, read and draw, as an analyst types it."""

import csv
import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.pipelines.conftest import Command

DEU = "ember.wholesale.DEU"


@pytest.fixture
def series(first_edition: Path, monkeypatch: pytest.MonkeyPatch, silentcrash: Command):
    """Run `silentcrash series ARGUMENTS` on the shipped history."""
    monkeypatch.setenv("SILENTCRASH_HOME", str(first_edition))
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    monkeypatch.setenv("COLUMNS", "160")

    return partial(silentcrash, "series")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("prix de gros Allemagne", DEU),
        ("electricite prix de gros Alemagne", DEU),
        ("ÉLECTRICITÉ gros allemagne", DEU),
        ("wholesale price Germany", DEU),
        ("wholesal prise Germny", DEU),
        ("capital expenditure Microsoft", "sec.capex.MSFT"),
        ("dépenses d'investisement Microsoft", "sec.capex.MSFT"),
        ("DRAM Coree", "bok.ppi.dram"),
        ("prix electricite industriel Virginie", "eia.price.VA.IND"),
        ("electricty industrial price Virgina", "eia.price.VA.IND"),
        ("us industrial power price", "eia.price.US.IND"),
        ("Maroc tarif pointe Tanger", "morocco.tariff.mt_peak_tangier"),
        ("taux du dirham", "hmrc.rate.MAD"),
        (DEU, DEU),
    ],
)
def test_a_series_is_found_by_words(series, words: str, first: str) -> None:
    rows = json.loads(series("search", *words.split(), "--format", "json").out)
    assert rows[0]["series"] == first
    assert rows[0]["figures"] == "yes"


def test_a_series_without_a_figure_is_marked(series) -> None:
    rows = json.loads(series("search", "euro", "EUR", "USD", "--format", "json").out)
    assert {"series": "ecb.rate.USD", "figures": "no figure yet"}.items() <= {
        key: value for key, value in rows[0].items() if key in {"series", "figures"}
    }.items()
    ended = series("get", "gdelt.articles.africa")
    assert (ended.code, "no figure yet" in ended.err) == (0, True)


def test_words_that_match_nothing_and_keys_that_do_not_exist_end_in_one_line(series) -> None:
    for ended in (series("search", "xylophone"), series("get", "ember.wholesale.DEUU")):
        assert ended.code in {1, 2}
        assert len(ended.err.splitlines()) == 1
    assert f"did you mean {DEU}" in ended.err
    assert f"did you mean {DEU}" in series("get", "ember.wholesale.deu").err
    ended = series("get", DEU, "--as-of", "2026-03-09T12:00")
    assert (ended.code, "has no time zone" in ended.err) == (2, True)
    ended = series("get", DEU, "--real", "2026-01")
    assert (ended.code, "convert it to US dollars" in ended.err) == (2, True)


def test_a_series_is_described(series) -> None:
    [row] = json.loads(series("show", "sec.capex.MSFT", "--format", "json").out)
    assert row["unit"] == "USD"
    assert row["first"] == "2022-07-01"
    assert row["observations"] >= 16
    assert row["indicators"] == ("cost.capex_to_cash, cost.giants_above_cash, retreat.capex_falls")
    assert row["citation_address"].startswith("https://www.sec.gov/")


def test_figures_are_those_known_on_the_day(series) -> None:
    ended = series("get", DEU, "--as-of", "2026-03-09", "--start", "2026-01-01", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    # Ember's European wholesale prices, monthly: Germany, January and February 2026
    assert [(row["period"], float(row["value"])) for row in rows] == [
        ("2026-01-01", 109.73),
        ("2026-02-01", 96.69),
    ]
    assert {row["unit"] for row in rows} == {"EUR/MWh"}


def test_every_version_is_a_row(series) -> None:
    latest = json.loads(series("get", "sec.capex.*", "--format", "json").out)
    every = json.loads(series("get", "sec.capex.*", "--vintages", "--format", "json").out)
    assert len(every) > len(latest)
    by_then = [row for row in every if row["known_from"] <= "2026-01-01T23:59:59Z"]
    early = series("get", "sec.capex.*", "--vintages", "--as-of", "2026-01-01", "--format", "json")
    assert json.loads(early.out) == by_then


def test_a_drawing_is_made_in_one_command(series, tmp_path: Path) -> None:
    assert "▁" in series("plot", DEU).out
    assert series("plot", DEU, "eia.price.US.COM", "--out", str(tmp_path / "a.png")).code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    series("plot", DEU, "--out", str(tmp_path / "a.svg"))
    assert "EUR/MWh" in (tmp_path / "a.svg").read_text()
    assert series("plot", DEU, "--out", str(tmp_path / "a.gif")).code == 2


HEAVY = {"dagster", "duckdb", "great_expectations", "pandas", "pyarrow", "scipy", "statsmodels"}


@pytest.mark.parametrize("arguments", [["search", "gros", "Alemagne"], ["get", DEU]])
def test_an_answer_loads_nothing_that_is_slow_to_import(
    first_edition: Path, arguments: list[str]
) -> None:
    program = (
        "import sys; from pipelines.cli.main import main\n"
        f"try: main({['series', *arguments]!r})\n"
        "except SystemExit: pass\n"
        f"print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    environment = os.environ | {"SILENTCRASH_HOME": str(first_edition)}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    # With them a question takes two to four seconds of processor, without 0.7.
    assert ran.stderr.splitlines()[-1] == "[]"
