"""Annotations and controls as columns: shared and dropped ones."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.observations import Context
from chalicelib.attribution.time_series.covariates import build_covariates
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.timeline import distinct

N_DAYS = 140
DAILY = Resolution(1, 0, N_DAYS)
EVERY = np.ones(N_DAYS, dtype=bool)


def days(*spans: tuple[int, int]) -> np.ndarray:
    column = np.zeros(N_DAYS)
    for start, stop in spans:
        column[start:stop] = 1.0
    return column


def annotated(**columns: np.ndarray) -> Context:
    return Context(tuple(columns), np.column_stack(list(columns.values())))


def sizes(context: Context) -> list[float]:
    """The annotated days of each column."""
    return build_covariates(context, DAILY, EVERY).columns.sum(axis=0).tolist()


def test_few_occurrences_have_one_column_each() -> None:
    context = annotated(promotion=days((10, 17), (60, 67)), launch=days((100, 105)))

    assert sizes(context) == [7.0, 7.0, 5.0]


def test_single_days_of_one_name_share_a_column() -> None:
    assert sizes(annotated(holiday=days((10, 11), (60, 61), (90, 91)))) == [3.0]


def test_many_occurrences_share_a_column_by_name() -> None:
    often = days(*((start, start + 3) for start in range(0, 120, 10)))

    assert sizes(annotated(promotion=often)) == [36.0]


def test_the_rarest_of_many_names_share_a_column() -> None:
    names = {f"day {n}": days((3 * n, 3 * n + 1 + n % 3)) for n in range(30)}

    found = sizes(annotated(**names))

    assert len(found) == N_DAYS // 12
    assert sum(found) == 60.0


def test_an_annotation_on_days_without_data_needs_no_column() -> None:
    usable = np.arange(N_DAYS) < 100
    context = annotated(promotion=days((10, 17)), outage=days((110, 120)))

    columns = build_covariates(context, DAILY, usable).columns

    assert columns.shape[1] == 1


def test_a_week_counts_by_its_share_of_annotated_days() -> None:
    weekly = Resolution(7, 0, 20)

    columns = build_covariates(annotated(sale=days((14, 24))), weekly, np.ones(20, bool)).columns

    assert columns[:5, 0] == pytest.approx([0, 0, 1, 3 / 7, 0])


def test_days_on_which_a_control_is_unknown_are_missing_and_a_sparse_control_is_ignored() -> None:
    known = np.linspace(1.0, 2.0, N_DAYS)
    known[5] = np.nan
    sparse = np.where(np.arange(N_DAYS) % 2, np.nan, 1.0)
    context = Context(control_names=("queries", "price"), controls=np.column_stack([known, sparse]))

    covariates = build_covariates(context, DAILY, EVERY)

    assert np.flatnonzero(~covariates.known).tolist() == [5]
    assert covariates.ignored == ("price",)
    assert covariates.columns[10:, 0] == pytest.approx(np.log(known[10:]))


def test_redundant_and_empty_columns_are_dropped() -> None:
    one, other = days((10, 20)), days((50, 70))

    kept = distinct(np.column_stack([one, 0 * one, 1 + 0 * one, other, one + other]))

    assert kept.shape == (N_DAYS, 2)
    assert np.linalg.matrix_rank(np.column_stack([kept, np.ones(N_DAYS)])) == 3
