"""Alternatives that the panel estimator looks at, worked out a second time.

Late effects, a hidden cause and a second speed: each is a larger regression, and what comes of it
is averaged with the smaller one by its probability.
"""

from __future__ import annotations

import functools
import operator
from unittest import mock

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import integrate, stats

from chalicelib.attribution.within_user import late_blocks
from chalicelib.attribution.within_user.regression import WithinUserFit
from tests.contract.averages import correlation
from tests.contract.machinery import (
    KINDS,
    adstocks,
    dummies,
    fit,
    held,
    reference,
    scale,
    small,
)
from tests.contract.regression import Dummies, Fitted

Floats = NDArray[np.float64]


def check_late_effects_join_their_adstock() -> None:
    """Blocks beside adstocks, weighted by Bayes factors that are integrated numerically."""
    decays, slope = (3, 3), 0.4
    for name, likely in (("late", (0.99, 1.0)), ("hardly late", (0.05, 0.95))):
        with held(decays=decays, slope=slope, late=True):
            ours = fit(name)
        plain, joint = late_regressions(name, decays, slope)
        inside, to_effect = small(name).inside, scale(name, decays, slope)
        response = dummies(name).mean_response(slope)
        late_scale = inside.blocks * response[:, None]
        scales = np.append(to_effect, late_scale.ravel())
        effect, cov = joint.params * scales, joint.cov * np.outer(scales, scales)
        factor = [bayes_factor(z) for z in effect[2:] / np.sqrt(np.diag(cov)[2:])]
        odds = 0.15 / 0.85 * np.prod([0.5 + 0.5 * one for one in factor])
        probability = odds / (1 + odds)
        weight = np.array([one / (1 + one) for one in factor]).reshape(2, 2)
        variance = np.array(
            [_variance_with_late(effect, cov, kind, weight[kind]) for kind in KINDS]
        )
        later = (weight * effect[2:].reshape(2, 2)).sum(axis=1)
        without = (plain.params * to_effect, np.diag(plain.cov) * to_effect**2)
        delta, mixed = mix(probability, without, (effect[:2] + later, variance))
        assert likely[0] < probability <= likely[1]
        assert_allclose(ours.delta, delta, rtol=1e-5)
        assert_allclose(np.diag(ours.cov), mixed, rtol=1e-5)
        late = probability * weight * joint.params[2:].reshape(2, 2) * response[:, None]
        assert_allclose(ours.late, late, rtol=1e-5)
        share = np.clip(np.maximum(late * inside.blocks, 0.0)[0] / delta[0], 0.0, 1.0)
        assert_allclose(ours.late_share(inside)[0], share, rtol=1e-5)
        kernel = (1 - probability) * plain.params + probability * joint.params[:2]
        assert_allclose(ours.kernel.sum(axis=1), kernel * response, rtol=1e-5)
        nothing = ours.scaled(np.array([-1.0, 0.0]), np.zeros(2))
        assert not nothing.late_share(inside).any(), "it is of a positive effect"


def check_decays_are_mixed_by_the_probability_of_late_effects() -> None:
    """Weights and kernels lie between those without and those with late effects."""
    without, certain = (_fit_with_prior(brands) for brands in (1e-12, 1.0 - 1e-12))
    assert certain.decay_weights[:, 7:].max() < 1e-9, "slow adstocks are left to the late block"
    assert np.abs(certain.decay_weights - without.decay_weights).max() > 0.01
    for brands in (0.005, 0.15, 0.9):
        ours = _fit_with_prior(brands)
        probability = (ours.late[0] / certain.late[0])[0]
        for of in (operator.attrgetter("decay_weights"), operator.attrgetter("kernel")):
            expected = (1 - probability) * of(without) + probability * of(certain)
            assert_allclose(of(ours), expected, rtol=1e-6, atol=1e-9)


def _fit_with_prior(brands: float) -> WithinUserFit:
    """The estimator where so many brands have late effects, at slope 0."""
    with held(late=True), mock.patch.object(late_blocks, "LATE_BRANDS", brands):
        return fit("hardly late")


def _variance_with_late(effect: Floats, cov: Floats, kind: int, weight: Floats) -> float:
    """Of an adstock and its late blocks, which are there with probabilities and uneven."""
    late = 2 + 2 * kind + np.arange(2)
    both = np.append(1.0, weight)
    where = np.append(kind, late)
    known = both @ cov[np.ix_(where, where)] @ both
    known += (0.15 * float(weight @ effect[late])) ** 2
    excess = np.maximum(effect[late] ** 2 - np.diag(cov)[late], 0.0)
    unsure = float((weight * (1 - weight)) @ excess)
    return float(max(known, 0.25 * cov[kind, kind])) + unsure


@functools.cache
def late_regressions(name: str, decays: tuple[int, int], slope: float) -> tuple[Fitted, Fitted]:
    """Without and with late blocks."""
    rows, columns = dummies(name), adstocks(name, decays, slope)
    blocks = np.stack([rows.block(kind, number) for kind in KINDS for number in (0, 1)], axis=1)
    blocks *= rows.activity[:, None] ** slope
    plain, joint = (
        rows.fit(design, reference=reference(name))
        for design in (columns, np.hstack([columns, blocks]))
    )
    return plain, joint


def bayes_factor(z: float) -> float:
    """Of z ~ N(size, 1) with a half normal size, three scales equally likely, against N(0, 1)."""

    def density(size: float, variance: float) -> float:
        return float(np.exp(z * size - size**2 / 2) * 2 * stats.norm.pdf(size, 0, variance**0.5))

    parts = [
        integrate.quad(density, 0, 12 * scale, args=(scale**2,), points=[max(z, 0.0)])[0]
        for scale in (2.0, 4.0, 8.0)
    ]
    return float(np.mean(parts))


def mix(
    weight: float, first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Mean and variance over nested models: only what noise does not explain counts as gap."""
    gap = second[0] - first[0]
    unexplained = np.maximum(gap**2 - np.maximum(second[1] - first[1], 0.0), 0.0)
    variance = (1 - weight**2) * first[1] + weight**2 * second[1]
    return first[0] + weight * gap, variance + weight * (1 - weight) * unexplained


def check_a_hidden_cause_is_taken_out_by_its_probability() -> None:
    """Surroundings in every stratum, averaged with the plain regression, and their imperfection."""
    for name in ("interest", "some interest", "a trace"):
        decays = (4, 3)
        with held(decays=decays, change=True):
            ours = fit(name)
        plain, adjusted, with_leads = cause_regressions(name, decays)
        z, pooled, probability = _leads(with_leads)
        assert_allclose(ours.change.z, z, rtol=1e-5)
        assert_allclose(ours.change.pooled_z, pooled, rtol=1e-5)
        assert_allclose(ours.change.probability, probability, rtol=1e-5)
        to_effect = scale(name, decays)
        first, second = (
            (one.params * to_effect, np.diag(one.cov) * to_effect**2) for one in (plain, adjusted)
        )
        delta, variance = mix(probability, first, second)
        variance = variance + probability * (0.35 * (second[0] - first[0])) ** 2
        assert_allclose(ours.delta, delta, rtol=1e-5)
        assert_allclose(np.diag(ours.cov), variance, rtol=1e-5)
        likelier = adjusted if probability > 0.5 else plain
        assert_allclose(correlation(ours.cov), correlation(likelier.cov), rtol=1e-5)
        kernel = (1 - probability) * plain.params + probability * adjusted.params
        assert_allclose(ours.kernel.sum(axis=1), kernel, rtol=1e-5)


@functools.cache
def cause_regressions(name: str, decays: tuple[int, int]) -> tuple[Fitted, Fitted, Fitted]:
    """Without surroundings, with them, and with leads."""
    rows, columns, basis = dummies(name), adstocks(name, decays), reference(name)
    if rows.pooled_z_of_leads(basis) > 3.0:  # residuals without the cause
        basis = np.hstack([basis, rows.surroundings()])
    leads = np.stack([rows.lead(kind) for kind in KINDS], axis=1)
    return (
        rows.fit(columns, reference=basis),
        Dummies(small(name), surrounded=True).fit(columns, reference=basis),
        rows.fit(np.hstack([columns, leads]), reference=basis),
    )


def _leads(fitted: Fitted) -> tuple[Floats, float, float]:
    """z-values of the leads, of what they have in common, and the probability of a cause."""
    coefficient, cov = fitted.params[2:], fitted.cov[2:, 2:]
    weight = np.linalg.inv(cov).sum(axis=0)
    pooled = float(weight @ coefficient / np.sqrt(weight.sum()))
    odds = stats.norm.pdf(pooled, 0, np.sqrt(17.0)) / stats.norm.pdf(pooled)
    probability = odds / (1 + odds) if pooled > 0 else 0.0
    return coefficient / np.sqrt(np.diag(cov)), pooled, float(probability)


def check_two_speeds_are_a_second_adstock() -> None:
    """z-value of the day itself beside a slow decay, and of a slow decay beside a fast one."""
    name, decays = "strata", (1, 6)
    with held(decays=decays):
        ours = fit(name)
    for kind, second in ((0, 5), (1, 0)):
        theirs = second_adstock(name, decays, kind, second)
        z = theirs.params[2] / np.sqrt(theirs.cov[2, 2])
        assert_allclose(ours.two_speeds[kind], z, rtol=1e-5)


@functools.cache
def second_adstock(name: str, decays: tuple[int, int], kind: int, second: int) -> Fitted:
    """One type has a second adstock beside the two of the fit."""
    columns = np.hstack([adstocks(name, decays), adstocks(name, (second, second))[:, [kind]]])
    return dummies(name).fit(columns, reference=reference(name))
