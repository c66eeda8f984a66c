"""Types of which only a part is identified: the panel's answer and that of the totals, combined.

A panel of the identified is far more exact than totals and may miss what anonymous people do; the
totals have everybody. Both are estimates of the same effect from different comparisons (people on
different days, days of everybody), and are averaged by their precision. What they differ by beyond
chance is in the interval (DerSimonian, Laird 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.draft import Draft
from chalicelib.attribution.sensitivity import Sensitivity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BIASED = frozenset({"same_day_demand_suspected", "intent_confounding_suspected", "placebo_failed"})
"""Warnings of the totals with which they do not count beside a panel."""
_NORMAL = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True)
class SetAside:
    """The panel's answer for one type.

    Attributes
    ----------
    kind : int
    delta, variance, critical : float
    late_share : array, shape (B,)
    decay_weights : array, shape (G,)
    warnings : list of str
    sensitivity : Sensitivity or None
    """

    kind: int
    delta: float
    variance: float
    critical: float
    late_share: Floats
    decay_weights: Floats
    warnings: list[str]
    sensitivity: Sensitivity | None


def set_aside(draft: Draft, kinds: Ints) -> list[SetAside]:
    """Take the panel's answers for some types out of the draft, so that totals may answer too."""
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
    """Put the answers back, averaged by precision with those that the totals gave meanwhile."""
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
