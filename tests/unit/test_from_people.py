"""Types that qualify for a panel of journeys, and the days that it uses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import ARRIVAL, CAUSE, Observations
from chalicelib.attribution.within_user.from_people import _restrict_people
from tests.contract.panels import Small, make_small


def make_panel(seed: int = 1) -> Small:
    return make_small(seed, n=250, days=40, newcomers=0.3, base=0.15, engagements=0.2, spells=0.6)


def with_a_type(small: Small, counts: np.ndarray, role: str = CAUSE) -> Observations:
    """The observations with an additional type, and people first seen by it."""
    both = np.concatenate([small.counts, counts[:, :, None]], axis=2)
    seen = np.where(counts.any(axis=1), (counts > 0).argmax(axis=1), small.counts.shape[1])
    first = np.where(small.first < 0, -1, np.minimum(small.first, seen))
    more = small.change(counts=both, first=first).observe()
    return replace(more, roles=(*more.roles[:-1], role))


def of_causes(found: GoalEstimates) -> np.ndarray:
    return np.concatenate([found.delta[:2], found.cov[:2, :2].ravel(), found.critical[:2]])


@pytest.mark.parametrize(("role", "rate"), [(ARRIVAL, 0.3), (CAUSE, 0.002)])
def test_type_that_is_not_a_regressor_changes_nothing(role: str, rate: float) -> None:
    small = make_panel()
    junk = np.random.default_rng(3).poisson(rate, small.outcome.shape).astype(float)
    junk[:, :2] = 0.0  # no person is seen before the window by it
    rejected = with_a_type(small, junk, role)

    found = estimate_goal(rejected)

    usual = estimate_goal(small.change(first=first_seen(small)).observe())
    assert of_causes(found) == pytest.approx(of_causes(usual), rel=1e-9)
    assert np.isnan(found.delta[2])
    assert found.reasons[2] != []


def first_seen(small: Small) -> np.ndarray:
    """Day of the first engagement or conversion of newcomers."""
    anything = small.counts.sum(axis=2) + small.outcome
    day = np.where(anything.any(axis=1), (anything > 0).argmax(axis=1), small.outcome.shape[1])
    return np.where(small.first < 0, -1, day)


def test_restricted_people_are_first_seen_by_the_remaining_events() -> None:
    small = make_panel()
    people = small.change(first=np.where(small.first < 0, -1, 0)).people

    one = _restrict_people(people, np.array([1]), np.arange(people.n_days))

    for person in range(people.n_people):
        touched = people.touch_day[(people.touch_person == person) & (people.touch_kind == 1)]
        bought = people.outcome_day[people.outcome_person == person]
        seen = [*touched.tolist(), *bought.tolist(), people.n_days]
        assert one.first_day[person] == (-1 if people.first_day[person] < 0 else min(seen))
    assert one.n_kinds == 1
    assert set(one.touch_kind.tolist()) == {0}
    assert one.touch_count.sum() == small.counts[:, :, 1].sum()
    assert one.used_days is None


def test_types_are_renumbered_in_the_requested_order() -> None:
    small = make_panel()

    turned = _restrict_people(small.people, np.array([1, 0]), np.arange(40))

    assert turned.touch_count[turned.touch_kind == 0].sum() == small.counts[:, :, 1].sum()
    assert turned.touch_count[turned.touch_kind == 1].sum() == small.counts[:, :, 0].sum()


def test_days_without_data_are_neither_rows_nor_zeros() -> None:
    small = make_panel()
    used = np.ones(40, dtype=bool)
    used[12:18] = False
    emptied = small.change(outcome=np.where(used, small.outcome, 0.0))

    known, taken_for_zeros = (
        estimate_goal(one.observe()) for one in (emptied.change(used=used), emptied)
    )

    days_at_risk = (np.arange(40) > first_seen(emptied)[:, None]) & used
    at_risk = days_at_risk.sum(axis=1)
    assert known.diagnostics["person_days"] == at_risk[at_risk >= 2].sum()
    assert known.warnings[0].count("coverage_gap") == 1
    assert "coverage_gap" not in taken_for_zeros.warnings[0]
    assert abs(known.delta[0] - taken_for_zeros.delta[0]) > 0.05 * np.sqrt(known.cov[0, 0])


def test_gap_in_one_type_excludes_the_days_with_an_unknown_stock() -> None:
    small = make_panel()
    observed = small.observe()
    coverage = Coverage.whole(40, 2)
    coverage.counts[12:15, 1] = False

    found = estimate_goal(replace(observed, coverage=coverage))

    used = np.ones(40, dtype=bool)
    used[12 : 15 + 7] = False
    at_risk = ((np.arange(40) > first_seen(small)[:, None]) & used).sum(axis=1)
    assert found.diagnostics["person_days"] == at_risk[at_risk >= 2].sum()


def test_types_without_common_days_are_not_compared_by_people() -> None:
    coverage = Coverage.whole(40, 2)
    coverage.counts[20:, 0] = False
    coverage.counts[:20, 1] = False

    found = estimate_goal(replace(make_panel().observe(), coverage=coverage))

    assert found.methods.count("within_user") == 1


@pytest.mark.parametrize(
    ("engagements", "conversions", "flagged"),
    [(1.9, 1.0, False), (2.2, 1.0, True), (1.0, 1.4, True)],
)
def test_partly_identified_types_carry_a_warning(
    engagements: float, conversions: float, flagged: bool
) -> None:
    observed = make_panel().observe()
    anonymous = replace(
        observed, counts=observed.counts * engagements, outcome=observed.outcome * conversions
    )

    found = estimate_goal(anonymous)

    assert all(("identified_only" in one) is flagged for one in found.warnings)


def test_a_goal_that_is_reached_once_counts_displaced_conversions() -> None:
    small = make_panel()
    already = np.cumsum(small.outcome, axis=1) - small.outcome
    once = small.change(outcome=((small.outcome > 0) & (already == 0)).astype(float))

    found, usual = estimate_goal(once.observe()), estimate_goal(small.observe())

    assert all("displacement_counted" in one for one in found.warnings)
    assert not any("displacement_counted" in one for one in usual.warnings)
