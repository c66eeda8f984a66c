"""The distribution of an effect over the days after an engagement, and its part after the window.

An effect fades geometrically (`attribution.adstock`), with posterior weights over a grid of
decays. A share of the effect may come later, evenly over a block of days. The part after the last
day of the fit's window is unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import mul

from chalicelib.services.answers.ranges import Range
from chalicelib.services.fitting.fit_documents import EstimateDocument

HIGH = 0.95
"""Quantile of the unseen share (over the decays) used for decisions."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The share of an effect that comes after the window: its mean and its `HIGH` quantile."""

    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Profile:
    """The distribution of an effect over days."""

    decays: tuple[float, ...]
    """Shares of an effect that remain the next day. Length G."""
    weights: tuple[float, ...]
    """Their posterior weights; they sum to one. Length G."""
    late_share: float = 0.0
    """Share of the effect that comes in a late block instead of fading from the first day on."""
    late_days: tuple[int, int] = (0, 0)
    """First and last day of that block, in days after the engagement."""

    @classmethod
    def read(cls, decays: list[float], fit: EstimateDocument) -> Profile:
        """Read the profile of one estimate of a fit document.

        An estimate without weights has no decay: its effect falls on the day of the engagement.
        """
        total = sum(fit["decay_weights"])
        if total <= 0:
            return cls((0.0,), (1.0,))
        first, last = fit["late_days"] or (0, 0)
        return cls(
            tuple(decays),
            tuple(weight / total for weight in fit["decay_weights"]),
            fit["late_share"],
            (int(first), int(last)),
        )

    def daily(self, n_days: int) -> list[float]:
        """Return the share of the effect on each of the first `n_days` days.

        The first of them is the day of the engagement.
        """
        first, last = self.late_days
        length = last - first + 1
        return [
            (1.0 - self.late_share)
            * sum(
                weight * (1.0 - decay) * decay**day
                for decay, weight in zip(self.decays, self.weights, strict=True)
            )
            + (self.late_share / length if first <= day <= last else 0.0)
            for day in range(n_days)
        ]

    def unseen(self, counts: list[int], days: Range) -> Unseen:
        """Return the share of the effect of a range's engagements that comes after the window."""
        # tables are indexed by remaining days, so the last day of the range comes first
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
    """Share of a fading effect that comes after the first 1, 2 ... `n_days` days.

    The day of the engagement is the first of them.
    """
    return tuple(decay**days for days in range(1, n_days + 1))


@lru_cache(maxsize=64)
def late_left(late_days: tuple[int, int], n_days: int) -> tuple[float, ...]:
    """The same for an effect that comes evenly between the first and the last of `late_days`."""
    first, last = late_days
    length = last - first + 1
    return tuple(1.0 - min(max(days - first, 0), length) / length for days in range(1, n_days + 1))
