"""The types of event fields: instants, days, ids, slugs, texts."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictInt,
    StrictStr,
)
from pydantic_core import PydanticCustomError

from chalicelib.model.days import WrongDay, parse_day

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
    "reply",
]
"""`reply` is the brand's own reply to the event `parent_event_id`."""

MAX_COUNT = 10**12
MAX_SHORT_TEXT = 128
MAX_REGION = 64
MAX_USER_ID = 256

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def parse_instant(value: Any) -> dt.datetime:
    """Parse an instant from RFC 3339 text with an offset, or from an aware `datetime`.

    Returns
    -------
    datetime
        In UTC. Digits beyond microseconds are dropped.

    Raises
    ------
    PydanticCustomError
        `invalid_time`.
    """
    if isinstance(value, str):
        if _RFC3339.fullmatch(value):
            try:
                return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
            except (ValueError, OverflowError):
                pass
    elif isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    raise PydanticCustomError(
        "invalid_time", "must be RFC 3339 with an offset, e.g. 2026-03-01T09:30:00+01:00"
    )


def _parse_day(value: Any) -> dt.date:
    """Parse a day; raises PydanticCustomError `invalid_format` or `out_of_range`."""
    if type(value) is dt.date:
        return value
    try:
        return parse_day(value)
    except WrongDay as error:
        raise PydanticCustomError(error.code, "{reason}", {"reason": str(error)}) from None


def _not_blank(user_id: str) -> str:
    """Reject blanks, because everyone with a blank id would become one person."""
    if user_id.isspace():
        raise PydanticCustomError("too_short", "must not be blank")
    return user_id


def _as_text(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


Instant = Annotated[
    dt.datetime,
    PlainValidator(parse_instant, json_schema_input_type=dt.datetime),
    PlainSerializer(_as_text, return_type=str, when_used="json"),  # else pydantic warns
]
EventId = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]
_SLUG = "[a-z][a-z0-9_]{0,31}"
SLUG_PATTERN = f"^{_SLUG}$"
SOURCE_PATTERN = rf"^{_SLUG}(/[a-z_]{{1,32}})?$"
Slug = Annotated[StrictStr, Field(pattern=SLUG_PATTERN)]
Count = Annotated[StrictInt, Field(ge=1, le=MAX_COUNT)]
UserId = Annotated[
    StrictStr, Field(min_length=1, max_length=MAX_USER_ID), AfterValidator(_not_blank)
]
Day = Annotated[
    dt.date,
    PlainValidator(_parse_day, json_schema_input_type=dt.date),
    PlainSerializer(dt.date.isoformat, return_type=str, when_used="json"),
]
Region = Annotated[StrictStr, Field(min_length=1, max_length=MAX_REGION)]
ShortText = Annotated[StrictStr, Field(min_length=1, max_length=MAX_SHORT_TEXT)]


class BaseEvent(BaseModel):
    """The fields of every event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: EventId
    occurred_at: Instant

    @property
    def day(self) -> dt.date:
        """The UTC day of the event."""
        return self.occurred_at.date()


def is_slug(text: str) -> bool:
    """Whether a text can be the name of a channel, goal or company."""
    return re.fullmatch(SLUG_PATTERN, text) is not None


def is_source(text: str) -> bool:
    """Whether a text is a channel, or an engagement type as `channel/type`."""
    return re.fullmatch(SOURCE_PATTERN, text) is not None
