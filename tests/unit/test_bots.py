"""Automated accounts."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.within_user.bots import find_bots, share_of_people, without
from tests.worlds.judge import observe
from tests.worlds.people import WORLDS, simulate


def test_only_accounts_far_above_all_people_are_bots() -> None:
    people = observe(simulate(WORLDS["bots"], 1)).people
    activity = np.bincount(people.touch_person, people.touch_count, minlength=people.n_people)

    bots = find_bots(people)

    assert 10 < bots.sum() < 60  # three in a thousand of 10,000
    assert activity[bots].min() > activity[~bots].max()
    assert not find_bots(without(people, bots)).any()


def test_worlds_without_bots_have_none() -> None:
    assert not find_bots(observe(simulate(WORLDS["loyalty"], 1)).people).any()


def test_excluded_accounts_are_never_at_risk_and_count_in_the_share() -> None:
    people = observe(simulate(WORLDS["bots"], 1)).people
    bots = find_bots(people)

    left = without(people, bots)

    assert not bots[left.touch_person].any()
    assert not bots[left.outcome_person].any()
    assert (left.first_day[bots] == people.n_days).all()
    share = share_of_people(people, bots)
    assert share == pytest.approx(
        np.bincount(left.touch_kind, left.touch_count)
        / np.bincount(people.touch_kind, people.touch_count)
    )


def test_effect_of_an_average_engagement_is_that_of_people_times_their_share() -> None:
    z = []
    for seed in range(2):
        journeys = simulate(WORLDS["bots"], seed)
        estimates = estimate_goal(observe(journeys))
        z += list((estimates.delta - journeys.truth) / np.sqrt(np.diag(estimates.cov)))
        assert all("bots_left_out" in warnings for warnings in estimates.warnings)

    assert np.abs(z).max() < 3.5
    assert abs(np.mean(z)) < 1.0
