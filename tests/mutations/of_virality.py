"""Mistakes in the estimate of how shares spread."""

from __future__ import annotations

from chalicelib.attribution.virality.amplification import amplify_contents
from chalicelib.attribution.virality.credibility import products
from chalicelib.attribution.virality.missing_parents import missing_limit
from chalicelib.attribution.virality.offspring import Offspring, count_offspring
from chalicelib.attribution.virality.person_factors import first_of_pairs
from chalicelib.attribution.virality.reproduction import estimate_reproduction
from chalicelib.attribution.virality.share_edges import use_edges
from chalicelib.attribution.virality.share_value import _lower
from chalicelib.attribution.virality.sharing_delays import _posterior
from tests.mutations.mutation import Mutation
from tests.unit import test_virality_edges as edges
from tests.unit import test_virality_estimate as estimate
from tests.unit import test_virality_groups as groups
from tests.unit import test_virality_reproduction as reproduction
from tests.unit import test_virality_share_value as value

OF_VIRALITY = (
    Mutation(
        "young shares count like old ones",
        count_offspring,
        'n - np.searchsorted(ordered, delay, side="left")',
        "np.full(delay.size, n)",
        reproduction.test_a_child_counts_one_over_the_shares_that_old,
    ),
    Mutation(
        "children after the last age with enough shares count",
        count_offspring,
        "delay <= horizon",
        "delay <= np.inf",
        reproduction.test_the_function_ends_where_too_few_shares_are_that_old,
    ),
    Mutation(
        "what the average share brings is not subtracted",
        count_offspring,
        "influence -= expected[",
        "influence -= 0.0 * expected[",
        reproduction.test_a_child_counts_one_over_the_shares_that_old,
    ),
    Mutation(
        "the largest contribution counts once",
        Offspring.variance,
        " + float(squared.max(initial=0.0))",
        "",
        reproduction.test_children_of_finished_shares_are_simply_counted,
    ),
    Mutation(
        "delays of young shares are taken for all",
        _posterior,
        "- tau - log_cdf",
        "- tau",
        reproduction.test_delays_of_young_shares_are_not_taken_for_short_ones,
    ),
    Mutation(
        "children that have not come yet are forgotten",
        estimate_reproduction,
        "counted.mean / until",
        "counted.mean",
        reproduction.test_young_shares_bring_as_much_as_old_ones,
    ),
    Mutation(
        "delays are known exactly",
        estimate_reproduction,
        "max(error, _jackknife(cohort, counted, weights))",
        "error",
        reproduction.test_the_error_of_delays_widens_the_interval_of_young_shares,
    ),
    Mutation(
        "children of a second share of a person are lost",
        use_edges,
        "parent = np.where(parent >= 0, stands_for[parent], -1)",
        "parent = np.where((parent >= 0) & kept[parent], parent, -1)",
        edges.test_a_person_counts_once_per_content_and_keeps_the_children_of_both_shares,
    ),
    Mutation(
        "all shares without a parent come from outside",
        missing_limit,
        "best = min(best,",
        "best = 0.0 * min(best,",
        estimate.test_undeclared_parents_give_bounds,
    ),
    Mutation(
        "amplification has an upper end although R may be one for a content",
        amplify_contents,
        "or endless:",
        "or False:",
        estimate.test_amplification_of_contents_that_differ_is_wider_or_has_no_upper_end,
    ),
    Mutation(
        "a lucky share makes a person a multiplier",
        products,
        " - residual @ residual",
        "",
        groups.test_products_are_of_different_shares_only,
    ),
    Mutation(
        "a pair of people counts each time",
        first_of_pairs,
        "first[known] = False",
        "pass",
        estimate.test_accounts_that_pass_on_everything_to_each_other_are_named,
    ),
    Mutation(
        "the value uses the wrong end of the amplification",
        _lower,
        "apart = 1.0 / amplification.ci_low - divisor",
        "apart = 0.0",
        value.test_if_r_may_be_one_a_positive_value_has_no_upper_end,
    ),
)
