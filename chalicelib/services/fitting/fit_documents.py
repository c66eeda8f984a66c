"""The fit document: its shape, and its parts, built from estimates and columns.

The document is stored as JSON and answers every later question about the fit.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NotRequired, cast

from typing_extensions import TypedDict

from chalicelib.attribution.sensitivity import Measure
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Estimate, Method, Window
from chalicelib.services.fitting.converting_people import ConvertingPeople
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.search_documents import GoalSearchDocument, SearchDocument
from chalicelib.services.fitting.source_coverage import (
    CoveredSource,
    SourceDays,
    covered_source,
    name_goal,
    name_type,
)
from chalicelib.services.fitting.spread_documents import SpreadDocument
from chalicelib.services.fitting.surroundings import AnnotatedSpan

if TYPE_CHECKING:
    from chalicelib.attribution.draft import Draft
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations


class KindDocument(TypedDict):
    """An engagement type.

    Series have one number for each day of the window. ``brought``: pairs of the index of another
    type and its engagements per engagement of this one.
    """

    channel: str
    type: EngagementType
    paid: bool
    counts: list[int]
    identified: int
    cost: list[float]
    anonymous: list[int]
    brought: NotRequired[list[list[float]]]


class SensitivityDocument(TypedDict):
    """See `attribution.sensitivity.Sensitivity`."""

    measure: Measure
    value: float
    value_ci: float


class EstimateDocument(TypedDict):
    """The effect of one engagement of a type; ``delta`` is in conversions, None if unknown."""

    method: Method | None
    delta: float | None
    critical: float
    decay_weights: list[float]
    late_share: float
    late_days: list[int] | None
    reasons: list[str]
    warnings: list[str]
    sensitivity: SensitivityDocument | None


class ChannelDayParts(TypedDict):
    """What a channel brings per step, and half of the width of its 95 % band."""

    incremental: list[float | None]
    half: list[float | None]


DayParts = TypedDict(
    "DayParts",
    {
        "from": str,
        "step_days": int,
        "actual": list[float | None],
        "baseline": list[float | None],
        "baseline_half": list[float | None],
        "context": list[float],
        "shocks": list[float],
        "channels": dict[str, ChannelDayParts],
    },
)
DayParts.__doc__ = """The parts of the conversions of a goal.

Series have one number per step of ``step_days``: a day, or a week where totals come by the week.
The first step begins on ``from``. A half is half of the width of a 95 % band.
"""


class WholeCredit(TypedDict):
    """What a model that needs all journeys at once credits to each type in the window."""

    conversions: list[float]
    sampling_error: NotRequired[list[float] | None]


class ClassicalDocument(TypedDict):
    """What the classical models credit.

    ``daily``: per rule and type, the conversions credited by day of conversion; an empty list for a
    type that got nothing. ``whole``: per model, None if the model was not fitted. ``anonymous`` and
    ``untouched``: conversions per day without a person, and without an engagement before them.
    """

    lookback_days: int
    daily: dict[str, list[list[float]]]
    whole: dict[str, WholeCredit | None]
    anonymous: list[int]
    untouched: list[int]


TestedDays = TypedDict("TestedDays", {"from": str, "to": str})


class TestedExperiment(TestedDays):
    """What a fit did with an experiment; ``reason`` says why it was not used.

    The fields after ``goal`` are of experiments that were used: see `experiments.calibrating`.
    """

    id: str
    kind: str
    channel: str
    type: str
    paid: bool
    measured: Estimate | None
    used: bool
    reason: str | None
    goal: NotRequired[str]
    observational: NotRequired[dict[str, Any] | None]
    experiments: NotRequired[int]
    experiments_together: NotRequired[Estimate]
    p_heterogeneity: NotRequired[float | None]
    combined: NotRequired[Estimate]
    weight_of_experiments: NotRequired[float | None]
    p_agreement: NotRequired[float | None]
    contradicts_model: NotRequired[bool]
    model_used: NotRequired[bool]
    bias_allowed: NotRequired[float | None]


class GoalResults(TypedDict):
    """A goal: conversions per day, the value of one, and the estimates in the order of types.

    ``covariance`` is K x K, of the deltas; ``value_variance`` is the variance of the mean value.
    """

    conversions: list[int]
    value_mean: float
    value_variance: float
    estimates: list[EstimateDocument]
    covariance: list[list[float]]
    diagnostics: dict[str, Any]


class GoalDocument(GoalResults):
    """A goal with its experiments, its days in parts, and the credit of classical models.

    ``audiences``: by channel, what following its page causes (`audience_document`). ``curves``:
    response curves of channels with cost (`attribution.response_curves.curve_document`).
    ``search``: what a search visit brings at most, and what shown stars do. ``people``: identified
    people and how often they convert. Fits of earlier versions have none of these.
    """

    experiments: list[TestedExperiment]
    decomposition: DayParts | None
    classical: ClassicalDocument
    audiences: NotRequired[dict[str, dict[str, Any]]]
    curves: NotRequired[dict[str, Any]]
    people: NotRequired[ConvertingPeople | None]
    search: NotRequired[GoalSearchDocument]


class FitHeading(TypedDict):
    """Which fit a document is of."""

    schema: int
    id: str
    as_of: str
    currency: str


class FitBody(TypedDict):
    """What a fit says.

    ``costs`` are per channel and day of the window; ``costs_outside`` are costs per channel on days
    outside the window. ``decays`` is the grid that ``decay_weights`` of estimates refer to.
    ``audience_sizes``: sizes of each channel's audience per day, None if unknown. ``virality``: how
    shares spread; None without shares. ``search``: search visits per engagement. Fits of earlier
    versions have none of these.
    """

    coverage: list[CoveredSource]
    annotations: list[AnnotatedSpan]
    window: Window
    confidence: float
    decays: list[float]
    kinds: list[KindDocument]
    costs: dict[str, list[float]]
    goals: dict[str, GoalDocument]
    experiments_without_goal: list[TestedExperiment]
    costs_outside: NotRequired[dict[str, float]]
    audience_sizes: NotRequired[dict[str, list[float | None]]]
    virality: NotRequired[SpreadDocument | None]
    search: NotRequired[SearchDocument]


class FitDocument(FitHeading, FitBody):
    """The document of a fit."""


def type_documents(
    columns: Columns,
    observed: Observations,
    anonymous: Sequence[list[int]],
    brought: Mapping[int, Mapping[int, float]],
    start: dt.date,
) -> list[KindDocument]:
    """Engagement types with their daily counts and costs, and what an engagement of each leads to.

    Types that lead to no others do not have the field ``brought``.
    """
    kinds: list[KindDocument] = [
        {
            "channel": channel,
            "type": cast("EngagementType", kind),
            "paid": paid,
            "counts": [int(n) for n in observed.counts[:, number]],
            "identified": int(observed.identified[number]),
            "cost": daily_amounts(columns.cost_of_kind, number, start, observed.outcome.size),
            "anonymous": anonymous[number],
        }
        for (channel, kind, paid), number in columns.kinds.items()
    ]
    for number, children in brought.items():
        kinds[number]["brought"] = [[child, round(each, 9)] for child, each in children.items()]
    return kinds


def coverage_document(
    columns: Columns,
    names: Sequence[str],
    types: Sequence[SourceDays],
    goals: Mapping[str, SourceDays],
    start: dt.date,
) -> list[CoveredSource]:
    """The covered days of each source: goals first, then engagement types."""
    of_goals = [covered_source(name_goal(goal), one, start) for goal, one in goals.items()]
    return of_goals + [
        covered_source(name_type(name, kind), one, start)
        for kind, name, one in zip(columns.kinds, names, types, strict=True)
    ]


def estimate_documents(estimates: GoalEstimates | Draft) -> list[EstimateDocument]:
    """The effect of one engagement of every type, of finished estimates or of a draft."""
    from chalicelib.attribution.within_user.panel_columns import days_of_blocks

    return [
        {
            "method": cast("Method | None", method),
            "delta": float(estimates.delta[kind]) if method is not None else None,
            "critical": float(estimates.critical[kind]),
            "decay_weights": [round(float(w), 6) for w in estimates.decay_weights[kind]],
            "late_share": round(float(estimates.late_share[kind].sum()), 6),
            "late_days": days_of_blocks(estimates.late_share[kind]),
            "reasons": estimates.reasons[kind],
            "warnings": estimates.warnings[kind],
            "sensitivity": None
            if sensitivity is None
            else cast("SensitivityDocument", asdict(sensitivity)),
        }
        for kind, (method, sensitivity) in enumerate(
            zip(estimates.methods, estimates.sensitivities, strict=True)
        )
    ]


def goal_document(observed: Observations, estimates: GoalEstimates, start: dt.date) -> GoalResults:
    """The observations and estimates of a goal."""
    return {
        "conversions": [int(n) for n in observed.outcome],
        "value_mean": estimates.value_mean,
        "value_variance": estimates.value_variance,
        "estimates": estimate_documents(estimates),
        "covariance": estimates.cov.tolist(),
        "diagnostics": _dated(estimates.diagnostics, start),
    }


def _dated(diagnostics: dict[str, Any], start: dt.date) -> dict[str, Any]:
    """The diagnostics with dates instead of days of the window."""
    return diagnostics | {
        name: [
            span | {end: _day(start, span[end]) for end in ("from", "to")}
            for span in diagnostics[name]
        ]
        for name in ("shocks", "joint_runs")
        if name in diagnostics
    }


def _day(start: dt.date, number: int) -> str:
    return (start + dt.timedelta(days=int(number))).isoformat()


def costs_outside(columns: Columns, start: dt.date, end: dt.date) -> dict[str, float]:
    """Costs per channel that fall wholly before the first or after the last day of the window."""
    outside: dict[str, Decimal] = defaultdict(Decimal)
    for channel, first, last, amount in columns.costs:
        if last < start.toordinal() or first > end.toordinal():
            outside[channel] += amount
    return {channel: round(float(amount), 6) for channel, amount in sorted(outside.items())}


def daily_amounts(
    amounts: dict[tuple[Any, int], Decimal], key: object, start: dt.date, n_days: int
) -> list[float]:
    first = start.toordinal()
    return [round(float(amounts.get((key, first + day), 0)), 6) for day in range(n_days)]
