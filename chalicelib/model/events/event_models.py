"""The models of events: fields and allowed values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.model.events.event_fields import (
    MAX_COUNT,
    BaseEvent,
    Count,
    EngagementType,
    EventId,
    Region,
    ShortText,
    Slug,
    UserId,
)
from chalicelib.model.events.surroundings_events import Annotation, Control, Coverage
from chalicelib.model.money import Money

ABOUT_TYPES = ("mention", "comment", "review")
"""Types of engagement that can be about another company."""

REACH_TYPES = ("share", "mention")
"""Types of engagement that show content to the followers of one person."""

MAY_BE_OTHERS = frozenset({"reply", *ABOUT_TYPES})
"""Types whose engagements are not always engagement with the brand; see `is_ours`."""


class Engagement(BaseEvent):
    """An interaction of people with content; `count` > 1 is a platform's daily total.

    `lifetime`: the day is the day of the content, and the count has accumulated since. `about`: the
    slug of another company that the text is about. `sentiment_checked`: a person's rating of the
    sentiment of the text. `reach`: the number of followers of the person who shares or mentions.
    """

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
    reach: Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)] | None = None
    rating: Annotated[float, Field(strict=True, ge=1, le=5)] | None = None
    sentiment: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    sentiment_checked: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    consent: StrictBool = True
    lifetime: StrictBool = False
    about: Slug | None = None
    region: Region | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Engagement:
        if self.count > 1 and self.user_id is not None:
            raise PydanticCustomError("count_with_user", "count must be 1 if there is a user_id")
        if self.rating is not None and self.type != "review":
            raise PydanticCustomError("rating_without_review", "only a review can have a rating")
        if self.type == "reply" and self.parent_event_id is None:
            raise PydanticCustomError("reply_without_parent", "a reply needs parent_event_id")
        if self.about is not None and self.type not in ABOUT_TYPES:
            raise PydanticCustomError(
                "about_without_text", "only a mention, comment or review can have about"
            )
        if self.reach is not None and (self.type not in REACH_TYPES or self.count > 1):
            raise PydanticCustomError(
                "reach_without_share", "only a single share or mention can have reach"
            )
        return self


class Conversion(BaseEvent):
    """A reached goal; `value` is the total of `count` conversions, positive for refunds too."""

    kind: Literal["conversion"]
    goal: Slug
    value: Money | None = None
    count: Count = 1
    user_id: UserId | None = None
    refund: StrictBool = False
    content_id: ShortText | None = None
    region: Region | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Conversion:
        if self.count > 1 and self.user_id is not None:
            raise PydanticCustomError("count_with_user", "count must be 1 if there is a user_id")
        return self


class Cost(BaseEvent):
    """Money spent on a channel, not on a single engagement; spread evenly over `period_days`."""

    kind: Literal["cost"]
    channel: Slug
    amount: Money
    paid: StrictBool | None = None
    campaign_id: ShortText | None = None
    period_days: Annotated[StrictInt, Field(ge=1, le=3660)] = 1


class Audience(BaseEvent):
    """The number of followers, fans or subscribers of a channel at a time."""

    kind: Literal["audience"]
    channel: Slug
    size: Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]


Event = Engagement | Conversion | Cost | Audience | Coverage | Annotation | Control
KINDS = ("engagement", "conversion", "cost", "audience", "coverage", "annotation", "control")
OF_PEOPLE = (Engagement, Conversion)
"""The kinds of events that can have a person."""

SPANS = (Coverage, Annotation)
"""The kinds of events with a span of days instead of an instant."""

TaggedEvent = Annotated[Event, Field(discriminator="kind")]


def is_ours(event: Engagement) -> bool:
    """Return False for the brand's own replies and for texts about another company."""
    return event.type != "reply" and event.about is None
