"""A Containerfile in its steps."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
STEP = re.compile(r"^([A-Z]+)\s+(.*)$")


@dataclass
class Stage:
    """A stage: its image, its name and its steps (instruction, text)."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def stages(path: Path = DEPLOY / "Containerfile") -> list[Stage]:
    """The stages of a file in which each step is one line."""
    read: list[Stage] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        match = STEP.match(line)
        assert match, f"not a step: {line}"
        instruction, text = match.groups()
        if instruction == "FROM":
            image, _, name = text.split()
            read.append(Stage(image, name))
        else:
            read[-1].steps.append((instruction, text))
    return read


def copied(text: str) -> tuple[dict[str, str], list[str], str]:
    """Options, sources and target of a COPY."""
    words = shlex.split(text)
    options = dict(word[2:].split("=") for word in words if word.startswith("--"))
    paths = [word for word in words if not word.startswith("--")]
    return options, paths[:-1], paths[-1]
