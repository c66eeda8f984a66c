"""What needs no numpy: a number with its interval, verdicts, the class of one sentiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ChangeVerdict = Literal["better", "worse", "no_change_seen", "not_estimable"]
DayVerdict = Literal["shitstorm", "buzz", "quiet"]

LEVEL = 0.95
"""Probability of every interval of this package."""
CURVE_HOURS = (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 144.0, 168.0)
"""Hours for which the share of answered messages is shown."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate with a 95 % interval. A value is None if the data do not contain it."""

    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


def class_said(sentiment: float, threshold: float) -> int:
    """The class of one sentiment, as `messages.said_class` for arrays: 0 negative, 1, 2 positive.

    Parameters
    ----------
    sentiment : float
        From -1 to 1.
    threshold : float
        Between -1 and 0. At most this is negative, at least its opposite is positive.
    """
    if sentiment <= threshold:
        return 0
    return 2 if sentiment >= -threshold else 1
