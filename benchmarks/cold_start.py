"""Time of a cold `import app`, compared with the imports that every Chalice application needs.

    .venv/bin/python -m benchmarks.cold_start [--runs 15]

Every import runs in a separate process, with compiled files as in a deployed package. *Floor*:
``import chalice, boto3, pydantic``. Both take turns in alternating order; the ratio is the median
of the pairs. The seconds are those of the import, without the start of the interpreter.

*First client* is the additional time of the first request: `app` imports boto3 and creates a client
only when it needs one, so the import alone is not the whole cold start.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOOR = "import chalice, boto3, pydantic"
APP = "import app"
FIRST_CLIENT = "import app\nfrom chalicelib import wiring\nwiring.client('dynamodb')"
FLOOR_CLIENT = f"{FLOOR}\nboto3.client('dynamodb')"
LEAST_RUNS = 11
TIMES_THE_FLOOR = 1.3


def seconds_of(code: str) -> float:
    """Seconds that a piece of code takes in a new process."""
    timed = f"import time\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
    done = subprocess.run(
        [sys.executable, "-c", timed],
        cwd=ROOT,
        env=os.environ | {"AWS_DEFAULT_REGION": "eu-central-1", "LIKEWORTH_SECRET": "x" * 16},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def compare(name: str, code: str, floor: str, runs: int) -> float:
    """Print a line of the table; return the ratio."""
    taken, least, ratios = [], [], []
    for run in range(runs):
        if run % 2:
            one, other = seconds_of(code), seconds_of(floor)
        else:
            other, one = seconds_of(floor), seconds_of(code)
        taken.append(one)
        least.append(other)
        ratios.append(one / other)
    ratio = statistics.median(ratios)
    print(
        f"{name:14} {statistics.median(taken) * 1000:8.0f} {statistics.median(least) * 1000:8.0f}"
        f" {ratio:8.2f} {min(ratios):6.2f} {max(ratios):6.2f}",
        flush=True,
    )
    return ratio


def main() -> None:
    """Measure the import, without and with the first client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = max(parser.parse_args().runs, LEAST_RUNS)
    for code in (APP, FLOOR):
        seconds_of(code)  # compile modules before the measurement
    print(f"{'cold':14} {'ms':>8} {'floor ms':>8} {'x floor':>8} {'min':>6} {'max':>6}")
    ratio = compare("import app", APP, FLOOR, runs)
    compare("first client", FIRST_CLIENT, FLOOR_CLIENT, runs)
    print(f"bar {TIMES_THE_FLOOR}: {'met' if ratio <= TIMES_THE_FLOOR else 'MISSED'}")


if __name__ == "__main__":
    main()
