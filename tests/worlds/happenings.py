"""Events in worlds of daily totals besides engagements: disturbances, occasions, holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Disturbance:
    """A disturbance that multiplies demand by `factor`.

    Attributes
    ----------
    at : float
        Its start, as a share of the window.
    days : int or None
        None: to the end of the window.
    """

    at: float
    days: int | None
    factor: float

    def span(self, n_days: int) -> tuple[int, int]:
        """First day and the day after the last."""
        start = int(self.at * n_days)
        return start, n_days if self.days is None else min(start + self.days, n_days)


@dataclass(frozen=True)
class Occasion:
    """A named occasion that raises sales and marketing on certain days (a promotion).

    Attributes
    ----------
    days : tuple of (int, int)
        First day and the day after the last, for every occurrence.
    sales, marketing : float
        Factors of demand and of all rates on these days.
    """

    name: str
    days: tuple[tuple[int, int], ...]
    sales: float
    marketing: float

    def on(self, n_days: int) -> NDArray[np.bool_]:
        """Whether it takes place, shape (T,)."""
        out = np.zeros(n_days, dtype=bool)
        for start, stop in self.days:
            out[start:stop] = True
        return out


@dataclass(frozen=True)
class Hole:
    """Days without data, of sales or of one type. Shares of the window; `stop` is exclusive."""

    kind: int | None
    start: float
    stop: float

    def on(self, n_days: int) -> NDArray[np.bool_]:
        """Days without data, shape (T,)."""
        day = np.arange(n_days)
        return np.asarray((day >= int(self.start * n_days)) & (day < int(self.stop * n_days)))
