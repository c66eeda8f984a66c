"""Mistakes in the comparison of followers with themselves, in lifetimes, and in values."""

from __future__ import annotations

from chalicelib.attribution.audience.before_after import compare
from chalicelib.attribution.audience.day_factors import fit_day_factors
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.follow_design import (
    _together,
    around_follows,
    around_unfollows,
)
from chalicelib.attribution.audience.follow_spells import spells_of
from chalicelib.attribution.audience.interest_peak import find_peak
from chalicelib.attribution.audience.lifetime import estimate_lifetime
from chalicelib.attribution.audience.person_groups import error_of
from chalicelib.attribution.audience.worth import _days, _in_money, _page, verdict_of
from tests.mutations.mutation import Mutation
from tests.unit import test_audience_parts, test_audience_worth

RECOVERS = (
    test_audience_parts.test_comparison_recovers_an_effect_and_its_error_whatever_people_usually_buy
)
VALUE = test_audience_worth.test_a_followers_value_is_the_product_of_effect_days_and_order_value

OF_FOLLOWERS = (
    Mutation(
        "the calendar is ignored",
        compare,
        "whole = m_before + factors.between(some.stratum, *some.after)",
        "whole = 2 * m_before",
        RECOVERS,
    ),
    Mutation(
        "errors are those of a mean of groups",
        error_of,
        "(GROUPS - 1) / GROUPS",
        "1 / GROUPS",
        RECOVERS,
    ),
    Mutation(
        "the rates of people are not fitted together with the days",
        fit_day_factors,
        "own[active] / np.maximum(passed[stratum, b] - passed[stratum, a], 1e-12)",
        "own[active] / np.maximum(b - a, 1)",
        test_audience_parts.test_day_factors_are_those_of_a_poisson_regression_with_people_and_days,
    ),
    Mutation(
        "days without data count",
        fit_day_factors,
        "usable = covered &",
        "usable = np.ones_like(covered) &",
        test_audience_parts.test_days_that_are_not_covered_have_neither_factors_nor_follower_days,
    ),
    Mutation(
        "the last day of a range counts twice",
        EventCounts.within,
        "row + np.clip(high, 0, self.n_days)",
        "row + np.clip(high, 0, self.n_days) + 1",
        test_audience_parts.test_counts_within_ranges_equal_a_plain_sum,
    ),
    Mutation(
        "the day of the follow does not belong to the fortnight before it",
        find_peak,
        "excess((-GAP_DAYS, 1)",
        "excess((-GAP_DAYS, 0)",
        test_audience_parts.test_purchases_that_make_people_follow_are_measured_at_the_follow,
    ),
    Mutation(
        "the fortnight after the follow is compared",
        around_follows,
        "follow + GAP_DAYS + 1",
        "follow + 1",
        test_audience_parts.test_ranges_leave_out_fortnights_and_people_with_short_ranges,
    ),
    Mutation(
        "people who follow again count as people who have left",
        around_unfollows,
        "_until_next(design, leaver)",
        "np.full(person.size, design.n_days)",
        test_audience_parts.test_ranges_around_an_unfollow_end_a_fortnight_before_the_next_follow,
    ),
    Mutation(
        "follows of other pages are only looked for afterwards",
        _together,
        "<= TOGETHER_DAYS",
        "<= 1",
        test_audience_parts.test_a_follow_of_another_page_at_about_the_same_time_excludes_a_follower,
    ),
    Mutation(
        "a repeated follow begins a new spell",
        spells_of,
        "~new & (kind == np.roll(kind, 1))",
        "~new & (kind < 0) & (kind == np.roll(kind, 1))",
        test_audience_parts.test_repeated_changes_and_unfollows_that_are_undone_within_a_day_do_not_count,
    ),
    Mutation(
        "people who still follow count as people who left",
        estimate_lifetime,
        "(row * width + length)[ended]",
        "(row * width + length)",
        test_audience_parts.test_survival_is_that_of_statsmodels,
    ),
    Mutation(
        "all followers stay after the last observed day",
        _days,
        "survival * _exponential(hazard, horizon_days - seen)",
        "survival * (horizon_days - seen)",
        test_audience_worth.test_days_followed_are_those_of_a_constant_rate_within_and_beyond_the_seen_days,
    ),
    Mutation(
        "the order value is certain",
        _in_money,
        "conversions**2 * order_variance",
        "0.0 * order_variance",
        VALUE,
    ),
    Mutation(
        "a possible bias is not in the interval of a page",
        _page,
        'document["bias"][0] * follower_days',
        "0.0 * follower_days",
        test_audience_worth.test_a_possible_bias_extends_every_interval,
    ),
    Mutation(
        "unknown followers are as good as others at worst",
        _page,
        "whole.low * known",
        "whole.low",
        test_audience_worth.test_followers_without_history_lower_the_lower_end_only,
    ),
    Mutation(
        "an estimate above zero adds value",
        verdict_of,
        'effect["low"] > 0',
        'effect["estimate"] > 0',
        test_audience_worth.test_an_interval_around_zero_shows_nothing,
    ),
)
