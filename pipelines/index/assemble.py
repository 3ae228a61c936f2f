"""From indicators to dimensions to the index, with coverage and contributions."""

import pandas as pd

from pipelines.index.aggregate import weighted_mean
from pipelines.index.contribute import composition_notes
from pipelines.index.framework import Framework
from pipelines.index.normalise import goalposts
from pipelines.index.regimes import classify

COLUMNS = ["period", "key", "kind", "value", "score", "weight", "contribution", "coverage",
           "observed", "age_months", "state", "regime", "reason"]  # fmt: skip
SHARES = ("observed", "carried", "estimated")


def assemble(read: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows of a release from the indicators read, with the columns of COLUMNS.

    A row a month and key ("index", a dimension, "dimension.indicator", "panel.indicator").
    Scores are pressures from 0 to 100; weights are effective ones in the index; contributions
    are points of the index and add up to it. What is under its coverage is null, with reason;
    where a member enters or leaves, the reason says what that alone is worth.
    """
    wide = read.pivot(index="period", columns="key", values="value")
    scores = pd.DataFrame(
        {
            key: goalposts(wide[key], indicator.low, indicator.high)
            for key, indicator in framework.indicators.items()
        }
    )
    long = pd.concat(
        {name: frame.stack(future_stack=True) for name, frame in _parts(scores, framework).items()},
        axis=1,
    )
    rows = long.rename_axis(["period", "key"]).reset_index().merge(read, "left", ["period", "key"])
    panels = tuple(f"{panel.key}." for panel in framework.panel)
    kind = pd.Series("indicator", index=rows.index)
    kind = kind.mask(rows["key"].str.startswith(panels), "panel") if panels else kind
    kind = kind.mask(~rows["key"].str.contains(".", regex=False), "dimension")
    rows = rows.assign(kind=kind.mask(rows["key"].eq("index"), "index"))
    described = _with_states(rows, framework)
    return described.sort_values(["period", "key"], ignore_index=True)[COLUMNS]


def weight_by_state(values: pd.DataFrame) -> pd.DataFrame:
    """Shares (0..1) of the weight of the index by state of its indicators.

    A row a month in which the index is published; the three add up to one.
    """
    parts = values[values["kind"].eq("indicator") & values["weight"].gt(0)]
    weights = parts.groupby(["period", "state"])["weight"].sum().unstack("state")
    return weights.reindex(columns=list(SHARES)).fillna(0.0).rename_axis(columns=None)


def _parts(scores: pd.DataFrame, framework: Framework) -> dict[str, pd.DataFrame]:
    """Score, weight, contribution, coverage and note: tables of month by key."""
    means, weights, coverage, notes = {}, {}, {}, {}
    for dimension in framework.dimension:
        nominal = pd.Series(
            {f"{dimension.key}.{member.key}": member.weight for member in dimension.indicator}
        )
        mean = weighted_mean(
            scores[nominal.index], nominal, floor=framework.rules.coverage_dimension
        )
        means[dimension.key], coverage[dimension.key] = mean.value, mean.coverage
        weights[dimension.key] = mean.weights
        notes[dimension.key] = composition_notes(scores[nominal.index], nominal, mean.value)
    nominal = pd.Series({member.key: member.weight for member in framework.dimension})
    overall = weighted_mean(pd.DataFrame(means), nominal, floor=framework.rules.coverage_index)
    notes["index"] = composition_notes(pd.DataFrame(means), nominal, overall.value)
    share = overall.weights.mul(overall.value.notna(), axis=0)
    inside = [weights[key].mul(share[key], axis=0) for key in weights]
    every = pd.concat([scores, pd.DataFrame(means), overall.value.rename("index")], axis=1)
    weight = pd.concat([*inside, share], axis=1).assign(index=1.0).reindex(columns=every.columns)
    present = every.notna() & overall.value.notna().to_numpy()[:, None]
    covered = pd.DataFrame({**coverage, "index": overall.coverage}).reindex(columns=every.columns)
    return {
        "score": every,
        "weight": weight.where(present),
        "contribution": (weight * every).where(present),
        "coverage": covered,
        "note": pd.DataFrame(notes).reindex(columns=every.columns),
    }


def _with_states(rows: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows with state, reason and regime filled in."""
    rules = framework.rules
    floor = rows["kind"].map({"index": rules.coverage_index, "dimension": rules.coverage_dimension})
    short = floor.notna() & rows["score"].isna()
    reason = [
        f"coverage {have:.0%} is under {need:.0%}"
        for have, need in zip(rows["coverage"], floor, strict=True)
    ]
    index = rows.loc[rows["kind"].eq("index")].set_index("period")["score"].sort_index()
    steps = [(zone.key, zone.enter, zone.leave) for zone in framework.regimes]
    regime = rows["period"].map(classify(index, steps, confirm=rules.confirm))
    return rows.assign(
        state=rows["state"].fillna("observed").mask(short, "withheld"),
        reason=rows["reason"].fillna(rows["note"]).mask(short, pd.Series(reason, index=rows.index)),
        regime=regime.where(rows["kind"].eq("index"), "").fillna(""),
    )
