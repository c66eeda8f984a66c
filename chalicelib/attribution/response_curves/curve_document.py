"""The stored form of response curves: a plain dictionary that fits into JSON.

`plans.stored_curves` reads it.
"""

from __future__ import annotations

import math
from typing import Any

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.response_curves.curves import ChannelCurve, ResponseCurves
from chalicelib.attribution.time_series.saturation import HALF_STOCKS

_DIGITS = 4
_DIGITS_OF_DRAWS = 3
"""Fewer, because a document is read for every answer; a draw is uncertain by far more."""


def to_curve_document(curves: ResponseCurves) -> dict[str, Any]:
    """Write curves as JSON-able values with a few significant digits.

    Draws of returns are in value per unit of cost (in conversions if the goal has no value), with
    the uncertainty of the value of a conversion. Indexes of bends and decays are texts with a digit
    per draw. A linear response has the half stock None.
    """
    names = [one.name for one in curves.channels]
    partners: dict[int, list[str]] = {}
    for first, second in curves.together:
        partners.setdefault(first, []).append(names[second])
        partners.setdefault(second, []).append(names[first])
    return {
        "has_value": curves.has_value,
        "effective": _short(curves.effective),
        "noise": None
        if curves.noise is None
        else {
            "variance": _short(curves.noise.variance),
            "level_ratio": _short(curves.noise.level_ratio),
        },
        "half_stocks": [None if math.isinf(half) else float(half) for half in HALF_STOCKS],
        "channels": [
            {**_channel(one, curves.values), "together_with": partners.get(number, [])}
            for number, one in enumerate(curves.channels)
        ],
    }


def _channel(curve: ChannelCurve, values: Floats) -> dict[str, Any]:
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
        "returns": [
            _short(r * value, _DIGITS_OF_DRAWS)
            for r, value in zip(curve.returns.tolist(), values.tolist(), strict=False)
        ],
        "bend_of": "".join(str(bend) for bend in curve.bends.tolist()),
        "decay_of": "".join(str(used.index(decay)) for decay in curve.decays.tolist()),
    }


def _short(number: float, digits: int = _DIGITS) -> float:
    return float(f"{float(number):.{digits}g}")
