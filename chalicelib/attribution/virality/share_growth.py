"""What totals of shares can show: their growth per day, and an arithmetic ceiling of R.

Totals do not say which share brought which. Renewal models find an R in any wave, also where each
share comes from outside. So there is no R here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.student import student_quantile
from chalicelib.attribution.virality.estimated import Estimated

FEWEST_DAYS = 14
FEWEST_SHARES = 30
LAGS = 7


@dataclass(frozen=True, slots=True)
class Growth:
    """Description of daily totals, not of what causes them."""

    per_day: Estimated | None
    """Relative growth per day, 0.02 for 2 %; None with less than two weeks or 30 shares."""
    ceiling: float | None
    """R of finished cascades is at most this: each content has a first share that no share
    brought. None if contents are unknown.
    """


def growth_per_day(day: Floats, count: Floats, start: float, end: float) -> Estimated | None:
    """Growth of the daily number of shares in the range (Poisson regression on the day).

    Errors allow for overdispersion and for dependence over a week (Newey, West 1987).

    Parameters
    ----------
    day : array, shape (n,)
        Times in days.
    count : array, shape (n,)
    start, end : float
        Range in days.
    """
    n_days = int(np.floor(end - start)) + (1 if end - start > np.floor(end - start) else 0)
    total = float(count.sum())
    if n_days < FEWEST_DAYS or total < FEWEST_SHARES:
        return None
    at = np.clip(np.floor(day - start).astype(np.int64), 0, n_days - 1)
    y = np.bincount(at, count, minlength=n_days)
    X = np.column_stack([np.ones(n_days), np.arange(n_days) - (n_days - 1) / 2.0])
    fitted = sm.GLM(y, X, family=sm.families.Poisson()).fit(
        cov_type="HAC", cov_kwds={"maxlags": LAGS}
    )
    slope, error = float(fitted.params[1]), float(fitted.bse[1])
    if not (np.isfinite(slope) and np.isfinite(error)):
        return None
    half = student_quantile(0.975, n_days - 2.0) * error
    low, high = np.expm1([slope - half, slope + half])
    return Estimated(float(np.expm1(slope)), float(low), float(high))


def arithmetic_ceiling(contents: int | None, shares: float) -> float | None:
    """``1 - contents / shares``; None without contents or shares."""
    if contents is None or contents == 0 or shares <= 0:
        return None
    return max(1.0 - contents / shares, 0.0)
