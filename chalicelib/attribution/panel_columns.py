"""What the columns of the person-day panel are, and how they are filled.

For each of K engagement types there are

* one adstock per decay of the grid: engagements of earlier days and of the day itself,
* a *lead*: engagements of later days, which cannot cause anything today,
* a *late block*: engagements of some weeks ago, for effects that come late,

and for all of them together the *tenure* of a newcomer, the time since the person was first seen.
The outcome is the last column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAD = 5
"""Index into DECAYS: how engagements of later days are weighted, from tomorrow on."""
BLOCK = (7, 30)
"""First and last day after an engagement on which a delayed effect comes, evenly."""
TENURES = ((1, 3), (4, 7), (8, 14), (15, 28))
"""Days since a newcomer was first seen."""
NEWCOMER_DAYS = 14
"""Who is first seen so many days after the window's start is a newcomer; others were there before
for all that is known."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a panel of K engagement types are.

    Adstocks come first, type by type; then leads and late blocks, one per type each; then the
    tenures; the outcome is last.
    """

    n_kinds: int

    @property
    def n_adstocks(self) -> int:
        """How many columns are adstocks."""
        return self.n_kinds * DECAYS.size

    @property
    def n_regressors(self) -> int:
        """All columns but the outcome."""
        return self.n_adstocks + 2 * self.n_kinds + len(TENURES)

    def adstocks(self, decays: Ints) -> Ints:
        """The adstock of every type at its decay, shape (K,).

        Parameters
        ----------
        decays : int array, shape (K,)
            Indexes into DECAYS.
        """
        return np.arange(self.n_kinds) * DECAYS.size + decays

    @property
    def leads(self) -> Ints:
        """The lead of every type, shape (K,)."""
        return self.n_adstocks + np.arange(self.n_kinds)

    @property
    def blocks(self) -> Ints:
        """The late block of every type, shape (K,)."""
        return self.n_adstocks + self.n_kinds + np.arange(self.n_kinds)

    @property
    def tenures(self) -> Ints:
        """The tenures, shape (4,)."""
        return self.n_regressors - len(TENURES) + np.arange(len(TENURES))

    def of_kinds(self, kinds: Ints) -> Ints:
        """The regressors of some of the types, in the order of a panel of these types."""
        adstocks = (kinds[:, None] * DECAYS.size + np.arange(DECAYS.size)).ravel()
        return np.concatenate([adstocks, self.leads[kinds], self.blocks[kinds], self.tenures])


def share_of_block_inside(days_left: Floats) -> Floats:
    """Share of the late block that falls inside the window.

    Parameters
    ----------
    days_left : array
        Days from the engagement to the window's end, both included.
    """
    first, last = BLOCK
    return np.asarray(np.clip((days_left - first) / (last - first + 1), 0.0, 1.0))


def block_series(counts: Floats) -> Floats:
    """Mean engagements of the days of the late block before each day, shape as `counts`.

    Parameters
    ----------
    counts : array, shape (T, ...)
    """
    n_days = counts.shape[0]
    first, last = BLOCK
    so_far = np.cumsum(counts, axis=0)
    block = np.zeros_like(counts)
    block[first:] = so_far[: max(n_days - first, 0)]
    block[last + 1 :] -= so_far[: max(n_days - last - 1, 0)]
    return np.asarray(block / (last - first + 1))


def fill_regressors(counts: Floats, first_day: Ints, columns: Floats) -> None:
    """Fill the regressors of n people.

    Parameters
    ----------
    counts : array, shape (T, n, K)
        Engagements.
    first_day : int array, shape (n,)
        Day of the first event.
    columns : array, shape (T, n, p)
        Filled in, but for the outcome.
    """
    n_days, n, n_kinds = counts.shape
    where = Columns(n_kinds)
    stock = np.zeros((n, n_kinds, DECAYS.size))
    for day in range(n_days):
        stock *= DECAYS
        stock += counts[day, :, :, None]
        columns[day, :, : where.n_adstocks] = stock.reshape(n, -1)
    leads = columns[:, :, where.leads[0] : where.leads[-1] + 1]
    ahead = np.zeros((n, n_kinds))
    for day in range(n_days - 1, -1, -1):
        leads[day] = ahead
        ahead = (ahead + counts[day]) * DECAYS[LEAD]
    columns[:, :, where.blocks[0] : where.blocks[-1] + 1] = block_series(counts)
    tenure = np.arange(n_days)[:, None] - np.where(first_day < NEWCOMER_DAYS, 10**6, first_day)
    for column, (since, until) in zip(where.tenures, TENURES, strict=True):
        columns[:, :, column] = (tenure >= since) & (tenure <= until)
