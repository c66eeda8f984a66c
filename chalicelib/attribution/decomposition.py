"""What conversions of each day are made of: baseline, what is known to have happened, engagements.

The model is the likeliest one of `time_series`, by `statsmodels.tsa.UnobservedComponents`: a level
that wanders, a weekly season, annotations, controls and shocks, and one response per type at its
likeliest decay. Days without data are missing observations there, and have a baseline nevertheless.

Sums agree with the estimates: what a type brings follows its response from day to day and adds up
to its effect per engagement times its engagements, and so does its band. The estimates are averages
over many models; the coefficients of this one alone (`summarise_regression`) differ a little from
them, within their errors.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from chalicelib.attribution.covariates import build_covariates
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.resolution import Resolution, is_weekly, resolve
from chalicelib.attribution.time_series import adstock_series
from chalicelib.attribution.timeline import distinct

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_SEASON_STEPS = 21
"""A weekly season is fitted from three weeks on."""
MAX_ITERATIONS = 200
_LEVEL = 0.95
_NOW = re.compile(r"\w{3}, \d{2} \w{3} \d{4}|\d{2}:\d{2}:\d{2}")
"""Date and time of the summary: the same data have the same text."""


@dataclass(frozen=True, slots=True)
class StepTotals:
    """Totals per step, and what a fit says of them.

    Attributes
    ----------
    outcome : array, shape (N,)
        Conversions; NaN where they are not known.
    shares : array, shape (N, K)
        Share of each type's effect that falls on each step (`response_shares`).
    engagements : array, shape (K,)
        Engagements of each type inside the window.
    names : tuple of str, length K
    known : array, shape (N, m)
        Annotations, controls and shocks as columns; none is constant.
    known_names : tuple of str, length m
    season : int
        Steps of the weekly season: 7, or 1 for none.
    """

    outcome: Floats
    shares: Floats
    engagements: Floats
    names: tuple[str, ...]
    known: Floats
    known_names: tuple[str, ...]
    season: int


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Conversions per step in parts.

    Attributes
    ----------
    actual : array, shape (N,)
        NaN where they are not known.
    baseline, baseline_low, baseline_high : arrays, shape (N,)
        Level and season with a 95 % band: what would be without engagements on ordinary days.
    known : array, shape (N,)
        What annotations, controls and shocks add.
    incremental, incremental_low, incremental_high : arrays, shape (N, K)
        What the engagements of each type bring, with 95 % bands.
    """

    actual: Floats
    baseline: Floats
    baseline_low: Floats
    baseline_high: Floats
    known: Floats
    incremental: Floats
    incremental_low: Floats
    incremental_high: Floats


def response_shares(counts: Floats, decays: Floats, resolution: Resolution) -> Floats:
    """Share of each type's effect that falls on each step, at its likeliest decay, shape (N, K).

    Parameters
    ----------
    counts : array, shape (T, K)
        Engagements per day.
    decays : array, shape (K, G)
        Weights of the decays `adstock.DECAYS`.
    resolution : Resolution
    """
    chosen = np.argmax(decays, axis=1)
    stocks = adstock_series(counts)[:, np.arange(counts.shape[1]), chosen]
    steps = resolution.total(stocks)
    return np.asarray(steps / np.maximum(steps.sum(axis=0), 1e-300))


def totals_of(observed: Observations, estimates: GoalEstimates) -> StepTotals:
    """Totals of the types that have an estimate, at the step that the outcome comes at.

    Shocks are those that the fit found; annotations and controls come from the context.
    """
    answered = np.array(
        [k for k, method in enumerate(estimates.methods) if method is not None], dtype=np.int64
    )
    covered = observed.covered
    counts = np.where(covered.counts, observed.counts, 0.0)[:, answered]
    weekly = np.array([is_weekly(column) for column in counts.T], dtype=bool)
    resolution = resolve(observed.outcome, weekly)
    seen = _per_step(covered.outcome.astype(np.float64), resolution) >= 1.0
    longer = np.zeros(max(resolution.n_days, observed.outcome.size))
    longer[: observed.outcome.size] = observed.outcome
    outcome = resolution.total(longer)
    covariates = build_covariates(observed.context, resolution, seen)
    known = [*distinct(covariates.columns).T] if seen.any() else []
    names = [f"context {number}" for number in range(1, len(known) + 1)]
    for start, stop in _shocks(estimates.diagnostics, resolution):
        column = np.zeros(resolution.n_steps)
        column[start:stop] = 1.0
        known.append(column)
        names.append(f"shock in steps {start} to {stop - 1}")
    spread = resolution.spread(counts, weekly)
    return StepTotals(
        outcome=np.where(seen, outcome, np.nan),
        shares=response_shares(spread, estimates.decay_weights[answered], resolution),
        engagements=counts.sum(axis=0),
        names=tuple(observed.names[k] for k in answered),
        known=np.array(known).reshape(-1, resolution.n_steps).T,
        known_names=tuple(names),
        season=7 if resolution.step_days == 1 else 1,
    )


def decompose_goal(observed: Observations, estimates: GoalEstimates) -> Decomposition:
    """Take the conversions of a goal apart by its estimates."""
    answered = [k for k, method in enumerate(estimates.methods) if method is not None]
    half = estimates.critical * np.sqrt(np.diag(estimates.cov))
    return decompose(totals_of(observed, estimates), estimates.delta[answered], half[answered])


def decompose(totals: StepTotals, delta: Floats, half: Floats) -> Decomposition:
    """Take the conversions apart.

    Parameters
    ----------
    totals : StepTotals
    delta, half : arrays, shape (K,)
        Conversions per engagement inside the window, and half of the 95 % interval's width.
    """
    incremental = totals.shares * (delta * totals.engagements)
    spread = totals.shares * (half * totals.engagements)
    rest = totals.outcome - incremental.sum(axis=1)
    fitted = _fit(rest, totals.known, totals.season, as_states=True)
    n_known = totals.known.shape[1]
    states, cov = fitted.smoothed_state, fitted.smoothed_state_cov
    n_own = states.shape[0] - n_known
    design = np.zeros((totals.outcome.size, states.shape[0]))
    design[:, 0] = 1.0
    if n_own > 1:
        design[:, 1] = 1.0  # the season of the day
    baseline = (design * states.T).sum(axis=1)
    variance = np.einsum("ti,ijt,tj->t", design, cov, design)
    width = float(stats.norm.ppf(0.5 + _LEVEL / 2)) * np.sqrt(np.maximum(variance, 0.0))
    known = totals.known @ states[n_own:, -1] if n_known else np.zeros(totals.outcome.size)
    return Decomposition(
        actual=totals.outcome,
        baseline=baseline,
        baseline_low=baseline - width,
        baseline_high=baseline + width,
        known=known,
        incremental=incremental,
        incremental_low=incremental - spread,
        incremental_high=incremental + spread,
    )


def summarise_regression(totals: StepTotals) -> str:
    """The summary by statsmodels of the final regression, one coefficient per engagement of a type.

    Its errors know neither the choice of the decays nor that of the variances; the intervals of the
    estimates do.
    """
    columns = np.column_stack([totals.shares * totals.engagements, totals.known])
    fitted = _fit(totals.outcome, columns, totals.season, as_states=False)
    text = _NOW.sub(lambda found: " " * len(found.group()), str(fitted.summary().as_text()))
    names = (*totals.names, *totals.known_names)
    numbers = [f"x{number}" for number in range(1, len(names) + 1)]
    legend = [f"beta.{number:<4} {name}" for number, name in zip(numbers, names, strict=True)]
    return "\n".join([text, "", "Coefficients:", *legend])


def _per_step(daily: Floats, resolution: Resolution) -> Floats:
    """Means over the days of each step; days behind the window's end are as its last one."""
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
        warnings.simplefilter("ignore", ConvergenceWarning)  # the likeliest found so far will do
        return model.fit(disp=False, maxiter=MAX_ITERATIONS)
