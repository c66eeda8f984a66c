"""How an estimate is judged: is the truth in the interval, is nothing claimed that is not there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.panel import People
from tests.worlds.lines import write_lines
from tests.worlds.oracle import consult_totals
from tests.worlds.people import NOBODY, WORLDS, Journeys, World, record, simulate
from tests.worlds.totals import TotalsWorld, observe_totals, simulate_totals


@dataclass(frozen=True)
class Verdict:
    """One kind in one world at one seed; estimate and ends are None where it was refused.

    The oracle's are what the same model says when told what it has to find out; None where nobody
    asked it (and in results from before there was one).  `flags` are reasons and warnings, with
    semicolons in between.
    """

    world: str
    seed: int
    kind: str
    truth: float
    estimate: float | None
    low: float | None
    high: float | None
    oracle_estimate: float | None = None
    oracle_low: float | None = None
    oracle_high: float | None = None
    flags: str = ""

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
    """Simulate, estimate from the arrays, compare.

    In a world of heavy-tailed orders it is the value per engagement that is compared.
    """
    oracle: tuple[NDArray[np.float64], ...] | None = None
    if isinstance(world, World):
        journeys = simulate(world, seed)
        observed, truth = observe(journeys), journeys.truth
    else:
        totals = simulate_totals(world, seed)
        observed, truth = observe_totals(totals), totals.truth
        oracle = None if world.twins else consult_totals(totals)
    estimates = estimate_goal(observed)
    delta, errors = estimates.delta, estimates.critical * np.sqrt(np.diag(estimates.cov))
    if isinstance(world, World) and world.judged_by_value:
        mean, variance = estimates.value_mean, estimates.value_variance
        spread = np.diag(estimates.cov) * mean**2 + delta**2 * variance
        truth, delta = truth * world.order_mean, delta * mean
        errors = estimates.critical * np.sqrt(spread)
    verdicts = []
    for k, name in enumerate(observed.names):
        if np.isnan(truth[k]):  # neither a cause nor to be judged
            continue
        known = estimates.methods[k] is not None
        estimate, error = float(delta[k]), float(errors[k])
        ends = (estimate, estimate - error, estimate + error) if known else (None, None, None)
        flags = "; ".join([*estimates.reasons[k], *estimates.warnings[k]])
        told = (None,) * 3 if oracle is None else tuple(float(part[k]) for part in oracle)
        verdicts.append(Verdict(world.name, seed, name, float(truth[k]), *ends, *told, flags))
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
        if kind.role != "cause":
            continue
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
    """The records as the estimators want them; events without an id are in the totals only."""
    world, records = journeys.world, record(journeys)
    n_kinds = len(world.kinds)
    counts = np.zeros((world.n_days, n_kinds))
    np.add.at(counts, (records.touch_day, records.touch_kind), records.touch_count)
    known, bought = records.touch_id != NOBODY, records.conversion_id != NOBODY
    first = np.full(records.n_ids, world.n_days)
    np.minimum.at(first, records.touch_id[known], records.touch_day[known])
    np.minimum.at(first, records.conversion_id[bought], records.conversion_day[bought])
    identified = np.bincount(
        records.touch_kind[known], records.touch_count[known], minlength=n_kinds
    )
    return Observations(
        names=tuple(kind.name for kind in world.kinds),
        counts=counts,
        identified=identified.astype(np.float64),
        exposure=np.zeros(n_kinds, dtype=bool),
        people=People(
            records.n_ids,
            world.n_days,
            n_kinds,
            records.touch_id[known],
            records.touch_day[known],
            records.touch_kind[known],
            records.touch_count[known].astype(np.float64),
            records.conversion_id[bought],
            records.conversion_day[bought],
            np.ones(int(bought.sum())),
            first,
        ),
        outcome=np.bincount(records.conversion_day, minlength=world.n_days).astype(np.float64),
        order_value=records.conversion_value,
        order_count=np.ones(records.conversion_day.size),
    )
