"""Journeys as the event lines of the contract."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np

from tests.worlds.people import Journeys

FIRST_DAY = dt.date(2026, 1, 5)


def write_lines(journeys: Journeys, path: Path, *, first_day: dt.date = FIRST_DAY) -> int:
    """Write the journeys as NDJSON; returns the number of lines.

    Each engagement and conversion is one identified event at a time of its day drawn at random.
    """
    rng = np.random.default_rng(0)
    kinds = journeys.world.kinds
    days = [(first_day + dt.timedelta(days=d)).isoformat() for d in range(journeys.world.n_days)]
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for person, day, kind, count in zip(
            journeys.touch_person.tolist(),
            journeys.touch_day.tolist(),
            journeys.touch_kind.tolist(),
            journeys.touch_count.tolist(),
            strict=True,
        ):
            what = kinds[kind]
            for _ in range(count):
                number += 1
                line = {
                    "kind": "engagement",
                    "event_id": f"e{number}",
                    "occurred_at": f"{days[day]}T{_clock(rng)}Z",
                    "channel": what.channel,
                    "type": what.type,
                    "user_id": f"u{person}",
                }
                if what.paid:
                    line |= {"paid": True, "cost": {"amount": "0.90", "currency": "EUR"}}
                file.write(json.dumps(line) + "\n")
        for person, day, value in zip(
            journeys.conversion_person.tolist(),
            journeys.conversion_day.tolist(),
            journeys.conversion_value.tolist(),
            strict=True,
        ):
            number += 1
            line = {
                "kind": "conversion",
                "event_id": f"c{number}",
                "occurred_at": f"{days[day]}T{_clock(rng)}Z",
                "goal": "purchase",
                "user_id": f"u{person}",
                "value": {"amount": f"{value:.2f}", "currency": "EUR"},
            }
            file.write(json.dumps(line) + "\n")
    return number


def _clock(rng: np.random.Generator) -> str:
    seconds = int(rng.integers(0, 86_400))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
