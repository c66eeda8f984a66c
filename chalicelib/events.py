"""The events of the contract as models, and the one way from raw data to a checked event.

Knows nothing of tenants, clocks or stores: what depends on those (the future, retention, the
tenant's currency) is checked by `services.admission`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chalicelib.errors import FieldError
from chalicelib.money import Money

EngagementType = Literal[
    "impression",
    "view",
    "click",
    "like",
    "share",
    "comment",
    "follow",
    "unfollow",
    "review",
    "mention",
    "save",
]
MAX_COUNT = 10**12

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z", re.ASCII
)


def parse_instant(value: Any) -> dt.datetime:
    """An instant in UTC, microsecond precision, from RFC 3339 text with an offset.

    Raises
    ------
    PydanticCustomError
        `invalid_time`.
    """
    if type(value) is dt.datetime and value.tzinfo is dt.UTC:  # what importers give
        return value
    if isinstance(value, str) and _RFC3339.match(value):
        text = value.upper().replace(" ", "T")
        head, dot, tail = text.partition(".")
        if dot:  # datetime reads at most six digits of a second
            fraction = re.match(r"\d+", tail)
            assert fraction is not None
            text = f"{head}.{fraction[0][:6]}{tail[fraction.end() :]}"
        try:
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
    elif isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    raise PydanticCustomError(
        "invalid_time", "a time is RFC 3339 with an offset, e.g. 2026-03-01T09:30:00+01:00"
    )


Instant = Annotated[dt.datetime, BeforeValidator(parse_instant)]
EventId = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[StrictInt, Field(ge=1, le=MAX_COUNT)]
UserId = Annotated[StrictStr, Field(min_length=1, max_length=256)]
ShortText = Annotated[StrictStr, Field(min_length=1, max_length=128)]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: EventId
    occurred_at: Instant

    @property
    def day(self) -> dt.date:
        """The UTC day on which it happened."""
        return self.occurred_at.date()


class Engagement(_Event):
    """Something people did with content; `count` > 1 stands for a platform's daily total."""

    kind: Literal["engagement"]
    channel: Slug
    type: EngagementType
    paid: StrictBool = False
    count: Count = 1
    user_id: UserId | None = None
    cost: Money | None = None
    campaign_id: ShortText | None = None
    content_id: ShortText | None = None
    parent_event_id: EventId | None = None
    rating: Annotated[float, Field(strict=True, ge=1, le=5)] | None = None
    sentiment: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    consent: StrictBool = True

    @model_validator(mode="after")
    def _fields_agree(self) -> Engagement:
        if self.count > 1 and self.user_id is not None:
            raise PydanticCustomError(
                "count_with_user", "with a user_id it stands for one engagement: count must be 1"
            )
        if self.rating is not None and self.type != "review":
            raise PydanticCustomError("rating_without_review", "only a review has a rating")
        return self


class Conversion(_Event):
    """A goal reached; `value` is the total of the `count` conversions, positive for refunds too."""

    kind: Literal["conversion"]
    goal: Slug
    value: Money | None = None
    count: Count = 1
    user_id: UserId | None = None
    refund: StrictBool = False

    @model_validator(mode="after")
    def _fields_agree(self) -> Conversion:
        if self.count > 1 and self.user_id is not None:
            raise PydanticCustomError(
                "count_with_user", "with a user_id it stands for one conversion: count must be 1"
            )
        return self


class Cost(_Event):
    """Money spent that belongs to no single engagement, spread evenly over `period_days`."""

    kind: Literal["cost"]
    channel: Slug
    amount: Money
    paid: StrictBool | None = None
    campaign_id: ShortText | None = None
    period_days: Annotated[StrictInt, Field(ge=1, le=3660)] = 1


class Audience(_Event):
    """How many followers, fans or subscribers a channel had at a time."""

    kind: Literal["audience"]
    channel: Slug
    size: Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]


Event = Engagement | Conversion | Cost | Audience
_Tagged = Annotated[Event, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(_Tagged)
_LIST_ADAPTER: TypeAdapter[list[Event]] = TypeAdapter(list[_Tagged])

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


def parse_events(raws: Sequence[Any]) -> list[Event] | None:
    """Events from decoded JSON in one call, or None if one of them or more are no events.

    Which those are and why is for `parse_event` to say, one by one.
    """
    if not all(isinstance(raw, dict) for raw in raws):
        return None
    try:
        return _LIST_ADAPTER.validate_python(raws)
    except ValidationError:
        return None


def _field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        where = [str(part) for part in item["loc"]]
        if where and where[0] in ("engagement", "conversion", "cost", "audience"):
            where = where[1:]
        kind = item["type"]
        if kind in ("union_tag_not_found", "union_tag_invalid"):
            where = ["kind"]
        code = kind if kind in _OWN else _CODES.get(kind, "wrong_type")
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)
        found.append(FieldError(pointer, code, item["msg"]))
    return tuple(found)


EVENT_ERROR_CODES = {
    "unknown_field": "The event has a field that its kind does not have.",
    "missing_field": "A required field is missing.",
    "unknown_kind": "`kind` is none of engagement, conversion, cost, audience.",
    "unknown_value": "The value is none of the allowed ones.",
    "wrong_type": "The value has the wrong JSON type.",
    "invalid_format": "The text does not have the required form.",
    "too_long": "The text is too long.",
    "too_short": "The text is empty.",
    "out_of_range": "The number is outside its range.",
    "invalid_amount": "The amount is not a decimal of at least 0.",
    "invalid_currency": "The currency is not three capital letters.",
    "invalid_time": "The time is not RFC 3339 with an offset.",
    "count_with_user": "`count` above 1 with a `user_id`.",
    "rating_without_review": "`rating` on something that is no review.",
    "in_the_future": "More than five minutes in the future.",
    "before_retention": "Older than the tenant keeps events.",
    "currency_mismatch": "Not the tenant's reporting currency.",
    "malformed_json": "The line is not JSON.",
}
"""Code -> meaning of everything that can be wrong with a single event."""
