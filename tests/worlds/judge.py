"""How an estimate is judged: is the truth in the interval, is nothing claimed that is not there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.panel import People
from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, Journeys, World, simulate
from tests.worlds.totals import TotalsWorld, observe_totals, simulate_totals


@dataclass(frozen=True)
class Verdict:
    """One kind in one world at one seed; estimate and ends are None where it was refused."""

    world: str
    seed: int
    kind: str
    truth: float
    estimate: float | None
    low: float | None
    high: float | None

    @property
    def covered(self) -> bool | None:
        if self.low is None or self.high is None:
            return None
        return self.low <= self.truth <= self.high

    @property
    def false_claim(self) -> bool | None:
        """Whether a kind that does nothing is said to be worth more than nothing."""
        if self.truth > 0 or self.low is None:
            return None
        return self.low > 0


def judge(world: World | TotalsWorld, seed: int) -> list[Verdict]:
    """Simulate, estimate from the arrays, compare."""
    if isinstance(world, World):
        journeys = simulate(world, seed)
        observed, truth = observe(journeys), journeys.truth
    else:
        totals = simulate_totals(world, seed)
        observed, truth = observe_totals(totals), totals.truth
    estimates = estimate_goal(observed)
    errors = estimates.critical * np.sqrt(np.diag(estimates.cov))
    verdicts = []
    for k, name in enumerate(observed.names):
        known = estimates.methods[k] is not None
        estimate, error = float(estimates.delta[k]), float(errors[k])
        ends = (estimate, estimate - error, estimate + error) if known else (None, None, None)
        verdicts.append(Verdict(world.name, seed, name, float(truth[k]), *ends))
    return verdicts


def judge_command_line(name: str, seed: int) -> list[Verdict]:
    """Simulate, write event lines, run `python -m chalicelib estimate` on them, compare."""
    journeys = simulate(WORLDS[name], seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        write_lines(journeys, path)
        output = subprocess.run(
            [sys.executable, "-m", "chalicelib", "estimate", str(path)],
            check=True,
            capture_output=True,
        ).stdout
    found = {
        (channel["channel"], engagement["type"]): engagement["conversions_per_engagement"]
        for channel in json.loads(output)["roi"]["channels"]
        for engagement in channel["engagements"]
    }
    verdicts = []
    for k, kind in enumerate(journeys.world.kinds):
        got = found[kind.channel, kind.type]
        verdicts.append(
            Verdict(
                name,
                seed,
                f"{kind.channel}/{kind.type}",
                float(journeys.truth[k]),
                got["estimate"],
                got["ci_low"],
                got["ci_high"],
            )
        )
    return verdicts


def observe(journeys: Journeys) -> Observations:
    """The journeys as the estimators want them."""
    world = journeys.world
    n_kinds = len(world.kinds)
    counts = np.zeros((world.n_days, n_kinds))
    np.add.at(counts, (journeys.touch_day, journeys.touch_kind), journeys.touch_count)
    first = np.full(world.n_people, world.n_days)
    np.minimum.at(first, journeys.touch_person, journeys.touch_day)
    np.minimum.at(first, journeys.conversion_person, journeys.conversion_day)
    ones = np.ones(journeys.conversion_person.size)
    return Observations(
        names=tuple(f"{kind.channel}/{kind.type}" for kind in world.kinds),
        counts=counts,
        identified=counts.sum(axis=0),
        exposure=np.zeros(n_kinds, dtype=bool),
        people=People(
            world.n_people,
            world.n_days,
            n_kinds,
            journeys.touch_person,
            journeys.touch_day,
            journeys.touch_kind,
            journeys.touch_count.astype(np.float64),
            journeys.conversion_person,
            journeys.conversion_day,
            ones,
            first,
        ),
        outcome=np.bincount(journeys.conversion_day, minlength=world.n_days).astype(np.float64),
        order_value=journeys.conversion_value,
        order_count=ones,
    )
