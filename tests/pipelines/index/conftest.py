"""Property tests without a clock, and the shipped history read once."""

import pandas as pd
import pytest
from hypothesis import settings

from pipelines.index import realtime
from pipelines.index.framework import Framework, load, newest
from pipelines.index.inputs import last_readings
from sources import registry
from sources.tidy import read_history

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def readings_kept() -> None:
    """Each test of the engine reads its figures itself."""


@pytest.fixture(scope="session")
def method() -> Framework:
    """The method in force."""
    return load()


@pytest.fixture(scope="session")
def following() -> Framework:
    """The method that follows it."""
    return newest()


@pytest.fixture(scope="session")
def history() -> pd.DataFrame:
    """Every version of every shipped figure."""
    paths = [source.history for source in registry().values() if source.history]
    frames = [read_history(path).assign(fetch_id=n) for n, path in enumerate(paths, 1)]
    through = [pair for source in registry().values() for pair in source.read_through]
    return pd.concat([*frames, last_readings.declared(through)], ignore_index=True)


@pytest.fixture(scope="session")
def readings(history: pd.DataFrame, following: Framework) -> realtime.Readings:
    """What is read of that history by the method that follows."""
    return realtime.Readings(history, following)
