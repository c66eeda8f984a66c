"""Kill an import of many rows, and a replay of it, at every call.

    .venv/bin/python -m tests.faults [--rows 10000] [--workers 2] [--step 1] [--only import]
        [--engine sqlite]

Prints a line for each and exits with 1 if a kill lost or duplicated an event or changed a report.

    .venv/bin/python -m tests.faults damage 1000 [--seed 1]

Damages a data directory at random; exits with 1 if stored data are silently missing afterwards.

    .venv/bin/python -m tests.faults serve 100 [--seed 1]

Kills `serve` under load; exits with 1 if an event is lost or duplicated, or a job never ends.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.conftest import SECRET
from tests.faults import damage, killed_service
from tests.faults.durable import Death
from tests.faults.matrix import (
    WHEN,
    AwsLife,
    Life,
    Outcome,
    Setting,
    Verdict,
    kill,
    set_up,
    undisturbed,
)
from tests.faults.sqlite_life import SqliteLife

LIVES: dict[str, Callable[[Setting, Path, Death], Life]] = {"aws": AwsLife, "sqlite": SqliteLife}
COLUMNS = f"{'':8} {'when':10} {'rows':>7} {'killed':>7} {'lost':>6} {'doubled':>8} {'reports':>8}"


def main() -> int:
    """Run the selected command."""
    if sys.argv[1:2] in (["damage"], ["serve"]):
        return _on_one_machine()
    return _matrix()


def _on_one_machine() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("what", choices=("damage", "serve"))
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        if asked.what == "serve":
            verdict = killed_service.run(Path(directory) / "data", asked.number, asked.seed)
            print(verdict)
            return 0 if verdict.is_good else 1
        found = damage.run(Path(directory), asked.number, asked.seed)
    for outcome, number in Counter(one.outcome for one in found).most_common():
        print(f"{number:6,} {outcome}")
    silent = [one for one in found if one.outcome == "SILENT"]
    for one in silent:
        print(one.what)
    return 1 if silent else 0


def _matrix() -> int:
    """Kill, compare, and print the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--step", type=int, default=1, help="kill only at every n-th call")
    parser.add_argument("--only", choices=("import", "replay"), help="run only one of the two")
    parser.add_argument(
        "--engine", choices=LIVES, default="aws", help="engine whose calls are killed"
    )
    asked = parser.parse_args()
    os.environ["LIKEWORTH_SECRET"] = SECRET
    os.environ["LIKEWORTH_RATE_LIMIT"] = "0"
    print(COLUMNS + "   (reports that differ)", flush=True)
    verdicts: list[Verdict] = []
    began = time.monotonic()
    for what in (asked.only,) if asked.only else ("import", "replay"):
        with tempfile.TemporaryDirectory() as directory:
            setting = set_up(
                Path(directory),
                count=asked.rows,
                chunk_events=1000,
                replayed=what == "replay",
                make_life=LIVES[asked.engine],
            )
            wanted, calls = undisturbed(setting)
            task = (setting, wanted)
            with ProcessPoolExecutor(
                asked.workers, get_context("fork"), initializer=_take, initargs=task
            ) as pool:
                every = range(1, calls + 1, asked.step)
                found = [one for three in pool.map(_kill, every, chunksize=10) for one in three]
            for when in WHEN:
                ones = [verdict for verdict in found if verdict.when == when]
                print(_line(what, when, asked.rows, ones), flush=True)
            verdicts += found
    bad = [verdict for verdict in verdicts if not verdict.is_good]
    seconds = time.monotonic() - began
    print(f"{len(verdicts):,} kills in {seconds:,.0f} s; {len(bad)} of them did harm")
    return 1 if bad else 0


_task: list[tuple[Setting, Outcome]] = []
"""The task of this process; passed once, because it is large."""


def _take(setting: Setting, wanted: Outcome) -> None:
    _task.append((setting, wanted))
    gc.freeze()
    gc.disable()  # it would copy the pages that a forked process shares with this one


def _kill(call: int) -> list[Verdict]:
    setting, wanted = _task[-1]
    found = [kill(setting, call, when, wanted) for when in WHEN]
    gc.collect()
    return found


def _line(what: str, when: str, rows: int, found: list[Verdict]) -> str:
    lost = sum(verdict.lost for verdict in found)
    doubled = sum(verdict.doubled for verdict in found)
    differ = sum(verdict.differs for verdict in found)
    return f"{what:8} {when:10} {rows:7,} {len(found):7,} {lost:6,} {doubled:8,} {differ:8,}"


if __name__ == "__main__":
    sys.exit(main())
