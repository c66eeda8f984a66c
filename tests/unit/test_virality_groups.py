"""People and contents: who brings more than the average share, and luck that must not count."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from chalicelib.attribution.virality.credibility import (
    compare_groups,
    compare_grown_groups,
    products,
    triple_products,
)
from chalicelib.attribution.virality.shares import Shares
from chalicelib.attribution.virality.virality_estimate import ViralityEstimate, estimate_virality
from tests.worlds.cascades import CASCADE_WORLDS, Cascades, simulate_cascades


def run(name: str, seed: int, **over: object) -> tuple[Cascades, ViralityEstimate]:
    world = dataclasses.replace(CASCADE_WORLDS[name], **over)  # type: ignore[arg-type]
    cascades = simulate_cascades(world, seed)
    found = estimate_virality(
        cascades.shares, start=cascades.start, end=cascades.end, as_of=cascades.end
    )
    return cascades, found


def test_products_are_of_different_shares_only() -> None:
    residual, group = np.array([1.0, 2.0, 3.0, 50.0]), np.array([0, 0, 0, 1])

    assert products(residual, group, 2) == pytest.approx(1 * 2 + 1 * 3 + 2 * 3)
    assert triple_products(residual, group, 2) == pytest.approx(6.0)


def test_one_lucky_share_does_not_make_a_person_a_multiplier() -> None:
    found = np.zeros(1000)
    found[0] = 500.0
    group = np.arange(1000) % 100

    factors = compare_groups(found, np.full(1000, 0.5), group, 100)

    assert not factors.told_apart
    assert factors.factor.tolist() == pytest.approx([1.0] * 100)


def test_groups_that_differ_are_told_apart_and_shrunk() -> None:
    random = np.random.default_rng(0)
    group = np.arange(2000) % 100
    truth = random.gamma(0.5, 2.0, 100)
    found = random.poisson(0.5 * truth[group]).astype(np.float64)

    factors = compare_groups(found, np.full(2000, 0.5), group, 100)

    assert factors.told_apart
    assert factors.variance == pytest.approx(2.0, rel=0.5)
    raw = factors.found / factors.expected
    assert np.mean((factors.factor - truth) ** 2) < np.mean((raw - truth) ** 2)
    low, high = factors.limit(0.025), factors.limit(0.975)
    # of 100 at 95 %: fewer than 89 once in a hundred
    assert np.sum((low <= truth) & (truth <= high)) >= 89
    assert factors.above(high) == pytest.approx(np.full(100, 0.025))


def test_random_groups_are_rarely_told_apart() -> None:
    told = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        found = random.poisson(random.gamma(0.1, 5.0, 400)).astype(np.float64)
        expected = np.full(400, found.mean())
        told += compare_groups(found, expected, random.integers(0, 60, 400), 60).told_apart

    assert told <= 3  # expected 0.3


def test_contents_that_grow_by_luck_are_not_told_apart() -> None:
    told = sum(run("small", seed, contents=20)[1].contents.told_apart for seed in range(10))

    assert told <= 1  # at a level of 1 %: more than 1 of 10 four times in a thousand


def test_groups_that_grow_are_compared_in_order_of_time() -> None:
    # each share has brought exactly one more than expected: earlier sums predict later ones
    residual = np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0] * 10)
    group = np.repeat(np.arange(20), 4)

    assert compare_grown_groups(residual + 2.0, np.full(80, 2.0), group, 20).told_apart
    mixed = np.tile([1.0, -1.0, 1.0, -1.0], 20)
    assert not compare_grown_groups(mixed + 2.0, np.full(80, 2.0), group, 20).told_apart


def test_multipliers_are_named_with_their_factors() -> None:
    cascades, found = run("multipliers", 1)

    people = found.multipliers.people
    truth = np.array([cascades.factor[one.person] for one in people])
    assert found.multipliers.told_apart
    assert len(people) >= 10
    assert np.mean(truth > 1.0) >= 0.95
    middle = np.array([one.factor.estimate for one in people])
    assert np.all(np.diff(middle) <= 0)
    assert np.mean(truth[:10]) == pytest.approx(np.mean(middle[:10]), rel=0.35)
    share = found.multipliers.brought_by_top_percent
    assert share is not None
    assert 0.01 < share < 0.3
    first = people[0]
    shares = cascades.shares
    assert first.shares == np.sum(shares.person == first.person)
    of_first = (shares.parent >= 0) & (shares.person[shares.parent] == first.person)
    assert first.brought <= np.sum(of_first)


def test_a_few_multipliers_do_not_make_the_lucky_ones_look_like_them() -> None:
    """Ten people bring nine times as much; two thousand others are alike and share once or so."""
    rng = np.random.default_rng(1)
    person = np.concatenate([np.repeat(np.arange(10), 15), rng.integers(10, 2_010, 3_000)])
    n = person.size
    time = rng.uniform(0.0, 60.0, n)
    parent = np.full(n, -1)
    for _ in range(2):
        now = np.arange(parent.size)[-n:]
        children = rng.poisson(np.where(person[now] < 10, 2.7, 0.3))
        parents = np.repeat(now, children)
        n = parents.size
        parent = np.concatenate([parent, parents])
        time = np.concatenate([time, time[parents] + rng.exponential(0.2, n)])
        person = np.concatenate([person, rng.integers(10, 2_010, n)])
    size = parent.size
    shares = Shares(
        time=time,
        parent=parent,
        names_parent=parent >= 0,
        channel=np.zeros(size, dtype=np.int64),
        n_channels=1,
        person=person,
        content=np.full(size, -1),
        count=np.ones(size),
        reach=np.full(size, np.nan),
        complete=np.ones(1, dtype=bool),
        follows_page=np.zeros(size, dtype=bool),
    )

    found = estimate_virality(shares, start=0.0, end=70.0, as_of=70.0).multipliers

    assert sorted(one.person for one in found.people) == list(range(10))


@pytest.mark.parametrize("name", ["luck", "ring"])
def test_nobody_is_named_for_luck_or_for_a_ring(name: str) -> None:
    named = sum(len(run(name, seed)[1].multipliers.people) > 0 for seed in range(2))

    assert named == 0


def test_silent_accounts_do_not_make_the_others_multipliers() -> None:
    _, found = run("silent_bots", 2, bots=0.5)

    assert found.multipliers.people == ()
    assert found.multipliers.silent_share >= 0.05
    assert "silent_accounts" in found.warnings


def test_contents_that_differ_are_warned_of_and_the_amplification_is_left_open() -> None:
    cascades, found = run("contents_differ", 0)

    assert "contents_differ" in found.warnings
    assert found.contents.told_apart
    assert found.amplification is not None
    assert found.amplification.ci_high is None
    first = found.contents.items[0]
    assert first.reproduction is not None
    assert first.reproduction.ci_low is not None
    assert found.reproduction is not None
    assert first.reproduction.ci_low > found.reproduction.estimate
    assert first.shares == np.sum(cascades.shares.content == first.content)


def test_final_sizes_contain_what_came_in_the_end() -> None:
    held, errors = [], []
    for seed in range(3):
        cascades, found = run("final_sizes", seed)
        for item in found.contents.items:
            size = item.final_size
            if size is None or size.estimate is None:
                continue
            assert size.ci_low is not None
            assert size.ci_high is not None
            truth = cascades.final_size[item.content]
            assert item.shares <= size.ci_low <= size.estimate <= size.ci_high
            held.append(size.ci_low <= truth <= size.ci_high)
            errors.append(abs(size.estimate - truth) / truth)

    assert len(held) > 50
    assert np.mean(held) > 0.9
    assert np.median(errors) < 0.2


def test_contents_whose_shares_are_too_young_have_only_their_present_size() -> None:
    cascades, found = run("young", 0)
    young = [
        item
        for item in found.contents.items
        if item.final_size is not None and item.final_size.estimate is None
    ]

    for item in young:
        assert item.final_size is not None
        assert item.final_size.ci_low == item.shares
        assert item.final_size.ci_high is None
    posted = cascades.shares.time[cascades.shares.content == young[0].content]
    assert cascades.end - np.median(posted) < 2.0


def test_final_sizes_count_shares_after_the_range() -> None:
    cascades, _ = run("final_sizes", 0)
    found = estimate_virality(cascades.shares, start=0.0, end=cascades.end - 3, as_of=cascades.end)

    for item in found.contents.items:
        assert item.shares == np.sum(cascades.shares.content == item.content)


def test_above_the_tipping_point_no_content_has_a_final_size() -> None:
    _, found = run("above", 3)

    assert found.verdict in {"above_tipping_point", "not_settled"}
    assert all(
        item.final_size is None or item.final_size.estimate is None for item in found.contents.items
    )
