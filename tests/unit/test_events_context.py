"""Validation of coverage, annotations, controls and related fields."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.events import (
    Annotation,
    Control,
    Coverage,
    Engagement,
    EventRejected,
    parse_event,
)
from tests.factories import (
    make_annotation,
    make_control,
    make_conversion,
    make_coverage,
    make_event,
)


def errors_of(raw: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(EventRejected) as rejected:
        parse_event(raw)
    return [(error.pointer, error.code) for error in rejected.value.errors]


def test_coverage_has_the_time_of_its_first_day() -> None:
    event = parse_event(make_coverage(type="like", paid=False))
    assert isinstance(event, Coverage)
    assert event.occurred_at == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert (event.first, event.last) == (dt.date(2026, 3, 1), dt.date(2026, 3, 15))


def test_a_sender_may_give_the_time_of_a_span() -> None:
    event = parse_event(make_annotation(occurred_at="2026-03-08T09:00:00+01:00"))
    assert isinstance(event, Annotation)
    assert event.occurred_at == dt.datetime(2026, 3, 8, 8, tzinfo=dt.UTC)


def test_a_coverage_of_a_goal_has_no_channel() -> None:
    event = parse_event(make_coverage(channel=None, goal="purchase"))
    assert isinstance(event, Coverage)
    assert (event.channel, event.goal) == (None, "purchase")


@pytest.mark.parametrize(
    "over",
    [{"channel": None}, {"goal": "purchase"}, {"channel": None, "goal": "lead", "type": "like"}],
    ids=["neither", "both", "a type of a goal"],
)
def test_a_coverage_has_exactly_one_source(over: dict[str, Any]) -> None:
    assert errors_of(make_coverage(**over)) == [("", "one_source")]


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"last": "2026-02-28"}, ("/to", "ends_before_start")),
        ({"first": "2016-01-01"}, ("/to", "out_of_range")),
        ({"first": "1.3.2026"}, ("/from", "invalid_format")),
        ({"first": "1960-01-01"}, ("/from", "out_of_range")),
        ({"last": None}, ("/to", "missing_field")),
        ({"occurred_at": "2026-03-01"}, ("/occurred_at", "invalid_time")),
        ({"count": 3}, ("/count", "unknown_field")),
    ],
)
def test_span_with_an_invalid_field_is_rejected_at_that_field(
    over: dict[str, Any], error: tuple[str, str]
) -> None:
    assert errors_of(make_coverage(**over)) == [error]
    assert errors_of(make_annotation(**over)) == [error]


def test_longest_span_is_ten_years() -> None:
    days = {"first": "2016-03-07", "last": str(dt.date(2016, 3, 7) + dt.timedelta(days=3_659))}
    parse_event(make_coverage(**days))
    days["first"] = "2016-03-06"
    assert errors_of(make_coverage(**days)) == [("/to", "out_of_range")]


def test_annotation_category_must_be_in_the_list() -> None:
    assert errors_of(make_annotation(category="party")) == [("/category", "unknown_value")]
    event = parse_event(make_annotation(category=None))
    assert isinstance(event, Annotation)
    assert event.category == "other"


@pytest.mark.parametrize(
    ("value", "code"),
    [(float("nan"), "out_of_range"), (float("inf"), "out_of_range"), (True, "wrong_type")],
)
def test_control_must_be_a_finite_number(value: Any, code: str) -> None:
    assert errors_of(make_control(value=value)) == [("/value", code)]


def test_a_control_may_be_a_whole_or_negative_number() -> None:
    event = parse_event(make_control(value=-3))
    assert isinstance(event, Control)
    assert event.value == -3.0


def test_reply_must_name_its_parent() -> None:
    assert errors_of(make_event(type="reply")) == [("", "reply_without_parent")]
    parse_event(make_event(type="reply", parent_event_id="e1"))


def test_only_texts_can_be_about_someone() -> None:
    assert errors_of(make_event(about="rival")) == [("", "about_without_text")]
    parse_event(make_event(type="mention", about="rival"))


@pytest.mark.parametrize("type_", ["share", "mention"])
def test_a_share_or_mention_can_have_reach(type_: str) -> None:
    event = parse_event(make_event(type=type_, reach=0))
    assert isinstance(event, Engagement)
    assert event.reach == 0
    assert errors_of(make_event(type=type_, reach=-1)) == [("/reach", "out_of_range")]
    assert errors_of(make_event(type=type_, reach=1.5)) == [("/reach", "wrong_type")]
    assert errors_of(make_event(type=type_, reach=True)) == [("/reach", "wrong_type")]


def test_only_a_single_share_or_mention_can_have_reach() -> None:
    assert errors_of(make_event(type="like", reach=3)) == [("", "reach_without_share")]
    assert errors_of(make_event(type="share", count=2, reach=3)) == [("", "reach_without_share")]


def test_a_coverage_can_declare_that_parents_of_shares_are_complete() -> None:
    for over in ({}, {"type": "share"}, {"type": "mention", "paid": False}):
        event = parse_event(make_coverage(parents="complete", **over))
        assert isinstance(event, Coverage)
        assert event.parents == "complete"
    plain = parse_event(make_coverage())
    assert isinstance(plain, Coverage)
    assert plain.parents is None


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"parents": "most"}, ("/parents", "unknown_value")),
        ({"parents": True}, ("/parents", "unknown_value")),
        ({"parents": "complete", "type": "comment"}, ("", "parents_without_shares")),
        ({"parents": "complete", "channel": None, "goal": "purchase"}, ("", "one_source")),
        ({"parents": "complete", "channel": None}, ("", "one_source")),
    ],
)
def test_complete_parents_are_those_of_shares_in_a_channel(
    over: dict[str, Any], error: tuple[str, str]
) -> None:
    assert errors_of(make_coverage(**over)) == [error]


def test_a_checked_sentiment_has_the_range_of_a_sentiment() -> None:
    parse_event(make_event(sentiment_checked=-1.0))
    assert errors_of(make_event(sentiment_checked=1.1)) == [("/sentiment_checked", "out_of_range")]


@pytest.mark.parametrize("make", [make_event, make_conversion])
def test_a_region_is_a_short_text(make: Any) -> None:
    parse_event(make(region="DE-BY", content_id="p1"))
    assert errors_of(make(region="x" * 65)) == [("/region", "too_long")]
    assert errors_of(make(region="")) == [("/region", "too_short")]
