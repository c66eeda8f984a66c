"""The best division of a budget in expectation, within limits.

The expected value of a channel's spend is a sum over its responses, so it is tabulated once, at
spends that are whole steps away from today's. Steps then go from the channel whose last step brings
least to the one whose next step brings most. With concave responses this is the optimum (Fox 1966,
Operations Research 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from chalicelib.attribution.plans.planned_channels import PlannedChannel

STEPS = 240
"""Number of steps between the lower and upper limits of all channels together."""
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Ladder:
    """A channel's spends, and what each is worth by response."""

    channel: PlannedChannel
    spends: list[float]
    """From the lower to the upper limit, in whole steps from today's."""
    today: int
    """Index of today's spend."""
    worth: list[list[float]]
    """By response: value per day at each spend, per unit of return. S x J."""

    def expected(self, weights: Sequence[float] | None = None) -> list[float]:
        """Expected value per day at each spend. Length J.

        Parameters
        ----------
        weights : sequence of float, optional
            Of the draws, with sum 1; equal by default.
        """
        channel = self.channel
        sums = [0.0] * len(channel.shapes)
        for goal in channel.goals:
            if weights is None:
                for r, s in zip(goal.returns, goal.shape_of, strict=True):
                    sums[s] += r / len(goal.returns)
            else:
                for r, s, w in zip(goal.returns, goal.shape_of, weights, strict=True):
                    sums[s] += r * w
        by_spend = zip(*self.worth, strict=True)
        return [sum(map(mul, sums, column)) for column in by_spend]


def build_ladders(channels: Sequence[PlannedChannel]) -> tuple[list[Ladder], float]:
    """The ladders of channels with draws, and the size of a step."""
    room = sum(max(one.high - one.low, 0.0) for one in channels)
    step = room / STEPS
    if step <= 0.0:
        return [
            Ladder(one, [one.now], 0, [[w] for w in one.worth(one.now)]) for one in channels
        ], 0.0
    ladders = []
    for one in channels:
        below = max(int((one.now - one.low) / step + _TINY), 0)
        above = max(int((one.high - one.now) / step + _TINY), 0)
        spends = [max(one.now + j * step, 0.0) for j in range(-below, above + 1)]
        rows = [one.worth(spend) for spend in spends]
        ladders.append(Ladder(one, spends, below, [list(row) for row in zip(*rows, strict=True)]))
    return ladders, step


@dataclass(frozen=True, slots=True)
class Division:
    """A division of a budget: an index into the spends of each ladder."""

    places: list[int]
    gain: float
    """Expected value per day, less that of today's spend."""


def divide(
    expected: Sequence[Sequence[float]],
    today: Sequence[int],
    change: int = 0,
) -> Division | None:
    """The best division with `change` more steps than today; None if the limits do not allow it.

    Parameters
    ----------
    expected : sequence of sequences
        Expected value per day at each spend of each channel.
    today : sequence of int
        Index of today's spend of each channel.
    change : int
        Steps to add to (or, below zero, remove from) today's total.
    """
    places = list(today)
    up = [_next(values, place) for values, place in zip(expected, places, strict=True)]
    down = [_last(values, place) for values, place in zip(expected, places, strict=True)]

    def shift(k: int, by: int) -> None:
        places[k] += by
        up[k], down[k] = _next(expected[k], places[k]), _last(expected[k], places[k])

    for _ in range(abs(change)):
        k = up.index(max(up)) if change > 0 else down.index(min(down))
        if abs(up[k] if change > 0 else down[k]) == _NO_WAY:
            return None
        shift(k, 1 if change > 0 else -1)
    while True:
        best, worst = up.index(max(up)), down.index(min(down))
        if best == worst or up[best] - down[worst] <= _TINY:
            break
        shift(best, 1)
        shift(worst, -1)
    return Division(places, _total(expected, places) - _total(expected, today))


def divide_freely(
    expected: Sequence[Sequence[float]], today: Sequence[int], step: float
) -> Division:
    """The best spend of each channel where a unit of spend must bring more than itself.

    `gain` is net of the change of spend.
    """
    places = [
        max(range(len(values)), key=lambda j, values=values: values[j] - j * step)  # type: ignore[misc]
        for values in expected
    ]
    spent = step * (sum(places) - sum(today))
    return Division(places, _total(expected, places) - _total(expected, today) - spent)


_NO_WAY = float("inf")


def _next(values: Sequence[float], place: int) -> float:
    """What the next step brings; minus infinity at the upper limit."""
    return values[place + 1] - values[place] if place + 1 < len(values) else -_NO_WAY


def _last(values: Sequence[float], place: int) -> float:
    """What the last step brings; infinity at the lower limit."""
    return values[place] - values[place - 1] if place > 0 else _NO_WAY


def _total(expected: Sequence[Sequence[float]], places: Sequence[int]) -> float:
    return sum(values[place] for values, place in zip(expected, places, strict=True))
