"""The spend of a channel over a window: today's, the range seen, and how it varies over days.

A response to spend depends on its *flighting*: the distribution of the adstock over days, relative
to its mean. Plans keep it and scale the level (Jin et al. 2017, Google, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.time_series.saturation import usual_stocks

TODAY_DAYS = 28
"""Days at the end of the window whose mean is today's spend."""
SEEN_DAYS = 14
"""Days over which spend must have lasted to count as seen."""
LEVELS = 8
"""Number of equally likely levels that stand for the distribution of the adstock."""
STEADY = 0.05
"""A channel whose spend varies less, as a share of its mean, does not move."""
TOGETHER = 0.97
"""Channels move together if their steps are correlated more than this."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Spend per day of one channel, and the flighting of its engagements."""

    now: float
    """Mean of the last `TODAY_DAYS` days."""
    mean: float
    """Mean of the window."""
    lowest: float
    highest: float
    """Lowest and highest mean of `SEEN_DAYS` consecutive days."""
    varies: float
    """Standard deviation over the days of the window, as a share of the mean."""
    levels: Floats
    """Equally likely levels of the adstock, relative to its mean. Shape (G, LEVELS)."""
    usual: Floats
    """The stock at an average engagement (`saturation.usual_stocks`), relative to the mean. Shape
    (G,).
    """


def summarise_spending(spend: Floats, stocks: Floats) -> Spending:
    """Summarise the spend of a channel.

    Parameters
    ----------
    spend : array, shape (T,)
        Per day; with at least one day, and a mean above 0.
    stocks : array, shape (N, G)
        Adstock of the engagements that the spend bought, per step.
    """
    mean = float(spend.mean())
    width = min(SEEN_DAYS, spend.size)
    rolling = np.convolve(spend, np.ones(width) / width, mode="valid")
    relative = stocks / np.maximum(stocks.mean(axis=0), 1e-12)
    return Spending(
        now=float(spend[-TODAY_DAYS:].mean()),
        mean=mean,
        lowest=float(rolling.min()),
        highest=float(rolling.max()),
        varies=float(spend.std()) / mean,
        levels=_levels(relative),
        usual=usual_stocks(relative[:, None, :])[0],
    )


def _levels(relative: Floats) -> Floats:
    """Means of equal parts of the sorted values, shape (G, LEVELS); their mean is one."""
    places = np.linspace(0, relative.shape[0], LEVELS + 1)
    ranks = np.sort(relative, axis=0)
    sums = np.vstack([np.zeros(relative.shape[1]), np.cumsum(ranks, axis=0)])
    whole = np.floor(places).astype(np.int64)
    below = sums[whole]
    part = np.where(
        (places - whole)[:, None] > 0,
        (places - whole)[:, None] * ranks[np.minimum(whole, relative.shape[0] - 1)],
        0.0,
    )
    return np.asarray(np.diff(below + part, axis=0).T * LEVELS / relative.shape[0])


def moving_together(spends: Floats) -> list[tuple[int, int]]:
    """Pairs of channels whose daily steps are correlated more than `TOGETHER`.

    Parameters
    ----------
    spends : array, shape (T, C)
    """
    if spends.shape[0] < 2:
        return []
    steps = np.diff(spends, axis=0)
    steps = steps - steps.mean(axis=0)
    size = np.sqrt((steps**2).sum(axis=0))
    moves = size > 1e-9 * np.maximum(spends.sum(axis=0), 1e-12)
    correlation = steps.T @ steps / np.maximum(np.outer(size, size), 1e-300)
    return [
        (first, second)
        for first in range(spends.shape[1])
        for second in range(first + 1, spends.shape[1])
        if moves[first] and moves[second] and correlation[first, second] > TOGETHER
    ]
