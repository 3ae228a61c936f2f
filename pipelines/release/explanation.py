"""A month of the index in words, in French and English."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from dashboards.i18n import Language
from pipelines.index import change_decomposition
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands
from pipelines.index.robustness.sensitivity import REPLICATES, Sensitivity

# As many movers as a sentence can carry, and only those that round to a tenth of a point.
MOVERS, VISIBLE = 3, 0.05

SAYS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "value": "{title}, {month}: {value} out of 100, regime: {regime}. "
        "From what was known on {day}.",
        "doubt": "Under {runs} other reasonable choices of the method, nine values in ten lie "
        "between {low} and {high}.",
        "chance": "{chance} of them reach {enter} ({regime}).",
        "settles": "By the errors of the first readings of the past year, nine times in ten the "
        "value settles between {low} and {high}.",
        "reaches": "The chance that it settles at {enter} or more ({regime}) is {chance}.",
        "link": "Link of the methods and composition",
        "change": "It was {before} in {month}, a change of {change}: new data {new_data}, revised "
        "figures {revised_data}, method {method}.",
        "first": "It is the first month of the index.",
        "movers": "Largest contributions to the change: {movers}.",
        "enters": "{name} enters this month: the others weigh less, and part of the change is "
        "one of composition.",
        "leaves": "{name} is withheld this month: the others weigh more, and part of the change is "
        "one of composition.",
        "still": "No indicator moved it by a tenth of a point.",
        "dimensions": "Dimensions (pressure from 0 to 100, points of the index):",
        "dimension": "{name}: {score}, adds {points} with {weight} of the weight ({change})",
        "short": "{name}: withheld, {coverage} of its weight has a figure and {floor} is needed",
        "indicators": "Indicators, the one that adds most first:",
        "indicator": "{name}: {value} {unit}, pressure {score}, adds {points} ({change}); {state}",
        "observed": "observed, figure {observed}",
        "carried": "carried, figure {observed}, {age} months old",
        "absent": "Without a usable figure, and left out with their weight:",
        "none": "{name}: no figure yet",
        "old": "{name}: the newest figure is that {observed}, too old to carry",
    },
    "fr": {
        "value": "{title}, {month} : {value} sur 100, régime : {regime}. "
        "D'après ce qui était connu le {day}.",
        "doubt": "Sous {runs} autres choix raisonnables de méthode, neuf valeurs sur dix sont "
        "entre {low} et {high}.",
        "chance": "{chance} d'entre elles atteignent {enter} ({regime}).",
        "settles": "D'après les erreurs des premières lectures depuis un an, neuf fois sur dix la "
        "valeur se fixe entre {low} et {high}.",
        "reaches": "La probabilité qu'elle se fixe à {enter} ou plus ({regime}) est de {chance}.",
        "link": "Raccord des méthodes et composition",
        "change": "Il était à {before} en {month}, soit {change} : données nouvelles {new_data}, "
        "chiffres révisés {revised_data}, méthode {method}.",
        "first": "C'est le premier mois de l'indice.",
        "movers": "Principales contributions à la variation : {movers}.",
        "enters": "{name} : entrée ce mois-ci ; le reste pèse moins, et une part de la variation "
        "est de composition.",
        "leaves": "{name} : sans valeur ce mois-ci ; le reste pèse davantage, et une part de la "
        "variation est de composition.",
        "still": "Aucun indicateur ne l'a fait varier d'un dixième de point.",
        "dimensions": "Dimensions (pression de 0 à 100, points de l'indice) :",
        "dimension": "{name} : {score}, apporte {points} avec {weight} du poids ({change})",
        "short": "{name} : non publiée, {coverage} de son poids est couvert, il en faut {floor}",
        "indicators": "Indicateurs, celui qui apporte le plus en premier :",
        "indicator": "{name} : {value} {unit}, pression {score}, apporte {points} ({change}) ; "
        "{state}",
        "observed": "observé, chiffre {observed}",
        "carried": "reporté, chiffre {observed}, âgé de {age} mois",
        "absent": "Sans chiffre utilisable, laissés de côté avec leur poids :",
        "none": "{name} : pas encore de chiffre",
        "old": "{name} : le dernier chiffre est celui {observed}, trop ancien pour être reporté",
    },
}


class Account(NamedTuple):
    """What an explanation needs: rows, uncertainty and change of an edition."""

    month: pd.Period
    as_of: datetime
    values: pd.DataFrame
    method: Framework
    doubt: Sensitivity | None  # None where the band comes with the values
    news: pd.DataFrame | None


def text(account: Account, lang: Language) -> str:
    """The explanation of one month, a paragraph after another."""
    rows = _rows(account, account.month)
    moved = change_decomposition.between(_rows(account, account.month - 1), rows)["change"]
    moved = moved if account.news is not None else moved * float("nan")
    lines = [
        " ".join(_head(account, _records(rows[rows["key"].eq("index")])[0], lang)),
        " ".join(_change(account, moved, lang)),
        "",
        _say(lang, "dimensions"),
        *(f"  {line}" for line in _dimensions(account, rows, moved, lang)),
        "",
        _say(lang, "indicators"),
        *(f"  {line}" for line in _indicators(account, rows, moved, lang)),
        *_absent(account, rows, lang),
    ]
    return "\n".join(lines)


def _say(lang: Language, name: str, /, **values: object) -> str:
    return lang.typeset(SAYS[lang.code][name].format(**values))


def _rows(account: Account, month: pd.Period) -> pd.DataFrame:
    return account.values[account.values["period"].eq(month.to_timestamp())]


def _head(account: Account, index: Mapping[str, Any], lang: Language) -> Iterator[str]:
    """The value, its band, and the chance of the next regime."""
    phase = account.method.phase
    labels = [*account.method.regimes, *((phase.retreat, phase.recovery) if phase else ())]
    names = {zone.key: lang.of(zone.model_dump()) for zone in labels}
    yield _say(
        lang,
        "value",
        title=account.method.title[lang.code],
        month=lang.month(index["period"]),
        value=lang.number(index["score"]),
        regime=names[index["regime"]],
        day=lang.day(account.as_of.date()),
    )
    if account.doubt is None:
        yield from _settling(account, index, names, lang)
        return
    band = account.doubt.bands.loc[("index", index["period"])]
    low, high = lang.number(band["p5"]), lang.number(band["p95"])
    yield _say(lang, "doubt", runs=lang.number(REPLICATES, 0), low=low, high=high)
    above = [zone for zone in account.method.regimes if zone.enter > index["score"]]
    if above:
        share = account.doubt.chances.loc[index["period"], above[0].key]
        enter = lang.number(above[0].enter, 0)
        chance = lang.percent(share)
        yield _say(lang, "chance", chance=chance, enter=enter, regime=names[above[0].key])


def _settling(
    account: Account, index: Mapping[str, Any], names: Mapping[str, str], lang: Language
) -> Iterator[str]:
    """Where the index settles by its band, and the chance of the next zone."""
    if pd.isna(index["low"]):
        return
    yield _say(lang, "settles", low=lang.number(index["low"]), high=lang.number(index["high"]))
    above = [zone for zone in account.method.regimes if zone.enter > index["score"]]
    if above:
        rows = _rows(account, account.month)
        share = bands.chance(rows[rows["key"].eq("index")], above[0].enter).iloc[0]
        enter, chance = lang.number(above[0].enter, 0), lang.percent(share)
        yield _say(lang, "reaches", chance=chance, enter=enter, regime=names[above[0].key])


def _change(account: Account, moved: pd.Series, lang: Language) -> Iterator[str]:
    """What changed since the month before, by cause and by indicator."""
    if account.news is None:
        yield _say(lang, "first")
        return
    before = _rows(account, account.month - 1).set_index("key")["score"]["index"]
    causes = {key: lang.number(sum_, signed=True) for key, sum_ in account.news.sum().items()}
    yield _say(
        lang,
        "change",
        before=lang.number(before),
        month=lang.month((account.month - 1).to_timestamp()),
        change=lang.number(moved["index"], signed=True),
        **{str(key): figure for key, figure in causes.items()},
    )
    parts = moved[moved.index.isin(account.news.index) & moved.abs().ge(VISIBLE)]
    most = parts.reindex(parts.abs().sort_values(ascending=False, kind="stable").index)[:MOVERS]
    named = [
        f"{_name(account, str(key), lang)} ({lang.number(change, signed=True)})"
        for key, change in most.items()
    ]
    yield _say(lang, "movers", movers=", ".join(named)) if named else _say(lang, "still")
    yield from _members(account, lang)


def _members(account: Account, lang: Language) -> Iterator[str]:
    """The dimensions that were not counted the month before, or no longer are."""
    now, before = (
        _rows(account, month).set_index("key")["score"].notna()
        for month in (account.month, account.month - 1)
    )
    for dimension in account.method.dimension:
        if now[dimension.key] != before[dimension.key]:
            name = lang.of(dimension.model_dump())
            yield _say(lang, "enters" if now[dimension.key] else "leaves", name=name)


def _dimensions(
    account: Account, rows: pd.DataFrame, moved: pd.Series, lang: Language
) -> Iterator[str]:
    floor = lang.percent(account.method.rules.coverage_dimension)
    by_key = {row["key"]: row for row in _records(rows)}
    for dimension in account.method.dimension:
        row, name = by_key[dimension.key], lang.of(dimension.model_dump())
        if pd.isna(row["score"]):
            coverage = lang.percent(row["coverage"])
            yield _say(lang, "short", name=name, coverage=coverage, floor=floor)
            continue
        yield _say(
            lang,
            "dimension",
            name=name,
            score=lang.number(row["score"]),
            points=lang.number(row["contribution"]),
            weight=lang.percent(row["weight"]),
            change=lang.number(moved[dimension.key], signed=True),
        )


def _indicators(
    account: Account, rows: pd.DataFrame, moved: pd.Series, lang: Language
) -> Iterator[str]:
    inside = rows[rows["kind"].eq("indicator") & rows["contribution"].notna()]
    for row in _records(inside.sort_values(["contribution", "key"], ascending=[False, True])):
        indicator = account.method.indicators[row["key"]]
        age = "" if pd.isna(row["age_months"]) else int(row["age_months"])
        yield _say(
            lang,
            "indicator",
            name=lang.of(indicator.model_dump()),
            value=lang.number(row["value"], indicator.decimals),
            unit=lang.of(indicator.model_dump(), "unit"),
            score=lang.number(row["score"], 0),
            points=lang.number(row["contribution"]),
            change=lang.number(moved[row["key"]], signed=True),
            state=_say(lang, row["state"], observed=_of_period(row, indicator.step, lang), age=age),
        )


def _absent(account: Account, rows: pd.DataFrame, lang: Language) -> Iterator[str]:
    """The indicators that have no figure to use, each with its reason."""
    absent = rows[rows["kind"].eq("indicator") & rows["score"].isna()]
    if len(absent):
        yield ""
        yield _say(lang, "absent")
    for row in _records(absent):
        name = _name(account, row["key"], lang)
        if pd.isna(row["observed"]):
            yield "  " + _say(lang, "none", name=name)
        else:
            step = account.method.indicators[row["key"]].step
            yield "  " + _say(lang, "old", name=name, observed=_of_period(row, step, lang))


def _of_period(row: Mapping[str, Any], step: str, lang: Language) -> str:
    """The month or the quarter that a figure is about, after "of"."""
    return lang.of_period(f"{row['observed']}-01", step)


def _name(account: Account, key: str, lang: Language) -> str:
    return lang.of(account.method.indicators[key].model_dump())


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
