"""The tables of the two gauges of an edition, beside the index in force."""

from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class GaugeMethod(SQLModel, table=True):
    """The method by which the gauges of a release were computed, whole."""

    __tablename__ = "gauge_method"

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    method: dict[str, Any] = Field(
        sa_column=Column(JSON, nullable=False), description="The method as used, whole"
    )


class IndexGauge(SQLModel, table=True):
    """Pressure and retreat of a release by month, with what they are made of.

    The method is that of gauge_method for the release.
    """

    __tablename__ = "index_gauge"

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    period: int = Field(
        primary_key=True, description="First day of the month, days since 1970-01-01"
    )
    key: str = Field(
        primary_key=True, description="index (the pressure), retreat, or what they are made of"
    )
    reading: int = Field(
        primary_key=True,
        description="1 at the cut-off of the month, 2 a month later, 3 three months later",
    )
    kind: str = Field(
        description="index, gauge, dimension, indicator, sign (of retreat) or composition"
    )
    value: float | None = Field(
        default=None, description="Indicator after its transformation, in its unit"
    )
    score: float | None = Field(default=None, description="0 to 100; null where withheld")
    low: float | None = Field(
        default=None, description="Lower end of the 90 % band: gauges and dimensions, first reading"
    )
    high: float | None = Field(default=None, description="Upper end of that band")
    weight: float | None = Field(default=None, description="Effective weight in its gauge")
    contribution: float | None = Field(
        default=None, description="Points of its gauge; the parts add up to it"
    )
    coverage: float | None = Field(
        default=None,
        description="Of a gauge, the weight observed among what is due; else what is present",
    )
    true_dates: float | None = Field(
        default=None,
        description="Of a gauge, the share of its weight on dates that are not assumed",
    )
    observed: str | None = Field(
        default=None, description="Period of the newest figure used, YYYY-MM"
    )
    age_months: int | None = Field(
        default=None, description="Months between that period and the month"
    )
    state: str = Field(
        default="", description="observed, provisional, carried, withheld or not due"
    )
    regime: str = Field(default="", description="Phase of the month; index rows only")
    reason: str = Field(default="", description="Why it is withheld or provisional")


class GaugeAudit(SQLModel, table=True):
    """The audit of both gauges of a release, in the order of its topics.

    Signs, weights, pairs and extremes of the indicators; removals and choices; how first
    readings held.
    """

    __tablename__ = "gauge_audit"

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    rank: int = Field(primary_key=True, description="Order of the row in the audit")
    topic: str = Field(
        description="conflict, importance, redundancy, consistency, saturation, outliers, "
        "removal, choice, ranking, false_alarm, coverage or nowcast"
    )
    gauge: str = Field(description="pressure or retreat")
    key: str = Field(description="Indicator, dimension, choice or phase that is examined")
    against: str = Field(default="", description="What it is held against, where that is a key")
    measure: str = Field(description="What is measured: docs/method.md, step 4")
    value: float | None = Field(
        default=None, description="A correlation, a share, a ratio, points or months"
    )
    month: str = Field(default="", description="The month that the measure names, YYYY-MM")
    months: int | None = Field(default=None, description="Months that it rests on")
    low: float | None = Field(default=None, description="Lowest value within the limits")
    high: float | None = Field(default=None, description="Highest value within the limits")
    verdict: str = Field(default="", description="within, beyond, or empty without a limit")
