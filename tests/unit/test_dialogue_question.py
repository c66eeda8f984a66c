"""Ranges of a question, threads, and days without data."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.model.errors import InvalidFields
from chalicelib.model.events import Coverage, parse_event
from chalicelib.services.dialogue.checking_sample import allot
from chalicelib.services.dialogue.dialogue_question import (
    Asked,
    Prepared,
    Ranges,
    prepare,
    ranges_of,
)
from chalicelib.services.dialogue.stored_talk import ReadTalk
from chalicelib.services.dialogue.talk import Talk
from tests.factories import NOW, make_coverage, make_event

DAY = dt.date(2026, 3, 14)
_ONE = dt.timedelta(days=1)


def ranges(last_day: dt.date | None = DAY, zone: dt.tzinfo | None = None, **asked: Any) -> Ranges:
    return ranges_of(Asked(**asked), last_day=last_day, zone=zone, now=NOW)


def prepared(*raw: dict[str, Any], **asked: Any) -> Prepared:
    read = ReadTalk(Talk(), set())
    for one in raw:
        event = parse_event(one)
        if isinstance(event, Coverage):
            read.covered.append(event)
        else:
            read.talk.add(event)
            read.days.add(event.day)
    question = Asked(**({"start": DAY - 9 * _ONE, "end": DAY} | asked))
    return prepare(read, question, ranges_of(question, last_day=DAY, zone=None, now=NOW))


def comment(days_ago: int = 0, **over: Any) -> dict[str, Any]:
    return make_event(
        **{"type": "comment", "occurred_at": f"{DAY - days_ago * _ONE}T09:00:00Z"} | over
    )


def test_by_default_the_data_end_with_the_last_day_that_has_events() -> None:
    found = ranges()
    assert found.as_of == dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    assert (found.start, found.end) == (DAY - 27 * _ONE, DAY)


def test_the_data_do_not_end_in_the_future() -> None:
    assert ranges(last_day=NOW.date()).as_of == NOW


def test_the_range_before_is_as_long_and_just_before() -> None:
    found = ranges(start=DAY - 6 * _ONE, end=DAY)
    assert found.before == (DAY - 13 * _ONE, DAY - 7 * _ONE)


def test_another_range_before_can_be_chosen() -> None:
    year = dt.date(2025, 3, 1)
    assert ranges(before_start=year, before_end=year + 9 * _ONE).before[0] == year
    found = ranges(start=DAY - _ONE, end=DAY, before_end=DAY - 9 * _ONE)
    assert found.before == (DAY - 10 * _ONE, DAY - 9 * _ONE)


def test_days_are_those_of_the_time_zone() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    found = ranges(zone=zone, start=DAY, end=DAY)
    assert found.midnight(DAY) == dt.datetime(2026, 3, 13, 11, tzinfo=dt.UTC)
    assert found.utc_days()[1] == dt.date(2026, 3, 15)


@pytest.mark.parametrize(
    "asked",
    [
        {"start": DAY, "end": DAY - _ONE},
        {"start": DAY - 1_200 * _ONE, "end": DAY},
        {"start": DAY, "end": DAY, "before_start": DAY - _ONE, "before_end": DAY},
    ],
)
def test_invalid_ranges_are_rejected(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields):
        ranges(**asked)


# --- columns ------------------------------------------------------------------------------------


def threads_of(*raw: dict[str, Any]) -> int:
    return len(set(prepared(*raw).question["columns"]["thread"]))


def test_a_thread_is_a_content_of_a_channel_or_else_a_day() -> None:
    assert threads_of(comment(content_id="a"), comment(2, content_id="a")) == 1
    assert threads_of(comment(content_id="a"), comment(content_id="b")) == 2
    assert threads_of(comment(content_id="a"), comment(content_id="a", channel="xing")) == 2
    assert threads_of(comment(), comment(), comment(2)) == 2


def test_reviews_of_products_are_threads_and_those_of_the_business_are_not() -> None:
    of_business = [comment(n, type="review", content_id="shop") for n in (0, 0, 1, 2)]
    assert threads_of(*of_business) == 3
    assert threads_of(*of_business, comment(type="review", content_id="lamp")) == 2


def test_stars_are_rounded_before_they_are_classed() -> None:
    reviews = [comment(type="review", rating=rating) for rating in (2.2, 2.3)]
    plain = prepared(*reviews).question["columns"]["rating"]
    assert sorted(filter(None, plain)) == [2.2, 2.3]
    rounded = prepared(*reviews, rounding=0.5).question["columns"]["rating"]
    assert sorted(filter(None, rounded)) == [2.0, 2.5]


def known(*raw: dict[str, Any]) -> list[bool]:
    """Whether each of the last five days has data."""
    return prepared(*raw).question["known_days"][-5:]


def test_days_between_the_first_message_and_the_last_event_have_data() -> None:
    assert known(comment(3), comment(1)) == [False, True, True, True, False]
    assert known(comment(3), make_event()) == [False, True, True, True, True]


def test_a_day_outside_of_declared_coverage_has_no_data() -> None:
    covered = [
        make_coverage(channel="facebook", type="comment", first=str(DAY - a * _ONE), last=str(last))
        for a, last in ((4, DAY - 3 * _ONE), (1, DAY))
    ]
    messages = [comment(4), comment(0), *covered]
    assert known(*messages) == [True, True, False, True, True]
    assert known(*messages, comment(2)) == [True, True, True, True, True]


def test_the_coverage_of_a_small_source_does_not_matter() -> None:
    large = [comment(n, channel="xing") for n in range(5) for _ in range(4)]
    gap = make_coverage(channel="facebook", first=str(DAY), last=str(DAY))
    assert known(*large, comment(4), gap) == [True] * 5


def test_messages_after_as_of_and_of_other_channels_are_left_out() -> None:
    noon = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    late = comment(occurred_at=f"{DAY}T15:00:00Z")
    other = comment(channel="xing")
    found = prepared(comment(), late, other, as_of=noon, channel="facebook")
    assert len(found.messages) == 1


def test_a_channel_without_replies_is_silent_only_if_others_reply() -> None:
    reply = comment(type="reply", parent_event_id="c1")
    alone = prepared(comment(event_id="c1")).question
    assert (alone["has_replies"], alone["silent_channels"]) == (False, [])
    both = prepared(comment(event_id="c1"), reply, comment(channel="xing")).question
    assert (both["has_replies"], both["silent_channels"]) == (True, [1])


# --- the sample ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "available", "expected"),
    [
        (60, [100, 100, 100], [20, 20, 20]),
        (60, [10, 800, 190], [10, 34, 16]),
        (60, [0, 0, 0], [0, 0, 0]),
        (60, [5, 5, 5], [5, 5, 5]),
        (1, [1, 1, 1], [1, 0, 0]),
    ],
)
def test_half_of_a_sample_is_in_equal_parts_and_half_in_proportion(
    size: int, available: list[int], expected: list[int]
) -> None:
    assert allot(size, available) == expected
