"""Mistakes in what is averaged over: decays, slopes, late effects, a hidden cause."""

from __future__ import annotations

import functools

from chalicelib.attribution.decays import (
    pooled_weights,
    prior_weights,
    with_unknown_size,
)
from chalicelib.attribution.late_effects import _bayes_factor, read_late_effects
from chalicelib.attribution.leads import _common, _probability, lead_coefficients, read_change
from chalicelib.attribution.panel_effects import (
    _average_decays,
    _freedom,
    _regress,
    _spread,
    _with_late,
    estimate_effects,
)
from chalicelib.attribution.spread import average_candidates, mix_models
from chalicelib.attribution.within_user import (
    WithinUserFit,
    _mix,
    _over_slopes,
    _slope,
    _two_speeds,
    fit_within_user,
)
from tests.contract import alternatives, averages, machinery, parts
from tests.contract.estimators import ESTIMATORS, check_calibration
from tests.mutations.mutation import Mutation
from tests.unit import test_decays

REGRESSION = machinery.check_fit_equals_statsmodels_cluster_regression
SHIFT = machinery.check_reactions_are_added_to_the_cross_products
FREEDOM = machinery.check_degrees_of_freedom_are_satterthwaites
DECAYS = averages.check_decays_are_averaged_by_their_posterior
SLOPES = averages.check_slopes_are_averaged_by_their_posterior
LATE = alternatives.check_late_effects_join_their_adstock
CAUSE = alternatives.check_a_hidden_cause_is_taken_out_by_its_probability
LEADS = parts.check_common_leads_are_a_cause_and_single_ones_a_reaction
CALIBRATION = functools.partial(check_calibration, ESTIMATORS[0])

OF_AVERAGES = (
    Mutation(
        "the slope is taken for known",
        _over_slopes,
        "slope + node * spread",
        "slope + 0.0 * node * spread",
        SLOPES,
    ),
    Mutation(
        "what slopes disagree about is dropped",
        _over_slopes,
        "weight * (fit.cov + np.outer(gap, gap))",
        "weight * fit.cov",
        SLOPES,
    ),
    Mutation(
        "the three slopes count alike",
        _over_slopes,
        "np.sum([w * fit.delta",
        "np.sum([fit.delta / 3",
        SLOPES,
    ),
    Mutation(
        "the slope has no prior",
        _slope,
        "prior = ((slope - SLOPE_CENTRE) / SLOPE_SPREAD) ** 2",
        "prior = 0.0",
        SLOPES,
    ),
    Mutation(
        "the likelihood of the slope is too sure of itself",
        _slope,
        "factor * explained / pooled.noise",
        "explained / pooled.noise",
        SLOPES,
    ),
    Mutation(
        "the spread of the slope is that of the prior",
        _slope,
        "max(curvature, least)",
        "least",
        SLOPES,
    ),
    Mutation(
        "errors are classical instead of clustered",
        _regress,
        "cov=inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse",
        "cov=inverse * pooled.noise",
        DECAYS,
    ),
    Mutation(
        "the spread over decays uses classical errors",
        _spread,
        "cov = between @ pooled.meat @ between.T",
        "cov = between @ pooled.gram @ between.T * pooled.noise",
        REGRESSION,
    ),
    Mutation(
        "reactions are not added to the cross products",
        _regress,
        "(pooled.product + pooled.shift)[columns]",
        "pooled.product[columns]",
        SHIFT,
    ),
    Mutation(
        "types are taken for uncorrelated",
        estimate_effects,
        "cov = central * np.outer(ratio, ratio)",
        "cov = np.diag(variance)",
        REGRESSION,
    ),
    Mutation(
        "standard errors are a tenth too small",
        estimate_effects,
        "ratio = np.sqrt(variance / np.diag(central))",
        "ratio = 0.9 * np.sqrt(variance / np.diag(central))",
        CALIBRATION,
        is_slow=True,
    ),
    Mutation(
        "standard errors are a tenth too large",
        estimate_effects,
        "ratio = np.sqrt(variance / np.diag(central))",
        "ratio = 1.1 * np.sqrt(variance / np.diag(central))",
        CALIBRATION,
        is_slow=True,
    ),
    Mutation(
        "degrees of freedom are not capped by the people",
        _freedom,
        "np.maximum(pooled.fourth[columns] - total**2 / n_people, 2.0 * total**2 / most)",
        "np.maximum(pooled.fourth[columns] - total**2 / n_people, 1e-9 * total**2)",
        machinery.check_freedom_is_capped_by_the_people,
    ),
    Mutation(
        "degrees of freedom are those of normal scores",
        _freedom,
        "pooled.fourth[columns] - total**2 / n_people",
        "0.0 * total",
        FREEDOM,
    ),
    Mutation(
        "the quantile is the normal one",
        WithinUserFit.critical,
        "np.maximum(self.freedom, 1.0)",
        "np.full(self.freedom.size, 1e9)",
        FREEDOM,
    ),
    Mutation(
        "decays are weighted in one sweep",
        _average_decays,
        "range(_SWEEPS)",
        "range(1)",
        DECAYS,
    ),
    Mutation(
        "the likelihood of decays is not scaled",
        _average_decays,
        "factor[kind] = bread[kind, chosen[kind]] / robust",
        "factor[kind] = 1.0",
        DECAYS,
    ),
    Mutation(
        "the likeliest decay is taken for the true one",
        _average_decays,
        "weights = pooled_weights(evidence)",
        "weights = np.eye(evidence.shape[1])[evidence.argmax(axis=1)]",
        DECAYS,
    ),
    Mutation(
        "the size of effects is not integrated out",
        with_unknown_size,
        "return best",
        "return log_likelihood",
        DECAYS,
    ),
    Mutation(
        "types do not learn decays from each other",
        pooled_weights,
        "given_brand.sum(axis=0)",
        "0.0 * given_brand.sum(axis=0)",
        DECAYS,
    ),
    Mutation(
        "the prior of decays is flat",
        pooled_weights,
        "log_brand = np.log(_BRANDS) +",
        "log_brand = 0.0 * np.log(_BRANDS) +",
        DECAYS,
    ),
    Mutation(
        "the size of effects is chosen under a flat prior of decays",
        prior_weights,
        "weight = _BRANDS @ _GIVEN_BRAND",
        "weight = np.ones(_GIVEN_BRAND.shape[1])",
        test_decays.test_without_data_the_weights_are_the_prior,
    ),
    Mutation(
        "what decays disagree about is dropped",
        average_candidates,
        "average + max(apart - chance * by_chance, 0.0)",
        "average",
        parts.check_candidates_are_charged_beyond_chance,
    ),
    Mutation(
        "the noise that decays share is counted once more for each",
        average_candidates,
        "max(apart - chance * by_chance, 0.0)",
        "apart",
        parts.check_candidates_are_charged_beyond_chance,
    ),
    Mutation(
        "models that disagree are not more uncertain",
        mix_models,
        "apart = np.maximum((other - effect) ** 2 - wider, 0.0)",
        "apart = 0.0",
        parts.check_nested_models_differ_by_their_noise,
    ),
    Mutation(
        "the wider model does not widen the interval",
        mix_models,
        "variance + weight**2 * (other_variance - variance)",
        "variance + 0.0 * weight",
        parts.check_nested_models_differ_by_their_noise,
    ),
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
        "a late effect is as sure as its coefficient",
        _with_late,
        "+ (_SHAPE * added) ** 2",
        "",
        LATE,
    ),
    Mutation(
        "a late effect and its adstock are independent",
        _with_late,
        "beside.variance + together",
        "beside.variance + 0.0 * together",
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
        "scale = inside.block * pooled.response",
        "scale = 1.0 * pooled.response",
        LATE,
    ),
    Mutation(
        "a hidden cause is not looked for",
        fit_within_user,
        "change.probability > _NEGLIGIBLE",
        "change.probability > 1.0",
        CAUSE,
    ),
    Mutation(
        "a likely hidden cause is taken for certain",
        fit_within_user,
        "_mix(change.probability, fit,",
        "_mix(1.0, fit,",
        CAUSE,
    ),
    Mutation(
        "newcomers are compared with the settled",
        fit_within_user,
        "panel = take_out(panel, tenures(n_kinds))",
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
        "a second speed is looked for beside no adstock",
        _two_speeds,
        "both = np.append(columns, kind * DECAYS.size + second)",
        "both = np.array([kind * DECAYS.size + second])",
        alternatives.check_two_speeds_are_a_second_adstock,
    ),
)
