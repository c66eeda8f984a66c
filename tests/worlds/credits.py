"""Credit of the classical models, the truth and our estimates: the tables of ``docs/methods.md``.

python -m tests.worlds.credits organic_zero loyalty [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, simulate

SHOWN = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")


def compare(name: str, seed: int) -> str:
    """A table of conversions per 1,000 engagements of a world, one row per type."""
    journeys = simulate(WORLDS[name], seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        write_lines(journeys, path)
        command = [sys.executable, "-m", "chalicelib", "estimate", str(path), "--attribution"]
        output = subprocess.run(command, check=True, capture_output=True).stdout
    rows = {
        (row["channel"], row["type"]): row
        for row in json.loads(output)["attribution"]["engagements"]
    }
    lines = [
        f"| `{name}` | truth | ours | {' | '.join(SHOWN)} |",
        "|---" * (3 + len(SHOWN)) + "|",
    ]
    for kind, truth in zip(journeys.world.kinds, journeys.truth, strict=True):
        row = rows[kind.channel, kind.type]
        ours = row["ours"]["incremental_conversions"]
        middle, low, high = (
            _per_thousand(ours[end], row) for end in ("estimate", "ci_low", "ci_high")
        )
        credits = [_per_thousand(row["credits"][model]["conversions"], row) for model in SHOWN]
        lines.append(
            f"| {kind.channel}/{kind.type} | {1000 * truth:.1f} | {middle} ({low} to {high}) "
            f"| {' | '.join(credits)} |"
        )
    return "\n".join(lines)


def _per_thousand(number: float | None, row: dict[str, Any]) -> str:
    return "–" if number is None else f"{1000 * number / row['count']:.1f}".replace("-", "−")


def main() -> int:
    """Print the table of each world."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.credits")
    parser.add_argument("worlds", nargs="+", choices=WORLDS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.worlds:
        sys.stdout.write(f"{compare(name, options.seed)}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
