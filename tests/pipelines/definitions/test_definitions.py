"""The graph that Dagster loads, and what a red contract holds back."""

import json
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions.assets import index
from pipelines.observatory.peers import record
from sources import registry
from tests.pipelines.observatory.test_peers import document
from tests.server import Reply, Site
from warehouse.publication import identity
from warehouse.publication.identity import Peer


def test_every_source_is_an_asset_with_its_checks(graph: dg.Definitions) -> None:
    nodes = graph.resolve_asset_graph()
    for key in registry():
        asset = dg.AssetKey(["observations", key])
        names = {check.name for check in nodes.get_check_keys_for_assets({asset})}
        assert names == {"contract", "quarantine", "reachable", "fresh"}
        assert nodes.get(asset).owners == ["team:observatory"]
        assert nodes.get(asset).description


def test_the_release_is_monthly_and_everything_runs_by_itself(graph: dg.Definitions) -> None:
    nodes = graph.resolve_asset_graph()
    partitions = nodes.get(dg.AssetKey("release")).partitions_def
    assert partitions is not None
    assert partitions.get_partition_keys()[0] == "2023-08"
    schedules = list(graph.schedules or [])
    names = {schedule.name for schedule in schedules}
    assert {"ask_every_day", "monthly_release_schedule", "prune_schedule"} <= names
    assert all(each.default_status is dg.DefaultScheduleStatus.RUNNING for each in schedules)


def run(graph: dg.Definitions, *keys: str) -> dg.ExecuteInProcessResult:
    selection = [dg.AssetKey(key.split("/")) for key in keys]
    job = dg.define_asset_job("chosen", selection=selection)
    chosen = dg.Definitions.merge(graph, dg.Definitions(jobs=[job]))
    return chosen.resolve_job_def("chosen").execute_in_process(raise_on_error=False)


def named(done: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The results of the checks of a run by name."""
    return {each.check_name: each for each in done.get_asset_check_evaluations()}


def test_a_publisher_that_did_not_answer_is_a_failed_asset(
    home: Path, graph: dg.Definitions
) -> None:
    done = run(graph, "observations/ember")
    assert not done.success
    assert not done.asset_materializations_for_node("observations__ember")
    assert set(named(done)) == {"reachable", "fresh"}  # nothing came that a contract is about
    assert not named(done)["reachable"].passed
    [failed] = [event for event in done.all_events if event.is_step_failure]
    assert "Ember did not answer" in str(failed.step_failure_data.user_failure_data)


def test_a_publisher_that_answered_in_part_is_loaded_and_degraded(
    home: Path, graph: dg.Definitions, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    first, second = registry()["innovation_graph"].requests
    site.serve(first.url, Reply(b"a,b\n1,2\n", headers={"Content-Type": "text/csv"}))
    site.serve(second.url, Reply(status=404))
    done = run(graph, "observations/innovation_graph")
    assert done.asset_materializations_for_node("observations__innovation_graph")
    assert not named(done)["reachable"].passed
    assert named(done)["reachable"].severity is dg.AssetCheckSeverity.ERROR


def test_a_red_contract_keeps_the_index_from_being_recomputed(
    home: Path, graph: dg.Definitions, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    [request] = registry()["ember"].requests
    site.serve(
        request.url, Reply(b"Country,Price\nGermany,1\n", headers={"Content-Type": "text/csv"})
    )
    done = run(graph, "observations/ember", "indicators", "silent_crash_index")
    assert not named(done)["contract"].passed
    assert not done.success
    started = {
        event.node_name for event in done.all_events if event.event_type_value == "STEP_START"
    }
    assert index.op.name not in started
    again = graph.resolve_job_def("load_again").execute_in_process(
        run_config=config_of("load_archived", "ember")
    )
    assert again.success
    assert site.count(request.url) == 1  # what is archived is parsed again, nobody is asked
    monkeypatch.setenv("SILENTCRASH_GATEWAY", "http://127.0.0.1:9")
    assert "contract" not in named(run(graph, "observations/ember"))  # red as before


def config_of(op: str, source: str) -> dict[str, object]:
    """The configuration of a job about one source."""
    return {"ops": {op: {"config": {"source": source}}}}


def test_nothing_archived_cannot_be_loaded_again(empty_home: Path, graph: dg.Definitions) -> None:
    job = graph.resolve_job_def("load_again")
    done = job.execute_in_process(
        run_config=config_of("load_archived", "ember"), raise_on_error=False
    )
    [failed] = [event for event in done.all_events if event.is_step_failure]
    assert "the archive holds nothing of it" in str(failed.step_failure_data.user_failure_data)


def test_unchanged_data_has_the_same_version(home: Path, graph: dg.Definitions) -> None:
    versions = [
        run(graph, "observations/pjm_capacity")
        .asset_materializations_for_node("observations__pjm_capacity")[0]
        .tags["dagster/data_version"]
        for _ in range(2)
    ]
    assert versions[0] == versions[1]


def test_a_backfill_rebuilds_a_past_month(home: Path, graph: dg.Definitions) -> None:
    job = dg.define_asset_job("past", selection=[dg.AssetKey("release")])
    chosen = dg.Definitions.merge(graph, dg.Definitions(jobs=[job]))
    done = chosen.resolve_job_def("past").execute_in_process(partition_key="2025-12")
    assert done.success
    assert (home / "releases" / "2025-12" / "bulletin.fr.html").exists()
    assert named(done)["files"].passed


def test_the_past_of_a_source_is_a_job_that_names_what_is_missing(
    empty_home: Path, graph: dg.Definitions, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    job = graph.resolve_job_def("backfill_source")
    done = job.execute_in_process(
        run_config=config_of("fetch_past", "dstack"), raise_on_error=False
    )
    assert not done.success
    [failed] = [event for event in done.all_events if event.is_step_failure]
    assert "45 of 45 days are not loaded" in str(failed.step_failure_data.user_failure_data)
    assert sum("catalog.zip" in each.path for each in site.asked) == 3


def test_the_site_asks_other_observatories_before_it_is_built(
    empty_home: Path, graph: dg.Definitions, site: Site
) -> None:
    # There is no edition to show: the site fails, and what was read of others stays.
    site.serve("/api/v1/observatory.json", json.dumps(document()).encode())
    house = replace(identity.shipped(), peers=(Peer(site.url),))
    with identity.handed_down(house):
        done = run(graph, "site")
    assert not done.success
    [entry] = record.read(empty_home).values()
    assert (entry.outcome, entry.failing_since) == ("new", None)
