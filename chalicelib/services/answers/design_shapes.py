"""The shape of GET /v1/experiments/design."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Channel, Day, Estimate, Reasons, Warnings
from chalicelib.services.answers.design_questions import DesignKind
from chalicelib.services.answers.ranges import OfFit

DesignVerdict = Literal["worth_it", "not_worth_it", "not_feasible", "not_estimable"]
EffectUnit = Literal[
    "share_of_conversions", "value_per_currency_unit", "conversions_per_currency_unit"
]


class DesignedTest(OfFit):
    """An experiment before it begins: what to do, what it would find, and whether it is worth it.

    Amounts are in the currency, for the whole test unless the field says otherwise. Fields of other
    kinds of experiments are null.
    """

    kind: DesignKind
    channel: Channel | None
    type: EngagementType | None
    paid: bool | None
    goal: str
    currency: str
    days: int
    people: Annotated[int | None, Field(description="People in both groups of a holdout.")]
    control_share: Annotated[
        float | None, Field(description="Share of them from whom the channel is withheld.")
    ]
    rate: Annotated[
        float | None, Field(description="Conversions per person during the test, by the fit.")
    ]
    regions: Annotated[
        list[str] | None, Field(description="Regions in which the channel is switched off.")
    ]
    first_day: Annotated[Day | None, Field(description="First day of a switchback.")]
    on_days: Annotated[
        list[Day] | None,
        Field(description="Days with the usual spend; on the other days of the test none."),
    ]
    block: Annotated[int | None, Field(description="Days of a block of a switchback.")]
    decay: Annotated[
        float | None,
        Field(description="Share of an effect that the analysis expects to remain the next day."),
    ]
    smallest_detectable_effect: Annotated[
        float | None, Field(description="Found with the power below; in the unit `effect_is_in`.")
    ]
    effect_is_in: EffectUnit
    expected_effect: Annotated[
        Estimate, Field(description="What the channel brings by the fit, in the same unit.")
    ]
    power: float
    false_positives_in_pseudo_tests: Annotated[
        float | None,
        Field(description="Share of the tests without an effect in which one is claimed."),
    ]
    pseudo_tests: int
    costs: Annotated[float | None, Field(description="Value lost while the channel is held out.")]
    spend_saved: Annotated[float | None, Field(description="Spend that is not spent meanwhile.")]
    worth: Annotated[
        float | None,
        Field(description="Expected value of the better plan in the half year after the test."),
    ]
    net_worth: Annotated[
        float | None, Field(description="`worth` less `costs`, plus `spend_saved`.")
    ]
    verdict: DesignVerdict
    reasons: Reasons
    warnings: Warnings
    sentence: str
