"""Search visits per engagement: the project's model of totals, with visits as the outcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.estimates import draft_of_causes
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.time_series.beside import StepFit, fit_beside
from chalicelib.attribution.time_series.from_totals import estimate_from_totals, select_totals
from chalicelib.attribution.time_series.resolution import is_weekly

MIN_VISITS = 100
"""Visits in the window below which they are not modelled."""
CHANNEL_OF_VISITS = -1


def visits_of(observed: Observations, search: Ints) -> Floats:
    """Search visits per day: the engagements of the types `search`, shape (T,)."""
    return np.asarray(observed.counts[:, search].sum(axis=1))


def estimate_visits(observed: Observations, search: Ints) -> Draft:
    """Search visits per engagement of every cause, with the reasons and warnings of totals.

    Parameters
    ----------
    observed : Observations
        Of any goal; its outcome is not used.
    search : int array
        The types that are search visits.
    """
    draft = draft_of_causes(observed)
    outcome = visits_of(observed, search)
    as_outcome = replace(
        observed,
        outcome=outcome,
        coverage=Coverage(_days_of(observed, search), observed.covered.counts),
        regions=None,
    )
    estimate_from_totals(as_outcome, np.zeros(outcome.size), draft)
    return draft


def estimate_visit_worth(observed: Observations, search: Ints) -> StepFit | None:
    """What an extra search visit brings, with the causes beside it; None if that cannot be fitted.

    Hidden demand that moves visits and conversions alike makes the result too large.
    """
    visits = visits_of(observed, search)
    seen = _days_of(observed, search)
    covered = Coverage(observed.covered.outcome & seen, observed.covered.counts)
    data = select_totals(
        replace(observed, coverage=covered, regions=None),
        np.zeros(visits.size),
        draft_of_causes(observed),
    )
    if data is None or (is_weekly(visits) and data.resolution.step_days == 1):
        return None
    n_days = data.resolution.n_days
    daily = data.resolution.spread(visits[:, None], np.array([is_weekly(visits)]))
    known = np.zeros((n_days, 1), dtype=bool)
    known[: seen.size, 0] = seen[:n_days]
    if daily[:, 0].std() <= 1e-6 * daily[:, 0].mean():
        return None
    return fit_beside(
        data.totals,
        np.column_stack([data.counts, daily]),
        data.resolution,
        data.series.timeline,
        np.column_stack([data.covered, known]),
        np.append(observed.channels[data.kinds], CHANNEL_OF_VISITS),
    )


def _days_of(observed: Observations, search: Ints) -> Bools:
    """Days on which all search visits were observed, shape (T,)."""
    return np.asarray(observed.covered.counts[:, search].all(axis=1))
