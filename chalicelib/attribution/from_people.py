"""What identified journeys answer: which kinds the panel may speak for, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.bots import find_bots, share_of_people, without
from chalicelib.attribution.coverage import find_common_days
from chalicelib.attribution.draft import Draft, refuse_collinear
from chalicelib.attribution.observations import Inside, Observations
from chalicelib.attribution.once_only import UNSURE, converts_once, share_not_brought_forward
from chalicelib.attribution.panel import People, Progress
from chalicelib.attribution.panel_columns import block_series
from chalicelib.attribution.pooling import Panel
from chalicelib.attribution.sensitivity import sensitivity_within_user
from chalicelib.attribution.time_series import adstock_series
from chalicelib.attribution.timing import Timing, read_timing
from chalicelib.attribution.within_user import WithinUserFit, fit_within_user, reduce_panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_DAYS = 14
MIN_FREEDOM = 20
MOST_ENGAGEMENTS, MOST_CONVERSIONS = 0.5, 0.8
"""Shares that have to be identified for a panel to speak for all people."""
SURE_OF_EFFECT, SURE_OF_JUMP, SURE_OF_TWO_SPEEDS = 2.0, 4.0, 5.0  # z-values
AT_ONCE, JUMP = 0.65, 8.0
"""Conversions jump where most of an effect falls on the day of the engagement and that day has more
than eight times the usual: an effect at once looks like this, and people about to buy do too."""
LIKELY_CHANGE = 0.8
"""Probability of a hidden cause that changes over time from which on readers are warned."""
MATERIAL_DELAY = 0.2
"""Share of an effect in the late blocks from which on readers are warned."""
SURE_OF_LEAD = 4.0  # z-value of the lead of a single type


@dataclass(frozen=True, slots=True)
class Answered:
    """What the panel explains.

    Attributes
    ----------
    explained : array, shape (T, K)
        Conversions per day that each type causes; zero where the panel has no answer.
    partial : int array
        Types of which the panel sees only the identified part; totals may add to the answer.
    """

    explained: Floats
    partial: Ints


def estimate_from_people(
    observed: Observations, inside: Inside, draft: Draft, progress: Progress | None
) -> Answered:
    """Fill in what the panel says.

    Parameters
    ----------
    observed : Observations
    inside : Inside
    draft : Draft
        Filled in: an estimate or a reason for the types that the panel may speak for.
    progress : callable, optional
        Told the share of the work done, in [0, 1].
    """
    nothing = Answered(np.zeros(observed.counts.shape), np.zeros(0, dtype=np.int64))
    candidates = np.intersect1d(_identified_types(observed), draft.open_kinds())
    common = find_common_days(observed.covered, candidates, MIN_DAYS)
    kinds = common.types
    if kinds.size == 0 or common.days.sum() < MIN_DAYS:
        return nothing
    bots = find_bots(_restrict_people(observed.people, kinds, observed.people.days))
    journeys = without(observed.people, bots) if bots.any() else observed.people
    people = _restrict_people(journeys, kinds, np.flatnonzero(common.days))
    if _conversions_at_risk(people) < MIN_CONVERSIONS:
        return nothing
    panel = reduce_panel(people, progress)
    varying = panel.variation() > 1e-9 * np.maximum(observed.identified[kinds], 1.0)
    # what everybody does on the same days is left to the totals
    position = np.flatnonzero(varying)
    if position.size == 0:
        return nothing
    panel = panel.restrict(position)
    kinds = kinds[varying]
    refused, control = refuse_collinear(panel.correlation(), kinds, observed.names, draft)
    kept = np.flatnonzero(~refused | control)
    panel = panel.restrict(kept)
    kinds, open_ = kinds[kept], np.flatnonzero(~refused[kept])
    fit = fit_within_user(panel, inside.of_types(kinds))
    compared = _restrict_people(journeys, kinds, people.days)
    once = converts_once(compared)
    if once:
        share = share_not_brought_forward(compared)
        fit = fit.scaled(share, UNSURE * (1.0 - share))
    if bots.any():
        fit = fit.scaled(share_of_people(observed.people, bots)[kinds], np.zeros(kinds.size))
        draft.diagnostics["bots"] = int(bots.sum())
    late_share = fit.late_share(inside.of_types(kinds))
    draft.accept(
        kinds[open_],
        "within_user",
        fit.delta[open_],
        fit.cov[np.ix_(open_, open_)],
        fit.decay_weights[open_],
        fit.critical[open_],
        late_share=late_share[open_],
    )
    timing = read_timing(compared)
    usual = _usual_rate(fit, panel)
    _warn(draft, kinds, open_, fit, timing, usual)
    if not common.days.all():
        draft.warn(kinds[open_], "coverage_gap")
    if bots.any():
        draft.warn(kinds[open_], "bots_left_out")
    delayed = late_share.sum(axis=1) > MATERIAL_DELAY
    draft.warn(kinds[open_][delayed[open_]], "delayed_effect")
    if once:
        draft.warn(kinds[open_], "displacement_counted")
    partial = _only_identified(observed, kinds)
    draft.warn(kinds[open_][partial[open_]], "identified_only")
    _tell_sensitivity(draft, kinds, open_, fit, usual)
    draft.diagnostics |= {
        "people": panel.n_people,
        "person_days": panel.n_rows,
        "people_sampled": round(observed.sampled, 4),
        "response_slope": round(fit.slope, 3),
        "lead_z": round(fit.change.pooled_z, 2),
        "change_probability": round(fit.change.probability, 3),
    }
    explained = np.zeros(observed.counts.shape)
    stocks = adstock_series(observed.counts[:, kinds])
    explained[:, kinds] = np.einsum("tkg,kg->tk", stocks, fit.kernel)
    explained[:, kinds] += (block_series(observed.counts[:, kinds]) * fit.late).sum(axis=2)
    return Answered(explained, kinds[open_][partial[open_]])


def _identified_types(observed: Observations) -> Ints:
    """Types with enough engagements that carry a person."""
    return np.flatnonzero(observed.identified >= MIN_ENGAGEMENTS)


def _conversions_at_risk(people: People) -> float:
    at_risk = people.outcome_day > people.first_day[people.outcome_person]
    return float(people.outcome_weight[at_risk].sum())


def _only_identified(observed: Observations, kinds: Ints) -> Bools:
    """Types of which the panel may miss a material part, shape (k,)."""
    identified = float(observed.people.outcome_weight.sum()) / observed.sampled
    if identified < MOST_CONVERSIONS * observed.outcome.sum():
        return np.ones(kinds.size, dtype=bool)
    total = observed.counts[:, kinds].sum(axis=0)
    return np.asarray(observed.identified[kinds] < MOST_ENGAGEMENTS * total)


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
    changing = fit.change.probability > LIKELY_CHANGE
    # a cause that changes over time makes bursts of all types; the surroundings account for it
    bursts = timing.bursts() & ~(changing & ~fit.change.reacts)
    buying = timing.bursts_have_to_do_with_buying() & bursts & (z > SURE_OF_EFFECT)
    at_once = fit.decay_weights @ (1.0 - DECAYS) > AT_ONCE
    jumps = at_once & (fit.kernel.sum(axis=1) > JUMP * usual) & (z > SURE_OF_JUMP)
    follows = timing.follows_conversions()
    alone = (kinds.size == 1) & (fit.change.z > SURE_OF_LEAD)
    for warning, flags in (
        ("intent_confounding_suspected", buying | jumps | (fit.two_speeds > SURE_OF_TWO_SPEEDS)),
        ("placebo_failed", (follows & bursts) | alone),
        ("engagement_follows_conversions", follows & ~timing.bursts()),
        ("people_change_over_time", np.full(kinds.size, changing)),
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


def _restrict_people(people: People, kinds: Ints, days: Ints) -> People:
    """The journeys over some of the types, renumbered, on some of the days.

    People are first seen by these types or by a conversion: others change nothing.
    """
    number = np.full(people.n_kinds, -1, dtype=np.int64)
    number[kinds] = np.arange(kinds.size)
    kept = number[people.touch_kind] >= 0
    person, day = people.touch_person[kept], people.touch_day[kept]
    seen = np.where(people.first_day < 0, -1, people.n_days)
    np.minimum.at(seen, person, day)
    np.minimum.at(seen, people.outcome_person, people.outcome_day)
    return replace(
        people,
        n_kinds=int(kinds.size),
        touch_person=person,
        touch_day=day,
        touch_kind=number[people.touch_kind[kept]],
        touch_count=people.touch_count[kept],
        first_day=np.maximum(people.first_day, seen),
        used_days=None if days.size == people.n_days else days,
    )
