"""The parts of the estimator of followers: spells, counts, day factors, comparisons, lifetimes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from chalicelib.attribution.audience.before_after import compare
from chalicelib.attribution.audience.day_factors import AtRisk, fit_day_factors
from chalicelib.attribution.audience.event_counts import count_events
from chalicelib.attribution.audience.follow_design import (
    around_follows,
    around_unfollows,
    around_whole_spells,
    arrange,
)
from chalicelib.attribution.audience.follow_spells import Spells, spells_of
from chalicelib.attribution.audience.followers import Followers
from chalicelib.attribution.audience.interest_peak import find_peak
from chalicelib.attribution.audience.lifetime import estimate_lifetime, leaving_today
from chalicelib.attribution.audience.person_groups import (
    GROUPS,
    error_of,
    groups_of,
    sum_by_replicate,
)

NOTHING = np.zeros(0, dtype=np.int64)


def make_followers(
    changes: list[tuple[int, float, int]] | None = None, n_people: int = 10, **over: Any
) -> Followers:
    """Followers with changes (person, time, kind) and nothing else, seen since the first day."""
    rows = changes or []
    n_days = over.get("n_days", 120)
    time = np.array([row[1] for row in rows], dtype=float)
    plain = Followers(
        n_people=n_people,
        n_days=n_days,
        window_start=0,
        change_person=np.array([row[0] for row in rows], dtype=np.int64),
        change_day=np.floor(time).astype(np.int64),
        change_kind=np.array([row[2] for row in rows], dtype=np.int64),
        change_time=time,
        bought_person=NOTHING,
        bought_day=NOTHING,
        bought_weight=np.zeros(0),
        touch_person=NOTHING,
        touch_day=NOTHING,
        touch_kind=NOTHING,
        touch_count=np.zeros(0),
        own_kinds=np.array([True]),
        first_day=np.zeros(n_people, dtype=np.int64),
        last_day=np.full(n_people, n_days - 1),
        sizes=np.full(n_days, np.nan),
        anonymous_follows=np.zeros(n_days),
        anonymous_unfollows=np.zeros(n_days),
        covered=np.ones(n_days, dtype=bool),
        group=np.arange(n_people) * 7919,
    )
    return replace(plain, **over)


def spells_as_rows(spells: Spells) -> list[tuple[int, float, float]]:
    return [
        (int(p), float(s), float(e))
        for p, s, e in zip(spells.person, spells.start, spells.end, strict=True)
    ]


def test_spells_start_with_a_follow_and_end_with_the_next_unfollow() -> None:
    spells = spells_of(make_followers([(1, 5.5, 1), (0, 3.0, 1), (1, 9.0, -1), (1, 20.0, 1)]))

    assert spells_as_rows(spells) == [
        (0, 3.0, np.inf),
        (1, 5.5, 9.0),
        (1, 20.0, np.inf),
    ]
    assert_array_equal(spells.first, [True, True, False])


def test_repeated_changes_and_unfollows_that_are_undone_within_a_day_do_not_count() -> None:
    changes = [(0, 3.0, 1), (0, 4.0, 1), (0, 9.0, -1), (0, 9.5, 1), (0, 30.0, -1), (0, 31.0, -1)]

    assert spells_as_rows(spells_of(make_followers(changes))) == [(0, 3.0, 30.0)]


def test_an_unfollow_without_a_follow_ends_a_spell_of_unknown_start() -> None:
    changes = [(2, 8.0, -1), (2, 8.2, 1), (3, 5.0, -1)]

    assert spells_as_rows(spells_of(make_followers(changes))) == [
        (2, -np.inf, 8.0),
        (2, 8.2, np.inf),
        (3, -np.inf, 5.0),
    ]


def test_the_order_within_a_day_follows_the_exact_time() -> None:
    same_day = spells_of(make_followers([(0, 4.9, -1), (0, 4.1, 1)]))
    by_day_only = spells_of(
        make_followers(
            [(0, 4.0, 1), (0, 40.0, -1)], change_time=np.array([np.nan, np.nan]), n_people=1
        )
    )

    assert spells_as_rows(same_day) == [(0, 4.1, 4.9)]
    assert spells_as_rows(by_day_only) == [(0, 4.0, 40.0)]


def test_counts_within_ranges_equal_a_plain_sum() -> None:
    rng = np.random.default_rng(1)
    person, day = rng.integers(0, 20, 300), rng.integers(-2, 55, 300)
    weight = rng.random(300)
    counts = count_events(50, person, day, weight)
    who = rng.integers(0, 20, 40)
    low, high = rng.integers(-5, 60, 40), rng.integers(-5, 60, 40)

    found = counts.within(who, low, high)

    inside = (day >= 0) & (day < 50)
    plain = [
        weight[inside & (person == w) & (day >= a) & (day < b)].sum()
        for w, a, b in zip(who, low, high, strict=True)
    ]
    assert_allclose(found, plain, atol=1e-12)


def make_sales(
    rng: np.random.Generator, rate: NDArray[np.float64], season: NDArray[np.float64]
) -> Any:
    events = rng.poisson(rate[:, None] * season[None, :])
    person, day = np.nonzero(events)
    return count_events(season.size, person, day, events[person, day].astype(float))


def test_day_factors_are_those_of_a_poisson_regression_with_people_and_days() -> None:
    rng = np.random.default_rng(2)
    n, n_days = 30, 12
    counts = make_sales(rng, rng.gamma(2, 0.3, n), 1 + np.arange(n_days) / 6)
    start, stop = rng.integers(0, 4, n), rng.integers(7, n_days + 1, n)
    start[0], stop[0] = 0, n_days
    at_risk = AtRisk(start, stop, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), 1)

    factors = fit_day_factors(counts, at_risk, np.ones(n_days, dtype=bool))

    day = np.arange(n_days)
    rows = [(i, t) for i in range(n) for t in day if start[i] <= t < stop[i]]
    y = np.array(
        [counts.within(np.array([i]), np.array([t]), np.array([t + 1]))[0] for i, t in rows]
    )
    who, when = np.array(rows).T
    active = np.isin(who, [i for i in range(n) if y[who == i].sum() > 0])
    people = who[active][:, None] == np.unique(who[active])[None, :]
    days = when[active][:, None] == day[None, 1:]
    fit = GLM(y[active], np.column_stack([people, days]).astype(float), family=Poisson()).fit()
    reference = np.exp(fit.params[-(n_days - 1) :])
    found = np.diff(factors.passed[0, 0])
    assert_allclose(found[1:] / found[0], reference, rtol=2e-3)  # eight rounds of the iteration


def test_days_that_are_not_covered_have_neither_factors_nor_follower_days() -> None:
    rng = np.random.default_rng(3)
    counts = make_sales(rng, np.full(200, 0.2), np.ones(30))
    covered = np.ones(30, dtype=bool)
    covered[10:15] = False
    everyone = np.zeros(200, dtype=np.int64)
    at_risk = AtRisk(everyone, everyone + 30, everyone, np.arange(200) % GROUPS, 1)

    factors = fit_day_factors(counts, at_risk, covered)

    one = np.zeros(1, dtype=np.int64)
    assert factors.between(one, one + 10, one + 15)[0, 0] == 0
    assert factors.usable_days(one, one, one + 30)[0] == 25


def test_comparison_recovers_an_effect_and_its_error_whatever_people_usually_buy() -> None:
    n_days, n = 120, 1_500
    estimates, errors = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        rate = rng.gamma(0.5, 0.04, n)
        follow = rng.integers(45, 75, n)
        follow[500:] = n_days
        season = 1 + 0.5 * np.sin(np.arange(n_days) / 9)
        after = np.arange(n_days)[None, :] > follow[:, None]
        events = rng.poisson(rate[:, None] * season + 0.01 * after)
        person, day = np.nonzero(events)
        data = make_followers(
            [(i, float(follow[i]), 1) for i in range(500)],
            n_people=n,
            bought_person=person,
            bought_day=day,
            bought_weight=events[person, day].astype(float),
        )
        design = arrange(data)
        ranges = around_follows(design)
        factors = fit_day_factors(design.bought, design.at_risk, design.covered)
        change = compare(design.bought, factors, ranges)
        estimates.append(change.per_day[0])
        errors.append(error_of(change.per_day))

    assert np.mean(estimates) == pytest.approx(0.01, abs=0.001)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.5)


def test_purchases_that_make_people_follow_are_measured_at_the_follow() -> None:
    n_days, n = 150, 6_000
    shares = []
    for seed in range(4):
        rng = np.random.default_rng([seed, 5])
        events = rng.poisson(0.02, (n, n_days))
        leads = (events > 0) & (rng.random((n, n_days)) < 0.1)
        follow = np.where(leads.any(axis=1), leads.argmax(axis=1), n_days)
        person, day = np.nonzero(events)
        data = make_followers(
            [(int(i), follow[i] + 0.9, 1) for i in np.flatnonzero(follow < n_days)],
            n_people=n,
            n_days=n_days,
            bought_person=person,
            bought_day=day,
            bought_weight=events[person, day].astype(float),
        )
        design = arrange(data)
        factors = fit_day_factors(design.bought, design.at_risk, design.covered)
        shares.append(find_peak(design.bought, factors, design).share[0])

    assert np.mean(shares) == pytest.approx(0.1, abs=0.01)


def test_followers_without_a_recorded_follow_raise_the_share_of_purchases_that_lead_to_one() -> (
    None
):
    sizes = np.full(120, 400.0)
    changes = [(i, 50.0, 1) for i in range(20)] + [(30, 60.0, -1)]

    identified = arrange(make_followers(changes, n_people=600, sizes=sizes))
    half = arrange(
        make_followers(changes, n_people=600, sizes=sizes, anonymous_follows=np.full(120, 20 / 120))
    )

    assert identified.unrecorded == 399
    assert half.unrecorded == pytest.approx(199)
    assert arrange(make_followers(changes, n_people=600)).unrecorded == 0


def test_ranges_leave_out_fortnights_and_people_with_short_ranges() -> None:
    changes = [
        (0, 60.5, 1),  # used
        (1, 42.0, 1),  # 13 days before
        (2, 92.0, 1),  # 13 days after
        (3, 10.0, -1),  # followed since before the history
        (3, 60.0, 1),
    ]
    ranges = around_follows(arrange(make_followers(changes)))

    assert_array_equal(ranges.person, [0])
    assert [int(end[0]) for end in (*ranges.before, *ranges.after)] == [15, 46, 75, 120]


def test_a_follow_of_another_page_at_about_the_same_time_excludes_a_follower() -> None:
    changes = [(0, 60.0, 1), (1, 60.0, 1), (2, 60.0, 1)]

    design = arrange(
        make_followers(
            changes, elsewhere_person=np.array([0, 1, 5]), elsewhere_day=np.array([70, 20, 60])
        )
    )

    assert_array_equal(design.together[:6], [True, False, False, False, False, False])
    assert_array_equal(around_follows(design).person, [1, 2])


def test_ranges_around_an_unfollow_end_a_fortnight_before_the_next_follow() -> None:
    changes = [(0, 15.0, 1), (0, 60.0, -1), (0, 110.0, 1), (4, 50.0, -1)]
    design = arrange(make_followers(changes))

    unfollows, whole = around_unfollows(design), around_whole_spells(design)

    assert_array_equal(unfollows.person, [0, 4])
    assert_array_equal(unfollows.before[0], [30, 15])
    assert_array_equal(unfollows.before[1], [46, 36])
    assert_array_equal(unfollows.after[0], [75, 65])
    assert_array_equal(unfollows.after[1], [96, 120])
    assert whole.person.size == 0  # no two weeks at risk before that follow


def test_survival_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(4)
    start = rng.integers(0, 150, 400).astype(float)
    length = rng.geometric(0.01, 400)
    end = np.where(start + length < 180, start + length, np.inf)
    spells = Spells(np.arange(400), start, end)

    lifetime = estimate_lifetime(spells, 180, np.arange(400) % GROUPS)

    time = np.where(np.isfinite(end), end, 180) - start
    reference = SurvfuncRight(time, np.isfinite(end).astype(int))
    at = np.searchsorted(reference.surv_times, lifetime.seen_days - 1, side="right") - 1
    assert lifetime.survival[0] == pytest.approx(reference.surv_prob[at], rel=1e-9)
    days = np.arange(lifetime.seen_days)
    place = np.searchsorted(reference.surv_times, days, side="right") - 1
    surviving = np.where(place < 0, 1.0, reference.surv_prob[np.maximum(place, 0)])
    assert lifetime.passed[0, -1] == pytest.approx(surviving.sum(), rel=1e-9)
    assert (time >= lifetime.seen_days - 1).sum() >= 25
    assert (time >= lifetime.seen_days).sum() < 25


def test_unfollows_of_today_are_inferred_from_the_growth_if_none_is_recorded() -> None:
    sizes = 1_000.0 + np.arange(120)
    changes = [(i, 100.0, 1) for i in range(3)]
    recorded = make_followers([*changes, (5, 110.0, -1)], sizes=sizes)
    inferred = make_followers(changes, sizes=sizes, anonymous_follows=np.full(120, 2.0))
    neither = make_followers(sizes=sizes)

    assert leaving_today(recorded, spells_of(recorded)).unfollows == 1
    found = leaving_today(inferred, spells_of(inferred))
    assert found.unfollows == pytest.approx(3 + 2 * 89 - 89)
    assert np.isnan(leaving_today(neither, spells_of(neither)).unfollows)


def test_groups_of_people_do_not_depend_on_their_order() -> None:
    hashes = np.array([5, 70, 65_535, 12])

    assert_array_equal(groups_of(hashes[::-1]), groups_of(hashes)[::-1])
    sums = sum_by_replicate(np.array([1.0, 2.0, 4.0, 8.0]), groups_of(hashes))
    assert sums[0] == 15
    assert sorted(15 - sums[1:][sums[1:] < 15]) == [1.0, 2.0, 4.0, 8.0]
