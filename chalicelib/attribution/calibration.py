"""Observational estimates and experiments, combined by precision; a contradiction is told.

The estimates are ``delta ~ N(truth, cov)``, an experiment is ``y ~ N(truth of its kind, r)``,
independent of them.  Their precision-weighted combination is the Kalman update of the whole vector

    S = H cov H' + R,   K = cov H' S^-1,   delta + K (y - H delta),   (I - K H) cov

(Kalman 1960; as the combination of evidence Theil, Goldberger 1961), so that kinds that were not
tested move along as far as their errors are correlated with those of one that was.

That holds only where both measure the same.  An experiment was randomised, the estimates were not:
where the two are further apart than chance allows (chi-square of the innovation, one degree of
freedom), the estimate has a bias of unknown size, and a mean of a biased and an unbiased number is
biased.  The experiment then stands alone for its kind, and what is known of the bias of one kind
says nothing certain about others: they stay as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.experiments import CRITICAL

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGNIFICANT = 0.01
"""Below this p-value a difference is no chance: between model and experiment, or experiments."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one experiment says about one kind.

    Attributes
    ----------
    kind : int
        Number of the kind.
    delta, variance : float
        Conversions per engagement and the variance of that.
    """

    kind: int
    delta: float
    variance: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What became of one kind that was tested.

    Attributes
    ----------
    kind : int
    experiments : int
        How many were combined.
    measured, measured_variance : float
        What they say together.
    p_heterogeneity : float or None
        Of experiments that measure the same (Cochran's Q); None for one alone.
    observed, observed_variance : float or None
        What the model said; None where it refused.
    p_agreement : float or None
        Of model and experiments that measure the same; None where the model refused.
    contradicted : bool
        Whether the experiments stand alone because the model says something else.
    """

    kind: int
    experiments: int
    measured: float
    measured_variance: float
    p_heterogeneity: float | None
    observed: float | None
    observed_variance: float | None
    p_agreement: float | None
    contradicted: bool

    @property
    def weight(self) -> float:
        """The experiments' share of the precision of what is answered for the kind, in (0, 1]."""
        if self.contradicted or self.observed_variance is None:
            return 1.0
        return self.observed_variance / (self.observed_variance + self.measured_variance)


def calibrate(
    estimates: GoalEstimates, measurements: Sequence[Measurement]
) -> tuple[GoalEstimates, tuple[Calibration, ...]]:
    """The estimates with the experiments combined into them, and what became of each tested kind.

    Tested kinds have the method ``experiment`` and no reasons.  Where there is any measurement all
    quantiles become the normal one: the covariance of the model is widened first, so that what is
    not touched keeps its interval, and a combination of sources has no degrees of freedom of its
    own.  A kind that the model refused takes the experiment's number; it has no decay, so its
    effect counts wholly in every range of days.
    """
    if not measurements:
        return estimates, ()
    known = np.array([method is not None for method in estimates.methods])
    widening = estimates.critical / CRITICAL
    delta = estimates.delta.copy()
    cov = estimates.cov * np.outer(widening, widening)
    kinds = sorted({one.kind for one in measurements})
    found = [
        _compare(kind, [one for one in measurements if one.kind == kind], delta, cov, known)
        for kind in kinds
    ]
    alone = [one for one in found if one.contradicted or one.observed is None]
    for one in alone:
        delta[one.kind] = one.measured
        cov[one.kind, :] = cov[:, one.kind] = 0.0
        cov[one.kind, one.kind] = one.measured_variance
    together = [one for one in found if one not in alone]
    delta, cov = _update(delta, cov, known, together)
    methods, reasons = list(estimates.methods), [list(texts) for texts in estimates.reasons]
    warnings = [list(texts) for texts in estimates.warnings]
    sensitivities = list(estimates.sensitivities)
    weights = estimates.decay_weights.copy()
    for one in found:
        methods[one.kind], reasons[one.kind] = "experiment", []
        if one.observed is None:
            weights[one.kind] = 0.0
            weights[one.kind, 0] = 1.0  # the decay that is over at once
        if one.weight == 1.0:
            sensitivities[one.kind] = None  # it was randomised: nothing is hidden
        if one.contradicted:
            warnings[one.kind].append("experiment_contradicts_model")
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
    """Several experiments on one kind: their mean, its variance, and the p-value of Cochran's Q.

    Random effects (DerSimonian, Laird 1986): what the experiments differ by more than their own
    errors allow (Cochran 1954) is added to the variance of each, for campaigns and seasons differ.
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
    known: NDArray[np.bool_],
) -> Calibration:
    measured, variance, heterogeneity = pool(measurements)
    if not known[kind]:
        return Calibration(
            kind, len(measurements), measured, variance, heterogeneity, None, None, None, False
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
    )


def _update(
    delta: Floats, cov: Floats, known: NDArray[np.bool_], together: list[Calibration]
) -> tuple[Floats, Floats]:
    """The Kalman update of what the model knows with what agrees with it."""
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
