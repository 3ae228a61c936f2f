"""Columns of the assets and where they come from, as Dagster shows them."""

from collections.abc import Iterable

import dagster as dg

from warehouse import dictionary

OBSERVATION = {
    "series": "string", "period": "date", "value": "float", "unit": "string", "status": "string",
    "known_from": "timestamp", "source": "string",
}  # fmt: skip
INDEX = {
    "period": "date", "key": "string", "kind": "string", "value": "float", "score": "float",
    "weight": "float", "contribution": "float", "coverage": "float", "state": "string",
    "regime": "string",
}  # fmt: skip


def table(view: str, columns: dict[str, str]) -> dict[str, object]:
    """The metadata of an asset that analysts read as a view: name and columns."""
    described = [
        dg.TableColumn(name, kind, description=dictionary.column_text(view, name))
        for name, kind in columns.items()
    ]
    return {
        "dagster/table_name": view,
        "dagster/column_schema": dg.TableSchema(columns=described),
    }


def of_indicators(sources: Iterable[str]) -> dg.TableColumnLineage:
    """What the columns of `indicators` are computed from: the figures of sources."""
    figures = [dg.TableColumnDep(dg.AssetKey(["observations", key]), "value") for key in sources]
    dates = [dg.TableColumnDep(dep.asset_key, "known_from") for dep in figures]
    return dg.TableColumnLineage({"value": figures, "score": figures, "coverage": dates})


def of_index() -> dg.TableColumnLineage:
    """What the columns of `silent_crash_index` are computed from."""
    own = {
        name: dg.TableColumnDep(dg.AssetKey("indicators"), name)
        for name in ("score", "weight", "contribution", "coverage")
    }
    return dg.TableColumnLineage(
        {
            "score": [own["score"], own["weight"]],
            "contribution": [own["score"], own["weight"]],
            "coverage": [own["coverage"], own["weight"]],
            "regime": [own["score"], own["weight"]],
        }
    )
