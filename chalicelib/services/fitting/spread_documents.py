"""How shares spread, as a part of the fit document.

The document has the estimates of the whole window, and sums per channel and day of sharing from
which `attribution.virality.day_sums` estimates any range of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.follower_rows import Pages, follows_when_sharing
from chalicelib.services.fitting.share_rows import days_since_1970, table_of

if TYPE_CHECKING:
    from chalicelib.attribution.virality.estimated import Estimated, Reproduction
    from chalicelib.attribution.virality.virality_estimate import Spread, ViralityEstimate

DIGITS = 6
_INSTANT = 1e-7
"""Days; less than the distance of two instants in events."""

Bounds = tuple[float | None, float | None, float | None]
"""An estimate, and the ends of its interval; None: unknown, or without a limit."""


class WeekDocument(TypedDict):
    """R of the shares of a week."""

    day: str
    reproduction: Bounds | None


class SharesDocument(TypedDict):
    """Numbers of shares."""

    total: float
    from_outside: int
    with_parent: int
    offspring_seen: float | None


class SpreadPart(TypedDict):
    """How the shares of one channel, or of all, spread; see `virality_estimate.Spread`."""

    verdict: str
    reasons: list[str]
    warnings: list[str]
    reproduction: Bounds | None
    at_most: float | None
    probability_above: float | None
    needed_factor: Bounds | None
    reproduction_of_brought: Bounds | None
    amplification: Bounds | None
    by_week: list[WeekDocument]
    shares: SharesDocument
    growth_per_day: Bounds | None
    ceiling: float | None
    followed_anyway: float | None
    reproduction_without_followers: Bounds | None


class ContentDocument(TypedDict):
    """One content."""

    content_id: str | None
    shares: int
    reproduction: Bounds | None
    probability_above: float | None
    final_size: Bounds | None


class PersonDocument(TypedDict):
    """A person whose shares bring more than the average share; `person` is a hash."""

    person: str
    shares: int
    brought: int
    factor: Bounds


SpreadDays = TypedDict("SpreadDays", {"from": str, "to": str})


class SpreadDocument(SpreadDays):
    """How the shares of some days spread.

    ``as_of``: the last instant of the data. ``days``: per channel, for each day with shares its
    number from ``from`` on and the sums of `attribution.virality.day_sums.SUMS`. People are stored
    apart from the fit.
    """

    as_of: str
    whole: SpreadPart
    channels: dict[str, SpreadPart]
    days: dict[str, list[list[float]]]
    contents_told_apart: bool
    contents: list[ContentDocument]
    people_told_apart: bool
    brought_by_top_percent: float | None


def spread_document(
    columns: Columns, pages: Pages | None, start: dt.date, n_days: int, *, last: float
) -> tuple[SpreadDocument, list[PersonDocument]] | None:
    """Estimate how the shares of some days spread, and who multiplies them; None without shares.

    Parameters
    ----------
    last : float
        End of the data, as from `end_of_data`. Children until then count.
    """
    import numpy as np

    from chalicelib.attribution.virality.day_sums import sum_days
    from chalicelib.attribution.virality.virality_estimate import estimate_virality

    if len(columns.shares) == 0:
        return None
    begin = days_since_1970(dt.datetime.combine(start, dt.time(), dt.UTC))
    kinds = list(columns.kinds)
    of_share = [kinds[number][0] for number in columns.shares.kind]
    following = follows_when_sharing(pages, columns, of_share)
    table = table_of(columns.shares, kinds, _complete(columns, of_share), following)
    shares = table.shares
    inside = (shares.time >= begin) & (shares.time <= last) & (shares.time < begin + n_days)
    if not inside.any():
        return None
    found = estimate_virality(
        shares, start=begin, end=min(last, begin + n_days - _INSTANT), as_of=last
    )
    sums = sum_days(shares, start=begin, n_days=n_days, as_of=last)
    keys = np.unique(np.frombuffer(columns.shares.content, dtype=np.uint64))
    names = [columns.shares.names.get((int(key),)) for key in keys if key]
    people = list(columns.people)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    document: SpreadDocument = {
        "from": start.isoformat(),
        "to": (start + dt.timedelta(days=n_days - 1)).isoformat(),
        "as_of": (epoch + dt.timedelta(days=last)).isoformat(timespec="seconds"),
        "whole": _part(found),
        "channels": {table.channels[one.channel]: _part(one) for one in found.channels},
        "days": {name: _lists(sums[:, at]) for at, name in enumerate(table.channels)},
        "contents_told_apart": found.contents.told_apart,
        "contents": [
            {
                "content_id": names[one.content],
                "shares": one.shares,
                "reproduction": _bounds(one.reproduction),
                "probability_above": _short(one.probability_above),
                "final_size": _bounds(one.final_size),
            }
            for one in found.contents.items
        ],
        "people_told_apart": found.multipliers.told_apart,
        "brought_by_top_percent": _short(found.multipliers.brought_by_top_percent),
    }
    return document, _people(found, people)


def _complete(columns: Columns, channels: Sequence[str]) -> frozenset[str]:
    """The channels whose shares name their parents on all days with shares.

    `channels`: of each share.
    """
    epoch = dt.date(1970, 1, 1).toordinal()
    days: dict[str, set[int]] = {}
    for channel, time in zip(channels, columns.shares.time, strict=True):
        days.setdefault(channel, set()).add(epoch + int(time // 1))
    has_parents = columns.surroundings.has_parents
    return frozenset(channel for channel, on in days.items() if has_parents(channel, on))


def _people(found: ViralityEstimate, people: Sequence[str]) -> list[PersonDocument]:
    named: list[PersonDocument] = []
    for one in found.multipliers.people:
        factor = _bounds(one.factor)
        assert factor is not None  # only people with a factor are named
        named.append(
            {
                "person": people[one.person],
                "shares": one.shares,
                "brought": one.brought,
                "factor": factor,
            }
        )
    return named


def end_of_data(
    columns: Columns, start: dt.date, n_days: int, until: dt.datetime | None = None
) -> float:
    """The end of the data of a window, in days since 1970.

    That is the end of the window, or the last event if it is on the last day.

    Parameters
    ----------
    until : datetime, optional
        Events after this instant do not exist yet.
    """
    begin = days_since_1970(dt.datetime.combine(start, dt.time(), dt.UTC))
    end = begin + n_days
    if until is not None:
        return min(days_since_1970(until), end)
    latest = max(max(columns.shares.time, default=end), max(columns.time, default=begin))
    return latest if end - 1 <= latest < end else end


def _part(spread: Spread) -> SpreadPart:
    return {
        "verdict": spread.verdict,
        "reasons": list(spread.reasons),
        "warnings": list(spread.warnings),
        "reproduction": _reproduction(spread.reproduction),
        "at_most": _short(spread.at_most),
        "probability_above": _short(spread.probability_above),
        "needed_factor": _bounds(spread.needed_factor),
        "reproduction_of_brought": _reproduction(spread.reproduction_of_brought),
        "amplification": _bounds(spread.amplification),
        "by_week": [
            {"day": _day(week.start), "reproduction": _reproduction(week.reproduction)}
            for week in spread.by_week
        ],
        "shares": {
            "total": spread.shares.total,
            "from_outside": spread.shares.from_outside,
            "with_parent": spread.shares.with_parent,
            "offspring_seen": _short(spread.shares.offspring_seen),
        },
        "growth_per_day": _bounds(spread.growth.per_day),
        "ceiling": _short(spread.growth.ceiling),
        "followed_anyway": _short(spread.followed_anyway),
        "reproduction_without_followers": _reproduction(spread.reproduction_without_followers),
    }


def _day(time: float) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(time + 1e-6))).isoformat()


def _reproduction(found: Reproduction | None) -> Bounds | None:
    if found is None:
        return None
    return (_short(found.estimate), _short(found.ci_low), _short(found.ci_high))


def _bounds(found: Estimated | None) -> Bounds | None:
    if found is None:
        return None
    return (_short(found.estimate), _short(found.ci_low), _short(found.ci_high))


def _lists(sums: Any) -> list[list[float]]:
    return [
        [number, *(float(f"{value:.{DIGITS}g}") for value in day)]
        for number, day in enumerate(sums.tolist())
        if any(day)
    ]


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.{DIGITS}g}")
