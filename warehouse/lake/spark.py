"""The figures of the lake as known on a day, computed by Apache Spark.

    For when one machine is not enough.
Needs the extra `spark` and Java 17 or newer. Memory, cores and the keys of an object store are
Spark's own settings: `spark-defaults.conf` in the folder that SPARK_CONF_DIR names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from warehouse.database import WarehouseError
from warehouse.lake.extract import SCHEMA
from warehouse.lake.panel import readable, statement
from warehouse.lake.sync import manifest

COLUMNS = (
    "series string, period date, value double, status string, known_from timestamp, fetch_id int"
)
HADOOP = {"s3": "s3a", "gcs": "gs", "abfs": "abfss"}


def panel(
    root: str,
    as_of: datetime | None = None,
    recorded_by: int | None = None,
    *,
    monthly: bool = False,
    master: str = "",
) -> pd.DataFrame:
    """The answer of `panel.panel`, computed by the Spark cluster at `master`."""
    with session(master) as spark:
        return answer(spark, root, as_of, recorded_by, monthly=monthly)


@contextmanager
def session(master: str = "") -> Iterator[Any]:
    """A Spark session on a master, by default on this machine.

    `master` is `spark://host:port`, `yarn` or `k8s://...`. Raises WarehouseError where PySpark or
    Java is missing, or the master does not answer.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise WarehouseError(
            "Spark needs PySpark and Java: pip install 'silent-crash-observatory[spark]'"
        ) from None
    builder = SparkSession.builder.appName("silentcrash").master(master or "local[*]")
    try:
        spark = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    except (PySparkException, OSError) as fault:
        raise WarehouseError(f"Spark did not start at {master or 'local[*]'}: {fault}") from None
    try:
        yield spark
    finally:
        spark.stop()


def answer(
    spark: Any,
    root: str,
    as_of: datetime | None = None,
    recorded_by: int | None = None,
    *,
    monthly: bool = False,
) -> pd.DataFrame:
    """The answer of `panel.panel`, computed in this session."""
    paths = [f"{hadoop(root)}/{file['path']}" for file in manifest(root).files]
    if not paths:
        return readable(SCHEMA.empty_table())
    versions = spark.read.schema(COLUMNS).parquet(*paths)
    versions.createOrReplaceTempView("observations")
    query = statement("spark", as_of, recorded_by, monthly=monthly)
    return readable(spark.sql(query).toArrow())


def hadoop(root: str) -> str:
    """The Hadoop address of a folder or an fsspec address: s3 is s3a there."""
    scheme, separator, rest = root.partition("://")
    return f"{HADOOP.get(scheme, scheme)}://{rest}" if separator else Path(root).absolute().as_uri()
