"""Alternatives that the panel estimator looks at, worked out a second time.

Late effects, a hidden cause and a second speed: each is a larger regression, and what comes of it
is averaged with the smaller one by its probability.
"""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import integrate, stats

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
    name, decays = "late", (3, 3)
    with held(decays=decays, late=True):
        ours = fit(name)
    rows = dummies(name)
    blocks = np.stack([rows.block(kind) for kind in KINDS], axis=1)
    plain = rows.fit(adstocks(name, decays), reference=reference(name))
    joint = rows.fit(np.hstack([adstocks(name, decays), blocks]), reference=reference(name))
    scales = np.append(scale(name, decays), small(name).inside.block)
    effect = joint.params * scales
    cov = joint.cov * np.outer(scales, scales)
    factor = [bayes_factor(z) for z in effect[2:] / np.sqrt(np.diag(cov)[2:])]
    odds = 0.15 / 0.85 * np.prod([0.3 + 0.7 * one for one in factor])
    probability = odds / (1 + odds)
    weight = np.array([0.7 * one / (0.3 + 0.7 * one) for one in factor])
    variance = np.zeros(2)
    for kind in KINDS:
        both = np.array([1.0, weight[kind]])
        at = [kind, 2 + kind]
        known = both @ cov[np.ix_(at, at)] @ both
        known += (0.15 * weight[kind] * effect[2 + kind]) ** 2
        excess = max(effect[2 + kind] ** 2 - cov[2 + kind, 2 + kind], 0.0)
        known = max(known, 0.25 * cov[kind, kind])
        variance[kind] = known + weight[kind] * (1 - weight[kind]) * excess
    with_late = (effect[:2] + weight * effect[2:], variance)
    to_effect = scale(name, decays)
    without = (plain.params * to_effect, np.diag(plain.cov) * to_effect**2)
    delta, mixed = mix(probability, without, with_late)
    assert probability > 0.999, "effects must come late"
    assert weight[0] > 0.99 > weight[1], "one of them must"
    assert_allclose(ours.delta, delta, rtol=1e-5)
    assert_allclose(np.diag(ours.cov), mixed, rtol=1e-5)
    assert_allclose(ours.late, probability * weight * joint.params[2:], rtol=1e-5)


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
        rows = dummies(name)
        evident = rows.pooled_z_of_leads(reference(name)) > 3.0
        basis = np.hstack([reference(name), rows.surroundings()]) if evident else reference(name)
        columns = adstocks(name, decays)
        plain = rows.fit(columns, reference=basis)
        adjusted = Dummies(small(name), surrounded=True).fit(columns, reference=basis)
        leads = np.stack([rows.lead(kind) for kind in KINDS], axis=1)
        change = _leads(rows.fit(np.hstack([columns, leads]), reference=basis))
        assert_allclose(ours.change.z, change[0], rtol=1e-5)
        assert_allclose(ours.change.pooled_z, change[1], rtol=1e-5)
        assert_allclose(ours.change.probability, change[2], rtol=1e-5)
        to_effect = scale(name, decays)
        of_both = [
            (one.params * to_effect, np.diag(one.cov) * to_effect**2) for one in (plain, adjusted)
        ]
        delta, variance = mix(change[2], *of_both)
        variance = variance + change[2] * (0.25 * (of_both[1][0] - of_both[0][0])) ** 2
        assert_allclose(ours.delta, delta, rtol=1e-5)
        assert_allclose(np.diag(ours.cov), variance, rtol=1e-5)
        likelier = adjusted if change[2] > 0.5 else plain
        assert_allclose(correlation(ours.cov), correlation(likelier.cov), rtol=1e-5)


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
        columns = np.hstack([adstocks(name, decays), adstocks(name, (second, second))[:, [kind]]])
        theirs = dummies(name).fit(columns, reference=reference(name))
        assert_allclose(
            ours.two_speeds[kind], theirs.params[2] / np.sqrt(theirs.cov[2, 2]), rtol=1e-5
        )
