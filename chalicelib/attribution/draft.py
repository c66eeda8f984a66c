"""Estimates of one goal while the methods fill them in, one after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.decays import is_poorly_identified
from chalicelib.attribution.sensitivity import Sensitivity
from chalicelib.attribution.within_user.panel_columns import BLOCKS

if TYPE_CHECKING:
    from chalicelib.attribution.time_series.averaged_models import SeriesModel

EDGE_WEIGHT = 0.5
COLLINEAR = 0.95
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class TotalsModel:
    """The structural model behind estimates from totals."""

    kinds: Ints
    """Indexes of its types; some are in the model as controls alone. Shape (k,)."""
    series: SeriesModel


@dataclass(slots=True)
class Draft:
    """Incomplete estimates."""

    delta: Floats
    cov: Floats
    critical: Floats
    decay_weights: Floats
    late_share: Floats
    methods: list[str | None]
    reasons: list[list[str]]
    warnings: list[list[str]]
    sensitivities: list[Sensitivity | None]
    diagnostics: dict[str, object] = field(default_factory=dict)
    totals: TotalsModel | None = None

    @classmethod
    def of(cls, n_kinds: int) -> Draft:
        """A draft for `n_kinds` types without any result."""
        return cls(
            delta=np.full(n_kinds, np.nan),
            cov=np.zeros((n_kinds, n_kinds)),
            critical=np.full(n_kinds, float(stats.norm.ppf(0.5 + LEVEL / 2))),
            decay_weights=np.zeros((n_kinds, DECAYS.size)),
            late_share=np.zeros((n_kinds, len(BLOCKS))),
            methods=[None] * n_kinds,
            reasons=[[] for _ in range(n_kinds)],
            warnings=[[] for _ in range(n_kinds)],
            sensitivities=[None] * n_kinds,
        )

    def open_kinds(self) -> Ints:
        """Types that have neither an estimate nor a reason."""
        return np.array(
            [k for k, method in enumerate(self.methods) if method is None and not self.reasons[k]],
            dtype=np.int64,
        )

    def reject(self, kinds: Ints, reason: str) -> None:
        """Reject types with a reason."""
        for kind in kinds:
            self.reasons[kind].append(reason)

    def warn(self, kinds: Ints, warning: str) -> None:
        """Add a warning to the estimates of these types."""
        for kind in kinds:
            self.warnings[kind].append(warning)

    def reopen(self, kind: int) -> None:
        """Remove the estimate of one type."""
        self.delta[kind] = np.nan
        self.cov[kind, :] = self.cov[:, kind] = 0.0
        self.methods[kind] = None
        self.warnings[kind], self.reasons[kind] = [], []
        self.sensitivities[kind] = None

    def replace(
        self,
        kind: int,
        method: str,
        delta: float,
        variance: float,
        critical: float,
        weights: Floats,
        late_share: Floats,
        warnings: list[str],
        sensitivity: Sensitivity | None,
    ) -> None:
        """Replace the estimate of one type."""
        self.reopen(kind)
        self.delta[kind], self.cov[kind, kind] = delta, variance
        self.critical[kind], self.late_share[kind] = critical, late_share
        self.decay_weights[kind] = weights
        self.methods[kind] = method
        self.warnings[kind] = warnings
        self.sensitivities[kind] = sensitivity

    def accept(
        self,
        kinds: Ints,
        method: str,
        delta: Floats,
        cov: Floats,
        weights: Floats,
        critical: Floats | float,
        late_share: Floats | float = 0.0,
    ) -> None:
        """Fill in the estimates of `kinds` (shapes (k,), (k, k), (k, G))."""
        self.late_share[kinds] = late_share
        self.delta[kinds] = delta
        self.cov[np.ix_(kinds, kinds)] = cov
        self.decay_weights[kinds] = weights
        self.critical[kinds] = critical
        for position, kind in enumerate(kinds):
            self.methods[kind] = method
            if weights[position, -1] > EDGE_WEIGHT:
                self.warnings[kind].append("decay_at_edge")
        self.warn(kinds[is_poorly_identified(weights)], "decay_unknown")


def reject_collinear(
    correlation: Floats, kinds: Ints, names: tuple[str, ...], draft: Draft
) -> tuple[Bools, Bools]:
    """Reject types that move together, naming the partner.

    Returns
    -------
    rejected, control : bool arrays, shape (K,)
        Types without an estimate, and those among them that stay in the model, so that the joint
        effect of the pair is not credited to others.
    """
    rejected = np.zeros(kinds.size, dtype=bool)
    control = np.zeros(kinds.size, dtype=bool)
    for first in range(kinds.size):
        for second in range(first + 1, kinds.size):
            if abs(correlation[first, second]) <= COLLINEAR:
                continue
            draft.reasons[kinds[first]].append(f"collinear_with:{names[kinds[second]]}")
            draft.reasons[kinds[second]].append(f"collinear_with:{names[kinds[first]]}")
            control[first] = not rejected[first]
            rejected[[first, second]] = True
            control[second] = False
    return rejected, control
