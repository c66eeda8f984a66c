"""How the effect of an engagement is spread over the days after it, and how much is still to come.

An effect fades geometrically (`attribution.adstock`), with a decay that is known by its posterior
weights on a grid; a share of it may come later, evenly over a block of days.  What comes after the
last day of the fit's window has not been seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import mul

from chalicelib.services.answers.ranges import Range
from chalicelib.services.fitting.fit_documents import EstimateDocument

HIGH = 0.95
"""Quantile of the unseen share (over the decays) on which decisions rest."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The share of an effect that comes after the window: its mean and its `HIGH` quantile."""

    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Profile:
    """How an effect is spread over days.

    Attributes
    ----------
    decays : tuple of float, length G
        Shares of an effect that are left the next day.
    weights : tuple of float, length G
        Their posterior weights; they sum to one.
    late_share : float
        Share of the effect that does not fade from the first day on, but comes later.
    late_days : (int, int)
        First and last day after the engagement between which that share comes evenly.
    """

    decays: tuple[float, ...]
    weights: tuple[float, ...]
    late_share: float = 0.0
    late_days: tuple[int, int] = (0, 0)

    @classmethod
    def read(cls, decays: list[float], fit: EstimateDocument) -> Profile:
        """The profile of one estimate of a fit document.

        Documents from before there were late effects have none.  An estimate without weights has
        no decay: its effect counts at once.
        """
        total = sum(fit["decay_weights"])
        if total <= 0:
            return cls((0.0,), (1.0,))
        first, last = fit.get("late_days") or (0, 0)
        return cls(
            tuple(decays),
            tuple(weight / total for weight in fit["decay_weights"]),
            fit.get("late_share") or 0.0,
            (int(first), int(last)),
        )

    def unseen(self, counts: list[int], days: Range) -> Unseen:
        """How much of the effect of a range's engagements comes after the window.

        Parameters
        ----------
        counts : list of int
            Engagements on each day of the window, some of them in the range.
        days : Range
        """
        # tables are by the days that are left, so the last day of the range comes first
        latest = len(counts) - days.last - 1
        backward = counts[days.first : days.last + 1][::-1]
        total = sum(backward)

        def mean(table: tuple[float, ...]) -> float:
            return float(sum(map(mul, islice(table, latest, None), backward)) / total)

        late = mean(late_left(self.late_days, len(counts))) if self.late_share > 0 else 0.0
        shares = sorted(
            (
                (1.0 - self.late_share) * mean(fading_left(decay, len(counts)))
                + self.late_share * late,
                weight,
            )
            for decay, weight in zip(self.decays, self.weights, strict=True)
            if weight > 0
        )
        reached, high = 0.0, shares[-1][0]
        for share, weight in shares:
            reached += weight
            if reached >= HIGH:
                high = share
                break
        return Unseen(sum(share * weight for share, weight in shares), high)


@lru_cache(maxsize=64)
def fading_left(decay: float, n_days: int) -> tuple[float, ...]:
    """Share of a fading effect that comes later than the first 1, 2 ... `n_days` days.

    The day of the engagement is the first of them.
    """
    return tuple(decay**days for days in range(1, n_days + 1))


@lru_cache(maxsize=64)
def late_left(late_days: tuple[int, int], n_days: int) -> tuple[float, ...]:
    """The same for an effect that comes evenly from the first to the last of `late_days` on."""
    first, last = late_days
    length = last - first + 1
    return tuple(1.0 - min(max(days - first, 0), length) / length for days in range(1, n_days + 1))
