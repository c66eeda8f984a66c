"""Mistakes in the estimates of what comes through search, and of what shown stars do."""

from __future__ import annotations

from chalicelib.attribution.search.path_bounds import bound_path, upper_products
from chalicelib.attribution.search.search_paths import (
    is_strong,
    path_bound,
    path_by_instrument,
)
from chalicelib.attribution.search.search_visits import estimate_visits
from chalicelib.attribution.search.star_changes import (
    _allow_for_bias,
    _around_changes,
    displays,
    estimate_stars,
    exact_means,
)
from tests.mutations.mutation import Mutation
from tests.unit import test_path_bounds as bounds
from tests.unit import test_search_paths as paths
from tests.unit import test_star_changes as stars

OF_SEARCH = (
    Mutation(
        "the larger of the two upper ends bounds the path",
        path_bound,
        "max(min(bounds), 0.0)",
        "max(max(bounds), 0.0)",
        paths.test_the_bound_is_the_smaller_of_two_upper_ends_and_never_negative,
    ),
    Mutation(
        "a cause with one half-width of visits is an instrument",
        is_strong,
        "CLEAR_OF_ZERO * visits.half",
        "visits.half",
        paths.test_an_instrument_must_exceed_zero_by_two_half_widths,
    ),
    Mutation(
        "the error of the instrument's total is forgotten",
        path_by_instrument,
        "(a.estimate * t.error) ** 2",
        "0.0",
        paths.test_the_interval_of_an_instrument_contains_the_path_as_often_as_it_should,
    ),
    Mutation(
        "the median of the product is its upper end",
        upper_products,
        "0.975, axis=0",
        "0.5, axis=0",
        bounds.test_upper_ends_of_products_are_those_of_two_normal_variables,
    ),
    Mutation(
        "days without data on visits are zeros",
        estimate_visits,
        "_days_of(observed, search)",
        "observed.covered.outcome",
        bounds.test_days_without_data_on_visits_are_left_out,
    ),
    Mutation(
        "visits that follow conversions are not noticed",
        bound_path,
        "fit.lead_t > FOLLOWS",
        "fit.lead_t > 100 * FOLLOWS",
        bounds.test_visits_after_purchases_are_noticed,
    ),
    Mutation(
        "a review counts on the morning of its day",
        exact_means,
        "np.column_stack([np.full(mean.shape[0], np.nan), mean[:, :-1]])",
        "mean",
        stars.test_the_mean_of_a_day_is_of_the_reviews_before_it,
    ),
    Mutation(
        "the placebo has the real thresholds",
        displays,
        "0.0 if placebo else 0.5",
        "0.5",
        stars.test_the_placebo_jumps_half_way_between_the_real_thresholds,
    ),
    Mutation(
        "weeks without data on sales count",
        _around_changes,
        "steady & data.known &",
        "steady &",
        stars.test_weeks_without_data_on_sales_are_left_out,
    ),
    Mutation(
        "few changes are enough",
        estimate_stars,
        "changes < FEWEST",
        "changes < 1",
        stars.test_fewer_than_twenty_changes_are_refused_and_fewer_than_a_hundred_warned_about,
    ),
    Mutation(
        "the season is taken for an effect of stars",
        estimate_stars,
        "_week_factors(data)",
        "np.ones(data.known.size)",
        stars.test_a_rise_of_every_product_in_the_same_weeks_is_not_an_effect_of_stars,
    ),
    Mutation(
        "what the placebo shows does not matter",
        _allow_for_bias,
        "found.error**2 + bias",
        "found.error**2",
        stars.test_sales_that_move_at_placebo_thresholds_widen_the_interval,
    ),
)
