"""Numbers with their intervals, and the verdict on R, in pure standard library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from chalicelib.attribution.student import student_cdf

SpreadVerdict = Literal[
    "below_tipping_point",
    "above_tipping_point",
    "below_as_recorded",
    "not_settled",
    "not_estimable",
]


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate with a 95 % interval. An end is None if the interval is unbounded there."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Children per share of a set of shares."""

    estimate: float
    ci_low: float
    ci_high: float
    log_error: float | None
    """Standard error of ``log(estimate)``; None for fewer than five children."""
    df: float | None
    """Degrees of freedom of `log_error`."""
    shares: int
    children: int

    def probability_above(self, limit: float) -> float:
        """How probable it is that R is above `limit`: the confidence of the one-sided interval."""
        if self.estimate <= 0 or self.log_error is None or self.df is None:
            return 0.0 if self.ci_high < limit else (1.0 if self.ci_low > limit else 0.5)
        return 1.0 - student_cdf(math.log(limit / self.estimate) / self.log_error, self.df)


def amplify(r: Reproduction, at_most: float | None) -> Estimated:
    """Shares in the end per share from outside, if contents are alike: ``1 / (1 - R)``.

    Parameters
    ----------
    r : Reproduction
    at_most : float or None
        Upper limit of R, with missing parents; None if there is none.

    Returns
    -------
    Estimated
        No estimate if R is 1 or more; `ci_high` is None if R may be 1.
    """

    def over(value: float | None) -> float | None:
        return 1.0 / (1.0 - value) if value is not None and value < 1.0 else None

    highest = None if at_most is None else max(r.ci_high, at_most)
    return Estimated(over(r.estimate), over(r.ci_low), over(highest))


def needed_factor(r: Reproduction) -> Estimated:
    """How many times as many children each share would have to bring to reach the tipping point."""

    def under(value: float) -> float | None:
        return 1.0 / value if value > 0 else None

    return Estimated(under(r.estimate), under(r.ci_high), under(r.ci_low))


def judge_spread(
    r: Reproduction, at_most: float | None, complete: bool, brought: Reproduction | None
) -> SpreadVerdict:
    """The verdict.

    Whether shares die out depends in the end on those that were brought themselves. A verdict that
    their R contradicts is not given.
    """
    if r.ci_low > 1.0:
        contradicted = brought is not None and brought.ci_high < 1.0
        return "not_settled" if contradicted else "above_tipping_point"
    if brought is not None and brought.estimate >= 1.0:
        return "not_settled"
    if (complete and r.ci_high < 1.0) or (at_most is not None and at_most < 1.0):
        return "below_tipping_point"
    return "below_as_recorded" if r.ci_high < 1.0 else "not_settled"
