"""What engagements do through search: visits per engagement, and a bound of the path.

Three models of the same totals: conversions on causes (the estimate of the fit itself), visits on
causes, and conversions on causes with visits beside them. The product of the second and the third,
visits per engagement times conversions per visit, is the path through search only if nothing
unmeasured moves visits and conversions together (sequential ignorability; Imai, Keele, Yamamoto
2010). Demand for the brand does, and no test shows it. If demand can only raise both, the product
is too large, so its upper end bounds the path; so does the upper end of the total effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.search.search_visits import (
    MIN_VISITS,
    estimate_visit_worth,
    estimate_visits,
    visits_of,
)
from chalicelib.attribution.time_series.beside import StepFit

FOLLOWS = 1.96
"""t-value of tomorrow's visits from which on visits are said to follow conversions."""
_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class SearchVisits:
    """Search visits per engagement."""

    total: float
    """Visits in the window."""
    draft: Draft | None
    """Estimates of every type, K; None without enough visits."""


@dataclass(frozen=True, slots=True)
class VisitWorth:
    """What a visit brings at most, and what that makes of an engagement."""

    fit: StepFit | None
    most: Floats
    """97.5 % quantile of visits per engagement times conversions per visit; NaN if unknown. Shape
    (K,).
    """
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def measure_visits(observed: Observations, search: Ints) -> SearchVisits:
    """Estimate search visits per engagement.

    Parameters
    ----------
    observed : Observations
        Of any goal; its outcome is not used.
    search : int array
        The types that are search visits.
    """
    total = float(visits_of(observed, search).sum()) if search.size else 0.0
    if total < MIN_VISITS:
        return SearchVisits(total, None)
    return SearchVisits(total, estimate_visits(observed, search))


def bound_path(observed: Observations, search: Ints, visits: Draft) -> VisitWorth:
    """Bound what each type does through search.

    Parameters
    ----------
    observed : Observations
        Of the goal.
    visits : Draft
        From `measure_visits`.
    """
    n_kinds = observed.counts.shape[1]
    unknown = np.full(n_kinds, np.nan)
    fit = estimate_visit_worth(observed, search)
    if fit is None:
        return VisitWorth(None, unknown, ("visit_worth_unknown",), ())
    if not fit.converged:
        return VisitWorth(None, unknown, ("did_not_converge",), ())
    error = np.sqrt(np.diag(visits.cov))
    most = upper_products(visits.delta, error, visits.critical, fit.effect, fit.error, fit.critical)
    warnings = ("visits_follow_conversions",) if fit.lead_t > FOLLOWS else ()
    return VisitWorth(fit, most, (), warnings)


def upper_products(
    first: Floats,
    first_error: Floats,
    first_critical: Floats,
    second: float,
    second_error: float,
    second_critical: float,
) -> Floats:
    """97.5 % quantiles of products of two independent estimates, NaN where the first is NaN: (K,).

    By draws from a fixed seed. `first_critical`, `second_critical`: two-sided 95 % quantiles.
    """
    rng = np.random.default_rng(0)
    z, other = rng.standard_normal((2, _DRAWS)) / 1.959964
    factor = second + second_critical * second_error * other
    draws = (first + first_critical * first_error * z[:, None]) * factor[:, None]
    return np.asarray(np.quantile(draws, 0.975, axis=0))
