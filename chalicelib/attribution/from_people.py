"""What identified journeys answer: which kinds the panel may speak for, and what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.draft import Draft, refuse_collinear
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.panel import People, Progress
from chalicelib.attribution.pooling import Panel
from chalicelib.attribution.sensitivity import sensitivity_within_user
from chalicelib.attribution.time_series import adstock_series
from chalicelib.attribution.timing import Timing, read_timing
from chalicelib.attribution.within_user import WithinUserFit, fit_within_user, reduce_panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_IDENTIFIED_SHARE = 0.5
MIN_IDENTIFIED_CONVERSIONS_SHARE = 0.8
MIN_DAYS = 14
MIN_FREEDOM = 20
SURE_OF_EFFECT, SURE_OF_JUMP, SURE_OF_TWO_SPEEDS = 2.0, 4.0, 5.0  # z-values
AT_ONCE, JUMP = 0.65, 8.0
"""Conversions jump where most of an effect falls on the day of the engagement and that day has more
than eight times the usual: an effect at once looks like this, and people about to buy do too."""


def estimate_from_people(
    observed: Observations, inside: Floats, draft: Draft, progress: Progress | None
) -> Floats:
    """Fill in what the panel says.

    Parameters
    ----------
    observed : Observations
    inside : array, shape (K, G)
        Mean over a kind's engagements of the adstock weights inside the window, per decay.
    draft : Draft
        Filled in: an estimate or a reason for the kinds that the panel may speak for.
    progress : callable, optional
        Told the share of the work done, in [0, 1].

    Returns
    -------
    array, shape (T,)
        Conversions per day that it explains.
    """
    kinds = np.intersect1d(_kinds_within_user(observed), draft.open_kinds())
    if kinds.size == 0:
        return np.zeros(observed.counts.shape[0])
    people = _restrict_people(observed.people, kinds)
    panel = reduce_panel(people, progress)
    varying = panel.variation() > 1e-9 * np.maximum(observed.identified[kinds], 1.0)
    # what everybody does on the same days is left to the totals
    position = np.flatnonzero(varying)
    if position.size == 0:
        return np.zeros(observed.counts.shape[0])
    panel = panel.restrict(position)
    kinds = kinds[varying]
    refused, control = refuse_collinear(panel.correlation(), kinds, observed.names, draft)
    kept = np.flatnonzero(~refused | control)
    panel = panel.restrict(kept)
    fit = fit_within_user(panel, inside[kinds[kept]])
    answered = np.flatnonzero(~refused[kept])
    draft.accept(
        kinds[kept][answered],
        "within_user",
        fit.delta[answered],
        fit.cov[np.ix_(answered, answered)],
        fit.decay_weights[answered],
        fit.critical[answered],
    )
    timing = read_timing(_restrict_people(observed.people, kinds[kept]))
    usual = _usual_rate(fit, panel)
    _warn(draft, kinds[kept], answered, fit, timing, usual)
    _tell_sensitivity(draft, kinds[kept], answered, fit, usual)
    draft.diagnostics |= {
        "people": panel.n_people,
        "person_days": panel.n_rows,
        "people_sampled": round(observed.sampled, 4),
        "response_slope": round(fit.slope, 3),
    }
    stocks = adstock_series(observed.counts[:, kinds[kept]])
    return np.asarray(np.einsum("tkg,kg->t", stocks, fit.kernel))


def _kinds_within_user(observed: Observations) -> Ints:
    """Kinds that the panel may answer for, by how much of the data carries a person."""
    people = observed.people
    identified = people.outcome_weight.sum() / observed.sampled
    at_risk = people.outcome_day > people.first_day[people.outcome_person]
    if (
        observed.counts.shape[0] < MIN_DAYS
        or people.outcome_weight[at_risk].sum() < MIN_CONVERSIONS
        or identified < MIN_IDENTIFIED_CONVERSIONS_SHARE * observed.outcome.sum()
    ):
        return np.zeros(0, dtype=np.int64)
    total = observed.counts.sum(axis=0)
    enough = (observed.identified >= MIN_ENGAGEMENTS) & (
        observed.identified >= MIN_IDENTIFIED_SHARE * total
    )
    return np.flatnonzero(enough)


def _warn(
    draft: Draft,
    kinds: Ints,
    answered: Ints,
    fit: WithinUserFit,
    timing: Timing,
    usual: Floats,
) -> None:
    """Say where a hidden cause is likely, and where few people decide."""
    z = fit.delta / np.sqrt(np.diag(fit.cov))
    bursts = timing.bursts_have_to_do_with_buying() & (z > SURE_OF_EFFECT)
    at_once = fit.decay_weights @ (1.0 - DECAYS) > AT_ONCE
    jumps = at_once & (fit.kernel.sum(axis=1) > JUMP * usual) & (z > SURE_OF_JUMP)
    follows = timing.follows_conversions()
    for warning, flags in (
        ("intent_confounding_suspected", bursts | jumps | (fit.two_speeds > SURE_OF_TWO_SPEEDS)),
        ("placebo_failed", follows & timing.bursts()),
        ("engagement_follows_conversions", follows & ~timing.bursts()),
        ("weak_overlap", fit.freedom < MIN_FREEDOM),
    ):
        draft.warn(kinds[answered][flags[answered]], warning)


def _usual_rate(fit: WithinUserFit, panel: Panel) -> Floats:
    """Conversions per person-day without engagements, of the people who engage, shape (K,)."""
    days = np.maximum(panel.projection.n_rows, 1)
    rate = panel.conversions / days
    unmoved = np.maximum(rate - (panel.touches @ fit.delta) / days, 0.1 * rate)
    return np.asarray((unmoved @ panel.touches) / np.maximum(panel.touches.sum(axis=0), 1.0))


def _tell_sensitivity(
    draft: Draft, kinds: Ints, answered: Ints, fit: WithinUserFit, usual: Floats
) -> None:
    """How strong a hidden cause would have to be, next to what the people do anyway."""
    errors = np.sqrt(np.diag(fit.cov))
    for position in answered:
        delta = float(fit.delta[position])
        added = abs(float(fit.kernel[position].sum()))
        draft.sensitivities[kinds[position]] = sensitivity_within_user(
            delta,
            float(errors[position]),
            float(fit.critical[position]),
            added if delta >= 0 else -added,
            float(usual[position]),
        )


def _restrict_people(people: People, kinds: Ints) -> People:
    """The journeys over some of the kinds, renumbered; nobody is dropped."""
    number = np.full(people.n_kinds, -1, dtype=np.int64)
    number[kinds] = np.arange(kinds.size)
    kept = number[people.touch_kind] >= 0
    return replace(
        people,
        n_kinds=int(kinds.size),
        touch_person=people.touch_person[kept],
        touch_day=people.touch_day[kept],
        touch_kind=number[people.touch_kind[kept]],
        touch_count=people.touch_count[kept],
    )
