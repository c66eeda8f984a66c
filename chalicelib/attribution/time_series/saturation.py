"""Diminishing returns: candidate responses to the adstock of a type.

``f(s) = s`` (linear) or ``f(s) = s / (h * S + s)``, where S is the stock at an average engagement
(mean of the stock weighted by itself) and h determines how early the response saturates. At the
stock S, the effect of the next engagement is ``h / (1 + h)`` of the average effect so far.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats

HALF_STOCKS: Floats = np.array([np.inf, 2.5, 1.0, 0.4])
"""Stock, relative to the usual, at half of the maximum response: shape (H,), linear first."""


def usual_stocks(stocks: Floats) -> Floats:
    """The stock at an average engagement, S above: (T, K, G) -> (K, G)."""
    return np.asarray((stocks**2).sum(axis=0) / np.maximum(stocks.sum(axis=0), 1e-12))


def responses(stocks: Floats, usual: Floats) -> Floats:
    """Every shape of the response to every stock: (T, K, G) and (K, G) -> (T, K, G, H)."""
    out = np.empty((*stocks.shape, HALF_STOCKS.size))
    for number, half in enumerate(HALF_STOCKS):
        out[..., number] = stocks if np.isinf(half) else stocks / (half * usual + stocks)
    return out
