"""What marketing itself tells about demand, where it follows demand.

A brand posts and bids more when demand is high.  If ``log(1 + engagements_k) = weekday + led_k *
log level + noise_k``, engagements are a second measurement of the level, and leaving that out
credits marketing with what demand does on the same day (simultaneity).  The joint likelihood of
both is that of the outcome alone with a level that is pulled towards what marketing tells
(`structural.Guide`).
`led_k` follows from how both move over weeks, which the level's first estimate shows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.structural import Guide

Floats = NDArray[np.float64]

CONFIDENCE = 0.99
"""How clearly marketing must follow the level to be believed a measurement of it."""


def read_demand(
    counts: Floats, level: Floats, noise_variance: float, step_days: int
) -> Guide | None:
    """What engagements tell about the level, or None where they do not follow it.

    Parameters
    ----------
    counts : array, shape (N, K)
        Engagements per step.
    level : array, shape (N,)
        A first estimate, in conversions.
    noise_variance : float
        In conversions squared.
    step_days : int
    """
    mean = float(level.mean())
    if mean <= 0:
        return None
    relative = np.log(np.maximum(level / mean, 0.05))
    relative = relative - relative.mean()
    n_steps = relative.size
    if relative.std() < 1e-4:
        return None
    logs = np.log1p(counts)
    period = 7 if step_days == 1 else 1
    season = np.equal.outer(np.arange(n_steps) % period, np.arange(period)).astype(np.float64)
    X = np.column_stack([relative, season])
    inverse = np.linalg.inv(X.T @ X)
    coefficient = inverse @ X.T @ logs
    residual = logs - X @ coefficient
    variance = (residual**2).sum(axis=0) / max(n_steps - X.shape[1], 1)
    led = coefficient[0]
    clearly = float((led**2 / np.maximum(variance * inverse[0, 0], 1e-300)).sum())
    if clearly < stats.chi2.ppf(CONFIDENCE, led.size):
        return None
    pull = led / np.maximum(variance, 1e-12)
    precision = float((pull * led).sum())
    value = (logs - season @ coefficient[1:]) @ pull / precision
    weight = precision * noise_variance / np.maximum(level, 0.05 * mean) ** 2
    told = np.maximum(level, 0.05 * mean) * (1.0 + value - relative)
    return Guide(told, np.asarray(weight))
