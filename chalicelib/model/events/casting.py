"""Events like one that was checked before: most of what the rows of a report say.

From row to row a report's engagements and a shop's conversions differ in id, time and count, and
in a few values that may be there or not. `pydantic` checks one of each sort whole; of those that
follow only what differs is held to the rules of `models`, which costs half as much. A cast event
equals the event that `parse_event` makes of the same data, which a property test compares; whatever
is not obviously good is left to `parse_event` (ADR 19).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from chalicelib.model.events.event_fields import EVENT_ID_PATTERN, MAX_COUNT, MAX_SHORT_TEXT
from chalicelib.model.events.event_models import Conversion, Engagement, Event
from chalicelib.model.money import Money

Model = TypeVar("Model", bound=BaseModel)
Mould = dict[str, Any]
"""The fields of an event; those in which events differ are overwritten."""

ENGAGEMENT = frozenset({"kind", "event_id", "occurred_at", "channel", "type", "paid", "count"})
CONVERSION = frozenset({"kind", "event_id", "occurred_at", "goal", "count"})
"""The fields that an event has to have so that it can be cast."""

OF_ENGAGEMENT = frozenset({"campaign_id", "content_id", "cost", "rating", "sentiment", "lifetime"})
OF_CONVERSION = frozenset({"value"})
"""Those that it may have besides."""

MOULDS_KEPT = 1_000

_NEVER = object()
_ENGAGEMENT_NAMES, _CONVERSION_NAMES = set(ENGAGEMENT), set(CONVERSION)
_are_event_ids = re.compile(rf"{EVENT_ID_PATTERN}(?:\n{EVENT_ID_PATTERN})*").fullmatch
_set = object.__setattr__  # the models are frozen; pydantic's `model_construct` does the same


class Moulds:
    """The sorts of events that were seen.

    One mould for the engagements of each channel, type and paid or not, and for the conversions of
    each goal.
    """

    def __init__(self) -> None:
        self._engagements: dict[tuple[Any, Any, Any], Mould] = {}
        self._conversions: dict[Any, Mould] = {}

    def learn(self, raw: dict[str, Any], event: Event) -> None:
        """Takes an event that was parsed as the sort that it is of, if it is of a plain sort."""
        if len(self._engagements) + len(self._conversions) >= MOULDS_KEPT:
            self._engagements.clear()
            self._conversions.clear()
        names = raw.keys()
        if type(event) is Engagement and ENGAGEMENT <= names <= ENGAGEMENT | OF_ENGAGEMENT:
            mould = event.__dict__ | dict.fromkeys(OF_ENGAGEMENT) | {"lifetime": False}
            self._engagements[event.channel, event.type, event.paid] = mould
        elif type(event) is Conversion and CONVERSION <= names <= CONVERSION | OF_CONVERSION:
            self._conversions[event.goal] = event.__dict__ | dict.fromkeys(OF_CONVERSION)

    def cast(self, raws: Sequence[Any]) -> list[Engagement | Conversion | None]:
        """The events that `parse_event` makes of the data; None where that is to be asked."""
        engagements, conversions = self._engagements, self._conversions
        cast: list[Engagement | Conversion | None] = []
        ids: list[str] = []
        known_at: Any = _NEVER
        model: type[Engagement] | type[Conversion]
        for raw in raws:
            try:
                kind = raw["kind"]
                if kind == "engagement":
                    model, names, add, paid = Engagement, _ENGAGEMENT_NAMES, _add, raw["paid"]
                    mould = engagements[raw["channel"], raw["type"], paid]
                    is_same_sort = paid is mould["paid"]  # 1 is as good a key as True
                else:
                    model, names, add = Conversion, _CONVERSION_NAMES, _add_value
                    mould = conversions[raw["goal"]]
                    is_same_sort = kind == "conversion"
                event_id, at, count = raw["event_id"], raw["occurred_at"], raw["count"]
            except (KeyError, TypeError):
                cast.append(None)
                continue
            if at is not known_at and type(at) is dt.datetime and at.tzinfo is dt.UTC:
                known_at = at
            fields = mould.copy()
            others = len(raw) - len(names)
            if (
                at is not known_at
                or not is_same_sort
                or type(count) is not int
                or not 1 <= count <= MAX_COUNT
                or (others and not add(others, fields, raw))
            ):
                cast.append(None)
                continue
            fields["event_id"] = event_id
            fields["occurred_at"] = at
            fields["count"] = count
            ids.append(event_id)
            cast.append(made_of(model, fields, names))
        return cast if are_event_ids(ids) else [None] * len(raws)


def made_of(model: type[Model], fields: Mould, names: set[str]) -> Model:
    """A model of fields that are known to be good; `names` are those said to be given."""
    made = object.__new__(model)
    _set(made, "__dict__", fields)
    _set(made, "__pydantic_fields_set__", names)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


def with_user(event: Engagement | Conversion, user_id: str | None) -> Engagement | Conversion:
    """The event with another person, or none; what it was checked for does not depend on who."""
    fields = event.__dict__ | {"user_id": user_id}
    return made_of(type(event), fields, event.__pydantic_fields_set__)


def are_event_ids(ids: Sequence[Any]) -> bool:
    """Whether all are ids of events; asked of all at once, which takes one search and not many."""
    try:
        lines = "\n".join(ids)
    except TypeError:
        return False
    return not ids or (lines.count("\n") < len(ids) and bool(_are_event_ids(lines)))


def _add_value(others: int, fields: Mould, raw: dict[str, Any]) -> bool:
    """As `_add`, of a conversion."""
    value = fields["value"] = raw.get("value")
    return type(value) is Money and others == 1


def _add(others: int, fields: Mould, raw: dict[str, Any]) -> bool:
    """Takes over so many other values; whether those are all that are there, and obviously good."""
    for name in ("campaign_id", "content_id"):
        if name in raw:
            text = raw[name]
            if type(text) is not str or not text.isascii() or not 0 < len(text) <= MAX_SHORT_TEXT:
                return False
            fields[name] = text
            others -= 1
    if others and "cost" in raw:
        cost = raw["cost"]
        if type(cost) is not Money:
            return False
        fields["cost"] = cost
        others -= 1
    if others and "rating" in raw:
        rating = raw["rating"]
        if type(rating) is not float or not 1 <= rating <= 5 or fields["type"] != "review":
            return False
        fields["rating"] = rating
        others -= 1
    if others and "sentiment" in raw:
        sentiment = raw["sentiment"]
        if type(sentiment) is not float or not -1 <= sentiment <= 1:
            return False
        fields["sentiment"] = sentiment
        others -= 1
    if others and "lifetime" in raw:
        told = fields["lifetime"] = raw["lifetime"]
        if told is not True and told is not False:
            return False
        others -= 1
    return not others
