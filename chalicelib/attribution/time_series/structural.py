"""A level that wanders, weighted noise and any columns beside them, by generalised least squares.

``y_t = level_t + (columns b)_t + noise_t`` with ``var(noise_t) = s2 * noise_scale_t`` and
``var(level_t - level_{t-1}) = ratio * s2 * step_scale_t``; the first level may be anything (Harvey
1989, local level model with a diffuse start).  The level is integrated out: what is left is the
quadratic form of

    A = W - W (W + D' S D)^-1 W,  W = 1 / noise_scale, S = 1 / (ratio * step_scale), D = changes

whose inner matrix is tridiagonal, so that products with A cost O(T) per column.  The variance `s2`
is integrated out in closed form, `ratio` over a grid.

Missing observations have weight zero (Durbin, Koopman 2012, ch. 4.10). A random walk seen only on
some days is a random walk whose steps across a gap have the variance of all steps inside it, so
days without data are dropped and the step that crosses them grows: the same likelihood, fewer rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky_banded, solveh_banded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL_RATIOS: Floats = np.concatenate([[1e-7], np.logspace(-4.5, 0.5, 11)])
"""Variance of a day's step of the level relative to that of the noise: from "stays" to "wanders
more than the noise", shape (Q,)."""


FEW = 10.0
"""Conversions per step at which the sizes of the noise are half believed, half taken for equal."""


@dataclass(frozen=True, slots=True)
class Guide:
    """What is known of the level from elsewhere: `value` with precision `weight`, shape (T,) each.

    Values up to a constant, precisions in units of that of the noise.
    """

    value: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Scales:
    """How noise and steps of the level change in size over time, shapes (T,) and (T - 1,).

    T is the number of observed steps; a step of the level may cross several missing ones.
    """

    noise: Floats
    steps: Floats
    guide: Guide | None = None

    @classmethod
    def constant(cls, n_days: int) -> Scales:
        """The same size every day, no day missing."""
        return cls.at(np.arange(n_days))

    @classmethod
    def at(cls, times: Ints) -> Scales:
        """The same size every day, for days of which some are missing; `times` has shape (T,)."""
        return cls(np.ones(times.size), np.diff(times).astype(np.float64))

    @classmethod
    def of_level(cls, level: Floats, expected: Floats, times: Ints | None = None) -> Scales:
        """Counts: noise in proportion to what is expected, steps in proportion to the level.

        Parameters
        ----------
        level, expected : arrays, shape (T,)
            What would be without and with all that is known to matter, in conversions; where other
            methods have explained most of them, the rest may lie around zero or below.
        times : int array, shape (T,), optional
            Days of the observations; consecutive ones unless given.

        Notes
        -----
        Neither falls below a tenth of its usual size, so that no day weighs a million times as
        much as another and the matrices of `weigh` stay definite. Where conversions are few, what
        is expected of a day is read from the same few conversions that the weights are for, and
        the fit would look too good: noise is shrunk towards the same size every day.
        """
        mean = float(np.abs(expected).mean())
        floor = max(0.1 * mean, 1e-9)
        known = mean / (mean + FEW)
        noise = np.maximum(known * expected + (1.0 - known) * mean, floor)
        relative = np.maximum(level, max(0.1 * float(np.abs(level).mean()), floor))
        relative = relative / relative.mean()
        apart = 1.0 if times is None else np.diff(times)
        return cls(noise / noise.mean(), relative[1:] * relative[:-1] * apart)


def weigh(columns: Floats, scales: Scales, ratio: float) -> tuple[Floats, float]:
    """Products ``A @ columns`` and the log determinant that belongs into the likelihood.

    Parameters
    ----------
    columns : array, shape (T, p)
    scales : Scales
    ratio : float
        Variance of the level's steps relative to the noise.

    Returns
    -------
    array, shape (T, p), and float
    """
    prior, log_det = _prior(scales, ratio)
    band = prior.copy()
    band[0] += 1.0 / scales.noise
    weighted = columns / scales.noise[:, None]
    product = weighted - solveh_banded(band, weighted, lower=True) / scales.noise[:, None]
    return np.asarray(product), float(np.log(scales.noise).sum()) + log_det + _log_det(band)


def beside_level(columns: Floats, scales: Scales) -> Floats:
    """Columns less their means, which a level that may be anything has anyway: (T, p) -> (T, p).

    `weigh` takes constants out by a difference of large numbers where the level hardly moves: an
    outcome around 60 that varies by 0.1 would keep nothing but what rounding leaves. A level with a
    guide may not be anything, and columns stay as they are.
    """
    return columns - columns.mean(axis=0) if scales.guide is None else columns


def guided(scales: Scales, ratio: float) -> Floats:
    """What the guide makes one expect of the level, before the outcome is seen; shape (T,)."""
    if scales.guide is None:
        return np.zeros(scales.noise.size)
    prior, _ = _prior(scales, ratio)
    return np.asarray(solveh_banded(prior, scales.guide.weight * scales.guide.value, lower=True))


def coefficients(outcome: Floats, columns: Floats, scales: Scales, ratio: float) -> Floats:
    """Coefficients of the columns by generalised least squares, shape (p,)."""
    together = beside_level(np.column_stack([columns, outcome]), scales)
    product, _ = weigh(together, scales, ratio)
    gram = together[:, :-1].T @ product
    return np.asarray(np.linalg.lstsq(gram[:, :-1], gram[:, -1], rcond=None)[0])


def without_guide(
    outcome: Floats, columns: Floats, scales: Scales, ratio: float
) -> tuple[Floats, Floats]:
    """Outcome less what the guide makes one expect, and columns with a constant where it needs one.

    The level with a guide may not be anything, so a constant beside it is a column like others.
    """
    basis = independent(columns)
    if scales.guide is None:
        return outcome, basis
    return outcome - guided(scales, ratio), np.column_stack([np.ones(outcome.size), basis])


def smooth_level(residual: Floats, scales: Scales, ratio: float) -> Floats:
    """The level given what the columns leave of the outcome, shape (T,)."""
    expected = guided(scales, ratio)
    left = residual - expected
    if scales.guide is not None:
        ones = np.ones((residual.size, 1))
        weighted = weigh(ones, scales, ratio)[0][:, 0]
        constant = float(weighted @ left / weighted.sum())
        expected, left = expected + constant, left - constant
    band, _ = _prior(scales, ratio)
    band[0] += 1.0 / scales.noise
    return np.asarray(expected + solveh_banded(band, left / scales.noise, lower=True))


def forecast_errors(residual: Floats, scales: Scales, ratio: float) -> Floats:
    """Standardised one-step errors (up to the scale of the noise), shape (T - 1,)."""
    level, variance = float(residual[0]), float(scales.noise[0])
    errors = np.empty(residual.size - 1)
    for day in range(1, residual.size):
        variance += ratio * scales.steps[day - 1]
        total = variance + scales.noise[day]
        error = residual[day] - level
        errors[day - 1] = error / np.sqrt(total)
        level += variance / total * error
        variance *= scales.noise[day] / total
    return errors


def _prior(scales: Scales, ratio: float) -> tuple[Floats, float]:
    """Lower band of the level's prior precision, shape (2, T), and minus its log determinant."""
    steps = ratio * scales.steps
    pull = 1.0 / steps
    band = np.zeros((2, scales.noise.size))
    band[0, 1:] += pull
    band[0, :-1] += pull
    band[1, :-1] = -pull
    if scales.guide is None:
        return band, float(np.log(steps).sum())  # the first level may be anything
    band[0] += scales.guide.weight
    return band, -_log_det(band)


def _log_det(band: Floats) -> float:
    """Log determinant of a tridiagonal matrix by its Cholesky factor."""
    return float(2.0 * np.log(cholesky_banded(band, lower=True)[0]).sum())


@dataclass(frozen=True, slots=True)
class Products:
    """Cross products of the outcome and the columns, level and nuisance columns taken out.

    Attributes
    ----------
    gram : array, shape (Q, p + 1, p + 1)
        Per ratio of the grid; the outcome is last.
    log_weight : array, shape (Q,)
        Minus half the log determinants: what belongs to a ratio whatever the columns are.
    degrees_of_freedom : int
        Days less the level and the nuisance columns.
    """

    gram: Floats
    log_weight: Floats
    degrees_of_freedom: int


def cross_products(outcome: Floats, nuisance: Floats, columns: Floats, scales: Scales) -> Products:
    """Everything that likelihoods of any subset of `columns` need.

    Parameters
    ----------
    outcome : array, shape (T,)
    nuisance : array, shape (T, m)
        Columns that every model has (season, shocks).
    columns : array, shape (T, p)
    scales : Scales
    """
    basis = independent(nuisance)
    if scales.guide is not None:
        basis = np.column_stack([np.ones(outcome.size), basis])
    m = basis.shape[1]
    diffuse = 1 if scales.guide is None else 0
    grams, weights = [], []
    for ratio in LEVEL_RATIOS:
        expected = outcome - guided(scales, float(ratio))
        together = beside_level(np.column_stack([basis, columns, expected]), scales)
        product, log_det = weigh(together, scales, float(ratio))
        gram = together.T @ product
        if m:
            inner = gram[:m, :m]
            solved = np.linalg.solve(inner, gram[:m, m:])
            left = gram[m:, m:] - gram[m:, :m] @ solved
            log_det += float(np.linalg.slogdet(inner)[1])
        else:
            left = gram
        left[-1, -1] += unexplainable(outcome)
        grams.append((left + left.T) / 2)
        weights.append(-0.5 * log_det)
    return Products(np.array(grams), np.array(weights), outcome.size - diffuse - m)


def unexplainable(outcome: Floats) -> float:
    """Sum of squares that no column is believed to explain, lest an exact fit be certain."""
    return 1e-6 * float(((outcome - outcome.mean()) ** 2).sum())


def independent(columns: Floats) -> Floats:
    """A basis of what the columns span beside a constant, which the level has: (T, p) -> (T, r)."""
    if not columns.shape[1]:
        return columns
    left, values, _ = np.linalg.svd(columns - columns.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, values > 1e-8 * max(float(values.max()), 1e-300)])
