"""Leads: hidden causes that change over time, and buyers who react."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.observations import mean_inside
from chalicelib.attribution.within_user.leads import controls, read_change, surroundings, take_out
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract.panels import Small
from tests.worlds.judge import observe
from tests.worlds.people import WORLDS, simulate

COV = np.diag([0.01, 0.02, 0.01]) + 0.001


def test_leads_of_several_types_indicate_a_hidden_cause() -> None:
    change = read_change(np.array([0.4, 0.5, 0.45]), COV)

    assert not change.reacts.any()
    assert change.pooled_z > 4
    assert change.probability > 0.99


def test_a_lead_of_one_type_alone_is_a_reaction() -> None:
    change = read_change(np.array([0.02, 3.0, -0.05]), COV)

    assert change.reacts.tolist() == [False, True, False]
    assert abs(change.pooled_z) < 1
    assert change.probability < 0.5


def test_reaction_does_not_mask_a_hidden_cause() -> None:
    change = read_change(np.array([0.4, 5.0, 0.4]), COV)

    assert change.reacts.tolist() == [False, True, False]
    assert change.probability > 0.9


def test_without_leads_a_hidden_cause_is_unlikely() -> None:
    assert read_change(np.array([0.0, 0.0, 0.0]), COV).probability == 0.0
    assert read_change(np.array([0.05, 0.0, 0.05]), COV).probability < 0.25
    assert read_change(np.array([-0.4, -0.5, -0.4]), COV).probability == 0.0


def test_one_type_alone_gives_no_evidence_of_a_common_cause() -> None:
    change = read_change(np.array([3.0]), np.array([[0.01]]))

    assert (change.pooled_z, change.probability) == (0.0, 0.0)
    assert change.z[0] == pytest.approx(30.0)


def test_projecting_out_columns_equals_a_regression_with_them() -> None:
    panel = reduce_panel(
        observe(simulate(replace(WORLDS["loyalty"], n_people=400, n_days=40), 2)).people
    )
    where = Columns(panel.n_kinds)
    around = surroundings(panel.n_kinds, np.ones(panel.n_kinds, dtype=bool))
    adstocks = where.adstocks(np.full(panel.n_kinds, 3))
    stratum = 1
    gram = panel.projection.gram[stratum]
    rows = np.concatenate([np.eye(where.n_regressors)[adstocks], around])
    together = np.linalg.solve(rows @ gram[:-1, :-1] @ rows.T, rows @ gram[:-1, -1])

    without = take_out(panel, around).projection.gram[stratum]

    alone = np.linalg.solve(without[np.ix_(adstocks, adstocks)], without[adstocks, -1])
    assert alone == pytest.approx(together[:-1], rel=1e-6)
    assert around @ without[:-1, :-1] @ around.T == pytest.approx(0.0, abs=1e-6)


def test_empty_columns_project_out_nothing() -> None:
    people = observe(simulate(replace(WORLDS["loyalty"], n_people=200, n_days=30), 2)).people
    panel = reduce_panel(replace(people, first_day=np.full(people.n_people, -1)))

    same = take_out(panel, controls(panel.n_kinds))

    assert same.projection.gram == pytest.approx(panel.projection.gram)
    assert same.scores.meat == pytest.approx(panel.scores.meat)


def people_with_spells(seed: int, *, n: int = 3_000, days: int = 90) -> tuple[People, np.ndarray]:
    """People whose changing interest moves both likes, shares and purchases."""
    rng = np.random.default_rng(seed)
    log_interest = rng.standard_normal(n)
    keep = np.exp(-1 / 20)
    x, y = np.zeros((n, days, 2)), np.zeros((n, days))
    for day in range(days):
        log_interest = keep * log_interest + np.sqrt(1 - keep**2) * rng.standard_normal(n)
        interest = np.exp(0.8 * log_interest - 0.32)
        x[:, day] = rng.poisson(0.08 * interest[:, None], (n, 2))
        y[:, day] = rng.poisson(0.01 * interest)
    return Small(x, y, np.full(n, -1), np.zeros(2)).people, x.sum(axis=0)


def test_changing_interest_causes_no_false_claims() -> None:
    z, corrected = [], []
    for seed in range(3):
        people, counts = people_with_spells(seed)
        panel = reduce_panel(people)
        plain = take_out(panel, controls(2))
        columns = Columns(2).adstocks(np.array([5, 5]))
        gram = plain.projection.gram.sum(axis=0)
        meat = plain.scores.meat.sum(axis=0)[np.ix_(columns, columns)]
        inverse = np.linalg.inv(gram[np.ix_(columns, columns)])
        z.append(inverse @ gram[columns, -1] / np.sqrt(np.diag(inverse @ meat @ inverse)))
        fit = fit_within_user(panel, mean_inside(counts))
        corrected.append(fit.delta / np.sqrt(np.diag(fit.cov)))
        assert fit.change.probability > 0.9

    assert np.mean(z) > 4, "the world must be one that misleads"
    assert np.abs(np.mean(corrected)) < 1.5
