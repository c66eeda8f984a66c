"""The value of one engagement including its descendants, from a fit document.

A share affects the person who shares, and leads to engagements of others, which have effects of
their own. Sums over types use own effects only, so they do not include the values in this module.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from chalicelib.attribution.descendants import combine_effects, covary, expect_cascade
from chalicelib.services.answer_fields import Estimate, Method, Reasons, Warnings
from chalicelib.services.answer_tables import Column
from chalicelib.services.answers.effects import (
    Effect,
    distinct,
    error_of,
    part_name,
    read_effects,
    with_value,
)
from chalicelib.services.answers.intervals import NO_ESTIMATE
from chalicelib.services.answers.ranges import read_range
from chalicelib.services.answers.verdicts import Doubt, Part
from chalicelib.services.fitting.fit_documents import FitDocument, GoalDocument

NO_REGRESSOR = frozenset({"on_the_way", "exposure_only", "standing_relationship"})
"""Reasons of types without an effect of their own. Conversions after them are due to their causes.
Totals credit a share with such conversions. A panel of people does not if they are conversions
of friends.
"""


class WithDescendants(TypedDict):
    """The value of one engagement with its descendants; not part of the sums of a channel."""

    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    reasons: Reasons
    warnings: Warnings


DESCENDANT_COLUMNS = tuple(
    Column(f"with_descendants.{field}", f"{field}_with_descendants")
    for field in WithDescendants.__annotations__
)
"""The columns of an engagement type's value with descendants."""


@dataclass(frozen=True, slots=True)
class Member:
    """A type in a cascade, and its number of engagements per engagement of the root."""

    effect: Effect
    number: float


@dataclass(frozen=True, slots=True)
class Worth:
    """The value of one engagement of a type in a range, including its descendants."""

    root: Effect
    """The type, with its own effect."""
    members: tuple[Member, ...]
    """The estimated types, the root first; empty if the root was not estimated."""
    missing: tuple[Member, ...] = ()
    """Types of the cascade without an estimate, whose effects are missing from the sum."""
    misses_spillover: bool = False
    """Whether conversions of friends are missing from the sum for another reason."""
    is_endless: bool = False
    """Whether the sum is infinite because each engagement leads to one or more others; `members`
    then contains only the root.
    """

    @property
    def has_descendants(self) -> bool:
        """Whether the sum includes effects of descendants."""
        return len(self.members) > 1 or any(one.number > 1.0 for one in self.members)

    @property
    def delta(self) -> float:
        """Conversions per engagement; requires at least one member."""
        effects = {one.effect.index: one.effect.delta or 0.0 for one in self.members}
        return combine_effects({one.effect.index: one.number for one in self.members}, effects)

    @property
    def critical(self) -> float:
        """The quantile of the member with the fewest degrees of freedom."""
        return max(one.effect.critical for one in self.members)

    @property
    def methods(self) -> set[Method | None]:
        """The methods of the effects in the sum."""
        return {one.effect.method for one in self.members} or {None}

    @property
    def reasons(self) -> list[str]:
        """Why there is no number."""
        return [*self.root.reasons, *(["endless_cascade"] if self.is_endless else [])]

    @property
    def warnings(self) -> list[str]:
        """The warnings of all effects in the sum, and a warning for each missing type."""
        found = [warning for one in self.members for warning in self._warnings_of(one)]
        found += [f"not_counted:{one.effect.name}" for one in self.missing]
        return distinct([*self.root.warnings, *found])

    def doubts(self, side: int) -> list[Doubt]:
        """Return the possible effect of the missing types: at most one conversion each."""
        return [
            Doubt(f"not_counted:{one.effect.name}", part_name(one.effect), up=one.number, side=side)
            for one in self.missing
        ]

    def covariance(self, other: Worth, fitted: GoalDocument) -> float:
        """Covariance of the conversions per engagement of two values; with itself, the variance."""
        return covary(self._weights, other._weights, fitted["covariance"])

    def per_engagement(self, fitted: GoalDocument) -> tuple[Estimate, Estimate]:
        """Conversions and value per engagement, each with its interval."""
        if not self.members:
            return NO_ESTIMATE, NO_ESTIMATE
        error = math.sqrt(max(self.covariance(self, fitted), 0.0))
        return with_value(self.delta, error, self.critical, fitted)

    def parts(self, fitted: GoalDocument, side: int = 0) -> list[Part]:
        """Return the effects in the sum as parts of a question for `verdicts.judge`."""
        return [
            Part(
                part_name(one.effect),
                (one.effect.delta or 0.0) * one.number,
                error_of(one.effect, fitted) * one.number,
                one.effect.critical,
                tuple(self._warnings_of(one)),
                one.effect.unseen.mean,
                one.effect.unseen.high,
                side=side,
            )
            for one in self.members
        ]

    def _warnings_of(self, one: Member) -> list[str]:
        lacks = self.misses_spillover and one.effect.index == self.root.index
        return distinct([*one.effect.warnings, *(["spillover_not_seen"] if lacks else [])])

    @property
    def _weights(self) -> dict[int, float]:
        """Weights of the fit's effects, which are means over the window."""
        return {one.effect.index: one.number * one.effect.scale for one in self.members}


def read_worth(
    effect: Effect, effects: Sequence[Effect], document: FitDocument, goal: str
) -> Worth:
    """Compute the value of one engagement of a type; without descendants it is the own effect.

    `effects`: all types of the range. A type of the cascade that is missing in the range is taken
    from the whole window.
    """
    alone = (Member(effect, 1.0),) if effect.delta is not None else ()
    brought = {
        index: {int(child): number for child, number in kind["brought"]}
        for index, kind in enumerate(document["kinds"])
        if kind.get("brought")
    }
    if effect.index not in brought or not alone:
        return Worth(effect, alone)
    numbers = expect_cascade(effect.index, brought)
    if numbers is None:
        return Worth(effect, alone, misses_spillover=True, is_endless=True)
    known = {one.index: one for one in effects}
    if not numbers.keys() <= known.keys():
        window = read_range(document, None, None)
        known = {one.index: one for one in read_effects(document, goal, window)} | known
    own, *others = (Member(known[kind], number) for kind, number in numbers.items())
    others.sort(key=lambda one: (one.effect.channel, one.effect.type, one.effect.paid))
    lacking = [one for one in others if one.effect.delta is None]
    without_effect = [one for one in lacking if NO_REGRESSOR & set(one.effect.reasons)]
    return Worth(
        effect,
        (own, *(one for one in others if one.effect.delta is not None)),
        missing=tuple(one for one in lacking if one not in without_effect),
        misses_spillover=bool(without_effect) and effect.method != "time_series",
    )


def show_descendants(
    effect: Effect, effects: Sequence[Effect], document: FitDocument, goal: str
) -> WithDescendants | None:
    """Return the value of one engagement with descendants; None if it has no descendants."""
    if effect.index < 0 or not document["kinds"][effect.index].get("brought"):
        return None
    worth = read_worth(effect, effects, document, goal)
    conversions, value = worth.per_engagement(document["goals"][goal])
    if worth.is_endless:
        conversions = value = NO_ESTIMATE
    return {
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "reasons": worth.reasons,
        "warnings": worth.warnings,
    }
