"""Effects that come weeks after the engagement."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.observations import mean_inside
from chalicelib.attribution.within_user.late_blocks import read_late_effects
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.pooling import pool
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract.panels import Small


def delayed_people(
    delay: tuple[int, int], effect: float, seed: int, *, n: int = 4_000, days: int = 120
) -> tuple[People, np.ndarray, float]:
    """Two types; the first causes `effect` conversions evenly over `delay`, in days.

    Returns
    -------
    People, counts (T, 2), conversions inside the window per engagement of the first type
    """
    rng = np.random.default_rng(seed)
    x = rng.poisson(0.05, (n, days, 2))
    rate = np.full((n, days), 0.004)
    inside = 0.0
    for lag in range(delay[0], delay[1] + 1):
        share = effect / (delay[1] - delay[0] + 1)
        rate[:, lag:] += share * x[:, : days - lag, 0]
        inside += share * x[:, : days - lag, 0].sum()
    truth = inside / x[:, :, 0].sum()
    counts, outcome = x.astype(float), rng.poisson(rate).astype(float)
    people = Small(counts, outcome, np.full(n, -1), np.array([truth, 0.0])).people
    return people, counts.sum(axis=0), truth


@pytest.mark.parametrize("delay", [(14, 30), (10, 20), (7, 14)])
def test_an_effect_that_comes_weeks_later_is_found(delay: tuple[int, int]) -> None:
    z = []
    for seed in range(3):
        people, counts, truth = delayed_people(delay, 0.06, seed)
        fit = fit_within_user(reduce_panel(people), mean_inside(counts))
        error = np.sqrt(np.diag(fit.cov))
        z.append((fit.delta[0] - truth) / error[0])
        assert fit.delta[0] - 2 * error[0] > 0, "the effect is plain"
        assert fit.late_share(mean_inside(counts))[0].sum() > 0.6
        assert abs(fit.delta[1]) < 3.5 * error[1]

    assert np.abs(z).max() < 3.5
    assert abs(np.mean(z)) < 2.0


def test_an_effect_that_fades_has_no_late_part() -> None:
    people, counts, _ = delayed_people((0, 3), 0.06, 1)

    fit = fit_within_user(reduce_panel(people), mean_inside(counts))

    assert fit.late_share(mean_inside(counts)).sum(axis=1).max() < 0.1


def test_late_effects_require_evidence_and_are_positive() -> None:
    people, _, _ = delayed_people((14, 30), 0.06, 1)
    nothing, _, _ = delayed_people((14, 30), 0.0, 3)
    decays = np.array([4, 4])

    found, none = (
        read_late_effects(pool(reduce_panel(one), 0.0), decays) for one in (people, nothing)
    )

    assert found.probability > 0.95
    assert found.weight[0, 1] > 0.95 > 0.6 > found.weight[1, 1]
    assert none.probability < 0.1


def test_coefficients_equal_those_of_one_regression() -> None:
    people, _, _ = delayed_people((14, 30), 0.06, 1, n=300)
    pooled = pool(reduce_panel(people), 0.0)
    decays = np.array([2, 6])
    where = Columns(2)
    columns = np.concatenate([where.adstocks(decays), where.blocks.ravel()])

    found = read_late_effects(pooled, decays)

    solved = np.linalg.solve(
        pooled.gram[np.ix_(columns, columns)], (pooled.product + pooled.shift)[columns]
    )
    assert found.coefficient.T.ravel() == pytest.approx(solved[2:], rel=1e-6)
