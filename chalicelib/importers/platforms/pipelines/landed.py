"""A record as a pipeline has landed it: its values by plain names, and its version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.values.dates import parse_day
from chalicelib.importers.values.values import epoch, instant_of, name_of, number

MAX_LEVELS = 3
"""Objects in objects that are made flat: ``metrics.cost_micros`` has two levels."""

MAX_FIELDS = 1_000
MAX_KEY_CHARACTERS = 100
NAMES_KEPT = 32
"""Of so many forms of records it is remembered what their names mean; files have one or a few."""

_MILLIONTH = Decimal("0.000001")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NAIVE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00(?:\.0+)?)? ?(?:Z|UTC|[+-]00:?00)?)?")
_WITH_EXPONENT = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,3}")
_COMPACT_DAY = re.compile(r"\d{8}")


class Version(NamedTuple):
    """Which of several versions of a record this is.

    Attributes
    ----------
    extracted : int
        When it was extracted, in millionths of a second since 1970; 0 if unknown.
    sequence : int
        What orders records of one time; 0 if nothing does.
    row_id : str
        The pipeline's own id of the row, where it is one of what the row is about.
    """

    extracted: int = 0
    sequence: int = 0
    row_id: str = ""


NO_VERSION = Version()


@dataclass(frozen=True, slots=True)
class Landed:
    """A record of a source, taken out of what the pipeline has put around it.

    Attributes
    ----------
    data : dict
        As the source gave it.
    fields : dict
        The same, flat and by plain names: `metrics.costMicros` is `metrics_cost_micros`.
    version : Version
    is_deleted : bool
        Whether the source has deleted it.
    is_utc : bool
        Whether the pipeline writes times in UTC and without an offset.
    stream : str
        What the pipeline calls the stream; empty if the line does not say.
    lost : set of str
        Fields that the pipeline could not write: their null is no zero, and reading one raises
        `RowRefused`.
    """

    data: dict[str, Any]
    fields: dict[str, Any]
    version: Version = NO_VERSION
    is_deleted: bool = False
    is_utc: bool = False
    stream: str = ""
    lost: frozenset[str] = frozenset()

    def has(self, *names: str) -> bool:
        """Whether one of some fields holds something."""
        return self.value(*names) is not None

    def knows(self, *names: str) -> bool:
        """Whether one of some fields is there, be it empty."""
        return any(name in self.fields for name in names)

    def name(self, *names: str) -> str:
        """The first name or id under some fields; empty if there is none."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value is not None and (found := name_of(value) or _whole_number(value)):
                return found
            self._check(name)
        return ""

    def value(self, *names: str) -> Any:
        """The first value under some fields that is not empty; None if there is none."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value is not None and value != "":
                return value
            self._check(name)
        return None

    def _check(self, name: str) -> None:
        if name in self.lost:
            raise RowRefused("missing_value", f"the pipeline could not write {name}")

    def numeral(self, *names: str) -> Any:
        """As `value`; a number that a table has as text with an exponent is one."""
        value = self.value(*names)
        if isinstance(value, str) and _WITH_EXPONENT.fullmatch(value):
            return Decimal(value)
        return value

    def day(self, *names: str) -> dt.date:
        """The day under the first of some fields; raises `RowRefused`."""
        value = self.value(*names)
        if value is None:
            raise RowRefused("missing_value", f"there is no {names[0]}")
        text = name_of(value)
        match = _DAY.fullmatch(text)
        if not match and not _COMPACT_DAY.fullmatch(text):
            raise RowRefused("invalid_date", f"{names[0]} is no day")
        try:
            return parse_day(match[1] if match else text)
        except ValueError:
            raise RowRefused("invalid_date", f"{names[0]} is no day") from None

    def instant(self, *names: str) -> dt.datetime:
        """The time under the first of some fields, in UTC; raises `RowRefused`.

        Text with an offset, or without one where the pipeline writes UTC; or a number of seconds.
        """
        value = self.value(*names)
        if isinstance(value, str):
            if value.strip().isdecimal():
                return epoch(value, names[0])
            naive = _NAIVE.fullmatch(value.strip())
            if naive and not self.is_utc:
                raise RowRefused("undecidable_time", f"{names[0]} has no time zone")
            return instant_of(f"{naive[1]}T{naive[2]}Z" if naive else value, names[0])
        if value is None:
            raise RowRefused("missing_value", f"there is no {names[0]}")
        return epoch(value, names[0])

    def amount(self, *names: str) -> Decimal | None:
        """An amount under the first of some fields; None if there is none.

        What sums of fractions leave of nothing, as -2e-18, is zero.

        Raises
        ------
        RowRefused
            `invalid_number`, `negative`.
        """
        found = number(self.numeral(*names), names[0])
        if found is None:
            return None
        if abs(found) < _MILLIONTH:
            return Decimal(0)
        if found < 0:
            raise RowRefused("negative", f"{names[0]} is below zero")
        return found

    def is_true(self, *names: str) -> bool | None:
        """A truth value, which a table has as text; None if there is none that is known."""
        value = self.value(*names)
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}.get(
            name_of(value).casefold()
        )


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record and of the objects in it, by plain names; arrays stay as they are.

    Raises
    ------
    RowRefused
        `malformed_record`, for more fields than any record has.
    """
    fields: dict[str, Any] = {}
    _add(fields, "", data, 1)
    return fields


@lru_cache(maxsize=4096)
def plain_name(key: str) -> str:
    """A key in small letters with underscores, whatever the source or a pipeline made of it."""
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
                raise RowRefused("malformed_record", f"more than {MAX_FIELDS:,} fields")


def _whole_number(value: Any) -> str:
    """An id that a table or a column of decimals has written as 17.0."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 40:
        whole = value.to_integral_value()
        return f"{whole:f}" if whole == value else ""
    return ""
