"""The value of a share with all it brings, in pure standard library, so answers can use it.

A share from outside leads to ``1 / (1 - R)`` shares in the end, itself included (the amplification;
Watts, Peretti 2007). Each of them has its own effect and, on average, ``m_k`` direct children of
other types with effects of their own. The effects of the fit are partial effects, so nothing counts
twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.attribution.virality.estimated import Estimated

NO_VALUE = Estimated(None, None, None)


def value_share(
    weights: Sequence[float],
    effects: Sequence[float],
    cov: Sequence[Sequence[float]],
    critical: float,
    amplification: Estimated,
) -> Estimated:
    """``A * sum_k w_k delta_k``, with an interval for the product.

    The interval is the set of values r for which zero is inside the interval of ``N - r / A``. The
    latter combines the distances of the two intervals from their estimates, which need not be
    symmetric (Zou, Donner 2008, Statistics in Medicine 27; for ratios: Donner, Zou 2012). For two
    symmetric intervals this is Fieller's set. N and A are independent: they come from different
    variation.

    Parameters
    ----------
    weights : sequence, length K
        1 for the share itself, ``m_k`` for direct children of type k.
    effects : sequence, length K
        Of one engagement of each type, in the unit of the answer.
    cov : sequence of sequences, shape (K, K)
        Of the effects.
    critical : float
        Two-sided 95 % quantile of the distribution of the effects.
    amplification : Estimated
        Shares in the end per share from outside. Without an estimate (R is 1 or more) there is no
        estimate here.

    Returns
    -------
    Estimated
        `ci_high` is None if the amplification is unbounded and the sum may be above 0; `ci_low` is
        None if it is unbounded and the sum may be below 0.
    """
    total = math.fsum(w * effect for w, effect in zip(weights, effects, strict=True))
    variance = math.fsum(
        w * v * cov[k][j] for k, w in enumerate(weights) for j, v in enumerate(weights)
    )
    half = critical * math.sqrt(max(variance, 0.0))
    low, high = total - half, total + half
    if amplification.ci_low is None:
        return NO_VALUE
    if amplification.estimate is None:
        # only a lower limit is known of how far the shares spread
        return Estimated(
            None,
            low * amplification.ci_low if low > 0 else None,
            high * amplification.ci_low if high < 0 else None,
        )
    return Estimated(
        total * amplification.estimate,
        _lower(total, low, amplification),
        _negative(_lower(-total, -high, amplification)),
    )


def _lower(total: float, low: float, amplification: Estimated) -> float | None:
    """The lower end for a sum with lower limit `low`; None if there is none."""
    assert amplification.estimate is not None
    assert amplification.ci_low is not None
    divisor = 1.0 / amplification.estimate
    distance = total - low
    if low == 0:
        return 0.0
    if low > 0:
        apart = 1.0 / amplification.ci_low - divisor
    elif amplification.ci_high is None:
        return None
    else:
        apart = divisor - 1.0 / amplification.ci_high
    # (total - r divisor)^2 = distance^2 + (r apart)^2, on the side where total > r divisor
    lead, middle = divisor**2 - apart**2, total * divisor
    last = total**2 - distance**2
    root = math.sqrt(max(middle**2 - lead * last, 0.0))
    if low > 0:
        return last / (middle + root)
    return (middle - root) / lead


def _negative(value: float | None) -> float | None:
    return None if value is None else -value
