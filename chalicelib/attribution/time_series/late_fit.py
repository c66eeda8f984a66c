"""Effects with a late part, averaged with those without one.

If late effects are likely enough (`late_effects`), a second fit has late columns and no slow
decays. An effect is then the sum of its early and its late part inside the window, with both
variances and their covariance. The two fits are weighted by the probability of late effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.spread import mix_models
from chalicelib.attribution.time_series.averaged_effects import average_shapes
from chalicelib.attribution.time_series.averaging import Averaged
from chalicelib.attribution.time_series.baseline import Baseline, column_sizes, unit_columns
from chalicelib.attribution.time_series.late_effects import FADING_BESIDE_LATE, LateColumns
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Scales,
    center_columns,
    weigh,
    without_guide,
)
from chalicelib.attribution.time_series.timeline import Timeline

_SHAPE = 0.15
"""Standard deviation of a late effect, as a share of it, because it may not come evenly."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of a fit, with or without a late part."""

    delta: Floats
    """Conversions inside the window for one engagement. Shape (K,)."""
    cov: Floats
    """Shape (K, K)."""
    weights: Floats
    """Of decays and shapes. Shape (K, G, H)."""
    late: Floats
    """The late part of `delta`. Shape (K,)."""
    columns: Floats
    """Columns of the likeliest decays and shapes, followed by the late columns if there are any.
    Shape (N, K) or (N, 2 K).
    """
    ratio: float
    """Likeliest variance ratio."""
    degrees_of_freedom: int
    converged: bool

    @classmethod
    def of(cls, averaged: Averaged, weights: Floats, candidates: Floats) -> Effects:
        """Effects without a late part."""
        n_kinds = weights.shape[0]
        decays, shapes = likeliest(weights)
        return cls(
            averaged.effect,
            averaged.cov,
            weights,
            np.zeros(n_kinds),
            unit_columns(candidates[:, np.arange(n_kinds), decays, shapes]),
            float(LEVEL_RATIOS[np.argmax(averaged.ratio_weights)]),
            averaged.degrees_of_freedom,
            averaged.converged,
        )


def likeliest(weights: Floats) -> tuple[Ints, Ints]:
    """Decay and shape of every type, from weights of shape (K, G, H)."""
    n_kinds, _, n_shapes = weights.shape
    decays, shapes = np.divmod(weights.reshape(n_kinds, -1).argmax(axis=1), n_shapes)
    return decays, shapes


def fit_with_late(
    outcome: Floats,
    candidates: Floats,
    caused: Floats,
    late: LateColumns,
    baseline: Baseline,
    timeline: Timeline,
    prior: DecaysAndShapes,
) -> Effects:
    """Effects with an early and a late part; parameters as in `averaged_effects`."""
    fading = candidates[:, :, :FADING_BESIDE_LATE]
    extended = replace(baseline, columns=np.column_stack([baseline.columns, late.unit]))
    averaged, weights = average_shapes(
        outcome, fading, caused[:, :FADING_BESIDE_LATE], extended, timeline, prior
    )
    early = Effects.of(averaged, weights, fading)
    n_kinds = late.unit.shape[1]
    kinds = np.arange(n_kinds)
    decays, shapes = likeliest(weights)
    sizes = column_sizes(fading[:, kinds, decays, shapes])
    scale = np.concatenate([caused[kinds, decays, shapes] / sizes, late.caused])
    beta, cov = _regress(
        outcome,
        np.column_stack([early.columns, late.unit]),
        baseline.columns,
        baseline.scales,
        early.ratio,
    )
    cov = cov * np.outer(scale, scale)
    part = beta[n_kinds:] * late.caused
    own, later = cov[:n_kinds, :n_kinds], cov[n_kinds:, n_kinds:]
    across = cov[:n_kinds, n_kinds:]
    unsure = np.maximum(np.diag(early.cov) - np.diag(own), 0.0) + (_SHAPE * part) ** 2
    padded = np.zeros(candidates.shape[1:])
    padded[:, : weights.shape[1]] = weights
    return replace(
        early,
        delta=early.delta + part,
        cov=own + later + across + across.T + np.diag(unsure),
        weights=padded,
        late=part,
        columns=np.column_stack([early.columns, late.unit]),
    )


def _regress(
    outcome: Floats, marketing: Floats, nuisance: Floats, scales: Scales, ratio: float
) -> tuple[Floats, Floats]:
    """Coefficients of marketing by generalised least squares, and their covariance."""
    outcome, known = without_guide(outcome, nuisance, scales, ratio)
    together = center_columns(np.column_stack([marketing, known, outcome]), scales)
    gram = together.T @ weigh(together, scales, ratio)[0]
    p, k = gram.shape[0] - 1, marketing.shape[1]
    inverse = np.linalg.pinv(gram[:p, :p])
    beta = inverse @ gram[:p, p]
    noise = max(float(gram[p, p] - gram[p, :p] @ beta), 0.0) / max(outcome.size - 1 - p, 1)
    return beta[:k], inverse[:k, :k] * noise


def mix(probability: float, without: Effects, late: Effects) -> Effects:
    """Effects averaged over the presence of a late part, with diagnostics of the likelier fit."""
    delta, variance = mix_models(
        probability, (without.delta, np.diag(without.cov)), (late.delta, np.diag(late.cov))
    )
    between = (1 - probability) * without.cov + probability * late.cov
    unit = np.sqrt(variance / np.diag(between))
    return replace(
        late if probability > 0.5 else without,
        delta=delta,
        cov=between * np.outer(unit, unit),
        weights=(1 - probability) * without.weights + probability * late.weights,
        late=probability * late.late,
        degrees_of_freedom=min(without.degrees_of_freedom, late.degrees_of_freedom),
        converged=without.converged and late.converged,
    )
