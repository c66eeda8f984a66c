"""GET /v1/engagements: the effect of each engagement type, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

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
from chalicelib.services.answer_tables import Row, Table
from chalicelib.services.answers.cascades import (
    DESCENDANT_COLUMNS,
    WithDescendants,
    show_descendants,
)
from chalicelib.services.answers.channels_roi import Coverage, effectiveness, judge_sum
from chalicelib.services.answers.effects import Effect, add_up, per_engagement, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of, rounded
from chalicelib.services.answers.profile import Profile
from chalicelib.services.answers.ranges import OfFit, Range, read_goal, read_range, refer_to
from chalicelib.services.fitting.fit_documents import FitDocument

DAYS_OF_TIMING = 28
Timing = Annotated[
    list[float] | None,
    Field(
        description="Shares of the effect by day after the engagement, from its own day on; null "
        "without an estimate, or if the method does not estimate when the effect occurs."
    ),
]
TypeVerdict = Literal["effective", "no_effect_seen", "too_early", "inconclusive", "not_estimable"]


class EngagementTypeReturn(TypedDict):
    """The incremental conversions and value of one engagement type."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    incremental_conversions: Estimate
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    with_descendants: WithDescendants | None
    unseen_share: UnseenShare
    timing: Timing
    verdict: TypeVerdict
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class Engagements(OfFit, Period):
    """The incremental conversions and value of each engagement type, one row per type."""

    goal: str
    currency: str
    confidence: float
    warnings: Warnings
    engagements: list[EngagementTypeReturn]
    coverage: Coverage


class EngagementTypeRow(EngagementTypeReturn):
    """An engagement type as a row of the table."""

    currency: str


ENGAGEMENTS_TABLE = Table(
    EngagementTypeRow,
    *("channel", "type", "paid", "count", "incremental_conversions"),
    *("conversions_per_engagement", "value_per_engagement", "unseen_share"),
    *("verdict", "method", "reasons", "warnings", "currency"),
    *DESCENDANT_COLUMNS,
)


def engagements(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> Engagements:
    """Return one row per engagement type, in the shape of ``GET /v1/engagements``.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal is unknown.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    effects = read_effects(document, goal, days)
    return {
        "fit": refer_to(document),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "warnings": days.warnings,
        "engagements": [_row(effect, effects, document, goal, days) for effect in effects],
        "coverage": document["coverage"],
    }


def engagement_rows(answer: Engagements) -> Iterator[Row]:
    """Return the engagement types as flat rows, for CSV."""
    return ENGAGEMENTS_TABLE.rows_of(answer, answer["engagements"])


def _row(
    effect: Effect, effects: list[Effect], document: FitDocument, goal: str, days: Range
) -> EngagementTypeReturn:
    fitted = document["goals"][goal]
    conversions, value = per_engagement(effect, fitted)
    row: EngagementTypeReturn = {
        "channel": effect.channel,
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "incremental_conversions": NO_ESTIMATE,
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "with_descendants": show_descendants(effect, effects, document, goal),
        "unseen_share": None,
        "timing": None,
        "verdict": "not_estimable",
        "method": effect.method,
        "reasons": effect.reasons,
        "warnings": effect.warnings,
    }
    caused = add_up([effect], fitted)
    if caused is None:
        return row
    question = effectiveness([effect], effects, fitted, days, caused)
    found = judge_sum(question, [effect], document, goal, effect.reasons, [])
    return row | {
        "incremental_conversions": interval_of(
            caused.conversions, caused.conversions_error, caused.critical
        ),
        "unseen_share": rounded(effect.unseen.mean, 4),
        "timing": _timing(effect, document, goal),
        "verdict": cast("TypeVerdict", found["verdict"]),
        "reasons": found["reasons"],
    }


def _timing(effect: Effect, document: FitDocument, goal: str) -> list[float] | None:
    """Return when the effect occurs; None without posterior weights of decays."""
    fit = document["goals"][goal]["estimates"][effect.index]
    if sum(fit["decay_weights"]) <= 0:
        return None
    daily = Profile.read(document["decays"], fit).daily(DAYS_OF_TIMING)
    return [round(share, 4) for share in daily]
