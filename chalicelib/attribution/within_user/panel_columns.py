"""The columns of the person-day panel.

For each of K engagement types there are

* one adstock per decay of the grid: engagements of earlier days and of the day itself,
* a *lead*: engagements of later days, which cannot cause anything today,
* *late blocks*: engagements of one to four weeks ago, for effects that come late,

for all of them together the *tenure* of a newcomer, the time since the person was first seen, and
the number of pages that the person *follows*. A follow lasts until it is undone, so it has no
adstock; without its column, likes would get the credit for what following brings.
The outcome is the last column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Floats, Ints

LEAD = 5
"""Index into DECAYS: the weights of engagements of later days, from tomorrow on."""
BLOCKS = ((7, 14), (15, 30))
"""First and last day after an engagement on which a delayed effect comes, evenly."""
TENURES = ((1, 7), (8, 28))
"""Days since a newcomer was first seen."""
NEWCOMER_DAYS = 14
"""A person first seen at least this many days after the start of the window is a newcomer. Others
may have been active before it.
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns of a panel of K engagement types.

    Adstocks come first, type by type; then the leads, one per type; then the late blocks, block by
    block with one per type; then the tenures and the follows; the outcome is last.
    """

    n_kinds: int

    @property
    def n_adstocks(self) -> int:
        """Number of adstock columns."""
        return self.n_kinds * DECAYS.size

    @property
    def n_regressors(self) -> int:
        """All columns but the outcome."""
        return self.n_adstocks + (1 + len(BLOCKS)) * self.n_kinds + len(TENURES) + 1

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
        """The late blocks of every type, shape (B, K)."""
        first = self.n_adstocks + self.n_kinds
        return first + np.arange(len(BLOCKS) * self.n_kinds).reshape(len(BLOCKS), self.n_kinds)

    @property
    def tenures(self) -> Ints:
        """The tenures, shape (2,)."""
        return self.following - len(TENURES) + np.arange(len(TENURES))

    @property
    def following(self) -> int:
        """The number of pages that the person follows."""
        return self.n_regressors - 1

    @property
    def controls(self) -> Ints:
        """The columns that are no type's: tenures and follows, shape (3,)."""
        return np.append(self.tenures, self.following)

    def of_kinds(self, kinds: Ints) -> Ints:
        """The regressors of some of the types, in the order of a panel of these types."""
        adstocks = (kinds[:, None] * DECAYS.size + np.arange(DECAYS.size)).ravel()
        blocks = self.blocks[:, kinds].ravel()
        return np.concatenate([adstocks, self.leads[kinds], blocks, self.controls])


def share_of_blocks_inside(days_left: Floats) -> Floats:
    """Share of an effect in each late block that falls inside the window, shape (..., B).

    Parameters
    ----------
    days_left : array, shape (...)
        Days from the engagement to the end of the window, both included.
    """
    shares = [np.clip((days_left - first) / (last - first + 1), 0, 1) for first, last in BLOCKS]
    return np.stack(shares, axis=-1)


def days_of_blocks(shares: Floats) -> list[int]:
    """First and last day of the late blocks with a material part of a late effect.

    Parameters
    ----------
    shares : array, shape (B,)
        Of the effect, in each block.
    """
    material = np.flatnonzero(shares >= 0.2 * shares.sum())
    return [BLOCKS[material[0]][0], BLOCKS[material[-1]][1]]


def block_series(counts: Floats) -> Floats:
    """Mean engagements of the days of each late block before each day, shape (T, ..., B).

    Parameters
    ----------
    counts : array, shape (T, ...)
    """
    n_days = counts.shape[0]
    so_far = np.cumsum(counts, axis=0)
    blocks = np.zeros((*counts.shape, len(BLOCKS)))
    for number, (first, last) in enumerate(BLOCKS):
        block = blocks[..., number]
        block[first:] = so_far[: max(n_days - first, 0)]
        block[last + 1 :] -= so_far[: max(n_days - last - 1, 0)]
        block /= last - first + 1
    return blocks


def fill_regressors(
    counts: Floats, first_day: Ints, columns: Floats, following: Floats | None = None
) -> None:
    """Fill the regressors of n people.

    Parameters
    ----------
    counts : array, shape (T, n, K)
        Engagements.
    first_day : int array, shape (n,)
        Day of the first event.
    columns : array, shape (T, n, p)
        Filled in, except for the outcome.
    following : array, shape (T, n), optional
        Pages that they follow, compared with the first day; None: never a change.
    """
    n_days, n, n_kinds = counts.shape
    where = Columns(n_kinds)
    at_leads, at_tenures = (slice(part[0], part[-1] + 1) for part in (where.leads, where.tenures))
    at_blocks = [slice(part[0], part[-1] + 1) for part in where.blocks]
    # sums of the day stay in the processor's cache; every column is written once
    stock = np.zeros((n, n_kinds, DECAYS.size))
    blocks = np.zeros((len(BLOCKS), n, n_kinds))
    for day in range(n_days):
        row = columns[day]
        stock *= DECAYS
        stock += counts[day, :, :, None]
        row[:, : where.n_adstocks] = stock.reshape(n, -1)
        for block, (first, last), at in zip(blocks, BLOCKS, at_blocks, strict=True):
            if day >= first:
                block += counts[day - first]
            if day > last:
                block -= counts[day - last - 1]
            np.multiply(block, 1.0 / (last - first + 1), out=row[:, at])
    ahead = np.zeros((n, n_kinds))
    for day in range(n_days - 1, -1, -1):
        columns[day, :, at_leads] = ahead
        ahead += counts[day]
        ahead *= DECAYS[LEAD]
    columns[:, :, where.following] = 0.0 if following is None else following
    columns[:, :, at_tenures] = 0.0
    for person in np.flatnonzero(first_day >= NEWCOMER_DAYS):
        since = first_day[person]
        for number, (begin, end) in enumerate(TENURES):
            columns[since + begin : since + end + 1, person, at_tenures.start + number] = 1.0
