"""Estimates with intervals, as answers show them."""

from __future__ import annotations

import math

from chalicelib.services.answer_fields import Estimate

NO_ESTIMATE: Estimate = {"estimate": None, "ci_low": None, "ci_high": None}


def interval_of(estimate: float, error: float, critical: float) -> Estimate:
    """Return an estimate with its interval, from its standard error and the quantile."""
    return {
        "estimate": rounded(estimate),
        "ci_low": rounded(estimate - critical * error),
        "ci_high": rounded(estimate + critical * error),
    }


def cost_per_unit(cost: float, units: Estimate) -> Estimate:
    """Return the cost of one unit if the number of units is an estimate.

    The interval is the set of all ratios that the interval of the units allows (Fieller 1954, with
    a known numerator). If the units may be zero, the ratio has no upper bound. If they can only be
    negative, there is no ratio.

    `cost`: above 0.
    """

    def over(value: float | None) -> float | None:
        return None if value is None or value <= 0 else rounded(cost / value)

    return {
        "estimate": over(units["estimate"]),
        "ci_low": over(units["ci_high"]),
        "ci_high": over(units["ci_low"]),
    }


def rounded(value: float | None, digits: int = 6) -> float | None:
    """Round a number for display; None if it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits) + 0.0
