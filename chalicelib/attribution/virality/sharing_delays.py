"""The time from a share to the shares that it brings: a log-normal distribution.

Children that have not come yet are missing, and long delays are missing more often. So each delay
is compared only with the delays that the age of its parent could show (right truncation;
Kalbfleisch, Lawless 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from chalicelib.attribution.arrays import Floats, Ints

USUAL_SPREAD = 1.3
"""Prior of the standard deviation of log delays: log-normal around this, `PRIOR_SD` wide. It only
matters where the data do not show the end of the delays.
"""
PRIOR_SD = 0.5
_STEPS = 60
_PRECISION = 1e-8
_MOST = 4_000
"""Children used for the fit; of more, every k-th by order of delay."""


@dataclass(frozen=True, slots=True)
class Delays:
    """A log-normal distribution."""

    mu: float
    """Mean of the log delay in days."""
    sigma: float
    """Standard deviation of the log delay."""

    def share_until(self, age: Floats) -> Floats:
        """Share of the children that come within `age` days."""
        with np.errstate(divide="ignore"):
            standardised = (np.log(age) - self.mu) / self.sigma
        below: Floats = special.ndtr(standardised)
        return below


def fit_delays(
    delay: Floats, age: Floats, group: Ints, n_groups: int
) -> tuple[Delays, list[Delays]]:
    """Maximum a posteriori, and the same without each group (one Newton step).

    Parameters
    ----------
    delay : array, shape (m,)
        Days from parent to child, above 0.
    age : array, shape (m,)
        Age of the parent, in days; at least `delay`.
    group : array, shape (m,)
        Group of each child, from 0 to ``n_groups - 1``.
    n_groups : int
        0 if no fit without a group is wanted.
    """
    if delay.size > _MOST:
        chosen = np.argsort(delay, kind="stable")[:: -(-delay.size // _MOST)]
        delay, age, group = delay[chosen], age[chosen], group[chosen]
    x = np.log(delay)
    limit = np.log(np.maximum(age, delay))
    at = np.array([float(np.mean(x)), float(np.log(max(float(np.std(x)), 0.3)))])
    value, gradient, hessian = _posterior(at, x, limit)
    for _ in range(_STEPS):
        step = _newton(gradient.sum(axis=0), hessian.sum(axis=0))
        for _ in range(30):
            new_value, new_gradient, new_hessian = _posterior(at + step, x, limit)
            if new_value >= value:
                break
            step = step / 2
        else:
            break
        at, gain = at + step, new_value - value
        value, gradient, hessian = new_value, new_gradient, new_hessian
        if gain < _PRECISION:
            break
    without = []
    if n_groups:
        total, curvature = gradient.sum(axis=0), hessian.sum(axis=0)
        # the prior is the last row and stays in every fit
        groups = np.append(group, n_groups)
        for g in range(n_groups):
            mine = groups == g
            moved = at + _newton(
                total - gradient[mine].sum(axis=0), curvature - hessian[mine].sum(axis=0)
            )
            without.append(Delays(float(moved[0]), float(np.exp(moved[1]))))
    return Delays(float(at[0]), float(np.exp(at[1]))), without


def _newton(gradient: Floats, hessian: Floats) -> Floats:
    """An uphill step of at most 1 in each coordinate."""
    values, vectors = np.linalg.eigh(-hessian)
    values = np.maximum(np.abs(values), 1e-6)
    step = vectors @ ((vectors.T @ gradient) / values)
    return np.asarray(step / max(1.0, float(np.abs(step).max())))


def _posterior(at: Floats, x: Floats, limit: Floats) -> tuple[float, Floats, Floats]:
    """Log posterior; gradients (m + 1, 2) and Hessians (m + 1, 2, 2) of its parts, prior last."""
    mu, tau = float(at[0]), float(at[1])
    sigma = np.exp(tau)
    z, b = (x - mu) / sigma, (limit - mu) / sigma
    log_cdf = special.log_ndtr(b)
    mills = np.exp(-0.5 * b * b - 0.5 * np.log(2 * np.pi) - log_cdf)  # phi(b) / Phi(b)
    slope = -mills * (b + mills)  # its derivative by b
    prior = (tau - np.log(USUAL_SPREAD)) / PRIOR_SD
    value = float(np.sum(-0.5 * z * z - tau - log_cdf) - 0.5 * prior**2)
    m = x.size
    gradient, hessian = np.zeros((m + 1, 2)), np.zeros((m + 1, 2, 2))
    gradient[:m, 0] = (z + mills) / sigma
    gradient[:m, 1] = z * z - 1.0 + b * mills
    hessian[:m, 0, 0] = (-1.0 - slope) / sigma**2
    hessian[:m, 0, 1] = hessian[:m, 1, 0] = (-2.0 * z - mills - b * slope) / sigma
    hessian[:m, 1, 1] = -2.0 * z * z - b * mills - b * b * slope
    gradient[m, 1] = -prior / PRIOR_SD
    hessian[m, 1, 1] = -1.0 / PRIOR_SD**2
    return value, gradient, hessian
