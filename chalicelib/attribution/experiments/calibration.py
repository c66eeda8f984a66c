"""Observational estimates and experiments, combined by precision; bias has a variance.

The estimates are ``delta ~ N(truth, cov)``, an experiment is ``y ~ N(truth of its type, r)``,
independent of them. Their precision-weighted combination is the Kalman update of the whole vector

    S = H cov H' + R,   K = cov H' S^-1,   delta + K (y - H delta),   (I - K H) cov

(Kalman 1960; as the combination of evidence Theil, Goldberger 1961). Untested types
move along as far as their errors are correlated with those of a tested one.

This is valid only if both measure the same quantity. An experiment was randomised, the estimates
were not. If the two differ by more than chance (chi-square of the innovation, one degree of
freedom), the estimate has a bias of unknown size, and a mean of a biased and an unbiased number is
biased. The experiment then replaces the estimate of its type. The bias of one type
implies nothing certain about others, so they stay as they were.

An estimate with a warning that means bias cannot be assumed unbiased before the comparison either.
It enters with the variance of a bias of the size found by comparisons with randomised experiments.
If the data show that the model does not hold, it does not enter at all (`BIASED`, `UNUSABLE`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.experiments.measured_lift import CRITICAL

SIGNIFICANT = 0.01
"""A smaller p-value of a difference between model and experiment, or experiments, is not chance."""

UNUSABLE = frozenset({"people_change_over_time", "placebo_failed", "same_day_demand_suspected"})
"""Warnings of estimates that are not combined: a test on the data rejected the assumption.

The size of the bias then depends on the data alone: in simulated worlds with churn 13 % of the
intervals covered.
"""

BIASED = frozenset(
    {"decay_unknown", "follows_demand", "intent_confounding_suspected", "search_ads_not_split"}
)
"""Warnings of estimates that are combined with the variance of a bias."""

BIAS = 1.15 / NormalDist().inv_cdf(0.75)
"""Standard deviation of the bias of a flagged estimate, in multiples of the effect: 1.7.

Gordon, Moakler, Zettelmeyer 2022 (arXiv 2201.07055): over several hundred randomised experiments
the median absolute error of the best observational estimates is 62 to 115 % of the effect. This is
the larger number, for a normal bias.
"""

SETTLED_BY = (UNUSABLE | BIASED) - {"decay_unknown"}
"""Warnings that an experiment settles; it does not show how long an effect lasts."""

NEARLY_ALL = 0.8
"""Weight of the experiments from which on they settle those warnings."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The result of one experiment on one type."""

    kind: int
    """Index of the type."""
    delta: float
    variance: float
    """Conversions per engagement and their variance."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The combined result for one tested type."""

    kind: int
    experiments: int
    """Number of combined experiments."""
    measured: float
    measured_variance: float
    """Their combined result."""
    p_heterogeneity: float | None
    """P-value that the experiments measure the same (Cochran's Q); None for a single one."""
    observed: float | None
    observed_variance: float | None
    """The model's estimate; None if the model rejected the type."""
    p_agreement: float | None
    """P-value that model and experiments measure the same; None if the model rejected the type."""
    contradicted: bool
    """Whether the experiments are used alone because they contradict the model."""
    bias_variance: float
    """Variance of the bias implied by the model's warnings; 0 without such a warning, infinite if
    the experiments are used alone because of one.
    """

    @property
    def alone(self) -> bool:
        """Whether the model has no part in the result for the type."""
        return self.contradicted or self.observed is None or math.isinf(self.bias_variance)

    @property
    def weight(self) -> float:
        """The experiments' share of the precision of the result for the type, in (0, 1]."""
        if self.alone or self.observed_variance is None:
            return 1.0
        model = self.observed_variance + self.bias_variance
        return model / (model + self.measured_variance)


def calibrate(
    estimates: GoalEstimates, measurements: Sequence[Measurement]
) -> tuple[GoalEstimates, tuple[Calibration, ...]]:
    """Combine the experiments with the estimates, and report the result for each tested type.

    Tested types have the method ``experiment`` and no reasons. Warnings of the model that the
    experiments settle are dropped if they have nearly all of the weight. With any measurement, all
    quantiles become the normal one: a combination of sources has no degrees of freedom of its own.
    The covariance of the model is widened first, so that untouched types keep their intervals. A
    type that the model rejected gets the experiment's number. It has no decay, so its effect counts
    wholly in every range of days.
    """
    if not measurements:
        return estimates, ()
    known = np.array([method is not None for method in estimates.methods])
    widening = estimates.critical / CRITICAL
    delta = estimates.delta.copy()
    cov = estimates.cov * np.outer(widening, widening)
    kinds = sorted({one.kind for one in measurements})
    found = [
        _compare(
            kind,
            [one for one in measurements if one.kind == kind],
            delta,
            cov,
            known,
            estimates.warnings[kind],
        )
        for kind in kinds
    ]
    for one in found:
        if not one.alone:
            cov[one.kind, one.kind] += one.bias_variance
            continue
        delta[one.kind] = one.measured
        cov[one.kind, :] = cov[:, one.kind] = 0.0
        cov[one.kind, one.kind] = one.measured_variance
    delta, cov = _update(delta, cov, known, [one for one in found if not one.alone])
    methods, reasons = list(estimates.methods), [list(texts) for texts in estimates.reasons]
    warnings = [list(texts) for texts in estimates.warnings]
    sensitivities = list(estimates.sensitivities)
    weights = estimates.decay_weights.copy()
    for one in found:
        methods[one.kind], reasons[one.kind] = "experiment", []
        if one.observed is None:
            weights[one.kind] = 0.0
            weights[one.kind, 0] = 1.0  # the decay that ends at once
        if one.weight == 1.0:
            sensitivities[one.kind] = None  # a randomised result has no hidden cause
        if one.weight >= NEARLY_ALL:
            warnings[one.kind] = [text for text in warnings[one.kind] if text not in SETTLED_BY]
        if one.contradicted:
            warnings[one.kind].append("experiment_contradicts_model")
        if math.isinf(one.bias_variance):
            warnings[one.kind].append("model_flagged_not_combined")
        if one.p_heterogeneity is not None and one.p_heterogeneity < SIGNIFICANT:
            warnings[one.kind].append("experiments_disagree")
    calibrated = replace(
        estimates,
        delta=delta,
        cov=cov,
        critical=np.full_like(estimates.critical, CRITICAL),
        methods=methods,
        reasons=reasons,
        warnings=warnings,
        sensitivities=sensitivities,
        decay_weights=weights,
    )
    return calibrated, tuple(found)


def pool(measurements: Sequence[Measurement]) -> tuple[float, float, float | None]:
    """Several experiments on one type: their mean, its variance, and the p-value of Cochran's Q.

    Random effects (DerSimonian, Laird 1986): differences beyond the experiments' own
    errors (Cochran 1954) are added to the variance of each, because campaigns and seasons differ.
    """
    y = np.array([one.delta for one in measurements])
    weight = 1.0 / np.array([one.variance for one in measurements])
    mean = float((weight * y).sum() / weight.sum())
    if y.size == 1:
        return mean, float(1.0 / weight.sum()), None
    q = float((weight * (y - mean) ** 2).sum())
    free = y.size - 1
    between = max(0.0, (q - free) / float(weight.sum() - (weight**2).sum() / weight.sum()))
    weight = 1.0 / (1.0 / weight + between)
    mean = float((weight * y).sum() / weight.sum())
    return mean, float(1.0 / weight.sum()), float(stats.chi2.sf(q, free))


def _compare(
    kind: int,
    measurements: list[Measurement],
    delta: Floats,
    cov: Floats,
    known: Bools,
    warnings: Sequence[str],
) -> Calibration:
    measured, variance, heterogeneity = pool(measurements)
    if not known[kind]:
        return Calibration(
            kind, len(measurements), measured, variance, heterogeneity, None, None, None, False, 0.0
        )
    innovation = measured - float(delta[kind])
    p_value = float(stats.chi2.sf(innovation**2 / (float(cov[kind, kind]) + variance), 1))
    return Calibration(
        kind,
        len(measurements),
        measured,
        variance,
        heterogeneity,
        float(delta[kind]),
        float(cov[kind, kind]),
        p_value,
        p_value < SIGNIFICANT,
        _bias_variance(warnings, max(abs(measured), abs(float(delta[kind])))),
    )


def _bias_variance(warnings: Sequence[str], effect: float) -> float:
    """The variance of the bias implied by an estimate's warnings.

    `effect` is the larger of the model's and the experiments' estimates. Otherwise a model that is
    far too low would be overconfident.
    """
    if not UNUSABLE.isdisjoint(warnings):
        return math.inf
    return 0.0 if BIASED.isdisjoint(warnings) else (BIAS * effect) ** 2


def _update(
    delta: Floats, cov: Floats, known: Bools, together: list[Calibration]
) -> tuple[Floats, Floats]:
    """The Kalman update of the model's estimates with the experiments that agree with it."""
    if not together:
        return delta, cov
    members = np.flatnonzero(known)
    tested = np.searchsorted(members, [one.kind for one in together])
    prior = cov[np.ix_(members, members)]
    errors = np.diag([one.measured_variance for one in together])
    innovation = np.array([one.measured for one in together]) - delta[members][tested]
    gain = np.linalg.solve(prior[np.ix_(tested, tested)] + errors, prior[tested, :]).T
    posterior = prior - gain @ prior[tested, :]
    delta, cov = delta.copy(), cov.copy()
    delta[members] += gain @ innovation
    cov[np.ix_(members, members)] = (posterior + posterior.T) / 2
    return delta, cov
