"""A mapping: what the columns of a file of one's own mean, as the user says it.

::

    {"columns": {"Datum": "day", "Kampagne": "campaign_id", "Klicks": "click", "Kosten": "cost"},
     "constants": {"channel": "xing", "paid": true, "currency": "EUR"},
     "dates": "dmy", "decimal_mark": ","}

A mapping without columns answers a question that the file of a known platform leaves open, e.g.
``{"dates": "mdy"}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from chalicelib.currencies import is_currency
from chalicelib.errors import FieldError, InvalidFields
from chalicelib.events import EngagementType
from chalicelib.exports.dates import DayOrder
from chalicelib.exports.numerals import DecimalMark

ENGAGEMENTS: tuple[str, ...] = tuple(one for one in get_args(EngagementType) if one != "reply")
FIELD_MEANINGS = {
    "day": "the day, in any usual form",
    "time": "a time with its offset from UTC, in place of the day",
    "from": "first day of a period, with `to`; longer than a day it is refused or spread",
    "to": "last day of the period",
    **{kind: f"how many engagements of the type `{kind}`" for kind in ENGAGEMENTS},
    **{f"paid_{kind}": f"how many paid engagements of the type `{kind}`" for kind in ENGAGEMENTS},
    "type": "the type, in a row per type or per engagement; platforms' own words are understood",
    "count": "how many there are of the row's type; without it one",
    "rating": "stars of a `review`, 1 to 5",
    "sentiment": "-1 to 1",
    "cost": "what the row's engagements cost",
    "conversions": "conversions that happened (not those that an ad platform claims)",
    "value": "their value; without a column for their number the row is one conversion",
    "goal": "the conversions' goal; `purchase` without it",
    "audience": "followers, fans or subscribers on that day",
    "channel": "the channel",
    "campaign_id": "the campaign; part of the event id",
    "content_id": "the post, video or article; part of the event id",
    "account": "the platform's account; part of the event id",
    "event_id": "an id of your own for the row; part of the event id",
    "user_id": "the person; replaced by a keyed hash before anything is stored",
    "consent": "whether the person agreed to be known; without a yes only the totals count them",
    "currency": "the currency of cost and value",
    "paid": "true or false, for counts that do not say it themselves",
}
"""Field -> what a column of it holds."""

FIELDS = frozenset(FIELD_MEANINGS)
COUNTS = frozenset(ENGAGEMENTS) | {f"paid_{kind}" for kind in ENGAGEMENTS}
"""Fields that hold how many engagements of a type there were; `paid_click` is a paid one."""

DATES = frozenset({"day", "time", "from", "to"})
"""Fields that say when."""

CONSTANTS = frozenset(
    {"account", "channel", "currency", "goal", "paid", "type", "campaign_id", "content_id"}
)
MAX_COLUMNS = 200
MAX_NAME_CHARACTERS = 200

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the user says of a file.

    Attributes
    ----------
    columns : mapping of str to str
        Heading (or the path of a key in NDJSON, with dots) -> one of `FIELDS`; several headings may
        mean the same type of engagement and are then added up.
    constants : mapping of str to str or bool
        One of `CONSTANTS` -> its value in every row that has no column for it.
    day_order : {"dmy", "mdy", ""}
        Of dates like 1/2/2026; empty if the file tells.
    decimal_mark : {".", ",", ""}
        Empty if the file tells.
    """

    columns: Dictionary[str, str] = field(default_factory=dict)
    constants: Dictionary[str, str | bool] = field(default_factory=dict)
    day_order: DayOrder = ""
    decimal_mark: DecimalMark | Literal[""] = ""

    def as_json(self) -> dict[str, Any]:
        """The mapping as `parse_mapping` takes it."""
        told: dict[str, Any] = {}
        if self.columns:
            told["columns"] = dict(self.columns)
        if self.constants:
            told["constants"] = dict(self.constants)
        if self.day_order:
            told["dates"] = self.day_order
        if self.decimal_mark:
            told["decimal_mark"] = self.decimal_mark
        return told


def parse_mapping(raw: Any) -> Mapping:
    """A mapping from decoded JSON.

    Raises
    ------
    InvalidFields
        With everything that is wrong; pointers are relative to the mapping.
    """
    if not isinstance(raw, dict):
        raise _invalid([FieldError("", "wrong_type", "a mapping is a JSON object")])
    wrong = [
        FieldError(f"/{_escaped(name)}", "unknown_field", "a mapping has no such field")
        for name in raw
        if name not in ("columns", "constants", "dates", "decimal_mark")
    ]
    columns = _columns(raw.get("columns", {}), wrong)
    constants = _constants(raw.get("constants", {}), wrong)
    day_order = _one_of(raw, "dates", ("dmy", "mdy"), wrong)
    decimal_mark = _one_of(raw, "decimal_mark", (".", ","), wrong)
    if columns and not wrong:
        wrong += _gaps(set(columns.values()), set(constants))
    if not raw:
        wrong.append(FieldError("", "missing_field", "the mapping says nothing"))
    if wrong:
        raise _invalid(wrong)
    return Mapping(columns, constants, day_order, decimal_mark)  # type: ignore[arg-type]


def _columns(raw: Any, wrong: list[FieldError]) -> dict[str, str]:
    if not isinstance(raw, dict) or len(raw) > MAX_COLUMNS:
        wrong.append(
            FieldError("/columns", "wrong_type", f"an object of at most {MAX_COLUMNS} columns")
        )
        return {}
    columns: dict[str, str] = {}
    for name, meaning in raw.items():
        pointer = f"/columns/{_escaped(name)}"
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.strip():
            wrong.append(FieldError(pointer, "invalid_format", "the heading is empty or too long"))
        elif not isinstance(meaning, str) or meaning not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            wrong.append(FieldError(pointer, "unknown_value", f"one of {known}"))
        elif meaning not in COUNTS and meaning in columns.values():
            wrong.append(
                FieldError(pointer, "unknown_value", f"another column is the {meaning} already")
            )
        else:
            columns[name] = meaning
    return columns


def _constants(raw: Any, wrong: list[FieldError]) -> dict[str, str | bool]:
    if not isinstance(raw, dict):
        wrong.append(FieldError("/constants", "wrong_type", "an object"))
        return {}
    constants: dict[str, str | bool] = {}
    for name, value in raw.items():
        pointer = f"/constants/{_escaped(name)}"
        if name not in CONSTANTS:
            known = ", ".join(sorted(CONSTANTS))
            wrong.append(FieldError(pointer, "unknown_field", f"one of {known}"))
        elif not _fits(name, value):
            wrong.append(FieldError(pointer, "invalid_format", f"this cannot be the {name}"))
        else:
            constants[name] = value
    return constants


def _fits(name: str, value: Any) -> bool:
    if name == "paid":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if name in ("channel", "goal"):
        return bool(_SLUG.match(value))
    if name == "currency":
        return is_currency(value)
    if name == "type":
        return value in ENGAGEMENTS
    return 1 <= len(value) <= 128


def _gaps(columns: set[str], constants: set[str]) -> list[FieldError]:
    """What a row could not become an event without."""
    has = columns | constants
    gaps = []
    if not has & {"day", "time", "from"}:
        gaps.append("a column must be the day, the time, or from and to")
    if ("from" in has) != ("to" in has):
        gaps.append("from and to go together")
    engagements = bool(columns & COUNTS) or "type" in has
    if not (engagements or columns & {"cost", "audience", "conversions", "value"}):
        gaps.append("no column counts anything: likes, clicks, cost, conversions, an audience")
    if (engagements or columns & {"cost", "audience"}) and "channel" not in has:
        gaps.append("the channel is missing: as a constant or a column")
    if "count" in has and "type" not in has:
        gaps.append("a count needs a type, as a constant or a column")
    return [FieldError("/columns", "missing_field", gap) for gap in gaps]


def _one_of(
    raw: Dictionary[str, Any], name: str, allowed: tuple[str, ...], wrong: list[FieldError]
) -> str:
    value = raw.get(name, "")
    if value and value not in allowed:
        wrong.append(FieldError(f"/{name}", "unknown_value", f"one of {', '.join(allowed)}"))
        return ""
    return str(value)


def _invalid(wrong: list[FieldError]) -> InvalidFields:
    return InvalidFields("this is no mapping", tuple(wrong))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
