"""Validate raw data as an event, and collect the errors of invalid data."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from chalicelib.model.codes import meanings_of
from chalicelib.model.errors import FieldError
from chalicelib.model.events.event_models import KINDS, Event, TaggedEvent

_ADAPTER: TypeAdapter[Event] = TypeAdapter(TaggedEvent)

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
"""Error type of pydantic -> code of the API."""

_OWN = frozenset(
    {
        "invalid_amount",
        "invalid_currency",
        "invalid_time",
        "count_with_user",
        "rating_without_review",
        "reply_without_parent",
        "about_without_text",
        "reach_without_share",
        "parents_without_shares",
        "one_source",
        "ends_before_start",
        "invalid_format",
        "out_of_range",
        "too_short",
    }
)
"""Codes raised by the validators of this package."""


class EventRejected(ValueError):
    """Raw data is not a valid event.

    Attributes
    ----------
    errors : tuple of FieldError
        All errors, at least one; pointers are relative to the event.
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
        """All errors in one line."""
        return str(self)


def parse_event(raw: Any) -> Event:
    """Validate one event.

    `raw`: Decoded JSON, or the dict of an importer: numbers may be `Decimal`, instants `datetime`
    and amounts `Money`.

    Raises
    ------
    EventRejected
        With all errors; its `code` is that of the first error.
    """
    if not isinstance(raw, dict):
        raise EventRejected((FieldError("", "wrong_type", "an event must be a JSON object"),))
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        raise EventRejected(_field_errors(error)) from None


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
"""Code -> meaning of every reason to reject a single event."""
