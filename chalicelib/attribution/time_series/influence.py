"""Influence: how much of an estimate depends on a single day.

Excluding a day is the same as giving it its own column (Cook, Weisberg 1982). Without day t
a coefficient changes by ``(X'AX)^-1 X'A e_t (M y)_t / M_tt``, where A is the precision of
`structural.weigh` and ``M = A - AX (X'AX)^-1 X'A``. A type that happens on very few days is
compared on these days only: ``(sum d^2)^2 / sum d^4`` of its deviations d is the effective number
of days with evidence.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.time_series.structural import (
    Scales,
    center_columns,
    weigh,
    without_guide,
)

FEWEST_DAYS = 3.5
"""Effective number of steps below which few steps decide."""
LEFT_WITHOUT_DAY = 1.0
"""Standard errors by which a clear effect must remain without its most favourable day."""
_NEGLIGIBLE = 1e-9  # of a day's precision


def effective_steps(counts: Floats) -> Floats:
    """Effective number of steps with evidence on each type: (N, K) -> (K,).

    N if a type rises as often as it falls, by the same amount; 1 if it happened on one step only.
    """
    deviation = counts - np.median(counts, axis=0)
    squares = deviation**2
    return np.asarray(squares.sum(axis=0) ** 2 / np.maximum((squares**2).sum(axis=0), 1e-300))


def strongest_days(
    outcome: Floats, known: Floats, marketing: Floats, scales: Scales, ratio: float
) -> Floats:
    """Contribution of the most favourable day to each coefficient, in standard errors, shape (K,).

    Parameters
    ----------
    outcome : array, shape (N,)
    known : array, shape (N, m)
        Season, shocks, annotations.
    marketing : array, shape (N, K)
        One response per type.
    """
    n_steps, n_kinds = marketing.shape
    outcome, others = without_guide(outcome, known, scales, ratio)
    columns = np.column_stack([marketing, others])
    together = center_columns(np.column_stack([columns, outcome, np.eye(n_steps)]), scales)
    precision = weigh(together, scales, ratio)[0]
    p = columns.shape[1]
    X, y, days = together[:, :p], together[:, p], precision[:, p + 1 :]
    gram = X.T @ precision[:, :p]
    inverse = np.linalg.pinv(gram)
    beta = inverse @ (X.T @ precision[:, p])
    left = y - X @ beta
    hat = inverse @ (X.T @ days)  # (p, N): contribution of a unit of each day to the coefficients
    residual = days.T @ left  # (M y)_t
    own = np.diag(days) - (precision[:, :p] * hat.T).sum(axis=1)  # M_tt
    usable = own > _NEGLIGIBLE * np.diag(days)
    change = hat[:n_kinds] * np.where(usable, residual / np.where(usable, own, 1.0), 0.0)
    noise = float(left @ residual) / max(n_steps - 1 - p, 1)
    error = np.sqrt(np.maximum(noise * np.diag(inverse)[:n_kinds], 1e-300))
    return np.asarray((np.sign(beta[:n_kinds])[:, None] * change).max(axis=1) / error)


def one_day_decides(t_value: Floats, critical: float, strongest: Floats, counts: Floats) -> Bools:
    """Types with evidence on too few steps, or with a clear effect due to one day, shape (K,)."""
    size = np.abs(t_value)
    made = (size > critical) & (size - strongest < LEFT_WITHOUT_DAY)
    return np.asarray(made | (effective_steps(counts) < FEWEST_DAYS))
