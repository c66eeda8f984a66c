"""The recorded part of journeys: ids instead of people, and missing days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.worlds.journeys import Journeys, covered_days
from tests.worlds.parameters import World
from tests.worlds.population import stream

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOBODY = -1
SPLIT = 2
"""Ids per person in worlds of split ids, and people per id in worlds of shared ids."""


@dataclass(frozen=True)
class Records:
    """The recorded events of a world.

    Attributes
    ----------
    n_ids : int
    touch_id : int array, shape (E,)
        The id on an engagement; `NOBODY` for an anonymous one.
    touch_day, touch_kind, touch_count : int arrays, shape (E,)
    conversion_id, conversion_day : int arrays, shape (C,)
    conversion_value : array, shape (C,)
    conversions_covered, touches_covered : bool arrays, shapes (T,) and (T, K)
        Days for which the data are complete.
    """

    world: World
    n_ids: int
    touch_id: Ints
    touch_day: Ints
    touch_kind: Ints
    touch_count: Ints
    conversion_id: Ints
    conversion_day: Ints
    conversion_value: NDArray[np.float64]
    conversions_covered: Bools
    touches_covered: Bools


def record(journeys: Journeys) -> Records:
    """Record the events of a world. The same journeys give the same records.

    The engagements of a person on one day are one session: either all of them carry the same id, or
    none. Each conversion is a separate session.
    """
    world = journeys.world
    rng = stream(journeys.seed, "recording")
    conversions, touches = covered_days(world)
    kept = touches[journeys.touch_day, journeys.touch_kind]
    bought = conversions[journeys.conversion_day]
    session = journeys.touch_person * world.n_days + journeys.touch_day
    touch_id = _ids(world, journeys.touch_person, session, rng)
    own = np.arange(journeys.conversion_person.size)
    conversion_id = _ids(world, journeys.conversion_person, own, rng)
    if world.identified is not None:
        share = rng.uniform(*world.identified, world.n_people)
        logged_in = _per_session(session, rng) < share[journeys.touch_person]
        touch_id = np.where(logged_in, touch_id, NOBODY)
    if world.identified_conversions < 1.0:
        known = rng.random(conversion_id.size) < world.identified_conversions
        conversion_id = np.where(known, conversion_id, NOBODY)
    return Records(
        world,
        world.n_people * (SPLIT if world.identity == "split" else 1),
        touch_id[kept],
        journeys.touch_day[kept],
        journeys.touch_kind[kept],
        journeys.touch_count[kept],
        conversion_id[bought],
        journeys.conversion_day[bought],
        journeys.conversion_value[bought],
        conversions,
        touches,
    )


def _ids(world: World, person: Ints, session: Ints, rng: np.random.Generator) -> Ints:
    if world.identity == "split":
        return np.asarray(person * SPLIT + (_per_session(session, rng) < 1 / SPLIT))
    if world.identity == "shared":
        return np.asarray(person // SPLIT)
    return person


def _per_session(session: Ints, rng: np.random.Generator) -> NDArray[np.float64]:
    """One uniform number per session, repeated for its events."""
    _, number = np.unique(session, return_inverse=True)
    return rng.random(int(number.max(initial=0)) + 1)[number]
