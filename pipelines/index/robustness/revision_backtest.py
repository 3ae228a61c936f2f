"""Each month as first published against the same month as known now."""

from collections.abc import Sequence

import pandas as pd

from pipelines.index.robustness import revisions

PICKED = ["bias", "bias_p_hac", "mar", "sd", "noise_to_signal", "direction_agreement"]


def compare(first: pd.DataFrame, latest: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """First and latest value, revision, band and regimes of each month.

    A row a month: first, latest, revision, p5, p95, inside, regime_first, regime_latest.

    `first` and `latest` are rows of `realtime.compute`, `bands` those of `sensitivity.analyse`
    on `first`. `inside`: the value known now lies in the band of the first one.
    """
    sides = [_scores(rows)["index"].dropna().rename(n) for n, rows in _named(first, latest)]
    table = pd.concat(sides, axis=1, join="inner").join(bands.loc["index", ["p5", "p95"]])
    table.insert(2, "revision", table["latest"] - table["first"])
    inside = table["latest"].between(table["p5"], table["p95"])
    regimes = {f"regime_{name}": _regimes(rows) for name, rows in _named(first, latest)}
    months = table.assign(inside=inside, **regimes).rename_axis("period").reset_index()
    return months.assign(period=months["period"].dt.strftime("%Y-%m"))


def summary(first: pd.DataFrame, latest: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Revision statistics and band coverage of the index and each dimension.

    `bias` is the mean revision and `mar` the mean absolute one, in points; `inside` the share of
    months whose value known now lies in the first band; `regime_changes` are of the index.
    """
    early, late = _scores(first), _scores(latest)
    rows = [_row(str(key), early[key], late[key], bands.loc[[key]].droplevel(0)) for key in early]
    table = pd.DataFrame(rows)
    for name, values in _named(first, latest):
        turns = int((_regimes(values).shift() != _regimes(values)).sum()) - 1
        table[f"regime_changes_{name}"] = pd.Series([float(turns)]).reindex(table.index)
    return table


def ladder(vintages: pd.DataFrame, lags: Sequence[int]) -> pd.DataFrame:
    """The index of each month as known so many months after its own cut-off.

    `vintages` are rows of `realtime.vintages`, for each month in the order of `lags`; what is
    still to come is missing.
    """
    index = vintages.loc[vintages["key"].eq("index")].sort_values(["period", "as_of"])
    vintage = index.groupby("period").cumcount()
    wide = index.assign(after=vintage).pivot(index="period", columns="after", values="score")
    named = wide.rename(columns={n: f"after_{lag}" for n, lag in enumerate(lags)})
    months = named.rename_axis(None, axis=1).reset_index()
    return months.assign(period=months["period"].dt.strftime("%Y-%m"))


def _named(first: pd.DataFrame, latest: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [("first", first), ("latest", latest)]


def _row(key: str, early: pd.Series, late: pd.Series, band: pd.DataFrame) -> dict[str, object]:
    both = pd.concat([early, late], axis=1, keys=["first", "latest"]).join(band).dropna()
    inside = both["latest"].between(both["p5"], both["p95"])
    statistics = revisions.statistics(both["first"], both["latest"])
    return {"key": key, "months": len(both), **statistics[PICKED], "inside": inside.mean()}


def _scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of index and dimensions in the months that have an index."""
    chosen = rows[rows["kind"].isin(["index", "dimension"])]
    wide = chosen.pivot(index="period", columns="key", values="score")
    wide = wide[["index", *(key for key in chosen["key"].unique() if key != "index")]]
    return wide[wide["index"].notna()]


def _regimes(rows: pd.DataFrame) -> pd.Series:
    index = rows[rows["key"].eq("index") & rows["score"].notna()].set_index("period")
    return index["regime"].sort_index()
