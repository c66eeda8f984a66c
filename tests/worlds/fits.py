"""Fit documents of simulated worlds, made as in the service but without parsing events."""

from __future__ import annotations

import datetime as dt
from array import array
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import Observations
from chalicelib.model.events import parse_event
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.fit_documents import goal_document
from chalicelib.services.fitting.user_identity import PEOPLE
from tests.worlds.lines import CLICK_COST, FIRST_DAY, declared_lines
from tests.worlds.parameters import KindInWorld, World
from tests.worlds.recording import NOBODY, Records

AS_OF = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
NOON = 0.5


def fit_records(records: Records, *, declared: bool = False) -> dict[str, Any]:
    """The fit document of records of people; ids are declared if each person has one.

    Parameters
    ----------
    records : Records
    declared : bool, optional
        With the covered days and the promotions that a sender can declare.
    """
    columns = columns_of(records)
    if declared:
        for line in declared_lines(records):
            columns.add(parse_event(line))
    return fit_events(
        columns,
        window=None,
        currency="EUR",
        as_of=AS_OF,
        fit_id="world",
        user_ids=ids_of(records.world),
    )


def ids_of(world: World) -> str | None:
    """The declaration of user ids; None if people have several."""
    return None if world.identity == "split" else PEOPLE


def columns_of(records: Records) -> Columns:
    """The columns of the records' event lines, with people in another order."""
    columns = Columns()
    world = records.world
    first = FIRST_DAY.toordinal()
    for kind in world.kinds:
        columns.kinds[kind.channel, kind.type, kind.paid] = len(columns.kinds)
    ids = np.unique(np.concatenate([records.touch_id, records.conversion_id]))
    ids = ids[ids != NOBODY]
    columns.people = {f"u{one}": number for number, one in enumerate(ids.tolist())}
    known = records.touch_id != NOBODY
    times = records.touch_count[known]
    day = np.repeat(records.touch_day[known], times) + first
    columns.day = _integers(day)
    columns.time = _floats(day - dt.date(1970, 1, 1).toordinal() + NOON)
    columns.kind = _integers(np.repeat(records.touch_kind[known], times))
    columns.person = _integers(np.repeat(np.searchsorted(ids, records.touch_id[known]), times))
    columns.count = _floats(np.ones(day.size))
    totals = np.zeros((world.n_days, len(world.kinds)))
    np.add.at(totals, (records.touch_day, records.touch_kind), records.touch_count)
    for on, kind, count in zip(
        records.touch_day[~known].tolist(),
        records.touch_kind[~known].tolist(),
        records.touch_count[~known].tolist(),
        strict=True,
    ):
        columns.apart[kind, on + first, NOBODY] += count
    _book_costs(columns, world.kinds, totals)
    _add_conversions(columns, records, ids)
    return columns


def _add_conversions(columns: Columns, records: Records, ids: NDArray[np.int64]) -> None:
    first = FIRST_DAY.toordinal()
    goal = columns.goals[records.world.goal]
    known = records.conversion_id != NOBODY
    day = records.conversion_day[known] + first
    goal.day = _integers(day)
    goal.time = _floats(day - dt.date(1970, 1, 1).toordinal() + NOON)
    goal.person = _integers(np.searchsorted(ids, records.conversion_id[known]))
    goal.count = _floats(np.ones(day.size))
    goal.value = _floats(records.conversion_value[known])
    for on, value in zip(
        records.conversion_day[~known].tolist(),
        records.conversion_value[~known].tolist(),
        strict=True,
    ):
        goal.apart[on + first, NOBODY].add(1, Decimal(f"{value:.2f}"))


def _book_costs(
    columns: Columns, kinds: tuple[KindInWorld, ...], totals: NDArray[np.float64]
) -> None:
    first = FIRST_DAY.toordinal()
    for number, kind in enumerate(kinds):
        if not kind.paid:
            continue
        for day in np.flatnonzero(totals[:, number]).tolist():
            amount = Decimal(f"{CLICK_COST:.2f}") * int(totals[day, number])
            columns.cost_of_kind[number, day + first] += amount
            columns.cost_of_channel[kind.channel, day + first] += amount


def fit_arrays(
    observed: Observations, kinds: tuple[KindInWorld, ...], goal: str = "purchase"
) -> dict[str, Any]:
    """The fit document of arrays without events."""
    from chalicelib.attribution.adstock import DECAYS
    from chalicelib.attribution.draft import LEVEL

    costs = [observed.counts[:, k] * CLICK_COST * kind.paid for k, kind in enumerate(kinds)]
    end = FIRST_DAY + dt.timedelta(days=observed.counts.shape[0] - 1)
    return {
        "schema": 1,
        "id": "world",
        "as_of": AS_OF.isoformat(),
        "currency": "EUR",
        "window": {"from": FIRST_DAY.isoformat(), "to": end.isoformat()},
        "confidence": LEVEL,
        "coverage": [],
        "annotations": [],
        "decays": DECAYS.tolist(),
        "kinds": [
            {
                "channel": kind.channel,
                "type": kind.type,
                "paid": kind.paid,
                "counts": observed.counts[:, k].tolist(),
                "identified": 0,
                "anonymous": 0,
                "cost": costs[k].tolist(),
            }
            for k, kind in enumerate(kinds)
        ],
        "costs": {kind.channel: costs[k].tolist() for k, kind in enumerate(kinds) if kind.paid},
        "goals": {goal: goal_document(observed, estimate_goal(observed), FIRST_DAY)},
    }


def _integers(numbers: NDArray[np.int64]) -> array[int]:
    made: array[int] = array("q")
    made.frombytes(np.ascontiguousarray(numbers, dtype=np.int64).tobytes())
    return made


def _floats(numbers: NDArray[Any]) -> array[float]:
    made: array[float] = array("d")
    made.frombytes(np.ascontiguousarray(numbers, dtype=np.float64).tobytes())
    return made
