"""Dagster's release waits for an editor where the installation asks for that."""

import shutil
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Engine

from pipelines.release import approval
from pipelines.settings import from_environment
from tests.pipelines.definitions.conftest import Installation
from warehouse.alerts import repository as alerts


def materialize(
    installation: Installation, graph: dg.Definitions, *keys: str, month: str | None = None
) -> dict[str, object]:
    """What the last of these assets says of its run, in a process of its own."""
    job = dg.define_asset_job("chosen", selection=[dg.AssetKey(key) for key in keys])
    chosen = dg.Definitions.merge(graph, dg.Definitions(jobs=[job])).resolve_job_def("chosen")
    with installation.process() as instance:
        done = chosen.execute_in_process(instance=instance, partition_key=month)
        assert done.success
        event = instance.get_latest_materialization_event(dg.AssetKey(keys[-1]))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def test_site_feeds_and_alerts_wait_with_the_release(
    installation: Installation,
    graph: dg.Definitions,
    store: Engine,
    first_edition: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.dispose()
    shutil.copytree(first_edition, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00+00:00")
    monkeypatch.setenv("SILENTCRASH_APPROVAL", "true")
    releases = tmp_path / "releases"
    metadata = materialize(installation, graph, "release", month="2026-10")
    assert metadata["publication"] == (
        "waits for approval: `silentcrash release approve 2026-10 --by NAME`"
    )
    assert [path.name for path in releases.iterdir()] == ["2026-10_awaiting_approval"]
    assert materialize(installation, graph, "alerts")["edition"] == "none is approved"
    by_release = alerts.history(store)["vintage"].str.startswith("release:")
    assert not by_release.any()
    settings = from_environment()
    approval.approve(store, settings, "2026-10", "Amina", "", settings.releases)
    assert (releases / "editions.fr.atom").exists()
    assert materialize(installation, graph, "alerts")["edition"] == "2026-10"
    assert alerts.history(store)["vintage"].str.startswith("release:").any()
