"""The estimates of one goal: for each engagement type a method and an effect, or reasons.

The methods run in order: `within_user` (`from_people`) takes precedence over `time_series`, which
runs by region if events carry one (`from_regions`), else on the totals of all regions
(`from_totals`). A type without enough data for any of them is rejected with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.draft import Draft, TotalsModel
from chalicelib.attribution.observations import (
    ARRIVAL,
    CAUSE,
    EXPOSURE,
    LIFETIME,
    STATE,
    Observations,
    mean_inside,
    mean_order_value,
)
from chalicelib.attribution.partial_identity import combine, set_aside
from chalicelib.attribution.regions.from_regions import estimate_from_regions
from chalicelib.attribution.sensitivity import Sensitivity
from chalicelib.attribution.time_series.from_totals import estimate_from_totals
from chalicelib.attribution.within_user.from_people import estimate_from_people

MAX_KINDS = 60
"""Maximum number of types in a model, the most frequent ones; its time grows with their square."""

REASON_OF_ROLE = {
    ARRIVAL: "on_the_way",
    STATE: "standing_relationship",
    EXPOSURE: "exposure_only",
    LIFETIME: "lifetime_counts",
}
"""Why a type that is not a cause has no estimate."""


@dataclass(frozen=True, slots=True)
class GoalEstimates:
    """Estimates for one goal."""

    delta: Floats
    """Conversions inside the window caused by one engagement; NaN if rejected. Shape (K,)."""
    cov: Floats
    """Covariance; zero in the rows of rejected types and between methods. Shape (K, K)."""
    critical: Floats
    """Two-sided 95 % quantiles of Student's distribution. Shape (K,)."""
    methods: list[str | None]
    """Length K."""
    reasons: list[list[str]]
    warnings: list[list[str]]
    """Length K."""
    sensitivities: list[Sensitivity | None]
    """Strength of a hidden cause that would explain the effect; None if rejected or not computable.
    Length K.
    """
    decay_weights: Floats
    """Weights of the decays `adstock.DECAYS`. Shape (K, G)."""
    late_share: Floats
    """Share of the effect that comes evenly on the days of each of `panel_columns.BLOCKS`; the rest
    fades. Shape (K, B).
    """
    value_mean: float
    value_variance: float
    """Mean value of a conversion and the variance of that mean."""
    diagnostics: dict[str, object]
    """Further properties of the fit; JSON-able."""
    totals: TotalsModel | None = field(default=None, compare=False, repr=False)
    """The model behind estimates from totals; None without any."""


def estimate_goal(observed: Observations) -> GoalEstimates:
    """Estimate every type for one goal, each with a method or with reasons."""
    n_days, n_kinds = observed.counts.shape
    draft = draft_of_causes(observed)
    inside = mean_inside(observed.counts)
    answered = estimate_from_people(observed, inside, draft)
    wholly = np.setdiff1d(np.arange(n_kinds), answered.partial)
    identified_part = set_aside(draft, answered.partial)
    by_region = estimate_from_regions(observed, draft)
    explained = answered.explained[:, wholly].sum(axis=1) + by_region.sum(axis=1)
    estimate_from_totals(observed, explained, draft)
    combine(draft, identified_part)
    mean, variance = mean_order_value(
        observed.order_value, observed.order_count, observed.orders_apart
    )
    identified = float(observed.people.outcome_weight.sum()) / observed.sampled
    draft.diagnostics |= {
        "days": n_days,
        "conversions": float(observed.outcome.sum()),
        "identified_conversions": round(identified, 1),
    }
    return GoalEstimates(
        delta=draft.delta,
        cov=draft.cov,
        critical=draft.critical,
        methods=draft.methods,
        reasons=draft.reasons,
        warnings=draft.warnings,
        sensitivities=draft.sensitivities,
        decay_weights=draft.decay_weights,
        late_share=draft.late_share,
        value_mean=mean,
        value_variance=variance,
        diagnostics=draft.diagnostics,
        totals=draft.totals,
    )


def draft_of_causes(observed: Observations) -> Draft:
    """A draft in which only causes are open, at most the `MAX_KINDS` most frequent ones."""
    draft = Draft.of(observed.counts.shape[1])
    for number, role in enumerate(observed.roles):
        if role != CAUSE:
            draft.reasons[number].append(REASON_OF_ROLE[role])
    causes = np.flatnonzero(np.array(observed.roles) == CAUSE)
    frequent_first = causes[np.argsort(-observed.counts[:, causes].sum(axis=0), kind="stable")]
    draft.reject(frequent_first[MAX_KINDS:], "too_many_kinds")
    return draft
