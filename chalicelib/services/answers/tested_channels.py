"""The channel of a test: what it brings a day, what it costs, and what knowing more is worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from chalicelib.attribution.plans.plan_decision import Interval
from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.stored_curves import planned_channels
from chalicelib.attribution.plans.worth_of_tests import free_to_test, least_worth, worth_of_decision
from chalicelib.model.channels import CATALOGUE
from chalicelib.model.events import EngagementType
from chalicelib.services.answers.planned_goals import read_curves, reasons_against, repeats_few
from chalicelib.services.answers.ranges import unknown_value
from chalicelib.services.fitting.fit_documents import FitDocument, KindDocument

NOT_BY_DAY = "costs_not_by_day"
"""The reason of a channel whose spend of today is unknown."""
RECENT_DAYS = 28
"""Days at the end of the window that stand for today."""
LONGEST_EVENT = 14
"""Days of an annotation from which on it is a season, not an event."""


@dataclass(frozen=True, slots=True)
class TestedChannel:
    """An engagement type that a test is about, in amounts per day."""

    channel: str
    type: EngagementType
    paid: bool
    spend: float | None
    """Of today; None if the type has no cost."""
    brings: Interval | None
    """Incremental conversions by the fit; None if it does not know."""
    assumed: Interval | None
    """From nothing to what the type could bring, where the fit does not know: uniform. It is what
    the worth of a test assumes.
    """
    decays: tuple[tuple[float, float], ...]
    """How long an effect may last: decay and weight. Empty if nothing is known."""
    decays_assumed: bool
    """Whether they are those of other types."""
    reasons: tuple[str, ...]
    """Why plans do not trust what it seems to bring, or why that is not known."""
    channels: tuple[PlannedChannel, ...] = ()
    """All channels of a plan."""

    @property
    def likely(self) -> float | None:
        """What it probably brings; for what plans do not trust, the mean of what is assumed."""
        known = self.assumed if self.reasons or self.brings is None else self.brings
        return None if known is None else known.estimate

    @property
    def most(self) -> float | None:
        """The most that it could plausibly bring."""
        known = self.brings or self.assumed
        return None if known is None else known.high

    def worth(self, error: float) -> float | None:
        """Value of a better plan after the test, in `AFTER_DAYS` days; None if unknown.

        `error`: standard error of the value per unit of spend.
        """
        if self.spend is None or not self.channels:
            return None
        return worth_of_decision(self.channels, self.channel, error=error)

    @property
    def least_worth(self) -> float:
        """A worth below this, 1 % of all spend, does not justify a test."""
        return least_worth(self.channels)


def tested_channel(
    document: FitDocument,
    goal: str,
    channel: str,
    type_: str | None,
    *,
    paid: bool | None,
    margin: float,
) -> TestedChannel:
    """Look up the type that a test is about.

    Parameters
    ----------
    type_, paid : optional
        None: what the cost of the channel buys, else the usual or most frequent type.

    Raises
    ------
    InvalidFields
        If the fit does not have the channel or the type.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    curves = read_curves(document, goal)
    stored = next((one for one in curves["channels"] if one["channel"] == channel), None)
    index = _find_type(document, channel, type_, paid, stored)
    kind = document["kinds"][index]
    fit = document["goals"][goal]["estimates"][index]
    curve = stored if stored is not None and kind["paid"] == stored["paid"] else None
    dated = curve is None or NOT_BY_DAY not in curve["reasons"]
    decays = _decays(document, goal, index)
    channels = _planned(curves, margin)
    spend = float(curve["now"]) if curve is not None and curve["now"] > 0 and dated else None
    reasons = list(curve["reasons"] if curve is not None else fit["reasons"])
    if curve is not None:
        reasons += [reason for reason in reasons_against(curve) if reason not in reasons]
    value = _value(document, goal, curves, margin)
    brings = _brings(document, goal, index, curve if dated else None, channels, value)
    return TestedChannel(
        channel=channel,
        type=kind["type"],
        paid=kind["paid"],
        spend=spend,
        brings=brings,
        assumed=None if spend is None else _assumed(channel, channels, spend, value),
        decays=decays or _decays_of_others(document, goal),
        decays_assumed=not decays,
        reasons=tuple(reasons),
        channels=() if repeats_few(curves) or not curves["has_value"] else channels,
    )


def recent_conversions(document: FitDocument, goal: str) -> float:
    """Conversions per day of the last days of the window that the data cover."""
    counts = covered_conversions(document, goal)
    return fmean(counts[-RECENT_DAYS:]) if counts else 0.0


def covered_conversions(document: FitDocument, goal: str) -> list[float]:
    """Conversions per day of the days of `covered_days`."""
    start, end = covered_days(document, goal)
    first = (start - dt.date.fromisoformat(document["window"]["from"])).days
    counts = document["goals"][goal]["conversions"]
    return [float(count) for count in counts[first : first + (end - start).days + 1]]


def covered_days(document: FitDocument, goal: str) -> tuple[dt.date, dt.date]:
    """First and last of the latest days of the window that the data cover without a gap."""
    start, end = (dt.date.fromisoformat(document["window"][name]) for name in ("from", "to"))
    source = next((one for one in document["coverage"] if one["goal"] == goal), None)
    if source is None or source["from"] is None or source["to"] is None:
        return start, end
    first = max(start, dt.date.fromisoformat(source["from"]))
    for _, last_of_gap in source["gaps"]:
        first = max(first, dt.date.fromisoformat(last_of_gap) + dt.timedelta(days=1))
    return first, min(end, dt.date.fromisoformat(source["to"]))


def quiet_days(document: FitDocument, first: dt.date, last: dt.date) -> list[bool]:
    """Per day, whether no annotation says that something happened.

    Annotations of more than `LONGEST_EVENT` days are part of the level and do not count.
    """
    days = [True] * max((last - first).days + 1, 0)
    for span in document["annotations"]:
        start, end = (dt.date.fromisoformat(span[name]) for name in ("from", "to"))
        if (end - start).days + 1 > LONGEST_EVENT:
            continue
        for day in range(max((start - first).days, 0), min((end - first).days + 1, len(days))):
            days[day] = False
    return days


def _planned(curves: Mapping[str, Any], margin: float) -> tuple[PlannedChannel, ...]:
    frozen = {one["channel"] for one in curves["channels"] if reasons_against(one)}
    return tuple(planned_channels(curves, frozen, margin=margin))


def _value(document: FitDocument, goal: str, curves: Mapping[str, Any], margin: float) -> float:
    """Value of a conversion after the margin; 1 for a goal without value."""
    return document["goals"][goal]["value_mean"] * margin if curves["has_value"] else 1.0


def _find_type(
    document: FitDocument,
    channel: str,
    type_: str | None,
    paid: bool | None,
    stored: Mapping[str, Any] | None,
) -> int:
    kinds = document["kinds"]
    mine = [(index, kind) for index, kind in enumerate(kinds) if kind["channel"] == channel]
    if not mine:
        raise unknown_value("channel", channel, sorted({kind["channel"] for kind in kinds}))
    fitting = [
        (index, kind)
        for index, kind in mine
        if type_ in (None, kind["type"]) and paid in (None, kind["paid"])
    ]
    if not fitting:
        known = sorted(f"{kind['type']}{' (paid)' * kind['paid']}" for _, kind in mine)
        return _unknown_type(type_, paid, known)

    usual = CATALOGUE[channel].default_engagement if channel in CATALOGUE else None

    def rank(one: tuple[int, KindDocument]) -> tuple[bool, bool, int]:
        _, kind = one
        bought = stored is not None and (kind["type"], kind["paid"]) == (
            stored["type"],
            stored["paid"],
        )
        return bought, kind["type"] == usual, sum(kind["counts"])

    return max(fitting, key=rank)[0]


def _unknown_type(type_: str | None, paid: bool | None, known: list[str]) -> int:
    if type_ is not None:
        given = f"{type_}{' (paid)' * bool(paid)}"
        raise unknown_value("type", given, known)
    raise unknown_value("paid", "true" if paid else "false", known)


def _decays(document: FitDocument, goal: str, index: int) -> tuple[tuple[float, float], ...]:
    fit = document["goals"][goal]["estimates"][index]
    if fit["delta"] is None:
        return ()
    weights = [max(weight, 0.0) for weight in fit["decay_weights"]]
    total = sum(weights)
    if total <= 0:
        return ()
    pairs = zip(document["decays"], weights, strict=False)
    return tuple((float(decay), weight / total) for decay, weight in pairs if weight > 0)


def _decays_of_others(document: FitDocument, goal: str) -> tuple[tuple[float, float], ...]:
    """The mean of the paid types that have an estimate, else of all."""
    kinds = document["kinds"]
    known = [
        (kind["paid"], found)
        for index, kind in enumerate(kinds)
        if (found := _decays(document, goal, index))
    ]
    of_paid = [found for paid, found in known if paid] or [found for _, found in known]
    sums: dict[float, float] = {}
    for found in of_paid:
        for decay, weight in found:
            sums[decay] = sums.get(decay, 0.0) + weight / len(of_paid)
    return tuple(sorted(sums.items()))


def _brings(
    document: FitDocument,
    goal: str,
    index: int,
    curve: Mapping[str, Any] | None,
    channels: tuple[PlannedChannel, ...],
    value: float,
) -> Interval | None:
    """Incremental conversions a day: by the curve at today's spend, else by the engagements."""
    if curve is not None:
        one = next(one for one in channels if one.name == curve["channel"])
        if not one.known or one.now <= 0 or value <= 0:
            return None
        return Interval.of(one.values(one.now), 1.0 / value)
    fitted = document["goals"][goal]
    fit = fitted["estimates"][index]
    if fit["delta"] is None:
        return None
    count = fmean(document["kinds"][index]["counts"][-RECENT_DAYS:])
    half = fit["critical"] * max(fitted["covariance"][index][index], 0.0) ** 0.5
    delta = fit["delta"]
    return Interval(delta * count, (delta - half) * count, (delta + half) * count)


def _assumed(
    channel: str, channels: tuple[PlannedChannel, ...], spend: float, value: float
) -> Interval | None:
    one = next(one for one in channels if one.name == channel)
    free = free_to_test(one, channels)
    if not free.known or value <= 0:
        return None
    return Interval.of(free.values(spend), 1.0 / value)
