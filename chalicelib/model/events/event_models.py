"""The events of the contract as models: their fields and the values that these allow."""

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
"""Types of engagement that can be about somebody else."""

MAY_BE_OTHERS = frozenset({"reply", *ABOUT_TYPES})
"""Types of which some engagements are not engagement with the brand; see `is_ours`."""


class Engagement(BaseEvent):
    """Something people did with content; `count` > 1 stands for a platform's daily total.

    `lifetime`: the day is that of the content, and the count has gathered since then. `about`: the
    slug of somebody else whom a text is about. `sentiment_checked`: the sentiment by a person's
    judgement of the same text.
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
            raise PydanticCustomError(
                "count_with_user", "with a user_id it stands for one engagement: count must be 1"
            )
        if self.rating is not None and self.type != "review":
            raise PydanticCustomError("rating_without_review", "only a review has a rating")
        if self.type == "reply" and self.parent_event_id is None:
            raise PydanticCustomError(
                "reply_without_parent", "a reply needs the parent_event_id of what it answers"
            )
        if self.about is not None and self.type not in ABOUT_TYPES:
            raise PydanticCustomError(
                "about_without_text", "only a mention, a comment or a review has `about`"
            )
        return self


class Conversion(BaseEvent):
    """A goal reached; `value` is the total of the `count` conversions, positive for refunds too."""

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
            raise PydanticCustomError(
                "count_with_user", "with a user_id it stands for one conversion: count must be 1"
            )
        return self


class Cost(BaseEvent):
    """Money spent that belongs to no single engagement, spread evenly over `period_days`."""

    kind: Literal["cost"]
    channel: Slug
    amount: Money
    paid: StrictBool | None = None
    campaign_id: ShortText | None = None
    period_days: Annotated[StrictInt, Field(ge=1, le=3660)] = 1


class Audience(BaseEvent):
    """How many followers, fans or subscribers a channel had at a time."""

    kind: Literal["audience"]
    channel: Slug
    size: Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]


Event = Engagement | Conversion | Cost | Audience | Coverage | Annotation | Control
KINDS = ("engagement", "conversion", "cost", "audience", "coverage", "annotation", "control")
OF_PEOPLE = (Engagement, Conversion)
"""The kinds of events that can have a person."""

SPANS = (Coverage, Annotation)
"""The kinds of events that are about a span of days instead of an instant."""

TaggedEvent = Annotated[Event, Field(discriminator="kind")]


def is_ours(event: Engagement) -> bool:
    """Whether people engaged with the brand: not its own reply, not a text about somebody else."""
    return event.type != "reply" and event.about is None
