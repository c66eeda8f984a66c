"""The columns of the person-day panel against their definitions, day by day."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.within_user.panel_columns import (
    BLOCKS,
    LEAD,
    NEWCOMER_DAYS,
    TENURES,
    Columns,
    block_series,
    fill_regressors,
    share_of_blocks_inside,
)

N_DAYS, PEOPLE, KINDS = 50, 3, 2


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    return np.random.default_rng(4).poisson(0.3, (N_DAYS, PEOPLE, KINDS)).astype(float)


@pytest.fixture(scope="module")
def columns(counts: np.ndarray) -> np.ndarray:
    filled = np.full((N_DAYS, PEOPLE, Columns(KINDS).n_regressors + 1), np.nan)
    fill_regressors(counts, np.array([-1, NEWCOMER_DAYS, 3]), filled)
    return filled


def test_adstock_sums_the_remaining_effect_of_earlier_engagements(
    counts: np.ndarray, columns: np.ndarray
) -> None:
    decays = np.array([3, 7])

    found = columns[20, :, Columns(KINDS).adstocks(decays)].T

    days = np.arange(21)
    for kind, decay in enumerate(decays):
        left = DECAYS[decay] ** (20 - days)
        assert found[:, kind] == pytest.approx(left @ counts[:21, :, kind])


def test_lead_sums_engagements_of_later_days_only(counts: np.ndarray, columns: np.ndarray) -> None:
    found = columns[20, :, Columns(KINDS).leads].T

    later = np.arange(21, N_DAYS)
    left = DECAYS[LEAD] ** (later - 20)
    assert found == pytest.approx(np.einsum("t,tnk->nk", left, counts[21:]))
    assert (columns[-1, :, Columns(KINDS).leads] == 0.0).all()


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_late_block_is_the_mean_of_its_days(
    counts: np.ndarray, columns: np.ndarray, number: int
) -> None:
    first, last = BLOCKS[number]
    where = Columns(KINDS).blocks[number]

    for day in (first - 1, first, last, last + 1, N_DAYS - 1):
        inside = counts[max(day - last, 0) : max(day - first + 1, 0)]
        expected = inside.sum(axis=0) / (last - first + 1)
        assert columns[day][:, where] == pytest.approx(expected)
    assert block_series(counts)[..., number] == pytest.approx(columns[:, :, where])


def test_only_newcomers_have_a_tenure(columns: np.ndarray) -> None:
    tenure = columns[:, :, Columns(KINDS).tenures]

    assert not tenure[:, [0, 2]].any()
    for number, (since, until) in enumerate(TENURES):
        days = np.flatnonzero(tenure[:, 1, number]) - NEWCOMER_DAYS
        assert days.tolist() == list(range(since, until + 1))


def test_columns_of_some_types_equal_those_of_a_panel_of_these_types() -> None:
    three, one = Columns(3), Columns(1)

    kept = three.of_kinds(np.array([1]))

    assert kept.size == one.n_regressors
    assert kept[one.leads].tolist() == three.leads[[1]].tolist()
    assert kept[one.blocks].tolist() == three.blocks[:, [1]].tolist()
    assert kept[one.tenures].tolist() == three.tenures.tolist()
    assert kept[one.adstocks(np.array([6]))].tolist() == [DECAYS.size + 6]


def test_effect_in_a_late_block_counts_up_to_the_end_of_the_window() -> None:
    first, last = BLOCKS[1]
    days_left = np.array([1.0, first, first + 1, last + 1, 100.0])

    share = share_of_blocks_inside(days_left)

    assert share[:, 1] == pytest.approx([0.0, 0.0, 1 / (last - first + 1), 1.0, 1.0])
    assert share.shape == (5, len(BLOCKS))
