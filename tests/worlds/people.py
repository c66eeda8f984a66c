"""Worlds of people: simulated journeys in which the effect of every engagement is known.

A world is a seed and a few named parameters; out come the engagements and conversions of every
person and day, and the truth: how many conversions one engagement of each kind caused, counting
what falls inside the window.

The model.  Person i has an activity a_i and a loyalty l_i (log-normal, correlated).  On day t they
make Poisson(a_i * rate_k * season_t) engagements of kind k and convert with intensity

    base * l_i * season_t  +  sum_k  delta_k * (1 - theta_k) * sum_{s <= t} theta_k^(t-s) x_iks

so that one engagement of kind k causes `delta_k` conversions over an endless future.

In worlds with hidden intent some people come to want the product for some days.  Then they click
ads and search, and buy, because they want it: nothing that is recorded tells want from effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class KindInWorld:
    """One kind of engagement and what it does.

    Attributes
    ----------
    channel, type, paid : what it is called.
    rate : float
        Mean engagements per person and day.
    delta : float
        Conversions that one engagement causes over an endless future.
    theta : float
        Share of today's effect that is left tomorrow, in [0, 1).
    """

    channel: str
    type: str
    rate: float
    delta: float
    theta: float
    paid: bool = False


KINDS = (
    KindInWorld("facebook", "like", 0.030, 0.012, 0.70),
    KindInWorld("facebook", "share", 0.010, 0.020, 0.75),
    KindInWorld("twitter", "share", 0.012, 0.015, 0.60),
    KindInWorld("linkedin", "comment", 0.008, 0.010, 0.80),
    KindInWorld("youtube", "view", 0.040, 0.006, 0.70),
    KindInWorld("google_ads", "click", 0.020, 0.030, 0.65, paid=True),
)


@dataclass(frozen=True)
class World:
    """The parameters of a world of people.

    Attributes
    ----------
    loyalty : float
        Standard deviation of log activity and log loyalty; 0 makes all people alike.
    coupling : float
        Correlation of log activity and log loyalty.
    season : float
        How strongly the calendar moves engagement and demand (0: not at all).
    late_share : float
        Share of people who first appear during the window.
    feedback : float
        Extra likes per purchase on the days after it.
    multiplicative : bool
        Effects scale with the person's own baseline instead of adding to it.
    intent : float
        Spells of hidden intent that begin per person and day.
    intent_days : float
        Mean length of a spell; one of `intent_ends_on_purchase` ends earlier with a purchase.
    intent_clicks, intent_buys : float
        During a spell: additional paid clicks a day, and additional conversions a day.
    base : float
        Conversions per person and day without any engagement.
    """

    name: str
    n_people: int = 10_000
    n_days: int = 120
    kinds: tuple[KindInWorld, ...] = KINDS
    base: float = 0.004
    loyalty: float = 0.0
    coupling: float = 0.7
    season: float = 0.0
    late_share: float = 0.0
    feedback: float = 0.0
    multiplicative: bool = False
    intent: float = 0.0
    intent_days: float = 4.0
    intent_clicks: float = 0.4
    intent_buys: float = 0.15
    intent_ends_on_purchase: bool = True
    order_sigma: float = 0.6
    order_mean: float = 60.0

    @property
    def judged_by_value(self) -> bool:
        """Whether orders differ so much that the value per engagement is what is hard to know."""
        return self.order_sigma > 1.0


def _organic_zero(kinds: tuple[KindInWorld, ...]) -> tuple[KindInWorld, ...]:
    return tuple(kind if kind.paid else replace(kind, delta=0.0) for kind in kinds)


def _with_all(**change: float) -> tuple[KindInWorld, ...]:
    return tuple(replace(kind, **change) for kind in KINDS)


WORLDS = {
    world.name: world
    for world in (
        World("no_confounding"),
        World("loyalty", loyalty=1.0),
        World("loyalty_calendar", loyalty=1.0, season=0.35),
        World("organic_zero", loyalty=1.0, season=0.35, kinds=_organic_zero(KINDS)),
        World("all_zero", loyalty=1.0, season=0.35, kinds=_with_all(delta=0.0)),
        World("late_entry", loyalty=1.0, season=0.35, late_share=0.5),
        World("feedback", loyalty=1.0, season=0.35, feedback=0.3),
        World("multiplicative", loyalty=1.0, season=0.35, multiplicative=True),
        World("few_conversions", loyalty=1.0, season=0.35, base=0.0004, n_people=4_000),
        World("short_memory", loyalty=1.0, season=0.35, kinds=_with_all(theta=0.25)),
        World("long_memory", loyalty=1.0, season=0.35, kinds=_with_all(theta=0.90)),
        World("heavy_tails", loyalty=1.0, season=0.35, order_sigma=1.6),
        World("intent", loyalty=1.0, season=0.35, intent=0.004),
        World("lasting_intent", loyalty=1.0, intent=0.002, intent_ends_on_purchase=False),
    )
}
UNIDENTIFIED = ("intent", "lasting_intent")
"""Worlds whose clicks nobody can judge from what is recorded: they have to be flagged."""


VARIED = "varied"


def world_of(name: str, seed: int) -> World:
    """The world of that name; of ``varied`` the one that is drawn with the seed."""
    return varied_world(seed) if name == VARIED else WORLDS[name]


def varied_world(seed: int) -> World:
    """A world whose parameters are drawn: 2 to 8 kinds, of which a third do nothing."""
    rng = np.random.default_rng([seed, 23])
    channels = ("facebook", "twitter", "linkedin", "youtube", "xing", "blog", "forum")
    types = ("like", "share", "comment", "view", "follow", "mention", "click")
    half_life = np.exp(rng.uniform(np.log(0.5), np.log(8.0)))
    kinds = []
    for number in range(int(rng.integers(2, 9))):
        paid = number == 0
        own = half_life * np.exp(0.4 * rng.standard_normal())
        kinds.append(
            KindInWorld(
                "google_ads" if paid else channels[(number - 1) % 7],
                "click" if paid else types[(number - 1) % 7],
                float(np.exp(rng.uniform(np.log(0.006), np.log(0.06)))),
                0.0 if rng.random() < 1 / 3 else float(np.exp(rng.normal(np.log(0.015), 0.5))),
                float(0.5 ** (1 / own)),
                paid=paid,
            )
        )
    return World(
        VARIED,
        n_people=int(rng.integers(3_000, 12_000)),
        n_days=int(rng.integers(60, 200)),
        kinds=tuple(kinds),
        base=float(np.exp(rng.uniform(np.log(0.001), np.log(0.01)))),
        loyalty=float(rng.uniform(0.0, 1.2)),
        coupling=float(rng.uniform(0.0, 0.9)),
        season=float(rng.uniform(0.0, 0.4)),
        late_share=float(rng.choice([0.0, 0.3, 0.6])),
        feedback=float(rng.choice([0.0, 0.3])),
        multiplicative=bool(rng.random() < 0.3),
    )


@dataclass(frozen=True)
class Journeys:
    """What happened, sparse, and the truth.

    Attributes
    ----------
    touch_person, touch_day, touch_kind, touch_count : int arrays, shape (E,)
        One row per person, day and kind with at least one engagement.
    conversion_person, conversion_day : int arrays, shape (C,)
        One row per conversion; `conversion_value` is its order value.
    truth : array, shape (K,)
        Conversions inside the window caused per engagement of each kind.
    """

    world: World
    touch_person: NDArray[np.int64]
    touch_day: NDArray[np.int64]
    touch_kind: NDArray[np.int64]
    touch_count: NDArray[np.int64]
    conversion_person: NDArray[np.int64]
    conversion_day: NDArray[np.int64]
    conversion_value: NDArray[np.float64]
    truth: NDArray[np.float64]
    season: NDArray[np.float64] = field(repr=False)


def simulate(world: World, seed: int) -> Journeys:
    """The journeys of one world.

    Parameters
    ----------
    world : World
    seed : int
        The same world and seed give the same journeys.
    """
    rng = np.random.default_rng([seed, 7])
    n, days, kinds = world.n_people, world.n_days, world.kinds
    common = rng.standard_normal(n)
    own = rng.standard_normal(n)
    spread, rho = world.loyalty, world.coupling
    activity = np.exp(spread * common - spread**2 / 2)
    loyalty = np.exp(spread * (rho * common + np.sqrt(1 - rho**2) * own) - spread**2 / 2)
    season = _season(world.season, days, rng)
    entry = np.where(rng.random(n) < world.late_share, rng.integers(1, days - 10, n), 0)
    theta = np.array([kind.theta for kind in kinds])
    impulse = np.array([kind.delta for kind in kinds]) * (1 - theta)
    if world.multiplicative:  # the same mean effect, but proportional to the person's baseline
        impulse = impulse / np.mean(activity * loyalty)
    rate = np.array([kind.rate for kind in kinds])
    stock = np.zeros((n, len(kinds)))
    gratitude = np.zeros(n)
    wants = np.zeros(n, dtype=bool)
    paid = np.array([kind.paid for kind in kinds])
    likes = np.array([kind.type == "like" for kind in kinds])
    touches, conversions = [], []
    weight = np.zeros(len(kinds))
    total = np.zeros(len(kinds))
    for day in range(days):
        present = entry <= day
        mean = np.outer(activity * season[day] * present, rate)
        if world.feedback:
            mean[:, likes] += (gratitude * present)[:, None]
        if world.intent:
            wants |= rng.random(n) < world.intent * loyalty * season[day]
            mean[:, paid] += (world.intent_clicks * wants * present)[:, None]
        x = rng.poisson(mean)
        stock = theta * stock + x
        scale = loyalty * season[day] if world.multiplicative else np.ones(n)
        intensity = present * (world.base * loyalty * season[day] + scale * (stock @ impulse))
        if world.intent:
            intensity = intensity + world.intent_buys * wants * present
        y = rng.poisson(intensity)
        if world.intent:
            wants &= rng.random(n) >= 1 / world.intent_days
            if world.intent_ends_on_purchase:
                wants &= y == 0
        gratitude = world.feedback / 3 * y + gratitude * (2 / 3)
        person, kind = np.nonzero(x)
        touches.append((person, np.full(person.size, day), kind, x[person, kind]))
        buyers = np.repeat(np.arange(n), y)
        conversions.append((buyers, np.full(buyers.size, day)))
        if world.multiplicative:
            future = np.array(
                [season[day:] @ theta_k ** np.arange(days - day) for theta_k in theta]
            )
            weight += (loyalty @ x) * impulse * future
        else:
            weight += x.sum(0) * impulse * (1 - theta ** (days - day)) / (1 - theta)
        total += x.sum(0)
    person_c = np.concatenate([c[0] for c in conversions])
    log_mean = np.log(world.order_mean) - world.order_sigma**2 / 2
    values = np.exp(rng.normal(log_mean, world.order_sigma, person_c.size))
    parts = [np.concatenate([t[i] for t in touches]) for i in range(4)]
    return Journeys(
        world,
        parts[0],
        parts[1],
        parts[2],
        parts[3],
        person_c,
        np.concatenate([c[1] for c in conversions]),
        values,
        weight / np.maximum(total, 1),
        season,
    )


def _season(strength: float, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    day = np.arange(days)
    weekly = np.sin(2 * np.pi * (day / 7 + rng.random()))
    slow = np.sin(2 * np.pi * (day / (days * 0.8) + rng.random()))
    campaign = np.zeros(days)
    for start in rng.integers(0, days - 5, 4):
        campaign[start : start + 5] += 1.0
    season = np.exp(strength * (weekly + slow + 1.5 * campaign))
    return np.asarray(season / season.mean())
