"""Days at the edges: YYYY-MM-DD, within bounds that no arithmetic leaves; and instants."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

SECONDS_PER_DAY = 86_400
MAX_WINDOW_DAYS = 3 * 366
"""The longest window that a fit can hold."""
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2999, 12, 31)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class WrongDay(ValueError):
    """What is no day, or none that anything here could be about; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_day(value: Any) -> dt.date:
    """A day from decoded JSON or a query.

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
            raise WrongDay("out_of_range", f"a day lies between {EARLIEST} and {LATEST}")
    raise WrongDay("invalid_format", "a day is YYYY-MM-DD")


def stamp(moment: dt.datetime) -> str:
    """An instant as items and answers have it: ISO 8601, UTC, whole seconds, Z."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
