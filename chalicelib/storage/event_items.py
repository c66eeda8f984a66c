"""Conversion between events and items. An item has about 150 bytes and costs one write.

========  =========================================  ========  =====================================
``pk``    tenant, day, shard; or tenant, ``spans``   ``sk``    person's hash, ``-`` if anonymous, or
                                                               ``.`` and the trace if erased; then
                                                               time and event id. For a span only
                                                               the event id
``k``     kind: e(ngagement) c(onversion) o(cost)    ``n``     count, absent if 1
          a(udience) (co)v(erage) (an)n(otation)
          (con)t(rol)
``c``     channel                                    ``y``     type of engagement
``p``     paid, absent if not given                  ``v w``   amount and currency of the event's
                                                               cost, value or amount
``g o``   campaign and content id                    ``r``     parent event id; of a coverage,
                                                               whether the parents are complete
``s m``   rating, sentiment                          ``q``     false where consent was rejected
``h``     sentiment checked by a person              ``i``     true for a lifetime count
``b x``   about, region                              ``l f``   goal, refund
``d``     period in days, absent if 1                ``z``     audience size; of an engagement,
                                                               its reach
``j e``   first and last day of a span               ``t``     time of a span, absent if it is the
                                                               start of the first day
``u a``   name and category                          ``m``     value of a control
``ttl``   expiry in epoch seconds                    ``im``    id of the import that stored it,
                                                               absent if sent to the API
========  =========================================  ========  =====================================
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Any

from chalicelib.model.days import SECONDS_PER_DAY
from chalicelib.model.events import (
    OF_PEOPLE,
    Annotation,
    Audience,
    Control,
    Conversion,
    Cost,
    Coverage,
    Engagement,
    Event,
    start_of_day,
)
from chalicelib.model.money import Money
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item

ORIGIN = "im"
"""Attribute with the id of the import that stored an event."""

TTL_MARGIN_DAYS = 2
"""Days that an event is stored beyond its retention, so that no day expires while it is written."""


def to_item(
    tenant: str, event: Event, shards: int, retention_days: int, origin: str | None = None
) -> Item:
    """Convert an event to an item; its `user_id`, if any, must already be a hash.

    `origin`: id of the import that stores the event.
    """
    item = _item_of(tenant, event, shards, retention_days)
    if origin is not None:
        item[ORIGIN] = {"S": origin}
    return item


def _item_of(tenant: str, event: Event, shards: int, retention_days: int) -> Item:
    if isinstance(event, Coverage | Annotation):
        return _span_item(tenant, event, retention_days)
    user = event.user_id if isinstance(event, OF_PEOPLE) else None
    shard = table_keys.shard_of(user or event.event_id, shards)
    occurred_at = event.occurred_at
    item: Item = {
        "pk": {"S": table_keys.event_partition(tenant, occurred_at.date(), shard)},
        "sk": {"S": table_keys.event_sort(user, occurred_at, event.event_id)},
        "ttl": {"N": _ttl(occurred_at, retention_days)},
    }
    match event:
        case Engagement():
            _add_engagement(item, event)
        case Conversion():
            item |= {"k": {"S": "c"}, "l": {"S": event.goal}}
            _add_money(item, event.value)
            _add_count(item, event.count)
            if event.refund:
                item["f"] = {"BOOL": True}
            _add_texts(item, o=event.content_id, x=event.region)
        case Cost():
            item |= {"k": {"S": "o"}, "c": {"S": event.channel}}
            _add_money(item, event.amount)
            if event.paid is not None:
                item["p"] = {"BOOL": event.paid}
            if event.campaign_id is not None:
                item["g"] = {"S": event.campaign_id}
            if event.period_days != 1:
                item["d"] = {"N": str(event.period_days)}
        case Audience():
            item |= {"k": {"S": "a"}, "c": {"S": event.channel}, "z": {"N": str(event.size)}}
        case Control():
            item |= {"k": {"S": "t"}, "u": {"S": event.name}, "m": {"S": repr(event.value)}}
    return item


def _span_item(tenant: str, span: Coverage | Annotation, retention_days: int) -> Item:
    """Convert a span to an item that expires with the span's last day."""
    item: Item = {
        "pk": {"S": table_keys.spans_partition(tenant)},
        "sk": {"S": span.event_id},
        "j": {"S": span.first.isoformat()},
        "e": {"S": span.last.isoformat()},
        "ttl": {"N": _ttl(start_of_day(span.last), retention_days)},
    }
    if span.occurred_at != start_of_day(span.first):
        item["t"] = {"S": span.occurred_at.isoformat()}
    match span:
        case Coverage():
            item["k"] = {"S": "v"}
            _add_texts(item, c=span.channel, y=span.type, l=span.goal, r=span.parents)
            if span.paid is not None:
                item["p"] = {"BOOL": span.paid}
        case Annotation():
            item |= {"k": {"S": "n"}, "u": {"S": span.name}, "a": {"S": span.category}}
    return item


@lru_cache(maxsize=4096)
def _ttl(occurred_at: dt.datetime, retention_days: int) -> str:
    """Return the expiry of an item; cached, because the events of a report share few instants."""
    second = occurred_at.replace(microsecond=0)  # a float would round 0.999999 s up in far years
    return str(int(second.timestamp()) + (retention_days + TTL_MARGIN_DAYS) * SECONDS_PER_DAY)


def _add_engagement(item: Item, event: Engagement) -> None:
    item |= {"k": {"S": "e"}, "c": {"S": event.channel}, "y": {"S": event.type}}
    _add_money(item, event.cost)
    _add_count(item, event.count)
    if event.paid:
        item["p"] = {"BOOL": True}
    _add_texts(
        item,
        g=event.campaign_id,
        o=event.content_id,
        r=event.parent_event_id,
        b=event.about,
        x=event.region,
    )
    # As text: DynamoDB's numbers are at least 1e-130, floats can be smaller.
    if event.rating is not None:
        item["s"] = {"S": repr(event.rating)}
    if event.sentiment is not None:
        item["m"] = {"S": repr(event.sentiment)}
    if event.sentiment_checked is not None:
        item["h"] = {"S": repr(event.sentiment_checked)}
    if event.reach is not None:
        item["z"] = {"N": str(event.reach)}
    if event.lifetime:
        item["i"] = {"BOOL": True}
    if not event.consent:
        item["q"] = {"BOOL": False}


def _add_texts(item: Item, **texts: str | None) -> None:
    for name, text in texts.items():
        if text is not None:
            item[name] = {"S": text}


def _add_money(item: Item, money: Money | None) -> None:
    if money is not None:
        item["v"] = {"N": format(money.amount, "f")}
        item["w"] = {"S": money.currency}


def _add_count(item: Item, count: int) -> None:
    if count != 1:
        item["n"] = {"N": str(count)}


def to_event(item: Item, day: dt.date) -> Event:
    """Convert an item of a partition of `day` to an event."""
    user, occurred_at, event_id = table_keys.parse_event_sort(item["sk"]["S"], day)
    head: dict[str, Any] = {"event_id": event_id, "occurred_at": occurred_at}
    money = None
    if "v" in item:
        money = Money(amount=Decimal(item["v"]["N"]), currency=item["w"]["S"])
    count = int(item["n"]["N"]) if "n" in item else 1
    match item["k"]["S"]:
        case "e":
            return Engagement(
                kind="engagement",
                channel=item["c"]["S"],
                type=item["y"]["S"],
                paid="p" in item,
                count=count,
                user_id=user,
                cost=money,
                campaign_id=_text(item, "g"),
                content_id=_text(item, "o"),
                parent_event_id=_text(item, "r"),
                reach=int(item["z"]["N"]) if "z" in item else None,
                rating=_float(item, "s"),
                sentiment=_float(item, "m"),
                sentiment_checked=_float(item, "h"),
                consent="q" not in item,
                lifetime="i" in item,
                about=_text(item, "b"),
                region=_text(item, "x"),
                **head,
            )
        case "c":
            return Conversion(
                kind="conversion",
                goal=item["l"]["S"],
                value=money,
                count=count,
                user_id=user,
                refund="f" in item,
                content_id=_text(item, "o"),
                region=_text(item, "x"),
                **head,
            )
        case "o":
            if money is None:
                raise ValueError(f"the cost {event_id} has no amount")
            return Cost(
                kind="cost",
                channel=item["c"]["S"],
                amount=money,
                paid=item["p"]["BOOL"] if "p" in item else None,
                campaign_id=_text(item, "g"),
                period_days=int(item["d"]["N"]) if "d" in item else 1,
                **head,
            )
        case "a":
            return Audience(
                kind="audience", channel=item["c"]["S"], size=int(item["z"]["N"]), **head
            )
        case "t":
            return Control(kind="control", name=item["u"]["S"], value=float(item["m"]["S"]), **head)
        case unknown:
            raise ValueError(f"unknown kind of a stored event: {unknown!r}")


def to_span(item: Item) -> Coverage | Annotation:
    """Convert an item of the partition of spans to a coverage or an annotation."""
    about: dict[str, Any] = {
        "event_id": item["sk"]["S"],
        "from": item["j"]["S"],
        "to": item["e"]["S"],
    }
    if "t" in item:
        about["occurred_at"] = item["t"]["S"]
    match item["k"]["S"]:
        case "v":
            about |= {
                "kind": "coverage",
                "channel": _text(item, "c"),
                "type": _text(item, "y"),
                "paid": item["p"]["BOOL"] if "p" in item else None,
                "goal": _text(item, "l"),
                "parents": _text(item, "r"),
            }
            return Coverage.model_validate(about)
        case "n":
            named = {"name": item["u"]["S"], "category": item["a"]["S"]}
            return Annotation.model_validate(about | {"kind": "annotation"} | named)
        case unknown:
            raise ValueError(f"unknown kind of a stored span: {unknown!r}")


def without_reach(item: Item) -> Item:
    """Return the item of an event without the reach, from which a person could be recognised."""
    if item["k"]["S"] != "e":
        return item
    return {name: value for name, value in item.items() if name != "z"}


def origin_of(item: Item) -> str | None:
    """Return the id of the import that stored an event, or None."""
    return _text(item, ORIGIN)


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _float(item: Item, name: str) -> float | None:
    return float(item[name]["S"]) if name in item else None
