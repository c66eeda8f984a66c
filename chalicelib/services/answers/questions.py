"""The questions that verdicts answer, and the verdict of the interval alone.

Each question has one or more components ("sides"), each with an estimate. `verdict` accepts
shifts and additional variances of the components, so that `verdicts` can test how robust a
verdict is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from chalicelib.attribution.power import Comparison
from chalicelib.attribution.ratio import tost

Name = Literal[
    "profitable",
    "unprofitable",
    "effective",
    "no_effect_seen",
    "worth_more",
    "worth_less",
    "equivalent",
    "too_early",
    "inconclusive",
    "not_estimable",
]

MATERIAL_EFFECT = 0.01
"""An effect of at least this share of all conversions is material."""


class Question(Protocol):
    """A question that a verdict answers."""

    @property
    def sides(self) -> int:
        """Number of components."""

    def verdict(self, shifts: Sequence[float], variances: Sequence[float]) -> Name:
        """The verdict of the interval after raising components by `shifts` and their variances."""

    def against(self, verdict: Name) -> frozenset[int]:
        """The components that would overturn a verdict if they were larger."""


@dataclass(frozen=True, slots=True)
class Return:
    """Whether the return of a channel exceeds its cost."""

    conversions: float
    error: float
    critical: float
    """Incremental conversions, their standard error, and the quantile."""
    mean_value: float
    value_variance: float
    """Mean value of a conversion, above 0, and the variance of that mean."""
    cost: float
    """Above 0."""
    sides: int = 1

    def verdict(self, shifts: Sequence[float], variances: Sequence[float]) -> Name:
        """Return ``profitable``, ``unprofitable`` or ``inconclusive``."""
        conversions = self.conversions + shifts[0]
        variance = (self.error**2 + variances[0]) * self.mean_value**2
        half = self.critical * math.sqrt(variance + conversions**2 * self.value_variance)
        gain = conversions * self.mean_value - self.cost
        if gain - half > 0:
            return "profitable"
        return "unprofitable" if gain + half < 0 else "inconclusive"

    def against(self, verdict: Name) -> frozenset[int]:
        """More conversions would overturn a loss."""
        return frozenset({0}) if verdict == "unprofitable" else frozenset()


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """Whether a channel (or one engagement type) has any effect."""

    conversions: float
    error: float
    critical: float
    """Incremental conversions, their standard error, and the quantile."""
    material: float
    """The smallest number of conversions that matters (`material_effect`)."""
    sides: int = 1

    def verdict(self, shifts: Sequence[float], variances: Sequence[float]) -> Name:
        """Return ``effective``, ``no_effect_seen`` or ``inconclusive``.

        The verdict is ``no_effect_seen`` if the interval reaches zero or below and rules out a
        material effect.
        """
        conversions = self.conversions + shifts[0]
        half = self.critical * math.sqrt(self.error**2 + variances[0])
        if conversions - half > 0:
            return "effective"
        return "no_effect_seen" if conversions + half < self.material else "inconclusive"

    def against(self, verdict: Name) -> frozenset[int]:
        """More conversions would overturn ``no_effect_seen``."""
        return frozenset({0}) if verdict == "no_effect_seen" else frozenset()


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether one engagement is worth more than, less than, or as much as one of the baseline.

    The numerator is side 0, the denominator side 1.
    """

    compared: Comparison
    sides: int = 2

    def verdict(self, shifts: Sequence[float], variances: Sequence[float]) -> Name:
        """Return ``equivalent``, ``worth_more``, ``worth_less`` or ``inconclusive``.

        The verdict compares values, not the size of the ratio, whose order is reversed if the
        baseline has a negative effect. The difference differs significantly from zero if and only
        if Fieller's set does not contain 1.
        """
        one = replace(
            self.compared,
            numerator=self.compared.numerator + shifts[0],
            denominator=self.compared.denominator + shifts[1],
            var_numerator=self.compared.var_numerator + variances[0],
            var_denominator=self.compared.var_denominator + variances[1],
        )
        if tost(
            one.numerator,
            one.denominator,
            one.var_numerator,
            one.var_denominator,
            one.covariance,
            one.margin,
            one.critical,
        ).equivalent:
            return "equivalent"
        difference = one.numerator - one.denominator
        if abs(difference) <= one.critical * one.error_at(1.0):
            return "inconclusive"
        return "worth_more" if difference > 0 else "worth_less"

    def against(self, verdict: Name) -> frozenset[int]:
        """A larger engagement, a larger baseline, or either."""
        found = {"worth_less": {0}, "worth_more": {1}, "equivalent": {0, 1}}
        return frozenset(found.get(verdict, ()))


def material_effect(conversions: float, count: float, all_counts: float) -> float:
    """The smallest number of conversions that matters, for `count` of all engagements.

    It is `MATERIAL_EFFECT` of all conversions. For rare engagements it is their proportional share
    of all conversions. Otherwise the verdict would be "no effect" although each engagement may have
    a large effect.
    """
    return conversions * min(MATERIAL_EFFECT, count / all_counts if all_counts > 0 else 0.0)
