"""Worlds of designs: what a design promises against what its test then finds.

python -m tests.worlds.designs [--designs geo_2_of_40,switchback_56] [--seeds 100]

For each seed the test is designed from the past. Then it runs twice: with the smallest effect that
the design promises to find with 80 % power, and without any.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.experiments.geo_design import design_geo_test
from chalicelib.attribution.experiments.geo_tests import analyse_geo_test
from chalicelib.attribution.experiments.holdout_design import HoldoutPlan
from chalicelib.attribution.experiments.holdouts import Arm, analyse_holdout
from chalicelib.attribution.experiments.switchback import Switchback, analyse_switchback
from tests.worlds.geo import GEO_WORLDS, GeoWorld, simulate_geo

CLAIM = 0.05
HEADER = (
    "| design | seeds | smallest effect promised | shown (80 % promised) | shown without effect |\n"
    "|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Tried:
    """A design at one seed: the promised effect, and whether the test showed it, and nothing."""

    promised: float
    shown: bool
    false: bool


@dataclass(frozen=True)
class HoldoutWorld:
    """People with binomial conversions; repeat buyers have a geometric number."""

    rate: float = 0.01
    control_share: float = 0.5
    lift: float = 0.2
    each: float = 1.0


@dataclass(frozen=True)
class SwitchbackWorld:
    """100 conversions of 60 euros a day around a level that is a random walk, and 300 euros a day.

    The true decay and the true drift may differ from those assumed.
    """

    days: int = 56
    block: int = 7
    decay: float = 0.6
    drift: float = 0.02
    true_decay: float = 0.6
    true_drift: float = 0.02


_DRIFTING = GEO_WORLDS["geo_drifting"]
DESIGNS: dict[str, HoldoutWorld | SwitchbackWorld | GeoWorld] = {
    "holdout_half": HoldoutWorld(),
    "holdout_tenth": HoldoutWorld(control_share=0.1),
    "holdout_repeat_buyers": HoldoutWorld(rate=0.03, lift=0.15, each=1.6),
    "holdout_rare": HoldoutWorld(rate=0.002, control_share=0.3, lift=0.3),
    "geo_2_of_40": replace(_DRIFTING, n_treated=2, n_regions=40, days=21),
    "geo_4_of_20": replace(_DRIFTING, n_treated=4, n_regions=20, days=28),
    "geo_4_of_20_restless": replace(_DRIFTING, n_treated=4, n_regions=20, days=28, drift=0.01),
    "geo_8_of_16": replace(_DRIFTING, n_treated=8, n_regions=16, days=28),
    "geo_1_of_10": replace(_DRIFTING, n_treated=1, n_regions=10, days=28),
    "switchback_56": SwitchbackWorld(),
    "switchback_84": SwitchbackWorld(days=84),
    "switchback_84_of_3_days": SwitchbackWorld(days=84, block=3),
    "switchback_lasts_longer": SwitchbackWorld(days=84, true_decay=0.85),
    "switchback_restless": SwitchbackWorld(days=84, true_drift=0.05),
}


def try_design(name: str, seed: int) -> Tried:
    """Design a test, and run it with and without the promised effect."""
    world = DESIGNS[name]
    if isinstance(world, HoldoutWorld):
        return _try_holdout(world, seed)
    if isinstance(world, SwitchbackWorld):
        return _try_switchback(world, seed)
    return _try_geo(world, seed)


def _try_holdout(world: HoldoutWorld, seed: int) -> Tried:
    rng = np.random.default_rng([seed, 31])
    ratio = 2.0 * world.each - 1.0  # sum of squares over sum, of a geometric number
    plan = HoldoutPlan(world.rate, world.control_share, ratio)
    people = plan.people_needed(world.lift)
    assert people is not None
    found = []
    for lift in (world.lift, 0.0):
        control, treated = round(people * world.control_share), people
        treated -= control
        arms = [
            _arm(treated, world.rate * (1 + lift), world.each, rng),
            _arm(control, world.rate, world.each, rng),
        ]
        found.append(analyse_holdout(*arms).p_value <= CLAIM)
    return Tried(world.lift, *found)


def _arm(size: int, rate: float, each: float, rng: np.random.Generator) -> Arm:
    buyers = rng.geometric(1.0 / each, rng.binomial(size, rate / each))
    return Arm(
        size, float(buyers.sum()), float(buyers.size), sum_of_squares=float((buyers**2).sum())
    )


def _try_switchback(world: SwitchbackWorld, seed: int) -> Tried:
    rng = np.random.default_rng([seed, 32])
    level, spend = 100.0, 300.0
    test = Switchback.drawn(world.days, world.block, spend, world.decay, seed)
    ratio = (world.drift * level) ** 2 / level
    effect = test.smallest_effect(level, ratio)
    exposure = np.array(replace(test, decay=world.true_decay).exposure)
    walk = level * np.exp(world.true_drift * np.cumsum(rng.standard_normal(world.days)))
    found = []
    for size in (effect, 0.0):
        mean = np.maximum(walk + size * (exposure - exposure.mean()), 1.0)
        drawn = rng.poisson(mean).astype(np.float64)
        found.append(analyse_switchback(drawn.tolist(), test).p_value <= CLAIM)
    return Tried(effect * 60.0, *found)


def _try_geo(world: GeoWorld, seed: int) -> Tried:
    panel = simulate_geo(replace(world, lift=0.0), seed)
    past = panel.counts[: world.before]
    design = design_geo_test(past, world.days, world.n_treated)
    rng = np.random.default_rng([seed, 33])
    found = []
    for lift in (design.smallest_effect, 0.0):
        counts = panel.counts.copy()
        treated = counts[world.before :, design.treated]
        counts[world.before :, design.treated] += rng.poisson(lift * treated)
        result = analyse_geo_test(counts, design.treated, world.before)
        found.append(result.conversions.p_value <= CLAIM)
    return Tried(design.smallest_effect, *found)


def lines(names: list[str], seeds: int) -> Iterator[str]:
    """The table, line by line as results arrive."""
    yield HEADER
    for name in names:
        tried = [try_design(name, seed) for seed in range(seeds)]
        promised = float(np.mean([one.promised for one in tried]))
        unit = (
            f"{promised:.2f} per euro" if name.startswith("switch") else f"{100 * promised:.1f} %"
        )
        shown, false = (
            np.mean([getattr(one, what) for one in tried]) for what in ("shown", "false")
        )
        yield f"| {name} | {seeds} | {unit} | {shown:.2f} | {false:.2f} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.designs")
    parser.add_argument("--designs", default=",".join(DESIGNS))
    parser.add_argument("--seeds", type=int, default=100)
    options = parser.parse_args()
    for line in lines(options.designs.split(","), options.seeds):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
