"""A mapping: the user's meanings of the columns of a file.

::

    {"columns": {"Datum": "day", "Kampagne": "campaign_id", "Klicks": "click", "Kosten": "cost"},
     "constants": {"channel": "xing", "paid": true, "currency": "EUR"},
     "dates": "dmy", "decimal_mark": ","}

A mapping without columns only settles an ambiguous format in the file of a known platform, e.g.
``{"dates": "mdy"}``.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.importers.mappings.mapping_checks import constant_of, gaps
from chalicelib.importers.mappings.mapping_fields import EACH_ROW, FIELDS, REPEATABLE, TO_FILL_IN
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.values.dates import DayOrder
from chalicelib.importers.values.numerals import DecimalMark
from chalicelib.model.errors import FieldError, InvalidFields

MAX_COLUMNS = 200
MAX_NAME_CHARACTERS = 200
MAX_VALUES = 200
"""Of one column, in a row filter."""

Values = Dictionary[str, tuple[str, ...]]
"""Heading -> values of its cells."""

_NAMES = (
    *("columns", "constants", "each_row", "where", "exclude"),
    *("refund", "reversed", "dates", "decimal_mark", "parents"),
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The user's description of a file.

    Attributes
    ----------
    columns : mapping of str to str
        Heading (or the path of a key in NDJSON, with dots; or ``#3`` for the third column) -> one
        of `mapping_fields.FIELDS`. Several headings may have the same engagement type; their
        counts are added up.
    constants : mapping of str to str, bool or int
        One of `mapping_fields.CONSTANTS` -> its value in rows without a column for it.
    each_row : str
        What each row counts as; empty if the columns have counts.
    where, exclude : mapping of str to tuple of str
        Only rows with one of these values in each of the `where` columns are read; rows with one
        of these values in any of the `exclude` columns are not.
    refund : mapping of str to tuple of str
        Rows with one of these values in one of these columns are refunds.
    refund_if_negative : bool
        Whether rows with a value below zero are refunds.
    reversed : mapping of str to tuple of str
        Rows with one of these values are fully reversed sales.
    day_order : {"dmy", "mdy", ""}
        Of dates such as 1/2/2026; empty if the file decides.
    decimal_mark : {".", ",", ""}
        Empty if the file decides.
    parents : {"complete", ""}
        ``complete`` if the file has all shares of its days, each with its parent.
    """

    columns: Dictionary[str, str] = field(default_factory=dict)
    constants: Dictionary[str, str | bool | int] = field(default_factory=dict)
    each_row: str = ""
    where: Values = field(default_factory=dict)
    exclude: Values = field(default_factory=dict)
    refund: Values = field(default_factory=dict)
    refund_if_negative: bool = False
    reversed: Values = field(default_factory=dict)
    day_order: DayOrder = ""
    decimal_mark: DecimalMark | Literal[""] = ""
    parents: Literal["complete", ""] = ""

    @property
    def headings(self) -> list[str]:
        """All headings in the mapping, each once."""
        filters = (self.where, self.exclude, self.refund, self.reversed)
        return list(dict.fromkeys([*self.columns, *(name for one in filters for name in one)]))

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as `parse_mapping` accepts it."""
        fields: dict[str, Any] = {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "each_row": self.each_row,
            "where": _lists(self.where),
            "exclude": _lists(self.exclude),
            "refund": "negative" if self.refund_if_negative else _lists(self.refund),
            "reversed": _lists(self.reversed),
            "dates": self.day_order,
            "decimal_mark": self.decimal_mark,
            "parents": self.parents,
        }
        return {name: value for name, value in fields.items() if value}


def parse_mapping(raw: Any) -> Mapping:
    """Return a mapping from decoded JSON.

    Raises
    ------
    InvalidFields
        With all errors; pointers are relative to the mapping.
    """
    if not isinstance(raw, dict):
        raise _invalid([FieldError("", "wrong_type", "a mapping must be a JSON object")])
    wrong = [
        FieldError(f"/{_escaped(name)}", "unknown_field", "a mapping has no such field")
        for name in raw
        if name not in _NAMES
    ]
    columns = _columns(raw.get("columns", {}), wrong)
    constants = _constants(raw.get("constants", {}), wrong)
    each_row = _one_of(raw, "each_row", EACH_ROW, wrong)
    filters = {
        name: _values(raw, name, wrong)
        for name in ("where", "exclude", "refund", "reversed")
        if name != "refund" or raw.get(name) != "negative"
    }
    day_order = _one_of(raw, "dates", ("dmy", "mdy"), wrong)
    decimal_mark = _one_of(raw, "decimal_mark", (".", ","), wrong)
    parents = _one_of(raw, "parents", ("complete",), wrong)
    mapping = Mapping(
        columns,
        constants,
        each_row,
        day_order=day_order,  # type: ignore[arg-type]
        decimal_mark=decimal_mark,  # type: ignore[arg-type]
        parents=parents,  # type: ignore[arg-type]
        refund_if_negative="refund" not in filters,
        **filters,
    )
    if not wrong and (columns or any(raw.get(name) for name in _NAMES[2:7])):
        wrong += gaps(mapping)
    if not raw:
        wrong.append(FieldError("", "missing_field", "the mapping is empty"))
    if wrong:
        raise _invalid(wrong)
    return mapping


def _columns(raw: Any, wrong: list[FieldError]) -> dict[str, str]:
    if not isinstance(raw, dict) or len(raw) > MAX_COLUMNS:
        wrong.append(
            FieldError(
                "/columns", "wrong_type", f"must be an object of at most {MAX_COLUMNS} columns"
            )
        )
        return {}
    columns: dict[str, str] = {}
    known: set[str] = set()
    for name, meaning in raw.items():
        pointer = f"/columns/{_escaped(name)}"
        if not _is_heading(name):
            wrong.append(FieldError(pointer, "invalid_format", "the heading is empty or too long"))
        elif comparable(name) in known:
            message = "this heading occurs twice in the mapping (case is ignored)"
            wrong.append(FieldError(pointer, "unknown_value", message))
        elif isinstance(meaning, str) and meaning.startswith(TO_FILL_IN):
            message = "fill in the meaning of the column, or remove the line"
            wrong.append(FieldError(pointer, "missing_field", message))
        elif not isinstance(meaning, str) or meaning not in FIELDS:
            every = ", ".join(sorted(FIELDS))
            wrong.append(FieldError(pointer, "unknown_value", f"must be one of {every}"))
        elif meaning not in REPEATABLE and meaning in columns.values():
            wrong.append(
                FieldError(pointer, "unknown_value", f"another column is already the {meaning}")
            )
        else:
            columns[name] = meaning
            known.add(comparable(name))
    return columns


def _constants(raw: Any, wrong: list[FieldError]) -> dict[str, str | bool | int]:
    if not isinstance(raw, dict):
        wrong.append(FieldError("/constants", "wrong_type", "must be an object"))
        return {}
    constants: dict[str, str | bool | int] = {}
    for name, value in raw.items():
        checked = constant_of(name, value, f"/constants/{_escaped(name)}")
        if isinstance(checked, FieldError):
            wrong.append(checked)
        else:
            constants[name] = value
    return constants


def _values(raw: Dictionary[str, Any], name: str, wrong: list[FieldError]) -> Values:
    """Return the values of a row filter by heading."""
    given = raw.get(name, {})
    what = "must be an object of headings with a list of values each"
    if name == "refund":
        what += ', or "negative"'
    if not isinstance(given, dict) or len(given) > MAX_COLUMNS:
        wrong.append(FieldError(f"/{name}", "wrong_type", what))
        return {}
    filtered: dict[str, tuple[str, ...]] = {}
    for heading, values in given.items():
        pointer = f"/{name}/{_escaped(heading)}"
        if not _is_heading(heading):
            wrong.append(FieldError(pointer, "invalid_format", "the heading is empty or too long"))
        elif not isinstance(values, list) or not 1 <= len(values) <= MAX_VALUES:
            message = f"must be a list of 1 to {MAX_VALUES} values"
            wrong.append(FieldError(pointer, "wrong_type", message))
        elif any(isinstance(one, str) and one.startswith(TO_FILL_IN) for one in values):
            message = "fill in the values of the column, or remove the line"
            wrong.append(FieldError(pointer, "missing_field", message))
        elif not all(isinstance(one, str | int) for one in values):
            message = 'each value must be text, a whole number, true or false; "" is an empty cell'
            wrong.append(FieldError(pointer, "wrong_type", message))
        else:
            filtered[heading] = tuple(map(_text_of, values))
    return filtered


def _one_of(
    raw: Dictionary[str, Any], name: str, allowed: tuple[str, ...], wrong: list[FieldError]
) -> str:
    value = raw.get(name, "")
    if isinstance(value, str) and value.startswith(TO_FILL_IN):
        message = f"fill in one of {', '.join(allowed)}, or remove the line"
        wrong.append(FieldError(f"/{name}", "missing_field", message))
        return ""
    if value != "" and value not in allowed:
        wrong.append(
            FieldError(f"/{name}", "unknown_value", f"must be one of {', '.join(allowed)}")
        )
        return ""
    return str(value) if value else ""


def _is_heading(name: str) -> bool:
    return 1 <= len(name) <= MAX_NAME_CHARACTERS and bool(name.strip())


def _text_of(value: str | int) -> str:
    """Return a value as it appears in a cell."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lists(values: Values) -> dict[str, list[str]]:
    return {heading: list(texts) for heading, texts in values.items()}


def _invalid(wrong: list[FieldError]) -> InvalidFields:
    return InvalidFields("the mapping is not valid", tuple(wrong))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
