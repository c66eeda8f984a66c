"""Single events as senders write them in JSON, cast like those of reports.

Here a time is text, money an object, most fields are absent, and there may be a person. Why events
are cast, and what is taken for good, is said in `casting` (ADR 19).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from chalicelib.model.events.casting import MOULDS_KEPT, Mould, are_event_ids, made_of
from chalicelib.model.events.event_fields import MAX_COUNT, MAX_SHORT_TEXT, MAX_USER_ID
from chalicelib.model.events.event_models import Conversion, Engagement, Event
from chalicelib.model.money import Money, parse_amount, parse_currency

ENGAGEMENT = frozenset({"kind", "event_id", "occurred_at", "channel", "type"})
CONVERSION = frozenset({"kind", "event_id", "occurred_at", "goal"})
"""The fields that an event has to have."""

_USUAL_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?Z", re.ASCII
).fullmatch
_MONEY = frozenset({"amount", "currency"})
_ENGAGEMENT_NAMES, _CONVERSION_NAMES, _MONEY_NAMES = set(ENGAGEMENT), set(CONVERSION), set(_MONEY)


class JsonMoulds:
    """The sorts of events that were seen: engagements by channel and type, conversions by goal."""

    def __init__(self) -> None:
        self._engagements: dict[tuple[Any, Any], Mould] = {}
        self._conversions: dict[Any, Mould] = {}

    def learn(self, raw: dict[str, Any], event: Event) -> None:
        """Takes an event that was parsed as the sort that it is of."""
        if len(self._engagements) + len(self._conversions) >= MOULDS_KEPT:
            self._engagements.clear()
            self._conversions.clear()
        if type(event) is Engagement and event.type != "reply":  # which needs a parent
            self._engagements[event.channel, event.type] = _mould_of(event, ENGAGEMENT)
        elif type(event) is Conversion:
            self._conversions[event.goal] = _mould_of(event, CONVERSION)

    def cast(self, raws: Sequence[Any]) -> list[Engagement | Conversion | None]:
        """The events that `parse_event` makes of the data; None where that is to be asked."""
        engagements, conversions = self._engagements, self._conversions
        cast: list[Engagement | Conversion | None] = []
        ids: list[str] = []
        model: type[Engagement] | type[Conversion]
        for raw in raws:
            try:
                kind = raw["kind"]
                if kind == "engagement":
                    model, names, add = Engagement, _ENGAGEMENT_NAMES, _add_to_engagement
                    fields = engagements[raw["channel"], raw["type"]].copy()
                else:
                    model, names, add = Conversion, _CONVERSION_NAMES, _add_to_conversion
                    fields = conversions[raw["goal"]].copy()
                fields["event_id"] = event_id = raw["event_id"]
                fields["occurred_at"] = _instant(raw["occurred_at"])
                others = len(raw) - len(names)
                is_good = kind == fields["kind"] and (not others or add(others, fields, raw))
            except (KeyError, TypeError, ValueError):
                is_good = False
            if not is_good:
                cast.append(None)
                continue
            ids.append(event_id)
            cast.append(made_of(model, fields, names))
        return cast if are_event_ids(ids) else [None] * len(raws)


def _instant(told: str) -> dt.datetime:
    """An instant in one of the usual forms; raises TypeError or ValueError for every other."""
    if not _USUAL_INSTANT(told):
        raise ValueError(told)
    return dt.datetime.fromisoformat(told)


def _mould_of(event: Event, given: frozenset[str]) -> Mould:
    """The fields of an event, those that it did not have to have as if they were absent."""
    declared = type(event).model_fields
    return {
        name: value if name in given else declared[name].default
        for name, value in event.__dict__.items()
    }


def _add_to_engagement(others: int, fields: Mould, raw: dict[str, Any]) -> bool:
    """Takes over so many other values; whether those are all that are there, and obviously good."""
    others -= _add_person(fields, raw)
    for name in ("content_id", "campaign_id"):
        if others and name in raw:
            text = fields[name] = raw[name]
            if type(text) is not str or not text.isascii() or not 0 < len(text) <= MAX_SHORT_TEXT:
                return False
            others -= 1
    for name in ("paid", "consent"):
        if others and name in raw:
            told = fields[name] = raw[name]
            if told is not True and told is not False:
                return False
            others -= 1
    if others and "cost" in raw:
        fields["cost"] = _money(raw["cost"])
        others -= 1
    return others == 0 or others == _add_count(fields, raw)


def _add_to_conversion(others: int, fields: Mould, raw: dict[str, Any]) -> bool:
    """As `_add_to_engagement`."""
    others -= _add_person(fields, raw)
    if others and "value" in raw:
        fields["value"] = _money(raw["value"])
        others -= 1
    return others == 0 or others == _add_count(fields, raw)


def _add_person(fields: Mould, raw: dict[str, Any]) -> int:
    """How many fields were taken over; a person who is not obviously good is left."""
    user = raw.get("user_id")
    if type(user) is not str or not user.isascii() or not 0 < len(user) <= MAX_USER_ID:
        return 0
    fields["user_id"] = user
    return 1


def _add_count(fields: Mould, raw: dict[str, Any]) -> int:
    count = raw.get("count")
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        return 0
    if count > 1 and fields["user_id"] is not None:
        return 0
    fields["count"] = count
    return 1


def _money(raw: dict[str, Any]) -> Money:
    """As pydantic makes it; raises KeyError, TypeError or ValueError for what is none."""
    amount, currency = parse_amount(raw["amount"]), parse_currency(raw["currency"])
    if len(raw) != len(_MONEY_NAMES) or type(raw) is not dict:
        raise TypeError
    return made_of(Money, {"amount": amount, "currency": currency}, _MONEY_NAMES)
