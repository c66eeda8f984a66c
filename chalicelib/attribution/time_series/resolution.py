"""The step of the totals: a day, or a week from the weekday of weekly totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats

MIN_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Resolution:
    """Steps of the model over the days of the window."""

    step_days: int
    """1 or 7."""
    first: int
    """Day of the window on which the first step begins."""
    n_steps: int

    @property
    def n_days(self) -> int:
        """Number of days that fill all steps, from the window's first day on."""
        return self.first + self.step_days * self.n_steps

    def total(self, daily: Floats) -> Floats:
        """Sums per step of daily values: (n_days, ...) -> (n_steps, ...)."""
        if self.step_days == 1:
            return daily
        kept = daily[self.first : self.n_days]
        return np.asarray(kept.reshape(self.n_steps, self.step_days, *daily.shape[1:]).sum(axis=1))

    def spread(self, counts: Floats, weekly: Bools) -> Floats:
        """Counts per day, with weekly totals spread evenly over their seven days.

        The result has shape (n_days, K).

        Parameters
        ----------
        counts : array, shape (T, K)
        weekly : bool array, shape (K,)
        """
        n_days = self.n_days
        out = np.zeros((n_days, counts.shape[1]))
        kept = min(n_days, counts.shape[0])
        out[:kept] = counts[:kept]
        for kind in np.flatnonzero(weekly):
            days = np.flatnonzero(counts[:kept, kind])
            out[:, kind] = 0.0
            for day in days:
                out[day : day + 7, kind] += counts[day, kind] / 7.0
        return out


def is_weekly(series: Floats) -> bool:
    """Whether totals come on one weekday only, and in most of the weeks in between."""
    days = np.flatnonzero(series)
    if days.size < MIN_WEEKS or np.unique(days % 7).size > 1:
        return False
    weeks = (days[-1] - days[0]) // 7 + 1
    return bool(days.size >= 0.2 * weeks)


def resolve(outcome: Floats, weekly: Bools) -> Resolution:
    """The step at which outcome and types can be compared.

    Weeks, if the outcome or most types are weekly; they begin on the weekday of the
    outcome, or on that of the window's first day.

    Parameters
    ----------
    outcome : array, shape (T,)
    weekly : bool array, shape (K,)
        Types with weekly totals.
    """
    n_days = outcome.size
    if is_weekly(outcome):
        days = np.flatnonzero(outcome)
        first = int(days[0] % 7)
        return Resolution(7, first, int((days[-1] - first) // 7 + 1))
    if weekly.size and weekly.mean() > 0.5:
        return Resolution(7, 0, n_days // 7)
    return Resolution(1, 0, n_days)
