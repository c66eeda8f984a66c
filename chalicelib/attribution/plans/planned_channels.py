"""A channel of a plan: its draws, its limits, and its response to spend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Shape:
    """One response to spend, up to a factor: a bend at the flighting of one decay.

    ``g(x) = x`` if the half stock h is infinite, else the mean of ``x u / (h + x u)`` over the
    levels u.
    """

    half: float
    """Adstock at half of the maximum response, relative to its mean."""
    levels: tuple[float, ...]
    """Equally likely levels of the adstock, relative to its mean."""

    def value(self, x: float) -> float:
        """``g(x)``, where x is spend over the window's mean."""
        if math.isinf(self.half):
            return x
        return sum(x * u / (self.half + x * u) for u in self.levels) / len(self.levels)

    def slope(self, x: float) -> float:
        """``g'(x)``."""
        if math.isinf(self.half):
            return 1.0
        return sum(self.half * u / (self.half + x * u) ** 2 for u in self.levels) / len(self.levels)


@dataclass(frozen=True, slots=True)
class GoalDraws:
    """What a channel brings of one goal in each draw."""

    returns: Sequence[float]
    """Value per unit of spend at the window's mean. Length D."""
    shape_of: Sequence[int]
    """Index of each draw's response. Length D."""


@dataclass(frozen=True, slots=True)
class PlannedChannel:
    """A channel of a plan, in amounts per day.

    It may bring conversions of several goals, each with its own responses; their values add up in
    each draw. A frozen channel stays at today's spend; its limits apply once a test has set it
    free. It may have no draws.
    """

    name: str
    now: float
    mean: float
    """Today's spend, and that of the window that the draws describe."""
    low: float
    high: float
    """The plan stays between them."""
    frozen: bool = False
    returns: Sequence[float] = ()
    """Value per unit of spend at the window's mean, in each draw. Length D, or empty."""
    shapes: Sequence[Shape] = ()
    """The different responses of the draws. Length S."""
    shape_of: Sequence[int] = ()
    """Index of each draw's response. Length D."""
    further: Sequence[GoalDraws] = ()
    """The same of further goals."""
    at_mean: Sequence[float] = field(init=False)
    """``g(1)`` of each response. Length S."""

    def __post_init__(self) -> None:
        """Evaluate what every question needs."""
        object.__setattr__(self, "at_mean", [shape.value(1.0) for shape in self.shapes])

    @property
    def known(self) -> bool:
        """Whether there are draws."""
        return len(self.returns) > 0

    @property
    def goals(self) -> tuple[GoalDraws, ...]:
        """The draws of each goal."""
        return (GoalDraws(self.returns, self.shape_of), *self.further)

    @property
    def all_returns(self) -> list[float]:
        """Value of all goals per unit of spend at the window's mean, in each draw."""
        return [sum(draw) for draw in zip(*(one.returns for one in self.goals), strict=True)]

    def scaled(self, shares: Sequence[float]) -> PlannedChannel:
        """The channel with a share of its return in each draw."""

        def part(returns: Sequence[float]) -> list[float]:
            return [r * share for r, share in zip(returns, shares, strict=True)]

        return replace(
            self,
            returns=part(self.returns),
            further=tuple(GoalDraws(part(one.returns), one.shape_of) for one in self.further),
        )

    def worth(self, spend: float) -> list[float]:
        """Value per day of a spend by response, per unit of return. Length S."""
        x = spend / self.mean
        return [
            self.mean * shape.value(x) / one
            for shape, one in zip(self.shapes, self.at_mean, strict=True)
        ]

    def values(self, spend: float) -> list[float]:
        """Value per day of a spend in each draw."""
        return self._in_draws(self.worth(spend))

    def marginals(self, spend: float) -> list[float]:
        """Value of the next unit of spend in each draw."""
        x = spend / self.mean
        return self._in_draws(
            [shape.slope(x) / one for shape, one in zip(self.shapes, self.at_mean, strict=True)]
        )

    def _in_draws(self, of_shape: Sequence[float]) -> list[float]:
        """Returns times a number of each response, added up over goals."""
        first, *others = (
            [r * of_shape[s] for r, s in zip(one.returns, one.shape_of, strict=True)]
            for one in self.goals
        )
        for more in others:
            first = [a + b for a, b in zip(first, more, strict=True)]
        return first
