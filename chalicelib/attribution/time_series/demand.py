"""Marketing as a measurement of demand, if it follows demand.

A brand posts and bids more when demand is high. If ``log(1 + engagements_k / usual_k) = weekday +
led_k * log level + noise_k``, engagements are a second measurement of the level. Ignoring this
credits marketing with the effect of demand on the same day (simultaneity). The joint likelihood of
both is that of the outcome alone with a level that is pulled towards the measurement
(`structural.Guide`).
`led_k` is estimated from their joint movement over weeks, using a first estimate of the level.

Two wandering series are correlated by chance, the more so the longer their spells
last (Granger, Newbold 1974). So marketing counts as following demand only if it is correlated with
the level more closely than with the same level shifted against it by weeks. Shifting keeps the
autocorrelation of both and removes only their relation.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.time_series.structural import Guide
from chalicelib.attribution.time_series.timeline import Timeline

CONFIDENCE = 0.99
"""Required confidence that marketing follows the level."""


def read_demand(
    counts: Floats, level: Floats, noise_variance: float, timeline: Timeline
) -> Guide | None:
    """Estimate the level from engagements; None if they do not follow it.

    Parameters
    ----------
    counts : array, shape (N, K)
        Engagements per step.
    level : array, shape (N,)
        A first estimate, in conversions.
    noise_variance : float
        In conversions squared.
    timeline : Timeline
        Marketing follows annotations and controls, too.
    """
    mean = float(level.mean())
    if mean <= 0:
        return None
    relative = np.log(np.maximum(level / mean, 0.05))
    relative = relative - relative.mean()
    n_steps = relative.size
    if relative.std() < 1e-4:
        return None
    logs = np.log1p(counts / usual_counts(counts))
    season = np.column_stack([timeline.weekdays(), timeline.context])
    shifts = np.arange(max(n_steps // 8, 1), n_steps - n_steps // 8)
    clearly, led, weekday, residual = _association(relative, season, logs)
    by_chance = [_association(np.roll(relative, shift), season, logs)[0] for shift in shifts]
    if clearly <= np.quantile(by_chance, CONFIDENCE):
        return None
    variance = (residual**2).sum(axis=0) / max(n_steps - season.shape[1] - 1, 1)
    pull = led / np.maximum(variance, 1e-12)
    precision = float((pull * led).sum())
    value = (logs - season @ weekday) @ pull / precision
    spells = _spells(residual @ pull)
    weight = precision / spells * noise_variance / np.maximum(level, 0.05 * mean) ** 2
    measured = np.maximum(level, 0.05 * mean) * (1.0 + value - relative)
    return Guide(measured, np.asarray(weight))


def usual_counts(counts: Floats) -> Floats:
    """The median of each series, or its mean if most steps have no count: (N, K) -> (K,)."""
    usual = np.median(counts, axis=0)
    return np.where(usual > 0, usual, np.maximum(counts.mean(axis=0), 1e-300))


def _association(
    relative: Floats, season: Floats, logs: Floats
) -> tuple[float, Floats, Floats, Floats]:
    """Correlation of marketing with a level (a sum of squared t-values), and the fit.

    The fit has the effects of the level, (K,), of weekdays, (P, K), and residuals, (N, K).
    """
    X = np.column_stack([relative, season])
    inverse = np.linalg.pinv(X.T @ X, hermitian=True)  # a weekday may have no day with data
    coefficient = inverse @ X.T @ logs
    residual = logs - X @ coefficient
    variance = (residual**2).sum(axis=0) / max(X.shape[0] - X.shape[1], 1)
    clearly = float((coefficient[0] ** 2 / np.maximum(variance * inverse[0, 0], 1e-300)).sum())
    return clearly, coefficient[0], coefficient[1:], residual


def _spells(residual: Floats) -> float:
    """How many steps count as one measurement, because residuals are autocorrelated: at least 1."""
    centred = residual - residual.mean()
    memory = float(centred[1:] @ centred[:-1]) / max(float(centred @ centred), 1e-300)
    memory = min(max(memory, 0.0), 0.95)
    return (1.0 + memory) / (1.0 - memory)
