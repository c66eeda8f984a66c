"""A record written by a pipeline: its values under normalised names, and its version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.values.dates import parse_day
from chalicelib.importers.values.values import epoch, instant_of, name_of, number

MAX_LEVELS = 3
"""Levels of nested objects that are flattened: ``metrics.cost_micros`` has two."""

MAX_FIELDS = 1_000
MAX_KEY_CHARACTERS = 100
NAMES_KEPT = 32
"""Size of the caches by set of field names. Files contain one or a few sets."""

_MILLIONTH = Decimal("0.000001")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NAIVE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00(?:\.0+)?)? ?(?:Z|UTC|[+-]00:?00)?)?")
_WITH_EXPONENT = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,3}")
_COMPACT_DAY = re.compile(r"\d{8}")


class Version(NamedTuple):
    """The version of a record.

    Attributes
    ----------
    extracted : int
        The extraction time in microseconds since 1970; 0 if unknown.
    sequence : int
        Orders records of the same time; 0 if there is no such number.
    row_id : str
        The pipeline's own id of the row, if it identifies the subject of the row.
    """

    extracted: int = 0
    sequence: int = 0
    row_id: str = ""


NO_VERSION = Version()


@dataclass(frozen=True, slots=True)
class Landed:
    """A record of a source, without its envelope.

    Attributes
    ----------
    data : dict
        The record as the source returned it.
    fields : dict
        The same record, flat and with plain names: `metrics.costMicros` is `metrics_cost_micros`.
    version : Version
    is_deleted : bool
        Whether the source has deleted the record.
    is_utc : bool
        Whether the pipeline writes times in UTC without an offset.
    stream : str
        The pipeline's name of the stream; empty if the line does not contain it.
    lost : set of str
        Fields that the pipeline could not write. Their null does not mean zero, and reading one
        raises `RowRejected`.
    """

    data: dict[str, Any]
    fields: dict[str, Any]
    version: Version = NO_VERSION
    is_deleted: bool = False
    is_utc: bool = False
    stream: str = ""
    lost: frozenset[str] = frozenset()

    def has(self, *names: str) -> bool:
        """Whether one of the fields has a value."""
        return self.value(*names) is not None

    def has_field(self, *names: str) -> bool:
        """Whether the record has one of the fields, with or without a value."""
        return any(name in self.fields for name in names)

    def name(self, *names: str) -> str:
        """Return the first name or id in the fields; empty if there is none."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value is not None and (found := name_of(value) or _whole_number(value)):
                return found
            self._check(name)
        return ""

    def value(self, *names: str) -> Any:
        """Return the first value in the fields that is not empty; None if there is none."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value is not None and value != "":
                return value
            self._check(name)
        return None

    def _check(self, name: str) -> None:
        if name in self.lost:
            raise RowRejected("missing_value", f"the pipeline could not write {name}")

    def numeral(self, *names: str) -> Any:
        """Return `value`, with text such as ``1.5e3`` from a table as a number."""
        value = self.value(*names)
        if isinstance(value, str) and _WITH_EXPONENT.fullmatch(value):
            return Decimal(value)
        return value

    def day(self, *names: str) -> dt.date:
        """Return the day in the first filled field; raise `RowRejected`."""
        value = self.value(*names)
        if value is None:
            raise RowRejected("missing_value", f"{names[0]} is missing")
        text = name_of(value)
        match = _DAY.fullmatch(text)
        if not match and not _COMPACT_DAY.fullmatch(text):
            raise RowRejected("invalid_date", f"{names[0]} is not a day")
        try:
            return parse_day(match[1] if match else text)
        except ValueError:
            raise RowRejected("invalid_date", f"{names[0]} is not a day") from None

    def instant(self, *names: str) -> dt.datetime:
        """Return the UTC time in the first filled field; raise `RowRejected`.

        The value is text with an offset, text without one if the pipeline writes UTC, or a Unix
        time in seconds.
        """
        value = self.value(*names)
        if isinstance(value, str):
            if value.strip().isdecimal():
                return epoch(value, names[0])
            naive = _NAIVE.fullmatch(value.strip())
            if naive and not self.is_utc:
                raise RowRejected("undecidable_time", f"{names[0]} has no time zone")
            return instant_of(f"{naive[1]}T{naive[2]}Z" if naive else value, names[0])
        if value is None:
            raise RowRejected("missing_value", f"{names[0]} is missing")
        return epoch(value, names[0])

    def amount(self, *names: str) -> Decimal | None:
        """Return the amount in the first filled field; None if there is none.

        Rounding errors such as -2e-18 count as zero.

        Raises
        ------
        RowRejected
            `invalid_number`, `negative`.
        """
        found = number(self.numeral(*names), names[0])
        if found is None:
            return None
        if abs(found) < _MILLIONTH:
            return Decimal(0)
        if found < 0:
            raise RowRejected("negative", f"{names[0]} is below zero")
        return found

    def is_true(self, *names: str) -> bool | None:
        """Return a truth value, which tables contain as text; None if it is missing or unknown."""
        value = self.value(*names)
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}.get(
            name_of(value).casefold()
        )


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a record and its nested objects by plain name. Arrays are not flattened.

    Raises
    ------
    RowRejected
        `malformed_record`, for more than `MAX_FIELDS` fields.
    """
    fields: dict[str, Any] = {}
    _add(fields, "", data, 1)
    return fields


@lru_cache(maxsize=4096)
def plain_name(key: str) -> str:
    """Return a key in lower case with underscores: ``costMicros`` becomes ``cost_micros``."""
    key = _HUMP.sub("_", key).lower()
    return _SEPARATORS.sub("_", key).strip("_")


def _add(fields: dict[str, Any], head: str, data: Mapping[str, Any], level: int) -> None:
    for key, value in data.items():
        name = f"{head}{plain_name(key[:MAX_KEY_CHARACTERS])}"
        if isinstance(value, dict) and level < MAX_LEVELS:
            _add(fields, f"{name}_", value, level + 1)
        elif fields.get(name) is None:
            fields[name] = value
            if len(fields) > MAX_FIELDS:
                raise RowRejected("malformed_record", f"more than {MAX_FIELDS:,} fields")


def _whole_number(value: Any) -> str:
    """Return an id that a decimal column contains as 17.0."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 40:
        whole = value.to_integral_value()
        return f"{whole:f}" if whole == value else ""
    return ""
