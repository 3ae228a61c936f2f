"""Every figure that a bulletin prints is read back and found in the warehouse.

The warehouse is asked in SQL, so that nothing that wrote the page answers for it.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import Engine

from dashboards.bulletin import document
from dashboards.edition_stats import EditionStats
from dashboards.i18n import MINUS, Language, language
from dashboards.indicator_words import edition_titles
from dashboards.languages.grammar import FIXED, NARROW
from tests.dashboards.bulletin.rebuilt import of_month
from warehouse.edition import Edition
from warehouse.fetches import status

CODES = ("fr", "en")
STATES = ("observed", "carried", "estimated")
FIGURE = re.compile(rf"[{MINUS}+-]?\d[\d{NARROW},.]*(?:{FIXED}?%)?")


@pytest.fixture(scope="module", params=CODES)
def lang(request: pytest.FixtureRequest) -> Language:
    """A language of publication."""
    return language(request.param)


@pytest.fixture(scope="module")
def page(shipped_edition: Edition, lang: Language) -> BeautifulSoup:
    """The bulletin in it."""
    return BeautifulSoup(document.page(EditionStats(shipped_edition), lang), "html.parser")


@pytest.fixture(scope="module")
def stored(shipped_store: Engine, shipped_edition: Edition) -> pd.DataFrame:
    """The values of the release: period x key of `score` and `contribution`."""
    query = f"select * from v_index where release = {shipped_edition.id}"
    values = pd.read_sql(query, shipped_store, parse_dates=["period"])
    return values.pivot(index="period", columns="key", values=["score", "contribution", "weight"])


def number(text: str, code: str) -> float:
    """A figure as it was printed; NaN for the dash of one that is not known."""
    if text == "–":
        return float("nan")
    plain = text.replace(NARROW, "").replace(FIXED, "").replace(MINUS, "-").rstrip("%")
    return float(plain.replace(",", ".") if code == "fr" else plain.replace(",", ""))


def month(text: str, code: str) -> pd.Timestamp:
    name, year = text.split()
    return pd.Timestamp(int(year), list(months(code)).index(name) + 1, 1)


def months(code: str) -> Iterator[str]:
    for number in range(1, 13):
        yield language(code).month(f"2026-{number:02}", "MMMM")


def lines(page: BeautifulSoup, heading: str) -> Iterator[tuple[str, list[str]]]:
    """The head and the cells of each row of the first table after a heading."""
    table = page.find(id=heading).find_next("table")
    assert isinstance(table, Tag)
    for row in table.tbody.find_all("tr"):
        yield row.th.get_text(), [cell.get_text() for cell in row.find_all("td")]


def same(printed: float, value: float, decimals: int) -> bool:
    if pd.isna(value):
        return bool(pd.isna(printed))
    return abs(printed - value) <= 0.5 * 10.0**-decimals + 1e-9


def test_the_table_of_the_index(
    page: BeautifulSoup, stored: pd.DataFrame, shipped_store: Engine, lang: Language
) -> None:
    seen, last = 0, stored.index[-1]
    later = pd.read_sql("select * from v_index_revised", shipped_store, parse_dates=["period"])
    now = later.set_index("period")["score"].drop(last)
    for head, (figure, revised, _) in lines(page, "index"):
        assert same(number(revised, lang.code), now.get(month(head, lang.code), math.nan), 1), head
        value = stored["score"]["index"].get(month(head, lang.code), float("nan"))
        assert same(number(figure, lang.code), value, 1), head
        seen += 1
    assert seen >= stored["score"]["index"].notna().sum() > 24


@pytest.mark.parametrize(
    ("heading", "column"), [("parts", "contribution"), ("dimensions", "score")]
)
def test_the_tables_of_the_dimensions(
    page: BeautifulSoup,
    stored: pd.DataFrame,
    shipped_edition: Edition,
    lang: Language,
    heading: str,
    column: str,
) -> None:
    keys = [group["key"] for group in shipped_edition.framework["dimension"]]
    columns = [(column, key) for key in keys]
    columns += [("score", "index")] if heading == "parts" else []
    seen = 0
    for head, cells in lines(page, heading):
        values = stored.reindex([month(head, lang.code)])[columns].iloc[0]
        for figure, value in zip(cells, values, strict=True):
            assert same(number(figure, lang.code), value, 1), (head, figure, value)
            seen += 1
    assert seen >= 24 * len(columns)


def test_the_map_of_the_indicators(
    page: BeautifulSoup, stored: pd.DataFrame, shipped_edition: Edition, lang: Language
) -> None:
    names = {
        lang.of(row): row["key"]
        for row in EditionStats(shipped_edition).indicators.query("not panel").to_dict("records")
    }
    last = stored.tail(24)["score"]
    for head, cells in lines(page, "heat"):
        for figure, value in zip(cells, last[names.pop(head)], strict=True):
            assert same(number(figure, lang.code), value, 0), (head, figure, value)
    assert names == {}


def test_the_sentences(stored: pd.DataFrame, shipped_edition: Edition, lang: Language) -> None:
    """The figures of the headline and of the lede of a month that is read."""
    stats = of_month(shipped_edition, "2026-06")
    page = BeautifulSoup(document.page(stats, lang), "html.parser")
    until = stored.loc[:"2026-06-01"]  # type: ignore[misc]
    now, before = until.iloc[-1], until.iloc[-2]
    year = until["score"]["index"].iloc[-13]
    index = now["score"]["index"]
    dimensions = [group["key"] for group in shipped_edition.framework["dimension"]]
    leaders = now["contribution"][dimensions].astype(float).nlargest(2)
    headline = FIGURE.findall(page.h1.get_text())
    assert number(headline[0].rstrip(","), "en") == now.name.year
    assert same(number(headline[1].rstrip(",."), lang.code), index, 1)
    figures = [number(text.rstrip(".,"), lang.code) for text in FIGURE.findall(lede(page))]
    changes = [index - before["score"]["index"], index - year]
    for change in changes:
        verb = lang.words["change_up" if change > 0 else "change_down"].partition(" {")[0]
        assert verb in lede(page)
    moved = [abs(change) for change in changes]
    for printed, value in zip(figures, [*moved, *leaders], strict=False):
        assert same(printed, value, 1)
    assert len(figures) == 5


def test_the_sentences_of_a_month_that_cannot_be_read(
    page: BeautifulSoup, stored: pd.DataFrame, shipped_store: Engine, lang: Language
) -> None:
    """The title has the last reading; the lede what is observed, from SQL."""
    headline = [number(text.rstrip(".,"), lang.code) for text in FIGURE.findall(page.h1.get_text())]
    assert same(headline[1], stored["score"]["index"].iloc[-2], 1)
    query = "select coverage from index_gauge where key = 'index' and state = 'withheld'"
    shares = pd.read_sql(f"{query} order by period, reading", shipped_store)["coverage"]
    assert lang.percent(shares.iloc[-1]) in lede(page)
    assert lang.number(stored["score"]["index"].iloc[-1]) in lede(page)


def test_the_share_that_rests_on_recent_figures(
    page: BeautifulSoup, shipped_store: Engine, shipped_edition: Edition, lang: Language
) -> None:
    """Shares by state are those of `v_index_state`; the lede has the observed one."""
    query = f"select * from v_index_state where release = {shipped_edition.id} order by period"
    shares = pd.read_sql(query, shipped_store).iloc[-1]
    printed = {head: number(cells[0], lang.code) for head, cells in lines(page, "quality")}
    states = {lang.words[f"state_{state}"]: shares[state] * 100 for state in STATES}
    assert printed.keys() == states.keys()
    assert all(same(value, states[state], 0) for state, value in printed.items())
    assert lang.percent(shares["observed"]) in lede(page)
    query = f"select key, weight from v_index where release = {shipped_edition.id}"
    rows = pd.read_sql(f"{query} and period = '{shares['period']}'", shipped_store)
    there = set(rows.loc[rows["weight"].gt(0), "key"])
    groups, covered = shipped_edition.framework["dimension"], 0.0
    weights = sum(group["weight"] for group in groups)
    for group in groups:
        total = sum(row["weight"] for row in group["indicator"])
        inside = (row for row in group["indicator"] if f"{group['key']}.{row['key']}" in there)
        covered += group["weight"] / weights * sum(row["weight"] for row in inside) / total
    assert 0.9 < covered < 1
    weighed = page.find(string=re.compile(lang.words["quality_coverage"].split("{")[0]))
    assert weighed is not None
    assert lang.percent(covered) in weighed


def test_what_moved_the_index(
    page: BeautifulSoup, shipped_store: Engine, stored: pd.DataFrame, lang: Language
) -> None:
    """The causes of each dimension add up to the change of the index."""
    moved = pd.read_sql("select * from v_index_change order by key", shipped_store)
    causes = moved.groupby(moved["key"].str.split(".").str[0])[
        ["new_data", "revised_data", "method"]
    ].sum()
    rows = dict(lines(page, "since"))
    total = rows.pop(lang.words["column_total"])
    assert len(rows) == len(causes)
    assert same(number(total[-1], lang.code), stored["score"]["index"].diff().iloc[-1], 2)
    for figure, value in zip(total, causes.sum(), strict=False):
        assert same(number(figure, lang.code), value, 2)
    image = page.find(id="since").find_next("img")
    drawn = [number(text.rstrip(".,"), lang.code) for text in FIGURE.findall(str(image["alt"]))]
    levels = stored["score"]["index"].tail(2)
    fresh = moved.groupby(moved["key"].str.split(".").str[0], sort=False)["new_data"].sum()
    assert sorted(drawn[4:-2]) == pytest.approx(sorted(fresh), abs=0.0051)
    assert drawn[-2:] == pytest.approx(causes[["revised_data", "method"]].sum(), abs=0.0051)
    assert drawn[1] + sum(drawn[4:]) == pytest.approx(drawn[3], abs=0.04)
    assert [drawn[1], drawn[3]] == pytest.approx(levels, abs=0.0051)
    printed = sorted([number(cell, lang.code) for cell in cells[:3]] for cells in rows.values())
    for cells, values in zip(printed, sorted(causes.round(2).to_numpy().tolist()), strict=True):
        assert cells == pytest.approx(values, abs=0.01)


def test_the_alerts(
    page: BeautifulSoup, stored: pd.DataFrame, shipped_edition: Edition, lang: Language
) -> None:
    """Figures compared, and months since which indicators are at 90 for two."""
    scores, last = stored["score"], stored.index[-1]
    names = edition_titles(shipped_edition, lang)
    high = scores.ge(90) & scores.shift().ge(90)
    expected = {names[key] for key in high.columns[high.loc[last]]}
    kinds = {name: lang.typeset(text) for name, text in lang.words["rule_kinds"].items()}
    seen = set()
    for head, (event, _, figure, condition) in lines(page, "alerts"):
        key = next(key for key, name in names.items() if lang.typeset(name) == head)
        since = month(" ".join(event.rstrip(")").split()[-2:]), lang.code)
        if condition.startswith(kinds["indicator"]):
            assert high[key][since]
            assert not high[key].shift(fill_value=False)[since]
            seen.add(names[key])
        of_year = condition.startswith(kinds["index_change_12"])
        value = (scores[key].diff(12) if of_year else scores[key])[last]
        assert same(number(figure.lstrip("+"), lang.code), value, 1), head
    assert seen >= expected
    assert len(expected) > 1


def test_the_table_of_the_sources(
    page: BeautifulSoup, shipped_store: Engine, shipped_edition: Edition, lang: Language
) -> None:
    as_of, late = shipped_edition.as_of, 0
    sources = status(shipped_store, as_of, shipped_edition.recorded_by).set_index("key")
    titles = {lang.of(row, "title"): row["key"] for row in catalogue(shipped_edition)}
    for head, cells in lines(page, "sources"):
        key = titles[max((title for title in titles if head.startswith(title)), key=len)]
        age, share = sources.loc[key, "age_days"], sources.loc[key, "assumed_share"]
        figures = [number(text, lang.code) for text in FIGURE.findall(cells[2])]
        assert figures == ([age] if pd.notna(age) else [])
        assert same(number(cells[3], lang.code), share * 100, 0)
        late += lang.words["late"] in cells[2]
    assert late == sources.loc[titles.values(), "late"].sum()


def test_nothing_in_french_is_set_as_in_english(shipped_edition: Edition) -> None:
    page = BeautifulSoup(
        document.page(EditionStats(shipped_edition), language("fr")), "html.parser"
    )
    page.find(id="sources").find_next("table").decompose()  # licences, as publishers word them
    main = page.main
    assert isinstance(main, Tag)
    written = " ".join(main.stripped_strings)
    assert not re.search(r"[^\W\d]'[^\W\d]", written)
    assert not re.search(rf"[^{FIXED}\s][:»%](?=[\s.,;)]|$)", re.sub(r"https?:", "", written))
    assert not re.search(rf"[^{NARROW}\s][;!?](?=\s|$)", written)
    assert f"«{FIXED}" in written
    assert re.search(rf"\d{NARROW}\d{{3}}", written)


def catalogue(edition: Edition) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = edition.sources.to_dict("records")
    return rows


def lede(page: BeautifulSoup) -> str:
    return " ".join(sentence.get_text() for sentence in page.select(".lede p"))
