"""The estimate of virality: verdicts, reasons, warnings, and data that must not mislead it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.virality.amplification import ByContent, amplify_contents
from chalicelib.attribution.virality.estimated import Estimated, Reproduction, judge_spread
from chalicelib.attribution.virality.share_growth import arithmetic_ceiling, growth_per_day
from chalicelib.attribution.virality.shares import Shares
from chalicelib.attribution.virality.virality_estimate import ViralityEstimate, estimate_virality
from tests.shares import make_shares, permuted
from tests.worlds.cascades import CASCADE_WORLDS, simulate_cascades

DAYS = 60.0


def estimate(shares: Shares, start: float = 0.0, end: float = DAYS) -> ViralityEstimate:
    return estimate_virality(shares, start=start, end=end, as_of=DAYS)


def plain(**over: Any) -> Shares:
    """1,200 shares, R = 0.5."""
    return dataclasses.replace(simulate_cascades(CASCADE_WORLDS["plain"], 0).shares, **over)


def make_r(estimate: float, low: float, high: float) -> Reproduction:
    return Reproduction(estimate, low, high, 0.1, 50.0, 500, 200)


def test_the_answer_agrees_with_itself() -> None:
    found = estimate(plain())

    r, a, needed = found.reproduction, found.amplification, found.needed_factor
    assert r is not None
    assert a is not None
    assert needed is not None
    assert r.ci_low < 0.5 < r.ci_high < 0.7
    assert (a.estimate, a.ci_low, a.ci_high) == pytest.approx(
        tuple(1 / (1 - x) for x in (r.estimate, r.ci_low, r.ci_high))
    )
    assert (needed.estimate, needed.ci_low, needed.ci_high) == pytest.approx(
        tuple(1 / x for x in (r.estimate, r.ci_high, r.ci_low))
    )
    assert found.at_most == r.ci_high
    assert found.verdict == "below_tipping_point"
    assert (found.reasons, found.warnings) == ((), ())
    assert found.probability_above == pytest.approx(0.0, abs=1e-6)
    counts = found.shares
    assert counts.from_outside + counts.with_parent == counts.total
    assert len(found.by_week) == 9
    assert found.reproduction_of_brought is not None


def test_the_order_of_the_rows_does_not_matter() -> None:
    shares = simulate_cascades(CASCADE_WORLDS["small"], 3).shares
    order = np.random.default_rng(1).permutation(shares.time.size)

    assert estimate(permuted(shares, order)) == estimate(shares)


def test_half_of_the_range_counts_children_that_come_after_it() -> None:
    shares = plain()
    early = estimate(shares, end=30.0)

    assert early.reproduction is not None
    inside = shares.time <= 30.0
    brought = np.sum((shares.parent >= 0) & inside[shares.parent])
    assert early.reproduction.estimate == pytest.approx(brought / inside.sum(), rel=0.01)
    assert early.reproduction.shares == inside.sum()


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        (make_shares([]), "too_few_shares"),
        (make_shares([1.0]), "too_few_shares"),
        (make_shares(np.linspace(0, 50, 29)), "too_few_shares"),
        (make_shares(np.linspace(0, 50, 99), complete=[False]), "no_edges"),
        (make_shares(np.full(99, 59.5)), "too_young"),
        (make_shares(np.arange(40) + 0.5, count=np.full(40, 7.0)), "totals_only"),
        (make_shares(np.arange(40) + 0.5, count=np.full(40, 7.0), complete=[False]), "totals_only"),
    ],
)
def test_what_cannot_be_known_has_a_reason(shares: Shares, reason: str) -> None:
    found = estimate(shares)

    assert found.verdict == "not_estimable"
    assert found.reasons == (reason,)
    assert found.reproduction is None
    assert found.amplification is None
    assert found.probability_above is None


def test_thirty_shares_without_children_are_enough_if_complete() -> None:
    found = estimate(make_shares(np.linspace(0, 50, 30)))

    assert found.reproduction is not None
    assert found.reproduction.estimate == 0.0
    assert found.verdict == "below_tipping_point"
    assert found.needed_factor is not None
    assert found.needed_factor.estimate is None
    assert found.needed_factor.ci_high is None


def test_anonymous_people_and_unknown_contents_still_have_an_r() -> None:
    shares = plain()
    unknown = np.full(shares.time.size, -1)

    found = estimate(dataclasses.replace(shares, person=unknown, content=unknown))

    assert found.verdict == "below_tipping_point"
    assert found.multipliers.people == ()
    assert found.contents.items == ()
    assert found.growth.ceiling is None


def test_one_content_and_one_person_do_not_crash() -> None:
    shares = plain()
    zero = np.zeros(shares.time.size, dtype=np.int64)

    assert estimate(dataclasses.replace(shares, content=zero)).verdict == "below_tipping_point"
    everything_by_one = estimate(dataclasses.replace(shares, person=zero))
    assert everything_by_one.shares.total == 60, "one share per content"


def test_duplicates_of_a_share_change_nothing() -> None:
    shares = plain()
    n = shares.time.size
    twice = {
        name: np.tile(getattr(shares, name), 2)
        for name in (
            "time", "parent", "names_parent", "channel", "person", "content", "count", "reach",
            "follows_page",
        )
    }  # fmt: skip
    assert twice["time"].size == 2 * n

    assert estimate(dataclasses.replace(shares, **twice)) == estimate(shares)


def test_undeclared_parents_give_bounds() -> None:
    found = estimate(plain(complete=np.array([False])))

    assert found.reproduction is not None
    assert found.at_most is not None
    assert "parents_may_be_missing" in found.warnings
    assert found.reproduction.ci_high < found.at_most < 1.0
    assert found.verdict == "below_tipping_point"
    assert found.amplification is not None
    assert found.amplification.ci_high == pytest.approx(1 / (1 - found.at_most))


def test_parents_named_but_absent_contradict_the_declaration() -> None:
    shares = plain()
    lost = np.random.default_rng(0).uniform(size=shares.time.size) < 0.3
    some = dataclasses.replace(shares, parent=np.where(lost, -1, shares.parent))

    found = estimate(some)

    assert "parents_may_be_missing" in found.warnings
    assert found.at_most is not None
    assert found.at_most > 0.5
    assert found.reproduction is not None
    assert found.reproduction.ci_high < 0.5


def test_parents_before_the_data_do_not_contradict_the_declaration() -> None:
    world = simulate_cascades(CASCADE_WORLDS["parents_before"], 0)
    assert np.any(world.shares.names_parent & (world.shares.parent < 0))

    found = estimate(world.shares, start=world.start)

    assert "parents_may_be_missing" not in found.warnings
    assert found.reproduction is not None
    assert found.reproduction.ci_low < world.r < found.reproduction.ci_high


def two_channels(shares: Shares, first: np.ndarray[Any, Any], **over: Any) -> Shares:
    channel = np.where(first, 0, 1)
    columns: dict[str, Any] = {
        "channel": channel, "n_channels": 2, "complete": np.array([True, True])
    }  # fmt: skip
    return dataclasses.replace(shares, **(columns | over))


def test_a_channel_without_parents_leaves_the_whole_open_but_not_the_other_channel() -> None:
    shares = plain()
    even = shares.content % 2 == 0
    parent = np.where(even, shares.parent, -1)
    found = estimate(
        two_channels(
            shares,
            even,
            parent=parent,
            names_parent=parent >= 0,
            complete=np.array([True, False]),
        )
    )

    assert found.verdict == "below_as_recorded"
    assert found.at_most is None
    assert found.amplification is not None
    assert found.amplification.ci_high is None
    with_parents, without = found.channels
    assert with_parents.reproduction is not None
    assert without.reasons == ("no_edges",)
    assert without.verdict == "not_estimable"


def test_totals_beside_events_leave_the_whole_open() -> None:
    shares = plain()
    extra = make_shares(np.arange(30) + 0.25, count=np.full(30, 40.0), person=np.full(30, -1))
    both = {
        name: np.concatenate([getattr(shares, name), getattr(extra, name)])
        for name in (
            "time", "parent", "names_parent", "channel", "person", "content", "count", "reach",
            "follows_page",
        )
    }  # fmt: skip

    found = estimate(dataclasses.replace(shares, **both))

    assert found.shares.total == shares.time.size + 1200
    assert found.verdict == "below_as_recorded"
    assert found.at_most is None
    alone = estimate(shares)
    assert found.reproduction == alone.reproduction


def test_retweets_that_all_name_the_first_share_are_no_parents() -> None:
    world = simulate_cascades(CASCADE_WORLDS["names_roots"], 0)

    found = estimate(world.shares)

    assert found.reasons == ("no_edges",)


def test_children_who_follow_the_page_are_counted_apart() -> None:
    shares = plain()
    follows = (shares.parent >= 0) & (np.arange(shares.time.size) % 2 == 0)

    found = estimate(dataclasses.replace(shares, follows_page=follows))

    assert "edges_are_not_causes" in found.warnings
    assert found.followed_anyway == pytest.approx(0.5, abs=0.06)
    assert found.reproduction is not None
    assert found.reproduction_without_followers is not None
    ratio = found.reproduction_without_followers.estimate / found.reproduction.estimate
    assert ratio == pytest.approx(1 - (found.followed_anyway or 0.0), abs=0.01)


def test_accounts_that_pass_on_everything_to_each_other_are_named() -> None:
    found = estimate(simulate_cascades(CASCADE_WORLDS["ring"], 0).shares)

    assert "few_accounts" in found.warnings


@pytest.mark.parametrize(
    ("r", "at_most", "complete", "brought", "verdict"),
    [
        (make_r(0.5, 0.4, 0.6), 0.6, True, None, "below_tipping_point"),
        (make_r(0.5, 0.4, 0.6), 0.9, False, None, "below_tipping_point"),
        (make_r(0.5, 0.4, 0.6), 1.1, False, None, "below_as_recorded"),
        (make_r(0.5, 0.4, 0.6), None, False, None, "below_as_recorded"),
        (make_r(0.9, 0.7, 1.2), 1.2, True, None, "not_settled"),
        (make_r(1.3, 1.1, 1.6), 1.6, True, None, "above_tipping_point"),
        (make_r(1.3, 1.1, 1.6), None, False, None, "above_tipping_point"),
        # later shares decide in the end
        (make_r(1.3, 1.1, 1.6), 1.6, True, make_r(0.5, 0.4, 0.6), "not_settled"),
        (make_r(0.5, 0.4, 0.6), 0.6, True, make_r(1.2, 0.8, 1.6), "not_settled"),
    ],
)
def test_verdicts(
    r: Reproduction,
    at_most: float | None,
    complete: bool,
    brought: Reproduction | None,
    verdict: str,
) -> None:
    assert judge_spread(r, at_most, complete, brought) == verdict


def test_amplification_has_no_upper_end_if_r_may_be_one() -> None:
    assert amplify_contents(make_r(0.9, 0.8, 1.1), 1.1, None) == Estimated(
        pytest.approx(10.0), pytest.approx(5.0), None
    )
    assert amplify_contents(make_r(1.1, 0.9, 1.3), 1.3, None) == Estimated(
        None, pytest.approx(10.0), None
    )
    assert amplify_contents(make_r(1.3, 1.1, 1.6), 1.6, None) == Estimated(None, None, None)
    assert amplify_contents(make_r(0.5, 0.4, 0.6), None, None).ci_high is None


def test_amplification_of_contents_that_differ_is_wider_or_has_no_upper_end() -> None:
    shares, outside = np.array([10.0, 12.0, 40.0, 90.0]), np.full(4, 10.0)
    r = make_r(0.5, 0.45, 0.55)

    far = amplify_contents(r, 0.55, ByContent(shares, outside, 1.5))
    near = amplify_contents(r, 0.55, ByContent(shares, outside, 2.1))

    assert far.ci_low is not None
    assert far.ci_high is not None
    assert far.ci_low < 1 / 0.55
    assert far.ci_high > 3.0
    assert near.ci_high is None


def test_growth_of_daily_totals() -> None:
    day = np.arange(60.0)
    count = np.round(50 * 1.03**day)

    found = growth_per_day(day, count, 0.0, 60.0)

    assert found is not None
    assert found.estimate == pytest.approx(0.03, abs=0.002)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < 0.03 < found.ci_high


def test_growth_of_constant_totals_may_be_zero() -> None:
    held = 0
    for seed in range(20):
        count = np.random.default_rng(seed).poisson(20.0, 60).astype(np.float64)
        found = growth_per_day(np.arange(60.0), count, 0.0, 60.0)
        assert found is not None
        assert found.ci_low is not None
        assert found.ci_high is not None
        held += found.ci_low <= 0.0 <= found.ci_high

    assert held >= 16  # of 20 at 95 %: fewer than 16 less than once in a hundred


def test_growth_needs_two_weeks_and_thirty_shares() -> None:
    assert growth_per_day(np.arange(13.0), np.full(13, 9.0), 0.0, 13.0) is None
    assert growth_per_day(np.arange(20.0), np.full(20, 1.0), 0.0, 20.0) is None


def test_the_ceiling_is_arithmetic() -> None:
    assert arithmetic_ceiling(20, 100.0) == pytest.approx(0.8)
    assert arithmetic_ceiling(None, 100.0) is None
    assert arithmetic_ceiling(20, 0.0) is None


def numbers(value: Any) -> list[float]:
    if dataclasses.is_dataclass(value):
        return [x for f in dataclasses.fields(value) for x in numbers(getattr(value, f.name))]
    if isinstance(value, tuple):
        return [x for one in value for x in numbers(one)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("shape", [0.01, 0.05, 50.0])
def test_extreme_dispersion_gives_finite_numbers_or_reasons(shape: float) -> None:
    for seed in range(2):
        world = dataclasses.replace(CASCADE_WORLDS["small"], shape=shape)
        found = estimate(simulate_cascades(world, seed).shares)

        assert all(math.isfinite(x) for x in numbers(found))
        assert found.verdict != "above_tipping_point"
