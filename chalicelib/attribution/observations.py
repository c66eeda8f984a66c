"""The input of the estimators for one goal, and means that all of them need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.adstock import DECAYS, share_inside
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.panel_columns import share_of_blocks_inside

CAUSE, ARRIVAL, STATE, EXPOSURE, LIFETIME = "cause", "arrival", "state", "exposure", "lifetime"
"""Roles of an engagement type. A *cause* may be a regressor. An *arrival* is a visit to the
advertiser's site: a step between a cause and a conversion. A *state* lasts until it is undone
(follows). An *exposure* leads to other types of the channel (ad impressions and clicks). The
counts of a *lifetime* type have accumulated since the day on which they are booked.
"""


@dataclass(frozen=True, slots=True)
class OrderMoments:
    """Sums over the records of conversions that are not listed individually."""

    records: float = 0.0
    """Number of records with a count above 0."""
    count: float = 0.0
    value: float = 0.0
    """Sums of conversions, and of their values."""
    count_squared: float = 0.0
    product: float = 0.0
    value_squared: float = 0.0
    """Sums of the squares of a record's count and value, and of their products."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The part of an effect inside the window, on average over the engagements of a type."""

    adstock: Floats
    """Sum of the weights of each adstock. Shape (K, G)."""
    blocks: Floats
    """Share of an effect in each late block. Shape (K, B)."""

    def of_types(self, types: Ints) -> Inside:
        """The same for some of the types."""
        return Inside(self.adstock[types], self.blocks[types])


@dataclass(frozen=True, slots=True)
class Context:
    """Annotations and controls on T days."""

    names: tuple[str, ...] = ()
    """Of the annotations; those with the same name share a column. Length A."""
    columns: Floats | None = None
    """1 on the days of an annotation, else 0. Shape (T, A)."""
    control_names: tuple[str, ...] = ()
    """Length C."""
    controls: Floats | None = None
    """Daily values of the controls (query volume, price index); NaN if unknown. Shape (T, C)."""
    holidays: frozenset[str] = frozenset()
    """The annotations that are public holidays."""

    def annotated(self, n_days: int) -> Floats:
        """Columns of the annotations, shape (T, A)."""
        return np.zeros((n_days, 0)) if self.columns is None else self.columns

    def controlled(self, n_days: int) -> Floats:
        """Columns of the controls, shape (T, C), NaN if unknown."""
        return np.zeros((n_days, 0)) if self.controls is None else self.controls


@dataclass(frozen=True, slots=True)
class Observations:
    """The data on one goal, on T days, for K engagement types."""

    names: tuple[str, ...]
    """Name of each type in a reason, e.g. ``facebook/like``. Length K."""
    counts: Floats
    """Engagements per day, anonymous ones included. Shape (T, K)."""
    identified: Floats
    """Number of engagements with a person. Shape (K,)."""
    roles: tuple[str, ...]
    """Role of each engagement type in the model; see `CAUSE` and the others. Only causes are
    regressors. Length K.
    """
    people: People
    """The identified journeys over the same K types."""
    outcome: Floats
    """Conversions of the goal per day, anonymous ones included. Shape (T,)."""
    order_value: Floats
    order_count: Floats
    """Total value of the conversions of one record (below zero for refunds) and their number (0 for
    refunds). Shape (C,).
    """
    orders_apart: OrderMoments = OrderMoments()
    """The same for records that are not listed individually."""
    sampled: float = 1.0
    """Share of the identified people whose journeys `people` contains."""
    coverage: Coverage | None = None
    """Days for which the sources have data; None: all days of the window."""
    context: Context = Context()
    """Annotations and controls."""
    regions: RegionSeries | None = None
    """The same totals by region; None if no conversion carries a region."""

    @property
    def channels(self) -> Ints:
        """Index of each type's channel, shape (K,)."""
        names = [channel_of(name) for name in self.names]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @property
    def covered(self) -> Coverage:
        """The coverage; all days if none was given."""
        return Coverage.whole(*self.counts.shape) if self.coverage is None else self.coverage


def channel_of(name: str) -> str:
    """The channel of a type: ``facebook`` of ``facebook/like``."""
    return name.partition("/")[0]


def mean_inside(counts: Floats) -> Inside:
    """The part of an effect inside the window, on average over the engagements of each type.

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
