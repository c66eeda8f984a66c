"""R: how many further shares a share brings directly, ever, with a 95 % interval.

The mean number of children until the largest age with enough shares (`offspring`), divided by the
part of all children that comes until then (`sharing_delays`). The interval is symmetric for log R,
with Student's distribution: few shares bring most of the children.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.student import student_quantile
from chalicelib.attribution.virality.estimated import Reproduction
from chalicelib.attribution.virality.offspring import (
    Offspring,
    count_offspring,
    leave_groups_out,
)
from chalicelib.attribution.virality.share_edges import Edges
from chalicelib.attribution.virality.sharing_delays import Delays, fit_delays

FEW_CHILDREN = 5
"""With fewer children the interval comes from a negative binomial distribution."""
CAUTIOUS_SHAPE = 0.1
"""Its shape per share: 90 % of the children come from about 5 % of the shares."""
GRACE_DAYS = 2.0
"""With so few children the delays are unknown; shares of this age count as finished, if they are
also twice as old as the latest child was.
"""
SETTLED = 0.97
"""From this share of seen children on, the fit of the delays adds no error that matters."""
FEWEST_FINISHED = 10
GROUPS = 40
LEAST_DEGREES = 1.0
_LEVEL = 0.975


@dataclass(frozen=True, slots=True)
class Cohort:
    """Shares whose children are counted, and these children."""

    rows: Ints
    """Of the shares in the edges. Shape (n,)."""
    age: Floats
    """Shape (n,)."""
    children: Ints
    """Rows of the children in the edges. Shape (m,)."""
    parent: Ints
    """Position of each child's parent in `rows`. Shape (m,)."""
    delay: Floats
    """Shape (m,)."""

    def of_children(self, chosen: Bools) -> Cohort:
        """The same shares with some of the children."""
        return Cohort(
            self.rows, self.age, self.children[chosen], self.parent[chosen], self.delay[chosen]
        )


def gather(edges: Edges, among: Bools, counted: Bools) -> Cohort:
    """The shares `among` (shape (n,)) and those of their children that are `counted`."""
    rows = np.flatnonzero(among)
    position = np.full(edges.time.size, -1)
    position[rows] = np.arange(rows.size)
    children = np.flatnonzero(edges.linked & counted & among[edges.parent])
    return Cohort(
        rows,
        edges.age[rows],
        children,
        position[edges.parent[children]],
        edges.delay[children],
    )


def delays_of(cohort: Cohort) -> Delays | None:
    """The distribution of delays; None with fewer than five children."""
    if cohort.children.size < FEW_CHILDREN:
        return None
    none = np.zeros(cohort.children.size, dtype=np.int64)
    return fit_delays(cohort.delay, cohort.age[cohort.parent], none, 0)[0]


def seen_share(cohort: Cohort, delays: Delays | None) -> float | None:
    """Share of the children, ever, that the ages of the shares can show; None if unknown."""
    if cohort.rows.size == 0:
        return None
    if delays is None:
        return float(np.mean(_is_finished(cohort)))
    return float(np.mean(delays.share_until(cohort.age)))


def estimate_reproduction(
    cohort: Cohort, delays: Delays | None, weight: Floats | None = None
) -> Reproduction | None:
    """R of a cohort; None if there are no shares, or none old enough.

    Parameters
    ----------
    cohort : Cohort
    delays : Delays or None
        Of this cohort, or of a larger one that shares its distribution.
    weight : array, shape (m,), optional
        Number of children that each child stands for.
    """
    n, m = cohort.rows.size, cohort.children.size
    if n == 0:
        return None
    weights = np.ones(m) if weight is None else weight
    if m < FEW_CHILDREN or delays is None:
        return _from_few(cohort, float(np.mean(weights)) if m else 1.0)
    counted = count_offspring(cohort.age, cohort.delay, cohort.parent, weights)
    until = float(delays.share_until(np.array([counted.horizon]))[0])
    if counted.mean <= 0 or until <= 0:
        return _from_few(cohort, float(np.mean(weights)))
    estimate = counted.mean / until
    error = math.sqrt(counted.variance) / counted.mean
    degrees = counted.degrees
    if float(np.mean(delays.share_until(cohort.age))) < SETTLED:
        error = max(error, _jackknife(cohort, counted, weights))
        degrees = min(degrees, GROUPS - 1.0)
    degrees = max(degrees, LEAST_DEGREES)
    factor = math.exp(min(student_quantile(_LEVEL, degrees) * error, 50.0))
    return Reproduction(estimate, estimate / factor, estimate * factor, error, degrees, n, m)


def _jackknife(cohort: Cohort, counted: Offspring, weights: Floats) -> float:
    """Standard error of log R with the error of the delays, over groups of shares."""
    n = cohort.rows.size
    n_groups = min(GROUPS, n)
    group = np.empty(n, dtype=np.int64)
    group[np.argsort(cohort.age, kind="stable")] = np.arange(n) % n_groups
    means = leave_groups_out(
        cohort.age, cohort.delay, cohort.parent, weights, group, counted.horizon
    )
    _, without = fit_delays(cohort.delay, cohort.age[cohort.parent], group[cohort.parent], n_groups)
    at = np.array([counted.horizon])
    until = np.array([float(one.share_until(at)[0]) for one in without])
    known = (means > 0) & (until > 0)
    logs = np.log(means[known] / until[known])
    return float(np.sqrt((n_groups - 1) / n_groups * np.sum((logs - logs.mean()) ** 2)))


def _is_finished(cohort: Cohort) -> Bools:
    latest = float(cohort.delay.max()) if cohort.delay.size else 0.0
    return np.asarray(cohort.age >= max(GRACE_DAYS, 2.0 * latest))


def _from_few(cohort: Cohort, weight: float) -> Reproduction | None:
    """R from up to four children: limits of a negative binomial count (exact, two-sided)."""
    n = float(np.sum(_is_finished(cohort)))
    if n < FEWEST_FINISHED:
        return None
    found = cohort.children.size
    shape = CAUTIOUS_SHAPE * n

    def tail(mean: float, upper: bool) -> float:
        p = shape / (shape + mean)
        below = stats.nbinom.cdf(found if upper else found - 1, shape, p)
        return float(below if upper else 1.0 - below) - (1.0 - _LEVEL)

    high = optimize.brentq(lambda log_mean: tail(math.exp(log_mean), True), -10.0, 60.0)
    low = (
        math.exp(optimize.brentq(lambda log_mean: tail(math.exp(log_mean), False), -20.0, 60.0))
        if found
        else 0.0
    )
    scale = weight / n
    return Reproduction(
        found * scale,
        low * scale,
        math.exp(high) * scale,
        None,
        None,
        cohort.rows.size,
        found,
    )
