"""The events of the contract as models: which fields there are, and what may stand in them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

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
MAX_SHORT_TEXT = 128
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


Instant = Annotated[dt.datetime, BeforeValidator(parse_instant)]
EventId = Annotated[StrictStr, Field(pattern=f"^{EVENT_ID_PATTERN}$")]
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[StrictInt, Field(ge=1, le=MAX_COUNT)]
UserId = Annotated[StrictStr, Field(min_length=1, max_length=MAX_USER_ID)]
ShortText = Annotated[StrictStr, Field(min_length=1, max_length=MAX_SHORT_TEXT)]


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
OF_PEOPLE = (Engagement, Conversion)
"""The kinds of events that somebody can have made."""

TaggedEvent = Annotated[Event, Field(discriminator="kind")]
