"""Run the worlds of geo tests with and without an effect, and print the table of experiments.md.

python -m tests.worlds.geo_table [--worlds geo_calm,geo_long] [--seeds 300]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.experiments.geo_tests import analyse_geo_test
from tests.worlds.geo import GEO_WORLDS, GeoWorld, simulate_geo

CLAIM = 0.05
HEADER = (
    "| world | seeds | coverage | false positives | shown | false positives in time alone |\n"
    "|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class GeoVerdict:
    """One panel with an effect, and the same world and seed without one."""

    covered: bool
    shown: bool
    false_positive: bool
    false_positive_in_time: bool


def judge_geo(world: GeoWorld, seed: int) -> GeoVerdict:
    """Simulate, analyse, compare."""
    panel, calm = simulate_geo(world, seed), simulate_geo(replace(world, lift=0.0), seed)
    found = analyse_geo_test(panel.counts, panel.treated, world.before)
    nothing = analyse_geo_test(calm.counts, calm.treated, world.before)
    return GeoVerdict(
        found.conversions.low <= panel.truth <= found.conversions.high,
        found.conversions.p_value <= CLAIM,
        nothing.conversions.p_value <= CLAIM,
        nothing.p_value_in_time <= CLAIM,
    )


def lines(names: list[str], seeds: int) -> Iterator[str]:
    """The table, line by line as results arrive."""
    yield HEADER
    for name in names:
        verdicts = [judge_geo(GEO_WORLDS[name], seed) for seed in range(seeds)]
        shares = [
            f"{100 * np.mean([getattr(one, what) for one in verdicts]):.{digits}f} %"
            for what, digits in (
                ("covered", 1),
                ("false_positive", 1),
                ("shown", 0),
                ("false_positive_in_time", 1),
            )
        ]
        yield f"| {name.removeprefix('geo_')} | {seeds} | {' | '.join(shares)} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.geo_table")
    parser.add_argument("--worlds", default=",".join(GEO_WORLDS))
    parser.add_argument("--seeds", type=int, default=300)
    options = parser.parse_args()
    for line in lines(options.worlds.split(","), options.seeds):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
