"""GitHub Innovation Graph: developers and pushes of code by economy.

Six economies of Africa, and three others for scale. Developers are accounts that an economy
has had so far, so that they only grow; pushes are the activity of the quarter.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.economies import names
from sources.tidy import between, numbers, require, tidy

FILE = "https://raw.githubusercontent.com/github/innovationgraph/main/data/{measure}.csv"
COPY = "https://cdn.jsdelivr.net/gh/github/innovationgraph@main/data/{measure}.csv"
MEASURES = {
    "developers": ("développeurs", "developers"),
    "git_pushes": ("envois de code", "pushes of code"),
}
ECONOMIES = {
    "MA": "MAR", "DZ": "DZA", "TN": "TUN", "EG": "EGY", "SN": "SEN", "CI": "CIV",
    "FR": "FRA", "ES": "ESP", "US": "USA",
}  # fmt: skip


def parse(payload: Payload) -> pd.DataFrame:
    """The quarters of our economies in the file of one measure.

    Raises SchemaDrift for another header, a quarter that is none, or an economy that is missing.
    """
    table = pd.read_csv(BytesIO(payload.content), dtype=str, keep_default_na=False)
    measure = next((name for name in MEASURES if name in table.columns), "developers")
    require(table, {measure, "iso2_code", "year", "quarter"})
    ours = table[table["iso2_code"].isin(list(ECONOMIES))]
    if missing := set(ECONOMIES) - set(ours["iso2_code"]):
        raise SchemaDrift(f"economies {sorted(ECONOMIES)}", f"without {sorted(missing)}")
    year, quarter = numbers(ours["year"], "years"), numbers(ours["quarter"], "quarters")
    if not quarter.isin([1, 2, 3, 4]).all():
        raise SchemaDrift("quarters from 1 to 4", quarter.max())
    months = {"year": year, "month": 3 * quarter - 2, "day": 1}
    codes = ours["iso2_code"].map(ECONOMIES)
    return tidy(
        pd.DataFrame(
            {
                "series": f"github.{measure}." + codes,
                "period": pd.to_datetime(pd.DataFrame(months)),
                "value": numbers(ours[measure]),
            }
        )
    )


SOURCE = Source(
    key="innovation_graph",
    publisher="GitHub",
    fr="Développeurs et envois de code par économie",
    en="Developers and pushes of code by economy",
    homepage="https://innovationgraph.github.com/",
    licence="CC0-1.0",
    licence_url="https://github.com/github/innovationgraph/blob/main/LICENSE.md",
    attribution="GitHub Innovation Graph",
    confirmed="the publisher's own repository, looked up 2026-11",
    cadence="monthly",
    lag_days=120,
    stale_days=310,
    role="reference",
    reference="how many develop software in pilot countries and beside them, for the way out",
    requests=tuple(
        Request(FILE.format(measure=measure), mirror=COPY.format(measure=measure))
        for measure in MEASURES
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    expected_format="csv",
    full_snapshot=True,
    series=tuple(
        Series(f"github.{measure}.{code}", en, "Q", f"{name_fr}, {fr}", f"{name_en}, {en}")
        for measure, (fr, en) in MEASURES.items()
        for code in ECONOMIES.values()
        for name_fr, name_en in [names(code)]
    ),
    rules=(
        between(1000, 1e9, reason="the smallest count since 2020 is 8,985, the largest 34 million"),
    ),
    traps=(
        "Published one to four months after the quarter, at no fixed day.",
        "The file has a row for the European Union beside those of its members.",
        "Developers are counted since the beginning: a stock that only grows.",
        "Economies under a floor of privacy have no row.",
    ),
)
