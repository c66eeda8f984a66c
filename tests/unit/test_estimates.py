"""The method of each type, and rejections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import Observations, mean_inside, mean_order_value
from chalicelib.attribution.within_user.panel import People
from tests.contract.panels import Small, without_people
from tests.worlds.judge import observe
from tests.worlds.people import WORLDS, simulate

SMALL = replace(WORLDS["loyalty"], n_people=1_500, n_days=60)


@pytest.fixture(scope="module")
def observed() -> Observations:
    return observe(simulate(SMALL, 1))


def all_anonymous(observed: Observations) -> Observations:
    anonymous = np.zeros(observed.counts.shape[1])
    return replace(observed, people=without_people(observed.people), identified=anonymous)


def only_touches(people: People, kept: np.ndarray) -> People:
    """The same people with these of their engagements."""
    columns = ("touch_person", "touch_day", "touch_kind", "touch_count")
    return replace(people, **{name: getattr(people, name)[kept] for name in columns})


def select_kinds(observed: Observations, order: list[int], names: list[str]) -> Observations:
    """The same world with types repeated or omitted; `order` has the source of each type."""
    people = observed.people
    parts = [(people.touch_kind == source, new) for new, source in enumerate(order)]
    return replace(
        observed,
        names=tuple(names),
        counts=observed.counts[:, order],
        identified=observed.identified[order],
        roles=tuple(observed.roles[k] for k in order),
        people=replace(
            people,
            n_kinds=len(order),
            touch_person=np.concatenate([people.touch_person[m] for m, _ in parts]),
            touch_day=np.concatenate([people.touch_day[m] for m, _ in parts]),
            touch_kind=np.concatenate([np.full(m.sum(), new) for m, new in parts]),
            touch_count=np.concatenate([people.touch_count[m] for m, _ in parts]),
        ),
    )


def test_identified_journeys_are_estimated_within_people(observed: Observations) -> None:
    estimates = estimate_goal(observed)

    assert set(estimates.methods) == {"within_user"}
    assert np.isfinite(estimates.delta).all()
    assert (np.linalg.eigvalsh(estimates.cov) > 0).all()
    assert estimates.decay_weights.sum(axis=1) == pytest.approx(np.ones(6))
    for sensitivity in estimates.sensitivities:
        assert sensitivity is not None
        assert 1.0 <= sensitivity.value_ci <= sensitivity.value


def test_clear_effect_would_need_a_strong_hidden_cause() -> None:
    journeys = simulate(replace(WORLDS["no_confounding"], n_people=4_000, n_days=90), 1)

    click = estimate_goal(observe(journeys)).sensitivities[5]

    # a click adds 0.030 * 0.35 on its day to a usual 0.004 a day
    ratio = 1 + 0.030 * 0.35 / 0.004
    assert click is not None
    assert click.value == pytest.approx(ratio + np.sqrt(ratio * (ratio - 1)), rel=0.35)


def test_daily_totals_alone_are_estimated_by_the_time_series(observed: Observations) -> None:
    estimates = estimate_goal(all_anonymous(observed))

    assert set(estimates.methods) == {"time_series"}
    assert np.isfinite(estimates.delta).all()


def test_anonymous_type_next_to_identified_ones_is_estimated_by_the_time_series(
    observed: Observations,
) -> None:
    people = observed.people
    mixed = replace(
        observed,
        identified=np.where(np.arange(6) == 4, 0.0, observed.identified),
        people=only_touches(people, people.touch_kind != 4),
    )

    estimates = estimate_goal(mixed)

    assert [m for k, m in enumerate(estimates.methods) if k != 4] == ["within_user"] * 5
    assert estimates.methods[4] == "time_series"
    assert estimates.cov[4, 0] == 0.0


@pytest.fixture
def twins(observed: Observations) -> Observations:
    """Likes, the same numbers as shares, and clicks."""
    return select_kinds(
        observed, [0, 0, 5], ["facebook/like", "facebook/share", "google_ads/click"]
    )


def test_two_types_that_move_together_are_rejected_and_name_each_other(twins: Observations) -> None:
    estimates = estimate_goal(twins)

    assert estimates.reasons[0] == ["collinear_with:facebook/share"]
    assert estimates.reasons[1] == ["collinear_with:facebook/like"]
    assert estimates.methods == [None, None, "within_user"]
    assert np.isnan(estimates.delta[:2]).all()


def test_collinear_types_in_daily_totals_are_rejected_too(twins: Observations) -> None:
    assert estimate_goal(all_anonymous(twins)).methods == [None, None, "time_series"]


def test_constant_type_has_no_variation(observed: Observations) -> None:
    counts = observed.counts.copy()
    counts[:, 2] = 40.0

    estimates = estimate_goal(replace(all_anonymous(observed), counts=counts))

    assert estimates.reasons[2] == ["no_variation"]


def test_too_few_conversions_are_rejected(observed: Observations) -> None:
    people = observed.people
    few = replace(
        observed,
        outcome=np.where(np.arange(60) < 10, 1.0, 0.0),
        people=replace(
            people,
            outcome_person=people.outcome_person[:10],
            outcome_day=people.outcome_day[:10],
            outcome_weight=people.outcome_weight[:10],
        ),
    )

    estimates = estimate_goal(few)

    assert estimates.methods == [None] * 6
    assert all(reasons == ["too_few_conversions"] for reasons in estimates.reasons)


def test_first_events_of_people_are_not_evidence(observed: Observations) -> None:
    people = observed.people
    first = people.first_day.copy()
    np.maximum.at(first, people.outcome_person, people.outcome_day)

    estimates = estimate_goal(replace(observed, people=replace(people, first_day=first)))

    assert set(estimates.methods) == {"time_series"}


def test_a_window_of_under_two_weeks_is_too_short() -> None:
    short = observe(simulate(replace(SMALL, n_days=13), 1))

    estimates = estimate_goal(short)

    assert all(reasons == ["too_short_window"] for reasons in estimates.reasons)


def test_ad_impressions_next_to_tracked_clicks_are_exposure_only(observed: Observations) -> None:
    impressions = select_kinds(observed, [0, 5], ["google_ads/impression", "google_ads/click"])
    people = impressions.people
    impressions = replace(
        impressions,
        roles=("exposure", "cause"),
        identified=np.array([0.0, impressions.identified[1]]),
        people=only_touches(people, people.touch_kind == 1),
    )

    estimates = estimate_goal(impressions)

    assert estimates.reasons[0] == ["exposure_only"]
    assert estimates.methods[1] == "within_user"


def test_refund_subtracts_its_value_but_not_the_conversion() -> None:
    mean, variance = mean_order_value(np.array([100.0, 50.0, -50.0]), np.array([1.0, 1.0, 0.0]))

    assert mean == pytest.approx(50.0)
    assert variance > 0


def test_the_mean_order_value_of_single_orders_has_the_textbook_variance() -> None:
    values = np.array([10.0, 20.0, 60.0, 30.0])

    mean, variance = mean_order_value(values, np.ones(4))

    assert mean == pytest.approx(values.mean())
    assert variance == pytest.approx(values.var(ddof=1) / 4)


def test_engagements_near_the_end_have_less_of_their_effect_inside_the_window() -> None:
    early, late = np.zeros((30, 1)), np.zeros((30, 1))
    early[0], late[-1] = 5.0, 5.0

    assert mean_inside(late).adstock[0] == pytest.approx(np.ones(DECAYS.size))
    assert (mean_inside(early).adstock[0, 1:] > 1.0).all()
    assert mean_inside(late).blocks[0].tolist() == [0.0, 0.0]
    # days 15 to 29 of 15 to 30
    assert mean_inside(early).blocks[0] == pytest.approx([1.0, 15 / 16])


def test_decay_is_unknown_only_without_information_in_the_data() -> None:
    nothing, clear = (
        estimate_goal(observe(simulate(replace(WORLDS[name], n_people=4_000, n_days=90), 1)))
        for name in ("all_zero", "no_confounding")
    )

    assert any("decay_unknown" in warnings for warnings in nothing.warnings)
    assert not any("decay_unknown" in warnings for warnings in clear.warnings)


def test_effect_slower_than_the_grid_is_at_its_edge() -> None:
    slow, usual = Draft.of(1), Draft.of(1)
    weights = np.zeros((2, DECAYS.size))
    weights[0, -1] = weights[1, 4] = 1.0
    for draft, weight in ((slow, weights[:1]), (usual, weights[1:])):
        draft.accept(np.array([0]), "within_user", np.ones(1), np.eye(1), weight, 2.0)

    assert slow.warnings == [["decay_at_edge"]]
    assert usual.warnings == [[]]


def test_only_the_most_frequent_of_many_types_are_estimated(observed: Observations) -> None:
    kinds = 70
    many = select_kinds(
        all_anonymous(observed),
        [k % 6 for k in range(kinds)],
        [f"c{k}/like" for k in range(kinds)],
    )
    many = replace(many, counts=many.counts + (np.arange(kinds) >= 65))

    estimates = estimate_goal(many)

    assert sum(reasons == ["too_many_kinds"] for reasons in estimates.reasons) == 10
    frequent = np.argsort(-many.counts.sum(axis=0), kind="stable")[:60]
    assert all("too_many_kinds" not in estimates.reasons[kind] for kind in frequent)


def test_types_common_to_all_people_on_a_day_are_left_to_totals() -> None:
    n_people, n_days = 100, 60
    counts = np.zeros((n_people, n_days, 1))
    counts[:, 1::3] = 1.0
    bought = (np.random.default_rng(2).random((n_people, n_days)) < 0.05).astype(float)
    together = Small(counts, bought, first=np.full(n_people, -1), truth=np.zeros(1)).observe()

    estimates = estimate_goal(together)

    assert estimates.methods == ["time_series"]
