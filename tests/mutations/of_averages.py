"""Mistakes in averages over decays, slopes and nested models."""

from __future__ import annotations

import functools

from chalicelib.attribution.decays import (
    _given_brand,
    pooled_weights,
    prior_weights,
    with_unknown_size,
)
from chalicelib.attribution.spread import average_candidates, mix_models
from chalicelib.attribution.within_user.panel_effects import (
    _average_decays,
    _freedom,
    _regress,
    _spread,
    estimate_effects,
)
from chalicelib.attribution.within_user.regression import (
    WithinUserFit,
    _over_slopes,
    _slope,
)
from tests.contract import averages, machinery, parts
from tests.contract.estimators import ESTIMATORS, check_calibration
from tests.mutations.mutation import Mutation
from tests.unit import test_decays

REGRESSION = machinery.check_fit_equals_statsmodels_cluster_regression
SHIFT = machinery.check_reactions_are_added_to_the_cross_products
FREEDOM = machinery.check_degrees_of_freedom_are_satterthwaites
DECAYS = averages.check_decays_are_averaged_by_their_posterior
SLOPES = averages.check_slopes_are_averaged_by_their_posterior
CALIBRATION = functools.partial(check_calibration, ESTIMATORS[0])

OF_AVERAGES = (
    Mutation(
        "the slope counts as known",
        _over_slopes,
        "slope + node * spread",
        "slope + 0.0 * node * spread",
        SLOPES,
    ),
    Mutation(
        "the disagreement of slopes is dropped",
        _over_slopes,
        "weight * (fit.cov + np.outer(gap, gap))",
        "weight * fit.cov",
        SLOPES,
    ),
    Mutation(
        "the three slopes have equal weight",
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
        "the likelihood of the slope is overconfident",
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
        "types count as uncorrelated",
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
        "the likeliest decay counts as the true one",
        _average_decays,
        "weights = pooled_weights(evidence, channels)",
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
        "sum(evidence for evidence, _ in found)",
        "0.0 * sum(evidence for evidence, _ in found)",
        DECAYS,
    ),
    Mutation(
        "the prior of decays is flat",
        pooled_weights,
        "log_brand = np.log(_HIERARCHY.brands) +",
        "log_brand = 0.0 * np.log(_HIERARCHY.brands) +",
        DECAYS,
    ),
    Mutation(
        "types of a channel do not learn decays from each other",
        pooled_weights,
        "by_channel(channels)",
        "[np.array([kind]) for kind in range(channels.size)]",
        test_decays.test_uninformative_type_takes_the_half_life_of_its_channel,
    ),
    Mutation(
        "channels have the centre of their brand",
        _given_brand,
        "_HIERARCHY.channels * np.exp(",
        "np.eye(log_channel.shape[1]) * np.exp(",
        test_decays.test_sum_over_brands_and_channels_equals_the_integral_of_normal_distributions,
    ),
    Mutation(
        "the size of effects is chosen under a flat prior of decays",
        prior_weights,
        'weight = np.einsum("sm,smf->f", _HIERARCHY.brands, _HIERARCHY.of_brand)',
        "weight = np.ones(LOG_HALF_LIFE.size)",
        test_decays.test_without_data_the_weights_are_the_prior,
    ),
    Mutation(
        "the disagreement of decays is dropped",
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
)
