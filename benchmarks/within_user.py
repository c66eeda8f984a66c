"""Time and memory of the within-user fit, and how both grow with the number of people.

    OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m benchmarks.within_user

*Peer*: one plain two-way fixed-effects regression with pyfixest (effects of person and day, one
known decay, errors clustered by person) on the same panel of 120 days and six engagement types.
Ours also estimates ten decays per type, day effects per stratum, the slope of the response,
reactions to purchases, and traces of hidden causes.

Each measurement runs in a separate process. The clock starts when the data are in memory (ours: the
engagements in columns; the peer: a table with a row per person and day), and stops after the
coefficients and their errors. Both take turns; the table shows medians. *Memory* is the peak of the
process minus its memory when the clock started, next to the size of the panel (people * days *
(types + outcome) * 8 bytes).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import time
from array import array
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

DAYS, KINDS, DECAY = 120, 6, 0.65
START = dt.date(2026, 1, 1)
PAGE_KB = 1_024


@dataclass(frozen=True)
class Measured:
    """One run: seconds, additional peak memory in MB, standard errors per kind."""

    seconds: float
    memory: float
    errors: list[float]


def write_world(path: Path, n_people: int) -> None:
    """Journeys of the simulated world `loyalty_calendar`, in columns."""
    from tests.worlds.people import WORLDS, simulate

    journeys = simulate(replace(WORLDS["loyalty_calendar"], n_people=n_people), 1)
    np.savez(
        path,
        person=journeys.touch_person,
        day=journeys.touch_day,
        kind=journeys.touch_kind,
        count=journeys.touch_count,
        buyer=journeys.conversion_person,
        when=journeys.conversion_day,
        n_people=n_people,
    )


def run_ours(path: Path, max_people: int) -> Measured:
    """The fit of the service, from columns to estimates."""
    from chalicelib.attribution.estimates import estimate_goal
    from chalicelib.services.fitting.event_columns import Columns
    from chalicelib.services.fitting.goal_observations import observe

    data = np.load(path)
    columns = Columns()
    for number in range(KINDS):
        columns.kinds["channel", f"kind_{number}", False] = number
    for number in range(int(data["n_people"])):
        columns.people[f"person-{number}"] = number
    first = START.toordinal()
    columns.day = _column("q", data["day"] + first)
    columns.kind = _column("q", data["kind"])
    columns.person = _column("q", data["person"])
    columns.count = _column("d", data["count"].astype(np.float64))
    goal = columns.goals["purchase"]
    goal.day, goal.person = _column("q", data["when"] + first), _column("q", data["buyer"])
    goal.count = _column("d", np.ones(data["buyer"].size))
    goal.value = _column("d", np.full(data["buyer"].size, 50.0))
    del data
    before, begin = _resident(), time.perf_counter()
    observed = observe(columns, "purchase", START, DAYS, max_people=max_people)
    estimates = estimate_goal(observed)
    seconds = time.perf_counter() - begin
    return Measured(seconds, _peak() - before, np.sqrt(np.diag(estimates.cov)).tolist())


def run_pyfixest(path: Path) -> Measured:
    """One plain two-way regression."""
    import pandas as pd
    import pyfixest

    data = np.load(path)
    n_people = int(data["n_people"])
    stock = np.zeros((n_people, DAYS, KINDS))
    np.add.at(stock, (data["person"], data["day"], data["kind"]), data["count"])
    for day in range(1, DAYS):
        stock[:, day] += DECAY * stock[:, day - 1]
    outcome = np.zeros((n_people, DAYS))
    np.add.at(outcome, (data["buyer"], data["when"]), 1.0)
    table = pd.DataFrame(stock.reshape(-1, KINDS), columns=[f"x{k}" for k in range(KINDS)])
    table["y"] = outcome.ravel()
    table["person"] = np.repeat(np.arange(n_people), DAYS)
    table["day"] = np.tile(np.arange(DAYS), n_people)
    del stock, outcome
    regressors = " + ".join(f"x{k}" for k in range(KINDS))
    # compile before the measurement, on a few rows
    pyfixest.feols(f"y ~ {regressors} | person + day", table[:5_000], vcov={"CRV1": "person"})
    before, begin = _resident(), time.perf_counter()
    fit = pyfixest.feols(f"y ~ {regressors} | person + day", table, vcov={"CRV1": "person"})
    errors = fit.se().tolist()
    return Measured(time.perf_counter() - begin, _peak() - before, errors)


def measure(contestant: str, path: Path, max_people: int) -> Measured:
    """Run one measurement in a separate process."""
    command = [sys.executable, "-m", "benchmarks.within_user", "--contestant", contestant]
    command += ["--file", str(path), "--max-people", str(max_people)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Measured(**json.loads(found.splitlines()[-1]))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.within_user")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build"))
    parser.add_argument("--contestant", choices=("ours", "pyfixest"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--write", type=int, metavar="PEOPLE")
    parser.add_argument("--max-people", type=int, default=10**9)
    options = parser.parse_args()
    if options.write:
        write_world(options.file, options.write)
        return 0
    if options.contestant:
        if options.contestant == "ours":
            found = run_ours(options.file, options.max_people)
        else:
            found = run_pyfixest(options.file)
        print(
            json.dumps({"seconds": found.seconds, "memory": found.memory, "errors": found.errors})
        )
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    _against_peer(options.folder, options.runs)
    _growth(options.folder, options.runs)
    return 0


def _against_peer(folder: Path, runs: int) -> None:
    path = _world(folder, 10_000)
    taken: dict[str, list[Measured]] = {"ours": [], "pyfixest": []}
    for _ in range(runs):
        for contestant, found in taken.items():
            found.append(measure(contestant, path, 10**9))
    size = _panel_size(10_000)
    print(f"10,000 people x {DAYS} days x {KINDS} kinds; the panel itself: {size:.0f} MB\n")
    print("| | seconds | memory, MB | memory / panel |\n|---|---|---|---|")
    for contestant, found in taken.items():
        seconds, memory = _medians(found)
        print(f"| {contestant} | {seconds:.2f} | {memory:.0f} | {memory / size:.2f} |")
    ratio = _medians(taken["ours"])[0] / _medians(taken["pyfixest"])[0]
    print(f"\nours / pyfixest, seconds: {ratio:.2f}\n")


def _growth(folder: Path, runs: int) -> None:
    print("| people | maximum followed | seconds | memory, MB | median standard error |")
    print("|---|---|---|---|---|")
    taken = {}
    cases = [(10_000, 10**9), (100_000, 10**9), (100_000, 50_000), (200_000, 50_000)]
    for n_people, most in cases:
        path = _world(folder, n_people)
        found = [measure("ours", path, most) for _ in range(runs if n_people <= 10_000 else 1)]
        seconds, memory = _medians(found)
        taken[n_people, most] = seconds
        error = statistics.median(found[0].errors)
        limit = f"{most:,}" if most < 10**9 else "all"
        print(f"| {n_people:,} | {limit} | {seconds:.2f} | {memory:.0f} | {error:.5f} |")
    growth = taken[100_000, 10**9] / taken[10_000, 10**9]
    print(f"\n100,000 people / 10,000 people, seconds: {growth:.1f}")


def _world(folder: Path, n_people: int) -> Path:
    """The file of a world, simulated in a separate process to keep the memory of this one small."""
    path = folder / f"people-{n_people}.npz"
    if not path.exists():
        command = [sys.executable, "-m", "benchmarks.within_user", "--file", str(path)]
        subprocess.run([*command, "--write", str(n_people)], check=True)
    return path


def _medians(found: list[Measured]) -> tuple[float, float]:
    return (
        statistics.median(one.seconds for one in found),
        statistics.median(one.memory for one in found),
    )


def _panel_size(n_people: int) -> float:
    return n_people * DAYS * (KINDS + 1) * 8 / 1e6


def _column(code: str, values: np.ndarray) -> array:  # type: ignore[type-arg]
    column = array(code)
    column.frombytes(np.ascontiguousarray(values).tobytes())
    return column


def _resident() -> float:
    """Current memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak() -> float:
    """Peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PAGE_KB / 1e6


if __name__ == "__main__":
    sys.exit(main())
