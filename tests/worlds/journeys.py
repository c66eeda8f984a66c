"""Simulate the journeys of a world of people, together with the truth.

The model. Person i has an activity a_i and a loyalty l_i (log-normal, correlated). On day t they
make Poisson(a_i * rate_k * season_t) engagements of type k and convert with intensity

    base * l_i * season_t  +  sum_k  delta_k * sum_{s <= t} w_k(t - s) x_iks

where the shares w_k add up to 1 over an endless future: (1 - theta_k) * theta_k^lag, or a hump of
delayed days. So one engagement of type k causes `delta_k` conversions over an endless future. The
switches of `parameters.World` change parts of this.

The truth is the number of conversions that the engagements caused inside the window, per engagement
(`responses`), given all engagements, presences and visits. It excludes the consequences of
conversions. With holes in the data, it is the mean over the engagements on days that both sources
cover, and counts effects until the last day of known conversions, including those inside holes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.worlds.parameters import World
from tests.worlds.population import Mood, Population, Presence, draw_population
from tests.worlds.responses import Ledger, Responses
from tests.worlds.steps import Effects, Follows, Intent, Visits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Journeys:
    """The simulated events, sparse, and the truth.

    Attributes
    ----------
    touch_person, touch_day, touch_kind, touch_count : int arrays, shape (E,)
        One row per person, day and type with at least one engagement.
    conversion_person, conversion_day : int arrays, shape (C,)
        One row per conversion; `conversion_value` is its order value.
    truth : array, shape (K,)
        Conversions inside the window caused per engagement of each type; NaN for types that are
        not causes, and for causes that do not occur.
    season : array, shape (T,)
        Factor of the calendar on baseline conversions.
    people : Population
    last_day : int array, shape (N,)
        The last day on which a person was present.
    seed : int
    """

    world: World
    touch_person: Ints
    touch_day: Ints
    touch_kind: Ints
    touch_count: Ints
    conversion_person: Ints
    conversion_day: Ints
    conversion_value: Floats
    truth: Floats
    season: Floats = field(repr=False)
    people: Population = field(repr=False)
    last_day: Ints = field(repr=False)
    seed: int = 0


def covered_days(world: World) -> tuple[Bools, Bools]:
    """Days with data: of the conversions (T,), and of each type (T, K)."""
    conversions = np.ones(world.n_days, dtype=bool)
    touches = np.ones((world.n_days, len(world.kinds)), dtype=bool)
    for hole in world.holes:
        days = hole.days(world.n_days)
        if hole.source == "conversions":
            conversions[days] = False
        for k, kind in enumerate(world.kinds):
            if hole.source in (kind.channel, "engagements"):
                touches[days, k] = False
    return conversions, touches


class _Run:
    """The state of a world during the simulation."""

    def __init__(self, world: World, seed: int, without: int | None) -> None:
        self.world = world
        self.without = without
        self.rng = np.random.default_rng([seed, 7])
        self.people, (self.busy, self.demand) = draw_population(world, seed, self.rng)
        self.presence = Presence(world, seed, self.people)
        self.mood = Mood(world, seed, self.people)
        self.intent = Intent(world, self.rng)
        self.effects = Effects(world, seed, self.people)
        self.visits = Visits(world, seed)
        self.follows = Follows(world, seed)
        self.causes = world.indexes("cause")
        causes = tuple(world.kinds[k] for k in self.causes)
        self.rate = np.array([kind.rate for kind in causes])
        self.paid = np.array([kind.paid for kind in causes])
        self.likes = np.array([kind.type == "like" for kind in causes])
        self.responses = Responses(world.n_people, causes)
        self.ledger = Ledger(world)
        conversions, touches = covered_days(world)
        self.counted = (touches & conversions[:, None])[:, self.causes]
        self.last_covered = int(np.flatnonzero(conversions)[-1]) if conversions.any() else -1
        self.counted_responses = Responses(world.n_people, causes) if world.holes else None
        self.counted_ledger = Ledger(world)
        self.gratitude = np.zeros(world.n_people)
        self.converted = np.zeros(world.n_people, dtype=bool)

    def day(self, day: int) -> tuple[Ints, Ints]:
        """Engagements (N, K) and conversions (N,) of a day."""
        world, people = self.world, self.people
        present = self.presence.on(day)
        interest, hidden = self.mood.on(day)
        # bots have no mood: their loyalty and effects are cut off below
        demand = people.loyalty * self.demand[day] * interest * hidden
        eager = people.activity * self.busy[day] * present * interest * self.follows.factor()
        self.intent.begin(people.loyalty, self.demand[day])
        x = self.rng.poisson(self._engagement_means(eager, present))
        if self.without is not None:
            x[:, self.without] = 0
        response = self.responses.step(x) * present[:, None]
        direct = self.effects.step(response, self.demand[day]) * present[:, None]
        browsing = people.activity * self.demand[day] * present * interest * hidden
        brought = response * ~people.bot[:, None]
        visits, through = self.visits.step(browsing * ~people.bot, brought)
        through = through * present[:, None]
        follows, lasting = self.follows.step(eager * ~people.bot, present)
        part = direct + through[:, :-1]
        other = present * ~people.bot * (world.base * demand + lasting) + through[:, -1]
        other = other + world.intent_buys * self.intent.wants * present
        intensity = other + part.sum(axis=1)
        self._book(day, x, response, intensity, part)
        y = self._convert(intensity)
        self.intent.end(y)
        self.gratitude = world.feedback / 3 * y + self.gratitude * (2 / 3)
        self.presence.end(day)
        return self._all_kinds(x, visits, follows), y

    def _engagement_means(self, eager: Floats, present: Bools) -> Floats:
        mean = np.outer(eager, self.rate)
        if self.world.bots:
            mean[np.ix_(self.people.bot, ~self.paid)] *= self.world.bot_activity
        if self.world.feedback:
            mean[:, self.likes] += (self.gratitude * present)[:, None]
        if self.world.intent:
            mean[:, self.paid] += (self.world.intent_clicks * self.intent.wants * present)[:, None]
        return mean

    def _convert(self, intensity: Floats) -> Ints:
        y = self.rng.poisson(intensity)
        if self.world.once:
            y = np.minimum(y, 1) * ~self.converted
            self.converted |= y > 0
        return np.asarray(y)

    def _book(self, day: int, x: Ints, response: Floats, intensity: Floats, part: Floats) -> None:
        """Add the day to the truth; with holes, only for the counted engagements."""
        self.ledger.add(intensity, part, x.sum(axis=0))
        if self.counted_responses is None:
            return
        counted = x * self.counted[day]
        theirs = self.counted_responses.step(counted)
        if day <= self.last_covered:
            share = np.divide(theirs, response, out=np.zeros_like(part), where=response > 0)
            if self.world.friends:  # no separate response: the day's share
                share = np.broadcast_to(
                    theirs.sum(axis=0) / np.maximum(response.sum(axis=0), 1e-300), part.shape
                )
            self.counted_ledger.add(intensity, part * share, counted.sum(axis=0))

    def _all_kinds(self, x: Ints, visits: Ints, follows: Ints) -> Ints:
        world = self.world
        events = np.zeros((world.n_people, len(world.kinds)), dtype=np.int64)
        events[:, self.causes] = x
        events[:, world.indexes("arrival")] = visits
        events[:, world.indexes("state")] = follows
        return events

    def truth(self) -> Floats:
        """The truth of every type; if no engagement is counted, that of all engagements."""
        truth = np.full(len(self.world.kinds), np.nan)
        found = self.ledger.truth()
        if self.counted_responses is not None:
            counted = self.counted_ledger.truth()
            found = np.where(np.isnan(counted), found, counted)
        truth[self.causes] = found
        return truth


def simulate(world: World, seed: int, *, without: int | None = None) -> Journeys:
    """Simulate the journeys of one world.

    Parameters
    ----------
    world : World
    seed : int
        The same world and seed give the same journeys.
    without : int, optional
        Index of a cause whose engagements do not happen: the counterfactual world.

    Returns
    -------
    Journeys
        All events. `recording.record` selects those in the data.
    """
    run = _Run(world, seed, without)
    touches, conversions = [], []
    for day in range(world.n_days):
        x, y = run.day(day)
        person, kind = np.nonzero(x)
        touches.append((person, np.full(person.size, day), kind, x[person, kind]))
        buyers = np.repeat(np.arange(world.n_people), y)
        conversions.append((buyers, np.full(buyers.size, day)))
    person_c = np.concatenate([c[0] for c in conversions])
    log_mean = np.log(world.order_mean) - world.order_sigma**2 / 2
    values = np.exp(run.rng.normal(log_mean, world.order_sigma, person_c.size))
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
        run.truth(),
        run.demand,
        run.people,
        run.presence.last_day,
        seed,
    )
