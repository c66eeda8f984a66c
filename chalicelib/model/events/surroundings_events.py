"""Events that describe the data and their context: coverage, annotations and controls."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.model.events.event_fields import (
    BaseEvent,
    Day,
    EngagementType,
    Instant,
    ShortText,
    Slug,
)

MAX_SPAN_DAYS = 3_660
"""The maximum length of a coverage or annotation."""

Category = Literal["promotion", "price", "holiday", "outage", "launch", "other"]
_OF_SOURCES = ("channel", "type", "paid", "goal", "parents")
_UNSET = dt.datetime.min.replace(tzinfo=dt.UTC)


class Span(BaseEvent):
    """An event with a span of days instead of an instant, identified by its `event_id` alone.

    In JSON the first and last day are `from` and `to`, both inclusive. `occurred_at` is by default
    the start of the first day in UTC.
    """

    occurred_at: Instant = _UNSET
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @field_validator("last")
    @classmethod
    def _follows(cls, last: dt.date, info: ValidationInfo) -> dt.date:
        first = info.data.get("first")
        if first is not None and last < first:
            raise PydanticCustomError("ends_before_start", "the last day is before the first")
        if first is not None and (last - first).days >= MAX_SPAN_DAYS:
            raise PydanticCustomError("out_of_range", f"must not be more than {MAX_SPAN_DAYS} days")
        return last

    @model_validator(mode="after")
    def _has_instant(self) -> Span:
        if self.occurred_at is _UNSET:
            object.__setattr__(self, "occurred_at", start_of_day(self.first))
        return self


class Coverage(Span):
    """Declares that the data of a source are complete: a day without events is a zero.

    The source is a channel (optionally one `type`, paid or not) or the conversions of a goal.
    `parents`: in addition, each share of these days that another share led to names it in
    `parent_event_id` (ADR 61).
    """

    kind: Literal["coverage"]
    channel: Slug | None = None
    type: EngagementType | None = None
    paid: StrictBool | None = None
    goal: Slug | None = None
    parents: Literal["complete"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_one_source(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            given = {name for name in _OF_SOURCES if raw.get(name) is not None}
            if ("goal" in given) == ("channel" in given) or ("goal" in given and len(given) > 1):
                raise PydanticCustomError(
                    "one_source", "a coverage needs either a channel (and type) or a goal"
                )
        return raw

    @model_validator(mode="after")
    def _has_shares(self) -> Coverage:
        if self.parents is not None and self.type not in (None, "share", "mention"):
            raise PydanticCustomError(
                "parents_without_shares",
                "parents needs a coverage of all types, of shares or of mentions",
            )
        return self


class Annotation(Span):
    """Another event on these days: a promotion, a holiday, an outage."""

    kind: Literal["annotation"]
    name: ShortText
    category: Category = "other"


class Control(BaseEvent):
    """A value of a daily series that is neither marketing nor a conversion: a query volume."""

    kind: Literal["control"]
    name: ShortText
    value: Annotated[float, Field(strict=True, allow_inf_nan=False)]


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the first instant of a day in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
