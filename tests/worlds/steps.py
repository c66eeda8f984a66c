"""Parts of a day that only some worlds have: intent, visits, follows, and effects on friends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.worlds.parameters import World
from tests.worlds.population import Population, draw_friends, stream
from tests.worlds.responses import Responses

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Effects:
    """The intensity added by the engagements of the causes, directly and through friends."""

    def __init__(self, world: World, seed: int, people: Population) -> None:
        kinds = tuple(world.kinds[k] for k in world.indexes("cause"))
        self._delta = np.array([kind.delta for kind in kinds])
        self._human = (~people.bot).astype(np.float64)
        self._people = people
        self._multiplicative = world.multiplicative
        if world.multiplicative:  # the same mean effect, but proportional to the person's baseline
            self._delta = self._delta / np.mean(people.activity * people.loyalty)
        self._shares = np.array([kind.type == "share" for kind in kinds])
        self._to_friends = world.friends
        if world.friends:
            self._friends = draw_friends(world, seed) / world.n_friends

    def step(self, response: Floats, demand: float) -> Floats:
        """The parts of the intensity from a response (N, K) on one day, shape (N, K)."""
        part = response * self._delta
        if self._to_friends:
            own = part[:, self._shares]
            heard = self._friends @ own
            part[:, self._shares] = (1 - self._to_friends) * own + self._to_friends * heard
        scale = self._human
        if self._multiplicative:
            scale = scale * self._people.loyalty * demand
        return np.asarray(part * scale[:, None])


class Intent:
    """Spells of intent, in which people click ads and buy because they want the product."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self._world = world
        self._rng = rng
        self.wants = np.zeros(world.n_people, dtype=bool)

    def begin(self, loyalty: Floats, demand: float) -> None:
        """Some spells begin."""
        if self._world.intent:
            starts = self._rng.random(self.wants.size) < self._world.intent * loyalty * demand
            self.wants |= starts

    def end(self, bought: Ints) -> None:
        """Some spells end, by chance or with a purchase."""
        if self._world.intent:
            self.wants &= self._rng.random(self.wants.size) >= 1 / self._world.intent_days
            if self._world.intent_ends_on_purchase:
                self.wants &= bought == 0


class Visits:
    """Visits to the brand's site, and the intensity that they add.

    Every visit carries the mark of its origin: a cause, or none that is recorded.
    """

    def __init__(self, world: World, seed: int) -> None:
        self._kinds = [world.kinds[k] for k in world.indexes("arrival")]
        self._rng = stream(seed, "visits")
        self._each = world.visits_per_engagement / max(len(self._kinds), 1)
        self._marks = len(world.indexes("cause")) + 1
        self._responses = [Responses(world.n_people, (kind,) * self._marks) for kind in self._kinds]

    def step(self, eager: Floats, brought: Floats) -> tuple[Ints, Floats]:
        """Simulate one day of visits.

        Parameters
        ----------
        eager : array, shape (N,)
            Factor of the visits not caused by engagements.
        brought : array, shape (N, K)
            The response to the engagements of the causes, zero for absent people.

        Returns
        -------
        x : int array, shape (N, A)
            Visits of each arrival type.
        part : array, shape (N, K + 1)
            Parts of the intensity by mark; the last one is not caused by engagements.
        """
        x = np.zeros((eager.size, len(self._kinds)), dtype=np.int64)
        part = np.zeros((eager.size, self._marks))
        for number, (kind, responses) in enumerate(zip(self._kinds, self._responses, strict=True)):
            mean = np.column_stack([self._each * brought, kind.rate * eager])
            marked = self._rng.poisson(mean)
            x[:, number] = marked.sum(axis=1)
            part += kind.delta * responses.step(marked)
        return x, part


class Follows:
    """Followers of the brand: a lasting state that begins and ends."""

    def __init__(self, world: World, seed: int) -> None:
        kinds = world.kinds
        self._at = {kinds[k].type: k for k in world.indexes("state")}
        self._rng = stream(seed, "follows")
        self._world = world
        self.follows = np.zeros(world.n_people, dtype=bool)

    def factor(self) -> Floats:
        """Factor of the engagements, shape (N,)."""
        return np.where(self.follows, self._world.follows_engage, 1.0)

    def step(self, eager: Floats, present: Bools) -> tuple[Ints, Floats]:
        """Follows and unfollows of a day (N, S), and conversions that following adds (N,)."""
        if not self._at:
            return np.zeros((eager.size, 0), dtype=np.int64), np.zeros(eager.size)
        follow = self._world.kinds[self._at["follow"]]
        drawn = self._rng.random(eager.size)
        begins = ~self.follows & (drawn < follow.rate * eager)
        ends = self.follows & present & (drawn < self._world.unfollows)
        self.follows = (self.follows | begins) & ~ends
        events = {"follow": begins, "unfollow": ends}
        x = np.column_stack([events[kind] for kind in self._at]).astype(np.int64)
        return x, follow.delta * self.follows
