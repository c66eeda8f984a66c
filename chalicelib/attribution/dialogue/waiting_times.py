"""The distribution of waiting times of which some have not ended (Kaplan, Meier 1958).

Intervals are symmetric for ``log(-log S)`` (Kalbfleisch, Prentice 1980) and take the threads as
units: all messages of a thread are often answered at once. Checked against
`statsmodels.duration.survfunc` for threads of one message.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.dialogue.bounded import LEVEL, Bounded
from chalicelib.attribution.student import student_quantile

FEWEST_FOLLOWED = 5
"""Messages that must be old enough for a statement about a waiting time."""
_MOST_TIMES = 400
"""Times at which the interval of a quantile is looked up."""
_ROUNDING = 1e-9
_CELLS = 2_000_000
"""Size of the largest temporary array."""


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """Times until the first reply, in the order of `hours`. All arrays have shape (n,)."""

    hours: Floats
    """Hours until the reply, or until now."""
    answered: Bools
    follow_up: Floats
    """Hours until now, whether or not there is a reply."""
    thread: Ints
    """Number of the thread, from 0."""

    @classmethod
    def of(cls, hours: Floats, answered: Bools, follow_up: Floats, thread: Ints) -> WaitingTimes:
        """Sort by `hours`; a reply comes before a message that still waits as long."""
        order = np.lexsort((thread, ~answered, hours))
        numbers = np.unique(thread, return_inverse=True)[1].astype(np.int64)
        return cls(hours[order], answered[order], follow_up[order], numbers[order])

    @property
    def threads(self) -> float:
        """Number of threads of equal size (Kish)."""
        sizes = np.bincount(self.thread).astype(np.float64)
        return float(sizes.sum() ** 2 / np.sum(sizes**2))

    def within(self, hours: float) -> Bounded:
        """Share of messages that are answered within some hours; empty if all are too young."""
        if np.sum(self.follow_up >= hours) < FEWEST_FOLLOWED:
            return Bounded()
        waiting, low, high = (float(one[0]) for one in self._curve(np.array([hours])))
        return Bounded(1.0 - waiting, 1.0 - high, 1.0 - low)

    def quantile(self, part: float) -> Bounded:
        """Hours after which a part of the messages is answered (Brookmeyer, Crowley 1982).

        What the data do not reach is None.
        """
        old_enough = np.sort(self.follow_up)[-FEWEST_FOLLOWED:]
        times = np.unique(self.hours[self.answered])
        if old_enough.size < FEWEST_FOLLOWED or times.size == 0:
            return Bounded()
        times = times[times <= old_enough[0]]
        waiting = self._survival(times)
        reached = times[waiting <= 1.0 - part + _ROUNDING]
        if times.size > _MOST_TIMES:
            places = np.linspace(0, times.size - 1, _MOST_TIMES).round().astype(np.int64)
            times = times[np.unique(places)]
        _, low, high = self._curve(times)
        lows, highs = times[low <= 1.0 - part], times[high <= 1.0 - part]
        estimate = float(reached[0]) if reached.size else None
        if estimate is None:
            return Bounded(None, float(lows[0]) if lows.size else None, None)
        return Bounded(
            estimate,
            min(float(lows[0]), estimate) if lows.size else None,
            max(float(highs[0]), estimate) if highs.size else None,
        )

    def _survival(self, times: Floats) -> Floats:
        """Share still waiting after each time, shape (m,)."""
        steps = np.where(self.answered, 1.0 - 1.0 / self._at_risk(), 1.0)
        curve = np.concatenate([[1.0], np.cumprod(steps)])
        values: Floats = curve[np.searchsorted(self.hours, times, side="right")]
        return values

    def _at_risk(self) -> Floats:
        """Messages that wait at least as long, in the order of replies, shape (n,)."""
        return np.arange(self.hours.size, 0, -1, dtype=np.float64)

    def _curve(self, times: Floats) -> tuple[Floats, Floats, Floats]:
        """Share still waiting after each time, and its interval; three arrays of shape (m,)."""
        waiting = self._survival(times)
        low, high = waiting.copy(), waiting.copy()
        critical = student_quantile((1.0 + LEVEL) / 2, max(self.threads - 1.0, 1.0))
        inner = (waiting > 0.0) & (waiting < 1.0)
        if inner.any():
            log = np.log(waiting[inner])
            half = critical * np.sqrt(self._variance(times[inner])) / np.abs(log)
            low[inner] = waiting[inner] ** np.exp(half)
            high[inner] = waiting[inner] ** np.exp(-half)
        # no reply yet, or nothing but replies: the exact limit of a binomial share
        followed = np.array([np.sum(self.follow_up >= time) for time in times[~inner]])
        units = np.maximum(followed / self.hours.size * self.threads, 1.0)
        chance = ((1.0 - LEVEL) / 2) ** (1.0 / units)
        low[~inner] = np.where(waiting[~inner] >= 1.0, chance, 0.0)
        high[~inner] = np.where(waiting[~inner] >= 1.0, 1.0, 1.0 - chance)
        return waiting, low, high

    def _variance(self, times: Floats) -> Floats:
        """Variance of the cumulative hazard at each time, shape (m,).

        The sum over threads of the squared sums of influence functions (Reid 1981, Annals of
        Statistics 9; Ying, Wei 1994), at least that of messages without threads.
        """
        at_risk = self._at_risk()
        jumps = np.where(self.answered, 1.0 / at_risk, 0.0)
        compensator = np.cumsum(np.where(self.answered, 1.0 / at_risk**2, 0.0))
        correction = self.threads / max(self.threads - 1.0, 0.5)
        variances = []
        width = max(_CELLS // max(self.hours.size, 1), 1)
        for start in range(0, times.size, width):
            places = np.searchsorted(self.hours, times[start : start + width], side="right")
            place = np.arange(self.hours.size)[:, None]
            seen = np.where(place < places, jumps[:, None], 0.0)
            seen -= compensator[np.minimum(place, places - 1)]
            by_thread = np.zeros((int(self.thread.max()) + 1, places.size))
            np.add.at(by_thread, self.thread, seen)
            clustered = correction * np.square(by_thread).sum(axis=0)
            variances.append(np.maximum(clustered, np.square(seen).sum(axis=0)))
        together: Floats = np.concatenate(variances)
        return together
