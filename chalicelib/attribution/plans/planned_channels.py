"""A channel of a plan: its draws, its limits, and its response to spend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


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
class PlannedChannel:
    """A channel of a plan, in amounts per day.

    A frozen channel stays at today's spend; its limits apply once a test has set it free. It may
    have no draws.
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
    at_mean: Sequence[float] = field(init=False)
    """``g(1)`` of each response. Length S."""

    def __post_init__(self) -> None:
        """Evaluate what every question needs."""
        object.__setattr__(self, "at_mean", [shape.value(1.0) for shape in self.shapes])

    @property
    def known(self) -> bool:
        """Whether there are draws."""
        return len(self.returns) > 0

    def worth(self, spend: float) -> list[float]:
        """Value per day of a spend by response, per unit of return. Length S."""
        x = spend / self.mean
        return [
            self.mean * shape.value(x) / one
            for shape, one in zip(self.shapes, self.at_mean, strict=True)
        ]

    def values(self, spend: float) -> list[float]:
        """Value per day of a spend in each draw."""
        worth = self.worth(spend)
        return [r * worth[s] for r, s in zip(self.returns, self.shape_of, strict=True)]

    def marginals(self, spend: float) -> list[float]:
        """Value of the next unit of spend in each draw."""
        x = spend / self.mean
        slopes = [
            shape.slope(x) / one for shape, one in zip(self.shapes, self.at_mean, strict=True)
        ]
        return [r * slopes[s] for r, s in zip(self.returns, self.shape_of, strict=True)]
