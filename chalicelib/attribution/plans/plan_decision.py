"""Move, stay, or test first: a plan, its gain, and how sure it is.

The plan is the best division in expectation (`allocation`). Whether to follow it is another
question: it is better than today only in some of the draws. If that is not sure enough, channels
go back to today's spend one after another, the least certain first, until the rest of the plan is
sure enough. If no part of it is, no plan is proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from chalicelib.attribution.plans.allocation import (
    Division,
    Ladder,
    build_ladders,
    divide,
    divide_freely,
)
from chalicelib.attribution.plans.planned_channels import PlannedChannel

SURE = 0.9
"""Probability of being better than today from which on a plan is proposed."""
SMALL = 0.01
"""A gain below this share of the spend is not worth a change."""
WORST = 0.05
_INTERVAL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Mean and 95 % interval of a quantity over the draws."""

    estimate: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Sequence[float], factor: float = 1.0) -> Interval:
        """Summarise draws, times a factor."""
        ranked = sorted(draws)
        tail = (1.0 - _INTERVAL) / 2
        return cls(
            factor * fmean(ranked),
            factor * quantile(ranked, tail),
            factor * quantile(ranked, 1.0 - tail),
        )


Decision = Literal["move", "stay", "test_first"]


@dataclass(frozen=True, slots=True)
class NextEuro:
    """The channel whose next unit of spend brings most."""

    channel: str
    chance_best: float
    """Probability that no other channel's brings more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision, in values per day."""

    verdict: Decision
    spends: dict[str, float]
    """Proposed spend of every channel; today's unless the verdict is ``move``."""
    considered: dict[str, float]
    """The best division in expectation, whatever the verdict."""
    gain: Interval
    """Of the best division in expectation over today's (at another budget: over the same division
    of it); net of the change of spend if the budget is free.
    """
    chance_better: float
    worst: float
    """Mean gain of the worst 5 % of the draws."""
    marginals: dict[str, Interval]
    """Value of the next unit of spend today, of channels with draws."""
    next_euro: NextEuro | None


def decide(
    channels: Sequence[PlannedChannel],
    *,
    change: float = 0.0,
    free: bool = False,
    sure: float = SURE,
    small: float | None = None,
) -> Plan | None:
    """Decide about the spends of some channels.

    Parameters
    ----------
    channels : sequence of PlannedChannel
        Frozen channels stay at today's spend.
    change : float
        Difference between the budget and today's spend, per day. Not used if the budget is free.
    free : bool
        Whether the budget is free: a unit of spend must then bring more than itself.
    sure : float
        Probability from which on a plan is proposed.
    small : float, optional
        A gain per day below this is not worth a change; default: `SMALL` of the spend.

    Returns
    -------
    Plan or None
        None if the limits do not allow the budget, or no channel can move.
    """
    movable = [one for one in channels if not one.frozen and one.known]
    if len(movable) < (1 if free or change else 2):
        return None
    ladders, step = build_ladders(movable)
    expected = [ladder.expected() for ladder in ladders]
    today = [ladder.today for ladder in ladders]
    if free:
        division: Division | None = divide_freely(expected, today, step)
        before = [ladder.channel.now for ladder in ladders]
    else:
        steps = steps_of(change, step)
        division = divide(expected, today, steps)
        scaled = _scaled(ladders, steps * step)
        before = [one.now for one in movable] if steps == 0 else scaled
    if division is None:
        return None
    if small is None:
        small = SMALL * sum(one.now for one in channels)

    def judged(places: Sequence[int]) -> _Judged:
        after = [ladder.spends[p] for ladder, p in zip(ladders, places, strict=True)]
        return _Judged.of(after, _gains(movable, before, after, net=free))

    best = judged(division.places)
    if best.chance < sure and best.gain >= small and not free and steps_of(change, step) == 0:
        best = _surest_part(division.places, expected, today, judged, sure, small) or best
    after, gains, chance = best.after, best.gains, best.chance
    gain = Interval.of(gains)
    verdict: Decision = (
        "stay" if gain.estimate < small else "move" if chance >= sure else "test_first"
    )
    considered = {one.name: one.now for one in channels}
    considered |= {one.name: amount for one, amount in zip(movable, after, strict=True)}
    kept = {one.name: one.now for one in channels}
    kept |= {one.name: amount for one, amount in zip(movable, before, strict=True)}
    ranked = sorted(gains)
    worst = fmean(ranked[: max(round(WORST * len(ranked)), 1)])
    return Plan(
        verdict=verdict,
        spends=considered if verdict == "move" else kept,
        considered=considered,
        gain=gain,
        chance_better=chance,
        worst=worst,
        marginals={one.name: Interval.of(one.marginals(one.now)) for one in channels if one.known},
        next_euro=_next_euro(movable),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A division with its gains in the draws."""

    after: list[float]
    gains: list[float]
    gain: float
    chance: float

    @classmethod
    def of(cls, after: list[float], gains: list[float]) -> _Judged:
        """Summarise the gains."""
        return cls(after, gains, fmean(gains), sum(gain > 0 for gain in gains) / len(gains))


def _surest_part(
    places: Sequence[int],
    expected: Sequence[Sequence[float]],
    today: Sequence[int],
    judged: Callable[[Sequence[int]], _Judged],
    sure: float,
    small: float,
) -> _Judged | None:
    """The part of a plan that is sure enough and brings most; None if no part is both.

    In each round one more channel stays: of the parts that are sure enough the one with the largest
    gain, else the one with the highest chance.
    """
    staying: set[int] = set()
    while True:
        moved = [k for k, place in enumerate(places) if place != today[k] and k not in staying]
        if len(moved) <= 2:
            return None
        tried = []
        for k in moved:
            limited = [
                [values[today[n]]] if n in staying or n == k else values
                for n, values in enumerate(expected)
            ]
            start = [0 if n in staying or n == k else today[n] for n in range(len(today))]
            part = divide(limited, start)
            assert part is not None
            found = [
                today[n] if n in staying or n == k else place for n, place in enumerate(part.places)
            ]
            tried.append((k, found, judged(found)))
        enough = [one for one in tried if one[2].chance >= sure and one[2].gain >= small]
        if enough:
            return max(enough, key=lambda one: one[2].gain)[2]
        k, places, _ = max(tried, key=lambda one: one[2].chance)
        staying.add(k)


def steps_of(change: float, step: float) -> int:
    """Whole steps in a change of the budget, rounded down: a plan never exceeds its budget."""
    if step <= 0.0:
        return 0
    return int(change / step + 1e-9) if change >= 0 else -int(-change / step + 1.0 - 1e-9)


def quantile(ranked: Sequence[float], share: float) -> float:
    """The quantile of sorted values, linear between them."""
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def _scaled(ladders: Sequence[Ladder], change: float) -> list[float]:
    """Today's spends with a change in proportion to them."""
    total = sum(ladder.channel.now for ladder in ladders)
    factor = (total + change) / total if total > 0 else 1.0
    return [ladder.channel.now * factor for ladder in ladders]


def _gains(
    channels: Sequence[PlannedChannel],
    before: Sequence[float],
    after: Sequence[float],
    *,
    net: bool,
) -> list[float]:
    """Value per day after less before, in each draw."""
    gains = [0.0] * len(channels[0].returns)
    for one, old, new in zip(channels, before, after, strict=True):
        if new == old:
            continue
        cost = new - old if net else 0.0
        pairs = zip(gains, one.values(old), one.values(new), strict=True)
        gains = [gain + b - a - cost for gain, a, b in pairs]
    return gains


def _next_euro(channels: Sequence[PlannedChannel]) -> NextEuro | None:
    """The channel that is best most often; draws with equal channels count for none of them."""
    marginals = [one.marginals(one.now) for one in channels]
    if len(marginals) < 2:
        return None
    best = [0.0] * len(channels)
    for draw in zip(*marginals, strict=True):
        most = max(draw)
        winners = [k for k, value in enumerate(draw) if value >= most - 1e-9 * abs(most)]
        for k in winners:
            best[k] += 1.0 / len(winners)
    place = best.index(max(best))
    return NextEuro(channels[place].name, best[place] / len(marginals[0]))
