"""Single values of JSON records with unverified types: names, numbers, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import ClaimedConversions, RowRejected
from chalicelib.importers.values.dates import parse_instant
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.currencies import is_currency
from chalicelib.model.events import MAX_COUNT
from chalicelib.model.money import Money

_POINT = NumberFormat(".")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECONDS_UNTIL_10000 = 253_402_300_800
_MAX_NUMBER_CHARACTERS = 100
_MAX_EXPONENT = 100  # 1E+999999 would be written out as a million digits


def note_unpaid(unpaid: ClaimedConversions, total: Any, currency: Any, given: str) -> None:
    """Add an unpaid order to the sums; an order without a readable total is counted too."""
    try:
        value = number(total, "the total") or Decimal(0)
        code = currency_of(currency, given) if value else None
    except RowRejected:
        value, code = Decimal(0), None
    unpaid.add(Decimal(1), max(value, Decimal(0)), code)


def record_of(value: Any) -> dict[str, Any]:
    """Return a value if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a value if it is an array; else an empty one."""
    return value if isinstance(value, list) else []


def name_of(value: Any) -> str:
    """Return a name or an id, which may be a number; empty if it is neither."""
    if isinstance(value, str):
        return value.strip().encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    return ""


def first_name(record: dict[str, Any], *keys: str) -> str:
    """Return the first name under the keys; empty if there is none."""
    return next((name for key in keys if (name := name_of(record.get(key)))), "")


def first_filled(record: dict[str, Any], *keys: str) -> Any:
    """Return the first value under the keys that is not empty; None if there is none."""
    filled = (value for key in keys if (value := record.get(key)) is not None and value != "")
    return next(filled, None)


def number(value: Any, what: str) -> Decimal | None:
    """Parse a number, or text with a decimal point; None for an empty value.

    Parameters
    ----------
    what : str
        Its name in the rejection, which does not repeat the value.

    Raises
    ------
    RowRejected
        `invalid_number`.
    """
    if value is None:
        return None
    found: Decimal | None = None
    if isinstance(value, str) and len(value) <= _MAX_NUMBER_CHARACTERS:
        try:
            found = _POINT.money(value)[0]
        except ValueError:
            raise RowRejected("invalid_number", f"{what} is not a number") from None
        if found is None:
            return None
    elif isinstance(value, int) and not isinstance(value, bool):
        found = Decimal(value)
    elif isinstance(value, Decimal):
        found = value
    elif isinstance(value, float):
        found = Decimal(repr(value))
    if found is None or not found.is_finite() or found.adjusted() > _MAX_EXPONENT:
        raise RowRejected("invalid_number", f"{what} is not a number")
    return found


def count(value: Any, what: str) -> int:
    """Return a number of engagements, 0 for an empty value.

    Raises
    ------
    RowRejected
        `invalid_number`, `negative`, `not_whole`.
    """
    found = number(value, what) or Decimal(0)
    if found < 0:
        raise RowRejected("negative", f"{what} is below zero")
    if found > MAX_COUNT:
        raise RowRejected("invalid_number", f"{what} is above {MAX_COUNT}")
    if found != found.to_integral_value():
        raise RowRejected("not_whole", f"{what} is not a whole number")
    return int(found)


def amount(value: Any, what: str) -> Decimal | None:
    """Return an amount of money of at least zero; None for an empty value.

    Raises
    ------
    RowRejected
        `invalid_number`, `negative`.
    """
    found = number(value, what)
    if found is not None and found < 0:
        raise RowRejected("negative", f"{what} is below zero")
    return found


def currency_of(*candidates: Any) -> str:
    """Return the first candidate that is a currency.

    Raises
    ------
    RowRejected
        `no_currency`.
    """
    for candidate in candidates:
        code = candidate.strip().upper() if isinstance(candidate, str) else ""
        if is_currency(code):
            return code
    raise RowRejected("no_currency", "an amount has no currency")


def money_of(value: Any, what: str, currencies: Iterable[Any]) -> Money | None:
    """Return an amount in the first candidate that is a currency; None for an empty value.

    Raises
    ------
    RowRejected
        `invalid_number`, `negative`, `no_currency`.
    """
    found = amount(value, what)
    return None if found is None else money(found, currency_of(*currencies))


def instant_of(value: Any, what: str) -> dt.datetime:
    """Parse a time with an offset from text and return it in UTC.

    Raises
    ------
    RowRejected
        `missing_value`, `invalid_date`.
    """
    if value is None or value == "":
        raise RowRejected("missing_value", f"{what} is missing")
    try:
        return parse_instant(value if isinstance(value, str) else "")
    except ValueError:
        raise RowRejected("invalid_date", f"{what} is not a time with an offset") from None


def epoch(value: Any, what: str, *, per_second: int = 1) -> dt.datetime:
    """Parse a time in seconds since 1970, or in milliseconds or microseconds.

    Raises
    ------
    RowRejected
        `missing_value`; `invalid_date`, also for times outside the years 1970 to 9999.
    """
    try:
        found = number(value, what)
    except RowRejected:
        raise RowRejected("invalid_date", f"{what} is not a time") from None
    if found is None:
        raise RowRejected("missing_value", f"{what} is missing")
    if not 0 < found < _SECONDS_UNTIL_10000 * per_second:
        raise RowRejected("invalid_date", f"{what} is outside the years 1970 to 9999")
    return _EPOCH + dt.timedelta(microseconds=int(found * 1_000_000 / per_second))
