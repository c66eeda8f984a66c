"""Numbers, intervals, money and days in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"
Format = Callable[[float], str]


def day_words(day: dt.date | str) -> str:
    """Return a day as ``1 June 2026``."""
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{date.day} {date:%B %Y}"


def span_words(first: str, last: str) -> str:
    """Return a span of days, without repeating what both have in common."""
    one, other = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    if one == other:
        return day_words(one)
    if one.year != other.year:
        return f"{day_words(one)} to {day_words(other)}"
    if one.month != other.month:
        return f"{one.day} {one:%B} to {day_words(other)}"
    return f"{one.day} to {day_words(other)}"


def count_format(*values: float | None) -> Format:
    """Return a format for counts with as many digits as their size needs."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    digits = 0 if largest >= 20 else 1 if largest >= 2 else 2 if largest >= 0.2 else 4
    return lambda value: f"{_no_minus_zero(value, digits):,.{digits}f}"


def money_format(currency: str, *values: float | None) -> Format:
    """Return a format for amounts: without cents from 100 on, with more digits below 1 cent."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    digits = 0 if largest >= 1000 else 2 if largest >= 0.05 else 4
    unit = f"{currency} " if currency else ""
    return lambda value: f"{unit}{_no_minus_zero(value, digits):,.{digits}f}"


def percent_format(value: float) -> str:
    """Return a share as per cent."""
    return f"{_no_minus_zero(100 * value, 0):,.0f} %"


def ratio_format(value: float) -> str:
    """Return a ratio with two digits."""
    return f"{_no_minus_zero(value, 2):,.2f}"


@dataclass(frozen=True, slots=True)
class Shown:
    """An estimate in words.

    Attributes
    ----------
    value : str
        ``EUR 0.73``, or ``unknown``.
    bounds : str
        Its interval: ``0.40 to 1.06``, ``at least 0.40``; empty without an estimate.
    """

    value: str
    bounds: str

    def __str__(self) -> str:
        """Both: ``EUR 0.73 (0.40 to 1.06)``."""
        return f"{self.value} ({self.bounds})" if self.bounds else self.value


def counted(estimate: Mapping[str, Any]) -> Shown:
    """Show an estimated count."""
    return shown(estimate, count_format(*estimate.values()))


def valued(estimate: Mapping[str, Any], currency: str) -> Shown:
    """Show an estimated amount."""
    with_currency = money_format(currency, *estimate.values())
    return shown(estimate, with_currency, money_format("", *estimate.values()))


def returned(estimate: Mapping[str, Any]) -> Shown:
    """Show an estimated return as per cent."""
    return shown(estimate, percent_format, lambda value: percent_format(value).removesuffix(" %"))


def shown(estimate: Mapping[str, Any], form: Format, plain: Format | None = None) -> Shown:
    """Show an estimate with its interval.

    Parameters
    ----------
    estimate : mapping
    form : callable
        Formats the estimate.
    plain : callable, optional
        Formats the bounds, usually without the unit; default: `form`.
    """
    if estimate["estimate"] is None:
        return Shown(UNKNOWN, "")
    return Shown(form(estimate["estimate"]), bounds_words(estimate, plain or form))


def bounds_words(estimate: Mapping[str, Any], form: Format) -> str:
    """Return the bounds of an interval: ``120 to 240``, ``at least 120``, ``without bounds``."""
    low, high = estimate["ci_low"], estimate["ci_high"]
    if low is None and high is None:
        return "without bounds"
    if high is None:
        return f"at least {form(low)}"
    if low is None:
        return f"at most {form(high)}"
    return f"{form(low)} to {form(high)}"


def _no_minus_zero(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
