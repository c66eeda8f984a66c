"""Daily conversions in parts: baseline, known context and shocks, incremental conversions.

The model is the likeliest one of `time_series`, by `statsmodels.tsa.UnobservedComponents`: a
wandering level, a weekly season, annotations, controls and shocks, and one response per type at its
decays. Days without data are missing observations and still have a baseline.

Sums agree with the estimates. The daily part of a type follows its response and adds up
to its effect per engagement times its engagements, and so does its band. The estimates are averages
over many models; the coefficients of this single one (`summarise_regression`) differ a little from
them, within their errors.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.observations import Observations, channel_of
from chalicelib.attribution.time_series.covariates import build_covariates
from chalicelib.attribution.time_series.resolution import Resolution, is_weekly, resolve
from chalicelib.attribution.time_series.timeline import distinct
from chalicelib.attribution.within_user.panel_columns import block_series

MIN_SEASON_STEPS = 21
"""A weekly season is fitted from three weeks on."""
MIN_STEPS = 14
"""Minimum number of steps with known conversions for a decomposition."""
MAX_ITERATIONS = 60
_LEVEL = 0.95
_NOW = re.compile(r"\w{3}, \d{2} \w{3} \d{4}|\d{2}:\d{2}:\d{2}")
"""Date and time in the summary, removed so that the same data give the same text."""


@dataclass(frozen=True, slots=True)
class StepTotals:
    """Totals per step, with the results of a fit."""

    resolution: Resolution
    """Days or weeks of the N steps."""
    outcome: Floats
    """Conversions; NaN if unknown. Shape (N,)."""
    types: Ints
    """Positions of the types among the estimates. Shape (K,)."""
    shares: Floats
    """Share of each type's effect that falls on each step (`response_shares`). Shape (N, K)."""
    engagements: Floats
    """Engagements of each type inside the window. Shape (K,)."""
    names: tuple[str, ...]
    """``channel/type``. Length K."""
    known: Floats
    """Annotations, controls and shocks as columns; none is constant. Shape (N, m)."""
    known_names: tuple[str, ...]
    """Length m."""
    n_shocks: int
    """How many of these columns are shocks; they are the last ones."""
    season: int
    """Steps of the weekly season: 7, or 1 for none."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Incremental conversions per step of several sources, with 95 % bands."""

    names: tuple[str, ...]
    """Length S."""
    estimate: Floats
    half: Floats
    """The estimates, and half of the width of the bands. Shape (N, S)."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Conversions per step in parts."""

    resolution: Resolution
    """Days or weeks of the N steps."""
    actual: Floats
    """NaN if unknown. Shape (N,)."""
    baseline: Floats
    baseline_half: Floats
    """Level and season, and half of the width of their 95 % band: the conversions without
    engagements on ordinary days. Shape (N,).
    """
    context: Floats
    shocks: Floats
    """Contributions of annotations and controls, and of shocks. Shape (N,)."""
    types: Bands
    channels: Bands
    """Incremental conversions of each type, and of each channel."""


def response_shares(
    counts: Floats, decays: Floats, late_share: Floats, resolution: Resolution
) -> Floats:
    """Share of each type's effect inside the window that falls on each step, shape (N, K).

    An effect fades with each decay according to its weight, and a share of it comes in late
    blocks. Without weights, the whole effect comes on the day of the engagement.

    Parameters
    ----------
    counts : array, shape (T, K)
        Engagements per day.
    decays : array, shape (K, G)
        Weights of the decays `adstock.DECAYS`.
    late_share : array, shape (K, B)
        Share of an effect in each of `panel_columns.BLOCKS`.
    """
    total = decays.sum(axis=1, keepdims=True)
    weights = np.divide(decays, total, out=np.zeros_like(decays), where=total > 0)
    weights[total[:, 0] <= 0, 0] = 1.0
    fading = np.einsum("tkg,kg->tk", adstock_series(counts), weights * (1.0 - DECAYS))
    daily = fading * (1.0 - late_share.sum(axis=1))
    daily += (block_series(counts) * late_share).sum(axis=2)
    steps = resolution.total(daily)
    return np.asarray(steps / np.maximum(steps.sum(axis=0), 1e-300))


def totals_of(
    observed: Observations, estimates: GoalEstimates, left_out: frozenset[int] = frozenset()
) -> StepTotals:
    """Totals of the types with an estimate, at the step of the outcome.

    Shocks are those found by the fit; annotations and controls come from the context.
    """
    answered = np.array(
        [
            number
            for number, method in enumerate(estimates.methods)
            if method is not None and number not in left_out
        ],
        dtype=np.int64,
    )
    counts = observed.counts[:, answered]
    weekly = np.array([is_weekly(column) for column in counts.T], dtype=bool)
    resolution = resolve(observed.outcome, weekly)
    seen = _per_step(observed.covered.outcome.astype(np.float64), resolution) >= 1.0
    longer = np.zeros(max(resolution.n_days, observed.outcome.size))
    longer[: observed.outcome.size] = observed.outcome
    outcome = resolution.total(longer)
    covariates = build_covariates(observed.context, resolution, seen)
    known = [*distinct(covariates.columns).T] if seen.any() else []
    names = [f"context {number}" for number in range(1, len(known) + 1)]
    shocks = _shocks(estimates.diagnostics, resolution)
    for start, stop in shocks:
        column = np.zeros(resolution.n_steps)
        column[start:stop] = 1.0
        known.append(column)
        names.append(f"shock in steps {start} to {stop - 1}")
    spread = resolution.spread(counts, weekly)
    return StepTotals(
        resolution=resolution,
        outcome=np.where(seen, outcome, np.nan),
        types=answered,
        shares=response_shares(
            spread, estimates.decay_weights[answered], estimates.late_share[answered], resolution
        ),
        engagements=counts.sum(axis=0),
        names=tuple(observed.names[k] for k in answered),
        known=np.array(known).reshape(-1, resolution.n_steps).T,
        known_names=tuple(names),
        n_shocks=len(shocks),
        season=7 if resolution.step_days == 1 else 1,
    )


def decompose_goal(
    observed: Observations, estimates: GoalEstimates, left_out: frozenset[int] = frozenset()
) -> Decomposition | None:
    """Decompose the conversions of a goal by its estimates; None with fewer than `MIN_STEPS` steps.

    `left_out`: types whose estimates are not used.
    """
    totals = totals_of(observed, estimates, left_out)
    if np.isfinite(totals.outcome).sum() < MIN_STEPS:
        return None
    chosen = totals.types
    return decompose(
        totals,
        estimates.delta[chosen],
        estimates.cov[np.ix_(chosen, chosen)],
        estimates.critical[chosen],
    )


def decompose(totals: StepTotals, delta: Floats, cov: Floats, critical: Floats) -> Decomposition:
    """Decompose the conversions.

    Parameters
    ----------
    delta : array, shape (K,)
        Conversions per engagement inside the window.
    cov : array, shape (K, K)
        Covariance of `delta`.
    critical : array, shape (K,)
        Two-sided 95 % quantiles.
    """
    spread = totals.shares * totals.engagements
    types = _sum_up(spread, delta, cov, critical, totals.names)
    channels = tuple(channel_of(name) for name in totals.names)
    rest = totals.outcome - types.estimate.sum(axis=1)
    scale = float(np.nanstd(rest)) or 1.0
    fitted = _fit(rest / scale, totals.known, totals.season, as_states=True)
    n_known = totals.known.shape[1]
    states = fitted.smoothed_state * scale
    n_own = states.shape[0] - n_known
    design = np.zeros(n_own)
    design[:2] = 1.0  # the level, and the season of the day if there is one
    own = fitted.smoothed_state_cov[:n_own, :n_own]
    variance = scale**2 * np.einsum("i,ijt,j->t", design, own, design)
    width = float(stats.norm.ppf(0.5 + _LEVEL / 2)) * np.sqrt(np.maximum(variance, 0.0))
    effects = totals.known * states[n_own:, -1]
    n_context = n_known - totals.n_shocks
    return Decomposition(
        resolution=totals.resolution,
        actual=totals.outcome,
        baseline=design @ states[:n_own],
        baseline_half=width,
        context=effects[:, :n_context].sum(axis=1),
        shocks=effects[:, n_context:].sum(axis=1),
        types=types,
        channels=_sum_up(spread, delta, cov, critical, channels),
    )


def _sum_up(
    spread: Floats, delta: Floats, cov: Floats, critical: Floats, sources: tuple[str, ...]
) -> Bands:
    """Sums over the types of each source, with bands from their covariance.

    `spread`: engagements of each type, by the step on which they act, (N, K).
    """
    names = tuple(dict.fromkeys(sources))
    estimate, half = np.zeros((2, spread.shape[0], len(names)))
    for place, name in enumerate(names):
        of = np.flatnonzero([source == name for source in sources])
        mine = spread[:, of]
        estimate[:, place] = mine @ delta[of]
        variance = np.einsum("ti,ij,tj->t", mine, cov[np.ix_(of, of)], mine)
        half[:, place] = critical[of].max() * np.sqrt(np.maximum(variance, 0.0))
    return Bands(names, estimate, half)


def summarise_regression(totals: StepTotals) -> str:
    """The statsmodels summary of the final regression, one coefficient per engagement of a type.

    Its errors do not include the choice of decays and variances; the intervals of the estimates do.
    """
    columns = np.column_stack([totals.shares * totals.engagements, totals.known])
    fitted = _fit(totals.outcome, columns, totals.season, as_states=False)
    text = _NOW.sub(lambda found: " " * len(found.group()), str(fitted.summary().as_text()))
    names = (*totals.names, *totals.known_names)
    numbers = [f"x{number}" for number in range(1, len(names) + 1)]
    legend = [f"beta.{number:<4} {name}" for number, name in zip(numbers, names, strict=True)]
    return "\n".join([text, "", "Coefficients:", *legend])


def _per_step(daily: Floats, resolution: Resolution) -> Floats:
    """Means over the days of each step; days after the end of the window equal its last day."""
    missing = max(resolution.n_days - daily.size, 0)
    if resolution.step_days == 1:
        return daily
    longer = np.concatenate([daily, np.repeat(daily[-1:], missing)])
    return np.asarray(resolution.total(longer) / resolution.step_days)


def _shocks(diagnostics: dict[str, object], resolution: Resolution) -> list[tuple[int, int]]:
    """First step of each shock and the one after its last, from the days in the diagnostics."""
    found = diagnostics.get("shocks", [])
    spans = []
    for shock in found if isinstance(found, list) else []:
        if shock["kind"] == "new_weekly_pattern":
            continue
        start = (shock["from"] - resolution.first) // resolution.step_days
        stop = (shock["to"] - resolution.first) // resolution.step_days + 1
        spans.append((int(start), int(stop)))
    return spans


def _fit(outcome: Floats, columns: Floats, season: int, *, as_states: bool) -> Any:
    """The likeliest structural model; coefficients of the columns as states or as parameters."""
    seasonal = season > 1 and np.isfinite(outcome).sum() >= MIN_SEASON_STEPS
    model = UnobservedComponents(
        outcome,
        level="local level",
        seasonal=season if seasonal else None,
        stochastic_seasonal=False,
        exog=columns if columns.shape[1] else None,
        mle_regression=not as_states,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the best point so far is good enough
        return model.fit(disp=False, maxiter=MAX_ITERATIONS)
