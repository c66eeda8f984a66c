"""What the merge of a fit in parts takes: `python -m infra.merging EVENTS` prints that of one size.

Each size is measured in a process of its own, so that each has its own peak of memory.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import resource
import subprocess  # this module again, in a process of its own  # nosec B404
import sys
import time
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.packing import pack_columns, unpack_columns

EVENTS = (1_000_000, 4_000_000)
"""Sizes of two merges, from whose difference the work of an event is taken."""

KINDS, WINDOW_DAYS, EVENTS_OF_A_PERSON, PARTS = 6, 180, 50, 20


@dataclass(frozen=True, slots=True)
class Merging:
    """What parts of a fit take.

    Attributes
    ----------
    part_bytes : float
        Of an event in the bucket.
    pack_seconds, merge_seconds : float
        Of an event: to keep it in a part, and to take it out of one and append it.
    memory_bytes : float
        Of an event followed, at the peak of the merge.
    base_bytes : float
        Of a merge of no events.
    fit_seconds, fit_event_seconds : float
        Of the estimate, and of each event followed.
    """

    part_bytes: float
    pack_seconds: float
    merge_seconds: float
    memory_bytes: float
    base_bytes: float
    fit_seconds: float
    fit_event_seconds: float


def measure_merging() -> Merging:
    """Merges of two sizes, each in a process of its own; about a minute."""
    small, large = (_in_a_process(events) for events in EVENTS)
    more = EVENTS[1] - EVENTS[0]

    def each(name: str) -> float:
        return (large[name] - small[name]) / more

    return Merging(
        part_bytes=large["part_bytes"] / EVENTS[1],
        pack_seconds=large["pack_seconds"] / EVENTS[1],
        merge_seconds=each("merge_seconds"),
        memory_bytes=each("peak_bytes"),
        base_bytes=max(small["peak_bytes"] - EVENTS[0] * each("peak_bytes"), 0.0),
        fit_seconds=max(small["fit_seconds"] - EVENTS[0] * each("fit_seconds"), 0.0),
        fit_event_seconds=each("fit_seconds"),
    )


def _in_a_process(events: int) -> dict[str, float]:
    done = subprocess.run(  # fixed arguments  # nosec B603
        [sys.executable, "-m", "infra.merging", str(events)],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def merge(events: int) -> dict[str, float]:
    """Pack so many made-up events in parts, put them together and fit them, with a clock."""
    from chalicelib.services.fitting.estimation import fit_columns

    spent: dict[str, float] = dict.fromkeys(("pack_seconds", "merge_seconds", "part_bytes"), 0.0)
    packed = []
    for number in range(PARTS):
        part = made_up(events // PARTS, number)
        began = time.process_time()
        packed.append(pack_columns(part, {"number": number}))
        spent["pack_seconds"] += time.process_time() - began
        spent["part_bytes"] += len(packed[-1])
    del part
    whole = Columns()
    began = time.process_time()
    for number in range(PARTS):
        whole.extend(unpack_columns(packed[number], {"number": number}))
        packed[number] = b""
    spent["merge_seconds"] = time.process_time() - began
    began = time.process_time()
    fit_columns(
        whole, window=None, currency="EUR", as_of=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), fit_id="x"
    )
    spent["fit_seconds"] = time.process_time() - began
    spent["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return spent


def made_up(events: int, seed: int) -> Columns:
    """Columns of people who each engage `EVENTS_OF_A_PERSON` times, one of twenty a purchase.

    Four shards of five ranges of days: people are the same in the parts of a shard.
    """
    import numpy as np

    ranges = PARTS // 4
    people = events * ranges // EVENTS_OF_A_PERSON
    days = WINDOW_DAYS // ranges
    draw = np.random.default_rng(seed)
    columns = Columns()
    for kind in range(KINDS):
        columns.kinds[f"channel_{kind}", "like", False] = kind
    for person in range(people):
        digest = hashlib.sha256(f"{seed // ranges}-{person}".encode()).digest()
        columns.people[base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")] = person
    bought = events // 20
    engaged = events - bought
    first = seed % ranges * days + dt.date(2026, 1, 1).toordinal()
    epoch = dt.date(1970, 1, 1).toordinal()
    for into, number in ((columns, engaged), (columns.goals["purchase"], bought)):
        day = first + draw.integers(0, days, number)
        into.day = _column("q", day)
        into.time = _column("d", day - epoch + draw.random(number))
        into.person = _column("q", draw.integers(0, people, number))
        into.count = _column("d", np.ones(number))
    columns.kind = _column("q", draw.integers(0, KINDS, engaged))
    columns.goals["purchase"].value = _column("d", np.full(bought, 20.0))
    return columns


def _column(code: str, numbers: Any) -> array[Any]:
    made: array[Any] = array(code)
    made.frombytes(numbers.tobytes())
    return made


if __name__ == "__main__":
    print(json.dumps(merge(int(sys.argv[1]))))
