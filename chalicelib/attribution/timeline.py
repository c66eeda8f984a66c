"""The steps of a model that were observed, and what is known to have happened on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Observed steps and the context of a fit.

    Attributes
    ----------
    times : int array, shape (N,)
        Numbers of the observed steps, growing.
    step_days : int
        1 or 7.
    context : array, shape (N, m)
        Annotations and controls; linearly independent.
    """

    times: Ints
    step_days: int
    context: Floats

    @classmethod
    def whole(cls, n_steps: int, step_days: int) -> Timeline:
        """Every step was observed, and nothing is known to have happened."""
        return cls(np.arange(n_steps), step_days, np.zeros((n_steps, 0)))

    @property
    def period(self) -> int:
        """Steps of a week."""
        return 7 if self.step_days == 1 else 1

    def weekdays(self) -> Floats:
        """One indicator for every weekday that was observed, shape (N, 1 to 7)."""
        columns = np.equal.outer(self.times % self.period, np.arange(self.period))
        return columns[:, columns.any(axis=0)].astype(np.float64)
