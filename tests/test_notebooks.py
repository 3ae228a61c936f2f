"""The notebooks of docs/notebooks run, and say what the warehouse holds."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.conftest import NOW
from tests.dashboards.conftest import shipped_store
from warehouse import query

__all__ = ["shipped_store"]
FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("marimo") is None, reason="`uv sync` brings marimo"
)


@pytest.fixture(autouse=True)
def _installation(shipped_store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SILENTCRASH_WAREHOUSE", str(shipped_store.url))
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())


def run(name: str) -> tuple[list[str], dict[str, Any]]:
    """What each cell shows, as HTML, and every name that a cell defines."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    from marimo._output.formatting import as_html

    outputs, defined = module.app.run()
    return [as_html(output).text for output in outputs if output is not None], defined


def test_every_notebook_has_a_test() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {"from_index_to_bytes", "real_time"}


def test_the_index_leads_down_to_the_bytes(shipped_store: Engine) -> None:
    shown, defined = run("from_index_to_bytes")
    assert round(defined["index"]["index"].iloc[-1], 1) == 48.9
    total = defined["parts"]["contribution"].sum()
    assert total == pytest.approx(defined["index"]["index"].iloc[-1])
    assert defined["computed"] == defined["first"]["sha256"]
    assert "Elles sont égales" in shown[-1]


def test_a_reader_in_real_time_saw_the_first_print(shipped_store: Engine) -> None:
    shown, defined = run("real_time")
    # the Bureau's prints of January 2026: 46,968 million, and 56,211 from July on
    assert defined["triangle"].loc["2026-01-01"].tolist()[0] == 46_968
    assert defined["triangle"].loc["2026-01-01"].tolist()[-1] == 56_211
    versions = query.run(
        shipped_store,
        "select period, count(*) as prints from v_observation_history "
        "where series = 'census.c30.data_center' group by period having count(*) > 1",
    )
    assert defined["revised"]["period"].tolist() == versions["period"].tolist()
    seen = defined["seen"].loc["2026-01-01"]
    assert seen["now"] > seen["then"]
    assert all("·" in text for text in shown[:1])
