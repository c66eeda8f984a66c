"""Estimates from identified journeys: which types qualify for the panel, and their effects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.adstock import adstock_series
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.coverage import find_common_days
from chalicelib.attribution.draft import Draft, reject_collinear
from chalicelib.attribution.observations import Inside, Observations
from chalicelib.attribution.sensitivity import sensitivity_within_user
from chalicelib.attribution.within_user.bots import find_bots, share_of_people, without
from chalicelib.attribution.within_user.once_only import (
    UNSURE,
    converts_once,
    share_not_brought_forward,
)
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.panel_columns import block_series
from chalicelib.attribution.within_user.panel_doubts import doubt_panel
from chalicelib.attribution.within_user.pooling import Panel
from chalicelib.attribution.within_user.regression import (
    WithinUserFit,
    fit_within_user,
    reduce_panel,
)
from chalicelib.attribution.within_user.timing import read_timing

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_DAYS = 14
MOST_ENGAGEMENTS, MOST_CONVERSIONS = 0.5, 0.8
"""Minimum identified shares for a panel to represent all people."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The conversions that the panel explains."""

    explained: Floats
    """Incremental conversions per day of each type; zero if the panel has no estimate. Shape (T,
    K).
    """
    partial: Ints
    """Types with only an identified part in the panel; totals may add to the estimate."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    panel: Panel
    types: Ints
    """The types in the panel. Shape (k,)."""
    answered: Ints
    """The types to estimate, as positions in `types`."""
    compared: People
    """Journeys over these types, on the used days."""
    bots: Bools
    """Excluded accounts. Shape (N,)."""


def estimate_from_people(observed: Observations, inside: Inside, draft: Draft) -> Answered:
    """Fill in the estimates of the panel.

    `draft`: receives an estimate or a reason for the types that qualify for the panel.
    """
    prepared = _prepare(observed, draft)
    if prepared is None:
        return Answered(np.zeros(observed.counts.shape), np.zeros(0, dtype=np.int64))
    types, answered, compared = prepared.types, prepared.answered, prepared.compared
    inside = inside.of_types(types)
    once = converts_once(compared)
    fit = fit_within_user(prepared.panel, inside)
    if once:
        share = share_not_brought_forward(compared)
        fit = fit.scaled(share, UNSURE * (1.0 - share))
    if prepared.bots.any():
        share = share_of_people(observed.people, prepared.bots)[types]
        fit = fit.scaled(share, np.zeros(types.size))
    late_share = fit.late_share(inside)
    draft.accept(
        types[answered],
        "within_user",
        fit.delta[answered],
        fit.cov[np.ix_(answered, answered)],
        fit.decay_weights[answered],
        fit.critical[answered],
        late_share=late_share[answered],
    )
    usual = _usual_rate(fit, prepared.panel)
    partial = _only_identified(observed, types)
    doubts = doubt_panel(fit, read_timing(compared), usual, late_share) | {
        "coverage_gap": np.full(types.size, compared.used_days is not None),
        "bots_left_out": np.full(types.size, prepared.bots.any()),
        "displacement_counted": np.full(types.size, once),
        "identified_only": partial,
    }
    for warning, flags in doubts.items():
        draft.warn(types[answered][flags[answered]], warning)
    _write_sensitivity(draft, types, answered, fit, usual)
    draft.diagnostics |= {
        "people": prepared.panel.n_people,
        "person_days": prepared.panel.n_rows,
        "people_sampled": round(observed.sampled, 4),
        "bots": int(prepared.bots.sum()),
        "response_slope": round(fit.slope, 3),
        "lead_z": round(fit.change.pooled_z, 2),
        "change_probability": round(fit.change.probability, 3),
    }
    explained = np.zeros(observed.counts.shape)
    stocks = adstock_series(observed.counts[:, types])
    explained[:, types] = np.einsum("tkg,kg->tk", stocks, fit.kernel)
    explained[:, types] += (block_series(observed.counts[:, types]) * fit.late).sum(axis=2)
    return Answered(explained, types[answered][partial[answered]])


def _prepare(observed: Observations, draft: Draft) -> _Prepared | None:
    """The panel, without types that are constant or inseparable; None if there is none."""
    candidates = np.intersect1d(_identified_types(observed), draft.open_kinds())
    common = find_common_days(observed.covered, candidates, MIN_DAYS)
    types, days = common.types, np.flatnonzero(common.days)
    if types.size == 0 or days.size < MIN_DAYS:
        return None
    bots = find_bots(_restrict_people(observed.people, types, observed.people.days))
    journeys = without(observed.people, bots) if bots.any() else observed.people
    people = _restrict_people(journeys, types, days)
    if _conversions_at_risk(people) < MIN_CONVERSIONS:
        return None
    panel = reduce_panel(people).in_channels(observed.channels[types])
    varying = panel.variation() > 1e-9 * np.maximum(observed.identified[types], 1.0)
    if not varying.any():  # types that everyone has on the same days are estimated from totals
        return None
    panel, types = panel.restrict(np.flatnonzero(varying)), types[varying]
    rejected, control = reject_collinear(panel.correlation(), types, observed.names, draft)
    kept = np.flatnonzero(~rejected | control)
    types = types[kept]
    return _Prepared(
        panel.restrict(kept),
        types,
        np.flatnonzero(~rejected[kept]),
        _restrict_people(journeys, types, days),
        bots,
    )


def _identified_types(observed: Observations) -> Ints:
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


def _usual_rate(fit: WithinUserFit, panel: Panel) -> Floats:
    """Conversions per person-day without engagements, of the people who engage, shape (K,)."""
    days = np.maximum(panel.projection.n_rows, 1)
    rate = panel.conversions / days
    unmoved = np.maximum(rate - (panel.touches @ fit.delta) / days, 0.1 * rate)
    return np.asarray((unmoved @ panel.touches) / np.maximum(panel.touches.sum(axis=0), 1.0))


def _write_sensitivity(
    draft: Draft, kinds: Ints, answered: Ints, fit: WithinUserFit, usual: Floats
) -> None:
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

    A person's first event is the first one of these types or a conversion; other events do not
    count.
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
