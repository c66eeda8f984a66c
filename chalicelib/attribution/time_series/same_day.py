"""Traces of demand that moves marketing and sales on the same day.

Totals cannot separate such demand from an effect that lasts one day. Two traces reveal it. First,
channels that have only demand in common jump together from day to day, and sales with them. Second,
the effect of a type that follows demand falls wholly on the day of the engagement, while real
effects fade over days.

Jumps are second differences, ``x_t - (x_{t-1} + x_{t+1}) / 2``, of logarithms of counts; levels,
trends and week-long campaigns hardly affect them. The variance of a correlation between
autocorrelated series is ``sum_l rho_l rho'_l / n`` (Bartlett 1935).
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.time_series.joint_runs import bounded_logs, by_channel, scatter
from chalicelib.attribution.time_series.timeline import Timeline

TOGETHER = 2.1
"""Suspicious mean correlation between channels, in standard errors, if sales are correlated too."""
ONE_PAIR = 3.4
"""The same for the most correlated pair of channels."""
WITH_SALES = 3.0
"""Suspicious correlation between sales and channels that jump together, in standard errors."""
MIN_JUMPS = 20
GONE_TOMORROW = 0.5
"""Weight of the shortest decays from which on an effect falls on its day alone."""
GONE_TOMORROW_SEARCH = 0.3
"""The same for clicks on search ads, which are known to follow demand (Blake et al. 2015)."""
SHORTEST = 2
"""Number of shortest decays: at most a fifth of the effect remains tomorrow."""
SIGNIFICANT = 1.96
SEARCH_ADS = ("google_ads", "microsoft_ads", "bing_ads", "apple_search_ads", "amazon_ads")
"""Channels whose clicks are clicks on search ads, for brand and generic queries alike."""
_MOST = 3.0  # maximum weight of one jump, in units of scatter
_MEMORY = 5  # lags of the autocorrelations


def jump_together(
    counts: Floats, outcome: Floats, channels: tuple[str, ...], timeline: Timeline
) -> bool:
    """Whether channels and sales jump together from step to step.

    Parameters
    ----------
    counts : array, shape (N, K)
    outcome : array, shape (N,)
    channels : tuple of str, length K
        Types of one channel come from the same posts and may jump together.
    """
    jumps = _jumps(by_channel(bounded_logs(counts, timeline), channels), timeline)
    n_steps, n_channels = jumps.shape
    if n_channels < 2 or n_steps < MIN_JUMPS:
        return False
    sales = _jumps(bounded_logs(outcome[:, None], timeline), timeline)
    first, second = np.triu_indices(n_channels, 1)
    z = _correlation(jumps[:, first], jumps[:, second])
    mean_z = z.sum() / np.sqrt(z.size)
    if mean_z > TOGETHER and _with(jumps.sum(axis=1), sales) > WITH_SALES:
        return True
    closest = int(np.argmax(z))
    pair = jumps[:, first[closest]] + jumps[:, second[closest]]
    corrected = np.sqrt(
        ONE_PAIR**2 + 2 * np.log(max(z.size / 6, 1.0))
    )  # correction for the number of pairs
    return bool(z[closest] > corrected and _with(pair, sales) > WITH_SALES)


def gone_tomorrow(t_value: Floats, decay_weights: Floats, search_ads: Bools) -> Bools:
    """Types with a clear effect that falls on the day of the engagement alone, shape (K,)."""
    weight = decay_weights[:, :SHORTEST].sum(axis=1)
    limit = np.where(search_ads, GONE_TOMORROW_SEARCH, GONE_TOMORROW)
    return np.asarray((t_value > SIGNIFICANT) & (weight > limit))


def is_search_ad(name: str) -> bool:
    """Whether a type (``channel/type``) is a paid click on a search ad with an unknown query."""
    kind, _, paid = name.partition(":")
    channel, _, what = kind.partition("/")
    return channel in SEARCH_ADS and what == "click" and paid != "organic"


def _jumps(series: Floats, timeline: Timeline) -> Floats:
    """Second differences between consecutive steps, capped, in units of scatter: (M, C)."""
    consecutive = np.diff(timeline.times) == 1
    inner = np.flatnonzero(consecutive[:-1] & consecutive[1:]) + 1
    if inner.size < 2:
        return np.zeros((0, series.shape[1]))
    jumps = series[inner] - (series[inner - 1] + series[inner + 1]) / 2
    jumps = jumps - jumps.mean(axis=0)
    bounded = np.clip(jumps / scatter(jumps), -_MOST, _MOST)
    bounded = bounded - bounded.mean(axis=0)
    return np.asarray(bounded / np.maximum(np.sqrt((bounded**2).sum(axis=0)), 1e-12))


def _with(jumps: Floats, sales: Floats) -> float:
    joint = jumps[:, None] / max(float(np.sqrt((jumps**2).sum())), 1e-12)
    return float(_correlation(joint, sales)[0])


def _correlation(first: Floats, second: Floats) -> Floats:
    """Correlations of unit columns in standard errors, shape (P,)."""
    memory = 1.0 + 2.0 * sum(
        (first[lag:] * first[:-lag]).sum(axis=0) * (second[lag:] * second[:-lag]).sum(axis=0)
        for lag in range(1, _MEMORY + 1)
    )
    return np.asarray(
        (first * second).sum(axis=0) * np.sqrt(first.shape[0] / np.maximum(memory, 0.1))
    )
