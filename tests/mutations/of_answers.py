"""Mistakes in the use of a panel: coverage, identity, goals that are reached once."""

from __future__ import annotations

from chalicelib.attribution.coverage import Coverage, find_common_days
from chalicelib.attribution.partial_identity import combine, set_aside
from chalicelib.attribution.within_user.from_people import (
    _only_identified,
    _restrict_people,
    estimate_from_people,
)
from chalicelib.attribution.within_user.once_only import converts_once, share_not_brought_forward
from chalicelib.attribution.within_user.regression import WithinUserFit
from tests.contract import parts
from tests.mutations.mutation import Mutation
from tests.unit import test_coverage, test_from_people, test_partial_identity

ONCE = parts.check_displaced_conversions_follow_kaplan_and_meier

OF_ANSWERS = (
    Mutation(
        "the stock after a gap counts as known",
        Coverage._after_gap,
        "after[last + 1 : last + 1 + UNKNOWN_STOCK_DAYS] = True",
        "pass",
        test_coverage.test_the_days_after_a_gap_are_not_usable_because_the_stock_is_unknown,
    ),
    Mutation(
        "a missing day of the outcome is a zero",
        Coverage.usable,
        "self.outcome & self.counts",
        "self.counts",
        test_coverage.test_gap_in_the_outcome_does_not_affect_the_adstock,
    ),
    Mutation(
        "a day without the outcome counts as covered",
        Coverage.is_whole,
        "self.outcome.all() and ",
        "",
        test_coverage.test_coverage_is_whole_unless_a_day_is_missing,
    ),
    Mutation(
        "the type that costs fewest days is rejected",
        find_common_days,
        "worst = max(rank.values())",
        "worst = min(rank.values())",
        test_coverage.test_type_that_would_halve_the_common_days_is_rejected,
    ),
    Mutation(
        "every type that costs a day is rejected",
        find_common_days,
        "MIN_SHARE * most, min(least_days, most)",
        "most, most",
        test_coverage.test_a_type_that_leaves_the_others_half_of_their_days_stays,
    ),
    Mutation(
        "types are compared on days that one of them lacks",
        find_common_days,
        "            del usable[number]\n        common = _all_of(usable, coverage.outcome)",
        "            del usable[number]\n        common = coverage.outcome",
        test_coverage.test_tied_type_with_fewer_days_is_rejected,
    ),
    Mutation(
        "conversions that were only brought forward count in full",
        share_not_brought_forward,
        "count * later",
        "count",
        ONCE,
    ),
    Mutation(
        "engagements after the conversion count",
        share_not_brought_forward,
        "(people.touch_day <= converted[who])",
        "(people.touch_day >= 0)",
        ONCE,
    ),
    Mutation(
        "people are at risk of a conversion before they are seen",
        share_not_brought_forward,
        "entry = people.first_day + 1",
        "entry = 0 * people.first_day",
        ONCE,
    ),
    Mutation(
        "a goal that people reach twice counts as a goal reached once",
        converts_once,
        "and per_person.max() <= 1.0",
        "",
        ONCE,
    ),
    Mutation(
        "the share brought forward counts as known",
        WithinUserFit.scaled,
        " + np.diag((self.delta * error) ** 2)",
        "",
        parts.check_shares_of_effects_carry_their_error,
    ),
    Mutation(
        "displaced conversions are not subtracted",
        estimate_from_people,
        "once = converts_once(compared)",
        "once = False",
        test_from_people.test_a_goal_that_is_reached_once_counts_displaced_conversions,
    ),
    Mutation(
        "people are first seen by types that are not compared",
        _restrict_people,
        "first_day=np.maximum(people.first_day, seen)",
        "first_day=people.first_day",
        test_from_people.test_restricted_people_are_first_seen_by_the_remaining_events,
    ),
    Mutation(
        "people who were there before the window are newcomers",
        _restrict_people,
        "np.where(people.first_day < 0, -1, people.n_days)",
        "np.full(people.n_people, people.n_days)",
        test_from_people.test_restricted_people_are_first_seen_by_the_remaining_events,
    ),
    Mutation(
        "days without data stay in the panel",
        _restrict_people,
        "None if days.size == people.n_days else days",
        "None",
        test_from_people.test_days_without_data_are_neither_rows_nor_zeros,
    ),
    Mutation(
        "a panel of part of the people has no warning",
        _only_identified,
        "return np.asarray(observed.identified[kinds] < MOST_ENGAGEMENTS * total)",
        "return np.zeros(kinds.size, dtype=bool)",
        lambda: test_from_people.test_partly_identified_types_carry_a_warning(2.2, 1.0, True),
    ),
    Mutation(
        "estimates of panel and totals have equal weight",
        combine,
        "weight = theirs / (variance + theirs)",
        "weight = 0.5",
        test_partial_identity.test_agreeing_estimates_are_averaged_by_precision,
    ),
    Mutation(
        "the disagreement of panel and totals is dropped",
        combine,
        "max((delta - other) ** 2 - variance - theirs, 0.0)",
        "0.0",
        test_partial_identity.test_difference_beyond_chance_widens_the_interval,
    ),
    Mutation(
        "totals suspected of bias count",
        combine,
        " and not BIASED & set(draft.warnings[kind])",
        "",
        lambda: test_partial_identity.test_totals_suspected_of_bias_do_not_count("placebo_failed"),
    ),
    Mutation(
        "the quantile of the panel is lost",
        combine,
        "one.variance * (one.critical / _NORMAL) ** 2",
        "one.variance",
        test_partial_identity.test_without_an_estimate_from_totals_the_panels_is_restored_unchanged,
    ),
    Mutation(
        "a type that was set aside keeps its estimate",
        set_aside,
        "draft.reopen(kind)",
        "pass",
        test_partial_identity.test_types_set_aside_are_open_for_totals_and_lose_their_covariances,
    ),
)
