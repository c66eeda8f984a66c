"""Simulated days of talk without and with storms, and talk about several companies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR = 365
WARM_UP = 86
STORM_DAYS = 2


@dataclass(frozen=True)
class DaysWorld:
    """A year of days.

    Attributes
    ----------
    criticism : float
        Mean critical messages a day; the other messages are four times as many.
    talk_scatter, own_scatter : float
        Gamma variance of the rate of a day: of all messages, and of criticism alone.
    weekday : float
        How far Sunday is below the mean, and Tuesday above it, as a part of it.
    drift : float
        Standard deviation of the daily step of the log level.
    growth : float
        Level on the last day, relative to the first.
    campaigns : int
        Campaigns a year: three days with four times as many messages of all kinds.
    old_storm : bool
        A storm of a week, ten times the usual, just before the year.
    warm_up : int
        Days of history before the year.
    """

    name: str
    criticism: float = 12.0
    talk_scatter: float = 0.04
    own_scatter: float = 0.08
    weekday: float = 0.0
    drift: float = 0.0
    growth: float = 1.0
    campaigns: int = 0
    old_storm: bool = False
    warm_up: int = WARM_UP


@dataclass(frozen=True)
class VoiceWorld:
    """Messages about the brand and two competitors over 60 days.

    `memory` is the correlation of the log rates of a day with those of the day before.
    """

    name: str
    memory: float = 0.0
    share: float = 0.16
    days: int = 60
    per_day: float = 120.0
    scatter: float = 0.6


ALARM_WORLDS: dict[str, DaysWorld] = {
    f"alarms_{world.name}": world
    for world in (
        DaysWorld("calm"),
        DaysWorld("poisson", talk_scatter=0.0, own_scatter=0.0),
        DaysWorld("small", criticism=1.5),
        DaysWorld("bursty", own_scatter=0.4, talk_scatter=0.1),
        DaysWorld("weekday", weekday=0.5),
        DaysWorld("drifting", drift=0.05),
        DaysWorld("growing", growth=4.0),
        DaysWorld("campaigns", campaigns=10),
        DaysWorld("after_a_storm", old_storm=True),
        DaysWorld("short_history", warm_up=21),
        DaysWorld("large", criticism=150.0),
        DaysWorld("tiny", criticism=0.2),
    )
}
VOICE_WORLDS: dict[str, VoiceWorld] = {
    f"voice_{world.name}": world
    for world in (
        VoiceWorld("no_memory"),
        VoiceWorld("memory", memory=0.5),
        VoiceWorld("long_memory", memory=0.8),
    )
}


@dataclass(frozen=True)
class Days:
    """All and critical messages of each day, and the mean of the latter; shape (days,)."""

    messages: Floats
    criticism: Floats
    expected: Floats


def simulate_days(world: DaysWorld, seed: int) -> Days:
    """The history of a world, and its year."""
    random = np.random.default_rng([seed, 43])
    days = world.warm_up + YEAR
    log = np.cumsum(random.normal(0.0, world.drift, days)) if world.drift else np.zeros(days)
    log += np.log(world.growth) * np.arange(days) / days
    rate = np.exp(log)
    rate *= (
        1.0 + world.weekday * np.array([0.4, 1.0, 0.4, 0.2, -0.2, -0.8, -1.0])[np.arange(days) % 7]
    )
    for start in random.integers(world.warm_up, days - 3, world.campaigns):
        rate[start : start + 3] *= 4.0
    rate *= _gamma(world.talk_scatter, days, random)
    own = _gamma(world.own_scatter, days, random)
    if world.old_storm:
        own[world.warm_up - 8 : world.warm_up - 1] *= 10.0
    expected = world.criticism * rate * own
    criticism = random.poisson(expected)
    others = random.poisson(4.0 * world.criticism * rate)
    return Days((criticism + others).astype(np.float64), criticism.astype(np.float64), expected)


def add_storm(days: Days, start: int, factor: float, seed: int) -> tuple[Floats, Floats]:
    """All and critical messages until two days of a storm, in which criticism is multiplied."""
    random = np.random.default_rng([seed, start, 44])
    end = start + STORM_DAYS
    until = slice(max(start - WARM_UP, 0), end)
    talk, bad = days.messages[until].copy(), days.criticism[until].copy()
    more = random.poisson((factor - 1.0) * days.expected[start:end])
    talk[-STORM_DAYS:] += more
    bad[-STORM_DAYS:] += more
    return talk, bad


def simulate_voice(world: VoiceWorld, seed: int) -> tuple[Floats, Ints]:
    """Day and company of each message; the brand is -1."""
    random = np.random.default_rng([seed, 45])
    shares = np.array([world.share, 0.5, 0.5 - world.share])
    logs = np.zeros((world.days, shares.size))
    step = np.sqrt(1.0 - world.memory**2) * world.scatter
    logs[0] = random.normal(0.0, world.scatter, shares.size)
    for day in range(1, world.days):
        logs[day] = world.memory * logs[day - 1] + random.normal(0.0, step, shares.size)
    counts = random.poisson(world.per_day * shares * np.exp(logs))
    day, company = np.indices(counts.shape)
    time = np.repeat(day.ravel(), counts.ravel()) + 0.5
    return time, np.repeat(company.ravel() - 1, counts.ravel())


def _gamma(scatter: float, n: int, random: np.random.Generator) -> Floats:
    if scatter == 0.0:
        return np.ones(n)
    return random.gamma(1.0 / scatter, scatter, n)
