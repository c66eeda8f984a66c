"""Events that are parsed at once are, whatever they hold, those that are parsed one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.events import (
    Conversion,
    Engagement,
    Event,
    EventRefused,
    parse_event,
    parse_events,
    parse_json_events,
    with_user,
)
from chalicelib.model.events.casting import Moulds
from chalicelib.model.events.casting_json import JsonMoulds
from chalicelib.model.money import Money

NOON = dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC)
ABSENT: Any = object()


class Text(str):
    """Text that is not quite."""


FIELDS: dict[str, list[Any]] = {
    "kind": ["engagement"] * 9 + ["conversion", "gossip", None],
    "event_id": [
        "a",
        "b:1",
        "x" * 128,
        "x" * 129,
        "",
        "a\nb",
        "a\n",
        "\n",
        "ä",
        7,
        None,
        Text("t"),
    ],
    "occurred_at": [
        NOON,
        NOON + dt.timedelta(days=1),
        NOON.replace(tzinfo=None),
        NOON.astimezone(dt.timezone(dt.timedelta(hours=2))),
        "2026-03-14T12:00:00Z",
        "2026-03-14T12:00:00.250Z",
        "2026-03-14T12:00:00.250001Z",
        "2026-03-14T12:00:00.25z",
        "2026-03-14T14:00:00+02:00",
        "2026-02-30T12:00:00Z",
        "2026-03-14T12:00:00.0001Z\n",
        "2026-W11-6T12:00:00Z",
        "noon",
        0,
        None,
    ],
    "channel": ["xing", "facebook", "Xing", "", 1, None, ["xing"], Text("xing")],
    "type": ["click", "review", "like", "reply", "mention", "gaze", None, {}],
    "paid": [True, False, 1, 0, 1.0, "true", None],
    "count": [1, 2, 10**12, 10**12 + 1, 0, -1, True, 1.0, "1", None, Decimal(1)],
    "campaign_id": ["c", "x" * 128, "x" * 129, "", "\ud800", "ü", 3, None],
    "content_id": ["p", "", "x" * 129, 4, None],
    "cost": [
        Money(amount=Decimal("1.5"), currency="EUR"),
        {"amount": "1.5", "currency": "EUR"},
        {"amount": "-1", "currency": "EUR"},
        {"amount": Decimal("1.5"), "currency": "EUR"},
        {"amount": True, "currency": "EUR"},
        {"amount": "1.5", "currency": "Eur"},
        {"amount": "1.5", "currency": "EUR", "note": ""},
        {"amount": "1.5"},
        ["amount", "currency"],
        "1.5",
        None,
    ],
    "rating": [1.0, 5.0, 5.1, 0.9, float("nan"), 3, True, "5", None],
    "sentiment": [0.5, -1.0, 1.5, -1.5, float("nan"), 1, "0", None],
    "user_id": ["u", "x" * 256, "x" * 257, "", " ", "\u00fc", "\ud800", 7, None, Text("t")],
    "consent": [True, False, None],
    "parent_event_id": ["p", "?", None],
    "sentiment_checked": [-0.5, 2.0, None],
    "lifetime": [True, False, 1, None],
    "about": ["rival", "Rival", None],
    "region": ["DE-BY", "x" * 65, "", None],
    "goal": ["purchase", "lead", "Lead", "", None, 1, ["lead"]],
    "value": [
        Money(amount=Decimal(3), currency="EUR"),
        {"amount": "3", "currency": "EUR"},
        {"amount": "3"},
        3,
        None,
    ],
    "refund": [True, False, 1, None],
    "nonsense": [1],
}
OF_EVERY = ("kind", "event_id", "occurred_at", "count")
OF_CONVERSIONS = (*OF_EVERY, "goal", "value", "refund", "user_id")
NEEDED = ("kind", "event_id", "occurred_at", "channel", "type", "paid", "count", "goal")
GOOD = {"kind": "engagement", "occurred_at": NOON, "channel": "xing", "paid": True, "count": 2}


SOLD = {"kind": "conversion", "occurred_at": NOON, "goal": "lead", "count": 2}


@st.composite
def data(draw: st.DrawFn) -> Any:
    """Mostly good; now and then with fields that are missing, wrong, or none of an engagement."""
    is_sale = draw(st.booleans())
    raw: dict[str, Any] = {}
    for name, values in FIELDS.items():
        if draw(st.integers(0, 30)) and (name not in OF_CONVERSIONS if is_sale else name == "goal"):
            continue  # now and then a field of the other kind
        is_odd = draw(st.integers(0, 11)) == 0
        if name in NEEDED:
            if not is_odd:
                raw[name] = values[0] if draw(st.booleans()) else values[1]
                if name == "kind" and is_sale:
                    raw[name] = "conversion"
            elif draw(st.booleans()):
                raw[name] = draw(st.sampled_from(values))
        elif is_odd:
            raw[name] = draw(st.sampled_from(values))
    return raw if draw(st.integers(0, 40)) else draw(st.sampled_from([None, 1, "text", [], {}]))


def judged(raw: Any) -> Event | EventRefused:
    try:
        return parse_event(raw)
    except EventRefused as refused:
        return refused


def told(parsed: list[Event | EventRefused]) -> list[str]:
    """Everything there is to see, of refusals, too; `repr` tells 1 from True."""
    return [repr(getattr(one, "errors", one)) for one in parsed]


AT_ONCE = (parse_events, parse_json_events)


@settings(max_examples=600, deadline=None)
@given(st.lists(data(), max_size=8))
def test_events_at_once_are_those_one_by_one(raws: list[Any]) -> None:
    for batch in (raws, *([raw] for raw in raws)):
        alone = [judged(raw) for raw in batch]
        for parse in AT_ONCE:
            at_once = parse(batch)
            assert told(at_once) == told(alone)
            for one, other in zip(at_once, alone, strict=True):
                assert one == other or isinstance(other, EventRefused)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in FIELDS.items() for value in values]
)
@pytest.mark.parametrize(
    "good",
    [GOOD | {"type": "click"}, GOOD | {"type": "review"}, GOOD | {"type": "mention"}, SOLD],
    ids=["click", "review", "mention", "lead"],
)
def test_one_odd_value_is_judged_as_alone(good: dict[str, Any], name: str, value: Any) -> None:
    plain = [good | {"event_id": f"n{number}"} for number in range(3)]
    odd = good | {"event_id": "odd", name: value}
    for parse in AT_ONCE:
        parse(plain)  # so that there is a mould
        for batch in ([*plain, odd], [odd, *plain], [odd]):
            assert told(parse(batch)) == told([judged(raw) for raw in batch])


def test_what_was_seen_before_is_cast_and_is_like_any_other_event() -> None:
    moulds = Moulds()
    raw = GOOD | {"type": "click", "event_id": "first", "campaign_id": "c"}
    assert moulds.cast([raw]) == [None]
    moulds.learn(raw, parse_event(raw))
    again = GOOD | {"type": "click", "event_id": "second"}
    (event,) = moulds.cast([again])
    assert event is not None
    assert event == parse_event(again)
    assert event.campaign_id is None
    assert event.model_dump() == parse_event(again).model_dump()
    assert event.model_copy(update={"user_id": "u"}).user_id == "u"
    assert hash(event) == hash(parse_event(again))


def test_a_lifetime_count_is_cast_too() -> None:
    moulds = Moulds()
    raw = GOOD | {"type": "like", "event_id": "first", "lifetime": True}
    moulds.learn(raw, parse_event(raw))
    plain = GOOD | {"type": "like", "event_id": "second"}
    assert moulds.cast([raw, plain]) == [parse_event(raw), parse_event(plain)]
    assert moulds.cast([raw | {"lifetime": 1}]) == [None]


def test_replies_are_left_to_the_models_because_they_need_a_parent() -> None:
    reply = LIKED | {"type": "reply", "parent_event_id": "p"}
    moulds = JsonMoulds()
    moulds.learn(reply, parse_event(reply))
    assert moulds.cast([LIKED | {"type": "reply"}]) == [None]


def test_a_conversion_is_cast_too() -> None:
    moulds = Moulds()
    raw = SOLD | {"event_id": "first", "value": FIELDS["value"][0]}
    moulds.learn(raw, parse_event(raw))
    assert moulds.cast([raw]) == [parse_event(raw)]
    assert moulds.cast([SOLD | {"event_id": "second"}]) == [
        parse_event(SOLD | {"event_id": "second"})
    ]
    assert moulds.cast([raw | {"refund": True}]) == [None]
    moulds.learn(raw | {"goal": "x", "refund": True}, parse_event(raw | {"refund": True}))
    assert moulds.cast([raw | {"goal": "x"}]) == [None]


def test_a_sort_of_people_or_without_consent_is_no_mould() -> None:
    for name, value in (("user_id", "u"), ("consent", False), ("parent_event_id", "p")):
        moulds = Moulds()
        raw = GOOD | {"type": "click", "event_id": "first", "count": 1, name: value}
        moulds.learn(raw, parse_event(raw))
        assert moulds.cast([GOOD | {"type": "click", "event_id": "second"}]) == [None]


# --- of people, in JSON --------------------------------------------------------------------------

LIKED = {
    "kind": "engagement",
    "event_id": "first",
    "occurred_at": "2026-03-14T12:00:00Z",
    "channel": "xing",
    "type": "like",
}
BOUGHT = {
    "kind": "conversion",
    "event_id": "first",
    "occurred_at": "2026-03-14T12:00:00Z",
    "goal": "purchase",
}
MORE: list[dict[str, Any]] = [
    LIKED,
    LIKED | {"user_id": "u", "content_id": "p", "campaign_id": "c"},
    LIKED | {"user_id": "u", "paid": True, "consent": False, "count": 1},
    LIKED | {"count": 7, "cost": {"amount": "1.5", "currency": "EUR"}},
    BOUGHT,
    BOUGHT | {"user_id": "u", "value": {"amount": 3, "currency": "EUR"}},
    BOUGHT | {"count": 2},
]
LEFT_TO_PYDANTIC: list[dict[str, Any]] = [
    LIKED | {"user_id": "u", "count": 2},
    LIKED | {"user_id": None},
    LIKED | {"rating": Decimal(4)},
    LIKED | {"kind": "conversion"},
    BOUGHT | {"kind": "engagement"},
    BOUGHT | {"refund": True},
    BOUGHT | {"value": {"amount": 3, "currency": "EUR", "tax": 1}},
    LIKED | {"type": "reply"},
    BOUGHT | {"region": "DE-BY"},
]


def json_moulds() -> JsonMoulds:
    moulds = JsonMoulds()
    assert moulds.cast([LIKED, BOUGHT]) == [None, None]
    odd = LIKED | {"user_id": "v", "consent": False, "content_id": "x", "paid": True}
    moulds.learn(odd, parse_event(odd))
    moulds.learn(BOUGHT, parse_event(BOUGHT | {"user_id": "v", "refund": True}))
    return moulds


@pytest.mark.parametrize("raw", MORE)
def test_usual_events_of_people_are_cast(raw: dict[str, Any]) -> None:
    (event,) = json_moulds().cast([raw])
    assert event == parse_event(raw)
    assert repr(event) == repr(parse_event(raw))
    assert event is not None
    assert event.model_dump_json() == parse_event(raw).model_dump_json()


@pytest.mark.parametrize("raw", LEFT_TO_PYDANTIC)
def test_unusual_ones_are_left_to_pydantic(raw: dict[str, Any]) -> None:
    assert json_moulds().cast([raw]) == [None]


@pytest.mark.parametrize("raw", [LIKED, BOUGHT])
def test_an_event_with_another_person_is_the_same_otherwise(raw: dict[str, Any]) -> None:
    event = parse_event(raw | {"user_id": "u"})
    assert isinstance(event, Engagement | Conversion)
    hashed = with_user(event, "h")
    assert hashed == event.model_copy(update={"user_id": "h"})
    assert with_user(hashed, "u") == event
    assert event.user_id == "u"
