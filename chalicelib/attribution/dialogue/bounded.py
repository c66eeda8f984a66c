"""A number with its interval, and the verdicts of this package, in pure standard library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ChangeVerdict = Literal["better", "worse", "no_change_seen", "not_estimable"]
DayVerdict = Literal["shitstorm", "buzz", "quiet"]

LEVEL = 0.95
"""Probability of every interval of this package."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate with a 95 % interval. A value is None if the data do not contain it."""

    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
