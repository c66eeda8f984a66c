"""Mistakes in the sums of a panel: columns, projection, scores, strata."""

from __future__ import annotations

import functools

from chalicelib.attribution.within_user.leads import controls, surroundings, take_out
from chalicelib.attribution.within_user.panel import People, strata_of
from chalicelib.attribution.within_user.panel_columns import fill_regressors
from chalicelib.attribution.within_user.pooling import Panel, Pooled, pool
from chalicelib.attribution.within_user.projection import _reactions, _solve_days, project, score
from chalicelib.attribution.within_user.regression import _reference_coefficients, reduce_panel
from tests.contract import alternatives, machinery, parts
from tests.contract.estimators import ESTIMATORS, check_order_of_people
from tests.mutations.mutation import Mutation

REGRESSION = machinery.check_fit_equals_statsmodels_cluster_regression
STRATA = machinery.check_strata_count_by_their_precision
RESPONSE = machinery.check_response_grows_with_activity
NEWCOMERS = machinery.check_newcomers_are_compared_at_equal_tenure
HOLES = machinery.check_days_without_data_are_left_out
REACTIONS = parts.check_reactions_are_pairs_of_a_residual_and_later_engagements
CAUSE = alternatives.check_a_hidden_cause_is_taken_out_by_its_probability
ORDER = functools.partial(check_order_of_people, ESTIMATORS[0])

OF_PANELS = (
    Mutation(
        "person effects are not projected out",
        project,
        "- np.tril(sums.T @ means)",
        "",
        REGRESSION,
    ),
    Mutation(
        "people who enter late keep the mean of the whole window",
        project,
        "(n_days - entry)[:, None]",
        "n_days",
        NEWCOMERS,
    ),
    Mutation(
        "day effects are not projected out",
        project,
        "gram[stratum] -= cells[stratum].T @ day_effects[stratum]",
        "pass",
        REGRESSION,
    ),
    Mutation(
        "day effects ignore person effects",
        _solve_days,
        "- share[shared]",
        "",
        NEWCOMERS,
    ),
    Mutation(
        "scores ignore day effects",
        score,
        "own -= residual.T @ effects[:, :-1]",
        "pass",
        REGRESSION,
    ),
    Mutation(
        "residuals keep the person effect",
        score,
        "residual -= at_risk * (residual.sum(axis=0) / length)",
        "pass",
        REGRESSION,
    ),
    Mutation(
        "errors are not clustered: every score is summed separately",
        score,
        "meat[stratum] += scores.T @ scores",
        "alone = chunk.columns(used)[:, :, :-1] * residual[:, :, None]; "
        "meat[stratum] += np.diag((alone**2).sum(axis=(0, 1)))",
        REGRESSION,
    ),
    Mutation(
        "reactions are not noise",
        score,
        "scores = own + reaction",
        "scores = own",
        parts.check_reactions_count_as_noise,
    ),
    Mutation(
        "reactions include the day of the conversion itself",
        _reactions,
        "before[days] - before",
        "before[days + 1] - before",
        REACTIONS,
    ),
    Mutation(
        "reactions are divided by the whole window",
        _reactions,
        "(length - horizon)[:, None]",
        "length[:, None]",
        REACTIONS,
    ),
    Mutation(
        "reactions of the late blocks are missing",
        score,
        "reaction[:, where.blocks.T.ravel()] = late",
        "pass",
        REACTIONS,
    ),
    Mutation(
        "residuals come from a regression without tenure",
        _reference_coefficients,
        "controls(n_kinds)]",
        "0.0 * controls(n_kinds)]",
        NEWCOMERS,
    ),
    Mutation(
        "residuals contain the hidden cause",
        _reference_coefficients,
        "change.pooled_z > _EVIDENT",
        "change.pooled_z > 1e9",
        CAUSE,
    ),
    Mutation(
        "tenure begins a day late",
        fill_regressors,
        "since + begin : since + end + 1",
        "since + begin + 1 : since + end + 2",
        NEWCOMERS,
    ),
    Mutation(
        "leads contain the day itself",
        fill_regressors,
        "        columns[day, :, at_leads] = ahead\n        ahead += counts[day]",
        "        ahead += counts[day]\n        columns[day, :, at_leads] = ahead",
        CAUSE,
    ),
    Mutation(
        "the late block never ends",
        fill_regressors,
        "block -= counts[day - last - 1]",
        "pass",
        alternatives.check_late_effects_join_their_adstock,
    ),
    Mutation(
        "people are put into strata by their order in the data",
        strata_of,
        "strata[active] = stratum_of_level[level]",
        "strata[active] = 1 + np.arange(active.size) * 4 // active.size",
        ORDER,
    ),
    Mutation(
        "days without data are days with zeros",
        People.days,
        "self.n_days) if self.used_days is None",
        "self.n_days) if True",
        HOLES,
    ),
    Mutation(
        "people are at risk on the day they are first seen",
        People.entry,
        'side="right"',
        'side="left"',
        NEWCOMERS,
    ),
    Mutation(
        "activity is per day of the window, not per day at risk",
        reduce_panel,
        "people.days.size - people.entry, 0)",
        "people.days.size - 0 * people.entry, 0)",
        NEWCOMERS,
    ),
    Mutation(
        "people who never engage are as active as the least active",
        reduce_panel,
        ".min(initial=1.0) / 2",
        ".min(initial=1.0)",
        RESPONSE,
    ),
    Mutation(
        "all strata have equal weight",
        pool,
        "precision = noise.mean() / noise",
        "precision = np.ones_like(noise)",
        STRATA,
    ),
    Mutation(
        "strata are weighted by the inverse of their standard deviation",
        pool,
        "precision = noise.mean() / noise",
        "precision = np.sqrt(noise.mean() / noise)",
        STRATA,
    ),
    Mutation(
        "the noise of a stratum is log-linear in its activity",
        Panel.noise,
        "np.stack([np.ones_like(log_activity), log_activity, log_activity**2], axis=1)",
        "np.stack([np.ones_like(log_activity), log_activity, 0.0 * log_activity], axis=1)",
        STRATA,
    ),
    Mutation(
        "the response scales rows once",
        pool,
        "precision * response**2",
        "precision * response",
        RESPONSE,
    ),
    Mutation(
        "effects are those of the mean person, not of the mean engagement",
        pool,
        "(response @ panel.touches) / np.maximum(panel.touches.sum(axis=0), 1.0)",
        "response.mean() * np.ones(panel.n_kinds)",
        RESPONSE,
    ),
    Mutation(
        "variances lack the correction for few clusters",
        pool,
        "* (clusters / max(clusters - 1, 1))",
        "",
        REGRESSION,
    ),
    Mutation(
        "a hidden cause has one coefficient in all strata",
        take_out,
        "own = cross[:, :q] @ nuisance.T",
        "cross = (nuisance @ gram[:, :q, :]).mean(axis=0)\n        own = cross[:, :q] @ nuisance.T",
        CAUSE,
    ),
    Mutation(
        "scores keep the part projected out of the columns",
        take_out,
        "meat[stratum] = change @ meat[stratum] @ change.T",
        "pass",
        NEWCOMERS,
    ),
    Mutation(
        "reactions keep the part projected out of the columns",
        take_out,
        "shift[stratum] = change @ shift[stratum]",
        "pass",
        machinery.check_reactions_are_added_to_the_cross_products,
    ),
    Mutation(
        "newcomers have no tenure",
        controls,
        "[where.controls]",
        "[where.controls] * 0.0",
        NEWCOMERS,
    ),
    Mutation(
        "the surroundings contain only earlier engagements",
        surroundings,
        "row[0, where.leads[members]] = 1.0",
        "pass",
        CAUSE,
    ),
    Mutation(
        "blocks are not projected out of the scores of adstocks",
        Pooled.without_columns,
        "meat=change @ self.meat @ change.T",
        "meat=self.meat",
        alternatives.check_late_effects_join_their_adstock,
    ),
)
