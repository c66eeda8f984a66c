"""A number with its interval, in pure standard library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate with a 95 % interval. An end is None if the interval is unbounded there."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
