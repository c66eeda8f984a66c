"""Response curves: spend, the priors, and draws against known truths."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.plans.stored_curves import planned_channels
from chalicelib.attribution.response_curves.alike_returns import draw_alike
from chalicelib.attribution.response_curves.bend_prior import BendPrior
from chalicelib.attribution.response_curves.curve_document import to_curve_document
from chalicelib.attribution.response_curves.curves import (
    ChannelSpend,
    ResponseCurves,
    costs_by_day,
    estimate_curves,
)
from chalicelib.attribution.response_curves.spending import (
    LEVELS,
    moving_together,
    summarise_spending,
)
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from tests.worlds.totals import TOTALS_WORLDS, observe_totals, simulate_totals


def stocks_of(spend: np.ndarray) -> np.ndarray:
    return adstock_series(spend[:, None])[:, 0]


def test_todays_spend_is_that_of_the_last_four_weeks() -> None:
    spend = np.concatenate([np.full(72, 10.0), np.full(28, 20.0)])

    found = summarise_spending(spend, stocks_of(spend))

    assert found.now == 20.0
    assert found.mean == pytest.approx(12.8)
    assert (found.lowest, found.highest) == pytest.approx((10.0, 20.0))


def test_the_range_seen_is_of_two_weeks_not_of_a_day() -> None:
    spend = np.full(100, 10.0)
    spend[50] = 150.0

    assert summarise_spending(spend, stocks_of(spend)).highest == pytest.approx(20.0)


@pytest.mark.parametrize("days", [5, 9, 100])
def test_levels_keep_the_mean_and_the_spread_of_the_stock(days: int) -> None:
    spend = np.exp(np.random.default_rng(days).standard_normal(days))
    stocks = stocks_of(spend)

    found = summarise_spending(spend, stocks)

    assert found.levels.shape == (DECAYS.size, LEVELS)
    assert found.levels.mean(axis=1) == pytest.approx(np.ones(DECAYS.size))
    assert (np.diff(found.levels, axis=1) >= -1e-9).all()
    relative = stocks[:, 3] / stocks[:, 3].mean()
    exact = (relative / (0.5 + relative)).mean()
    assert (found.levels[3] / (0.5 + found.levels[3])).mean() == pytest.approx(exact, rel=0.06)
    assert found.usual[3] == pytest.approx((relative**2).mean())


def test_channels_that_move_together_are_named() -> None:
    rng = np.random.default_rng(1)
    first = np.exp(rng.standard_normal(100))
    spends = np.column_stack([first, rng.random(100), 3 * first, np.ones(100)])

    assert moving_together(spends) == [(0, 2)]


def test_bends_are_even_alone_and_alike_in_company() -> None:
    prior = BendPrior(DecaysAndShapes.usual(np.arange(3)))
    bend = 2
    chosen = np.array([4 * 4 + 1, 4 * 4 + bend, 5 * 4 + bend])

    alone = np.exp(prior.given(0, chosen[:1], 0)).reshape(-1, 4).sum(axis=0)
    among = np.exp(prior.given(0, chosen, 0)).reshape(-1, 4).sum(axis=0)

    assert alone == pytest.approx(np.full(4, 0.25))
    assert among.sum() == pytest.approx(1.0)
    assert among[bend] == pytest.approx(2.5 / 4)


def test_returns_are_drawn_from_the_posterior_of_the_joint_prior() -> None:
    """Two channels, one known well: the other is drawn towards it. Checked against a grid."""
    mean, error = np.array([2.0, 6.0]), np.array([0.1, 3.0])
    cov = np.diag(error**2)

    found = draw_alike(
        np.tile(mean, (50, 1)), np.tile(cov, (50, 1, 1)), 4000, np.random.default_rng(3)
    )

    mu = np.geomspace(0.02, 60.0, 400)
    weight, second = np.zeros(0), np.zeros(0)
    for c in (0.3, 0.5, 0.8, 1.2):
        spread = np.sqrt(error**2 + (c * mu[:, None]) ** 2)
        weight = np.append(weight, stats.norm.pdf(mean, mu[:, None], spread).prod(axis=1))
        share = (c * mu) ** 2 / ((c * mu) ** 2 + error[1] ** 2)
        second = np.append(second, mu + share * (mean[1] - mu))
    assert found.returns[:, 0].mean() == pytest.approx(2.0, abs=0.05)
    assert found.returns[:, 1].mean() == pytest.approx(weight @ second / weight.sum(), rel=0.06)
    assert found.effective == pytest.approx(50.0)


def test_states_that_fit_the_joint_prior_weigh_more() -> None:
    mean = np.array([[2.0, 2.1, 1.9], [2.0, 40.0, -30.0]])
    cov = np.tile(0.04 * np.eye(3), (2, 1, 1))

    found = draw_alike(mean, cov, 100, np.random.default_rng(0))

    assert np.mean(found.state == 0) > 0.95
    assert found.effective < 1.1


def test_channels_that_bring_nothing_are_drawn_around_zero() -> None:
    mean = np.random.default_rng(1).normal(0.0, 0.3, (40, 4))
    cov = np.tile(0.09 * np.eye(4), (40, 1, 1))

    returns = draw_alike(mean, cov, 500, np.random.default_rng(0)).returns

    assert np.abs(returns.mean(axis=0)).max() < 0.2


def fitted(name: str = "calm", seed: int = 1) -> tuple[np.ndarray, GoalEstimates]:
    observed = observe_totals(simulate_totals(TOTALS_WORLDS[name], seed))
    return observed.counts, estimate_goal(observed)


def curves_of(counts: np.ndarray, estimates: GoalEstimates, *types: int) -> ResponseCurves:
    channels = [ChannelSpend(str(t), (t,), 2.0 * counts[:, t]) for t in types]
    return estimate_curves(channels, counts, estimates)


def test_draws_agree_with_the_estimates_and_go_through_the_document() -> None:
    counts, estimates = fitted()

    found = curves_of(counts, estimates, 0, 2)

    assert found.has_value
    for curve, kind in zip(found.channels, (0, 2), strict=True):
        assert curve.returns.shape == curve.bends.shape == curve.decays.shape == (250,)
        error = float(np.sqrt(estimates.cov[kind, kind]))
        assert abs(2.0 * curve.returns.mean() - estimates.delta[kind]) < 2.5 * error
    document = to_curve_document(found)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    (first, _) = planned_channels(document, set())
    assert np.mean(first.returns) == pytest.approx(
        np.mean(found.channels[0].returns * found.values), rel=2e-3
    )


def test_the_same_data_give_the_same_draws() -> None:
    counts, estimates = fitted()

    first, again = (to_curve_document(curves_of(counts, estimates, 0, 1)) for _ in range(2))

    assert first == again


def test_rejected_types_give_reasons_instead_of_draws() -> None:
    counts, estimates = fitted("collinear")

    found = curves_of(counts, estimates, 0, 1, 3)

    assert found.channels[0].reasons == ("collinear_with:twitter/share",)
    assert found.channels[0].returns.size == 0
    assert found.channels[2].returns.size == 250
    assert found.together == ((0, 1),)


def test_spend_that_does_not_vary_gives_no_curve() -> None:
    counts, estimates = fitted()

    steady = ChannelSpend("steady", (0,), np.full(counts.shape[0], 50.0))
    found = estimate_curves([steady], counts, estimates)

    assert found.channels[0].reasons == ("spend_does_not_vary",)


def test_costs_that_are_not_on_the_days_of_their_clicks_give_no_curve() -> None:
    counts, estimates = fitted()
    days = np.arange(counts.shape[0])
    daily = 50.0 * (1 + 0.2 * np.sin(days)) * (counts[:, 0] > 0)

    def reasons(spend: np.ndarray) -> tuple[str, ...]:
        return (
            estimate_curves([ChannelSpend("one", (0,), spend)], counts, estimates)
            .channels[0]
            .reasons
        )

    assert reasons(daily) == ()
    assert reasons(np.where(days % 30 == 0, daily.sum() / 10, 0.0)) == ("costs_not_by_day",)
    assert reasons(np.where(days % 7 < 5, daily, 0.0)) == ("costs_not_by_day",)  # no weekends
    last_week = days >= days.size - 7
    assert reasons(np.where(last_week, 0.0, daily)) == ("costs_not_by_day",)  # not yet imported


def test_days_without_cost_and_clicks_are_days_without_advertising() -> None:
    bought = np.tile([40.0, 60.0, 0.0, 0.0], 30)

    assert costs_by_day(2.0 * bought, bought)
    assert costs_by_day(np.append(bought[:90], np.zeros(30)), np.append(bought[:90], np.zeros(30)))
    assert not costs_by_day(2.0 * bought, bought[::-1])


def test_a_channel_without_engagements_keeps_its_spend_and_gives_the_reason() -> None:
    counts, estimates = fitted()
    spend = np.full(counts.shape[0], 50.0)

    document = to_curve_document(
        estimate_curves([ChannelSpend("radio", (), spend)], counts, estimates)
    )

    assert document["channels"][0]["reasons"] == ["no_engagements"]
    assert document["channels"][0]["now"] == 50.0
    assert [one.frozen for one in planned_channels(document, set())] == [True]


def test_one_day_of_spends_moves_nothing_together() -> None:
    assert moving_together(np.array([[3.0, 4.0]])) == []


def test_estimates_of_other_methods_have_bends_at_prior_odds() -> None:
    counts, estimates = fitted()
    estimates.methods[1] = "within_user"

    found = curves_of(counts, estimates, 1, 3)

    shares = np.bincount(found.channels[0].bends, minlength=4) / 250
    assert shares == pytest.approx(np.full(4, 0.25), abs=0.12)
    assert found.channels[0].returns.size == 250


def test_a_channel_of_two_types_adds_their_effects() -> None:
    counts, estimates = fitted()
    spend = np.ones(counts.shape[0]) * (1 + 0.2 * np.sin(np.arange(counts.shape[0])))

    both = estimate_curves([ChannelSpend("both", (0, 3), spend)], counts, estimates).channels[0]

    expected = sum(estimates.delta[t] * counts[:, t].sum() for t in (0, 3)) / spend.sum()
    assert both.returns.mean() == pytest.approx(expected, rel=0.5)
