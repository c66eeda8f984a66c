"""The stored form of an estimate: a plain dictionary that fits into JSON.

Pure standard library.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from chalicelib.attribution.audience.audience_result import AudienceEstimate

Document: TypeAlias = dict[str, Any]
_DIGITS = 6


class _HasInterval(Protocol):
    @property
    def estimate(self) -> float: ...
    @property
    def error(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def to_document(estimate: AudienceEstimate) -> Document:
    """Write an estimate as JSON-able values with six significant digits."""
    counts = estimate.counts
    return {
        "method": estimate.method,
        "reasons": list(estimate.reasons),
        "warnings": list(estimate.warnings),
        "critical": _short(estimate.critical),
        "audience": {
            "size": _short(counts.size),
            "size_at_start": _short(counts.size_at_start),
            "followed": counts.followed,
            "left": counts.left,
            "used": counts.used,
            "known_before": _short(counts.known_before),
            "without_history": _short(counts.without_history),
            "silent": _short(counts.silent),
            "conversions": _short(counts.conversions),
        },
        "effect": _interval(estimate.effect),
        "effect_replicates": [_short(one) for one in estimate.effect_replicates],
        "bias": [_short(estimate.bias_down), _short(estimate.bias_up)],
        "through": _interval(estimate.through),
        "through_replicates": [_short(one) for one in estimate.through_replicates],
        "through_fit_variance": _short(estimate.through_fit_variance),
        "parts": [
            {
                "kind": part.kind,
                "brought": _interval(part.brought),
                "delta": _short(part.delta),
                "delta_error": _short(part.delta_error),
            }
            for part in estimate.parts
        ],
        "ceiling": _interval(estimate.ceiling),
        "associated": _interval(estimate.associated),
        "after_leaving": _leaving(estimate.after_leaving),
        "engagements_after_leaving": _leaving(estimate.engagements_after_leaving),
        "placebo_z": _short(estimate.placebo_z),
        "peak_share": _short(estimate.peak_share),
        "sensitivity": None
        if estimate.sensitivity is None
        else {
            "measure": estimate.sensitivity.measure,
            "value": _short(estimate.sensitivity.value),
            "value_ci": _short(estimate.sensitivity.value_ci),
        },
        "smallest_detectable": _short(estimate.smallest_detectable),
        "needed": None
        if estimate.needed is None
        else {"days": estimate.needed.days, "followers": estimate.needed.followers},
        "lifetime": None
        if estimate.seen_days == 0
        else {
            "seen_days": estimate.seen_days,
            "grid": list(estimate.days_grid),
            "passed": [[_short(one) for one in row] for row in estimate.days_passed],
            "survival": [_short(one) for one in estimate.survival],
            "hazard": [_short(one) for one in estimate.hazard],
        },
        "unfollows": _short(estimate.unfollows),
        "follower_days": _short(estimate.follower_days),
    }


def _interval(one: _HasInterval | None) -> Document | None:
    if one is None:
        return None
    return {
        "estimate": _short(one.estimate),
        "error": _short(one.error),
        "low": _short(one.low),
        "high": _short(one.high),
    }


def _leaving(one: Any) -> Document | None:
    if one is None:
        return None
    return {
        "change": _interval(one.change),
        "against_following_z": _short(one.against_following_z),
        "against_before_z": _short(one.against_before_z),
        "leavers": one.leavers,
    }


def _short(number: float | None) -> float | None:
    """Six significant digits; None for what is not a finite number."""
    if number is None or not math.isfinite(number):
        return None
    return float(f"{number:.{_DIGITS}g}")
