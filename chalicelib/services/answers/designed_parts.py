"""What the designs of all kinds of experiments have in common, before the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.attribution.plans.plan_decision import Interval
from chalicelib.services.answers.design_shapes import DesignVerdict, EffectUnit
from chalicelib.services.answers.tested_channels import TestedChannel

CLAIMS = "pseudo_tests_claim_effects"
MOST_FALSE = 0.1
"""Share of pseudo-tests with an effect from which on a test is not feasible."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test is about: a goal, and the channel that is held out; amounts per day."""

    goal: str
    conversions: float
    value: float
    """Value of a conversion after the margin; 1 for a goal without value."""
    has_value: bool
    window_days: int
    channel: TestedChannel | None

    @property
    def brings(self) -> Interval | None:
        """Incremental conversions of the channel by the fit."""
        return None if self.channel is None else self.channel.brings

    @property
    def most(self) -> float | None:
        """The most conversions that the channel could plausibly bring."""
        return None if self.channel is None else self.channel.most

    def error_per_spend(self, error: float, conversions: float) -> float | None:
        """Standard error of the value per unit of spend, from that of a share of conversions."""
        if self.channel is None or self.channel.spend is None:
            return None
        return error * conversions * self.value / self.channel.spend

    def share_of_all(self, conversions: float | None) -> float | None:
        """Incremental conversions as a share of all conversions."""
        if conversions is None or self.conversions <= 0:
            return None
        return conversions / self.conversions

    def lift(self, conversions: float | None) -> float | None:
        """Incremental conversions as a share of those without the channel."""
        share = self.share_of_all(conversions)
        if share is None:
            return None
        return share / (1.0 - share) if share < 1.0 else math.inf

    def per_spend(self, conversions: float | None) -> float | None:
        """Value of incremental conversions per unit of spend."""
        if conversions is None or self.channel is None or self.channel.spend is None:
            return None
        return conversions * self.value / self.channel.spend


@dataclass(frozen=True, slots=True)
class Designed:
    """A design without its verdict."""

    unit: EffectUnit
    days: int
    smallest: float | None = None
    """Smallest effect that is found, in the unit."""
    wanted: float | None = None
    """Effect that the caller wants to find."""
    expected: tuple[float | None, float | None, float | None] = (None, None, None)
    """What the channel brings by the fit, in the unit: estimate and interval."""
    most: float | None = None
    """The most that it could plausibly bring, in the unit."""
    error_per_spend: float | None = None
    """Standard error of the value per unit of spend."""
    days_lost: float | None = None
    """Days of all that the channel brings that are lost while it is held out."""
    false_positives: float | None = None
    pseudo_tests: int = 0
    obstacles: tuple[str, ...] = ()
    """Why the test is not feasible."""
    unknown: tuple[str, ...] = ()
    """Why nothing can be said about it."""
    warnings: tuple[str, ...] = ()
    people: int | None = None
    control_share: float | None = None
    rate: float | None = None
    regions: list[str] | None = None
    first_day: str | None = None
    on_days: list[str] | None = field(default=None)
    block: int | None = None
    decay: float | None = None


def bounds_of(brings: Interval | None) -> Sequence[float | None]:
    """Estimate and interval of what a channel brings; None each if it is not known."""
    if brings is None:
        return None, None, None
    return brings.estimate, brings.low, brings.high


def obstacle_of_size(
    smallest: float | None, wanted: float | None, most: float | None
) -> tuple[str, ...]:
    """The reason against a test that cannot find what there is to find."""
    if smallest is None:
        return ("effect_too_small_to_find",)
    limit = wanted if wanted is not None else most
    if limit is not None and smallest > limit * (1.0 + 1e-9):
        return ("effect_too_small_to_find",)
    return ()


def claims_effects(false_positives: float | None, pseudo_tests: int) -> bool:
    """Whether pseudo-tests claim effects clearly more often than the promised 5 %."""
    if false_positives is None:
        return False
    return false_positives > MOST_FALSE and false_positives * pseudo_tests > 1.5


def verdict_of_test(
    designed: Designed, worth: float | None, lost: float | None, least_worth: float
) -> DesignVerdict:
    """Whether to run a test.

    Parameters
    ----------
    worth : float, optional
        Of the test; None if unknown.
    lost : float, optional
        Value lost during the test less the spend saved; None if nothing can be assumed about it.
    least_worth : float
        A worth below this does not justify a test.
    """
    if designed.obstacles:
        return "not_feasible"
    if designed.smallest is None or worth is None or lost is None:
        return "not_estimable"
    return "worth_it" if worth - lost > 0 and worth >= least_worth else "not_worth_it"
