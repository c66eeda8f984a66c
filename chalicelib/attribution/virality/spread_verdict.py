"""The verdict on spreading, and the amplification: pure standard library."""

from __future__ import annotations

from typing import Literal

from chalicelib.attribution.virality.estimated import Estimated

SpreadVerdict = Literal[
    "below_tipping_point",
    "above_tipping_point",
    "below_as_recorded",
    "not_settled",
    "not_estimable",
]


def judge_spread(
    low: float,
    high: float,
    at_most: float | None,
    brought: Estimated | None,
    *,
    complete: bool,
) -> SpreadVerdict:
    """The verdict.

    Whether shares die out depends in the end on those that were brought themselves. A verdict that
    their R contradicts is not given.

    Parameters
    ----------
    low, high : float
        Ends of the interval of R as recorded.
    at_most : float or None
        Upper limit of R if parents may be missing.
    brought : Estimated or None
        R of the shares that were brought themselves.
    complete : bool
        Whether no parents are missing.
    """
    if low > 1.0:
        contradicted = brought is not None and (brought.ci_high or 0.0) < 1.0
        return "not_settled" if contradicted else "above_tipping_point"
    if brought is not None and (brought.estimate or 0.0) >= 1.0:
        return "not_settled"
    if (complete and high < 1.0) or (at_most is not None and at_most < 1.0):
        return "below_tipping_point"
    return "below_as_recorded" if high < 1.0 else "not_settled"


def amplify(r: Estimated, at_most: float | None) -> Estimated:
    """Shares in the end per share from outside: ``1 / (1 - R)``.

    `ci_high` is None if R may be 1; `estimate` is None if it is 1 or more.
    """

    def over(value: float | None) -> float | None:
        return 1.0 / (1.0 - value) if value is not None and value < 1.0 else None

    return Estimated(over(r.estimate), over(r.ci_low), over(at_most))


def needed_factor(r: Estimated) -> Estimated:
    """How many times as many children each share would have to bring to reach the tipping point."""

    def under(value: float | None) -> float | None:
        return 1.0 / value if value else None

    return Estimated(under(r.estimate), under(r.ci_high), under(r.ci_low))
