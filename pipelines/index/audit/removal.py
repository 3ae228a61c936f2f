"""What the gauges would read without each indicator and each dimension."""

import pandas as pd

from pipelines.index.audit.comparison import compare
from pipelines.index.audit.material import GAUGES, PRESSURE, Material, rebuild, with_phase
from pipelines.index.toolkit.leave_one_out import remove_one


def rows(material: Material) -> pd.DataFrame:
    """Change of each gauge, of phases and of their onset under each removal.

    Columns: topic, gauge, key, measure, value, month, verdict.
    """
    return pd.concat([_gauge(material, name) for name in GAUGES], ignore_index=True)


def _gauge(material: Material, name: str) -> pd.DataFrame:
    inputs, path = material.gauges[name], material.published
    groups = {str(key): [str(key)] for key in inputs.scores}
    if len(inputs.tree) > 1:
        members = pd.Series(inputs.parents)
        groups |= {key: list(map(str, members.index[members.eq(key)])) for key in inputs.tree}
    without = remove_one(
        inputs.scores, lambda scores: rebuild(inputs, scores, material.framework), groups
    )
    tables = [
        compare(_path(path, name, without[key], material), path, name, material.framework)
        .assign(key=key)
        for key in groups
        if inputs.scores[groups[key]].notna().any(axis=None)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True).assign(topic="removal", gauge=name)


def _path(path: pd.DataFrame, name: str, level: pd.Series, material: Material) -> pd.DataFrame:
    both = path.assign(**{name: level})
    return with_phase(both[PRESSURE], both["retreat"], material.rules)
