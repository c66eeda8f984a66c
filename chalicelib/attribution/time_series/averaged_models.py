"""Effects from daily (or weekly) totals (`time_series`), by a structural time series.

Conversions = a level that wanders + weekly and yearly patterns + shocks + responses to the
adstocked engagements + noise in proportion to what is expected (`structural`).  The level follows
demand, so that marketing which merely goes along with demand is not credited with it; where it
follows demand clearly, it helps to find the level (`demand`).  What is not known (how fast effects
fade, whether they saturate, how much the level wanders) is averaged over
(`averaging`); shocks and seasons are found first (`shocks`, `seasons`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.time_series.averaging import Averaged, Prior, average
from chalicelib.attribution.time_series.baseline import (
    Baseline,
    column_sizes,
    find_baseline,
    unit_columns,
)
from chalicelib.attribution.time_series.influence import strongest_days
from chalicelib.attribution.time_series.late_effects import MIN_DAYS, delayed_counts, late_effect_p
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.saturation import responses, usual_stocks
from chalicelib.attribution.time_series.shocks import Shock
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    coefficients,
    cross_products,
    forecast_errors,
)
from chalicelib.attribution.time_series.timeline import Timeline

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

OWN_SHAPE_DAYS = 700
"""Days of data from which on every type has a shape of its own: 100 weeks."""
PLAUSIBLE_SHARE = 0.5
"""Prior standard deviation of all that a kind causes, as a share of all conversions."""
SEARCHED_DECAYS = (0, 3, 6)
"""Decays at which marketing may explain what else would be taken for a shock."""


@dataclass(frozen=True, slots=True)
class TimeSeriesFit:
    """What one engagement of each kind causes, judged by totals.

    Attributes
    ----------
    delta : array, shape (K,)
        Conversions inside the window caused by one engagement, on average over the engagements.
    cov : array, shape (K, K)
    decay_weights : array, shape (K, G)
    linear : array, shape (K,)
        Probability that the response is linear.
    degrees_of_freedom : int
        Steps less level, patterns, shocks and kinds.
    converged : bool
    residual_p : float
        Ljung-Box p-value of the standardised one-step residuals: small means that they are
        correlated over time.
    shocks : tuple of Shock
        In steps from the first.
    strongest_days : array, shape (K,)
        What one day adds to the likeliest model's estimate at most, in standard errors.
    late_p : float
        P-value of no effects two to four weeks later; 1 in windows too short to see them.
    follows_demand : bool
        Whether marketing moves with the level over weeks.
    """

    delta: Floats
    cov: Floats
    decay_weights: Floats
    linear: Floats
    degrees_of_freedom: int
    converged: bool
    residual_p: float
    shocks: tuple[Shock, ...]
    strongest_days: Floats
    late_p: float
    follows_demand: bool

    @property
    def critical(self) -> float:
        """Two-sided 95 % quantile of Student's distribution."""
        return float(stats.t.ppf(0.975, self.degrees_of_freedom))

    @property
    def t_value(self) -> Floats:
        """Estimate over standard error, shape (K,)."""
        return np.asarray(self.delta / np.sqrt(np.diag(self.cov)))


def fit_time_series(
    outcome: Floats,
    counts: Floats,
    resolution: Resolution,
    timeline: Timeline | None = None,
    known: Bools | None = None,
    channels: Ints | None = None,
) -> TimeSeriesFit:
    """Fit the structural model.

    Parameters
    ----------
    outcome : array, shape (N,)
        Conversions per step (less what other methods already explained).
    counts : array, shape (T, K)
        Engagements per day, with T = ``resolution.n_days``; every column must vary.
    resolution : Resolution
    timeline : Timeline, optional
        Steps to use; all of them unless given.
    known : bool array, shape (T, K), optional
        Days on which a type was observed; all of them unless given. Elsewhere the type's mean
        keeps its adstock up.
    channels : int array, shape (K,), optional
        Number of each type's channel; each a channel of its own unless given.
    """
    n_kinds = counts.shape[1]
    prior = DecaysAndShapes.usual(np.arange(n_kinds) if channels is None else channels)
    if timeline is None:
        timeline = Timeline.whole(resolution.n_steps, resolution.step_days)
    if known is None:
        known = np.ones(counts.shape, dtype=bool)
    seen = np.where(known, counts, 0.0)
    every_step = resolution.total(adstock_series(fill_gaps(seen, known)))
    usual_stock = usual_stocks(every_step)
    caused = responses(resolution.total(adstock_series(seen)), usual_stock).sum(axis=0)
    outcome, stocks = outcome[timeline.times], every_step[timeline.times]
    usual = unit_columns(stocks[:, :, DECAYS.size // 2])
    baseline = find_baseline(
        outcome, resolution.total(counts)[timeline.times], usual, _searched(stocks), timeline
    )
    candidates = responses(stocks, usual_stock)
    averaged, weights = _average_shapes(
        outcome, candidates, caused / seen.sum(axis=0)[:, None, None], baseline, timeline, prior
    )
    decays, shapes = np.divmod(weights.reshape(n_kinds, -1).argmax(axis=1), weights.shape[2])
    likeliest = unit_columns(candidates[:, np.arange(n_kinds), decays, shapes])
    ratio = float(LEVEL_RATIOS[np.argmax(averaged.ratio_weights)])
    columns = np.column_stack([baseline.columns, likeliest])
    late = resolution.total(delayed_counts(fill_gaps(seen, known)))[timeline.times]
    residual = outcome - columns @ coefficients(outcome, columns, baseline.scales, ratio)
    errors = forecast_errors(residual, baseline.scales, ratio)
    return TimeSeriesFit(
        delta=averaged.effect,
        cov=averaged.cov,
        decay_weights=weights.sum(axis=2),
        linear=weights[:, :, 0].sum(axis=1),
        degrees_of_freedom=averaged.degrees_of_freedom,
        converged=averaged.converged,
        residual_p=autocorrelation_p(errors),
        shocks=tuple(_in_steps(shock, timeline) for shock in baseline.shocks),
        strongest_days=strongest_days(outcome, baseline.columns, likeliest, baseline.scales, ratio),
        late_p=late_effect_p(outcome, columns, unit_columns(late), baseline.scales, ratio)
        if timeline.times.size * timeline.step_days >= MIN_DAYS
        else 1.0,
        follows_demand=baseline.scales.guide is not None,
    )


def _average_shapes(
    outcome: Floats,
    candidates: Floats,
    caused: Floats,
    baseline: Baseline,
    timeline: Timeline,
    prior: DecaysAndShapes,
) -> tuple[Averaged, Floats]:
    """Effects, and the weights of decays and shapes for each type, shape (K, G, H).

    In a long window every type has a shape of its own; in a short one all have the same.
    """
    n_kinds, n_decays, n_shapes = candidates.shape[1:]
    if timeline.times.size * timeline.step_days < OWN_SHAPE_DAYS:
        averaged = average_effects(outcome, candidates, caused, baseline, prior)
        return averaged, averaged.decay_weights[:, :, None] * averaged.shape_weights
    own = prior.per_type()
    flat = candidates.reshape(outcome.size, n_kinds, -1, 1)
    averaged = average_effects(
        outcome, flat, caused.reshape(n_kinds, -1, 1), baseline, own, own.groups
    )
    return averaged, averaged.decay_weights.reshape(n_kinds, n_decays, n_shapes)


def average_effects(
    outcome: Floats,
    candidates: Floats,
    caused: Floats,
    baseline: Baseline,
    prior: Prior,
    groups: Ints | None = None,
) -> Averaged:
    """Effects per engagement, averaged over candidate responses.

    Parameters
    ----------
    outcome : array, shape (N,)
    candidates : array, shape (N, K, G, H)
        Responses per decay and shape; their size does not matter.
    caused : array, shape (K, G, H)
        Sum of each candidate over all days of the window, for one engagement of its kind.
    baseline : Baseline
    prior : Prior
    groups : int array, shape (G,), optional
        See `averaging.average`.
    """
    flat = candidates.reshape(outcome.size, -1)
    columns = unit_columns(flat)
    sums = columns.sum(axis=0)
    products = cross_products(outcome, baseline.columns, columns, baseline.scales)
    plausible = PLAUSIBLE_SHARE * max(float(outcome.sum()), 1.0) / sums
    shape = candidates.shape[1:]
    return average(
        products,
        caused / column_sizes(flat).reshape(shape),
        prior,
        shrink=(baseline.noise_variance / plausible**2).reshape(shape),
        groups=groups,
    )


def fill_gaps(seen: Floats, known: Bools) -> Floats:
    """Counts with the mean of a type on the days without data, shape (T, K)."""
    mean = seen.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, seen, mean)


def _in_steps(shock: Shock, timeline: Timeline) -> Shock:
    """The shock in numbers of steps instead of rows of the observed ones."""
    last = int(timeline.times[shock.stop - 1])
    return Shock(int(timeline.times[shock.start]), last + 1, shock.kind)


def autocorrelation_p(errors: Floats) -> float:
    """Ljung and Box's p-value of no autocorrelation; 1 where nothing is left to have any."""
    if np.ptp(errors) == 0.0:
        return 1.0
    lags = max(min(10, errors.size // 5), 1)
    return float(acorr_ljungbox(errors, lags=[lags])["lb_pvalue"].iloc[0])


def _searched(stocks: Floats) -> Floats:
    """Marketing at several decays where there are steps enough for so many columns, else at one."""
    n_steps, n_kinds, _ = stocks.shape
    rich = n_steps >= 20 + 4 * len(SEARCHED_DECAYS) * n_kinds
    decays = SEARCHED_DECAYS if rich else (DECAYS.size // 2,)
    return unit_columns(np.column_stack([stocks[:, :, g] for g in decays]))
