"""What GET /v1/attribution is answered with."""

from __future__ import annotations

from pydantic import Field

from chalicelib.api.openapi.answer_schemas import (
    Channel,
    Count,
    Day,
    Estimate,
    FitReference,
    Method,
    Reasons,
    Told,
    Warnings,
)
from chalicelib.model.events import EngagementType


class Credit(Told):
    """What a classical model credits to a kind."""

    conversions: float | None
    value: float | None
    share: float | None
    reasons: Reasons
    sampling_error: float | None = Field(default=None, description="Of `shapley` only.")


class CreditInAll(Told):
    """What a classical model credits in all."""

    conversions: float | None
    value: float | None
    reasons: Reasons


class Ours(Told):
    """What engagements caused."""

    incremental_conversions: Estimate
    incremental_revenue: Estimate
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class EngagementCredit(Told):
    """One kind under each model."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    anonymous: Count | None
    credits: dict[str, Credit]
    ours: Ours


class CreditTotals(Told):
    """All kinds together."""

    conversions: int
    credits: dict[str, CreditInAll]
    ours: Ours


class LeftOut(Told):
    """What is on no path."""

    anonymous_engagements: Count | None
    anonymous_conversions: int | None
    untouched_conversions: int | None
    reasons: Reasons


class Attribution(Told):
    """The classical models side by side with what engagements caused."""

    fit: FitReference
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    currency: str
    confidence: float
    lookback_days: int | None
    warnings: Warnings
    models: list[str]
    statement: str
    engagements: list[EngagementCredit]
    totals: CreditTotals
    left_out: LeftOut
