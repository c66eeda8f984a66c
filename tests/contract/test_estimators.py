"""Every estimator keeps the contract; the panel estimator equals regressions in statsmodels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract import alternatives, averages, machinery, parts
from tests.contract.estimators import (
    CHECKS,
    ESTIMATORS,
    Estimator,
    check_calibration,
    check_days_without_data,
    forget_answers,
)
from tests.contract.panels import make_small


@pytest.fixture(autouse=True, scope="module")
def answers_of_this_run() -> None:
    """Mutmut runs these tests several times in a process, with different code."""
    forget_answers()


def checks_of(module: ModuleType) -> list[Callable[[], None]]:
    return [getattr(module, name) for name in vars(module) if name.startswith("check_")]


PANEL_CHECKS = [
    check for module in (machinery, averages, alternatives, parts) for check in checks_of(module)
]


SLOW = {"regions", "one regression", "panel"}
"""Estimators whose calibration takes long; `people` and `totals` contain the same parts."""


def cases() -> Iterator[Any]:
    """Every estimator with every check."""
    for estimator in ESTIMATORS:
        for check in CHECKS:
            slow = check is check_calibration and estimator.name in SLOW
            yield pytest.param(
                estimator,
                check,
                id=f"{estimator.name}-{check.__name__}",
                marks=[pytest.mark.thorough] if slow else [],
            )


@pytest.mark.parametrize(("estimator", "check"), list(cases()))
def test_an_estimator_keeps_the_contract(
    estimator: Estimator, check: Callable[[Estimator], None]
) -> None:
    check(estimator)


@pytest.mark.parametrize("check", PANEL_CHECKS, ids=lambda check: check.__name__)
def test_the_panel_estimator_equals_its_definition(check: Callable[[], None]) -> None:
    check()


def test_conversions_on_days_without_data_change_nothing_at_all() -> None:
    panel = ESTIMATORS[1]
    check_days_without_data(replace(panel, hole_moves=panel.exact))


def test_a_person_alone_in_a_stratum_does_not_decide_how_strata_are_weighted() -> None:
    for seed in (0, 2, 4, 5, 6):
        small = make_small(seed, n=90, days=33, base=0.2, engagements=0.3)
        idle = int(np.argmin(small.counts.sum(axis=(1, 2))))
        counts, outcome = small.counts.copy(), small.outcome.copy()
        counts[idle] = outcome[idle] = 0.0
        outcome[idle, [3, 17]] = 1.0
        others = np.arange(90) != idle

        with_idle, without = (
            fit_within_user(reduce_panel(one.people), one.inside)
            for one in (
                small.change(counts=counts, outcome=outcome),
                small.change(
                    counts=counts[others], outcome=outcome[others], first=small.first[others]
                ),
            )
        )

        ours, theirs = np.sqrt(np.diag(with_idle.cov)), np.sqrt(np.diag(without.cov))
        assert ours == pytest.approx(theirs, rel=0.1)
