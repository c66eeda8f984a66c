"""GET /v1/audiences: what a follower and a page are worth, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.audience import worth
from chalicelib.attribution.audience.worth import Verdict, Worth
from chalicelib.model.channels import CHANGES, title_of
from chalicelib.model.errors import FieldError, InvalidFields, OtherVersion
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Estimate,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers.effects import Effect, default_effect, error_of, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of, rounded
from chalicelib.services.answers.ranges import (
    OfFit,
    Range,
    read_goal,
    read_range,
    refer_to,
    unknown_value,
)
from chalicelib.services.answers.summaries_in_words import words_of
from chalicelib.services.fitting.fit_documents import FitDocument, GoalDocument

DEFAULT_HORIZON_DAYS = 365
MAX_HORIZON_DAYS = 1_830
MAX_SIZE = 10**10
BASELINE = "google_ads/click"
AudienceMethod = Literal["experiment", "within_person", "through_engagements", "ceiling"]
Document = Mapping[str, Any]


class AudienceNumbers(TypedDict):
    """The followers of a page in the range.

    ``known_before``: share of the new followers with two weeks of data before and after the
    follow; only they show what following causes. ``silent``: share of today's followers without any
    event in four weeks.
    """

    size: float | None
    size_at_start: float | None
    followed: Count
    left: Count
    known_before: float | None
    silent: float | None


class BroughtEngagements(TypedDict):
    """Engagements of one type that following brings, and what one of them is worth."""

    type: EngagementType
    paid: bool
    brought_per_follower_day: Estimate
    conversions_per_engagement: Estimate


class DaysFollowed(TypedDict):
    """How long a new follower follows within a horizon."""

    horizon_days: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    seen_days: Annotated[int, Field(description="Days over which follows were observed.")]


class OverHorizon(TypedDict):
    """A value within a horizon."""

    horizon_days: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


class InPaidClicks(TypedDict):
    """How many paid clicks are worth as much."""

    baseline: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


class FollowerValue(TypedDict):
    """What one new follower brings; its value is the most that a follow may cost."""

    conversions_per_follower_day: Estimate
    through_engagements: Annotated[
        Estimate,
        Field(description="Conversions per follower-day through recorded engagements."),
    ]
    engagements: list[BroughtEngagements]
    days_followed: DaysFollowed
    conversions: OverHorizon
    value: OverHorizon
    in_paid_clicks: InPaidClicks


class PageValue(TypedDict):
    """What a page with a number of followers brings."""

    size: float | None
    value_per_30_days: Estimate
    value: OverHorizon
    at_most_through_engagements_per_30_days: float | None


class Associated(TypedDict):
    """How much more followers buy than others. It is not what following causes."""

    conversions_per_follower_day: Estimate


class DetectableFollow(TypedDict):
    """The smallest effect of following that the data could have detected."""

    conversions_per_follower_day: float | None


class NeededFollowers(TypedDict):
    """The additional data that would settle whether following has an effect."""

    days: Count
    followers: Count


class HiddenInterest(TypedDict):
    """How strong a hidden cause would have to be to explain the effect (E-value)."""

    value: float
    value_ci: float
    sentence: str


class ChannelAudience(TypedDict):
    """What following the page of one channel is worth."""

    channel: Channel
    verdict: Verdict
    method: AudienceMethod | None
    summary: str
    audience: AudienceNumbers
    follower: FollowerValue
    page: PageValue
    associated: Associated
    smallest_detectable_effect: DetectableFollow
    needed: NeededFollowers | None
    sensitivity: HiddenInterest | None
    reasons: Reasons
    warnings: Warnings


class OfAudiences(TypedDict):
    """The goal and the confidence."""

    goal: str
    currency: str
    confidence: float


class Audiences(OfAudiences, Period, OfFit):
    """What a follower, and a page with its followers, are worth."""

    channels: list[ChannelAudience]
    warnings: Warnings


AUDIENCES_TABLE = Table(
    ChannelAudience,
    *("channel", "verdict", "method"),
    *(Column(f"audience.{name}", name) for name in AudienceNumbers.__annotations__),
    Column("follower.conversions_per_follower_day", "conversions_per_follower_day"),
    Column("follower.through_engagements", "through_engagements"),
    *(
        Column(f"follower.days_followed.{name}", f"days_followed_{name}".removesuffix("_estimate"))
        for name in DaysFollowed.__annotations__
    ),
    *(
        Column(f"follower.{field}.{name}", f"{title}_{name}".removesuffix("_estimate"))
        for field, title in (("value", "follower_value"), ("in_paid_clicks", "in_paid_clicks"))
        for name in ("estimate", "ci_low", "ci_high")
    ),
    Column("page.size", "page_size"),
    Column("page.value_per_30_days", "page_value_per_30_days"),
    Column("page.at_most_through_engagements_per_30_days", "page_at_most_per_30_days"),
    Column("associated.conversions_per_follower_day", "associated_conversions_per_follower_day"),
    *("smallest_detectable_effect", "reasons", "warnings", "summary"),
)


def audiences(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
    channel: str | None = None,
    size: int | None = None,
    horizon_days: int | None = None,
) -> Audiences:
    """What a follower and a page are worth, in the shape of ``GET /v1/audiences``.

    The effect of following and the lifetime of a follow are those of the fit. The range determines
    the numbers of followers.

    Parameters
    ----------
    channel : str, optional
        Only this one.
    size : int, optional
        Number of followers of the page; default: the last known size in the range.
    horizon_days : int, optional
        Days after a follow that count.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal, the channel, the size or the horizon
        is invalid.
    OtherVersion
        If an earlier version, which did not estimate this, made the fit.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    horizon = DEFAULT_HORIZON_DAYS if horizon_days is None else horizon_days
    _check("horizon_days", horizon, 1, MAX_HORIZON_DAYS)
    if size is not None:
        _check("size", size, 0, MAX_SIZE)
    fitted = document["goals"][goal]
    if "audiences" not in fitted or "audience_sizes" not in document:
        raise OtherVersion(
            "this fit was made by a version without answers about followers: request a new fit "
            "with POST /v1/fits"
        )
    found = fitted["audiences"]
    if channel is not None and channel not in found:
        raise unknown_value("channel", channel, sorted(found))
    click = default_effect(read_effects(document, goal, days), BASELINE, paid=True)
    return {
        "channels": [
            _channel(document, fitted, name, days, click, size, horizon)
            for name in sorted(found)
            if channel in (None, name)
        ],
        "warnings": days.warnings,
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "fit": refer_to(document),
    }


def audience_rows(answer: Audiences) -> Iterator[Row]:
    """One row per channel."""
    return AUDIENCES_TABLE.rows(answer["channels"])


def _check(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        message = f"must be from {least} to {most}"
        raise InvalidFields(
            f"{field} {message}", (FieldError(f"/{field}", "out_of_range", message),)
        )


def _channel(
    document: FitDocument,
    fitted: GoalDocument,
    channel: str,
    days: Range,
    click: Effect,
    size: int | None,
    horizon: int,
) -> ChannelAudience:
    found: Document = fitted["audiences"][channel]
    audience = _audience(document, channel, found, days)
    verdict = worth.verdict_of(dict(found))
    reasons, warnings = list(found["reasons"]), worth.warnings_of(dict(found), horizon)
    mean, variance = fitted["value_mean"], fitted["value_variance"]
    if mean <= 0:
        reasons.append("no_value" if mean == 0 else "refunds_exceed_sales")
    shown_size = audience["size"] if size is None else float(size)
    follower = _follower(document, fitted, dict(found), click, horizon)
    page = _page(dict(found), shown_size, mean, variance)
    sensitivity = found["sensitivity"]
    answer: ChannelAudience = {
        "channel": channel,
        "verdict": verdict,
        "method": found["method"],
        "summary": "",
        "audience": audience,
        "follower": follower,
        "page": page,
        "associated": {"conversions_per_follower_day": _interval(found["associated"])},
        "smallest_detectable_effect": {
            "conversions_per_follower_day": rounded(found["smallest_detectable"], 9)
        },
        "needed": found["needed"],
        "sensitivity": None
        if sensitivity is None
        else {
            "value": sensitivity["value"],
            "value_ci": sensitivity["value_ci"],
            "sentence": (
                "A hidden interest would explain the effect if it multiplied both the chance to "
                f"follow and the chance to buy by {sensitivity['value']:.1f}."
            ),
        },
        "reasons": reasons,
        "warnings": warnings,
    }
    answer["summary"] = _summary(answer, document["currency"])
    return answer


def _audience(document: FitDocument, channel: str, found: Document, days: Range) -> AudienceNumbers:
    counts = {"follow": 0, "unfollow": 0}
    for kind in document["kinds"]:
        if kind["channel"] == channel and kind["type"] in CHANGES:
            counts[kind["type"]] += int(days.total(kind["counts"]))
    sizes = document["audience_sizes"].get(channel, [])
    known = [one for one in sizes[days.first : days.last + 1] if one is not None]
    return {
        "size": known[-1] if known else None,
        "size_at_start": known[0] if known else None,
        "followed": counts["follow"],
        "left": counts["unfollow"],
        "known_before": rounded(found["audience"]["known_before"]),
        "silent": rounded(found["audience"]["silent"]),
    }


def _follower(
    document: FitDocument,
    fitted: GoalDocument,
    found: dict[str, Any],
    click: Effect,
    horizon: int,
) -> FollowerValue:
    mean, variance = fitted["value_mean"], fitted["value_variance"]
    stay = worth.days_followed(found, horizon)
    lifetime = found["lifetime"]
    ratio = None
    if click.delta is not None:
        ratio = worth.in_paid_clicks(found, horizon, click.delta, error_of(click, fitted) ** 2)
    return {
        "conversions_per_follower_day": _interval(found["effect"]),
        "through_engagements": _interval(found["through"]),
        "engagements": [_brought(document, part) for part in found["parts"]],
        "days_followed": {
            "horizon_days": horizon,
            **_worth(stay),
            "seen_days": 0 if lifetime is None else lifetime["seen_days"],
        },
        "conversions": {
            "horizon_days": horizon,
            **_worth(worth.follower_conversions(found, horizon)),
        },
        "value": {
            "horizon_days": horizon,
            **_worth(worth.follower_value(found, horizon, mean, variance)),
        },
        "in_paid_clicks": {
            "baseline": f"{click.channel}/{click.type}",
            "estimate": None if ratio is None else rounded(ratio.estimate),
            "ci_low": None if ratio is None else rounded(ratio.low),
            "ci_high": None if ratio is None else rounded(ratio.high),
        },
    }


def _brought(document: FitDocument, part: Document) -> BroughtEngagements:
    kind = document["kinds"][part["kind"]]
    return {
        "type": kind["type"],
        "paid": kind["paid"],
        "brought_per_follower_day": _interval(part["brought"]),
        "conversions_per_engagement": interval_of(part["delta"], part["delta_error"], 1.959964),
    }


def _page(found: dict[str, Any], size: float | None, mean: float, variance: float) -> PageValue:
    month = value = ceiling = None
    if size is not None:
        month = worth.page_value_per_30_days(found, size, mean, variance)
        value = worth.page_value(found, size, mean, variance)
        ceiling = worth.page_ceiling_per_30_days(found, size, mean)
    return {
        "size": size,
        "value_per_30_days": _worth(month),
        "value": {"horizon_days": worth.MOST_PAGE_DAYS, **_worth(value)},
        "at_most_through_engagements_per_30_days": rounded(ceiling),
    }


def _worth(found: Worth | None) -> Estimate:
    if found is None:
        return NO_ESTIMATE
    return {
        "estimate": rounded(found.estimate),
        "ci_low": rounded(found.low),
        "ci_high": rounded(found.high),
    }


def _interval(found: Document | None) -> Estimate:
    if found is None:
        return NO_ESTIMATE
    return {
        "estimate": rounded(found["estimate"], 9),
        "ci_low": rounded(found["low"], 9),
        "ci_high": rounded(found["high"], 9),
    }


def _summary(answer: ChannelAudience, currency: str) -> str:
    """The answer in one or two sentences."""
    title = title_of(answer["channel"])
    follower, page = answer["follower"], answer["page"]
    verdict = answer["verdict"]
    if verdict == "not_estimable":
        return (
            f"What a follower on {title} is worth cannot be known from these data: "
            f"{words_of(answer['reasons'])}."
        )
    if verdict == "at_most":
        limit = page["at_most_through_engagements_per_30_days"]
        if limit is None:
            return f"How much a follower on {title} is worth cannot be known from these data."
        return (
            f"The page on {title} brings at most {_amount(limit, currency)} per 30 days through "
            "likes, comments and shares. What following itself causes cannot be known."
        )
    value = follower["value"]
    sentence = (
        f"Within {value['horizon_days']} days, a new follower on {title} brings "
        f"{_money(value, currency)}"
    )
    if value["estimate"] is None:
        sentence = (
            f"A follower on {title} brings "
            f"{_per_thousand(follower['conversions_per_follower_day'])} conversions per 1,000 days"
        )
    month = page["value_per_30_days"]
    if verdict == "nothing_shown":
        return f"{sentence}: an effect of following is not shown."
    if month["estimate"] is None:
        return f"{sentence}."
    followers = f"The {page['size']:,.0f} followers"
    return f"{sentence}. {followers} bring {_money(month, currency)} per 30 days."


def _money(value: OverHorizon | Estimate, currency: str) -> str:
    low, high = value["ci_low"], value["ci_high"]
    return f"{_amount(value['estimate'], currency)} ({_number(low)} to {_number(high)})"


def _amount(value: float | None, currency: str) -> str:
    return f"{_number(value)} {currency}"


def _number(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.2f}"


def _per_thousand(rate: Estimate) -> str:
    shown = [
        "?" if one is None else f"{1000 * one:.2f}"
        for one in (rate["estimate"], rate["ci_low"], rate["ci_high"])
    ]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
