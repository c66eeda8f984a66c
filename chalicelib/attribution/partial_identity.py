"""Combine the estimates of the panel and of the totals for partly identified types.

A panel of identified people is far more precise than totals but may miss the effect on anonymous
people; totals include everyone. Both estimate the same effect from different comparisons (people on
different days, daily totals), and are averaged by their precision. The interval includes
their difference beyond chance (DerSimonian, Laird 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.sensitivity import Sensitivity

BIASED = frozenset({"same_day_demand_suspected", "intent_confounding_suspected", "placebo_failed"})
"""Warnings of totals with which they are not combined with a panel."""
_NORMAL = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True)
class SetAside:
    """The panel's estimate for one type."""

    kind: int
    delta: float
    variance: float
    critical: float
    late_share: Floats
    """Shape (B,)."""
    decay_weights: Floats
    """Shape (G,)."""
    warnings: list[str]
    sensitivity: Sensitivity | None


def set_aside(draft: Draft, kinds: Ints) -> list[SetAside]:
    """Take the panel's estimates of some types out of the draft, so that totals add theirs."""
    kept = []
    for kind in kinds.tolist():
        kept.append(
            SetAside(
                kind,
                float(draft.delta[kind]),
                float(draft.cov[kind, kind]),
                float(draft.critical[kind]),
                draft.late_share[kind].copy(),
                draft.decay_weights[kind].copy(),
                draft.warnings[kind],
                draft.sensitivities[kind],
            )
        )
        draft.reopen(kind)
    return kept


def combine(draft: Draft, kept: list[SetAside]) -> None:
    """Restore the panel's estimates, averaged by precision with those of the totals."""
    for one in kept:
        kind = one.kind
        delta, variance = one.delta, one.variance * (one.critical / _NORMAL) ** 2
        warnings = list(one.warnings)
        if draft.methods[kind] is not None and not BIASED & set(draft.warnings[kind]):
            other = float(draft.delta[kind])
            theirs = float(draft.cov[kind, kind]) * (float(draft.critical[kind]) / _NORMAL) ** 2
            weight = theirs / (variance + theirs)
            apart = max((delta - other) ** 2 - variance - theirs, 0.0)
            delta = weight * delta + (1.0 - weight) * other
            variance = weight * variance + weight * (1.0 - weight) * apart
            warnings += [w for w in draft.warnings[kind] if w not in warnings and weight < 0.5]
        draft.replace(
            kind,
            "within_user",
            delta,
            variance,
            _NORMAL,
            one.decay_weights,
            one.late_share,
            warnings,
            one.sensitivity,
        )
