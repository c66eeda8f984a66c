"""Days for which sources have data, and common days of types."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from chalicelib.attribution.coverage import UNKNOWN_STOCK_DAYS, Coverage, find_common_days

N_DAYS = 60


def make_coverage(*spans: tuple[int, int], outcome: tuple[int, int] = (0, N_DAYS)) -> Coverage:
    """Each type is covered from the first day of its span to before the second."""
    days = np.arange(N_DAYS)
    covered = [(days >= first) & (days < last) for first, last in spans]
    return Coverage(
        (days >= outcome[0]) & (days < outcome[1]),
        np.stack(covered, axis=1) if spans else np.zeros((N_DAYS, 0), dtype=bool),
    )


def with_gap(first: int, last: int) -> Coverage:
    whole = Coverage.whole(N_DAYS, 1)
    whole.counts[first:last] = False
    return whole


def test_coverage_is_whole_unless_a_day_is_missing() -> None:
    whole, no_outcome = Coverage.whole(N_DAYS, 2), Coverage.whole(N_DAYS, 2)
    no_outcome.outcome[7] = False
    no_counts = Coverage.whole(N_DAYS, 2)
    no_counts.counts[7, 1] = False

    assert whole.is_whole
    assert not no_outcome.is_whole
    assert not no_counts.is_whole


def test_type_is_usable_on_days_covered_for_it_and_the_outcome() -> None:
    coverage = make_coverage((0, 40), outcome=(10, N_DAYS))

    assert np.flatnonzero(coverage.usable(0)).tolist() == list(range(10, 40))


def test_the_days_after_a_gap_are_not_usable_because_the_stock_is_unknown() -> None:
    usable = with_gap(20, 25).usable(0)

    expected = [*range(20), *range(25 + UNKNOWN_STOCK_DAYS, N_DAYS)]
    assert np.flatnonzero(usable).tolist() == expected


def test_data_that_begin_late_follow_a_gap_too() -> None:
    usable = make_coverage((30, N_DAYS)).usable(0)

    assert np.flatnonzero(usable).tolist() == list(range(30 + UNKNOWN_STOCK_DAYS, N_DAYS))


def test_days_before_the_window_are_not_a_gap_and_days_after_it_do_not_matter() -> None:
    assert with_gap(50, N_DAYS).usable(0).sum() == 50
    assert Coverage.whole(N_DAYS, 1).usable(0).all()


def test_gap_in_the_outcome_does_not_affect_the_adstock() -> None:
    coverage = Coverage.whole(N_DAYS, 1)
    coverage.outcome[20:25] = False

    assert np.flatnonzero(~coverage.usable(0)).tolist() == list(range(20, 25))


def test_every_day_of_a_second_gap_counts() -> None:
    coverage = Coverage.whole(N_DAYS, 1)
    coverage.counts[[5, 30]] = False

    left_out = [*range(5, 6 + UNKNOWN_STOCK_DAYS), *range(30, 31 + UNKNOWN_STOCK_DAYS)]
    assert np.flatnonzero(~coverage.usable(0)).tolist() == left_out


ALL = range(N_DAYS)


@pytest.mark.parametrize(
    ("coverage", "rejected", "types", "days"),
    [
        pytest.param(Coverage.whole(N_DAYS, 3), {}, [0, 1, 2], ALL, id="the same days"),
        pytest.param(
            make_coverage((0, 20), (0, N_DAYS), outcome=(20, N_DAYS)),
            {0: "no_common_days"},
            [1],
            range(20, N_DAYS),
            id="no day in common with the outcome",
        ),
        pytest.param(
            make_coverage((0, 10), (0, N_DAYS)),
            {0: "too_short_window"},
            [1],
            ALL,
            id="too few usable days",
        ),
        pytest.param(
            make_coverage((0, 15), (0, 16)),
            {},
            [0, 1],
            range(15),
            id="few days, and rejecting a type gains none",
        ),
        pytest.param(
            make_coverage((0, N_DAYS), (0, 24), (36, N_DAYS)),
            {1: "coverage_gap", 2: "coverage_gap"},
            [0],
            ALL,
            id="one by one until the others have enough days",
        ),
    ],
)
def test_types_with_too_few_common_days_are_rejected(
    coverage: Coverage, rejected: dict[int, str], types: list[int], days: range
) -> None:
    common = find_common_days(coverage, np.arange(coverage.counts.shape[1]), 14)

    assert common.rejected == rejected
    assert common.types.tolist() == types
    assert np.flatnonzero(common.days).tolist() == list(days)


def test_in_a_short_window_all_of_its_days_are_enough() -> None:
    days = np.ones(9, dtype=bool)

    common = find_common_days(Coverage(days, days[:, None]), np.arange(1), 14)

    assert common.types.tolist() == [0]


def test_type_that_would_halve_the_common_days_is_rejected() -> None:
    common = find_common_days(make_coverage((0, N_DAYS), (0, N_DAYS), (0, 25)), np.arange(3), 14)

    assert common.rejected == {2: "coverage_gap"}
    assert common.days.all()


def test_a_type_that_leaves_the_others_half_of_their_days_stays() -> None:
    common = find_common_days(make_coverage((0, N_DAYS), (0, N_DAYS), (0, 30)), np.arange(3), 14)

    assert common.rejected == {}
    assert common.days.sum() == 30


def test_tied_type_with_fewer_days_is_rejected() -> None:
    coverage = make_coverage((0, 24), (36, N_DAYS))  # the second has no more than 17 usable days

    common = find_common_days(coverage, np.arange(2), 14)

    assert common.rejected == {1: "coverage_gap"}
    assert np.flatnonzero(common.days).tolist() == list(range(24))


def test_types_outside_the_request_cost_no_days() -> None:
    common = find_common_days(make_coverage((0, N_DAYS), (0, 14)), np.array([0]), 14)

    assert common.days.all()
    assert common.rejected == {}


@pytest.mark.parametrize(
    "spans",
    [
        ((0, 30), (30, 60), (0, 60)),  # the first two have the same number of days
        ((0, 25), (35, 60), (10, 50), (0, 60)),
        ((0, 20), (20, 40), (40, 60)),
    ],
)
def test_order_of_requested_types_does_not_matter(
    spans: tuple[tuple[int, int], ...],
) -> None:
    coverage = make_coverage(*spans)
    numbers = range(len(spans))

    found = [
        find_common_days(coverage, np.array(order), 14) for order in itertools.permutations(numbers)
    ]

    assert len({tuple(one.types.tolist()) for one in found}) == 1
    assert len({tuple(sorted(one.rejected.items())) for one in found}) == 1
    assert all((one.days == found[0].days).all() for one in found)


@pytest.mark.parametrize(
    ("spans", "least_days"),
    [
        (((0, 20), (0, 35), (0, 60)), 14),
        (((5, 60), (0, 24), (0, 60)), 14),
        (((0, 20), (33, 60)), 10),  # 20 usable days each
    ],
)
def test_indexes_of_types_do_not_matter(
    spans: tuple[tuple[int, int], ...], least_days: int
) -> None:
    survivors = set()
    for order in itertools.permutations(spans):
        found = find_common_days(make_coverage(*order), np.arange(len(spans)), least_days)
        survivors.add(frozenset(order[number] for number in found.types.tolist()))

    assert len(survivors) == 1
