"""The mean number of children of a share by age, when shares are of different ages.

A child that comes at age a counts ``1 / Y(a)``, with Y(a) the number of shares at least a old: the
mean cumulative function (Nelson 1988). Its variance takes each share as one unit, whatever the
distribution of its children (Lawless, Nadeau 1995, Technometrics 37, eq. 2.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints

REACHED = 0.05
AT_LEAST = 15
"""The function ends at the age that this share of the shares, and this number, have reached."""


@dataclass(frozen=True, slots=True)
class Offspring:
    """Children of n shares until the age `horizon`."""

    mean: float
    """Children per share until `horizon`."""
    horizon: float
    """Days."""
    influence: Floats
    """Contribution of each share to the error of `mean`; they sum to zero. Shape (n,)."""

    @property
    def variance(self) -> float:
        """Of `mean`.

        The largest contribution counts twice: where a few shares bring most of the children, a
        still larger one is likely not among the data, and the variance of the data is too small.
        """
        n = self.influence.size
        squared = self.influence**2
        return (float(squared.sum()) + float(squared.max(initial=0.0))) * n / max(n - 1, 1)

    @property
    def degrees(self) -> float:
        """Degrees of freedom of `variance` (Satterthwaite 1946): few, if few shares decide it."""
        squared = self.influence**2
        total = float(squared.sum())
        spread = float(squared @ squared) - total**2 / max(squared.size, 1)
        if total <= 0:
            return 0.0
        return 2.0 * total**2 / spread if spread > 0 else np.inf


def count_offspring(age: Floats, delay: Floats, parent: Ints, weight: Floats) -> Offspring:
    """The mean cumulative function at the largest age that enough shares have reached.

    Parameters
    ----------
    age : array, shape (n,)
        Of the shares, in days.
    delay : array, shape (m,)
        Age of the parent when each child came; not above the parent's age.
    parent : array, shape (m,)
        Row of the parent of each child.
    weight : array, shape (m,)
        Number of children that each child stands for.
    """
    n = age.size
    ordered = np.sort(age)
    horizon = float(ordered[n - min(max(AT_LEAST, int(np.ceil(REACHED * n))), n)])
    seen = np.flatnonzero(delay <= horizon)
    seen = seen[np.argsort(delay[seen], kind="stable")]
    delay, parent, weight = delay[seen], parent[seen], weight[seen]
    at_risk = n - np.searchsorted(ordered, delay, side="left")
    share = weight / at_risk
    mean = float(share.sum())
    # what the average share would have brought while this share was at risk
    expected = np.concatenate([[0.0], np.cumsum(share / at_risk)])
    influence = np.bincount(parent, share, minlength=n).astype(np.float64)
    influence -= expected[np.searchsorted(delay, np.minimum(age, horizon), side="right")]
    return Offspring(mean, horizon, influence)


def leave_groups_out(
    age: Floats, delay: Floats, parent: Ints, weight: Floats, group: Ints, horizon: float
) -> Floats:
    """The mean until `horizon` without the shares of each group, shape (G,).

    Parameters
    ----------
    age, delay, parent, weight
        As in `count_offspring`.
    group : array, shape (n,)
        Of each share, from 0.
    horizon : float
    """
    n_groups = int(group.max()) + 1
    until = delay <= horizon
    delay, weight, of = delay[until], weight[until], group[parent[until]]
    ordered = np.sort(age)
    everyone = age.size - np.searchsorted(ordered, delay, side="left")
    means = np.zeros(n_groups)
    for g in range(n_groups):
        mine = np.sort(age[group == g])
        others = everyone - (mine.size - np.searchsorted(mine, delay, side="left"))
        counts = (of != g) & (others > 0)
        means[g] = float(np.sum(weight[counts] / others[counts]))
    return means
