"""The shape of GET /v1/experiments/switchback."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Channel, Day, Estimate, Reasons, Warnings
from chalicelib.services.answers.ranges import OfFit

SwitchbackVerdict = Literal["effective", "no_effect_seen", "inconclusive", "not_estimable"]


class EffectOfTest(TypedDict):
    """An effect as `POST /v1/experiments` takes it."""

    incremental_conversions: float
    standard_error: float


RegisteredSwitchback = TypedDict(
    "RegisteredSwitchback",
    {
        "kind": Literal["holdout"],
        "name": str,
        "channel": Channel,
        "type": EngagementType,
        "paid": bool,
        "goal": str,
        "from": Day,
        "to": Day,
        "engagements": int,
        "effect": EffectOfTest,
    },
)
RegisteredSwitchback.__doc__ = """The body with which `POST /v1/experiments` registers the test."""


class SwitchbackResult(OfFit):
    """A finished switchback: what its channel brings per unit of spend, and how sure that is."""

    channel: Channel
    type: EngagementType
    paid: bool
    goal: str
    currency: str
    first_day: Day
    days: int
    block: int
    decay: Annotated[
        float | None, Field(description="Share of an effect that is assumed to remain a day later.")
    ]
    days_used: Annotated[int | None, Field(description="Days of the test without an annotation.")]
    spend_on: Annotated[float | None, Field(description="Mean spend of a day on.")]
    spend_off: Annotated[float | None, Field(description="Mean spend of a day off.")]
    days_against_schedule: Annotated[
        list[Day], Field(description="Days with spend where there should be none, or without.")
    ]
    conversions_per_currency_unit: Estimate
    value_per_currency_unit: Annotated[
        Estimate, Field(description="After the margin; null if conversions have no value.")
    ]
    incremental_roas: Annotated[
        Estimate, Field(description="Revenue per currency unit; null if there is no value.")
    ]
    p_value: float | None
    false_positives_in_pseudo_tests: float | None
    pseudo_tests: int
    verdict: SwitchbackVerdict
    reasons: Reasons
    warnings: Warnings
    sentence: str
    register: Annotated[
        RegisteredSwitchback | None,
        Field(description="Body for `POST /v1/experiments`, so that the next fit uses the test."),
    ]
