"""Fields of records in JSON and XML, with their types checked.

A missing field, or one of another type, counts as empty. A number or a time that is present but
cannot be read causes the record to be rejected.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.values.dates import start_of
from chalicelib.model.events import MAX_COUNT

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[T ] ?(\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE | re.ASCII,
)
_MAIL = re.compile(
    r"(?:[A-Z]{3}, *)?\d\d? [A-Z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,3})",
    re.IGNORECASE | re.ASCII,
)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?", re.ASCII)
_MILLISECONDS_FROM = 10**11  # would be the year 5138 in seconds
_EARLIEST_YEAR = 1900
_LATEST_EPOCH = 253_402_300_799  # the last second of the year 9999
_HARMLESS = re.compile(r"(?=[^\d]*\d)[\w .:+-]{1,40}", re.ASCII)


def text(record: Any, key: str) -> str:
    """Return a string or a whole number as stripped text; else an empty string."""
    return as_text(record.get(key) if isinstance(record, dict) else None)


def as_text(value: Any) -> str:
    """Like `text`, for a value."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    # JSON may contain half of a surrogate pair, which events cannot.
    return (value if value.isascii() else value.encode("utf-8", "replace").decode()).strip()


def mapping(record: Any, key: str) -> dict[str, Any]:
    """Return a JSON object; else an empty one."""
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, dict) else {}


def listing(record: Any, key: str) -> list[Any]:
    """Return a JSON array; else an empty one."""
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, list) else []


def count(record: Any, key: str) -> int:
    """Return a count; 0 if there is none.

    Raises
    ------
    RowRejected
        `invalid_number`, `negative`, `not_whole`.
    """
    return as_count(record.get(key) if isinstance(record, dict) else None, key)


def as_count(value: Any, name: str) -> int:
    """Like `count`, for a value."""
    number = signed_count(value, name)
    if number < 0:
        raise RowRejected("negative", f"{name} is below zero")
    return number


def signed_count(value: Any, name: str) -> int:
    """Like `as_count`, for values that may be negative, such as the score of up and down votes."""
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        if not _DIGITS.fullmatch(value.strip()):
            raise RowRejected("invalid_number", f"{name} is not a number")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise RowRejected("invalid_number", f"{name} is not a number")
    if isinstance(value, Decimal) and not value.is_finite():
        raise RowRejected("invalid_number", f"{name} is not a number")
    if not -MAX_COUNT <= value <= MAX_COUNT:
        raise RowRejected("invalid_number", f"{name} is too large for a count")
    if value != int(value):
        raise RowRejected("not_whole", f"{name} is not a whole number")
    return int(value)


def moment(value: Any) -> dt.datetime:
    """Return a time in UTC, to the second.

    Only the day of a time without a zone is used, as a UTC day (`dates.MIDNIGHT`).

    Parameters
    ----------
    value : object
        A day or time as text in ISO 8601 or mail header format; seconds or milliseconds since 1970.

    Raises
    ------
    RowRejected
        `missing_value` if it is empty; `invalid_date`.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowRejected("missing_value", "the record has no time")
    try:
        at = _from_epoch(value) or _from_text(value)
    except (ValueError, ArithmeticError):
        at = None
    if at is None or at.year < _EARLIEST_YEAR:
        raise RowRejected("invalid_date", "the time of the record is not in a known format")
    return at


def first_moment(*values: Any) -> dt.datetime:
    """Return the first of several values that is a time.

    Raises
    ------
    RowRejected
        `invalid_date` if a value is present but none can be read, else `missing_value`.
    """
    rejection: RowRejected | None = None
    for value in values:
        try:
            return moment(value)
        except RowRejected as error:
            rejection = rejection if rejection and rejection.code != "missing_value" else error
    assert rejection is not None
    raise rejection


def harmless(record: Any, *keys: str) -> str:
    """Return what a rejection may show of a record about people: ids, times and counts by key."""
    facts = ((key, text(record, key)) for key in keys)
    return " ".join(f"{key}={fact}" for key, fact in facts if _HARMLESS.fullmatch(fact))


def _from_epoch(value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        if not _EPOCH.fullmatch(value.strip()):
            return None
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if not -_LATEST_EPOCH <= value <= 1000 * _LATEST_EPOCH:
        return None
    seconds = int(value) // 1000 if value >= _MILLISECONDS_FROM else int(value)
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)


def _from_text(value: Any) -> dt.datetime | None:
    text = value.strip() if isinstance(value, str) else ""
    if match := _ISO.fullmatch(text):
        day, time, zone = match.groups()
        if not (time and zone):
            if time:
                dt.time.fromisoformat(time)
            return start_of(dt.date.fromisoformat(day))
        offset = "+00:00" if zone[0] not in "+-" else zone
        return dt.datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(dt.UTC)
    if _MAIL.fullmatch(text):
        at = parsedate_to_datetime(text)
        return at.astimezone(dt.UTC) if at.tzinfo else start_of(at.date())
    return None
