"""The table of simulated worlds, and its oracle."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from tests.worlds.judge import Verdict, judge
from tests.worlds.oracle import consult_totals
from tests.worlds.table import HEADER, summarise
from tests.worlds.totals import KINDS, TOTALS_WORLDS, Disturbance, simulate_totals

SMALL = replace(TOTALS_WORLDS["calm"], n_days=90, kinds=KINDS[:2])


def make_verdict(**over: object) -> Verdict:
    fields = {
        "world": "w",
        "seed": 0,
        "kind": "facebook/like",
        "truth": 1.0,
        "estimate": 1.4,
        "low": 0.4,
        "high": 2.4,
        "oracle_estimate": 1.2,
        "oracle_low": 0.7,
        "oracle_high": 1.7,
    }
    return Verdict(**(fields | over))


def test_errors_and_widths_are_compared_with_the_oracles() -> None:
    line = summarise("w", [make_verdict(), make_verdict(seed=1)])

    assert line == ("| w | 2 | 100.0 % | – | 0.0 % | – | 0.0 % | 0.0 % | – | 0.40 | 2.00 | 2.00 |")
    assert line.count("|") == HEADER.splitlines()[0].count("|")


def test_rejected_types_are_not_compared_with_the_oracle() -> None:
    rows = [make_verdict(), make_verdict(seed=1, estimate=None, low=None, high=None)]

    assert summarise("w", rows).endswith("| 50.0 % | – | 0.40 | 2.00 | 2.00 |")


def test_results_without_an_oracle_still_load() -> None:
    old = {k: v for k, v in asdict(make_verdict()).items() if not k.startswith("oracle")}

    verdict = Verdict(**json.loads(json.dumps(old)))

    assert verdict.covered
    assert summarise("w", [verdict]).endswith("| 0.40 | – | – |")


def test_verdict_on_totals_includes_the_oracle() -> None:
    verdict = judge(SMALL, 1)[0]

    assert verdict.oracle_low is not None
    assert verdict.oracle_estimate is not None
    assert verdict.oracle_high is not None
    assert verdict.oracle_low < verdict.oracle_estimate < verdict.oracle_high
    assert json.loads(json.dumps(asdict(verdict))) == asdict(verdict)


def test_collinear_types_have_no_oracle() -> None:
    verdict = judge(TOTALS_WORLDS["collinear"], 1)[2]

    assert verdict.oracle_estimate is None


def test_oracle_knows_the_days_of_shocks() -> None:
    calm = simulate_totals(SMALL, 2)
    shaken = simulate_totals(replace(SMALL, disturbances=(Disturbance(0.5, 6, 4.0),)), 2)

    (before, low, high), (after, _, _) = consult_totals(calm), consult_totals(shaken)

    assert (np.abs(after - before) < (high - low) / 2).all()


def test_oracle_is_right_about_large_effects() -> None:
    strong = tuple(replace(kind, delta=10 * kind.delta) for kind in SMALL.kinds)
    totals = simulate_totals(replace(SMALL, kinds=strong, n_days=180, spread=0.6), 3)

    estimate, _, _ = consult_totals(totals)

    assert estimate == pytest.approx(totals.truth, rel=0.25)


def test_weekly_form_of_a_world_has_the_same_totals() -> None:
    daily = simulate_totals(replace(SMALL, n_days=91), 4)
    weekly = simulate_totals(replace(SMALL, n_days=91, by_week=True), 4)

    assert weekly.outcome.sum() == daily.outcome.sum()
    assert np.array_equal(weekly.truth, daily.truth)
    assert set(np.flatnonzero(weekly.outcome) % 7) == {0}
