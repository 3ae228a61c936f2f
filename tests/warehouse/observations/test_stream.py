"""A batch in frames is the same as one frame, and is never all in memory."""

import weakref
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import fetch, frame
from warehouse import load
from warehouse.observations import read


def versions(seed: int, rows: int = 600) -> pd.DataFrame:
    """Shuffled versions of few figures with many repeats, each key once."""
    draw = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "series": draw.choice(["made_up.a", "made_up.b"], rows),
            "period": draw.choice(pd.date_range("2025-01-01", periods=6, freq="MS"), rows),
            "value": draw.choice([1.0, 2.0], rows),
            "status": draw.choice(["final", "preliminary"], rows),
            "known_from": draw.choice(pd.date_range("2025-07-01", periods=200), rows),
        }
    )
    once = rows.drop_duplicates(["series", "period", "known_from"], ignore_index=True)
    return once.assign(known_from=once["known_from"].dt.tz_localize("UTC"))


def pieces(batch: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    return (batch.iloc[start : start + size] for start in range(0, len(batch), size))


def test_frames_in_any_order_say_what_the_whole_says(engine: Engine) -> None:
    load.append(engine, fetch(engine), versions(1, 60))
    stored, batch = read.history(engine), versions(2)
    loaded = load.append(engine, fetch(engine), pieces(batch, 37))
    both = pd.concat([stored.assign(turn=0), batch.assign(turn=1)])
    both = both.sort_values(["series", "period", "known_from", "turn"])
    content = both[["series", "period", "value", "status"]]
    expected = both.loc[content.ne(content.shift()).any(axis=1) & both["turn"].eq(1)]
    stored = read.history(engine)
    new = stored.loc[stored["fetch_id"].eq(loaded.fetch_id)]
    columns = [*content.columns, "known_from"]
    assert new[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert (loaded.added, loaded.unchanged) == (len(new), len(batch) - len(new))
    assert 0 < len(new) < len(batch)


def test_a_key_with_two_values_in_two_frames_is_refused_by_name(engine: Engine) -> None:
    first_frame = frame(("made_up.a", "2026-01-01", 1.0, "2026-02-10"))
    rest = frame(("made_up.b", "2026-01-01", 1.0, "2026-02-10"), ("nobody", "2026-01-01", 1, None))
    second_frame = frame(("made_up.a", "2026-01-01", 2.0, "2026-02-10"))
    loaded = load.append(
        engine, fetch(engine), iter([first_frame, rest, second_frame, rest.head(1)])
    )
    assert sorted(loaded.refused["reason"]) == [
        "made_up.a 2026-01-01: one batch gives it two values",
        "made_up.a 2026-01-01: one batch gives it two values",
        "nobody 2026-01-01: the series is not declared",
    ]
    assert sorted(loaded.refused["value"]) == [1.0, 1.0, 2.0]
    assert read.panel(engine)["series"].tolist() == ["made_up.b"]
    assert (loaded.added, loaded.unchanged) == (1, 1)


def test_frames_that_fail_halfway_leave_nothing(engine: Engine) -> None:
    def broken() -> Iterator[pd.DataFrame]:
        yield versions(1)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        load.append(engine, fetch(engine), broken())
    assert read.history(engine).empty


def test_a_frame_is_let_go_before_the_next_but_one_is_asked_for(engine: Engine) -> None:
    alive: list[weakref.ref[pd.DataFrame]] = []

    def watched() -> Iterator[pd.DataFrame]:
        for seed in range(4):
            assert all(frame() is None for frame in alive[:-1])
            rows = versions(seed, 20)
            alive.append(weakref.ref(rows))
            yield rows
            del rows

    load.append(engine, fetch(engine), watched())
    assert len(alive) == 4
