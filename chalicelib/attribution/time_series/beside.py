"""The effect of a step on the way, in a model of totals with its causes beside it.

The step (search visits) follows demand so closely that it would take over the part of the level: a
level that stands still leaves all common movement to the step, and its effect comes out several
times too large even where nothing but the slow level is common to both. So the variance ratio of
the level is kept at `LEAST_RATIO` or more, and the step does not guide the level (`demand`).

The result is biased upwards by a hidden cause of both the step and the outcome that changes from
day to day. No model of totals can separate such a cause from an effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.time_series.averaged_effects import average_shapes
from chalicelib.attribution.time_series.averaged_models import fill_gaps, searched_columns
from chalicelib.attribution.time_series.baseline import find_baseline, unit_columns
from chalicelib.attribution.time_series.late_fit import Effects
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.saturation import responses, usual_stocks
from chalicelib.attribution.time_series.structural import (
    Scales,
    center_columns,
    weigh,
    without_guide,
)
from chalicelib.attribution.time_series.timeline import Timeline

LEAST_RATIO = 0.03
"""Smallest variance ratio of the level."""


@dataclass(frozen=True, slots=True)
class StepFit:
    """The effect of the step."""

    effect: float
    """Outcomes inside the window per unit of the step."""
    error: float
    critical: float
    """Standard error, and the two-sided 95 % quantile."""
    lead_t: float
    """t-value of tomorrow's step in the model of today's outcome; 0 if it cannot be computed."""
    converged: bool


def fit_beside(
    outcome: Floats,
    counts: Floats,
    resolution: Resolution,
    timeline: Timeline,
    known: Bools,
    channels: Ints,
) -> StepFit:
    """Fit the model.

    Parameters
    ----------
    outcome : array, shape (N,)
        Per step.
    counts : array, shape (T, K)
        Engagements per day; the step is the last column. T = ``resolution.n_days``.
    known : bool array, shape (T, K)
        Days on which each was observed.
    channels : int array, shape (K,)
        Index of each type's channel.
    """
    prior = DecaysAndShapes.usual(channels)
    seen = np.where(known, counts, 0.0)
    every_step = resolution.total(adstock_series(fill_gaps(seen, known)))
    usual_stock = usual_stocks(every_step)
    caused = responses(resolution.total(adstock_series(seen)), usual_stock).sum(axis=0)
    per_step = resolution.total(counts)
    y, stocks = outcome[timeline.times], every_step[timeline.times]
    baseline = find_baseline(
        y,
        per_step[timeline.times, :-1],
        unit_columns(stocks[:, :, DECAYS.size // 2]),
        searched_columns(stocks),
        timeline,
    )
    candidates = responses(stocks, usual_stock)
    averaged, weights = average_shapes(
        y,
        candidates,
        caused / seen.sum(axis=0)[:, None, None],
        baseline,
        timeline,
        prior,
        LEAST_RATIO,
    )
    effects = Effects.of(averaged, weights, candidates)
    follows = np.isin(timeline.times + 1, timeline.times)
    tomorrow = np.where(
        follows,
        np.append(per_step[1:, -1], 0.0)[timeline.times],
        per_step[timeline.times, -1].mean(),
    )
    return StepFit(
        effect=float(effects.delta[-1]),
        error=float(np.sqrt(effects.cov[-1, -1])),
        critical=float(stats.t.ppf(0.975, effects.degrees_of_freedom)),
        lead_t=_t_value(
            y,
            tomorrow,
            np.column_stack([baseline.columns, effects.columns]),
            baseline.scales,
            effects.ratio,
        ),
        converged=effects.converged,
    )


def _t_value(y: Floats, tested: Floats, columns: Floats, scales: Scales, ratio: float) -> float:
    """t-value of a column beside others, by generalised least squares."""
    left, known = without_guide(y, columns, scales, ratio)
    together = center_columns(np.column_stack([tested, known, left]), scales)
    gram = together.T @ weigh(together, scales, ratio)[0]
    p = gram.shape[0] - 1
    degrees = y.size - 1 - p
    if degrees < 1:
        return 0.0
    inverse = np.linalg.pinv(gram[:p, :p])
    beta = inverse @ gram[:p, p]
    noise = float(gram[p, p] - gram[p, :p] @ beta) / degrees
    variance = noise * float(inverse[0, 0])
    return float(beta[0] / np.sqrt(variance)) if variance > 0 else 0.0
