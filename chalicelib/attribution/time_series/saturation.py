"""Diminishing returns: candidate responses to the adstock of a kind.

``f(s) = s`` (linear) or ``f(s) = s / (h * S + s)``, where S is the stock that an engagement of the
kind usually meets (mean of the stock weighted by itself) and h says how soon the response bends:
at the stock S the next engagement brings ``h / (1 + h)`` of what the average one has brought.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF_STOCKS: Floats = np.array([np.inf, 2.5, 1.0, 0.4])
"""Stock, relative to the usual, at which half of the most is reached: shape (H,), linear first."""


def usual_stocks(stocks: Floats) -> Floats:
    """The stock that an engagement usually meets, S above: (T, K, G) -> (K, G)."""
    return np.asarray((stocks**2).sum(axis=0) / np.maximum(stocks.sum(axis=0), 1e-12))


def responses(stocks: Floats, usual: Floats) -> Floats:
    """Every shape of the response to every stock: (T, K, G) and (K, G) -> (T, K, G, H)."""
    out = np.empty((*stocks.shape, HALF_STOCKS.size))
    for number, half in enumerate(HALF_STOCKS):
        out[..., number] = stocks if np.isinf(half) else stocks / (half * usual + stocks)
    return out
