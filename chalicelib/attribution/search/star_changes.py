"""What the stars that a platform shows do to sales, from products and weeks.

Platforms show the mean rating rounded. Where the mean crosses a rounding threshold, the quality
hardly changes and the display jumps (Luca 2011). Around every change of the display, `SIDE` weeks
on each side, the sales of the product follow a Poisson model with a factor for each change, one for
each week, and

    log E(sales) = factor of the change + factor of the week + a * stars shown + b * exact mean

A week in which the display changes is left out, because it has sales of both. Only ratios within a
change matter, so products with any trend or quality are compared with themselves within twelve
weeks. The error is a jackknife over products. The same at thresholds half-way between the real ones
is a placebo: nothing that people see changes there. Where sales move there nevertheless, by more
than chance explains, the error of the effect grows by as much.

The number of reviews is not an estimand here: sales bring reviews, so it follows them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Bools, Floats, Ints

SIDE = 6
"""Weeks on each side of a change."""
FEWEST, FEW = 20, 100
"""Changes below which there is no estimate, and below which there is a warning."""
MIN_SALES = 10.0
"""Sales around a change below which it says nothing."""
CHANCE = 2.0
"""Square of a placebo, in units of its variance, up to which it is attributed to chance."""
EARLY_WEEKS = 4
"""Products sold in these first weeks may have been reviewed before them."""
_ROUNDS = 50
_TOLERANCE = 1e-10
_EDGE = 1e-9  # so that sums of decimal ratings round as people round them


@dataclass(frozen=True, slots=True)
class ProductWeeks:
    """Sales and reviews of P products on W weeks."""

    sales: Floats
    """Shape (P, W)."""
    reviews: Floats
    """Reviews with a rating per day, shape (P, 7 W)."""
    ratings: Floats
    """Sum of their ratings per day, shape (P, 7 W)."""
    known: Bools
    """Weeks with data on the sales. Shape (W,)."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The effect of one more star shown, as a logarithm of sales."""

    effect: float
    error: float
    critical: float
    """Standard error by a jackknife over products, and the two-sided 95 % quantile."""


@dataclass(frozen=True, slots=True)
class StarEffect:
    """What shown stars do."""

    products: int
    """Products with a rating and sales."""
    changes: int
    """Changes of the display that are used."""
    shown: Threshold | None
    placebo: Threshold | None
    """The same half-way between the real thresholds."""
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The weeks around the changes: N rows in groups, one group for each change."""

    group: Ints
    product: Ints
    week: Ints
    """Shape (N,)."""


def estimate_stars(data: ProductWeeks, step: float) -> StarEffect:
    """Estimate what one more star shown does.

    Parameters
    ----------
    step : float
        The display is rounded to this, e.g. 0.5.
    """
    mean = exact_means(data)
    shown, steady = displays(mean, step)
    factor = _week_factors(data)
    rows = _around_changes(shown, steady, data)
    changes = int(rows.group[-1]) + 1 if rows.group.size else 0
    products = int((np.isfinite(mean).any(axis=1) & (data.sales.sum(axis=1) > 0)).sum())
    if changes < FEWEST:
        return StarEffect(products, changes, None, None, ("too_few_crossings",), ())
    weekly = mean.reshape(*data.sales.shape, 7).mean(axis=2)
    found = _fit(rows, data.sales, factor, [shown, weekly])
    if found is None:
        return StarEffect(products, changes, None, None, ("no_variation",), ())
    elsewhere, steady_there = displays(mean, step, placebo=True)
    there = _around_changes(elsewhere, steady_there & steady, data)
    placebo = None
    if there.group.size and int(there.group[-1]) + 1 >= FEWEST:
        placebo = _fit(there, data.sales, factor, [elsewhere, weekly, shown])
    if placebo is not None:
        found = _allow_for_bias(found, placebo)
    warnings = []
    if changes < FEW:
        warnings.append("few_crossings")
    if placebo is not None and abs(placebo.effect) > placebo.critical * placebo.error:
        warnings.append("placebo_threshold_moves")
    return StarEffect(products, changes, found, placebo, (), tuple(warnings))


def _allow_for_bias(found: Threshold, placebo: Threshold) -> Threshold:
    """The effect with an error that includes what the placebo shows beyond chance.

    A placebo of at most `CHANCE` variances is chance.
    """
    bias = max(placebo.effect**2 - CHANCE * placebo.error**2, 0.0)
    return replace(found, error=float(np.sqrt(found.error**2 + bias)))


def may_have_earlier_reviews(data: ProductWeeks) -> bool:
    """Whether most products were sold from the beginning, with no review before they were sold.

    The display then depends on reviews that the data may lack.
    """
    sold = data.sales.sum(axis=1) > 0
    first_sale = np.argmax(data.sales > 0, axis=1)[sold]
    first_review = np.argmax(data.reviews > 0, axis=1)[sold] // 7
    early = (first_sale < EARLY_WEEKS) & (first_review >= first_sale)
    return bool(early.mean() > 0.5) if early.size else False


def exact_means(data: ProductWeeks) -> Floats:
    """Mean rating of all reviews up to the start of each day, NaN before the first: (P, 7 W)."""
    number, total = np.cumsum(data.reviews, axis=1), np.cumsum(data.ratings, axis=1)
    mean = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return np.column_stack([np.full(mean.shape[0], np.nan), mean[:, :-1]])


def displays(mean: Floats, step: float, *, placebo: bool = False) -> tuple[Floats, Bools]:
    """Stars shown in each week, and whether they were the same all week, shape (P, W) each.

    `placebo`: thresholds half-way between the real ones.
    """
    offset = 0.0 if placebo else 0.5
    daily = np.floor(mean / step + offset + _EDGE) * step
    by_week = daily.reshape(mean.shape[0], -1, 7)
    steady = np.isclose(by_week, by_week[:, :, :1]).all(axis=2)
    return by_week[:, :, 0], np.asarray(steady)


def _around_changes(shown: Floats, steady: Bools, data: ProductWeeks) -> _Rows:
    """The steady weeks around each change with enough sales, and with weeks on both sides."""
    usable = steady & data.known & np.isfinite(shown)
    n_weeks = shown.shape[1]
    groups, products, weeks = [], [], []
    number = 0
    before, after = shown[:, :-1], shown[:, 1:]
    changed = np.isfinite(before) & np.isfinite(after) & (np.abs(after - before) > 1e-6)
    for product, week in np.argwhere(changed):
        around = np.arange(max(week + 1 - SIDE, 0), min(week + 1 + SIDE, n_weeks))
        around = around[usable[product, around]]
        mine = shown[product, around]
        if around.size < 4 or np.ptp(mine) < 1e-6:
            continue
        if data.sales[product, around].sum() < MIN_SALES:
            continue
        groups.append(np.full(around.size, number))
        products.append(np.full(around.size, product))
        weeks.append(around)
        number += 1
    if not groups:
        none = np.zeros(0, dtype=np.int64)
        return _Rows(none, none, none)
    return _Rows(np.concatenate(groups), np.concatenate(products), np.concatenate(weeks))


def _week_factors(data: ProductWeeks) -> Floats:
    """Sales of each week relative to the mean week, products weighted alike, shape (W,)."""
    mean = data.sales[:, data.known].mean(axis=1)
    sold = mean > 0
    if not sold.any():
        return np.ones(data.known.size)
    factor = (data.sales[sold] / mean[sold, None]).mean(axis=0)
    return np.asarray(np.maximum(factor, 1e-3))


def _fit(rows: _Rows, sales: Floats, factor: Floats, columns: list[Floats]) -> Threshold | None:
    """The effect of the first column, with a factor for each change.

    Factors of changes are eliminated in closed form, so their number causes no bias. Changes are
    weighted by ``1 / (1 + dispersion * mean sales)``: sales scatter more than a Poisson variable.
    None if there are too few products, or the column does not vary beside the others.
    """
    y = sales[rows.product, rows.week]
    log_exposure = np.log(factor[rows.week])
    X = np.column_stack([column[rows.product, rows.week] for column in columns])
    X = X[:, _varies_within(X, rows.group)]
    n_groups = int(rows.group[-1]) + 1
    weight = np.ones(n_groups)
    beta = np.zeros(X.shape[1])
    for _ in range(2):
        solved = _newton(X, y, log_exposure, rows.group, weight, beta)
        if solved is None:
            return None
        beta, expected, centred = solved
        weight = 1.0 / (1.0 + _dispersion(y, expected) * _group_means(expected, rows.group))
    solved = _newton(X, y, log_exposure, rows.group, weight, beta)
    if solved is None:
        return None
    beta, expected, centred = solved
    products, of_row = np.unique(rows.product, return_inverse=True)
    if products.size < 3:
        return None
    w = weight[rows.group]
    score = np.zeros((products.size, X.shape[1]))
    np.add.at(score, of_row, centred * (w * (y - expected))[:, None])
    outer = centred[:, :, None] * centred[:, None, :] * (w * expected)[:, None, None]
    curvature = np.zeros((products.size, X.shape[1], X.shape[1]))
    np.add.at(curvature, of_row, outer)
    whole = curvature.sum(axis=0)
    try:
        without = np.linalg.solve(whole - curvature, -score[:, :, None])[:, 0, 0]
        inverse = np.linalg.inv(whole)
    except np.linalg.LinAlgError:
        return None
    variance = (products.size - 1) / products.size * float(((without - without.mean()) ** 2).sum())
    # products that decide more than others count for fewer degrees of freedom
    share = np.einsum("j,pjk,k->p", inverse[0], curvature, inverse[0]) / inverse[0, 0]
    degrees = max(1.0 / float((share**2).sum()) - 1.0, 1.0)
    return Threshold(float(beta[0]), float(np.sqrt(variance)), float(stats.t.ppf(0.975, degrees)))


def _newton(
    X: Floats, y: Floats, log_exposure: Floats, group: Ints, weight: Floats, beta: Floats
) -> tuple[Floats, Floats, Floats] | None:
    """Coefficients, expected sales and centred columns of a Poisson model with group factors.

    None if it does not converge or columns depend on each other.
    """
    n_groups = weight.size
    total = np.bincount(group, weights=y, minlength=n_groups)
    for _ in range(_ROUNDS):
        relative = np.exp(np.clip(X @ beta, -50.0, 50.0) + log_exposure)
        share = relative / np.bincount(group, weights=relative, minlength=n_groups)[group]
        expected = share * total[group]
        means = np.array(
            [np.bincount(group, weights=share * column, minlength=n_groups) for column in X.T]
        ).T
        centred = X - means[group]
        w = weight[group]
        gradient = centred.T @ (w * (y - expected))
        hessian = (centred * (w * expected)[:, None]).T @ centred
        if np.linalg.cond(hessian) > 1e10:
            return None
        step = np.linalg.solve(hessian, gradient)
        beta = beta + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < _TOLERANCE:
            return beta, expected, centred
    return None


def _varies_within(X: Floats, group: Ints) -> Bools:
    """Columns that vary within some group; the first one always counts: (N, p) -> (p,)."""
    means = np.array([_group_means(column, group) for column in X.T]).T
    found = (np.abs(X - means[group]) > 1e-9).any(axis=0)
    found[0] = True
    return np.asarray(found)


def _group_means(values: Floats, group: Ints) -> Floats:
    return np.asarray(np.bincount(group, weights=values) / np.bincount(group))


def _dispersion(y: Floats, expected: Floats) -> float:
    """The part of the relative variance that is not Poisson, at least 0 (by moments)."""
    excess = float(((y - expected) ** 2 - y).sum())
    return max(excess / max(float((expected**2).sum()), 1e-300), 0.0)
