"""Parsing and formatting of days (YYYY-MM-DD, within a supported range) and instants."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECONDS_PER_DAY = 86_400
MAX_WINDOW_DAYS = 3 * 366
"""The longest window of a fit."""
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2999, 12, 31)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class WrongDay(ValueError):
    """An invalid day, or a day outside of the supported range; `code` is the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_day(value: Any) -> dt.date:
    """Parse a day from decoded JSON or a query.

    Raises
    ------
    WrongDay
        `invalid_format` or `out_of_range`.
    """
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if EARLIEST <= day <= LATEST:
                return day
            raise WrongDay("out_of_range", f"must be between {EARLIEST} and {LATEST}")
    raise WrongDay("invalid_format", "must be a day, YYYY-MM-DD")


def zone_of(name: str | None) -> dt.tzinfo | None:
    """Return the time zone of an IANA name; None for UTC, which needs no conversion."""
    return None if name in (None, "", "UTC") else ZoneInfo(name)


def is_time_zone(name: str) -> bool:
    """Return whether the text is the IANA name of a time zone on this system."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def stamp(moment: dt.datetime) -> str:
    """Format an instant for items and answers: ISO 8601, UTC, whole seconds, Z."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
