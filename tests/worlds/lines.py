"""The records of a world as the event lines of the contract."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.worlds.journeys import Journeys
from tests.worlds.parameters import KindInWorld, World
from tests.worlds.recording import NOBODY, Records, record

FIRST_DAY = dt.date(2026, 1, 5)
CLICK_COST = 0.90
"""Cost of an engagement of a paid type, in EUR."""


def write_lines(
    journeys: Journeys, path: Path, *, first_day: dt.date = FIRST_DAY, declared: bool = False
) -> int:
    """Write the records of the journeys as NDJSON; returns the number of lines.

    Each engagement and conversion is one event at a random time of its day. Those without
    an id carry no person. Days that a source does not cover have no events.

    Parameters
    ----------
    journeys : Journeys
    path : Path
    first_day : date, optional
    declared : bool, optional
        Also write what a sender can declare: the covered days of each source, and promotions.
    """
    records = record(journeys)
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for number, line in enumerate(event_lines(records, first_day), 1):  # noqa: B007
            file.write(json.dumps(line) + "\n")
        if declared:
            for line in declared_lines(records, first_day):
                number += 1
                file.write(json.dumps(line) + "\n")
    return number


def event_lines(records: Records, first_day: dt.date = FIRST_DAY) -> Iterator[dict[str, Any]]:
    """One line per engagement and conversion."""
    rng = np.random.default_rng(0)
    world = records.world
    days = [(first_day + dt.timedelta(days=d)).isoformat() for d in range(world.n_days)]
    number = 0
    for person, day, kind, count in zip(
        records.touch_id.tolist(),
        records.touch_day.tolist(),
        records.touch_kind.tolist(),
        records.touch_count.tolist(),
        strict=True,
    ):
        what = world.kinds[kind]
        for _ in range(count):
            number += 1
            line: dict[str, Any] = {
                "kind": "engagement",
                "event_id": f"e{number}",
                "occurred_at": f"{days[day]}T{_clock(rng)}Z",
                "channel": what.channel,
                "type": what.type,
            }
            if person != NOBODY:
                line["user_id"] = f"u{person}"
            if what.paid:
                line |= {"paid": True, "cost": {"amount": f"{CLICK_COST:.2f}", "currency": "EUR"}}
            yield line
    for person, day, value in zip(
        records.conversion_id.tolist(),
        records.conversion_day.tolist(),
        records.conversion_value.tolist(),
        strict=True,
    ):
        number += 1
        line = {
            "kind": "conversion",
            "event_id": f"c{number}",
            "occurred_at": f"{days[day]}T{_clock(rng)}Z",
            "goal": world.goal,
        }
        if person != NOBODY:
            line["user_id"] = f"u{person}"
        yield line | {"value": {"amount": f"{value:.2f}", "currency": "EUR"}}


def lines_of_totals(
    counts: np.ndarray,
    outcome: np.ndarray,
    kinds: Sequence[KindInWorld],
    first_day: dt.date = FIRST_DAY,
) -> Iterator[dict[str, Any]]:
    """One anonymous line per day with a total, for each type and for the conversions.

    Parameters
    ----------
    counts : array, shape (T, K)
    outcome : array, shape (T,)
    kinds : sequence of KindInWorld, length K
    first_day : date, optional
    """
    for day, row in enumerate(np.column_stack([counts, outcome]).astype(int).tolist()):
        at = f"{(first_day + dt.timedelta(days=day)).isoformat()}T00:00:00Z"
        for k, (kind, count) in enumerate(zip(kinds, row, strict=False)):
            if count:
                line: dict[str, Any] = {
                    "kind": "engagement",
                    "event_id": f"e{day}-{k}",
                    "occurred_at": at,
                    "channel": kind.channel,
                    "type": kind.type,
                    "count": count,
                }
                if kind.paid:
                    cost = {"amount": f"{CLICK_COST * count:.2f}", "currency": "EUR"}
                    line |= {"paid": True, "cost": cost}
                yield line
        if row[-1]:
            yield {
                "kind": "conversion",
                "event_id": f"c{day}",
                "occurred_at": at,
                "goal": "purchase",
                "count": row[-1],
                "value": {"amount": f"{60 * row[-1]:.2f}", "currency": "EUR"},
            }


def declared_lines(records: Records, first_day: dt.date = FIRST_DAY) -> Iterator[dict[str, Any]]:
    """The covered days of each source, and the known promotions."""
    world = records.world
    spans = [({"goal": world.goal}, span) for span in _runs(records.conversions_covered)]
    spans += [
        ({"channel": kind.channel, "type": kind.type}, span)
        for k, kind in enumerate(world.kinds)
        for span in _runs(records.touches_covered[:, k])
    ]
    for number, (source, span) in enumerate(spans, 1):
        yield {"kind": "coverage", "event_id": f"v{number}", **source, **_dates(span, first_day)}
    for number, span in enumerate(_promotions(world), 1):
        yield {
            "kind": "annotation",
            "event_id": f"a{number}",
            "name": f"sale {number}",
            "category": "promotion",
            **_dates(span, first_day),
        }


def _promotions(world: World) -> list[slice]:
    if not world.promotions_known:
        return []
    return [promotion.span(world.n_days) for promotion in world.promotions]


def _runs(covered: np.ndarray) -> list[slice]:
    """The runs of covered days."""
    edges = np.flatnonzero(np.diff(covered.astype(np.int8), prepend=0, append=0))
    return [slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _dates(span: slice, first_day: dt.date) -> dict[str, str]:
    last = first_day + dt.timedelta(days=span.stop - 1)
    return {"from": (first_day + dt.timedelta(days=span.start)).isoformat(), "to": last.isoformat()}


def _clock(rng: np.random.Generator) -> str:
    seconds = int(rng.integers(0, 86_400))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
