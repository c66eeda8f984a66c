"""A wandering level, heteroskedastic noise and additional columns, by generalised least squares.

``y_t = level_t + (columns b)_t + noise_t`` with ``var(noise_t) = s2 * noise_scale_t`` and
``var(level_t - level_{t-1}) = ratio * s2 * step_scale_t``; the first level has a diffuse prior
(Harvey 1989, local level model). Integrating the level out leaves the quadratic form of

    A = W - W (W + D' S D)^-1 W,  W = 1 / noise_scale, S = 1 / (ratio * step_scale), D = changes

whose inner matrix is tridiagonal, so products with A cost O(T) per column. The variance `s2`
is integrated out in closed form, `ratio` over a grid.

Missing observations have weight zero (Durbin, Koopman 2012, ch. 4.10). A random walk seen only on
some days is a random walk whose steps across a gap have the variance of all steps inside it. So
days without data are dropped and the step across them grows: the same likelihood, fewer rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cholesky_banded, solveh_banded

from chalicelib.attribution.arrays import Bools, Floats, Ints

LEVEL_RATIOS: Floats = np.concatenate([[1e-7], np.logspace(-4.5, 0.5, 11)])
"""Variance of a day's step of the level relative to that of the noise, from "constant" to "wanders
more than the noise", shape (Q,).
"""


FEW = 10.0
"""Conversions per step at which noise scales are shrunk half way towards equality."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Information on the level from elsewhere: `value` with precision `weight`, shape (T,) each.

    Values up to a constant, precisions in units of that of the noise.
    """

    value: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Scales:
    """Scales of noise and of steps of the level over time, shapes (T,) and (T - 1,).

    T is the number of observed steps; a step of the level may cross several missing ones.
    """

    noise: Floats
    steps: Floats
    guide: Guide | None = None

    @classmethod
    def constant(cls, n_days: int) -> Scales:
        """The same scale every day, no day missing."""
        return cls.at(np.arange(n_days))

    @classmethod
    def at(cls, times: Ints) -> Scales:
        """The same scale every day, with missing days; `times` has shape (T,)."""
        return cls(np.ones(times.size), np.diff(times).astype(np.float64))

    @classmethod
    def of_level(cls, level: Floats, expected: Floats, times: Ints | None = None) -> Scales:
        """Scales of counts: noise in proportion to the expectation, steps to the level.

        Parameters
        ----------
        level, expected : arrays, shape (T,)
            Expected conversions without and with known causes. If other methods have explained most
            conversions, the rest may be around zero or below.
        times : int array, shape (T,), optional
            Days of the observations; consecutive ones by default.

        Notes
        -----
        Neither falls below a tenth of its usual size, so that no day has a million times the weight
        of another and the matrices of `weigh` stay definite. If conversions are few, what is
        expected of a day is estimated from the same few conversions that the weights are for, and
        the fit would look too good; noise is therefore shrunk towards the same scale every day.
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
    """Products ``A @ columns`` and the log determinant for the likelihood.

    The first result has shape (T, p).

    Parameters
    ----------
    columns : array, shape (T, p)
    ratio : float
        Variance of the level's steps relative to the noise.
    """
    prior, log_det = _prior(scales, ratio)
    band = prior.copy()
    band[0] += 1.0 / scales.noise
    weighted = columns / scales.noise[:, None]
    product = weighted - solveh_banded(band, weighted, lower=True) / scales.noise[:, None]
    return np.asarray(product), float(np.log(scales.noise).sum()) + log_det + _log_det(band)


def center_columns(columns: Floats, scales: Scales) -> Floats:
    """Columns less their means, which a diffuse level absorbs anyway: (T, p) -> (T, p).

    If the level hardly moves, `weigh` removes constants by a difference of large numbers: an
    outcome around 60 that varies by 0.1 would keep only rounding errors. A level with a
    guide is not diffuse, so columns stay as they are.
    """
    return columns - columns.mean(axis=0) if scales.guide is None else columns


def guided(scales: Scales, ratio: float) -> Floats:
    """The guide's expectation of the level, before the outcome is seen; shape (T,)."""
    if scales.guide is None:
        return np.zeros(scales.noise.size)
    prior, _ = _prior(scales, ratio)
    return np.asarray(solveh_banded(prior, scales.guide.weight * scales.guide.value, lower=True))


def coefficients(outcome: Floats, columns: Floats, scales: Scales, ratio: float) -> Floats:
    """Coefficients of the columns by generalised least squares, shape (p,)."""
    together = center_columns(np.column_stack([columns, outcome]), scales)
    product, _ = weigh(together, scales, ratio)
    gram = together[:, :-1].T @ product
    return np.asarray(np.linalg.lstsq(gram[:, :-1], gram[:, -1], rcond=None)[0])


def without_guide(
    outcome: Floats, columns: Floats, scales: Scales, ratio: float
) -> tuple[Floats, Floats]:
    """Outcome less the guide's expectation, and columns with a constant if needed.

    A level with a guide is not diffuse, so a constant is a column like others.
    """
    basis = independent(columns)
    if scales.guide is None:
        return outcome, basis
    return outcome - guided(scales, ratio), np.column_stack([np.ones(outcome.size), basis])


def smooth_level(residual: Floats, scales: Scales, ratio: float) -> Floats:
    """The level given the outcome without the contribution of the columns, shape (T,)."""
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
        return band, float(np.log(steps).sum())  # the first level is diffuse
    band[0] += scales.guide.weight
    return band, -_log_det(band)


def _log_det(band: Floats) -> float:
    """Log determinant of a tridiagonal matrix by its Cholesky factor."""
    return float(2.0 * np.log(cholesky_banded(band, lower=True)[0]).sum())


@dataclass(frozen=True, slots=True)
class Products:
    """Cross products of the outcome and the columns, after removing level and nuisance columns."""

    gram: Floats
    """Per ratio of the grid; the outcome is last. Shape (Q, p + 1, p + 1)."""
    log_weight: Floats
    """Minus half the log determinants: the part of the likelihood that depends on the ratio alone.
    Shape (Q,).
    """
    degrees_of_freedom: int
    """Days less the level and the nuisance columns."""

    def with_ratios(self, allowed: Bools) -> Products:
        """The same with prior probability zero for all other ratios; `allowed` has shape (Q,)."""
        return replace(self, log_weight=np.where(allowed, self.log_weight, -np.inf))


def cross_products(outcome: Floats, nuisance: Floats, columns: Floats, scales: Scales) -> Products:
    """Everything needed for likelihoods of any subset of `columns`.

    Parameters
    ----------
    outcome : array, shape (T,)
    nuisance : array, shape (T, m)
        Columns of every model (season, shocks).
    columns : array, shape (T, p)
    """
    basis = independent(nuisance)
    if scales.guide is not None:
        basis = np.column_stack([np.ones(outcome.size), basis])
    m = basis.shape[1]
    diffuse = 1 if scales.guide is None else 0
    grams, weights = [], []
    for ratio in LEVEL_RATIOS:
        expected = outcome - guided(scales, float(ratio))
        together = center_columns(np.column_stack([basis, columns, expected]), scales)
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
    """Sum of squares assumed to be unexplainable, so that an exact fit is not certain."""
    return 1e-6 * float(((outcome - outcome.mean()) ** 2).sum())


def independent(columns: Floats) -> Floats:
    """A basis of the span of the columns without a constant (see the level): (T, p) -> (T, r)."""
    if not columns.shape[1]:
        return columns
    left, values, _ = np.linalg.svd(columns - columns.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, values > 1e-8 * max(float(values.max()), 1e-300)])
