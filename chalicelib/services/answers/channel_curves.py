"""GET /v1/response-curves: what more or less spend would bring, from a fit document alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.plans.plan_decision import Interval
from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.stored_curves import planned_channels
from chalicelib.services.answer_fields import Channel, Estimate, Reasons, Warnings
from chalicelib.services.answer_tables import Row, Table
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.planned_goals import read_curves, repeats_few
from chalicelib.services.answers.ranges import OfFit, read_goal, refer_to, unknown_value
from chalicelib.services.fitting.fit_documents import FitDocument

POINTS = 12
"""Number of steps of a curve, from no spend to a third more than was ever seen."""
_BEYOND = 4.0 / 3.0


class CurvePoint(TypedDict):
    """What a channel brings per day at a spend per day."""

    spend: float
    value: Estimate
    seen: Annotated[
        bool, Field(description="Whether 14 days in a row had about this spend on average.")
    ]


class ChannelResponse(TypedDict):
    """The response of a goal to the spend of a channel, in amounts per day."""

    channel: Channel
    now: Annotated[float, Field(description="Mean spend of the last 28 days.")]
    lowest_seen: Annotated[float, Field(description="Lowest mean of 14 days.")]
    highest_seen: Annotated[float, Field(description="Highest mean of 14 days.")]
    value_now: Annotated[Estimate, Field(description="What the channel brings per day today.")]
    return_now: Annotated[Estimate, Field(description="Value per unit of today's spend.")]
    marginal_return: Annotated[Estimate, Field(description="Value of the next unit of spend.")]
    half_at: Annotated[
        float | None,
        Field(description="Usual spends at half of the maximum; null if likely linear."),
    ]
    linear_probability: float | None
    points: list[CurvePoint]
    reasons: Reasons
    warnings: Warnings


class ResponseCurveAnswer(OfFit):
    """Response curves of the channels with cost."""

    goal: str
    currency: str
    confidence: float
    value_is_in: Literal["currency", "conversions"]
    channels: list[ChannelResponse]


class CurveRow(TypedDict):
    """A point of a curve as a row."""

    channel: str
    spend: float
    value: Estimate
    seen: bool
    now: float
    marginal_return: Estimate
    reasons: list[str]
    warnings: list[str]


CURVES_TABLE = Table(CurveRow)


def response_curves(
    document: FitDocument, *, goal: str | None = None, channel: str | None = None
) -> ResponseCurveAnswer:
    """Response curves in the shape of ``GET /v1/response-curves``.

    Raises
    ------
    InvalidFields
        If the goal or the channel is not in the fit.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    goal = read_goal(document, goal)
    curves = read_curves(document, goal)
    known = [one["channel"] for one in curves["channels"]]
    if channel is not None and channel not in known:
        raise unknown_value("channel", channel, known)
    more = ["few_independent_draws"] if repeats_few(curves) else []
    return {
        "fit": refer_to(document),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "value_is_in": "currency" if curves["has_value"] else "conversions",
        "channels": [
            _channel(one, stored, curves["half_stocks"], more)
            for one, stored in zip(planned_channels(curves, set()), curves["channels"], strict=True)
            if channel in (None, one.name)
        ],
    }


def curve_rows(answer: ResponseCurveAnswer) -> Iterator[Row]:
    """One row per point."""
    rows: list[CurveRow] = [
        {
            "channel": one["channel"],
            **point,
            "now": one["now"],
            "marginal_return": one["marginal_return"],
            "reasons": one["reasons"],
            "warnings": one["warnings"],
        }
        for one in answer["channels"]
        for point in one["points"]
    ]
    return CURVES_TABLE.rows(rows)


def _channel(
    one: PlannedChannel, stored: Mapping[str, Any], halves: list[float | None], more: list[str]
) -> ChannelResponse:
    known = one.known and one.now > 0
    bends = [halves[int(bend)] for bend in stored["bend_of"]]
    linear = sum(half is None for half in bends) / len(bends) if bends else None
    value = one.values(one.now) if known else []
    return {
        "channel": one.name,
        "now": round(one.now, 2),
        "lowest_seen": round(stored["lowest"], 2),
        "highest_seen": round(stored["highest"], 2),
        "value_now": _estimate(value, 2),
        "return_now": _estimate([one_value / one.now for one_value in value], 4),
        "marginal_return": _estimate(one.marginals(one.now) if known else [], 4),
        "half_at": None if linear is None or linear >= 0.5 else _middle(bends),
        "linear_probability": rounded(linear, 3),
        "points": _points(one, stored) if one.known else [],
        "reasons": list(stored["reasons"]),
        "warnings": [*stored["warnings"], *(more if one.known else [])],
    }


def _middle(bends: list[float | None]) -> float | None:
    ranked = sorted(math.inf if half is None else half for half in bends)
    return rounded(ranked[len(ranked) // 2], 3)


def _points(one: PlannedChannel, stored: Mapping[str, Any]) -> list[CurvePoint]:
    last = _BEYOND * max(float(stored["highest"]), one.now)
    spends = [last * step / POINTS for step in range(POINTS + 1)]
    return [
        {
            "spend": round(spend, 2),
            "value": _estimate(one.values(spend), 2),
            "seen": stored["lowest"] <= spend <= stored["highest"],
        }
        for spend in spends
    ]


def _estimate(draws: list[float], digits: int) -> Estimate:
    if not draws:
        return NO_ESTIMATE
    found = Interval.of(draws)
    return {
        "estimate": rounded(found.estimate, digits),
        "ci_low": rounded(found.low, digits),
        "ci_high": rounded(found.high, digits),
    }
