"""What shown stars do, on products whose display is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.search.star_changes import (
    ProductWeeks,
    displays,
    estimate_stars,
    exact_means,
)
from tests.worlds.stars import STAR_WORLDS, simulate_stars

SMALL = replace(STAR_WORLDS["stars_matter"], n_products=60, n_weeks=60, noise=0.0, size=400.0)


def test_the_mean_of_a_day_is_of_the_reviews_before_it() -> None:
    reviews, ratings = np.zeros((1, 7)), np.zeros((1, 7))
    reviews[0, [1, 3]], ratings[0, [1, 3]] = (1, 2), (5, 2)
    data = ProductWeeks(np.ones((1, 1)), reviews, ratings, np.ones(1, dtype=bool))

    mean = exact_means(data)[0]

    assert np.isnan(mean[:2]).all()
    assert mean[2:].tolist() == pytest.approx([5.0, 5.0, 7 / 3, 7 / 3, 7 / 3])


def test_the_display_rounds_halves_up_and_a_week_with_two_displays_is_not_steady() -> None:
    mean = np.array(
        [[4.24, 4.24, 4.24, 4.24, 4.24, 4.24, 4.24, 4.25, 4.3, 4.3, 4.3, 4.3, 4.3, 4.8]]
    )

    shown, steady = displays(mean, 0.5)

    assert shown.tolist() == [[4.0, 4.5]]
    assert steady.tolist() == [[True, False]]


def test_the_placebo_jumps_half_way_between_the_real_thresholds() -> None:
    at = np.repeat([[3.99, 4.01, 4.24, 4.26]], 7, axis=0).T.reshape(1, -1)

    assert displays(at, 0.5)[0].tolist() == [[4.0, 4.0, 4.0, 4.5]]
    there = displays(at, 0.5, placebo=True)[0][0]
    assert there[0] < there[1] == there[2] == there[3]


def test_sums_of_decimal_ratings_on_a_threshold_round_up() -> None:
    mean = np.full((1, 7), (0.1 + 0.2) / 0.3 * 4.25 - 1e-15)

    assert displays(mean, 0.1)[0][0, 0] == pytest.approx(4.3)


def test_the_effect_of_a_star_is_found_and_the_placebo_does_not_move() -> None:
    found = estimate_stars(simulate_stars(SMALL, 1), 0.5)

    assert found.shown is not None
    assert found.placebo is not None
    assert found.shown.effect == pytest.approx(0.15, abs=4 * found.shown.error)
    assert 0 < found.shown.error < 0.03
    assert found.warnings == ("few_crossings",)
    assert abs(found.placebo.effect) < 3 * found.placebo.error


def test_twice_the_sales_of_a_product_change_nothing_where_sales_hardly_scatter() -> None:
    data = simulate_stars(SMALL, 2)
    one = estimate_stars(data, 0.5)
    scaled = data.sales.copy()
    scaled[::2] *= 2.0

    other = estimate_stars(replace(data, sales=scaled), 0.5)

    assert one.shown is not None
    assert other.shown is not None
    assert other.changes == one.changes
    assert other.shown.effect == pytest.approx(one.shown.effect, abs=one.shown.error)


def test_a_rise_of_every_product_in_the_same_weeks_is_not_an_effect_of_stars() -> None:
    data = simulate_stars(SMALL, 2)
    season = np.exp(np.sin(np.arange(data.sales.shape[1]) / 3.0))

    calm = estimate_stars(data, 0.5).shown
    seasonal = estimate_stars(replace(data, sales=np.round(data.sales * season)), 0.5).shown

    assert calm is not None
    assert seasonal is not None
    assert seasonal.effect == pytest.approx(calm.effect, abs=calm.error)


def test_fewer_than_twenty_changes_are_refused_and_fewer_than_a_hundred_warned_about() -> None:
    few = simulate_stars(replace(SMALL, n_products=5), 1)
    more = simulate_stars(replace(SMALL, n_products=16), 1)

    refused, warned = estimate_stars(few, 0.5), estimate_stars(more, 0.5)

    assert refused.shown is None
    assert refused.changes < 20
    assert refused.reasons == ("too_few_crossings",)
    assert warned.shown is not None
    assert 20 <= warned.changes < 100
    assert "few_crossings" in warned.warnings


def test_products_without_sales_or_reviews_do_not_matter() -> None:
    data = simulate_stars(SMALL, 3)
    nothing = np.zeros((4, data.sales.shape[1]))
    none = np.zeros((4, data.reviews.shape[1]))
    padded = ProductWeeks(
        np.vstack([data.sales, nothing]),
        np.vstack([data.reviews, none]),
        np.vstack([data.ratings, none]),
        data.known,
    )

    assert estimate_stars(padded, 0.5).shown == estimate_stars(data, 0.5).shown


def test_weeks_without_data_on_sales_are_left_out() -> None:
    data = simulate_stars(SMALL, 4)
    hole = slice(20, 25)
    sales, known = data.sales.copy(), data.known.copy()
    sales[:, hole], known[hole] = 0.0, False

    found = estimate_stars(replace(data, sales=sales, known=known), 0.5)
    unknown = estimate_stars(replace(data, sales=sales), 0.5)

    assert found.shown is not None
    assert unknown.shown is not None
    assert found.shown.effect == pytest.approx(0.15, abs=4 * found.shown.error)
    assert found.changes < unknown.changes


def test_sales_that_move_at_placebo_thresholds_widen_the_interval() -> None:
    data = simulate_stars(SMALL, 5)
    moved = displays(exact_means(data), 0.5, placebo=True)[0]
    sales = np.round(data.sales * np.exp(0.5 * np.nan_to_num(moved)))

    calm, widened = estimate_stars(data, 0.5), estimate_stars(replace(data, sales=sales), 0.5)

    assert calm.shown is not None
    assert widened.shown is not None
    assert widened.placebo is not None
    assert widened.placebo.effect == pytest.approx(0.5, abs=4 * widened.placebo.error)
    assert widened.shown.error > 0.3
    assert calm.shown.error < 0.05
    assert "placebo_threshold_moves" in widened.warnings
