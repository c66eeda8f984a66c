"""GET /v1/virality: whether content spreads by itself, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from chalicelib.attribution.virality.day_sums import RangeReproduction, reproduction_of
from chalicelib.attribution.virality.estimated import (
    Estimated,
    Reproduction,
    SpreadVerdict,
    amplify,
    judge_spread,
    needed_factor,
)
from chalicelib.model.errors import OtherVersion
from chalicelib.services.answer_fields import (
    Estimate,
)
from chalicelib.services.answer_tables import Row
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.ranges import (
    Range,
    read_goal,
    read_range,
    refer_to,
)
from chalicelib.services.answers.share_spread_shapes import (
    VIRALITY_TABLE,
    ChannelSpread,
    ContentsOfShares,
    Multipliers,
    ShareNumbers,
    SpreadOfShares,
    SpreadQuestion,
    Virality,
    shown_bounds,
    shown_estimate,
)
from chalicelib.services.answers.share_values import values_of_shares
from chalicelib.services.answers.summaries_in_words import words_of
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.spread_documents import (
    PersonDocument,
    SpreadDocument,
    SpreadPart,
)

NO_SHARES = "no_shares"
OF_WINDOW = "of_the_whole_window"
"""Warning: contents and people are compared over the whole window of the fit, not the range."""


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
        else values_of_shares(document, found_goal, days, shown, channels),
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
    shown, amplification, needed = (
        _of_r(r),
        shown_estimate(amplified),
        shown_estimate(needed_factor(r)),
    )
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
    return shown_estimate(Estimated(r.estimate, r.ci_low, r.ci_high))


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
