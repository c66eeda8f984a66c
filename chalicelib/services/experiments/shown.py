"""Answers about experiments: their shape, and analyses as JSON."""

from __future__ import annotations

import math
from typing import Literal, NotRequired, cast

from typing_extensions import TypedDict

from chalicelib.attribution.experiments.measured_lift import Measured
from chalicelib.model.events import EngagementType
from chalicelib.model.money import Money
from chalicelib.services.answer_fields import Count, Estimate, Instant, Period, Reasons, Warnings
from chalicelib.services.answer_tables import Column, Table
from chalicelib.storage import experiment_items

Method = Literal["score_interval", "synthetic_control", "as_given"]
VarianceFrom = Literal["sum_of_squares", "converters", "single_conversions", "assumed"]


class Confidence(TypedDict):
    """The confidence of the intervals."""

    confidence: float


class AnalysisMethod(TypedDict):
    """How an experiment was analysed."""

    method: Method
    variance_from: NotRequired[VarianceFrom | None]


class Measures(TypedDict):
    """The part of an analysis that every method has."""

    incremental_conversions: Estimate | None
    conversions_per_engagement: Estimate | None
    standard_error: float | None
    p_value: float | None
    reasons: Reasons
    warnings: Warnings


class DifferenceInDifferences(TypedDict):
    """A second opinion on a geo test."""

    incremental_conversions: Estimate
    p_value: float | None


class Findings(AnalysisMethod, Measures):
    """The results of an analysis; the fields of its own are for geo tests from counts."""

    conversions_per_spend: NotRequired[Estimate | None]
    lift: NotRequired[Estimate | None]
    p_value_in_time: NotRequired[float | None]
    difference_in_differences: NotRequired[DifferenceInDifferences | None]
    compared: NotRequired[Literal["shares_of_level", "counts"] | None]
    degrees_of_freedom: NotRequired[float | None]
    days_before: NotRequired[Count | None]
    days: NotRequired[Count | None]
    treated_regions: NotRequired[Count | None]
    control_regions: NotRequired[Count | None]


class Analysis(Confidence, Findings):
    """The analysis of an experiment.

    `variance_from` is for hold-outs from raw numbers; the fields after `warnings` are for geo tests
    from counts.
    """


class Tested(TypedDict):
    """What an experiment tested."""

    id: str
    kind: Literal["holdout", "geo"]
    name: NotRequired[str | None]
    channel: str
    type: EngagementType
    paid: bool
    goal: str


class Experiment(Tested, Period):
    """An experiment as it was sent, less the counts of a geo test, with what it says."""

    engagements: NotRequired[int | None]
    effect: NotRequired[dict[str, float] | None]
    treated: NotRequired[dict[str, float] | None]
    control: NotRequired[dict[str, float] | None]
    treated_regions: NotRequired[list[str] | None]
    spend: NotRequired[Money | None]
    registered_at: Instant
    restated_at: Instant | None
    analysis: Analysis


class Experiments(TypedDict):
    """A page of experiments."""

    experiments: list[Experiment]
    next: str | None


TABLE = Table(
    Experiment,
    *("id", "name", "kind", "channel", "type", "paid", "goal", "from", "to", "engagements"),
    *(
        Column(f"analysis.{field}", field)
        for field in ("method", "incremental_conversions", "conversions_per_engagement")
    ),
    *(Column(f"analysis.{field}", field) for field in ("p_value", "reasons", "warnings")),
    *("registered_at", "restated_at"),
)


def shown_experiment(one: experiment_items.Experiment) -> Experiment:
    """An experiment as shown in answers, from its item; body and analysis are already checked."""
    answer = {
        "id": one.experiment_id,
        **one.what,
        "registered_at": one.registered_at,
        "restated_at": one.restated_at,
        "analysis": one.analysis,
    }
    return cast("Experiment", answer)


def per_engagement(total: Measured, engagements: int | None) -> Measured | None:
    """The effect of one engagement; None if the number of engagements is not known."""
    return None if engagements is None else total.per(engagements)


def findings(
    method: Method, total: Measured | None, per: Measured | None, p_value: float
) -> Findings:
    """The part of an analysis that every method has."""
    return {
        "method": method,
        "incremental_conversions": None if total is None else interval_of(total),
        "conversions_per_engagement": None if per is None else interval_of(per),
        "standard_error": None if per is None else plain(math.sqrt(per.variance)),
        "p_value": plain(p_value),
        "reasons": [] if per is not None else ["engagements_not_given"],
        "warnings": [],
    }


def interval_of(measured: Measured) -> Estimate:
    """An effect in the common form of estimates; a bound that does not exist is None."""
    return {
        "estimate": plain(measured.estimate),
        "ci_low": plain(measured.low),
        "ci_high": plain(measured.high),
    }


def plain(value: float) -> float | None:
    """A number rounded for display: eight significant digits."""
    return float(f"{value:.8g}") + 0.0 if math.isfinite(value) else None
