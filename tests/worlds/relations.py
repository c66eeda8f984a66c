"""Metamorphic relations: the same data in another form must give the same estimates.

    python -m tests.worlds.relations [--worlds people,totals] [--seed 0]

Each relation (`changes`) changes events without changing the truth. Estimates and the half-widths
of their intervals may move by `TOLERANCE` half-widths. A relation accepts any estimator, see
`Estimator`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.services import answers
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import Columns
from tests.worlds.changes import JUNK, RELATIONS, Line, Relation, day_of
from tests.worlds.fits import AS_OF
from tests.worlds.lines import event_lines, lines_of_totals
from tests.worlds.people import WORLDS, record, simulate
from tests.worlds.totals import TOTALS_WORLDS, simulate_totals

TOLERANCE = 0.02
"""In half-widths of the interval."""

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Estimated:
    """One engagement type: its engagements, conversions per engagement and half-width.

    `estimate` and `half` are None if it was rejected.
    """

    count: int
    estimate: float | None
    half: float | None


class Estimator(Protocol):
    """Estimates by ``channel/type`` from event lines.

    `chunks` is the number of parts in which events are read. `days` limits the question to part
    of the window.
    """

    def __call__(
        self, lines: Sequence[Line], *, chunks: int = 1, days: Days | None = None
    ) -> Mapping[str, Estimated]: ...


@dataclass(frozen=True)
class Outcome:
    """The largest change of an estimate or a half-width under a relation, in half-widths.

    Infinite if a type was estimated in one form of the data and rejected in the other.
    """

    relation: str
    worst: float
    type: str

    @property
    def holds(self) -> bool:
        return self.worst <= TOLERANCE


def check_relations(lines: Sequence[Line], estimator: Estimator) -> list[Outcome]:
    """Check every relation on some events."""
    plain = estimator(lines)
    found = [
        _compare(relation, plain, estimator(relation.change(list(lines)), chunks=relation.chunks))
        for relation in RELATIONS
    ]
    return [*found, _check_split(lines, plain, estimator)]


def _compare(
    relation: Relation, plain: Mapping[str, Estimated], changed: Mapping[str, Estimated]
) -> Outcome:
    moved = {
        name: _distance(one, changed.get(relation.renamed(name), Estimated(0, None, None)))
        for name, one in plain.items()
    }
    worst = max(moved, key=lambda name: moved[name])
    return Outcome(relation.name, moved[worst], worst)


def _distance(one: Estimated, other: Estimated) -> float:
    if one.estimate is None and other.estimate is None:
        return 0.0
    if one.estimate is None or other.estimate is None or not one.half or other.half is None:
        return float("inf")
    apart = max(abs(other.estimate - one.estimate), abs(other.half - one.half))
    return apart / one.half


def _check_split(
    lines: Sequence[Line], plain: Mapping[str, Estimated], estimator: Estimator
) -> Outcome:
    """Check that the conversions of two parts of the window add up to those of the whole."""
    days = sorted({day_of(line) for line in lines})
    middle = days[len(days) // 2]
    parts = (
        estimator(lines, days=(days[0], middle - dt.timedelta(days=1))),
        estimator(lines, days=(middle, days[-1])),
    )
    moved = {}
    for name, one in plain.items():
        theirs = [part[name] for part in parts if name in part]
        known = [part.estimate * part.count for part in theirs if part.estimate is not None]
        if one.estimate is None or one.half is None:
            moved[name] = float("inf") if known else 0.0
        elif sum(part.count for part in theirs) != one.count or len(known) != len(theirs):
            moved[name] = float("inf")
        else:
            moved[name] = abs(sum(known) / one.count - one.estimate) / one.half
    worst = max(moved, key=lambda name: moved[name])
    return Outcome("window split in two", moved[worst], worst)


def estimate_lines(
    lines: Sequence[Line], *, chunks: int = 1, days: Days | None = None
) -> dict[str, Estimated]:
    """The estimates of the service, as `estimate EVENTS.ndjson` computes them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        events = list(EventLines([LineFile(path)], AS_OF))
    columns = Columns()
    size = -(-len(events) // chunks)
    for start in range(0, len(events), size):
        part = Columns()
        for event in events[start : start + size]:
            part.add(event)
        columns.extend(part)
    document = fit_events(columns, window=None, currency="EUR", as_of=AS_OF, fit_id="relation")
    start_day, end_day = days or (None, None)
    roi = answers.roi(document, start=start_day, end=end_day, goal="purchase")
    return {
        f"{channel['channel']}/{one['type']}": _estimated(one)
        for channel in roi["channels"]
        for one in channel["engagements"]
        if channel["channel"] != JUNK
    }


def _estimated(row: dict[str, Any]) -> Estimated:
    found = row["conversions_per_engagement"]
    if found["estimate"] is None:
        return Estimated(row["count"], None, None)
    return Estimated(row["count"], found["estimate"], (found["ci_high"] - found["ci_low"]) / 2)


def lines_for(world: str, seed: int) -> list[Line]:
    """The event lines of a small world: ``people``, ``totals``, or any world's name."""
    if world == "totals":
        world = "drifting"
    if world in TOTALS_WORLDS:
        totals = simulate_totals(TOTALS_WORLDS[world], seed)
        return list(lines_of_totals(totals.counts, totals.outcome, totals.world.kinds))
    if world == "people":
        small = replace(WORLDS["late_entry"], n_people=3_000, n_days=90)
    else:
        small = WORLDS[world]
    return list(event_lines(record(simulate(small, seed))))


def main() -> int:
    """Print how far each relation moves an estimate; return 1 if one of them fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.relations")
    parser.add_argument("--worlds", default="people,totals")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    all_hold = True
    print("| world | relation | holds | worst move in half-widths | type |\n|---|---|---|---|---|")
    for world in options.worlds.split(","):
        for outcome in check_relations(lines_for(world, options.seed), estimate_lines):
            all_hold &= outcome.holds
            holds = "yes" if outcome.holds else "NO"
            print(
                f"| {world} | {outcome.relation} | {holds} | {outcome.worst:.4f} | {outcome.type} |"
            )
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
