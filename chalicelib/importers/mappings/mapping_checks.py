"""Checks of a mapping for missing and contradictory parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.importers.mappings.mapping_fields import CONSTANTS, COUNTS, ENGAGEMENTS, TO_FILL_IN
from chalicelib.model.currencies import is_currency
from chalicelib.model.days import WrongDay, is_time_zone, parse_day
from chalicelib.model.errors import FieldError
from chalicelib.model.events.event_fields import is_slug

if TYPE_CHECKING:
    from chalicelib.importers.mappings.mapping import Mapping

FIRST_YEAR, LAST_YEAR = 1990, 2100
_SEVERAL_IN_A_ROW = COUNTS | {"conversions", "value", "audience"}
"""Fields with events of their own, in addition to the engagement of a row."""

_WAYS_OF_DATING = (("day",), ("time",), ("from", "to"), ("period",))


def constant_of(name: str, value: Any, pointer: str) -> FieldError | None:
    """Return what is wrong with a constant; None if it is valid."""
    if name not in CONSTANTS:
        known = ", ".join(sorted(CONSTANTS))
        return FieldError(pointer, "unknown_field", f"must be one of {known}")
    if isinstance(value, str) and value.startswith(TO_FILL_IN):
        example = ": a short name in lower case, such as facebook or newsletter"
        more = example if name == "channel" else ""
        return FieldError(pointer, "missing_field", f"fill in the {name}{more}")
    if not _fits(name, value):
        return FieldError(pointer, "invalid_format", f"this is not a valid {name}")
    return None


def gaps(mapping: Mapping) -> list[FieldError]:
    """Return the parts that rows need to become events, and contradictions."""
    if not mapping.columns:
        return [FieldError("/columns", "missing_field", "at least one column is required")]
    columns, constants = set(mapping.columns.values()), set(mapping.constants)
    has = columns | constants
    missing = _dating_gaps(columns, constants)
    each = mapping.each_row
    engagements = bool(columns & COUNTS) or "type" in has or each not in ("", "conversion")
    converts = bool(columns & {"conversions", "value"}) or each == "conversion"
    if not (engagements or converts or columns & {"cost", "audience"}):
        missing.append(
            "no column has likes, clicks, cost, conversions, an audience or other numbers. If each "
            'row is one event, add for example "each_row": "conversion"'
        )
    if (engagements or columns & {"cost", "audience"}) and "channel" not in has:
        missing.append("the channel is missing: add it as a constant or a column")
    if "count" in has and "type" not in has:
        missing.append("a count needs a type: add it as a constant or a column")
    wrong = [FieldError("/columns", "missing_field", gap) for gap in missing]
    if (each == "conversion" and "conversions" in columns) or (
        each not in ("", "conversion") and has & {"type", "count"}
    ):
        message = "a column already has the count of each row"
        wrong.append(FieldError("/each_row", "unknown_value", message))
    is_refunding = mapping.refund or mapping.refund_if_negative
    for name, is_given in (("refund", is_refunding), ("reversed", mapping.reversed)):
        if is_given and not converts:
            message = "the mapping has no conversions that could be refunded"
            wrong.append(FieldError(f"/{name}", "unknown_value", message))
    if is_refunding and "value" not in columns:
        wrong.append(FieldError("/refund", "missing_field", "a refund needs a column `value`"))
    if "refunded" in columns and "value" not in columns:
        message = "`refunded` is subtracted from `value`, which is missing: map a column to it"
        wrong.append(FieldError("/columns", "missing_field", message))
    if mapping.reversed and "event_id" not in columns:
        message = "it reverses the sale with the same `event_id`: map a column to `event_id`"
        wrong.append(FieldError("/reversed", "missing_field", message))
    return wrong + _parent_gaps(mapping, columns, has)


def _parent_gaps(mapping: Mapping, columns: set[str], has: set[str]) -> list[FieldError]:
    """Return what a column of parents lacks: rows with an id that are one engagement each."""
    if "parent_event_id" not in columns:
        if not mapping.parents:
            return []
        message = "complete parents need a column `parent_event_id`"
        return [FieldError("/parents", "missing_field", message)]
    wrong = []
    if "event_id" not in columns:
        message = "`parent_event_id` names the `event_id` of another row: map a column to it"
        wrong.append(FieldError("/columns", "missing_field", message))
    is_engagement = "type" in has or mapping.each_row not in ("", "conversion")
    if not is_engagement or columns & _SEVERAL_IN_A_ROW:
        message = (
            "with `parent_event_id`, each row is one engagement: map a column to `type`, or set "
            "`each_row`, without columns of counts by type, conversions, values or audiences"
        )
        wrong.append(FieldError("/columns", "unknown_value", message))
    return wrong


def _dating_gaps(columns: set[str], constants: set[str]) -> list[str]:
    missing = []
    ways = [way for way in _WAYS_OF_DATING if columns & set(way)]
    has_period = bool(constants & {"from", "to"})
    if len(ways) + has_period > 1:
        missing.append("the rows are dated in two ways: keep one of day, time, period, from and to")
    elif not ways and not has_period:
        missing.append("map a column to day, to time, to period, or two columns to from and to")
    for place in (columns, constants):
        if ("from" in place) != ("to" in place):
            missing.append("from and to must be used together")
    return missing


def _fits(name: str, value: Any) -> bool:
    if name == "paid":
        return isinstance(value, bool)
    if name == "year":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return is_whole and FIRST_YEAR <= value <= LAST_YEAR
    if not isinstance(value, str):
        return False
    if name in ("channel", "goal"):
        return is_slug(value)
    if name in ("from", "to"):
        return _is_day(value)
    if name == "time_zone":
        return is_time_zone(value)
    if name == "currency":
        return is_currency(value)
    if name == "type":
        return value in ENGAGEMENTS
    return 1 <= len(value) <= 128


def _is_day(text: str) -> bool:
    try:
        parse_day(text)
    except WrongDay:
        return False
    return True
