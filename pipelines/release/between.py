"""What moved the index between any two months, in words and as a table."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from dashboards.i18n import language
from pipelines.errors import UsageError
from pipelines.index import change_decomposition, framework, realtime
from pipelines.index.change_decomposition import EditionKey
from pipelines.index.framework import Framework
from pipelines.release import compute

SAYS = {
    "en": (
        "From {first} to {second}, the index went from {before} to {after}, a change of {change}: "
        "new data {new_data}, revised figures {revised_data}, method {method}."
    ),
    "fr": (
        "De {first} à {second}, l’indice est passé de {before} à {after}, soit {change} : données "
        "nouvelles {new_data}, chiffres révisés {revised_data}, méthode {method}."
    ),
}
LINK = {"en": "Link of two versions of the method", "fr": "Raccord de deux versions de la méthode"}


def explain(
    engine: Engine,
    first: pd.Period,
    second: pd.Period,
    as_of: datetime | None,
    now: datetime,
    code: str,
    method: Framework | None = None,
) -> tuple[str, pd.DataFrame]:
    """The change from one month to another: a sentence, and a row an indicator.

    Each month is as known at its own cut-off; with `as_of`, the second one as known then. The
    rows (title, key, change and its causes, points) add up to the change, largest first. Raises
    UsageError where the second month is not later, or one of them has no index.
    """
    if first >= second:
        raise UsageError(f"{second} is not after {first}: name the earlier month first")
    edition = compute.draft(engine, second, as_of=as_of, now=now, method=method)
    index = edition.values[edition.values["key"].eq("index")].set_index("period")["score"]
    allowed = realtime.published_months(edition.values)
    if first not in allowed:
        raise UsageError(f"{first} has no index: the figures allow {allowed[0]} to {allowed[-1]}")
    usual = realtime.cutoff(first, edition.method)
    own = method or framework.in_force(str(first), edition.method)
    earlier = EditionKey(first, min(usual, edition.as_of), own)
    moved = change_decomposition.since(edition.readings, earlier, edition.point)
    lang = language(code)
    before, after = (float(index[month.to_timestamp()]) for month in (first, second))
    causes = {name: lang.number(part, signed=True) for name, part in moved.sum().items()}
    sentence = SAYS[code].format(
        first=lang.month(first.to_timestamp()),
        second=lang.month(second.to_timestamp()),
        before=lang.number(before),
        after=lang.number(after),
        change=lang.number(after - before, signed=True),
        **{str(name): text for name, text in causes.items()},
    )
    titles = {
        key: lang.of(indicator.model_dump()) for key, indicator in edition.method.indicators.items()
    }
    table = moved.assign(change=moved.sum(axis=1)).rename_axis("key").reset_index()
    ordered = table.reindex(table["change"].abs().sort_values(ascending=False, kind="stable").index)
    named = ordered["key"].map(titles).fillna(LINK[code])
    columns = ["title", "key", "change", *moved.columns]
    return lang.typeset(sentence), ordered.assign(title=named)[columns].reset_index(drop=True)


def at(
    engine: Engine, day: datetime, now: datetime, method: Framework | None = None
) -> tuple[pd.Period, pd.DataFrame]:
    """The newest month that could be known on a day, with all that made it.

    Columns: key, kind, value, score, weight, contribution, observed, state. Raises UsageError
    for a day to come.
    """
    if day > now:
        raise UsageError(f"{day:%Y-%m-%d} is to come: nothing of it can be known")
    edition = compute.draft(engine, None, now=day, method=method)
    rows = edition.values[edition.values["period"].eq(edition.month.to_timestamp())]
    columns = ["key", "kind", "value", "score", "weight", "contribution", "observed", "state"]
    order = {"index": 0, "dimension": 1, "indicator": 2, "panel": 3}
    ranked = rows.sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable")
    return edition.month, ranked[columns].reset_index(drop=True)
