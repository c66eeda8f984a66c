"""Observed steps of a model, with annotations and controls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints

_NEW = 1e-6  # share of a column that others do not explain


@dataclass(frozen=True, slots=True)
class Timeline:
    """Observed steps and the context of a fit."""

    times: Ints
    """Indexes of the observed steps, ascending. Shape (N,)."""
    step_days: int
    """1 or 7."""
    context: Floats
    """Annotations and controls; linearly independent. Shape (N, m)."""

    @classmethod
    def whole(cls, n_steps: int, step_days: int) -> Timeline:
        """Every step observed, without context."""
        return cls(np.arange(n_steps), step_days, np.zeros((n_steps, 0)))

    @property
    def period(self) -> int:
        """Steps of a week."""
        return 7 if self.step_days == 1 else 1

    def weekdays(self) -> Floats:
        """One indicator for every observed weekday, shape (N, 1 to 7)."""
        columns = np.equal.outer(self.times % self.period, np.arange(self.period))
        return columns[:, columns.any(axis=0)].astype(np.float64)

    def only(self, rows: Bools) -> Timeline:
        """The same with only some rows; columns of the context that become empty are dropped."""
        return Timeline(self.times[rows], self.step_days, distinct(self.context[rows]))


def distinct(columns: Floats) -> Floats:
    """Columns that neither a constant nor earlier columns explain: (N, m) -> (N, r).

    An annotation outside the observed steps, or one that covers all of them, is dropped here.
    """
    basis = [np.ones(columns.shape[0]) / np.sqrt(max(columns.shape[0], 1))]
    kept = []
    for column in columns.T:
        size = float(np.sqrt((column**2).sum()))
        left = column.copy()
        for direction in basis:
            left -= (left @ direction) * direction
        norm = float(np.sqrt((left**2).sum()))
        if norm > _NEW * max(size, 1e-300):
            basis.append(left / norm)
            centred = column if column.min() == 0.0 else column - column.mean()
            kept.append(centred / max(float(np.abs(centred).max()), 1e-300))
    return np.array(kept).reshape(-1, columns.shape[0]).T
