"""What the estimators are given about one goal, and the plain means that they all need of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS, share_inside
from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.panel_columns import share_of_blocks_inside

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CAUSE, ARRIVAL, STATE, EXPOSURE, LIFETIME = "cause", "arrival", "state", "exposure", "lifetime"
"""Roles of an engagement type. A *cause* may be a regressor. An *arrival* is a visit to one's own
site: a step on the way from a cause to a conversion. A *state* lasts until it is undone (follows).
An *exposure* shows how other types of the channel came about (ad impressions beside clicks). The
counts of a *lifetime* type have gathered since the day that they are booked on."""


@dataclass(frozen=True, slots=True)
class OrderMoments:
    """Sums over the records of conversions that are not told one by one.

    Attributes
    ----------
    records : float
        How many have a count above 0.
    count, value : float
        Of conversions, and of their values.
    count_squared, product, value_squared : float
        Of the squares of a record's count and value, and of their products.
    """

    records: float = 0.0
    count: float = 0.0
    value: float = 0.0
    count_squared: float = 0.0
    product: float = 0.0
    value_squared: float = 0.0


@dataclass(frozen=True, slots=True)
class Inside:
    """What falls inside the window, on average over the engagements of a type.

    Attributes
    ----------
    adstock : array, shape (K, G)
        Sum of the weights of each adstock.
    blocks : array, shape (K, B)
        Share of an effect in each late block.
    """

    adstock: Floats
    blocks: Floats

    def of_types(self, types: NDArray[np.int64]) -> Inside:
        """The same of some of the types."""
        return Inside(self.adstock[types], self.blocks[types])


@dataclass(frozen=True, slots=True)
class Context:
    """What happened besides engagements, on T days.

    Attributes
    ----------
    names : tuple of str, length A
        Of the annotations; those with one name are one column.
    columns : array, shape (T, A)
        1 on the days of an annotation, else 0.
    control_names : tuple of str, length C
    controls : array, shape (T, C)
        Daily values of the controls (query volume, price index); NaN where unknown.
    holidays : frozenset of str
        The annotations that are public holidays.
    """

    names: tuple[str, ...] = ()
    columns: Floats | None = None
    control_names: tuple[str, ...] = ()
    controls: Floats | None = None
    holidays: frozenset[str] = frozenset()

    def annotated(self, n_days: int) -> Floats:
        """Columns of the annotations, shape (T, A)."""
        return np.zeros((n_days, 0)) if self.columns is None else self.columns

    def controlled(self, n_days: int) -> Floats:
        """Columns of the controls, shape (T, C), NaN where unknown."""
        return np.zeros((n_days, 0)) if self.controls is None else self.controls


@dataclass(frozen=True, slots=True)
class Observations:
    """What is known about one goal, on T days, for K kinds of engagement.

    Attributes
    ----------
    names : tuple of str, length K
        How to call each kind in a reason, e.g. ``facebook/like``.
    counts : array, shape (T, K)
        Engagements per day, anonymous ones included.
    identified : array, shape (K,)
        How many of them carry a person.
    roles : tuple of str, length K
        What each engagement type is to the model; see `CAUSE` and the others. Only causes are
        regressors.
    people : People
        The identified journeys over the same K kinds.
    outcome : array, shape (T,)
        Conversions of the goal per day, anonymous ones included.
    order_value, order_count : arrays, shape (C,)
        Total value of the conversions of one record (below zero for refunds) and their number (0
        for refunds).
    orders_apart : OrderMoments
        The same of records that are not told one by one.
    sampled : float
        Share of the identified people whose journeys `people` holds.
    coverage : Coverage or None
        Days for which the sources have data; None: all days of the window.
    context : Context
        What else happened: annotations and controls.
    regions : RegionSeries or None
        The same totals by region; None where no conversion carries a region.
    """

    names: tuple[str, ...]
    counts: Floats
    identified: Floats
    roles: tuple[str, ...]
    people: People
    outcome: Floats
    order_value: Floats
    order_count: Floats
    orders_apart: OrderMoments = OrderMoments()
    sampled: float = 1.0
    coverage: Coverage | None = None
    context: Context = Context()
    regions: RegionSeries | None = None

    @property
    def channels(self) -> Ints:
        """Number of each kind's channel, shape (K,)."""
        names = [channel_of(name) for name in self.names]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @property
    def covered(self) -> Coverage:
        """The coverage; whole where none was given."""
        return Coverage.whole(*self.counts.shape) if self.coverage is None else self.coverage


def channel_of(name: str) -> str:
    """The channel of a kind: ``facebook`` of ``facebook/like``."""
    return name.partition("/")[0]


def mean_inside(counts: Floats) -> Inside:
    """What of an effect falls inside the window, on average over the engagements of each type.

    Parameters
    ----------
    counts : array, shape (T, K)
    """
    n_days = counts.shape[0]
    left = (n_days - np.arange(n_days)).astype(np.float64)
    total = np.maximum(counts.sum(axis=0), 1.0)
    adstock = counts.T @ share_inside(DECAYS[None, :], left[:, None])
    return Inside(
        adstock / total[:, None], counts.T @ share_of_blocks_inside(left) / total[:, None]
    )


def mean_order_value(
    value: Floats, count: Floats, apart: OrderMoments = OrderMoments()
) -> tuple[float, float]:
    """Mean value of a conversion and that mean's variance (ratio of totals; Cochran 1977)."""
    conversions = float(count.sum()) + apart.count
    if conversions <= 0:
        return 0.0, 0.0
    mean = (float(value.sum()) + apart.value) / conversions
    squares = apart.value_squared - 2 * mean * apart.product + mean**2 * apart.count_squared
    squares = max(squares, 0.0) + float(((value - mean * count) ** 2).sum())
    records = max(int((count > 0).sum()) + apart.records, 2)
    return mean, squares / conversions**2 * records / (records - 1)
