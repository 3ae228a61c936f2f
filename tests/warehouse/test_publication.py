"""When an edition was made, approved and public, on both engines."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.warehouse.made_up import NO_LINEAGE
from tests.warehouse.test_edition import VALUES
from warehouse import edition, query
from warehouse.publication import repository
from warehouse.publication.timeline import EditionTimeline
from warehouse.release_calendar import cutoff


def at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)


def stored(engine: Engine, month: str, computed: str, **more: Any) -> int:
    """A made-up edition of a month; `more` are columns of Release."""
    columns: dict[str, Any] = {
        "as_of": cutoff(month, 10),
        "data_hash": f"{month} {computed}",
        "values": VALUES,
    }
    return edition.save(
        engine,
        lineage=NO_LINEAGE,
        month=month,
        recorded_by=0,
        framework={"title": {}, "rules": {"cutoff_day": 10}},
        framework_version="0",
        framework_hash="f0",
        created_at=at(computed),
        **columns | more,
    )


def named(editions: dict[str, EditionTimeline]) -> dict[str, int]:
    """The ids of editions by their names."""
    return {name: own.release for name, own in editions.items()}


def only(engine: Engine, *, approval: bool = False) -> EditionTimeline:
    [timeline] = repository.timelines(engine, approval=approval)
    return timeline


@pytest.mark.parametrize(
    ("computed", "public", "reconstructed"),
    [
        ("2027-01-11T00:30", "2027-01-12T09:00", False),  # waits for its hour
        ("2027-01-15T10:00", "2027-01-15T10:00", False),  # late: not before it was made
        ("2027-02-10T23:59", "2027-02-10T23:59", False),
        ("2027-02-11T00:00", "2027-02-11T00:00", True),  # after the next cut-off
        ("2028-11-23T09:00", "2028-11-23T09:00", True),
    ],
)
def test_an_edition_is_public_when_it_is_made_and_due(
    engine: Engine, computed: str, public: str, reconstructed: bool
) -> None:
    number = stored(engine, "2026-12", computed)
    own = edition.load(engine, number).timeline
    assert own == only(engine)
    assert (own.public_at, own.reconstructed) == (at(public), reconstructed)
    assert own.state(at("2027-01-11T01:00")) == "computed"
    assert own.state(at(public)) == "public"


def test_the_hour_that_was_announced_stays(engine: Engine) -> None:
    announced = at("2027-01-13T09:00")  # by another calendar of holidays
    stored(engine, "2026-12", "2027-01-11T00:30", due_at=announced)
    assert only(engine).public_at == announced


def test_an_edition_waits_until_an_editor_approves_it_once(engine: Engine) -> None:
    number = stored(engine, "2026-12", "2027-01-11T00:30", awaits_approval=True)
    before = only(engine)
    assert (before.public_at, before.state(at("2030-01-01T00:00"))) == (None, "waiting")
    assert repository.issued([before]) == {}
    late = at("2027-01-14T16:00")
    own, new = repository.approve(engine, number, by="Amina", note="read twice", at=late)
    assert new
    assert own == only(engine)
    assert (own.public_at, own.approved_by, own.note) == (late, "Amina", "read twice")
    again, new = repository.approve(engine, number, by="Bruno", note="", at=at("2027-02-01T00:00"))
    assert (again, new) == (own, False)
    [row] = query.run(engine, "select data_hash, approved_by, approval_note, awaits_approval "
                              "from v_release").to_dict("records")  # fmt: skip
    assert row["approved_by"] == "Amina"
    assert row["data_hash"] == "2026-12 2027-01-11T00:30"
    assert bool(row["awaits_approval"])
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from approval")) == 1


def test_an_early_approval_waits_for_the_hour(engine: Engine) -> None:
    number = stored(engine, "2026-12", "2027-01-11T00:30", awaits_approval=True)
    own, _ = repository.approve(engine, number, by="A", note="", at=at("2027-01-11T08:00"))
    assert own.public_at == at("2027-01-12T09:00")
    assert own.state(at("2027-01-12T08:59")) == "approved"


def test_asking_for_approvals_later_moves_no_date(engine: Engine) -> None:
    number = stored(engine, "2026-12", "2027-01-11T00:30")
    assert only(engine).public_at == at("2027-01-12T09:00")
    assert only(engine, approval=True).waits
    repository.approve(engine, number, by="A", note="", at=at("2027-06-01T08:00"))
    assert only(engine, approval=True).public_at == at("2027-01-12T09:00")


def test_names_follow_the_order_in_which_editions_became_public(engine: Engine) -> None:
    first = stored(engine, "2026-12", "2027-01-13T00:00", awaits_approval=True)
    second = stored(engine, "2026-12", "2027-01-14T00:00", awaits_approval=True)
    trial = stored(engine, "2026-12", "2027-01-14T00:00", as_of=at("2027-01-05T00:00"))
    repository.approve(engine, second, by="A", note="", at=at("2027-01-14T10:00"))
    timelines = repository.timelines(engine)
    assert named(repository.issued(timelines)) == {"2026-12": second}
    preview = named(repository.issued(timelines, waiting=True))
    assert preview == {"2026-12": second, "2026-12-r1": first}
    repository.approve(engine, first, by="A", note="", at=at("2027-01-20T10:00"))
    names = named(repository.issued(repository.timelines(engine)))
    assert names == {"2026-12": second, "2026-12-r1": first}
    own = edition.load(engine, trial).timeline
    assert (own.public_at, own.reconstructed, own.waits) == (None, True, False)


def test_an_edition_that_does_not_exist_is_named_with_what_to_do(engine: Engine) -> None:
    with pytest.raises(LookupError, match=r"stored: none.*`silentcrash release 2026-12`"):
        repository.of_month(repository.timelines(engine), "2026-12")
    stored(engine, "2026-11", "2026-12-11T10:00")
    with pytest.raises(LookupError, match="stored: 2026-11"):
        repository.of_month(repository.timelines(engine), "2026-12")
