"""Days on which several channels jump together, as in a promotion or before a holiday.

If the counts of several channels rise for some days, the cause is a decision or an occasion, which
may also raise sales on the same days. A regression would then credit the channels with it. These
days are found from the engagements alone, never from the outcome, so excluding them causes no bias.
They and their neighbours, where such an occasion fades in and out, become missing observations; all
other days remain. An annotation explains its days, so they are not jumps.

Counts enter by their logarithm, less weekday, annotations and a running median, in units of their
own scatter. Runs of every length are compared with all other runs of that length, so noise that
lasts for days is no surprise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.time_series.demand import usual_counts
from chalicelib.attribution.time_series.timeline import Timeline

THRESHOLD = 5.0
"""Standard deviations of the mean over channels from which on a run is excluded."""
FURTHER = 3.75
"""The same for further runs if there is one: brands with one promotion often have others."""
EACH_AT_LEAST = 1.0
"""Minimum rise of at least half of the channels (two or more), in standard deviations."""
MOST_OF_ONE = 4.0
"""Cap for one channel, in standard deviations: a single channel's rise is its own campaign."""
LONGEST = {1: 14, 7: 4}
"""Steps of the longest run, by days per step."""
MARGIN = {1: 4, 7: 1}
"""Steps excluded on both sides of a run, by days per step."""
TREND = {1: 41, 7: 13}
"""Steps of the running median, by days per step."""
MAX_SHARE = 0.4
"""Largest share of the steps that may be excluded; more frequent jumps are no special occasions."""
SALES_JUMP = 3.5
"""Rise of sales in standard deviations from which on a promotion is suspected."""
_MAD = 1.4826  # from the median absolute deviation to the standard deviation of a normal


@dataclass(frozen=True, slots=True)
class JointRuns:
    """Runs of rows in which several channels rose together."""

    runs: tuple[tuple[int, int], ...]
    """First row and the one after the last."""
    ordinary: Bools
    """Rows that are neither in a run nor next to one. Shape (N,)."""
    sales_jump: bool
    """Whether the outcome rose as well."""


def find_joint_runs(
    counts: Floats, outcome: Floats, channels: tuple[str, ...], timeline: Timeline
) -> JointRuns:
    """Find the runs.

    Parameters
    ----------
    counts : array, shape (N, K)
        Engagements per observed step.
    outcome : array, shape (N,)
    channels : tuple of str, length K
        Types of one channel count once, because they come from the same posts.
    """
    risen = by_channel(_less_trend(counts, timeline), channels)
    n_steps, n_channels = risen.shape
    ordinary = np.ones(n_steps, dtype=bool)
    if n_channels < 2 or n_steps < 6:
        return JointRuns((), ordinary, False)
    runs = _clearest_first(_clarity(risen, timeline.step_days), timeline.step_days)
    for start, stop in runs:
        margin = MARGIN[timeline.step_days]
        ordinary[max(start - margin, 0) : stop + margin] = False
    return JointRuns(runs, ordinary, _jumps(_less_trend(outcome[:, None], timeline)[:, 0], runs))


def by_channel(series: Floats, channels: tuple[str, ...]) -> Floats:
    """Means over the types of each channel, in units of scatter: (N, K) -> (N, C)."""
    names = sorted(set(channels))
    means = [series[:, [c == name for c in channels]].mean(axis=1) for name in names]
    together = np.array(means).reshape(-1, series.shape[0]).T
    return np.asarray(together / scatter(together))


def bounded_logs(counts: Floats, timeline: Timeline) -> Floats:
    """``log(1 + count / usual count)`` less weekday and annotations, shape (N, K).

    It is a logarithm for large counts, nearly linear for small ones, and independent of their
    scale.
    """
    counts = np.maximum(counts, 0.0)
    patterns = np.column_stack([timeline.weekdays(), timeline.context])
    logs = np.log1p(counts / usual_counts(counts))
    return np.asarray(logs - patterns @ np.linalg.lstsq(patterns, logs, rcond=None)[0])


def scatter(values: Floats) -> Floats:
    """Median absolute deviation of each column as a standard deviation, above zero: (N, K) -> (K,).

    For a series that is constant on most days, it is the plain standard deviation.
    """
    robust = _MAD * np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    plain = np.maximum(values.std(axis=0), 1e-12)
    return np.asarray(np.where(robust > 1e-3 * plain, robust, plain))


def _less_trend(counts: Floats, timeline: Timeline) -> Floats:
    left = bounded_logs(counts, timeline)
    window = min(TREND[timeline.step_days], (left.shape[0] - 1) // 2 * 2 + 1)
    left = left - median_filter(left, size=(window, 1), mode="nearest")
    return np.asarray(left / scatter(left))


def _clarity(risen: Floats, step_days: int) -> Floats:
    """How clearly channels rose together in the run of each length from each row, shape (L, N)."""
    n_steps, n_channels = risen.shape
    longest = min(LONGEST[step_days], n_steps // 6)
    out = np.full((longest, n_steps), -np.inf)
    sums = np.vstack([np.zeros(n_channels), np.cumsum(risen, axis=0)])
    must_rise = max((n_channels + 1) // 2, 2)
    for length in range(1, longest + 1):
        z = _standardised(sums[length:] - sums[:-length], length)
        joint = np.clip(z, -MOST_OF_ONE, MOST_OF_ONE).sum(axis=1) / np.sqrt(n_channels)
        together = (z > EACH_AT_LEAST).sum(axis=1) >= must_rise
        out[length - 1, : joint.size] = np.where(together, joint, -np.inf)
    return out


def _standardised(total: Floats, length: int) -> Floats:
    """Sums over runs of a length in standard deviations of such sums."""
    own = np.maximum(scatter(total), 0.8 * np.sqrt(length))
    return np.asarray((total - np.median(total, axis=0)) / own)


def _clearest_first(clarity: Floats, step_days: int) -> tuple[tuple[int, int], ...]:
    """Runs that do not touch, the clearest first, while they exceed the threshold."""
    n_steps = clarity.shape[1]
    runs: list[tuple[int, int]] = []
    covered = 0
    while True:
        row, start = divmod(int(np.argmax(clarity)), n_steps)
        stop = start + row + 1
        covered += stop - start + 2 * MARGIN[step_days]
        if clarity[row, start] < (FURTHER if runs else THRESHOLD) or covered > MAX_SHARE * n_steps:
            return tuple(sorted(runs))
        runs.append((start, stop))
        for length in range(1, clarity.shape[0] + 1):
            clarity[length - 1, max(start - length, 0) : stop + 1] = -np.inf


def _jumps(outcome: Floats, runs: tuple[tuple[int, int], ...]) -> bool:
    """Whether the outcome was high in the runs, compared with other runs of the same lengths."""
    if not runs:
        return False
    sums = np.concatenate([[0.0], np.cumsum(outcome)])
    z = []
    for start, stop in runs:
        length = stop - start
        total = (sums[length:] - sums[:-length])[:, None]
        z.append(float(_standardised(total, length)[start, 0]))
    return bool(sum(z) > SALES_JUMP * np.sqrt(len(z)))
