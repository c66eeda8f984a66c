"""Path models against ChannelAttribution 2.2.5; `make_channelattribution.py` created the values.

Tolerance of the Markov models 1e-3 relative: the library simulates its journeys and starts from
3e8, with which the largest difference was 6e-4 (and 2e-3 with a tenth of them: the error of
the simulation, which shrinks with the root of their number). The rules agree to six stored digits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.paths.journeys import Paths
from chalicelib.attribution.paths.markov import credit_markov, removal_effects
from chalicelib.attribution.paths.rules import credit_first, credit_last, credit_linear

TOLERANCE = 1e-3
REFERENCE: dict[str, Any] = json.loads(
    Path(__file__).with_name("channelattribution.json").read_text()
)


def reference_paths() -> Paths:
    rows = [
        (journey, converted, number)
        for journey, bought, gone in REFERENCE["journeys"]
        for converted, number in ((1.0, bought), (0.0, gone))
        if number
    ]
    kind = np.array(["ABCDE".index(letter) for journey, _, _ in rows for letter in journey])
    converted = np.array([row[1] for row in rows])
    return Paths(
        n_kinds=5,
        kind=kind,
        start=np.cumsum([0, *(len(row[0]) for row in rows)]),
        time=np.arange(kind.size, dtype=np.float64),
        converted=converted,
        value=converted,
        weight=np.array([row[2] for row in rows], dtype=np.float64),
        ended=np.where(converted > 0, float(kind.size), np.nan),
        uncredited=0.0,
        uncredited_value=0.0,
    )


@pytest.mark.parametrize("order", [1, 2])
def test_markov_credits_equal_those_of_channelattribution(order: int) -> None:
    reference = REFERENCE[f"markov_{order}"]
    paths = reference_paths()

    effects = removal_effects(paths, order=order)
    credit = credit_markov(paths, order=order)

    assert effects == pytest.approx(reference["removal_effects"], rel=TOLERANCE)
    assert credit.conversions == pytest.approx(reference["conversions"], rel=TOLERANCE)


def test_orders_differ_by_more_than_the_tolerance() -> None:
    first, second = (np.array(REFERENCE[f"markov_{k}"]["conversions"]) for k in (1, 2))
    assert np.abs(first / second - 1).max() > 20 * TOLERANCE


@pytest.mark.parametrize("credit", [credit_first, credit_last, credit_linear])
def test_credits_of_rules_equal_those_of_channelattribution(credit: Any) -> None:
    answer = credit(reference_paths())
    assert answer.conversions == pytest.approx(REFERENCE[answer.method], abs=1e-6)
