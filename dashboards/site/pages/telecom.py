"""The page of a build-out that ended: the gauges on telecom, 1995-2004."""

from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from dashboards.i18n import Language
from dashboards.site.page import Page, polylines

# Made by `python -m tools.telecom_table`: see there why it is a file.
TABLE = Path(__file__).parents[1] / "telecom.csv"
# Fixed before anything was computed: investment in information processing is highest in the
# fourth quarter of 2000, and 2002 is its lowest year after.
PEAK, TROUGH = "2000-12", "2002"
WIDTH, HEIGHT = 600, 200
ZONES = ("calm", "watch", "strain", "silent_crash", "retreat", "recovery")


def page(lang: Language) -> Page:
    """What the gauges showed, when, and where they failed."""
    path = months()
    rows = spells(path)
    names = {key: lang.typeset(lang.words["telecom_phases"][key]) for key in ZONES}
    return Page(
        "telecom/",
        "telecom.html",
        lang.words["names"]["telecom/"],
        lang.words["about"]["telecom/"],
        {
            "sentences": _sentences(path, rows, lang),
            "lines": {name: _line(path[name]) for name in ("pressure", "retreat")},
            "years": _years(path),
            "spells": [
                [
                    names[row["phase"]], lang.month(row["first"]), lang.month(row["last"]),
                    lang.number(row["months"], 0), lang.number(row["pressure"]),
                    lang.number(row["retreat"]),
                ]
                for row in rows.to_dict("records")
            ],
            "rows": [
                [lang.month(month), lang.number(line["pressure"]), lang.number(line["retreat"]),
                 names[line["phase"]]]
                for month, line in zip(path.index, path.to_dict("records"), strict=True)
            ],
        },
    )  # fmt: skip


def months() -> pd.DataFrame:
    """Pressure, retreat and phase by month, of 1995 to 2004."""
    return pd.read_csv(TABLE, index_col="period", parse_dates=True)


def spells(path: pd.DataFrame) -> pd.DataFrame:
    """Stretches of one phase: phase, first, last, months, highest of each gauge."""
    number = path["phase"].ne(path["phase"].shift()).cumsum().rename("spell")
    dated = path.assign(month=path.index)
    return dated.groupby(number).agg(
        phase=("phase", "first"), first=("month", "first"), last=("month", "last"),
        months=("month", "size"), pressure=("pressure", "max"), retreat=("retreat", "max"),
    )  # fmt: skip


def _sentences(path: pd.DataFrame, rows: pd.DataFrame, lang: Language) -> dict[str, list[str]]:
    """What the gauges showed, and where they failed, from the months alone."""
    by_phase = {str(phase): own for phase, own in rows.groupby("phase")}
    top = path.loc[path["pressure"].eq(path["pressure"].max())].iloc[0]
    strain, retreat = by_phase["strain"].iloc[0], by_phase["retreat"].iloc[0]
    highest, peak = pd.Timestamp(str(top.name)), pd.Timestamp(PEAK)
    late = path[(path.index > peak) & (path.index < retreat["first"])]
    calm = late[late["phase"].eq("calm")]
    watches = by_phase["watch"]
    early = watches[watches["last"] < peak - pd.DateOffset(years=2)]
    others = [float(top[key]) for key in ("chips", "infrastructure", "productivity")]
    during = path[path["phase"].eq("retreat")]
    filled: dict[str, Any] = {
        "costs": lang.number(float(top["cost"]), 0),
        "least": lang.number(min(others), 0),
        "most": lang.number(max(others), 0),
        "ceiling": lang.number(during["pressure"].max()),
        "highest": lang.number(float(top["pressure"])),
        "highest_month": lang.month(highest),
        "strain": lang.month(strain["first"]),
        "strain_last": lang.month(strain["last"]),
        "lead": _between(strain["first"], peak),
        "retreat": lang.month(retreat["first"]),
        "retreat_last": lang.month(retreat["last"]),
        "retreat_highest": lang.number(path["retreat"].max()),
        "delay": _between(peak, retreat["first"]),
        "calm": len(calm),
        "calm_first": lang.month(calm.index[0]),
        "calm_last": lang.month(calm.index[-1]),
        "early": len(early),
        "early_months": int(early["months"].sum()),
    }
    texts = lang.words["telecom_texts"]
    return {
        kind: [lang.typeset(text.format(**filled)) for text in texts[kind]]
        for kind in ("intro", "showed", "failed", "limits")
    }


def _between(first: pd.Timestamp, last: pd.Timestamp) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _line(values: pd.Series) -> Markup:
    last = len(values) - 1
    return polylines(
        [
            f"{WIDTH * rank / last:.1f},{HEIGHT * (1 - value / 100):.1f}" if value == value else ""
            for rank, value in enumerate(values)
        ]
    )


def _years(path: pd.DataFrame) -> list[tuple[str, str]]:
    """Where each second January is drawn, and its year."""
    last = len(path) - 1
    return [
        (f"{WIDTH * rank / last:.1f}", str(month.year))
        for rank, month in enumerate(path.index)
        if month.month == 1 and month.year % 2
    ]
