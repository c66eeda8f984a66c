"""Strata pooled by their noise, and the slope of the response."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import mean_inside
from chalicelib.attribution.within_user.pooling import Panel, pool
from chalicelib.attribution.within_user.projection import Projection, Scores
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.worlds.judge import observe
from tests.worlds.people import WORLDS, simulate

G = DECAYS.size


def panel_of(noise: list[float], activity: list[float], conversions: float = 50.0) -> Panel:
    """One type; every stratum has 1,002 person-days of two people and unit cross products."""
    size = len(noise)
    gram = np.tile(np.eye(G + 1), (size, 1, 1))
    gram[:, -1, -1] = np.array(noise) * 1_000
    return Panel(
        Projection(gram, np.zeros((size, 1, G + 1)), np.full(size, 1_002), np.full(size, 2)),
        Scores(np.zeros((size, G)), np.tile(np.eye(G), (size, 1, 1)), np.ones((size, G))),
        np.array(activity),
        np.ones((size, 1)),
        np.full(size, conversions),
        np.zeros(1, dtype=np.int64),
    )


def test_stratum_is_weighted_by_the_inverse_of_its_variance() -> None:
    panel = panel_of([0.01, 0.02, 0.04, 0.08], [0.1, 0.2, 0.4, 0.8])

    pooled = pool(panel, 0.0)

    assert panel.noise() == pytest.approx([0.01, 0.02, 0.04, 0.08])
    precision = panel.noise().mean() / panel.noise()
    assert pooled.gram[0, 0] == pytest.approx(precision.sum())
    assert pooled.meat[0, 0] == pytest.approx((precision**2).sum() * 8 / 7)


def test_chance_in_one_stratum_does_not_determine_its_weight() -> None:
    calm = panel_of([0.01, 0.02, 0.04, 0.08, 0.16, 0.32], [0.1, 0.2, 0.4, 0.8, 1.6, 3.2])
    lucky = panel_of([0.01, 0.02, 0.004, 0.08, 0.16, 0.32], [0.1, 0.2, 0.4, 0.8, 1.6, 3.2])

    assert lucky.noise()[2] > 0.3 * calm.noise()[2]


def test_strata_without_conversions_do_not_affect_the_noise() -> None:
    panel = panel_of([0.01, 0.02, 0.04], [0.1, 0.2, 0.4], conversions=0.0)

    assert panel.noise() == pytest.approx(np.full(3, 0.07 / 3))


def test_a_slope_scales_the_columns_of_a_stratum_and_the_mean_effect() -> None:
    panel = panel_of([0.01] * 4, [0.25, 1.0, 1.0, 4.0])

    pooled = pool(panel, 0.5)

    assert pooled.gram[0, 0] == pytest.approx(0.25 + 1.0 + 1.0 + 4.0, rel=1e-6)
    assert pooled.response == pytest.approx([(0.5 + 1.0 + 1.0 + 2.0) / 4])


@pytest.mark.parametrize(
    ("name", "low", "high"), [("loyalty", -0.3, 0.3), ("multiplicative", 0.4, 1.3)]
)
def test_slope_separates_additive_from_multiplicative_effects(
    name: str, low: float, high: float
) -> None:
    journeys = simulate(replace(WORLDS[name], n_people=5_000, n_days=90), 2)
    observed = observe(journeys)

    fit = fit_within_user(reduce_panel(observed.people), mean_inside(observed.counts))

    assert low < fit.slope < high
    assert (fit.delta / journeys.truth).mean() == pytest.approx(1.0, abs=0.25)


def test_evidence_from_one_person_has_few_degrees_of_freedom() -> None:
    journeys = simulate(replace(WORLDS["loyalty"], n_people=2_000, n_days=60), 3)
    observed = observe(journeys)
    people = observed.people
    usual = fit_within_user(reduce_panel(people), mean_inside(observed.counts))
    fan = np.repeat(np.arange(5, 60), 4)  # one person who clicks far more than all others
    extreme = replace(
        people,
        n_people=people.n_people + 1,
        first_day=np.append(people.first_day, -1),
        touch_person=np.append(people.touch_person, np.full(fan.size, people.n_people)),
        touch_day=np.append(people.touch_day, fan),
        touch_kind=np.append(people.touch_kind, np.full(fan.size, 5)),
        touch_count=np.append(people.touch_count, np.tile([1.0, 3.0], fan.size)[: fan.size]),
        outcome_person=np.append(people.outcome_person, np.full(30, people.n_people)),
        outcome_day=np.append(people.outcome_day, np.arange(10, 40)),
        outcome_weight=np.append(people.outcome_weight, np.full(30, 5.0)),
    )

    fit = fit_within_user(reduce_panel(extreme), mean_inside(observed.counts))

    assert fit.freedom[5] < 10 < 20 < usual.freedom[5]
    assert fit.critical[5] > 2.2 > 2.1 > usual.critical[5]

    warned, calm = (
        estimate_goal(replace(observed, people=one)).warnings[5] for one in (extreme, people)
    )
    assert "weak_overlap" in warned
    assert "weak_overlap" not in calm
