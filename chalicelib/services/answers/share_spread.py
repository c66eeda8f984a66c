"""GET /v1/virality: whether content spreads by itself, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.virality.day_sums import RangeReproduction, reproduction_of
from chalicelib.attribution.virality.estimated import (
    Estimated,
    Reproduction,
    SpreadVerdict,
    amplify,
    judge_spread,
    needed_factor,
)
from chalicelib.attribution.virality.share_value import value_share
from chalicelib.model.errors import OtherVersion
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Day,
    Estimate,
    Instant,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers.effects import Effect, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.ranges import (
    OfFit,
    Range,
    read_goal,
    read_range,
    refer_to,
)
from chalicelib.services.answers.summaries_in_words import words_of
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.spread_documents import (
    Bounds,
    PersonDocument,
    SpreadDocument,
    SpreadPart,
)

NO_SHARES = "no_shares"
OF_WINDOW = "of_the_whole_window"
"""Warning: contents and people are compared over the whole window of the fit, not the range."""
SpreadMethod = Literal["edges"]


class WeekOfShares(TypedDict):
    """R of the shares of a week of the fit's window."""

    week: Day
    reproduction: Estimate


class ShareNumbers(TypedDict):
    """Numbers of shares in the range."""

    total: float
    from_outside: Count
    with_parent: Count
    offspring_seen: float | None


class SpreadOfShares(TypedDict):
    """How shares spread."""

    verdict: SpreadVerdict
    summary: str
    reproduction: Estimate
    at_most: Annotated[
        float | None,
        Field(description="Upper limit of R if parents may be missing; null without a limit."),
    ]
    probability_above: Annotated[
        float | None, Field(description="Probability that R is above 1; null if unknown.")
    ]
    needed_factor: Annotated[
        Estimate,
        Field(
            description="How many times as many shares each share would have to bring for R = 1."
        ),
    ]
    reproduction_of_brought: Estimate
    amplification: Annotated[
        Estimate, Field(description="Shares in the end per share from outside.")
    ]
    by_week: list[WeekOfShares]
    shares: ShareNumbers
    growth_per_day: Annotated[
        Estimate, Field(description="Relative growth of the number of shares per day.")
    ]
    ceiling: Annotated[
        float | None,
        Field(description="R of finished cascades is at most this, whatever the parents are."),
    ]
    reproduction_without_followers: Estimate
    reasons: Reasons
    warnings: Warnings


class ChannelSpread(SpreadOfShares):
    """How the shares of one channel spread."""

    channel: Channel


class ShareValue(TypedDict):
    """What one share of a channel is worth: itself, and with all that it brings."""

    channel: Channel
    own_conversions: Estimate
    conversions_with_all_it_brings: Estimate
    own: Estimate
    with_all_it_brings: Estimate
    reasons: Reasons
    warnings: Warnings


class ContentOfShares(TypedDict):
    """The shares of one content."""

    content_id: str | None
    shares: Count
    reproduction: Estimate
    probability_above: float | None
    final_size: Annotated[
        Estimate,
        Field(description="Shares in the end, if the content still spreads; ci_low: at least."),
    ]


class ContentsOfShares(TypedDict):
    """Contents; `told_apart` is false if luck explains their differences."""

    told_apart: bool
    items: list[ContentOfShares]


class Multiplier(TypedDict):
    """A person whose shares bring more than the average share; `person` is a keyed hash."""

    person: str
    shares: Count
    brought: Count
    factor: Estimate


class Multipliers(TypedDict):
    """People; `told_apart` is false if luck explains their differences: then no one is named."""

    told_apart: bool
    brought_by_top_percent: float | None
    people: list[Multiplier]


class SpreadQuestion(TypedDict):
    """The goal of the values, and when the data end."""

    goal: str | None
    currency: str
    confidence: float
    as_of: Instant | None
    method: SpreadMethod | None


class Virality(SpreadOfShares, SpreadQuestion, Period, OfFit):
    """Whether content spreads by itself, and what a share is worth with all that it brings."""

    channels: list[ChannelSpread]
    share_value: list[ShareValue]
    contents: ContentsOfShares
    multipliers: Multipliers


VIRALITY_TABLE = Table(
    ChannelSpread,
    *("channel", "verdict", "reproduction", "at_most", "probability_above", "needed_factor"),
    *("reproduction_of_brought", "amplification", "growth_per_day", "ceiling"),
    *(Column(f"shares.{name}", f"shares_{name}") for name in ShareNumbers.__annotations__),
    *("reasons", "warnings", "summary"),
)


def virality(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
    people: Sequence[PersonDocument] = (),
) -> Virality:
    """How the shares of a range spread, in the shape of ``GET /v1/virality``.

    Parameters
    ----------
    goal : str, optional
        Of the values.
    people : sequence, optional
        The people of the fit whose shares bring most; stored apart from the document.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal is unknown.
    OtherVersion
        If an earlier version, which did not estimate this, made the fit.
    """
    days = read_range(document, start, end)
    found_goal = read_goal(document, goal) if document["goals"] else None
    if "virality" not in document:
        raise OtherVersion(
            "this fit was made by a version without answers about virality: request a new fit with "
            "POST /v1/fits"
        )
    spread = document["virality"]
    question: SpreadQuestion = {
        "goal": found_goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "as_of": None if spread is None else spread["as_of"],
        "method": "edges" if spread is not None and spread["whole"]["reproduction"] else None,
    }
    whole = spread is not None and _is_whole(spread, days)
    shown = _nothing() if spread is None else _of_range(spread, None, days, whole=whole)
    shown["warnings"] = [*shown["warnings"], *days.warnings]
    channels: dict[str, ChannelSpread] = {}
    if spread is not None:
        for channel in sorted(spread["channels"]):
            part = _of_range(spread, channel, days, whole=whole)
            channels[channel] = {**part, "channel": channel}
    return {
        **shown,
        **question,
        "channels": list(channels.values()),
        "share_value": []
        if spread is None or found_goal is None
        else _values(document, found_goal, days, shown, channels),
        "contents": _contents(spread),
        "multipliers": _multipliers(spread, people),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "fit": refer_to(document),
    }


def virality_rows(answer: Virality) -> Iterator[Row]:
    """One row for all channels together, without a channel, and one for each channel."""
    everything: ChannelSpread = {
        **{name: answer[name] for name in SpreadOfShares.__annotations__},  # type: ignore[literal-required, typeddict-item]
        "channel": "",
    }
    return VIRALITY_TABLE.rows([everything, *answer["channels"]])


def _is_whole(spread: SpreadDocument, days: Range) -> bool:
    return (spread["from"], spread["to"]) == (days.start.isoformat(), days.end.isoformat())


def _of_range(
    spread: SpreadDocument, channel: str | None, days: Range, *, whole: bool
) -> SpreadOfShares:
    """The spread of one channel, or of all (None), in a range."""
    part = spread["whole"] if channel is None else spread["channels"][channel]
    if whole:
        return _stored(part)
    series = spread["days"].values() if channel is None else [spread["days"][channel]]
    begin = (days.start - dt.date.fromisoformat(spread["from"])).days
    wanted = range(begin, begin + (days.end - days.start).days + 1)
    found = reproduction_of(sums for one in series for number, *sums in one if number in wanted)
    return _estimated(part, found, days)


def _stored(part: SpreadPart) -> SpreadOfShares:
    verdict = _verdict(part["verdict"])
    r, amplification = shown_bounds(part["reproduction"]), shown_bounds(part["amplification"])
    needed, shares = shown_bounds(part["needed_factor"]), part["shares"]
    return {
        "verdict": verdict,
        "summary": summarise(verdict, r, amplification, needed, part["at_most"], part["reasons"]),
        "reproduction": r,
        "at_most": rounded(part["at_most"]),
        "probability_above": rounded(part["probability_above"]),
        "needed_factor": needed,
        "reproduction_of_brought": shown_bounds(part["reproduction_of_brought"]),
        "amplification": amplification,
        "by_week": [
            {"week": week["day"], "reproduction": shown_bounds(week["reproduction"])}
            for week in part["by_week"]
        ],
        "shares": {
            "total": shares["total"],
            "from_outside": shares["from_outside"],
            "with_parent": shares["with_parent"],
            "offspring_seen": rounded(shares["offspring_seen"]),
        },
        "growth_per_day": shown_bounds(part["growth_per_day"]),
        "ceiling": rounded(part["ceiling"]),
        "reproduction_without_followers": shown_bounds(part["reproduction_without_followers"]),
        "reasons": list(part["reasons"]),
        "warnings": list(part["warnings"]),
    }


def _estimated(part: SpreadPart, found: RangeReproduction, days: Range) -> SpreadOfShares:
    """The spread in a part of the window: R from sums of days; limits as in the whole window."""
    stored = _stored(part)
    reasons = stored["reasons"] or ([] if found.reason is None else [found.reason])
    shares: ShareNumbers = {
        "total": float(found.shares),
        "from_outside": found.from_outside,
        "with_parent": found.shares - found.from_outside,
        "offspring_seen": rounded(found.seen),
    }
    weeks = [
        week
        for week in stored["by_week"]
        if days.start <= dt.date.fromisoformat(week["week"]) <= days.end
    ]
    answer: SpreadOfShares = {
        **stored,
        "by_week": weeks,
        "shares": shares,
        "growth_per_day": NO_ESTIMATE,
        "ceiling": None,
        "reproduction_of_brought": NO_ESTIMATE,
        "reproduction_without_followers": NO_ESTIMATE,
        "warnings": [*stored["warnings"], OF_WINDOW],
    }
    r = found.reproduction
    if reasons or r is None:
        return answer | {
            "verdict": "not_estimable",
            "summary": summarise(
                "not_estimable", NO_ESTIMATE, NO_ESTIMATE, NO_ESTIMATE, None, reasons
            ),
            "reproduction": NO_ESTIMATE,
            "at_most": None,
            "probability_above": None,
            "needed_factor": NO_ESTIMATE,
            "amplification": NO_ESTIMATE,
            "reasons": reasons,
        }
    whole_high, limit = stored["reproduction"]["ci_high"], part["at_most"]
    more = None if limit is None or not whole_high else max(limit / whole_high, 1.0)
    at_most = None if more is None else r.ci_high * more
    complete = "parents_may_be_missing" not in part["warnings"]
    verdict = judge_spread(r, at_most, complete, _brought(part))
    amplified = amplify(r, at_most)
    if part["amplification"] is not None and part["amplification"][2] is None:
        amplified = Estimated(amplified.estimate, amplified.ci_low, None)
    shown, amplification, needed = _of_r(r), _shown(amplified), _shown(needed_factor(r))
    return answer | {
        "verdict": verdict,
        "summary": summarise(verdict, shown, amplification, needed, at_most, []),
        "reproduction": shown,
        "at_most": rounded(at_most),
        "probability_above": rounded(r.probability_above(1.0))
        if complete or r.ci_low > 1.0
        else None,
        "needed_factor": needed,
        "amplification": amplification,
    }


def _brought(part: SpreadPart) -> Reproduction | None:
    """R of the shares that were brought themselves, of the whole window."""
    estimate, low, high = part["reproduction_of_brought"] or (None, None, None)
    if estimate is None or low is None or high is None:
        return None
    return Reproduction(estimate, low, high, None, None, 0, 0)


def _of_r(r: Reproduction) -> Estimate:
    return _shown(Estimated(r.estimate, r.ci_low, r.ci_high))


def _values(
    document: FitDocument,
    goal: str,
    days: Range,
    shown: SpreadOfShares,
    channels: Mapping[str, SpreadOfShares],
) -> list[ShareValue]:
    """What a share of each channel is worth, with all that it brings.

    Shares of a channel without a spread of its own (there is only one) spread as all do.
    """
    effects = read_effects(document, goal, days)
    return [
        _value(document, goal, effect, effects, channels.get(effect.channel, shown))
        for effect in effects
        if effect.type == "share" and not effect.paid
    ]


def _value(
    document: FitDocument,
    goal: str,
    share: Effect,
    effects: Sequence[Effect],
    shown: SpreadOfShares,
) -> ShareValue:
    fitted = document["goals"][goal]
    value: ShareValue = {
        "channel": share.channel,
        "own_conversions": NO_ESTIMATE,
        "conversions_with_all_it_brings": NO_ESTIMATE,
        "own": NO_ESTIMATE,
        "with_all_it_brings": NO_ESTIMATE,
        "reasons": list(share.reasons),
        "warnings": list(share.warnings),
    }
    if share.delta is None:
        return value
    brought = {
        int(number): each
        for number, each in document["kinds"][share.index].get("brought", ())
        if document["kinds"][int(number)]["type"] != "share"
    }
    known = {effect.index: effect for effect in effects if effect.delta is not None}
    missing = [number for number in brought if number not in known]
    members = [share, *(known[number] for number in brought if number in known)]
    weights = [1.0, *(brought[one.index] for one in members[1:])]
    deltas = [one.delta or 0.0 for one in members]
    cov = [
        [fitted["covariance"][a.index][b.index] * a.scale * b.scale for b in members]
        for a in members
    ]
    critical = max(one.critical for one in members)
    alone = Estimated(1.0, 1.0, 1.0)
    own = value_share([1.0], deltas[:1], [[cov[0][0]]], share.critical, alone)
    bounds = shown["amplification"]
    amplification = Estimated(bounds["estimate"], bounds["ci_low"], bounds["ci_high"])
    whole = value_share(weights, deltas, cov, critical, amplification)
    mean, variance = fitted["value_mean"], fitted["value_variance"]
    value |= {"own_conversions": _shown(own), "conversions_with_all_it_brings": _shown(whole)}
    value["warnings"] += [
        f"not_counted:{document['kinds'][number]['channel']}/{document['kinds'][number]['type']}"
        for number in missing
    ]
    if shown["verdict"] == "not_estimable":
        value["reasons"] += shown["reasons"]
    if mean <= 0:
        value["reasons"].append("no_value" if mean == 0 else "refunds_exceed_sales")
        return value
    value |= {
        "own": _in_money(own, mean, variance, share.critical),
        "with_all_it_brings": _in_money(whole, mean, variance, critical),
    }
    return value


def _in_money(conversions: Estimated, mean: float, variance: float, critical: float) -> Estimate:
    """Conversions times their mean value, with the error of that mean."""
    middle = conversions.estimate

    def end(value: float | None) -> float | None:
        if value is None:
            return None
        if middle is None:
            return rounded(value * mean)
        gap = (value - middle) * mean
        half = (gap**2 + (critical * middle) ** 2 * variance) ** 0.5
        return rounded(middle * mean + (half if gap >= 0 else -half))

    return {
        "estimate": None if middle is None else rounded(middle * mean),
        "ci_low": end(conversions.ci_low),
        "ci_high": end(conversions.ci_high),
    }


def summarise(
    verdict: SpreadVerdict,
    r: Estimate,
    amplification: Estimate,
    needed: Estimate,
    at_most: float | None,
    reasons: Sequence[str],
) -> str:
    """The answer in one to three sentences."""
    if verdict == "not_estimable":
        return f"Whether shares spread by themselves cannot be known: {words_of(reasons)}."
    brings = f"Each share brings {_short(r['estimate'])} further shares ({_between(r)})"
    grown = amplification["estimate"]
    becomes = "" if grown is None else f" 100 shares from outside become {100 * grown:.0f}."
    times = needed["estimate"]
    more = (
        ""
        if times is None or times <= 1
        else f" To spread by itself, each share would have to bring {_short(times)} times as many."
    )
    match verdict:
        case "below_tipping_point":
            return f"{brings}: it dies out.{becomes}{more}"
        case "above_tipping_point":
            return f"{brings}: it spreads by itself as long as that lasts."
        case "below_as_recorded":
            limit = "" if at_most is None else f" (at most {_short(at_most)})"
            return (
                f"{brings} as recorded, below the tipping point of 1. Parents may be missing, so "
                f"it may bring more{limit}."
            )
    return f"{brings}: whether it dies out or spreads by itself is not settled."


def _between(estimate: Estimate) -> str:
    low, high = estimate["ci_low"], estimate["ci_high"]
    if high is None:
        return f"at least {_short(low)}"
    return f"{_short(low)} to {_short(high)}"


def _short(number: float | None) -> str:
    return "?" if number is None else f"{number:.2f}"


def _nothing() -> SpreadOfShares:
    reasons = [NO_SHARES]
    return {
        "verdict": "not_estimable",
        "summary": summarise("not_estimable", NO_ESTIMATE, NO_ESTIMATE, NO_ESTIMATE, None, reasons),
        "reproduction": NO_ESTIMATE,
        "at_most": None,
        "probability_above": None,
        "needed_factor": NO_ESTIMATE,
        "reproduction_of_brought": NO_ESTIMATE,
        "amplification": NO_ESTIMATE,
        "by_week": [],
        "shares": {"total": 0.0, "from_outside": 0, "with_parent": 0, "offspring_seen": None},
        "growth_per_day": NO_ESTIMATE,
        "ceiling": None,
        "reproduction_without_followers": NO_ESTIMATE,
        "reasons": reasons,
        "warnings": [],
    }


def _contents(spread: SpreadDocument | None) -> ContentsOfShares:
    if spread is None:
        return {"told_apart": False, "items": []}
    return {
        "told_apart": spread["contents_told_apart"],
        "items": [
            {
                "content_id": one["content_id"],
                "shares": one["shares"],
                "reproduction": shown_bounds(one["reproduction"]),
                "probability_above": rounded(one["probability_above"]),
                "final_size": shown_bounds(one["final_size"]),
            }
            for one in spread["contents"]
        ],
    }


def _multipliers(spread: SpreadDocument | None, people: Sequence[PersonDocument]) -> Multipliers:
    return {
        "told_apart": spread is not None and spread["people_told_apart"],
        "brought_by_top_percent": None
        if spread is None
        else rounded(spread["brought_by_top_percent"]),
        "people": [
            {
                "person": one["person"],
                "shares": one["shares"],
                "brought": one["brought"],
                "factor": shown_bounds(one["factor"]),
            }
            for one in people
        ],
    }


def _verdict(name: str) -> SpreadVerdict:
    return name  # type: ignore[return-value]


def shown_bounds(bounds: Bounds | None) -> Estimate:
    """Show stored bounds as an estimate with its interval."""
    return NO_ESTIMATE if bounds is None else _shown(Estimated(*bounds))


def _shown(found: Estimated) -> Estimate:
    return {
        "estimate": rounded(found.estimate),
        "ci_low": rounded(found.ci_low),
        "ci_high": rounded(found.ci_high),
    }
