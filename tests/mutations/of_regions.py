"""Mistakes in the panel of regions: days, coefficients of regions, differences between regions."""

from __future__ import annotations

from chalicelib.attribution.regions.day_effects import (
    _days_factor,
    _place,
    _region_gram,
    fit_panel_at,
    panel_products,
)
from chalicelib.attribution.regions.from_regions import estimate_from_regions
from chalicelib.attribution.regions.region_spread import _between, measure_spread
from chalicelib.services.fitting.region_days import _known_days, observe_regions
from tests.mutations.mutation import Mutation
from tests.unit import test_day_effects, test_from_regions, test_region_days

REGRESSION = test_day_effects.test_coefficients_equal_a_regression_with_a_column_for_every_day
PRODUCTS = test_day_effects.test_the_products_of_all_regions_give_the_same_coefficients
OWN = test_day_effects.test_coefficients_of_single_regions_equal_separate_columns
EQUAL = test_day_effects.test_equal_effects_show_no_spread_beyond_chance
DIFFERENT = test_day_effects.test_different_effects_show_their_spread_and_widen_the_error

OF_REGIONS = (
    Mutation(
        "the effect of a day is the same number in every region",
        _region_gram,
        "region.times.size, region.size",
        "region.times.size, np.ones(region.times.size)",
        REGRESSION,
    ),
    Mutation(
        "days of a region with a hole are shifted",
        _place,
        "np.concatenate([region.times, n_steps",
        "np.concatenate([np.arange(region.times.size), n_steps",
        REGRESSION,
    ),
    Mutation(
        "days may have any effect",
        _days_factor,
        "PRIOR_PRECISION * np.eye(n_steps)",
        "1e-3 * PRIOR_PRECISION * np.eye(n_steps)",
        REGRESSION,
    ),
    Mutation(
        "days have no effects",
        panel_products,
        "left, of_days, used = _without_days(gram, n_steps)",
        "left, of_days, used = gram[n_steps:, n_steps:].copy(), 0.0, 0",
        PRODUCTS,
    ),
    Mutation(
        "regions are compared without their common days",
        fit_panel_at,
        "information = -crossed @ cho_solve(factor, crossed.T)",
        "information = 0.0 * crossed @ cho_solve(factor, crossed.T)",
        OWN,
    ),
    Mutation(
        "the noise of the days stays in the scores of regions",
        fit_panel_at,
        "np.concatenate([-days, -beta, [1.0]])",
        "np.concatenate([0.0 * days, -beta, [1.0]])",
        OWN,
    ),
    Mutation(
        "chance differences between regions count as differences",
        _between,
        "- float(np.trace(centring @ cov))",
        "+ 0.0 * float(np.trace(centring @ cov))",
        EQUAL,
    ),
    Mutation(
        "differences between regions are tested with too few degrees of freedom",
        _between,
        "gaps.size - 1",
        "gaps.size - 4",
        EQUAL,
    ),
    Mutation(
        "differences between regions are not in the error",
        measure_spread,
        "pull**2, between / freedom",
        "pull**2, 1e-3 * between / freedom",
        DIFFERENT,
    ),
    Mutation(
        "regions explain more conversions than they estimate",
        estimate_from_regions,
        "shares * fit.delta[place]",
        "2.0 * shares * fit.delta[place]",
        test_from_regions.test_explained_conversions_add_up_to_the_estimates_of_regions,
    ),
    Mutation(
        "campaigns that have not begun are missing data",
        _known_days,
        "if only_gaps else here",
        "if False else here",
        test_region_days.test_campaign_that_begins_later_in_a_region_is_zero_before,
    ),
    Mutation(
        "conversions of other goals count",
        observe_regions,
        "if name == goal and",
        "if name and",
        test_region_days.test_counts_are_by_region_and_day_for_all_people,
    ),
)
