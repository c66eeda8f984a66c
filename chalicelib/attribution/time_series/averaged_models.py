"""Effects from daily (or weekly) totals (`time_series`), by a structural time series.

Conversions = a wandering level + weekly and yearly patterns + shocks + responses to the adstocked
engagements + noise whose variance is proportional to the expected count (`structural`). The level
follows demand, so marketing that only moves with demand is not credited with it. If marketing
clearly follows demand, it helps to estimate the level (`demand`). The results are averaged over the
unknowns: the speed of decay, saturation, and the variance of the level (`averaging`), and the
presence of late effects (`late_effects`, `late_fit`). Shocks and seasons are found first (`shocks`,
`seasons`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.time_series.averaged_effects import average_shapes
from chalicelib.attribution.time_series.baseline import Baseline, find_baseline, unit_columns
from chalicelib.attribution.time_series.influence import strongest_days
from chalicelib.attribution.time_series.late_effects import (
    MIN_DAYS,
    LateColumns,
    late_probability,
)
from chalicelib.attribution.time_series.late_fit import Effects, fit_with_late, likeliest, mix
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.saturation import responses, usual_stocks
from chalicelib.attribution.time_series.shocks import Shock
from chalicelib.attribution.time_series.structural import coefficients, forecast_errors
from chalicelib.attribution.time_series.timeline import Timeline

LIKELY_ENOUGH = 0.25
"""Probability of late effects from which on they are part of the estimates. Without late effects,
one fit in fifty exceeds it. Below it, late columns would add noise and hardly anything else.
"""
SEARCHED_DECAYS = (0, 3, 6)
"""Decays at which marketing may explain changes that would otherwise count as shocks."""


@dataclass(frozen=True, slots=True)
class SeriesModel:
    """The data and the baseline of a fit, for questions about more than effects."""

    outcome: Floats
    """Conversions per observed step. Shape (N,)."""
    candidates: Floats
    """Responses to every decay and shape; the first shape is the stock. Shape (N, K, G, H)."""
    caused: Floats
    """See `averaged_effects.average_effects`. Shape (K, G, H)."""
    usual_stock: Floats
    """See `saturation.usual_stocks`. Shape (K, G)."""
    baseline: Baseline
    prior: DecaysAndShapes
    ratio: float
    """Likeliest variance of a step of the level, relative to the noise."""
    step_days: int


@dataclass(frozen=True, slots=True)
class TimeSeriesFit:
    """Effects per engagement of each type, estimated from totals."""

    delta: Floats
    """Conversions inside the window caused by one engagement, on average over the engagements.
    Shape (K,).
    """
    cov: Floats
    """Shape (K, K)."""
    decay_weights: Floats
    """Shape (K, G)."""
    linear: Floats
    """Probability that the response is linear. Shape (K,)."""
    degrees_of_freedom: int
    """Steps less level, patterns, shocks and types."""
    converged: bool
    residual_p: float
    """Ljung-Box p-value of the standardised one-step residuals; small if they are correlated over
    time.
    """
    shocks: tuple[Shock, ...]
    """In steps from the first."""
    strongest_days: Floats
    """Largest contribution of one day to the likeliest model's estimate, in standard errors. Shape
    (K,).
    """
    late: Floats
    """The part of `delta` that comes two to four weeks later. Shape (K,)."""
    late_probability: float
    """Probability of late effects; 0 in windows too short to detect them."""
    follows_demand: bool
    """Whether marketing moves with the level over weeks."""
    model: SeriesModel

    @property
    def critical(self) -> float:
        """Two-sided 95 % quantile of Student's distribution."""
        return float(stats.t.ppf(0.975, self.degrees_of_freedom))

    @property
    def late_share(self) -> Floats:
        """Share of each effect that comes late, between 0 and 1, shape (K,)."""
        late = np.maximum(self.late, 0.0)
        whole = np.maximum(self.delta, late)
        return np.asarray(np.divide(late, whole, out=np.zeros_like(late), where=whole > 0))

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
        Conversions per step, less those explained by other methods.
    counts : array, shape (T, K)
        Engagements per day, with T = ``resolution.n_days``; every column must vary.
    timeline : Timeline, optional
        Steps to use; all of them by default.
    known : bool array, shape (T, K), optional
        Days on which a type was observed; all of them by default. On other days its mean is used
        for its adstock.
    channels : int array, shape (K,), optional
        Index of each type's channel; by default each type has its own.
    """
    n_kinds = counts.shape[1]
    prior = DecaysAndShapes.usual(np.arange(n_kinds) if channels is None else channels)
    if timeline is None:
        timeline = Timeline.whole(resolution.n_steps, resolution.step_days)
    if known is None:
        known = np.ones(counts.shape, dtype=bool)
    seen = np.where(known, counts, 0.0)
    filled = fill_gaps(seen, known)
    every_step = resolution.total(adstock_series(filled))
    usual_stock = usual_stocks(every_step)
    caused = responses(resolution.total(adstock_series(seen)), usual_stock).sum(axis=0)
    outcome, stocks = outcome[timeline.times], every_step[timeline.times]
    usual = unit_columns(stocks[:, :, DECAYS.size // 2])
    baseline = find_baseline(
        outcome, resolution.total(counts)[timeline.times], usual, searched_columns(stocks), timeline
    )
    candidates = responses(stocks, usual_stock)
    caused = caused / seen.sum(axis=0)[:, None, None]
    averaged, weights = average_shapes(outcome, candidates, caused, baseline, timeline, prior)
    effects = Effects.of(averaged, weights, candidates)
    probability = 0.0
    if timeline.times.size * timeline.step_days >= MIN_DAYS:
        late = LateColumns.of(seen, filled, resolution, timeline)
        decays, shapes = likeliest(weights)
        of_shape = candidates[:, np.arange(shapes.size), :, shapes].transpose(1, 0, 2)
        probability = late_probability(outcome, of_shape, decays, late.unit, baseline, prior)
        if probability >= LIKELY_ENOUGH:
            with_late = fit_with_late(outcome, candidates, caused, late, baseline, timeline, prior)
            effects = mix(probability, effects, with_late)
    columns = np.column_stack([baseline.columns, effects.columns])
    residual = outcome - columns @ coefficients(outcome, columns, baseline.scales, effects.ratio)
    errors = forecast_errors(residual, baseline.scales, effects.ratio)
    return TimeSeriesFit(
        delta=effects.delta,
        cov=effects.cov,
        decay_weights=effects.weights.sum(axis=2),
        linear=effects.weights[:, :, 0].sum(axis=1),
        degrees_of_freedom=effects.degrees_of_freedom,
        converged=effects.converged,
        residual_p=autocorrelation_p(errors),
        shocks=tuple(_in_steps(shock, timeline) for shock in baseline.shocks),
        strongest_days=strongest_days(
            outcome, baseline.columns, effects.columns, baseline.scales, effects.ratio
        )[:n_kinds],
        late=effects.late,
        late_probability=probability,
        follows_demand=baseline.scales.guide is not None,
        model=SeriesModel(
            outcome,
            candidates,
            caused,
            usual_stock,
            baseline,
            prior,
            effects.ratio,
            timeline.step_days,
        ),
    )


def fill_gaps(seen: Floats, known: Bools) -> Floats:
    """Replace the counts of a type on days without data by its mean, shape (T, K)."""
    mean = seen.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, seen, mean)


def _in_steps(shock: Shock, timeline: Timeline) -> Shock:
    """The shock in window steps instead of rows of observed steps."""
    last = int(timeline.times[shock.stop - 1])
    return Shock(int(timeline.times[shock.start]), last + 1, shock.kind)


def autocorrelation_p(errors: Floats) -> float:
    """Ljung-Box p-value of no autocorrelation; 1 if there are no residuals."""
    if np.ptp(errors) == 0.0:
        return 1.0
    lags = max(min(10, errors.size // 5), 1)
    return float(acorr_ljungbox(errors, lags=[lags])["lb_pvalue"].iloc[0])


def searched_columns(stocks: Floats) -> Floats:
    """Marketing at several decays if there are enough steps for so many columns, else at one."""
    n_steps, n_kinds, _ = stocks.shape
    rich = n_steps >= 20 + 4 * len(SEARCHED_DECAYS) * n_kinds
    decays = SEARCHED_DECAYS if rich else (DECAYS.size // 2,)
    return unit_columns(np.column_stack([stocks[:, :, g] for g in decays]))
