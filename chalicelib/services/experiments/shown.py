"""How an analysis is told: intervals and numbers as JSON has them."""

from __future__ import annotations

import math
from typing import Any

from chalicelib.attribution.experiments.measured_lift import Measured


def per_engagement(total: Measured, engagements: int | None) -> Measured | None:
    """The effect of one engagement; None where nobody told how many there were."""
    return None if engagements is None else total.per(engagements)


def shown(total: Measured | None, per: Measured | None, p_value: float) -> dict[str, Any]:
    """What every analysis says, whatever its method; JSON-able."""
    return {
        "incremental_conversions": None if total is None else interval_of(total),
        "conversions_per_engagement": None if per is None else interval_of(per),
        "standard_error": None if per is None else plain(math.sqrt(per.variance)),
        "p_value": plain(p_value),
        "reasons": [] if per is not None else ["engagements_not_given"],
        "warnings": [],
    }


def interval_of(measured: Measured) -> dict[str, float | None]:
    """An effect in the form that every estimate has; an end that does not exist is None."""
    return {
        "estimate": plain(measured.estimate),
        "ci_low": plain(measured.low),
        "ci_high": plain(measured.high),
    }


def plain(value: float) -> float | None:
    """A number as people read it: eight significant digits."""
    return float(f"{value:.8g}") + 0.0 if math.isfinite(value) else None
