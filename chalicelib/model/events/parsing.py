"""The one way from raw data to a checked event, and what it says of data that is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chalicelib.model.codes import meanings_of
from chalicelib.model.errors import FieldError
from chalicelib.model.events.casting import Moulds
from chalicelib.model.events.casting_json import JsonMoulds
from chalicelib.model.events.event_models import KINDS, Event, TaggedEvent

_ADAPTER: TypeAdapter[Event] = TypeAdapter(TaggedEvent)
_OF_REPORTS = Moulds()
_OF_JSON = JsonMoulds()

_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "union_tag_invalid": "unknown_kind",
    "union_tag_not_found": "missing_field",
    "string_pattern_mismatch": "invalid_format",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "literal_error": "unknown_value",
}
"""pydantic's error type -> the contract's code; types of our own are their own code."""

_OWN = frozenset(
    {
        "invalid_amount",
        "invalid_currency",
        "invalid_time",
        "count_with_user",
        "rating_without_review",
        "reply_without_parent",
        "about_without_text",
        "one_source",
        "ends_before_start",
        "invalid_format",
        "out_of_range",
    }
)


class EventRefused(ValueError):
    """Raw data that is no event, with everything that is wrong about it.

    Attributes
    ----------
    errors : tuple of FieldError
        At least one; pointers are relative to the event.
    """

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(f"{e.pointer}: {e.message}" for e in errors))
        self.errors = errors

    @property
    def code(self) -> str:
        """The code of the first error."""
        return self.errors[0].code

    @property
    def message(self) -> str:
        """Everything that is wrong, in one line."""
        return str(self)


def parse_event(raw: Any) -> Event:
    """One event from decoded JSON.

    Parameters
    ----------
    raw : object
        What a JSON parser made of one event. Numbers may be `Decimal`.

    Raises
    ------
    EventRefused
        With every error; its `code` is that of the first.
    """
    if not isinstance(raw, dict):
        raise EventRefused((FieldError("", "wrong_type", "an event is a JSON object"),))
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        raise EventRefused(_field_errors(error)) from None


def parse_events(raws: Sequence[Any]) -> list[Event | EventRefused]:
    """As `parse_event`, for many at once, which costs less for each: those of a report.

    Returns
    -------
    list of Event or EventRefused
        In the order of `raws`.
    """
    return _parsed(raws, _OF_REPORTS)


def parse_json_events(raws: Sequence[Any]) -> list[Event | EventRefused]:
    """As `parse_events`, of data that a parser of JSON made."""
    return _parsed(raws, _OF_JSON)


def _parsed(raws: Sequence[Any], moulds: Moulds | JsonMoulds) -> list[Event | EventRefused]:
    parsed: list[Event | EventRefused] = []
    for raw, cast in zip(raws, moulds.cast(raws), strict=True):
        if cast is not None:
            parsed.append(cast)
            continue
        try:
            event = parse_event(raw)
        except EventRefused as refused:
            parsed.append(refused)
        else:
            moulds.learn(raw, event)
            parsed.append(event)
    return parsed


def _field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        where = [str(part) for part in item["loc"]]
        if where and where[0] in KINDS:
            where = where[1:]
        kind = item["type"]
        if kind in ("union_tag_not_found", "union_tag_invalid"):
            where = ["kind"]
        code = kind if kind in _OWN else _CODES.get(kind, "wrong_type")
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)
        found.append(FieldError(pointer, code, item["msg"]))
    return tuple(found)


EVENT_ERROR_CODES = meanings_of("event")
"""Code -> meaning of everything that can be wrong with a single event."""
