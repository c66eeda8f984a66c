"""What is answered per day: the decomposition of conversions."""

from __future__ import annotations

from pydantic import Field

from chalicelib.api.openapi.answer_schemas import (
    Channel,
    Day,
    Estimate,
    FitReference,
    Reasons,
    Told,
    Warnings,
)


class AnnotatedSpan(Told):
    """Something that happened on some days: a promotion, a holiday, an outage."""

    name: str
    category: str
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class ShockSpan(Told):
    """Days on which conversions changed for an unknown reason."""

    kind: str
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class DayInParts(Told):
    """The conversions of a day, or of the week that begins on it, in parts."""

    date: Day
    actual: float | None
    baseline: Estimate
    context: float
    shocks: float
    incremental: dict[Channel, Estimate]


class Decomposition(Told):
    """Conversions per day: baseline, context and what each channel brought."""

    fit: FitReference
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    confidence: float
    step_days: int
    reasons: Reasons
    warnings: Warnings
    annotations: list[AnnotatedSpan]
    shocks: list[ShockSpan]
    days: list[DayInParts]
