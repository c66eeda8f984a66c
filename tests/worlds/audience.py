"""Worlds of a page and its followers, in which the effect of following is known.

Person i has a loyalty l_i and an activity a_i (log-normal, correlated). On day t they make
Poisson(a_i rate_k) engagements of type k, convert with intensity

    base * l_i * demand_t * interest_it + direct_it + sum_k delta_k * (recent engagements)

and follow the page with a hazard that grows with loyalty. While they follow, they make `brought`
additional engagements a day and convert `direct` times a day more. The truth is the number of
conversions that following caused, per follower-day, for new followers who were known before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.audience.follow_design import around_follows, arrange
from chalicelib.attribution.audience.followers import EngagementEffects, Followers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RATES = np.array([0.025, 0.01, 0.025])
"""Likes and comments of the page's channel, and paid clicks of another one, per person and day."""
DELTA = np.array([0.015, 0.015, 0.03])
BROUGHT = np.array([0.08, 0.02, 0.0])
DELTA_ERROR = 0.0025
MEMORY = 0.5
"""Share of an engagement's effect that is left the next day."""


@dataclass(frozen=True)
class AudienceWorld:
    """The switches of a world."""

    name: str = "both"
    n_people: int = 6_000
    n_days: int = 180
    base: float = 0.0025
    direct: float = 0.0011
    """Conversions per follower-day."""
    brought: float = 1.0
    """Factor of the additional engagements of followers."""
    brought_effect: float = 1.0
    """Effect of those engagements, relative to others."""
    active_follow: bool = False
    """Whether people who engage more follow more."""
    loyalty: float = 1.0
    """Standard deviation of log loyalty."""
    follow: float = 0.0018
    leave: float = 0.0012
    uneven_churn: float = 0.0
    """Variance of the leaving hazard between people."""
    followers_at_start: int = 1_580
    follow_by_purchase: float = 0.0
    """Probability that a purchase makes a person follow."""
    spell_start: float = 0.0
    spell_days: float = 10.0
    spell_buys: float = 4.0
    spell_follows: float = 8.0
    spell_engages: float = 2.0
    """Spells of interest."""
    lasting: float = 0.0
    """Hazard of an interest that lasts, and makes people follow."""
    loses_interest: float = 0.0
    """Hazard of a loss of interest, which makes people leave."""
    half_life_days: float = 0.0
    """Of the effect of following; 0: it lasts."""
    wave: float = 1.0
    """Factor of follows from day 60 to 75."""
    wave_demand: float = 1.0
    joins_until: float = 0.0
    """Share of the days within which people first appear."""
    growth: float = 0.0
    """Growth of demand and follows over the window."""
    bots: float = 0.0
    """Share of new followers who never do anything else."""
    week: float = 0.0
    """Strength of the weekly cycle of everything."""
    refollow: float = 0.0
    """Hazard of following again."""
    campaign: float = 0.0
    """Share of people whom a campaign of 30 days reaches: they buy three times as often and follow
    eight times as often.
    """
    other_page: bool = False
    """Whether people follow another page at the same time, and only that one has an effect."""
    anonymous: bool = False
    """Whether follows have no person."""
    sizes_only: bool = False

    @property
    def is_null(self) -> bool:
        """Whether following causes nothing."""
        through = self.brought * self.brought_effect
        return self.direct == 0 and through == 0


BOTH = AudienceWorld()
NULL = replace(BOTH, name="null_loyal", direct=0.0, brought=0.0)
_TRIGGER = {"follow_by_purchase": 0.12, "follow": 0.0010}
_SPELLS = {"spell_start": 0.006}

IDENTIFIED = (
    BOTH,
    replace(BOTH, name="direct", direct=0.0026, brought=0.0),
    replace(BOTH, name="through_likes", direct=0.0),
    replace(BOTH, name="purchase_triggers", **_TRIGGER),
    replace(BOTH, name="spells", **_SPELLS),
    replace(BOTH, name="losing_interest", loses_interest=0.002),
    replace(BOTH, name="fading_effect", direct=0.005, brought=0.0, half_life_days=45.0),
    replace(BOTH, name="wave", wave=6.0, wave_demand=1.3),
    replace(BOTH, name="uneven_churn", uneven_churn=1.5, leave=0.003),
    replace(BOTH, name="little_history", joins_until=0.6),
    replace(BOTH, name="few", n_people=2_500, followers_at_start=660),
    replace(BOTH, name="sparse_sales", base=0.0008, direct=0.0004, brought=0.3),
    replace(BOTH, name="growing", growth=1.5, joins_until=0.4),
    replace(BOTH, name="bots", bots=0.2),
    replace(BOTH, name="worse_likes", brought_effect=0.3),
)
NULLS = (
    NULL,
    replace(NULL, name="null_likes_more", active_follow=True),
    replace(NULL, name="null_purchase_triggers", **_TRIGGER),
    replace(NULL, name="null_spells", **_SPELLS),
)
ATTACKS = (
    replace(NULL, name="lasting_interest", lasting=0.001, follow=0.0003),
    replace(BOTH, name="weekly_cycle", week=0.8),
    replace(BOTH, name="refollows", refollow=0.01, leave=0.006),
    replace(NULL, name="campaign_null", campaign=0.4),
    replace(NULL, name="long_spells_null", spell_start=0.002, spell_days=30.0),
    replace(BOTH, name="two_pages", other_page=True),
)
UNIDENTIFIED = (
    replace(BOTH, name="anonymous", anonymous=True),
    replace(BOTH, name="sizes_only", sizes_only=True),
)
AUDIENCE_WORLDS = {w.name: w for w in (*IDENTIFIED, *NULLS, *ATTACKS, *UNIDENTIFIED)}


@dataclass(frozen=True)
class AudienceRun:
    """Simulated data and the truth."""

    world: AudienceWorld
    followers: Followers
    effects: EngagementEffects
    truth: float
    """Conversions per follower-day of new followers who were known before; NaN without any."""
    through: float
    """The part of it through engagements."""
    year: float | None
    """Mean days followed in the first 365 by a new follower; None where leaving depends on more
    than the follower.
    """


def simulate_audience(world: AudienceWorld, seed: int) -> AudienceRun:
    """Simulate one world; the same seed gives the same data."""
    rng = np.random.default_rng([seed, 11])
    n, n_days = world.n_people, world.n_days
    shared = rng.normal(size=n)
    loyalty = np.exp(world.loyalty * shared - world.loyalty**2 / 2)
    mixed = 0.5 * shared + np.sqrt(0.75) * rng.normal(size=n)
    activity = np.exp(0.8 * mixed - 0.32)
    churn = np.ones(n)
    if world.uneven_churn:
        churn = rng.gamma(1 / world.uneven_churn, world.uneven_churn, n)
    joins = np.zeros(n)
    if world.joins_until:
        joins = np.where(rng.random(n) < 0.3, 0, rng.random(n) * world.joins_until * n_days)
    reached = rng.random(n) < world.campaign
    campaign_start = rng.integers(40, 120, n)
    weight = np.where(joins == 0, loyalty, 0)
    follows = np.zeros(n, dtype=bool)
    start = rng.choice(n, min(world.followers_at_start, n), replace=False, p=weight / weight.sum())
    follows[start] = True
    tenure = np.where(follows, 400.0, 0.0)
    interest, lost = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    spell_left = np.zeros(n)
    response, response_brought = np.zeros(n), np.zeros(n)
    effect, through, days_followed = np.zeros(n), np.zeros(n), np.zeros(n)
    ever, likes = follows.copy(), np.minimum(activity, 5.0)
    inclined = loyalty * (likes if world.active_follow else 1.0)
    rows: dict[str, list[tuple[Ints, ...]]] = {"touch": [], "buy": [], "change": []}
    sizes = np.zeros(n_days)
    for day in range(n_days):
        present = joins <= day
        grow = 1.0 + world.growth * day / n_days
        week = 1.0 + world.week * np.sin(2 * np.pi * day / 7)
        in_wave = 60 <= day < 75
        demand = grow * week * (world.wave_demand if in_wave else 1.0)
        spell_left = np.maximum(spell_left - 1, 0)
        begin = _points_of_all(rng, n, world.spell_start)
        begin = begin[spell_left[begin] <= 0]
        spell_left[begin] = rng.geometric(1 / world.spell_days, begin.size)
        spell = spell_left > 0
        interest[_points_of_all(rng, n, world.lasting)] = True
        lost[_points_of_all(rng, n, world.loses_interest)] = True
        campaign = reached & (campaign_start <= day) & (day < campaign_start + 30)
        buys, eager = world.base * demand * loyalty * present, week * activity * present
        hazard = world.follow * grow * week * (world.wave if in_wave else 1.0) * inclined
        for some, of_buys, of_engagements, of_follows in (
            (spell, world.spell_buys, world.spell_engages, world.spell_follows),
            (interest, 3.0, 2.5, 1.0),
            (lost, 0.4, 0.5, 0.5),
            (campaign, 3.0, 1.0, 8.0),
        ):
            who = np.flatnonzero(some)
            buys[who] *= of_buys
            eager[who] *= of_engagements
            hazard[who] *= of_follows
        own = _engage(rng, eager, RATES)
        more = _engage(rng, (world.brought * week) * likes * follows, BROUGHT)
        response *= MEMORY
        response += (1 - MEMORY) * np.bincount(own[0], DELTA[own[1]], minlength=n)
        response_brought *= MEMORY
        new = np.bincount(more[0], DELTA[more[1]], minlength=n)
        response_brought += (1 - MEMORY) * world.brought_effect * new
        fade = np.exp2(-tenure / world.half_life_days) if world.half_life_days else 1.0
        direct = world.direct * week * fade * follows
        rate = buys + direct + response + response_brought
        bought = np.bincount(_points(rng, rate), minlength=n)
        effect += direct + response_brought
        through += response_brought
        days_followed += follows
        tenure += follows
        # changes at the end of the day
        hazard[np.flatnonzero(interest)] += 0.05
        hazard[ever] = world.refollow
        begins = np.zeros(n, dtype=bool)
        begins[_points(rng, hazard)] = True
        buyer = np.flatnonzero(bought)
        triggered = rng.random(buyer.size) >= (1 - world.follow_by_purchase) ** bought[buyer]
        begins[buyer[triggered & ~ever[buyer]]] = True
        begins &= ~follows & present
        ends = np.zeros(n, dtype=bool)
        leaving = world.leave * churn
        leaving[np.flatnonzero(lost)] *= 5.0
        ends[_points(rng, leaving)] = True
        ends &= follows
        person, kind = (np.concatenate(both) for both in zip(own, more, strict=True))
        rows["touch"].append((person, np.full(person.size, day), kind))
        rows["buy"].append((buyer, np.full(buyer.size, day), bought[buyer]))
        for who, sign in ((np.flatnonzero(begins), 1), (np.flatnonzero(ends), -1)):
            rows["change"].append((who, np.full(who.size, day), np.full(who.size, sign)))
        sizes[day] = follows.sum()
        tenure[begins] = 0.0
        ever |= begins
        follows = (follows | begins) & ~ends
    year = None
    if not world.loses_interest:
        stays = np.exp(-world.leave * churn)
        year = float(((1 - stays**365) / np.maximum(1 - stays, 1e-12)).mean())
    return _record(world, rng, rows, sizes, (effect, through, days_followed), year)


def _points(rng: np.random.Generator, rate: Floats) -> Ints:
    """People with an event, as often as they have one: Poisson with `rate`, shape (n,)."""
    passed = np.cumsum(rate)
    number = rng.poisson(passed[-1])
    return np.minimum(
        np.searchsorted(passed, rng.random(number) * passed[-1], side="right"), rate.size - 1
    )


def _points_of_all(rng: np.random.Generator, n: int, rate: float) -> Ints:
    """The same with one rate for all."""
    return rng.integers(0, n, rng.poisson(n * rate)) if rate else np.zeros(0, dtype=np.int64)


def _engage(rng: np.random.Generator, people: Floats, rates: Floats) -> tuple[Ints, Ints]:
    """Person and type of engagements: Poisson with the products of two rates."""
    person = _points(rng, people * rates.sum())
    kind = np.searchsorted(np.cumsum(rates) / rates.sum(), rng.random(person.size))
    return person, np.minimum(kind, rates.size - 1)


def _record(
    world: AudienceWorld,
    rng: np.random.Generator,
    rows: dict[str, list[tuple[Ints, ...]]],
    sizes: Floats,
    caused: tuple[Floats, Floats, Floats],
    year: float | None,
) -> AudienceRun:
    n, n_days = world.n_people, world.n_days
    touch, buy, change = (
        [np.concatenate([day[i] for day in rows[name]]) for i in range(3)]
        for name in ("touch", "buy", "change")
    )
    if world.bots:
        number = int(world.bots * (change[2] > 0).sum() / (1 - world.bots))
        days = np.sort(rng.integers(0, n_days, number))
        change = [
            np.concatenate([change[0], n + np.arange(number)]),
            np.concatenate([change[1], days]),
            np.concatenate([change[2], np.ones(number, dtype=np.int64)]),
        ]
        n += number
    first, last = np.full(n, n_days), np.full(n, -1)
    for person, day in ((touch[0], touch[1]), (buy[0], buy[1]), (change[0], change[1])):
        np.minimum.at(first, person, day)
        np.maximum.at(last, person, day)
    follow_totals = np.bincount(change[1][change[2] > 0], minlength=n_days).astype(float)
    unfollow_totals = np.bincount(change[1][change[2] < 0], minlength=n_days).astype(float)
    hidden = world.anonymous or world.sizes_only
    elsewhere = change[2] > 0 if world.other_page else np.zeros(change[0].size, dtype=bool)
    noise = rng.normal(size=DELTA.size) * DELTA_ERROR
    shown = np.full(change[0].size, not hidden)
    touched = np.full(touch[0].size, not world.sizes_only)
    followers = Followers(
        n_people=n,
        n_days=n_days,
        window_start=0,
        change_person=change[0][shown],
        change_day=change[1][shown],
        change_kind=change[2][shown],
        change_time=change[1][shown] + 0.9,
        bought_person=buy[0],
        bought_day=buy[1],
        bought_weight=buy[2].astype(float),
        touch_person=touch[0][touched],
        touch_day=touch[1][touched],
        touch_kind=touch[2][touched],
        touch_count=np.ones(int(touched.sum())),
        own_kinds=np.array([True, True, False]),
        first_day=first,
        last_day=last,
        sizes=sizes,
        anonymous_follows=follow_totals * world.anonymous,
        anonymous_unfollows=unfollow_totals * world.anonymous,
        covered=np.ones(n_days, dtype=bool),
        group=rng.integers(0, 2**16, n),
        elsewhere_person=change[0][elsewhere],
        elsewhere_day=change[1][elsewhere],
    )
    effects = EngagementEffects(
        DELTA + noise,
        np.eye(DELTA.size) * DELTA_ERROR**2,
        np.full(DELTA.size, 1.96),
        np.full(DELTA.size, not world.sizes_only),
    )
    used = around_follows(
        arrange(replace(followers, elsewhere_person=first[:0], elsewhere_day=first[:0]))
    )
    who = used.person
    effect, through, days = (values[who].sum() for values in caused)
    if world.other_page:
        effect = through = 0.0
    truth, part = (total / days if days > 0 else np.nan for total in (effect, through))
    return AudienceRun(world, followers, effects, truth, part, None if world.bots else year)
