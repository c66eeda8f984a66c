"""Traces of demand inside single regions that moves marketing and sales there.

The panel projects out what all regions share on a day, but not a promotion or a boom of one region.
The traces are those of national totals (`same_day`, `demand`), applied to the differences of
each region from the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.time_series.demand import CONFIDENCE
from chalicelib.attribution.time_series.same_day import jump_together
from chalicelib.attribution.time_series.timeline import Timeline

CLEARLY = 1.5
"""Required ratio to the correlation by chance; high, because few shifts are independent."""
_APART = 21
"""Steps between the stacked series of two regions: three weeks, so that weekdays agree."""
_LEAST = 0.05  # minimum level, as a share of the usual level


def jump_together_by_region(
    counts: Sequence[Floats],
    outcome: Sequence[Floats],
    channels: tuple[str, ...],
    timelines: Sequence[Timeline],
) -> bool:
    """Whether channels and sales of the same region jump together from step to step.

    Parameters
    ----------
    counts : sequence of R arrays, shape (M, K)
    outcome : sequence of R arrays, shape (M,)
    channels : tuple of str, length K
    timelines : sequence of Timeline, length R
    """
    together = [np.column_stack([mine, sold]) for mine, sold in zip(counts, outcome, strict=True)]
    relative = _next_to_others(together, timelines)
    length = (together[0].shape[0] // 7 + 1) * 7 + _APART
    times = [line.times + number * length for number, line in enumerate(timelines)]
    stacked = np.concatenate(relative)
    line = Timeline(np.concatenate(times), timelines[0].step_days, np.zeros((stacked.shape[0], 0)))
    return jump_together(stacked[:, :-1], stacked[:, -1], channels, line)


def follows_demand(
    counts: Sequence[Floats], levels: Sequence[Floats], timelines: Sequence[Timeline]
) -> bool:
    """Whether marketing in a region follows the level of its conversions.

    It does if it is correlated with the levels more closely than with the same levels shifted by
    weeks (`demand`).

    Parameters
    ----------
    counts : sequence of R arrays, shape (M, K)
    levels : sequence of R arrays, shape (N,)
        On the observed steps.
    timelines : sequence of Timeline, length R
    """
    logs = [np.log1p(one) for one in _next_to_others(list(counts), timelines)]
    level = []
    for one in levels:
        relative = np.log(np.maximum(one / max(float(one.mean()), 1e-300), _LEAST))
        level.append(relative - relative.mean())
    if max(float(np.std(one)) for one in level) < 1e-4:
        return False
    n_steps = min(one.size for one in level)
    shifts = np.arange(max(n_steps // 8, 1), n_steps - n_steps // 8)
    by_chance = [_association([np.roll(one, shift) for one in level], logs) for shift in shifts]
    return bool(_association(level, logs) > CLEARLY * np.quantile(by_chance, CONFIDENCE))


def _next_to_others(series: list[Floats], timelines: Sequence[Timeline]) -> list[Floats]:
    """Series relative to their means and to the common part of all regions on a day: (N, K) each.

    The common part is a mean over the observed regions.
    """
    n_steps = series[0].shape[0]
    sums, weight = np.zeros_like(series[0]), np.zeros(n_steps)
    relative = []
    for one, line in zip(series, timelines, strict=True):
        mine = one[line.times]
        mine = mine / np.maximum(mine.mean(axis=0), 1e-300)
        relative.append(mine)
        sums[line.times] += mine
        weight[line.times] += 1.0
    common = np.maximum(sums / np.maximum(weight, 1.0)[:, None], 1e-3)
    return [mine / common[line.times] for mine, line in zip(relative, timelines, strict=True)]


def _association(levels: Sequence[Floats], logs: Sequence[Floats]) -> float:
    """Correlation of marketing with the levels: a sum of squared t-values over types."""
    product = np.sum(
        [one @ (log - log.mean(axis=0)) for one, log in zip(levels, logs, strict=True)], axis=0
    )
    square = sum(float(one @ one) for one in levels)
    noise = np.mean([log.var(axis=0) for log in logs], axis=0)
    return float((np.sign(product) * product**2 / np.maximum(noise * square, 1e-300)).sum())
