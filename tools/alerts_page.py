"""Write the backtest: `python -m tools.alerts_page docs/alerts.md`."""

import sys
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from pipelines.alerts import backtest, reports, service
from pipelines.alerts.rules import RuleSet
from pipelines.settings import from_environment
from tools import docs_markers
from warehouse import edition
from warehouse.database import open_for_reading


def markdown(summary: pd.DataFrame, events: pd.DataFrame, version: str) -> str:
    """A table of the rules, then every firing with its end."""
    heading = f"Method {version}. Every firing and its end:"
    return f"{_table(summary)}\n\n{heading}\n\n{_table(spells(events))}"


def spells(events: pd.DataFrame) -> pd.DataFrame:
    """A row a firing: rule, series, first month, month of its end, value."""
    ends = {"resolved": "ends", "retracted": "retracted"}
    rows = []
    for (rule, series), mine in events.groupby(["rule", "series"], sort=False):
        for event in mine.to_dict("records"):
            month = f"{event['period']:%Y-%m}"
            if event["kind"] == "firing":
                rows.append([rule, series, month, "still fires", event["value"]])
            elif event["kind"] in ends and rows:
                rows[-1][3] = month if event["kind"] == "resolved" else f"{month}, retracted"
    return pd.DataFrame(rows, columns=["rule", "series", "fires", "ends", "value"])


def renewed(text: str, table: str) -> str:
    """The text with its marked part replaced. Raises ValueError without marks."""
    return docs_markers.renewed(text, "backtest", table)


def _table(frame: pd.DataFrame) -> str:
    head = f"| {' | '.join(map(str, frame.columns))} |".replace("_", " ")
    lines = [head, "|" + "---|" * len(frame.columns)]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:.4g}"
    return str(value)


def tables(engine: Engine, rules: RuleSet) -> str:
    """The backtest of these rules on a store, as Markdown."""
    newest = edition.load(engine)
    parts = [markdown(*reports.run_backtest(engine, rules, "", ""), newest.framework_version)]
    if seen := backtest.gauge_vintages(newest):
        # What the gauges beside the index say: rules on phases, on zones and on the second gauge.
        own = [rule for rule in rules.rules if rule.kind in {"regime", "gauge"}]
        events = backtest.frame(backtest.replay(own, seen))
        summary = backtest.summary(events, own, seen[-1], len(seen) / 12)
        parts.append(markdown(summary, events, str(newest.gauges.method["version"])))
    return "\n\n".join(parts)


def main(files: list[str]) -> None:
    """Renew these files from the newest edition of the store."""
    engine = open_for_reading(from_environment().warehouse)
    table = tables(engine, service.rules_in_force())
    for name in files:
        file = Path(name)
        file.write_text(renewed(file.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
