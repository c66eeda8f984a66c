"""Simulated messages whose true mood is known, and criticism whose true response time is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.dialogue.messages import BRAND, Messages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_DAY = 20_000.0
"""A Thursday in 2024, in days since 1970."""

USUAL = ((0.58, 0.32, 0.10), (0.09, 0.78, 0.13), (0.06, 0.22, 0.72))
"""P(said | true): rows by the true class, negative first."""
SARCASM = ((0.35, 0.25, 0.40), (0.09, 0.78, 0.13), (0.06, 0.22, 0.72))
DRIFTED = ((0.52, 0.36, 0.12), (0.12, 0.73, 0.15), (0.08, 0.24, 0.68))
COIN = ((0.2, 0.5, 0.3),) * 3
FIFTEEN = (0.15, 0.50, 0.35)
TWENTY_FIVE = (0.25, 0.45, 0.30)


def make_messages(n: int, **columns: object) -> Messages:
    """Messages about the brand on Facebook, each in its own thread, of unknown mood."""
    unknown = np.full(n, np.nan)
    filled = {
        "time": FIRST_DAY + np.arange(n) / max(n, 1),
        "channel": np.zeros(n, dtype=np.int64),
        "thread": np.arange(n),
        "sentiment": unknown,
        "rating": unknown,
        "checked": unknown,
        "about": np.full(n, BRAND),
        "reply_time": unknown,
        "has_replies": False,
    } | columns
    return Messages(**filled)  # type: ignore[arg-type]


@dataclass(frozen=True)
class MoodWorld:
    """Messages of a range, some of which are checked.

    Attributes
    ----------
    mood : tuple of float
        True shares: negative, neutral, positive.
    said : tuple
        P(said | true) in the range.
    thread_size, thread_scatter : int, float
        Messages of a thread; the moods of threads are Dirichlet, with this variance relative to
        the largest possible.
    checked : int
        Messages checked by lot in the range.
    elsewhere : int
        Messages checked by lot outside of it, of 3,000 with another mood and the usual classifier.
    only_negatives : bool
        Only messages that the classifier calls negative are checked.
    """

    name: str
    mood: tuple[float, ...] = FIFTEEN
    said: tuple[tuple[float, ...], ...] = USUAL
    messages: int = 1_500
    thread_size: int = 1
    thread_scatter: float = 0.15
    checked: int = 150
    elsewhere: int = 0
    said_elsewhere: tuple[tuple[float, ...], ...] = USUAL
    only_negatives: bool = False


@dataclass(frozen=True)
class ChangeWorld:
    """Two ranges; the second has another mood, or the same."""

    name: str
    before: MoodWorld
    now: MoodWorld


@dataclass(frozen=True)
class ResponseWorld:
    """Criticism that is answered after a log-normal time, or never.

    Attributes
    ----------
    median : float
        Hours after which half of those answered are answered.
    slower : float
        Change of the logarithm of the median from the first to the last day.
    thread_size : int
        Mean messages of a thread; all of a thread wait as long (geometric sizes).
    storm : int
        Further messages, in three threads.
    """

    name: str
    messages: int = 400
    days: float = 28.0
    median: float = 15.8
    spread: float = 2.5
    never: float = 0.1
    slower: float = 0.0
    thread_size: int = 1
    storm: int = 0
    storm_median: float = 11.0


_single = MoodWorld("single", messages=800)
_threads = MoodWorld("threads", messages=800, thread_size=16)

MOOD_WORLDS: dict[str, MoodWorld] = {
    f"mood_{world.name}": world
    for world in (
        MoodWorld("usual"),
        MoodWorld("much_criticism", mood=(0.55, 0.30, 0.15)),
        MoodWorld("little_criticism", mood=(0.03, 0.57, 0.40)),
        MoodWorld("sarcasm", said=SARCASM),
        MoodWorld("clustered", thread_size=16),
        MoodWorld("small", messages=150, checked=60),
        MoodWorld("few_checked", checked=40),
        MoodWorld("elsewhere", checked=0, elsewhere=300),
        MoodWorld("drifted", checked=0, elsewhere=300, said=DRIFTED),
        MoodWorld("coin", said=COIN),
        MoodWorld("coin_elsewhere", said=COIN, checked=0, elsewhere=300, said_elsewhere=COIN),
        MoodWorld("only_negatives", only_negatives=True),
    )
}
CHANGE_WORLDS: dict[str, ChangeWorld] = {
    f"change_{world.name}": world
    for world in (
        ChangeWorld("none", _single, _single),
        ChangeWorld("none_in_threads", _threads, _threads),
        ChangeWorld("worse", _single, replace(_single, mood=TWENTY_FIVE)),
        ChangeWorld("worse_in_threads", _threads, replace(_threads, mood=TWENTY_FIVE)),
    )
}
RESPONSE_WORLDS: dict[str, ResponseWorld] = {
    f"response_{world.name}": world
    for world in (
        ResponseWorld("steady"),
        ResponseWorld("slow", median=97.5),
        ResponseWorld("short_range", messages=100, days=7.0),
        ResponseWorld("few", messages=30),
        ResponseWorld("getting_slower", slower=1.0),
        ResponseWorld("in_sweeps", thread_size=4),
        ResponseWorld("storm_in_sweeps", messages=250, thread_size=4, storm=150),
    )
}


def simulate_mood(world: MoodWorld, seed: int) -> tuple[Messages, Messages | None, Ints]:
    """Messages of the range, those elsewhere, and the true classes of the range, shape (n,)."""
    random = np.random.default_rng([seed, 41])
    messages, true = _said_and_checked(world, world.messages, world.checked, random)
    if not world.elsewhere:
        return messages, None, true
    there = replace(world, mood=(0.30, 0.40, 0.30), said=world.said_elsewhere, thread_size=1)
    return messages, _said_and_checked(there, 3_000, world.elsewhere, random)[0], true


def _said_and_checked(
    world: MoodWorld, n: int, checks: int, random: np.random.Generator
) -> tuple[Messages, Ints]:
    thread = np.arange(n) // world.thread_size
    if world.thread_size == 1:
        moods = np.tile(world.mood, (n, 1))
    else:
        concentration = (1.0 - world.thread_scatter) / world.thread_scatter
        moods = random.dirichlet(concentration * np.array(world.mood), thread[-1] + 1)[thread]
    true = _drawn(moods, random)
    said = _drawn(np.array(world.said)[true], random)
    asked = np.flatnonzero(said == 0) if world.only_negatives else np.arange(n)
    chosen = random.permutation(asked)[:checks]
    checked = np.full(n, np.nan)
    checked[chosen] = _sentiment(true[chosen], random)
    sentiment = _sentiment(said, random)
    return make_messages(n, thread=thread, sentiment=sentiment, checked=checked), true


def _drawn(chances: Floats, random: np.random.Generator) -> Ints:
    return (random.random((chances.shape[0], 1)) > np.cumsum(chances, axis=1)[:, :2]).sum(axis=1)


def _sentiment(classes: Ints, random: np.random.Generator) -> Floats:
    return np.array([-0.65, 0.0, 0.65])[classes] + random.uniform(-0.2, 0.2, classes.size)


@dataclass(frozen=True)
class Answered:
    """Criticism until now, and the truth about its response times."""

    messages: Messages
    as_of: float
    within_1h: float
    within_24h: float
    median: float


def simulate_response(world: ResponseWorld, seed: int) -> Answered:
    """Criticism of a range that ends now."""
    random = np.random.default_rng([seed, 42])
    thread = np.arange(world.messages)
    if world.thread_size > 1:
        sizes = random.geometric(1.0 / world.thread_size, world.messages)
        thread = np.repeat(np.arange(world.messages), sizes)[: world.messages]
    time = random.uniform(0.0, world.days, world.messages)
    if world.thread_size > 1:  # a thread is over within hours
        time = time[thread] + random.exponential(0.1, world.messages)
    log_median = np.log(world.median) + world.slower * (time / world.days - 0.5)
    if world.storm:
        starts = random.uniform(0.0, 0.8 * world.days, 3)
        stormy = np.arange(world.storm) % 3
        thread = np.append(thread, thread.max() + 1 + stormy)
        time = np.append(time, starts[stormy] + random.exponential(0.3, world.storm))
        log_median = np.append(log_median, np.full(world.storm, np.log(world.storm_median)))
    normal = random.normal(size=thread.max() + 1)[thread]
    never = (random.random(thread.max() + 1) < world.never)[thread]
    hours = np.exp(log_median + world.spread * normal)
    inside = time < world.days
    time, thread, never, hours = time[inside], thread[inside], never[inside], hours[inside]
    messages = make_messages(
        time.size,
        time=FIRST_DAY + time,
        thread=thread,
        sentiment=np.full(time.size, -0.6),
        reply_time=np.where(never, np.nan, FIRST_DAY + time + hours / 24.0),
        has_replies=True,
    )
    return Answered(messages, FIRST_DAY + world.days, *_truth(world))


def _truth(world: ResponseWorld) -> tuple[float, float, float]:
    """Shares answered within 1 h and 24 h, and the median."""
    place = (np.arange(200) + 0.5) / 200 - 0.5
    logs = [(np.log(world.median) + world.slower * place, world.messages)]
    if world.storm:
        logs.append((np.full(1, np.log(world.storm_median)), world.storm))

    def answered(hours: float) -> float:
        parts = [
            n * float(stats.norm.cdf((np.log(hours) - log) / world.spread).mean())
            for log, n in logs
        ]
        return (1.0 - world.never) * sum(parts) / sum(n for _, n in logs)

    low, high = 1e-3, 1e5
    for _ in range(80):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if answered(middle) < 0.5 else (low, middle)
    return answered(1.0), answered(24.0), high
