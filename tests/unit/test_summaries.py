"""Summaries of the final regressions agree with the estimates."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.student import degrees_of_freedom
from chalicelib.attribution.summaries import summarise_goal
from tests.worlds.totals import KINDS, TOTALS_WORLDS, observe_totals, simulate_totals


@lru_cache
def case() -> tuple[Observations, GoalEstimates]:
    world = replace(TOTALS_WORLDS["drifting"], kinds=KINDS[:2])
    observed = observe_totals(simulate_totals(world, 1))
    return observed, estimate_goal(observed)


def of_people() -> tuple[Observations, GoalEstimates]:
    """The first type is estimated from people, the second from totals."""
    observed, estimates = case()
    weights = np.zeros_like(estimates.decay_weights)
    weights[:, 3] = 1.0  # half remains the next day
    return observed, replace(
        estimates,
        methods=["within_user", "time_series"],
        delta=np.array([0.02, 0.05]),
        cov=np.diag([0.005**2, 0.01**2]),
        critical=np.array([2.228139, 1.96]),  # ten degrees of freedom
        decay_weights=weights,
        warnings=[["weak_overlap"], []],
        diagnostics=estimates.diagnostics
        | {"people": 800, "person_days": 36000, "lead_z": -0.4, "response_slope": 0.25},
    )


def test_panel_table_has_rows_that_agree_with_the_estimates() -> None:
    observed, estimates = of_people()

    text = summarise_goal("purchase", observed, estimates)

    row = next(line for line in text.splitlines() if line.startswith("facebook/like"))
    coefficient, error, t, p, low, high, half_life = map(float, row.split()[1:8])
    assert (coefficient, error, t) == (0.02, 0.005, 4.0)
    assert p == pytest.approx(2 * stats.t.sf(4.0, 10), abs=1e-3)
    assert degrees_of_freedom(2.228139) == pytest.approx(10, rel=1e-3)
    assert (low, high) == pytest.approx(
        (0.02 - 2.228139 * 0.005, 0.02 + 2.228139 * 0.005), abs=1e-6
    )
    assert half_life == pytest.approx(np.log(0.5) / np.log(DECAYS[3]), abs=0.05)
    assert row.split()[-1] == "within_user"


def test_panel_table_shows_diagnostics_and_warnings() -> None:
    text = summarise_goal("purchase", *of_people())

    assert re.search(r"People: +800 *\n", text)
    assert re.search(r"Person-days: +36000 *\n", text)
    assert re.search(r"Lead z: +-0.4 *\n", text)
    assert re.search(r"Slope of response: +0.25 *\n", text)
    assert "cluster (person)" in text
    assert "weak_overlap" in text


def test_regression_of_totals_contains_only_their_types() -> None:
    observed, estimates = of_people()

    _, totals = summarise_goal("purchase", observed, estimates).split(
        "Unobserved Components Results"
    )

    assert f"beta.x1   {observed.names[1]}" in totals
    assert observed.names[0] not in totals


def test_totals_alone_have_no_table_of_people() -> None:
    text = summarise_goal("purchase", *case())

    assert "Within-Person" not in text
    assert "Unobserved Components Results" in text


def test_conversions_explained_by_people_are_subtracted_from_the_totals() -> None:
    observed, estimates = of_people()
    more = replace(estimates, delta=np.array([0.5, 0.05]))

    texts = [summarise_goal("purchase", observed, one) for one in (estimates, more)]

    likelihoods = [re.search(r"Log Likelihood +(\S+)", text) for text in texts]
    assert all(likelihoods)
    assert len({found.group(1) for found in likelihoods if found}) == 2


def test_types_without_an_estimate_are_listed_with_their_reasons() -> None:
    observed, estimates = case()
    rejected = replace(
        estimates, methods=["time_series", None], reasons=[[], ["no_variation", "exposure_only"]]
    )

    text = summarise_goal("purchase", observed, rejected)

    assert text.endswith(f"Not estimated:\n{observed.names[1]}: no_variation, exposure_only")


def test_same_data_give_the_same_text() -> None:
    assert summarise_goal("purchase", *of_people()) == summarise_goal("purchase", *of_people())
