"""The distribution of effects over the days after an engagement, and their sum: the truth.

Conversions are a Poisson process whose intensity is a sum: the baseline, and the part
caused by each engagement type. Given all engagements and presences, the
conversions caused by a type are its part of the intensity, summed over people and days (marked
Poisson process: each conversion has the mark of a cause with the probability of its part; Kingman
1993, ch. 5). This includes effects on friends and through visits, and excludes effects cut off by
churn.

If a person converts at most once, the baseline would have produced some of these
conversions later. Let L be the summed intensity of a person and L_k the part of type k. The
person converts with probability 1 - exp(-L), and without type k with probability 1 - exp(-(L -
L_k)). The difference is the effect of the type; displaced conversions are excluded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.worlds.parameters import KindInWorld, World

Floats = NDArray[np.float64]


class Responses:
    """The daily response to engagements: each engagement's shares add up to 1 over all days."""

    def __init__(self, n_people: int, kinds: tuple[KindInWorld, ...]) -> None:
        self._theta = np.array([kind.theta for kind in kinds])
        self._stock = np.zeros((n_people, len(kinds)))
        self._delayed = {k: _hump(*kind.delay) for k, kind in enumerate(kinds) if kind.delay}
        longest = max((shares.size for shares in self._delayed.values()), default=0)
        self._past = {k: np.zeros((longest, n_people)) for k in self._delayed}
        self._day = 0

    def step(self, x: Floats | NDArray[np.int64]) -> Floats:
        """The response on the day of the engagements `x`, shape (N, K)."""
        self._stock = self._theta * self._stock + x
        response = (1 - self._theta) * self._stock
        for k, shares in self._delayed.items():
            past = self._past[k]
            past[self._day % len(past)] = x[:, k]
            ages = (self._day - np.arange(len(past))) % len(past)
            known = np.where(ages < shares.size, shares[np.minimum(ages, shares.size - 1)], 0.0)
            response[:, k] = known @ past
        self._day += 1
        return np.asarray(response)


def _hump(first: int, last: int) -> Floats:
    """Shares of a delayed effect by days since the engagement, shape (last + 1,)."""
    age = np.arange(last + 1)
    hump = np.where(age >= first, (age - first + 1) * (last + 1 - age), 0)
    return np.asarray(hump / hump.sum())


class Ledger:
    """Sums of intensities during a simulation, and the resulting truth."""

    def __init__(self, world: World) -> None:
        causes = len(world.indexes("cause"))
        self._once = world.once
        self._all = np.zeros(world.n_people)
        self._part = np.zeros((world.n_people, causes))
        self._engagements = np.zeros(causes)

    def add(self, intensity: Floats, part: Floats, engagements: Floats) -> None:
        """Add a day: the whole intensity (N,), the types' parts (N, K), their engagements (K,)."""
        self._all += intensity
        self._part += part
        self._engagements += engagements

    def truth(self) -> Floats:
        """Conversions caused per engagement; NaN for a type without engagements, shape (K,)."""
        caused = self._part
        if self._once:
            without = np.exp(self._part - self._all[:, None])
            caused = without - np.exp(-self._all)[:, None]
        with np.errstate(invalid="ignore"):
            return np.asarray(caused.sum(axis=0) / self._engagements)
