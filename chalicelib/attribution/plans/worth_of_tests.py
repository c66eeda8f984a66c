"""What an experiment is worth before a decision: the expected value of sample information.

A test of a channel measures its return with some error. For each of a few equally likely results
the draws are weighted by the result's likelihood and the budget is divided again (Raiffa, Schlaifer
1961; by importance weights Strong, Oakley, Brennan 2014, Medical Decision Making 34). The worth is
the mean gain of these divisions, less that of the best one without a test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist, fmean

from chalicelib.attribution.plans.allocation import build_ladders, divide, divide_freely
from chalicelib.attribution.plans.plan_decision import SMALL
from chalicelib.attribution.plans.planned_channels import PlannedChannel, Shape

RESULTS = 9
"""Number of equally likely results."""
AFTER_DAYS = 180
"""Days for which the decision after a test lasts."""


def worth_of_decision(
    channels: Sequence[PlannedChannel], tested: str, *, error: float
) -> float | None:
    """Worth of a test in `AFTER_DAYS` days (see `worth_of_test`); its channel may move alone."""
    found = worth_of_test(channels, tested, error=error, alone=True)
    return None if found is None else found * AFTER_DAYS


def least_worth(channels: Sequence[PlannedChannel]) -> float:
    """A worth below this, 1 % of all spend in `AFTER_DAYS` days, does not justify a test."""
    return SMALL * sum(one.now for one in channels) * AFTER_DAYS


def worth_of_test(
    channels: Sequence[PlannedChannel],
    tested: str,
    *,
    error: float,
    alone: bool = False,
) -> float | None:
    """Expected gain per day of knowing a channel's return; None if it cannot move.

    Parameters
    ----------
    channels : sequence of PlannedChannel
        A tested channel that is frozen is free after the test.
    tested : str
        Name of the tested channel.
    error : float
        Standard error of the measured return. The test measures the return of the first goal.
    alone : bool
        Whether the spend of the tested channel may grow or shrink after the test if no other
        channel can move: a unit of spend must then bring more than itself.
    """
    players = [free_to_test(one, channels) if one.name == tested else one for one in channels]
    players = [one for one in players if not one.frozen and one.known]
    mine = next((one for one in players if one.name == tested), None)
    if mine is None or (len(players) < 2 and not alone):
        return None
    ladders, step = build_ladders(players)
    today = [ladder.today for ladder in ladders]

    def best(weights: Sequence[float] | None = None) -> float | None:
        expected = [ladder.expected(weights) for ladder in ladders]
        if len(players) < 2:
            return divide_freely(expected, today, step).gain
        division = divide(expected, today)
        return None if division is None else division.gain

    prior = best()
    if prior is None:
        return None
    returns = mine.returns
    gains = [
        best(_likelihood(returns, result, error)) or 0.0 for result in _results(returns, error)
    ]
    return max(fmean(gains) - prior, 0.0)


def free_to_test(one: PlannedChannel, channels: Sequence[PlannedChannel]) -> PlannedChannel:
    """A frozen channel as it may be: its return is between nothing and all that it seems, uniform.

    Without draws it seems to bring up to twice as much as the other channels on average. Without
    other channels either, it is returned as it is.
    """
    if not one.frozen:
        return one
    others = [other for other in channels if other.known and not other.frozen]
    if not one.known:
        if not others:
            return one
        mean = fmean(fmean(other.all_returns) for other in others)
        n = len(others[0].returns)
        one = replace(
            one, returns=[2.0 * mean] * n, shapes=[Shape(math.inf, (1.0,))], shape_of=[0] * n
        )
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    shares = [(0.5 + (i + 1) * golden) % 1.0 for i in range(len(one.returns))]  # in no order
    return replace(one.scaled(shares), frozen=False)


def _results(returns: Sequence[float], error: float) -> list[float]:
    """Equally likely results of the test: the middles of equal parts of the predictive draws."""
    n = len(returns)
    normal = NormalDist(0.0, error)
    golden = math.sqrt(2.0) - 1.0
    noise = [normal.inv_cdf(0.5 / n + (1.0 - 1.0 / n) * ((i * golden) % 1.0)) for i in range(n)]
    ranked = sorted(r + e for r, e in zip(returns, noise, strict=True))
    return [ranked[int((q + 0.5) * n / RESULTS)] for q in range(RESULTS)]


def _likelihood(returns: Sequence[float], result: float, error: float) -> list[float]:
    logs = [-0.5 * ((result - r) / error) ** 2 for r in returns]
    most = max(logs)
    weights = [math.exp(one - most) for one in logs]
    total = sum(weights)
    return [one / total for one in weights]
