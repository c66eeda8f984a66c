"""What the fields of all events are made of: instants, days, ids, slugs, texts."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
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
"""`reply` is the brand's own answer to what `parent_event_id` names."""

MAX_COUNT = 10**12
MAX_SHORT_TEXT = 128
MAX_REGION = 64
MAX_USER_ID = 256
EVENT_ID_PATTERN = r"[A-Za-z0-9._:-]{1,128}"

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


def _parse_day(value: Any) -> dt.date:
    """A day; raises PydanticCustomError `invalid_format` or `out_of_range`."""
    if type(value) is dt.date:
        return value
    try:
        return parse_day(value)
    except WrongDay as error:
        raise PydanticCustomError(error.code, "{reason}", {"reason": str(error)}) from None


Instant = Annotated[dt.datetime, BeforeValidator(parse_instant)]
EventId = Annotated[StrictStr, Field(pattern=f"^{EVENT_ID_PATTERN}$")]
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[StrictInt, Field(ge=1, le=MAX_COUNT)]
UserId = Annotated[StrictStr, Field(min_length=1, max_length=MAX_USER_ID)]
Day = Annotated[dt.date, BeforeValidator(_parse_day)]
Region = Annotated[StrictStr, Field(min_length=1, max_length=MAX_REGION)]
ShortText = Annotated[StrictStr, Field(min_length=1, max_length=MAX_SHORT_TEXT)]


class BaseEvent(BaseModel):
    """What all events have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: EventId
    occurred_at: Instant

    @property
    def day(self) -> dt.date:
        """The UTC day on which it happened."""
        return self.occurred_at.date()
