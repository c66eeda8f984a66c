"""Parts of the panel estimator that no single regression shows, against plain definitions."""

from __future__ import annotations

import functools

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.spread import average_candidates, mix_models
from chalicelib.attribution.within_user.leads import read_change
from chalicelib.attribution.within_user.once_only import converts_once, share_not_brought_forward
from chalicelib.attribution.within_user.panel import strata_of
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract.machinery import dummies, fit, held, reference, small
from tests.contract.panels import Small, make_small

Floats = NDArray[np.float64]


def check_reactions_are_pairs_of_a_residual_and_later_engagements() -> None:
    """Shift and clustered sums, adstocks and late blocks, people who enter late among them."""
    ours = reduce_panel(small("newcomers").people).scores
    assert_allclose(ours.shift.sum(axis=0), shift_of("newcomers"), rtol=1e-6, atol=1e-9)


@functools.cache
def shift_of(name: str) -> Floats:
    """Sums over the pairs of a day and a later engagement of the same person, shape (q,)."""
    panel = small(name)
    rows, where = dummies(name), Columns(2)
    residual = np.zeros(panel.outcome.shape)
    residual[rows.person, rows.day] = rows.residual(reference(name))
    days = panel.outcome.shape[1]
    shift = np.zeros(where.n_regressors)
    for person, first in enumerate(panel.first):
        entry = first + 1
        length = days - entry
        horizon = min(14, length // 3)
        counts = panel.counts[person, entry:]
        centred = counts - counts.mean(axis=0)
        for today in range(length):
            for later in range(today + 1, min(today + horizon, length - 1) + 1):
                pair = residual[person, entry + today] * centred[later] / (length - horizon)
                left = length - later
                for decay, theta in enumerate(DECAYS):
                    share = (1 - theta**left) / (1 - theta)
                    shift[where.adstocks(np.array([decay] * 2))] += pair * share
                for block, (since, until) in enumerate(((7, 14), (15, 30))):
                    share = min(max(left - since, 0) / (until - since + 1), 1.0)
                    shift[where.blocks[block]] += pair * share
    return shift


def check_reactions_count_as_noise() -> None:
    """Scores hold the reactions: the meat is not that of the regression alone."""
    panel = small("strata").people
    with held(reactions=False):
        without = reduce_panel(panel).scores
    scores = reduce_panel(panel).scores
    at = Columns(2).adstocks(np.array([4, 4]))
    for part in (lambda one: one.meat[:, at, at], lambda one: one.fourth[:, at]):
        before, after = part(without).sum(axis=0), part(scores).sum(axis=0)
        assert np.abs(after / before - 1.0).max() > 0.01


def check_reactions_do_not_bias_effects() -> None:
    """People engage because they bought; the mean z-value over many panels is nearly zero."""
    z, uncorrected = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n, days = 120, 24
        bought = rng.poisson(0.15, (n, days))
        rate = np.full((n, days), 0.1)
        for lag in range(1, 8):
            rate[:, lag:] += 0.15 * bought[:, : days - lag]
        counts = rng.poisson(rate)[:, :, None].astype(float)
        one = Small(counts, bought.astype(float), np.full(n, -1), np.zeros(1))
        for found, reactions in ((z, True), (uncorrected, False)):
            with held(decays=(4,), reactions=reactions):
                ours = fit_of(one)
            found.append(float(ours[0][0] / np.sqrt(ours[1][0, 0])))
    assert np.mean(uncorrected) < -0.8, "reactions must mislead a plain regression"
    assert abs(np.mean(z)) < 0.35


def fit_of(one: Small) -> tuple[Floats, Floats]:
    """Effects and covariance of a panel that has no name."""
    found = fit_within_user(reduce_panel(one.people), one.inside)
    return found.delta, found.cov


def check_nested_models_differ_by_their_noise() -> None:
    """Mean, variance and unexplained gap of two nested models, at three weights."""
    small_model = (np.array([0.5, 0.5, 2.0]), np.array([0.04, 0.09, 0.04]))
    large = (np.array([0.2, 0.7, 0.0]), np.array([0.16, 0.05, 0.05]))
    for weight in (0.0, 0.3, 1.0):
        effect, variance = mix_models(weight, small_model, large)
        unexplained = np.array([0.0, 0.04, 4.0 - 0.01])  # gap squared less the added noise
        expected = small_model[1] + weight**2 * (large[1] - small_model[1])
        assert_allclose(effect, (1 - weight) * small_model[0] + weight * large[0], atol=1e-12)
        assert_allclose(variance, expected + weight * (1 - weight) * unexplained, atol=1e-12)


def check_candidates_are_charged_beyond_chance() -> None:
    """Own noise of an average, and disagreement above a multiple of what chance does."""
    weight, effect = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.5, 2.0])
    cov = 0.02 * np.eye(3) + 0.01
    mean, variance = average_candidates(weight, effect, cov, chance=2.0)
    own = 0.01 + 0.02 * (0.25 + 0.09 + 0.04)
    apart = 0.5 * (0.1 - mean) ** 2 + 0.3 * (0.5 - mean) ** 2 + 0.2 * (2.0 - mean) ** 2
    assert_allclose(mean, 0.6)
    assert_allclose(variance, own + apart - 2.0 * (0.03 - own))


def check_common_leads_are_a_cause_and_single_ones_a_reaction() -> None:
    """The common lead is weighted by precision; a type far above the others is left out of it."""
    cov = np.array([[0.04, 0.01, 0.0], [0.01, 0.02, 0.0], [0.0, 0.0, 0.01]])
    lead = np.array([0.3, 0.25, 0.2])
    precision = np.linalg.inv(cov)
    z = precision.sum(axis=0) @ lead / np.sqrt(precision.sum())
    odds = stats.norm.pdf(z, 0, np.sqrt(17.0)) / stats.norm.pdf(z)

    change = read_change(lead, cov)

    assert_allclose(change.z, lead / np.sqrt(np.diag(cov)))
    assert_allclose(change.pooled_z, z)
    assert_allclose(change.probability, odds / (1 + odds))
    reaction = read_change(np.array([0.02, 2.0, 0.03]), cov)
    assert reaction.reacts.tolist() == [False, True, False]
    rest = np.linalg.inv(cov[np.ix_([0, 2], [0, 2])])
    alone = rest.sum(axis=0) @ np.array([0.02, 0.03]) / np.sqrt(rest.sum())
    assert_allclose(reaction.pooled_z, alone)
    proportion = read_change(np.array([1.0, 2.0, 1.1]), cov)
    assert not proportion.reacts.any(), "a lead twice that of the others is no reaction"


def once_panel(seed: int = 3) -> Small:
    """A panel in which no one converts twice."""
    panel = make_small(seed, n=300, days=30, newcomers=0.3, base=0.02)
    already = np.cumsum(panel.outcome, axis=1) - panel.outcome
    return panel.change(outcome=((panel.outcome > 0) & (already == 0)).astype(float))


def check_displaced_conversions_follow_kaplan_and_meier() -> None:
    """Share that would not have come later, by survival functions of statsmodels per stratum."""
    panel = once_panel()
    people = panel.people
    _, days, n_kinds = panel.counts.shape
    converted = np.where(panel.outcome.any(axis=1), panel.outcome.argmax(axis=1), days)
    strata = strata_of(people)
    later = np.ones((int(strata.max()) + 1, days))
    for stratum in np.unique(strata):
        of = np.flatnonzero((strata == stratum) & (panel.first < converted))
        found = SurvfuncRight(
            np.minimum(converted[of], days - 1 + 0.5),
            (converted[of] < days).astype(int),
            entry=panel.first[of] + 0.5,
        )
        after = [found.surv_prob[found.surv_times <= day] for day in range(days)]
        survival = np.array([one[-1] if one.size else 1.0 for one in after])
        later[stratum] = np.divide(survival[-1], survival, out=np.ones(days), where=survival > 0)
    expected = np.zeros(n_kinds)
    for kind in range(n_kinds):
        person, day = np.nonzero(panel.counts[:, :, kind])
        open_ = (day > panel.first[person]) & (day <= converted[person])
        person, day = person[open_], day[open_]
        count = panel.counts[person, day, kind]
        expected[kind] = count @ later[strata[person], day] / count.sum()

    assert converts_once(people)
    assert not converts_once(panel.change(outcome=2.0 * panel.outcome).people)
    assert_allclose(share_not_brought_forward(people), expected, rtol=1e-9)


def check_shares_of_effects_carry_their_error() -> None:
    """A share of an effect scales all that belongs to it; its error adds to the variance."""
    with held(decays=(4, 4)):
        whole = fit("few strata")
    share, error = np.array([0.5, 0.8]), np.array([0.1, 0.05])
    part = whole.scaled(share, error)
    variance = np.outer(share, share) * whole.cov + np.diag((whole.delta * error) ** 2)
    assert_allclose(part.delta, share * whole.delta)
    assert_allclose(part.cov, variance)
    assert_allclose(part.kernel, share[:, None] * whole.kernel)
    assert_allclose(part.late, share * whole.late)
