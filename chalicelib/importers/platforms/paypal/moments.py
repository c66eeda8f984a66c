"""Times of day with PayPal's time zone names."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.importers.outcomes import RowRejected

_HOURS = {
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "bst": 1,
    "west": 1,
    "cet": 1,
    "mez": 1,
    "cest": 2,
    "mesz": 2,
    "eet": 2,
    "eest": 3,
    "est": -5,
    "edt": -4,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "jst": 9,
    "hkt": 8,
    "sgt": 8,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
}
"""Abbreviations with a single meaning. CST and IST are ambiguous and are rejected."""

_OFFSET = re.compile(r"(?:gmt|utc)? ?([+-])(\d\d?)(?::?(\d\d))?", re.IGNORECASE)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)


def moment_of(day: dt.date, time: str, zone: str) -> dt.datetime:
    """Return the UTC time of a day, a time of day and a time zone.

    Raises
    ------
    RowRejected
        `invalid_date` for an invalid time, `undecidable_time` for an unknown zone. The message
        contains neither of them.
    """
    match = _TIME.fullmatch(time.strip())
    if not match:
        raise RowRejected("invalid_date", "the time of day is not valid")
    offset = _zone(zone)
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] in "pP" else 0)
    try:
        local = dt.datetime(
            day.year,
            day.month,
            day.day,
            hour,
            int(match[2]),
            int(match[3] or 0),
            tzinfo=offset,
        )
        return local.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise RowRejected("invalid_date", "the time of day is not valid") from None


def _zone(name: str) -> dt.tzinfo:
    text = name.strip()
    hours = _HOURS.get(text.casefold())
    if hours is not None:
        return dt.timezone(dt.timedelta(hours=hours))
    match = _OFFSET.fullmatch(text)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes < 24 * 60:
            return dt.timezone(dt.timedelta(minutes=minutes if match[1] == "+" else -minutes))
    if "/" in text:
        try:
            return ZoneInfo(text)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            pass
    raise RowRejected("undecidable_time", "the time zone is unknown or ambiguous")
