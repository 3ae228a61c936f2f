"""The rules and channels of `alerts.yaml`, checked; a fault names its line."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import RulesError

BUNDLED = Path(__file__).with_name("alerts.yaml")
Kind = Literal[
    "index", "dimension", "indicator", "gauge", "regime", "announcement", "quality", "stale",
    "release", "channel", "scheduler", "register",
]  # fmt: skip
Severity = Literal["info", "watch", "alert", "critical"]
Op = Literal[">", ">=", "<", "<=", "crosses_up", "crosses_down"]
SERIES_KINDS = {"index", "dimension", "indicator", "gauge", "regime"}
FIELDS = {"title", "series", "period", "value", "threshold", "note", "headline"}
Variable = Annotated[str, Field(pattern=r"^\$\{[A-Z][A-Z0-9_]*\}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(_Strict):
    """A comparison of a figure, or of something computed from it.

    `change_1` and `change_12` are its change over that many periods, `percentile` its rank among
    the periods so far (0 to 100), `probability` the share of the index's own replicates at or
    above `threshold` (0 to 1).
    """

    of: Literal["level", "change_1", "change_12", "percentile", "probability"] = "level"
    op: Op
    value: float
    threshold: float | None = None

    @model_validator(mode="after")
    def _threshold(self) -> Self:
        if (self.of == "probability") != (self.threshold is not None):
            raise ValueError("threshold goes with `of: probability`, and with nothing else")
        return self


class Recovery(_Strict):
    """When an alert ends: the figure is back beyond this value."""

    op: Literal[">", ">=", "<", "<="]
    value: float


class Confirmation(_Strict):
    """Fires before `for` is over where P(index >= threshold) is high enough."""

    probability: float = Field(gt=0, le=1)
    threshold: float


class Message(_Strict):
    """The message in both languages, with the fields {title}, {value}, ..."""

    fr: str
    en: str

    @model_validator(mode="after")
    def _fields(self) -> Self:
        for text in (self.fr, self.en):
            try:
                used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            except ValueError as fault:
                raise ValueError(f"message: {fault}") from None
            if not used <= FIELDS:
                raise ValueError(_unknown(min(used - FIELDS), FIELDS))
        return self


class Rule(_Strict):
    """What to watch, and when to notify whom.

    Time is the reference period: `for: 2` is two periods in a row.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Kind
    series: str = "*"
    measure: Literal["score", "value", "contribution"] = "score"
    when: Condition | None = None
    regime: str = ""
    recover: Recovery | None = None
    for_: int = Field(1, alias="for", ge=1)
    keep_for: int = Field(1, ge=1)
    confirm: Confirmation | None = None
    on_missing: Literal["keep", "fire", "resolve"] = "keep"
    on_revision: Literal["retract", "annotate"] = "retract"
    severity: Severity
    owner: str
    runbook: str
    message: Message

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.kind == "regime" and not self.regime:
            raise ValueError("a regime rule says which `regime` it starts at")
        compared = {"index", "dimension", "indicator", "gauge", "announcement"}
        if self.kind in compared and not self.when:
            raise ValueError(f"a rule of kind {self.kind} needs `when`")
        if self.kind not in SERIES_KINDS and (self.for_ > 1 or self.keep_for > 1 or self.confirm):
            raise ValueError(f"for, keep_for and confirm mean nothing for kind {self.kind}")
        plain = self.when is None or (self.when.of == "level" and "cross" not in self.when.op)
        if self.kind == "announcement" and not plain:
            raise ValueError("an announcement has a size and no history: compare its level")
        if self.when and self.recover:
            _apart(self.when, self.recover)
        return self

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what decides when it fires; words and owner may change."""
        decides = self.model_dump(mode="json", exclude={"message", "owner", "runbook", "severity"})
        return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _apart(when: Condition, recover: Recovery) -> None:
    up = when.op in {">", ">=", "crosses_up"}
    if up != (recover.op in {"<", "<="}):
        raise ValueError(f"recover must look the other way than `when` ({when.op})")
    if recover.value > when.value if up else recover.value < when.value:
        raise ValueError(f"recover ({recover.value:g}) overlaps when ({when.value:g})")


class Channel(_Strict):
    """Where messages are sent: which events, and in which language.

    Addresses and secrets are names of environment variables.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    type: Literal["apprise", "webhook"]
    url: Variable
    secret: Variable | None = None
    language: Literal["fr", "en"] = "en"
    severity: tuple[Severity, ...] = ("info", "watch", "alert", "critical")
    kinds: tuple[Kind, ...] | None = None
    digest: Literal["none", "daily"] = "none"
    group: bool = True
    per_hour: int = Field(60, ge=1)
    allow_private: bool = False

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if (self.type == "webhook") != (self.secret is not None):
            raise ValueError("a webhook needs `secret`; no other channel has one")
        return self

    def wants(self, kind: str, severity: str) -> bool:
        """True if events of this kind and severity are sent there."""
        return severity in self.severity and (self.kinds is None or kind in self.kinds)


class RuleSet(_Strict):
    """All that the file declares."""

    version: Literal[1]
    rules: tuple[Rule, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = ()

    def of_kind(self, kind: str) -> Iterator[Rule]:
        """The rules of one kind, in the order of the file."""
        return (rule for rule in self.rules if rule.kind == kind)


def load(path: Path = BUNDLED, names: Mapping[str, Iterable[str]] | None = None) -> RuleSet:
    """The rules of a file.

    Args:
        path: A file like `alerts.yaml`.
        names: The series that exist by kind of rule, and the `regimes`; kinds left out are not
            checked.

    Raises:
        RulesError: One line a fault, `file:line: what is wrong`.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, yaml.CSafeLoader)
        raw = yaml.load(text, yaml.CSafeLoader)
        rules = RuleSet.model_validate(raw)
    except OSError as fault:
        raise RulesError(f"{path}: {fault.strerror}") from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise RulesError(f"{path.name}:{line}: {fault.problem}") from None
    except ValidationError as fault:
        raise RulesError("\n".join(_faults(fault, root, path.name))) from None
    lines = [f"{path.name}:{_line(root, at)}: {why}" for at, why in _clashes(rules, names or {})]
    if lines:
        raise RulesError("\n".join(lines))
    return rules


def _faults(fault: ValidationError, root: yaml.Node | None, name: str) -> Iterable[str]:
    for error in fault.errors():
        yield f"{name}:{_line(root, error['loc'])}: {_explain(error)}"


def _explain(error: Any) -> str:
    entry = ".".join(str(part) for part in error["loc"]) or "the file"
    last = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return f"{entry}: {_unknown(last, _words())}"
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"]) or [error["ctx"]["expected"]]
        return f"{entry}: {_unknown(str(error['input']), choices)}"
    if str(error.get("ctx", {}).get("pattern", "")).startswith(r"^\$"):
        return f"{entry}: write the name of an environment variable, ${{LIKE_THIS}}"
    return f"{entry}: {error['msg'].removeprefix('Value error, ')}"


def _words() -> set[str]:
    models = (RuleSet, Rule, Condition, Recovery, Confirmation, Message, Channel)
    return {f.alias or name for model in models for name, f in model.model_fields.items()}


def _unknown(word: str, choices: Iterable[str]) -> str:
    from difflib import get_close_matches

    valid = sorted(choices)
    close = get_close_matches(word, valid, n=1, cutoff=0.0)  # the nearest, however far it is
    return f"{word!r} is unknown: did you mean {close[0] if close else valid[0]!r}?"


def _line(node: yaml.Node | None, path: Iterable[int | str]) -> int:
    """The line of the deepest node on a path of keys and positions."""
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            entries = {key.value: (key, value) for key, value in node.value}
            if part not in entries:
                break
            line, node = entries[part][0].start_mark.line + 1, entries[part][1]
    return line


def _clashes(rules: RuleSet, names: Mapping[str, Iterable[str]]) -> Iterator[tuple[Any, str]]:
    """Ids used twice, and series and regimes that do not exist."""
    for section, entries in (("rules", rules.rules), ("channels", rules.channels)):
        ids = [entry.id for entry in entries]
        for number, key in enumerate(ids):
            if key in ids[:number]:
                yield (section, number, "id"), f"id {key!r} is given twice"
    regimes = set(names.get("regimes", ()))
    for number, rule in enumerate(rules.rules):
        series = set(names.get(rule.kind, ()))
        if series and "*" not in rule.series and rule.series not in series:
            yield ("rules", number, "series"), _unknown(rule.series, series)
        if rule.regime and regimes and rule.regime not in regimes:
            yield ("rules", number, "regime"), _unknown(rule.regime, regimes)
