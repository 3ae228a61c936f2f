"""A source's rules as a Great Expectations suite, run on the parsed batch before the load."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from sources import Rule, Source
from sources.tidy import between

MAX_QUARANTINED = 0.05
MAX_MISPLACED = 0.5
FEW = 5
BEGINS = {"M": 1, "Q": 3, "S": 6, "A": 1}  # months between the beginnings of periods
LEAST = 0.5
# Where what is gone counts as withdrawn, a body cut short must not take figures with it.
LEAST_OF_WHOLE = 0.95


@dataclass(frozen=True)
class LastGood:
    """Rows and newest period of the last payload that was loaded from the same address."""

    rows: int
    newest: pd.Timestamp


@dataclass(frozen=True)
class Checked:
    """What validation made of a batch.

    `accepted` is what may be loaded, empty when `blocked` says why nothing may; `rejected`
    are the rows set aside, with `expectation` and `reason`; `warnings` are for a person.
    """

    accepted: pd.DataFrame
    rejected: pd.DataFrame
    blocked: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the batch may be loaded."""
        return not self.blocked


def contract(source: Source, last: LastGood | None) -> list[Rule]:
    """The rules that hold for every source, then its own."""
    declared = [series.key for series in source.series]
    one_row = {"column_list": ["series", "period", "known"]}
    rules = [
        _block("ExpectTableRowCountToBeBetween", "the payload holds no figure", min_value=1),
        Rule(
            "ExpectColumnValuesToBeInSet",
            {"column": "series", "value_set": declared},
            reason="the series is not declared; add it to the source",
        ),
        Rule(
            "ExpectColumnValuesToNotBeNull",
            {"column": "present"},
            reason="a figure without a value must be withdrawn",
        ),
        Rule(
            "ExpectCompoundColumnsToBeUnique",
            one_row,
            reason="two figures for one period and one date",
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
            "most of the figures that changed are those of a neighbouring period or series: "
            "rows or columns have shifted",
            column="misplaced_share",
            max_value=MAX_MISPLACED,
        ),
        between(0, None, column="age_days", reason="the period has not begun"),
        between(1, 1, column="aligned", reason="the date is not the first day of a period"),
        between(0.2, 5, column="level_ratio", reason="over 5 times or under 1/5 of the last good"),
    ]
    if last is not None:
        rules += _against_last_good(last, LEAST_OF_WHOLE if source.whole else LEAST)
    return rules + list(source.rules)


def _block(expectation: str, reason: str, **kwargs: object) -> Rule:
    return Rule(expectation, kwargs, "block", "", reason)


def _against_last_good(last: LastGood, least: float) -> list[Rule]:
    return [
        _block(
            "ExpectTableRowCountToBeBetween",
            f"under {least:.0%} of the {last.rows} figures of the last good fetch",
            min_value=int(last.rows * least),
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
            f"the newest period is before that of the last good fetch, {last.newest:%Y-%m-%d}",
            column="period",
            min_value=last.newest,
        ),
        _block(
            "ExpectColumnMedianToBeBetween",
            "the level moved by a factor of two; a unit may have changed",
            column="level_ratio",
            min_value=0.5,
            max_value=2.0,
        ),
    ]


def prepare(
    frame: pd.DataFrame, source: Source, before: pd.DataFrame, at: datetime
) -> pd.DataFrame:
    """The batch with the columns that rules test: row, present, known and the ratios."""
    withdrawn = frame["status"].eq("withdrawn")
    peers = frame["value"].where(frame["series"].str.startswith(source.peers or "\0"))
    median = peers.groupby(frame["period"]).transform("median")
    dated_ahead = {series.key for series in source.series if series.frequency in "EA"}
    age = (pd.Timestamp(at).tz_localize(None) - frame["period"]).dt.days
    return frame.assign(
        row=range(len(frame)),
        present=frame["value"].where(~withdrawn, 0.0),
        known=frame["known_from"].astype("int64"),
        age_days=age.where(~frame["series"].isin(dated_ahead)),
        peer_ratio=(peers / median).where(median.gt(0)),
        level_ratio=level_ratio(frame, source, before),
        misplaced_share=misplaced_share(frame, before),
        aligned=aligned(frame, source),
    )


def aligned(frame: pd.DataFrame, source: Source) -> pd.Series:
    """1 where a period begins as its frequency does, 0 where not; null for dates of events."""
    frequency = frame["series"].map({series.key: series.frequency for series in source.series})
    months = frequency.map(BEGINS).astype("Float64")
    month, first = frame["period"].dt.month, frame["period"].dt.day.eq(1)
    begins: pd.Series = first & ((month - 1) % months.fillna(1)).eq(0)
    return begins.astype(float).where(months.notna())


def misplaced_share(frame: pd.DataFrame, before: pd.DataFrame) -> float:
    """Of the figures that changed, the share that is the last good one of a neighbour.

    A neighbour is the same series a period before or after, or another series in the same
    period. 0 where fewer than FEW figures changed: so few may agree by chance.
    """
    known = before[["series", "period", "value"]].dropna().sort_values(["series", "period"])
    known = known.astype({"period": frame["period"].dtype})
    by_series = known.groupby("series")["value"]
    beside = known.assign(earlier=by_series.shift(1), later=by_series.shift(-1))
    beside = beside.rename(columns={"value": "last"})
    joined = frame[["series", "period", "value"]].merge(beside, on=["series", "period"])
    changed = joined.loc[joined["value"].ne(joined["last"]) & joined["value"].notna()]
    if len(changed) < FEW:
        return 0.0
    shifted = changed["value"].eq(changed["earlier"]) | changed["value"].eq(changed["later"])
    elsewhere = pd.MultiIndex.from_frame(known[["period", "value"]])
    swapped = pd.MultiIndex.from_frame(changed[["period", "value"]]).isin(elsewhere)
    return float((shifted | swapped).mean())


def level_ratio(frame: pd.DataFrame, source: Source, before: pd.DataFrame) -> pd.Series:
    """Each value over the last good one of its series and period.

    A price list read at an instant never has the same period twice, so there it is the
    newest earlier one. Null where there is none, where either is not positive, and for
    units in per cent, whose ratios say nothing.
    """
    if before.empty:
        return pd.Series(float("nan"), index=frame.index)
    percent = {series.key for series in source.series if "%" in series.unit}
    keyed = frame[["series", "period", "value"]].assign(at=frame.index).sort_values("period")
    known = before[["series", "period", "value"]].rename(columns={"value": "last"})
    known = known.astype({"period": keyed["period"].dtype}).sort_values("period")
    reach = None if source.stamp == "instant" else pd.Timedelta(0)
    joined = pd.merge_asof(keyed, known, on="period", by="series", tolerance=reach)
    joined = joined.set_index("at").reindex(frame.index)
    usable = joined["last"].gt(0) & joined["value"].gt(0) & ~joined["series"].isin(percent)
    return (joined["value"] / joined["last"]).where(usable)


def check(
    frame: pd.DataFrame,
    source: Source,
    *,
    at: datetime,
    before: pd.DataFrame,
    last: LastGood | None = None,
    whole: bool = True,
) -> Checked:
    """Run the suite of `source` on a tidy frame whose `known_from` is filled.

    `before` is the last good figure of each series and period ([series, period, value]).
    Rows that are not a whole payload (a replay) are not blocked together.
    Over 5 % of rows rejected, the whole payload is blocked.
    """
    rules = contract(source, last)
    batch = prepare(frame.drop_duplicates(ignore_index=True), source, before, at)
    failures = validate(batch, rules)
    blocked = [text for rule, text, _ in failures if rule.severity == "block"]
    warnings = [text for rule, text, _ in failures if rule.severity == "warn"]
    rejected = _rejected(batch, failures)
    share = rejected["row"].nunique() / max(len(batch), 1)
    if whole and share > MAX_QUARANTINED:
        first = rejected["reason"].value_counts().index[0]
        blocked.append(f"{share:.0%} of the rows failed, mostly: {first}")
    keep = ~batch["row"].isin(rejected["row"]) if not blocked else batch["row"].lt(0)
    return Checked(
        accepted=batch.loc[keep, frame.columns].reset_index(drop=True),
        rejected=rejected,
        blocked=tuple(blocked),
        warnings=tuple(warnings),
    )


def _rejected(batch: pd.DataFrame, failures: Sequence[tuple[Rule, str, list[int]]]) -> pd.DataFrame:
    parts = [
        batch.loc[batch["row"].isin(rows)].assign(expectation=rule.expectation, reason=text)
        for rule, text, rows in failures
        if rule.severity == "quarantine"
    ]
    empty = batch.head(0).assign(expectation="", reason="")
    return pd.concat([empty, *parts]).drop_duplicates("row").reset_index(drop=True)


def validate(batch: pd.DataFrame, rules: Sequence[Rule]) -> list[tuple[Rule, str, list[int]]]:
    """The rules that failed, each with a line that says so and the rows that failed it.

    A rule that cannot be evaluated counts as failed with severity block: silence is no pass.
    """
    results = _great_expectations(batch, rules)
    failed = []
    for result in results:
        rule = rules[result.expectation_config.meta["rule"]]
        if result.success:
            continue
        rows = [int(entry["row"]) for entry in result.result.get("unexpected_index_list") or []]
        text = rule.reason or rule.expectation
        if rule.severity == "quarantine" and not rows:
            rule, text = _unreadable(rule), f"{text} (the rule could not be evaluated)"
        failed.append((rule, text, rows))
    return failed


def _unreadable(rule: Rule) -> Rule:
    return Rule(rule.expectation, rule.kwargs, "block", rule.series, rule.reason)


def _great_expectations(batch: pd.DataFrame, rules: Sequence[Rule]) -> list[Any]:
    # Importing it takes five seconds, so it is paid only where there is something to validate.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("whole").get_batch(
        {"dataframe": masks(batch, rules)}
    )
    suite = gx.ExpectationSuite(name="rules")
    for number, rule in enumerate(rules):
        kwargs = {**rule.kwargs, "meta": {"rule": number}, **_limited(rule)}
        suite.add_expectation(getattr(gx.expectations, rule.expectation)(**kwargs))
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
    return list(whole.validate(suite, result_format=wanted).results)


def _limited(rule: Rule) -> dict[str, str]:
    return {"column": _masked(rule)} if rule.series else {}


def _masked(rule: Rule) -> str:
    return f"{rule.kwargs['column']} of {rule.series}*"


def masks(batch: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """The batch with a column for each rule that is for some series only, null elsewhere."""
    limited = [rule for rule in rules if rule.series and rule.kwargs["column"] in batch]
    return batch.assign(
        **{
            _masked(rule): batch[rule.kwargs["column"]].where(
                batch["series"].str.startswith(rule.series)
            )
            for rule in limited
        }
    )
