"""GET /v1/search-effects: what engagements do through search, and what shown stars do."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.ratio import RatioInterval
from chalicelib.attribution.search.search_paths import (
    PathVerdict,
    Side,
    is_strong,
    path_bound,
    path_by_instrument,
    path_verdict,
)
from chalicelib.model.errors import FieldError, InvalidFields, OtherVersion
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Estimate,
    Method,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers.effects import (
    Effect,
    distinct,
    error_of,
    find_effect,
    per_engagement,
    read_effects,
    scale_of,
)
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of, rounded
from chalicelib.services.answers.path_sentences import PathEstimate, cause_sentence, star_sentence
from chalicelib.services.answers.questions import Effectiveness
from chalicelib.services.answers.ranges import (
    OfFit,
    Range,
    read_goal,
    read_range,
    refer_to,
    unknown_value,
)
from chalicelib.services.answers.verdicts import Part, judge
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.search_documents import (
    ROUNDINGS,
    MeasuredEffect,
    PathDocument,
    SearchDocument,
    StarDocument,
)

DEFAULT_ROUNDING = "0.5"
NOT_A_CAUSE = frozenset({"on_the_way", "standing_relationship", "exposure_only"})
"""Reasons of engagement types that are left out of the causes."""
SLOW = frozenset({"review", "mention"})
"""Types that can raise a position in search over months, with links and texts that stay."""

StarVerdict = Literal["stars_matter", "no_effect_seen", "not_estimable"]


class SearchVisits(TypedDict):
    """Visits from search in the range."""

    visits: Count
    kinds: Annotated[list[str], Field(description="Engagement types that are search visits.")]
    reasons: Reasons


class ThroughSearch(PathEstimate):
    """The part of the conversions per engagement that comes through search.

    There is an estimate only if `only_through_search` names a cause that works through search
    alone. ``at_most`` holds if hidden demand can only raise both search visits and conversions.
    """

    reasons: Reasons


class SearchCause(TypedDict):
    """What one engagement type does through search and in all."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    visits_per_engagement: Estimate
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    through_search: ThroughSearch
    verdict: PathVerdict
    method: Annotated[
        Method | None, Field(description="Of the conversions; visits always come from totals.")
    ]
    reasons: Reasons
    warnings: Warnings
    sentence: str


class ShownStars(TypedDict):
    """What one more star shown does, as a share of sales.

    ``changes``: of the rounded display, around which sales are compared. ``placebo``: the same at
    thresholds half-way between the real ones, where nothing that people see changes.
    """

    channel: Channel | None
    outcome: Annotated[
        str | None,
        Field(description="The goal; or search clicks, if only they name the content."),
    ]
    rounding: float
    contents: Count
    changes: Count
    per_star_shown: Estimate
    placebo: Estimate
    verdict: StarVerdict
    reasons: Reasons
    warnings: Warnings
    sentence: str


class NumberOfReviews(TypedDict):
    """What the number of reviews does: never estimated, because sales bring reviews."""

    estimate: float | None
    reasons: Reasons


class OfSearchEffects(TypedDict):
    """The goal and the confidence."""

    goal: str
    currency: str
    confidence: float
    only_through_search: Annotated[
        str | None, Field(description="The cause declared to work through search alone.")
    ]


class SearchEffects(OfSearchEffects, Period, OfFit):
    """What engagements do through search, and what shown stars do."""

    search: SearchVisits
    causes: list[SearchCause]
    stars: ShownStars
    reviews_count: NumberOfReviews
    warnings: Warnings


SEARCH_EFFECTS_TABLE = Table(
    SearchCause,
    *("channel", "type", "paid", "count", "visits_per_engagement"),
    *("conversions_per_engagement", "value_per_engagement"),
    *(
        Column(f"through_search.{name}", f"through_search_{name}".removesuffix("_estimate"))
        for name in ThroughSearch.__annotations__
    ),
    *("verdict", "method", "reasons", "warnings", "sentence"),
)


@dataclass(frozen=True, slots=True)
class _Cause:
    """An engagement type with its two sides; None where there is no estimate."""

    effect: Effect
    total: Side | None
    visits: Side | None
    visit_reasons: list[str]
    visit_warnings: list[str]
    visit_scale: float

    @property
    def total_doubts(self) -> tuple[str, ...]:
        """Warnings that contradict an effect on conversions."""
        return _doubts_about(self.total, self.effect.warnings)

    @property
    def visit_doubts(self) -> tuple[str, ...]:
        """Warnings that contradict that the engagements bring visits."""
        return _doubts_about(self.visits, self.visit_warnings)


def search_effects(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
    channel: str | None = None,
    only_through_search: str | None = None,
    rounding: str | None = None,
) -> SearchEffects:
    """What engagements do through search, in the shape of ``GET /v1/search-effects``.

    Parameters
    ----------
    channel : str, optional
        Only causes of this channel, and the stars that it shows.
    only_through_search : str, optional
        ``channel/type`` of a cause that works through search alone.
    rounding : str, optional
        Step to which the stars are rounded, one of `ROUNDINGS`.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or another value is invalid.
    OtherVersion
        If an earlier version, which did not estimate this, made the fit.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    step = _read_rounding(rounding)
    fitted = document["goals"][goal]
    if "search" not in fitted or "search" not in document:
        raise OtherVersion(
            "this fit was made by a version without answers about search: request a new fit with "
            "POST /v1/fits"
        )
    search, found = document["search"], fitted["search"]
    effects = read_effects(document, goal, days)
    causes = [
        _read_cause(document, goal, search, effect, days)
        for effect in effects
        if not NOT_A_CAUSE & set(effect.reasons)
    ]
    channels = {cause.effect.channel for cause in causes} | set(found["stars"])
    if channel is not None and channel not in channels:
        raise unknown_value("channel", channel, sorted(channels))
    instrument = None
    if only_through_search is not None:
        named = find_effect(
            [cause.effect for cause in causes],
            "only_through_search",
            only_through_search,
            paid=False,
        )
        instrument = next(cause for cause in causes if cause.effect.index == named.index)
    kinds = [document["kinds"][kind] for kind in search["kinds"]]
    return {
        "search": {
            "visits": int(sum(days.total(kind["counts"]) for kind in kinds)),
            "kinds": sorted({f"{kind['channel']}/{kind['type']}" for kind in kinds}),
            "reasons": list(search["reasons"]),
        },
        "causes": [
            _cause(document, goal, found["path"], cause, instrument, search["covariance"])
            for cause in causes
            if channel in (None, cause.effect.channel)
        ],
        "stars": _stars(found["stars"], channel, step),
        "reviews_count": {"estimate": None, "reasons": ["reviews_follow_sales"]},
        "warnings": days.warnings,
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "only_through_search": only_through_search,
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "fit": refer_to(document),
    }


def search_effect_rows(answer: SearchEffects) -> Iterator[Row]:
    """One row per cause."""
    return SEARCH_EFFECTS_TABLE.rows(answer["causes"])


def _read_rounding(given: str | None) -> str:
    """The step as in the document; raises `InvalidFields` for another one."""
    try:
        value = Decimal(given or DEFAULT_ROUNDING)
    except ArithmeticError:
        value = Decimal(0)
    for known in ROUNDINGS:
        if value == Decimal(known):
            return known
    message = f"must be one of {', '.join(ROUNDINGS)}"
    raise InvalidFields(f"rounding {message}", (FieldError("/rounding", "unknown_value", message),))


def _read_cause(
    document: FitDocument, goal: str, search: SearchDocument, effect: Effect, days: Range
) -> _Cause:
    fitted = document["goals"][goal]
    total = None
    if effect.delta is not None:
        total = Side(effect.delta, error_of(effect, fitted), effect.critical)
    if search["estimates"] is None:
        return _Cause(effect, total, None, list(search["reasons"]), [], 1.0)
    measured = search["estimates"][effect.index]
    if measured["delta"] is None:
        return _Cause(effect, total, None, list(measured["reasons"]), [], 1.0)
    counts = document["kinds"][effect.index]["counts"]
    scale = scale_of(document["decays"], measured, counts, days)
    error = math.sqrt(search["covariance"][effect.index][effect.index])
    visits = Side(measured["delta"] * scale, error * scale, measured["critical"])
    return _Cause(effect, total, visits, [], list(measured["warnings"]), scale)


def _cause(
    document: FitDocument,
    goal: str,
    path: PathDocument,
    cause: _Cause,
    instrument: _Cause | None,
    covariance: list[list[float]],
) -> SearchCause:
    effect, visits = cause.effect, cause.visits
    conversions, value = per_engagement(effect, document["goals"][goal])
    most = path["most"][effect.index]
    at_most = None
    through_reasons: list[str] = []
    warnings = [*effect.warnings, *cause.visit_warnings]
    if visits is None:
        through_reasons += cause.visit_reasons
    else:
        at_most = path_bound(cause.total, None if most is None else most * cause.visit_scale)
        through_reasons += path["reasons"]
        warnings += path["warnings"]
    if at_most is not None:
        through_reasons.append("hidden_demand_possible")
    through = None
    if instrument is not None and visits is not None:
        through = _by_instrument(cause, instrument, covariance)
        if through is None:
            through_reasons.append("weak_instrument")
    if effect.type in SLOW and (visits is not None or effect.method == "time_series"):
        warnings.append("slow_effects_not_seen")
    visit_doubts = list(cause.visit_doubts)
    if through is not None and instrument is not None:
        visit_doubts += [*instrument.visit_doubts, *instrument.total_doubts]
    verdict = path_verdict(
        cause.total,
        visits,
        at_most,
        through,
        total_doubted=bool(cause.total_doubts),
        visits_doubted=bool(visit_doubts),
    )
    doubts = []
    if verdict == "inconclusive":
        doubts = [*cause.total_doubts, *visit_doubts]
    elif verdict == "effect_path_unknown":
        doubts = visit_doubts
    answer: SearchCause = {
        "channel": effect.channel,
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "visits_per_engagement": NO_ESTIMATE
        if visits is None
        else interval_of(visits.estimate, visits.error, visits.critical),
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "through_search": {
            "estimate": None if through is None else rounded(through.estimate),
            "ci_low": None if through is None else rounded(through.low),
            "ci_high": None if through is None else rounded(through.high),
            "at_most": rounded(at_most),
            "reasons": distinct(through_reasons),
        },
        "verdict": verdict,
        "method": effect.method,
        "reasons": distinct([*effect.reasons, *cause.visit_reasons, *doubts]),
        "warnings": distinct(warnings),
        "sentence": "",
    }
    answer["sentence"] = cause_sentence(
        goal=goal,
        type_=effect.type,
        paid=effect.paid,
        visits=answer["visits_per_engagement"],
        conversions=conversions,
        through=answer["through_search"],
        verdict=answer["verdict"],
        reasons=answer["reasons"],
    )
    return answer


def _doubts_about(side: Side | None, warnings: Sequence[str]) -> tuple[str, ...]:
    """Warnings that contradict that a side whose interval is above zero is above zero."""
    if side is None or side.low <= 0:
        return ()
    question = Effectiveness(side.estimate, side.error, side.critical, material=0.0)
    part = Part("engagements", side.estimate, side.error, side.critical, warnings)
    return judge(question, [part]).reasons


def _by_instrument(
    cause: _Cause, instrument: _Cause, covariance: list[list[float]]
) -> RatioInterval | None:
    """The path by the declared cause; None if that is too weak."""
    own, total = instrument.visits, instrument.total
    if own is None or total is None or cause.visits is None or not is_strong(own):
        return None
    if cause.effect.index == instrument.effect.index:
        return RatioInterval(total.estimate, total.low, total.high, "bounded")
    shared = covariance[cause.effect.index][instrument.effect.index]
    shared *= cause.visit_scale * instrument.visit_scale
    return path_by_instrument(cause.visits, total, own, shared)


def _stars(documents: dict[str, StarDocument], channel: str | None, step: str) -> ShownStars:
    """The stars of a channel, by default of the one with the most reviews."""
    if channel is None and documents:
        channel = max(sorted(documents), key=lambda name: documents[name]["reviews"])
    document = documents.get(channel) if channel is not None else None
    answer: ShownStars = {
        "channel": channel if document is not None else None,
        "outcome": None if document is None else document["outcome"],
        "rounding": float(step),
        "contents": 0,
        "changes": 0,
        "per_star_shown": NO_ESTIMATE,
        "placebo": NO_ESTIMATE,
        "verdict": "not_estimable",
        "reasons": ["no_rated_reviews"] if document is None else list(document["reasons"]),
        "warnings": [],
        "sentence": "",
    }
    if document is not None and step in document["roundings"]:
        found = document["roundings"][step]
        answer["contents"], answer["changes"] = found["contents"], found["changes"]
        answer["reasons"] += found["reasons"]
        answer["per_star_shown"] = _share_of_sales(found["shown"])
        answer["placebo"] = _share_of_sales(found["placebo"])
        if found["shown"] is not None:
            answer["warnings"] = [*document["warnings"], *found["warnings"]]
            answer["verdict"] = "no_effect_seen"
            if (
                abs(found["shown"]["estimate"])
                > found["shown"]["critical"] * found["shown"]["error"]
            ):
                answer["verdict"] = "stars_matter"
    answer["sentence"] = star_sentence(
        answer["per_star_shown"], answer["verdict"], answer["outcome"], answer["reasons"]
    )
    return answer


def _share_of_sales(found: MeasuredEffect | None) -> Estimate:
    """A logarithm of sales as a share."""
    if found is None:
        return NO_ESTIMATE
    half = found["critical"] * found["error"]
    low, estimate, high = (
        math.expm1(min(found["estimate"] + side * half, 50.0)) for side in (-1, 0, 1)
    )
    return {"estimate": rounded(estimate), "ci_low": rounded(low), "ci_high": rounded(high)}
