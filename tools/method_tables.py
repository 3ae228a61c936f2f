"""The indicators, splices and successions, between the marks of a page.

Run it on a file to renew the parts between its marks:

`python -m tools.method_tables docs/method.md`
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dashboards.site.pages.static_pages import candidates
from pipelines.index.framework import NEXT, Dimension, Framework, Indicator, Panel, load
from pipelines.index.inputs import splices, successions
from pipelines.index.inputs.splices import Gap, Splice
from tools import docs_markers

HEAD = "| indicator | from | transformation | 0 → 100 | weight |\n|---|---|---|---|---|"

SPLICES = (
    "| history | continued by | since | factor | both read: history against live | fallback |\n"
    "|---|---|---|---|---|---|"
)


def markdown(framework: Framework) -> str:
    """A table and the arguments of each dimension, then of each panel."""
    groups: Sequence[Dimension | Panel] = (*framework.dimension, *framework.panel)
    return "\n\n".join(_group(group) for group in groups)


def renewed(text: str, framework: Framework) -> str:
    """The text with what is between its marks replaced.

    Raises ValueError without marks.
    """
    parts = {
        "indicators": markdown(framework),
        "splices": spliced(splices.load(), splices.gaps()),
        "successions": "\n\n".join(map(_succession, successions.load())),
        "changes": changes(load(NEXT)),
        "goalposts": goalposts(load(NEXT)),
        "candidates": looked_at(candidates()),
    }
    for name, part in parts.items():
        text = docs_markers.renewed(text, name, part)
    return text


def _succession(step: successions.SeriesSuccession) -> str:
    """What both series did over the same months, and why no factor links them."""
    rows = "\n".join(
        f"| {change.start} to {change.end} | {change.history:g} | {change.live:g} | "
        f"{change.history / change.live:.2f} | {change.source} |"
        for change in step.overlap
    )
    return (
        f"#### `{step.followed_by}` in the place of `{step.series}`, since {step.since}\n\n"
        f"{step.why_en}\n\n*{step.why_fr}*\n\n"
        "| over | read before, times | read since, times | apart by | read in |\n"
        f"|---|---|---|---|---|\n{rows}"
    )


def spliced(continued: Sequence[Splice], gaps: Sequence[Gap]) -> str:
    """What continues each series whose history ends, and on which figures."""
    rows = [SPLICES]
    for splice in continued:
        overlap = "; ".join(
            f"{both.month}: {both.history:g} against {both.live:g}" for both in splice.overlap
        )
        agreement = "; ".join(
            f"`{other.series}` ({both.day}: {both.fallback:g} against {both.live:g})"
            for other in splice.fallback
            for both in other.agreement
        )
        cells = [f"`{splice.series}`", f"`{splice.continued_by}`", splice.since]
        cells += [f"{splice.factor:g}", overlap, agreement or "none"]
        rows.append(f"| {' | '.join(cells)} |")
    left = "\n".join(f"- `{gap.series}`: {gap.why_en}" for gap in gaps)
    reasons = "\n".join(f"- `{splice.series}`: {splice.why_en}" for splice in continued)
    return "\n".join(rows) + f"\n\n{reasons}\n\nLeft without one:\n\n{left}"


def changes(following: Framework) -> str:
    """What a version changes of the one before, and its retreat gauge."""
    before = following.succeeds.method.indicators if following.succeeds else {}
    now = following.indicators
    rows = [
        f"| {now[key].en} | {text} |"
        for key in now
        if key in before and (text := _changed(before[key], now[key]))
    ]
    rows += [f"| {before[key].en} | left out |" for key in before if key not in now]
    table = "\n".join(["| indicator | what changes |", "|---|---|", *rows])
    groups: Sequence[Dimension | Panel] = (*following.dimension, *following.panel)
    new = [
        own for group in groups for own in group.indicator if f"{group.key}.{own.key}" not in before
    ]
    parts = [table, f"New indicators:\n\n{_indicators(new)}"] if new else [table]
    return "\n\n".join([*parts, *([_group(following.retreat)] if following.retreat else [])])


def looked_at(rows: Iterable[Mapping[str, str]]) -> str:
    """What was looked at for the newest method, its fate and the reason."""
    table = ["| claim | candidate | fate | why |", "|---|---|---|---|"]
    table += [f"| {own['group']} | {own['en']} | {own['fate']} | {own['why_en']} |" for own in rows]
    return "\n".join(table)


def goalposts(method: Framework) -> str:
    """The ends of every indicator and sign, and who takes one from its months."""
    rows = ["| | indicator or sign | 0 → 100 | an end from its own months |", "|---|---|---|---|"]
    for group in (*method.dimension, *([method.retreat] if method.retreat else [])):
        for own in group.indicator:
            taken = "yes" if own.from_sample else "no"
            ends = f"{own.low:g} → {own.high:g} {own.unit_en}"
            rows.append(f"| {group.en} | {own.en} | {ends} | {taken} |")
    return "\n".join(rows)


def _changed(before: Indicator, now: Indicator) -> str:
    """The fields that differ, but for words."""
    old, new = before.model_dump(), now.model_dump()
    return "; ".join(
        f"`{name}` {_value(old.get(name))} → {_value(new[name])}"
        for name in new
        if not name.endswith(("_fr", "_en")) and old.get(name) != new[name]
    )


def _value(value: object) -> str:
    return "none" if value is None else f"{value}"


def _group(group: Dimension | Panel) -> str:
    beside = " (beside the index)" if isinstance(group, Panel) else ""
    return f"#### {group.en}{beside}\n\n{group.question_en}\n\n{_indicators(group.indicator)}"


def _indicators(members: Sequence[Indicator]) -> str:
    """A table of indicators, and the arguments of each under it."""
    rows = "\n".join(map(_row, members))
    return f"{HEAD}\n{rows}\n\n" + "\n".join(map(_reasons, members))


def _row(indicator: Indicator) -> str:
    roles = [_series(role) for role in (indicator.of, indicator.to, indicator.less) if role]
    read = " against ".join(roles)
    age = f", carried up to {indicator.carry_months} months" if indicator.carry_months else ""
    transform = f"`{indicator.transform}`, by {indicator.step}{age}"
    ends = f"{indicator.low:g} → {indicator.high:g}"
    name = f"{indicator.en} ({indicator.unit_en})"
    return f"| {name} | {read} | {transform} | {ends} | {indicator.weight:g} |"


def _series(keys: Sequence[str]) -> str:
    rest = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    return f"`{keys[0]}`{rest}"


def _reasons(indicator: Indicator) -> str:
    return (
        f"- **{indicator.en}**. {indicator.rationale_en} *Goalposts:* {indicator.goalposts_en} "
        f"*Weak point:* {indicator.caveat_en}"
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        file = Path(name)
        file.write_text(renewed(file.read_text(encoding="utf-8"), load()), encoding="utf-8")
