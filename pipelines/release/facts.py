"""The figures that an edition is computed from."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.index.inputs import splices
from warehouse.observations import read


def figures(engine: Engine, *, as_of: datetime, recorded_by: int | None = None) -> pd.DataFrame:
    """Every version of every figure known at `as_of`, histories continued."""
    return splices.apply(read.history(engine, as_of=as_of, recorded_by=recorded_by), splices.load())
