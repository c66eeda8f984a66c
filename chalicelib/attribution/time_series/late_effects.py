"""Effects that come weeks later, which a response that fades from the first day on cannot show.

One column per type is added to the likeliest model: the engagements of two to four weeks ago,
evenly. Their one-sided p-values are combined (Fisher 1932). If the columns explain more than chance
does, effects may come later than the model has them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.time_series.structural import Scales, beside_level, weigh, without_guide

Floats = NDArray[np.float64]

LAGS = (14, 30)
"""Days after the engagement, first and last."""
MIN_DAYS = 120
"""Days from which on such columns can be told from the level."""


def delayed_counts(counts: Floats) -> Floats:
    """Mean of the engagements `LAGS` days ago, the first ones filled with the mean: (T, K)."""
    first, last = LAGS
    n_days = counts.shape[0]
    before = np.repeat(counts.mean(axis=0)[None, :], last, axis=0)
    longer = np.vstack([before, counts])
    sums = np.vstack([np.zeros((1, counts.shape[1])), np.cumsum(longer, axis=0)])
    day = np.arange(n_days) + last
    return np.asarray((sums[day - first + 1] - sums[day - last]) / (last - first + 1))


def late_effect_p(
    outcome: Floats, columns: Floats, late: Floats, scales: Scales, ratio: float
) -> float:
    """P-value of no late effects; small where some type acts later than the columns say.

    Parameters
    ----------
    outcome : array, shape (N,)
    columns : array, shape (N, p)
        Season, shocks and responses of the likeliest model.
    late : array, shape (N, K)
    scales : Scales
    ratio : float
    """
    outcome, known = without_guide(outcome, columns, scales, ratio)
    together = beside_level(np.column_stack([late, known, outcome]), scales)
    product = weigh(together, scales, ratio)[0]
    gram = together.T @ product
    p = gram.shape[0] - 1
    inverse = np.linalg.pinv(gram[:p, :p])
    beta = inverse @ gram[:p, p]
    freedom = max(outcome.size - 1 - p, 1)
    noise = max(float(gram[p, p] - gram[p, :p] @ beta), 0.0) / freedom
    k = late.shape[1]
    error = np.sqrt(np.maximum(noise * np.diag(inverse)[:k], 1e-300))
    single = np.maximum(stats.t.sf(beta[:k] / error, freedom), 1e-300)
    return float(stats.chi2.sf(-2.0 * np.log(single).sum(), 2 * k))
