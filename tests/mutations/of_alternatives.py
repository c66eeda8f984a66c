"""Mistakes in the panel's checks for late effects and a hidden cause."""

from __future__ import annotations

from chalicelib.attribution.within_user.late_blocks import _bayes_factor, read_late_effects
from chalicelib.attribution.within_user.leads import (
    _common,
    _probability,
    lead_coefficients,
    read_change,
)
from chalicelib.attribution.within_user.panel_effects import _with_late, estimate_effects
from chalicelib.attribution.within_user.regression import _mix, _two_speeds, fit_within_user
from tests.contract import alternatives, machinery, parts
from tests.mutations.mutation import Mutation

LATE = alternatives.check_late_effects_join_their_adstock
MIXED = alternatives.check_decays_are_mixed_by_the_probability_of_late_effects
CAUSE = alternatives.check_a_hidden_cause_is_taken_out_by_its_probability
LEADS = parts.check_common_leads_are_a_cause_and_single_ones_a_reaction

OF_ALTERNATIVES = (
    Mutation(
        "late effects come in every brand",
        read_late_effects,
        "log_odds = np.log(LATE_BRANDS / (1 - LATE_BRANDS))",
        "log_odds = 0.0",
        LATE,
    ),
    Mutation(
        "late effects may be negative",
        _bayes_factor,
        " + np.log(2.0) + stats.norm.logcdf(shrunk)",
        "",
        LATE,
    ),
    Mutation(
        "a late effect is as certain as its coefficient",
        _with_late,
        "+ (_SHAPE * total) ** 2",
        "",
        LATE,
    ),
    Mutation(
        "a late effect and its adstock are independent",
        _with_late,
        "with_blocks.variance + together",
        "with_blocks.variance + 0.0 * together",
        LATE,
    ),
    Mutation(
        "late effects are not weighted by their probability",
        estimate_effects,
        "mix_models(found.probability, (delta",
        "mix_models(0.0, (delta",
        LATE,
    ),
    Mutation(
        "a late effect after the window counts",
        estimate_effects,
        "scale = inside.blocks * pooled.response[:, None]",
        "scale = np.ones_like(inside.blocks) * pooled.response[:, None]",
        LATE,
    ),
    Mutation(
        "decays in a model with late effects are those without them",
        estimate_effects,
        "found.probability * with_blocks.decay_weights",
        "found.probability * fading.decay_weights",
        MIXED,
    ),
    Mutation(
        "a hidden cause is not considered",
        fit_within_user,
        "change.probability > _NEGLIGIBLE",
        "change.probability > 1.0",
        CAUSE,
    ),
    Mutation(
        "a likely hidden cause counts as certain",
        fit_within_user,
        "_mix(change.probability, fit,",
        "_mix(1.0, fit,",
        CAUSE,
    ),
    Mutation(
        "newcomers are compared with long-known people",
        fit_within_user,
        "panel = take_out(panel, controls(n_kinds))",
        "pass",
        machinery.check_newcomers_are_compared_at_equal_tenure,
    ),
    Mutation(
        "surroundings measure the hidden cause exactly",
        _mix,
        "(_IMPERFECT * (adjusted.delta - plain.delta)) ** 2",
        "0.0",
        CAUSE,
    ),
    Mutation(
        "correlations are those of the less likely model",
        _mix,
        "adjusted if probability > 0.5 else plain",
        "plain if probability > 0.5 else adjusted",
        CAUSE,
    ),
    Mutation(
        "leads are pooled without their precision",
        _common,
        "weight[kinds] = solved / solved.sum()",
        "weight[kinds] = 1.0 / kinds.size",
        LEADS,
    ),
    Mutation(
        "a hidden cause is never likelier than even odds",
        _probability,
        "log_odds = 0.5 * z**2",
        "log_odds = 0.0 * z**2",
        LEADS,
    ),
    Mutation(
        "any type whose lead is significantly larger reacts",
        read_change,
        "coefficient[kind] > REACTION_RATIO * common",
        "coefficient[kind] > common",
        LEADS,
    ),
    Mutation(
        "leads have classical errors",
        lead_coefficients,
        "cov = inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse",
        "cov = inverse * pooled.noise",
        CAUSE,
    ),
    Mutation(
        "reactions pass for a second speed",
        _two_speeds,
        "(pooled.product + pooled.shift)[both]",
        "pooled.product[both]",
        machinery.check_reactions_are_added_to_the_cross_products,
    ),
    Mutation(
        "reactions pass for leads",
        lead_coefficients,
        "(pooled.product + pooled.shift)[columns]",
        "pooled.product[columns]",
        machinery.check_reactions_are_added_to_the_cross_products,
    ),
    Mutation(
        "a second speed is tested without the first adstock",
        _two_speeds,
        "both = np.append(columns, kind * DECAYS.size + second)",
        "both = np.array([kind * DECAYS.size + second])",
        alternatives.check_two_speeds_are_a_second_adstock,
    ),
)
