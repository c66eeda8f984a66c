"""The stored form of response curves: a plain dictionary that fits into JSON.

`plans.stored_curves` reads it.
"""

from __future__ import annotations

import math
from typing import Any

from chalicelib.attribution.response_curves.curves import ChannelCurve, ResponseCurves
from chalicelib.attribution.time_series.saturation import HALF_STOCKS

_DIGITS = 5


def to_curve_document(curves: ResponseCurves) -> dict[str, Any]:
    """Write curves as JSON-able values with five significant digits.

    A linear response has the half stock None.
    """
    names = [one.name for one in curves.channels]
    partners: dict[int, list[str]] = {}
    for first, second in curves.together:
        partners.setdefault(first, []).append(names[second])
        partners.setdefault(second, []).append(names[first])
    return {
        "has_value": curves.has_value,
        "effective": _short(curves.effective),
        "half_stocks": [None if math.isinf(half) else float(half) for half in HALF_STOCKS],
        "values": [_short(value) for value in curves.values.tolist()],
        "channels": [
            {**_channel(one), "together_with": partners.get(number, [])}
            for number, one in enumerate(curves.channels)
        ],
    }


def _channel(curve: ChannelCurve) -> dict[str, Any]:
    spending = curve.spending
    used = sorted(set(curve.decays.tolist()))
    return {
        "channel": curve.name,
        "reasons": list(curve.reasons),
        "warnings": list(curve.warnings),
        "now": _short(spending.now),
        "mean": _short(spending.mean),
        "lowest": _short(spending.lowest),
        "highest": _short(spending.highest),
        "varies": _short(spending.varies),
        "decays": used,
        "levels": [[_short(u) for u in spending.levels[decay].tolist()] for decay in used],
        "usual": [_short(spending.usual[decay]) for decay in used],
        "returns": [_short(one) for one in curve.returns.tolist()],
        "bend_of": curve.bends.tolist(),
        "decay_of": [used.index(decay) for decay in curve.decays.tolist()],
    }


def _short(number: float) -> float:
    return float(f"{float(number):.{_DIGITS}g}")
