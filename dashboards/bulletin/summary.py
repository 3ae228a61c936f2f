"""What a bulletin says on its first pages: three points and how it was made."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards import index_revisions, indicator_words
from dashboards.bulletin import diffusion, gate, headline, key_points, reading
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from warehouse.release_calendar import cutoff, following_month

Row = dict[str, Any]
LEADERS = 2


@dataclass(frozen=True)
class Lede:
    """The sentences under the headline: on the level, and on what is known.

    `unread` is true of a month without a reading, of which what is known comes first.
    """

    level: list[str]
    coverage: list[str]
    unread: bool

    @property
    def sentences(self) -> list[str]:
        """All of them, the weightier part first."""
        parts = [self.level, self.coverage]
        return [sentence for part in (parts[::-1] if self.unread else parts) for sentence in part]


def lede(stats: EditionStats, kind: reading.Kind, lang: Language) -> Lede:
    """The sentences under the headline, by how much is known of the month."""
    method = change_of_method(stats, lang)
    if kind == "none":
        level = headline.estimate_lede(stats, lang.day(next_cutoff(stats)), lang)
        return Lede([*level, *method], headline.unread_lede(stats, lang), unread=True)
    largest = stats.dimension_points.iloc[-1].nlargest(LEADERS)
    dimensions = lang.names(stats.dimensions)
    leaders = [(dimensions[str(key)], points) for key, points in largest.items()]
    coverage = headline.observed_lede(stats.states["observed"], lang)
    if kind == "provisional":
        share = lang.percent(reading.reading(stats).observed)
        coverage.append(lang.say("lede_provisional", observed=share))
    return Lede([*headline.level_lede(stats.level, leaders, lang), *method], coverage, unread=False)


def change_of_method(stats: EditionStats, lang: Language) -> list[str]:
    """A sentence on a new version of the method."""
    succeeds = stats.edition.framework.get("succeeds")
    if not succeeds or stats.edition.month < succeeds["since"]:
        return []
    link = stats.line("link")
    return [
        lang.say(
            "lede_new_method" if stats.edition.month == succeeds["since"] else "lede_method",
            new=stats.edition.framework_version,
            old=succeeds["method"]["version"],
            since=lang.month(succeeds["since"]),
            link=lang.number(link["contribution"], signed=True),
        )
    ]


def next_cutoff(stats: EditionStats, ahead: int = 1) -> date:
    """The cut-off of the edition so many months ahead, by the rule of the method."""
    return cutoff(following_month(stats.edition.month, ahead), stats.cutoff_day).date()


def three_points(stats: EditionStats, own: Lede, gauges: Row | None, lang: Language) -> list[Row]:
    """Level, phase and what is known: each a name with its sentences.

    An edition without gauges says how far the move spreads in the place of its phase. `lede`
    marks the sentences that stand under the headline elsewhere.
    """
    if gauges and gauges["read"]:
        middle = ("phase", [gauges["read"]])
    else:
        middle = ("spread", [diffusion.breadth(stats, lang)["text"]])
    parts = [("level", own.level), middle, ("known", own.coverage)]
    return [
        {"name": str(lang.words[f"key_{name}"]), "text": text, "lede": name in ("level", "known")}
        for name, text in parts
    ]


def due(stats: EditionStats, gauges: Row | None, lang: Language) -> Row:
    """What decides whether the month is read, and what is missing or late."""
    shares = [
        lang.say("pair", name=lang.words[f"state_{state}"], figure=lang.percent(share))
        for state, share in stats.states.items()
    ]
    sources = stats.edition.sources
    late = int(sources["late"].astype(bool).sum())
    return {
        "conditions": [
            [
                condition.name,
                condition.required,
                condition.value,
                str(lang.words["gate_met" if condition.met else "gate_unmet"]),
            ]
            for condition in gate.conditions(stats, lang)
        ],
        "missing": gauges["unread"] if gauges else [],
        "states": lang.say("due_states", parts=lang.grammar.comma.join(shares))
        if stats.states.sum()
        else "",
        "late": lang.say("due_late", late=late, count=len(sources))
        if late
        else lang.say("quality_late_none"),
    }


def revised(stats: EditionStats, gauges: Row | None, lang: Language) -> list[str]:
    """How the index and its figures were revised since they were first known."""
    count = len(stats.revised)
    notes = [lang.say("revised_some", count=count) if count else lang.say("revised_none")]
    now = stats.edition.revised.set_index("period")["score"]
    moved = index_revisions.against_now(stats.index_scores, now)
    if len(moved):
        points = moved["revision"]
        extreme = moved.loc[[points.abs().idxmax()]]
        notes.append(
            lang.say(
                "revised_index",
                months=len(moved),
                absolute=lang.points(points.abs().mean()),
                largest=lang.points(extreme["revision"].iloc[0], signed=True),
                month=lang.month(extreme.index[0]),
            )
        )
    return [*notes, *(gauges["again"] if gauges else [])]


def dimensions(stats: EditionStats, lang: Language) -> list[list[str]]:
    """A row a dimension: name, score, change over a month and a year, points."""
    return [
        [
            lang.of(group),
            lang.number(line["score"]),
            lang.number(line["change"], signed=True),
            lang.number(key_points.year_change(stats, group["key"]), signed=True),
            lang.number(line["contribution"]),
        ]
        for group in stats.dimensions
        for line in [stats.line(group["key"])]
    ]


def publishers(stats: EditionStats, lang: Language) -> str:
    """A sentence that names the publishers of the figures of the month."""
    used = stats.members["series"].unique()
    sources = stats.edition.series.set_index("key")["source"].reindex(used).dropna().unique()
    catalogue = {row["key"]: row for row in stats.edition.sources.to_dict("records")}
    names = {
        indicator_words.publisher(catalogue[key], lang): None for key in sources if key in catalogue
    }
    if not names:
        return ""
    named = str(lang.words["semicolon"]).join(sorted(names, key=dictionary_order))
    return lang.say("sources_used", publishers=named)


def dictionary_order(name: str) -> str:
    """The key by which names are sorted as in a dictionary."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def steps(framework: Mapping[str, Any], lang: Language) -> list[str]:
    """How a method makes the index, a sentence a step."""
    rule = framework["rules"]
    return [
        lang.typeset(
            text.format(
                day=rule["cutoff_day"],
                dimension=lang.percent(rule["coverage_dimension"]),
                index=lang.percent(rule["coverage_index"]),
                confirm=rule.get("confirm", 1),
            )
        )
        for text in lang.words["method_steps_gauges" if framework.get("phase") else "method_steps"]
    ]
