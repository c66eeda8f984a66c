"""Sums over the columns of the person-day panel without building the columns.

A column is a moving sum of engagements, so its product with a series per person is the product of
the engagements with a moving sum of the series. That moving sum has a column per decay instead of
one per decay and type.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.within_user.panel_columns import (
    BLOCKS,
    LEAD,
    NEWCOMER_DAYS,
    TENURES,
    Columns,
)


def sum_columns(
    counts: Floats, first_day: Ints, series: Floats, following: Floats | None = None
) -> Floats:
    """Sum over the days of every regressor times a series per person, shape (n, q).

    Parameters
    ----------
    counts : array, shape (T, n, K)
        Engagements.
    first_day : int array, shape (n,)
    series : array, shape (T, n)
        Zero on days that do not count.
    following : array, shape (T, n), optional
        As in `fill_regressors`.
    """
    n_days, n, n_kinds = counts.shape
    where = Columns(n_kinds)
    moved = np.empty((n, n_days, DECAYS.size + 1 + len(BLOCKS)))
    later = np.zeros((n, DECAYS.size))
    for day in range(n_days - 1, -1, -1):
        later *= DECAYS
        later += series[day, :, None]
        moved[:, day, : DECAYS.size] = later
    before = np.zeros(n)
    for day in range(n_days):
        moved[:, day, DECAYS.size] = before
        before = (before + series[day]) * DECAYS[LEAD]
    so_far = np.concatenate([np.zeros((1, n)), np.cumsum(series, axis=0)])
    for number, (first, last) in enumerate(BLOCKS):
        begin = np.minimum(np.arange(n_days) + first, n_days)
        end = np.minimum(np.arange(n_days) + last + 1, n_days)
        moved[:, :, DECAYS.size + 1 + number] = (so_far[end] - so_far[begin]).T / (last - first + 1)
    sums = np.matmul(counts.transpose(1, 2, 0), moved)  # (n, K, G + 1 + B)
    out = np.zeros((n, where.n_regressors))
    out[:, : where.n_adstocks] = sums[:, :, : DECAYS.size].reshape(n, -1)
    out[:, where.leads] = sums[:, :, DECAYS.size]
    for number, block in enumerate(where.blocks):
        out[:, block] = sums[:, :, DECAYS.size + 1 + number]
    for person in np.flatnonzero(first_day >= NEWCOMER_DAYS):
        for column, (since, until) in zip(where.tenures, TENURES, strict=True):
            begin, end = np.minimum(first_day[person] + np.array([since, until + 1]), n_days)
            out[person, column] = so_far[end, person] - so_far[begin, person]
    if following is not None:
        out[:, where.following] = (following * series).sum(axis=0)
    return out


def combine_columns(
    counts: Floats, first_day: Ints, coefficients: Floats, following: Floats | None = None
) -> Floats:
    """The regressors times coefficients, summed over the regressors: a series per person, (T, n).

    Parameters
    ----------
    counts : array, shape (T, n, K)
    first_day : int array, shape (n,)
    coefficients : array, shape (q,)
    following : array, shape (T, n), optional
        As in `fill_regressors`.
    """
    n_days, n, n_kinds = counts.shape
    where = Columns(n_kinds)
    out = np.zeros((n_days, n))
    for decay, theta in enumerate(DECAYS):
        weight = coefficients[where.adstocks(np.full(n_kinds, decay))]
        if weight.any():
            stock, series = np.zeros(n), counts @ weight
            for day in range(n_days):
                stock = stock * theta + series[day]
                out[day] += stock
    if coefficients[where.leads].any():
        ahead, series = np.zeros(n), counts @ coefficients[where.leads]
        for day in range(n_days - 1, -1, -1):
            out[day] += ahead
            ahead = (ahead + series[day]) * DECAYS[LEAD]
    for block, (first, last) in zip(where.blocks, BLOCKS, strict=True):
        if coefficients[block].any():
            series = counts @ coefficients[block] / (last - first + 1)
            so_far = np.concatenate([np.zeros((1, n)), np.cumsum(series, axis=0)])
            begin = np.maximum(np.arange(n_days) - last, 0)
            end = np.maximum(np.arange(n_days) - first + 1, 0)
            out += so_far[end] - so_far[begin]
    for person in np.flatnonzero(first_day >= NEWCOMER_DAYS):
        for column, (since, until) in zip(where.tenures, TENURES, strict=True):
            days = slice(first_day[person] + since, first_day[person] + until + 1)
            out[days, person] += coefficients[column]
    if following is not None:
        out += following * coefficients[where.following]
    return out
