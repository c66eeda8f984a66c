"""Geometric adstock on a grid of decays: the fading effect of an engagement.

An engagement on day s acts on day t >= s with weight ``theta ** (t - s)`` (Broadbent 1979).
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats

DECAYS: Floats = np.array([0.0, 0.2, 0.35, 0.5, 0.62, 0.73, 0.82, 0.88, 0.92, 0.96])
"""Shares of an effect that remain the next day, shape (G,). The half-lives go from hours to two
weeks, each one and a half times the one before.
"""
MIDDLING = 4
"""Index of the decay at which types are compared before their own are known."""


def share_inside(theta: float | Floats, days_left: Floats) -> Floats:
    """Sum of the adstock weights that fall inside the window.

    It is ``(1 - theta ** days_left) / (1 - theta)``.

    Parameters
    ----------
    theta : float or array broadcastable against `days_left`
        Share of today's effect that remains tomorrow, in [0, 1).
    days_left : array
        Days from the engagement to the end of the window, both included (at least 1).
    """
    return np.asarray((1.0 - np.power(theta, days_left)) / (1.0 - theta))


def adstock_series(counts: Floats) -> Floats:
    """Adstock of daily counts at every decay of the grid: (T, K) -> (T, K, G)."""
    out = np.empty((*counts.shape, DECAYS.size))
    stock = np.zeros((counts.shape[1], DECAYS.size))
    for day in range(counts.shape[0]):
        stock = stock * DECAYS + counts[day, :, None]
        out[day] = stock
    return out
