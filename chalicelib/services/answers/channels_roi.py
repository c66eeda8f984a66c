"""GET /v1/roi: the return on each channel, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.power import smallest_detectable
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Estimate,
    Method,
    Period,
    Reasons,
    UnseenShare,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers.cascades import WithDescendants, show_descendants
from chalicelib.services.answers.effects import (
    DetectablePerEngagement,
    Effect,
    IncrementalSum,
    add_up,
    detectable_per_engagement,
    detectable_value,
    distinct,
    doubts_about_missing,
    not_counted,
    parts_of,
    per_engagement,
    read_effects,
)
from chalicelib.services.answers.hidden_causes import HiddenCause, sentence
from chalicelib.services.answers.intervals import (
    NO_ESTIMATE,
    cost_per_unit,
    interval_of,
    rounded,
)
from chalicelib.services.answers.needed import NOT_SETTLED, Needed, needed_for
from chalicelib.services.answers.questions import (
    Effectiveness,
    Question,
    Return,
    material_effect,
)
from chalicelib.services.answers.ranges import (
    OfFit,
    Range,
    read_goal,
    read_range,
    refer_to,
    unknown_value,
)
from chalicelib.services.answers.verdicts import Doubt, judge, unseen_share
from chalicelib.services.fitting.fit_documents import FitDocument, GoalDocument
from chalicelib.services.fitting.source_coverage import CoveredSource

ChannelVerdict = Literal[
    "profitable",
    "unprofitable",
    "effective",
    "no_effect_seen",
    "too_early",
    "inconclusive",
    "not_estimable",
]
Coverage = Annotated[list[CoveredSource], Field(description="The covered days of each source.")]


class DetectableOfSum(TypedDict):
    """The minimum detectable effect of a channel, or of all channels together."""

    incremental_conversions: float | None
    incremental_revenue: float | None
    roi: float | None


class EngagementReturn(TypedDict):
    """The incremental conversions and value of one engagement type."""

    type: EngagementType
    paid: bool
    count: Count
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    with_descendants: WithDescendants | None
    smallest_detectable_effect: DetectablePerEngagement | None
    sensitivity: HiddenCause | None
    unseen_share: UnseenShare
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class SumReturn(TypedDict):
    """The ROI of several engagement types together."""

    cost: float | None
    cost_outside_window: float | None
    incremental_conversions: Estimate
    incremental_revenue: Estimate
    roi: Estimate
    incremental_roas: Estimate
    cost_per_incremental_conversion: Estimate
    unseen_share: UnseenShare
    smallest_detectable_effect: DetectableOfSum | None
    verdict: ChannelVerdict
    needed: Needed | None
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class ChannelReturn(SumReturn):
    """The ROI of one channel."""

    channel: Channel
    engagements: list[EngagementReturn]


class Total(SumReturn):
    """The ROI of all channels of the answer together, next to all conversions of the range."""

    conversions: Count


class Roi(OfFit, Period):
    """The ROI of each channel."""

    goal: str
    currency: str
    confidence: float
    warnings: Warnings
    total: Total
    channels: list[ChannelReturn]
    diagnostics: Annotated[dict[str, Any], Field(description="Diagnostics of the fit.")]
    coverage: Coverage


class ChannelRow(ChannelReturn):
    """A channel as a row of the table."""

    currency: str


ROI_TABLE = Table(
    ChannelRow,
    *("channel", "cost", "incremental_conversions", "incremental_revenue", "roi"),
    *("incremental_roas", "cost_per_incremental_conversion"),
    Column("smallest_detectable_effect.roi", "roi_smallest_detectable"),
    *("unseen_share", "needed", "verdict", "method", "reasons", "warnings", "currency"),
)


class Judged(TypedDict):
    """A verdict, why it is not another one, and what would settle an open question."""

    verdict: ChannelVerdict
    reasons: Reasons
    needed: Needed | None


def roi(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
    channel: str | None = None,
) -> Roi:
    """Compute the ROI per channel, in the shape of ``GET /v1/roi``.

    Parameters
    ----------
    start, end : date, optional
        First and last day of the range, clipped to the fit's window. None: the window's ends.
    goal : str, optional
        None: ``purchase`` if the fit has it, else the first goal.
    channel : str, optional
        Only this channel.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal or channel is unknown.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    effects = read_effects(document, goal, days)
    names = sorted({effect.channel for effect in effects} | set(document["costs"]))
    if channel is not None and channel not in names:
        raise unknown_value("channel", channel, names)
    shown = [name for name in names if channel is None or name == channel]
    fitted = document["goals"][goal]
    return {
        "fit": refer_to(document),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "warnings": days.warnings,
        "total": {
            "conversions": int(days.total(fitted["conversions"])),
            **_sum(shown, effects, document, goal, days),
        },
        "channels": [_channel(name, effects, document, goal, days) for name in shown],
        "diagnostics": fitted["diagnostics"],
        "coverage": document["coverage"],
    }


def roi_rows(answer: Roi) -> Iterator[Row]:
    """Return the channels of an ROI answer as flat rows, for CSV."""
    return ROI_TABLE.rows_of(answer, answer["channels"])


def _channel(
    name: str, all_effects: list[Effect], document: FitDocument, goal: str, days: Range
) -> ChannelReturn:
    return {
        "channel": name,
        **_sum([name], all_effects, document, goal, days),
        "engagements": [
            _engagement(effect, all_effects, document, goal)
            for effect in all_effects
            if effect.channel == name
        ],
    }


def _sum(
    channels: list[str], all_effects: list[Effect], document: FitDocument, goal: str, days: Range
) -> SumReturn:
    """Return the ROI of some channels together.

    There is no ROI if a channel with an estimate has no cost: the costs of the other channels would
    be compared with the effect of all.
    """
    fitted = document["goals"][goal]
    effects = [effect for effect in all_effects if effect.channel in channels]
    costs = {name: days.total(document["costs"].get(name, [])) for name in channels}
    cost = sum(costs.values())
    is_partial = any(e.delta is not None and costs[e.channel] <= 0 for e in effects)
    comparable = 0.0 if is_partial else cost
    costs_outside = document.get("costs_outside", {})
    outside = sum(costs_outside.get(name, 0.0) for name in channels)
    answer: SumReturn = {
        "cost": rounded(cost, 2),
        "cost_outside_window": rounded(outside, 2),
        "incremental_conversions": NO_ESTIMATE,
        "incremental_revenue": NO_ESTIMATE,
        "roi": NO_ESTIMATE,
        "incremental_roas": NO_ESTIMATE,
        "cost_per_incremental_conversion": NO_ESTIMATE,
        "unseen_share": None,
        "smallest_detectable_effect": None,
        "verdict": "not_estimable",
        "needed": None,
        "method": None,
        "reasons": [],
        "warnings": [],
    }
    lacking = _reasons_without_roi(comparable, outside, fitted["value_mean"])
    caused = add_up(effects, fitted)
    if caused is None:
        reasons = distinct(r for e in effects for r in e.reasons) or ["no_engagements"]
        return answer | {"reasons": [*reasons, *lacking]}
    known = [effect for effect in effects if effect.delta is not None]
    error, critical = caused.conversions_error, caused.critical
    conversions = interval_of(caused.conversions, error, critical)
    answer |= {
        "incremental_conversions": conversions,
        "unseen_share": rounded(unseen_share(parts_of(effects, fitted)), 4),
        "smallest_detectable_effect": _detectable(error, critical, fitted, comparable),
        "method": max(known, key=lambda e: e.count).method,
        "warnings": distinct(
            [warning for e in known for warning in e.warnings]
            + not_counted(effects)
            + (["cost_outside_window"] if outside > 0 else [])
        ),
    }
    if comparable > 0:
        answer["cost_per_incremental_conversion"] = cost_per_unit(comparable, conversions)
    if fitted["value_mean"] != 0:
        answer["incremental_revenue"] = interval_of(caused.revenue, caused.revenue_error, critical)
    if not lacking:
        roas, roas_error = caused.revenue / cost, caused.revenue_error / cost
        answer["roi"] = interval_of(roas - 1.0, roas_error, critical)
        answer["incremental_roas"] = interval_of(roas, roas_error, critical)
    question = (
        effectiveness(effects, all_effects, fitted, days, caused)
        if lacking
        else Return(
            caused.conversions,
            error,
            critical,
            fitted["value_mean"],
            fitted["value_variance"],
            cost,
        )
    )
    verdict = judge_sum(
        question, effects, document, goal, lacking, [_doubt_about_outside_costs(outside, fitted)]
    )
    return {**answer, **verdict}


def effectiveness(
    effects: list[Effect],
    all_effects: list[Effect],
    fitted: GoalDocument,
    days: Range,
    caused: IncrementalSum,
) -> Effectiveness:
    """Return the question whether the given types had any effect."""
    counted = [effect for effect in all_effects if "exposure_only" not in effect.reasons]
    material = material_effect(
        days.total(fitted["conversions"]),
        sum(effect.count for effect in effects if effect.delta is not None),
        sum(effect.count for effect in counted),
    )
    return Effectiveness(caused.conversions, caused.conversions_error, caused.critical, material)


def judge_sum(
    question: Question,
    effects: list[Effect],
    document: FitDocument,
    goal: str,
    lacking: list[str],
    more: list[Doubt],
) -> Judged:
    """Return the verdict on a sum of types, its reasons, and the data needed to settle it."""
    parts = parts_of(effects, document["goals"][goal])
    verdict = judge(question, parts, [*doubts_about_missing(effects), *more])
    reasons = [*lacking, *verdict.reasons]
    needed = None
    if verdict.lacks_data:
        known = [e.index for e in effects if e.delta is not None]
        needed = needed_for(question, [document["kinds"][index]["counts"] for index in known])
        if needed is None:
            reasons.append(NOT_SETTLED)
    name = cast("ChannelVerdict", verdict.name)
    return {"verdict": name, "reasons": distinct(reasons), "needed": needed}


def _reasons_without_roi(cost: float, outside: float, mean_value: float) -> list[str]:
    reasons = []
    if cost <= 0:
        reasons.append("no_cost" if outside == 0 else "cost_outside_window")
    if mean_value == 0:
        reasons.append("no_value")
    elif mean_value < 0:
        reasons.append("refunds_exceed_sales")
    return reasons


def _doubt_about_outside_costs(outside: float, fitted: GoalDocument) -> Doubt:
    """Return the costs outside the window as the number of conversions that would pay for them."""
    mean = fitted["value_mean"]
    missing = outside / mean if mean > 0 else 0.0
    return Doubt("cost_outside_window", "costs", down=-missing)


def _detectable(
    error: float, critical: float, fitted: GoalDocument, cost: float
) -> DetectableOfSum:
    """Return the minimum detectable effects of a sum; for the ROI, compared with 0."""
    gained = detectable_value(error, critical, fitted, beyond=cost) if cost > 0 else None
    return {
        "incremental_conversions": rounded(smallest_detectable(error, critical)),
        "incremental_revenue": rounded(detectable_value(error, critical, fitted)),
        "roi": None if gained is None else rounded(gained / cost - 1.0),
    }


def _engagement(
    effect: Effect, all_effects: list[Effect], document: FitDocument, goal: str
) -> EngagementReturn:
    fitted = document["goals"][goal]
    conversions, value = per_engagement(effect, fitted)
    return {
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "with_descendants": show_descendants(effect, all_effects, document, goal),
        "smallest_detectable_effect": detectable_per_engagement(effect, fitted),
        "sensitivity": _sensitivity(effect, goal),
        "unseen_share": None if effect.delta is None else rounded(effect.unseen.mean, 4),
        "method": effect.method,
        "reasons": effect.reasons,
        "warnings": effect.warnings,
    }


def _sensitivity(effect: Effect, goal: str) -> HiddenCause | None:
    """Describe, in numbers and words, a hidden cause that would explain the effect."""
    found = effect.sensitivity
    if found is None or effect.delta is None:
        return None
    return {
        "measure": found.measure,
        "value": rounded(found.value, 4),
        "value_ci": rounded(found.value_ci, 4),
        "sentence": sentence(found, effect.name, goal=goal, lowers=effect.delta < 0),
    }
