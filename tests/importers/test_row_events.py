"""The events of a row: ids, days, numbers, the cost and the sale."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.rows.row_dating import Span
from chalicelib.importers.rows.row_events import RowEvents
from chalicelib.importers.rows.row_sales import Sale
from tests.importers.row_plans import make_plan, make_subject, money

DAY = dt.date(2026, 6, 1)
MIDNIGHT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
ONE_DAY = Span(DAY, DAY, "2026-06-01", MIDNIGHT, DAY.toordinal())
TWO_DAYS = replace(ONE_DAY, last=DAY + dt.timedelta(days=1), is_longer=True)
LIKE, CLICK, VIEW = 0, 1, 2
"""Indexes of the metrics of `make_plan`."""


def of_day(
    *found: tuple[int, int],
    ordinal: int = 0,
    cost: str = "",
    extras: dict[str, float] | None = None,
    is_lifetime: bool = False,
    **subject: Any,
) -> list[RawEvent]:
    events = RowEvents(make_plan(), is_lifetime)
    amount = money(cost) if cost else None
    return events.of_day(make_subject(**subject), ONE_DAY, ordinal, found, amount, extras or {})


def of_days(*found: tuple[int, int], cost: str = "", ordinal: int = 0, **over: Any) -> Any:
    """Return id, day, type, count and cost of each event of a row of two days."""
    plan, subject = make_plan(**over.pop("plan", {})), make_subject(**over)
    amount = money(cost) if cost else None
    return [
        (
            event["event_id"],
            event["occurred_at"].day,
            event.get("type", event["kind"]),
            event.get("count", 0),
            event.get("cost", event.get("amount")),
        )
        for event in RowEvents(plan, False).of_days(subject, TWO_DAYS, ordinal, found, amount)
    ]


def of_sale(sale: Sale, ordinal: int = 0, **subject: Any) -> RawEvent:
    return RowEvents(make_plan(), False).of_sale(make_subject(**subject), ONE_DAY, ordinal, sale)


# --- one day ----------------------------------------------------------------------------------


def test_each_number_of_a_day_becomes_an_engagement() -> None:
    likes, clicks = of_day((LIKE, 5), (CLICK, 2), content="p1", user="u1")

    assert likes == {
        "kind": "engagement",
        "event_id": "xing:days:7:autumn:2026-06-01:like",
        "occurred_at": MIDNIGHT,
        "channel": "xing",
        "type": "like",
        "paid": False,
        "count": 5,
        "campaign_id": "autumn",
        "content_id": "p1",
        "user_id": "u1",
    }
    assert clicks["event_id"] == "xing:days:7:autumn:2026-06-01:paid-click"
    assert (clicks["type"], clicks["paid"], clicks["count"]) == ("click", True, 2)


def test_a_negative_number_counts_the_opposite() -> None:
    (event,) = of_day((LIKE, -3))

    assert (event["type"], event["count"]) == ("unlike", 3)
    assert event["event_id"] == "xing:days:7:autumn:2026-06-01:unlike"


def test_a_later_row_of_the_same_day_has_another_id() -> None:
    likes, spent = of_day((LIKE, 5), cost="9", ordinal=2)

    assert likes["event_id"] == "xing:days:7:autumn:2026-06-01:like:2"
    assert spent["event_id"] == "xing:days:7:autumn:2026-06-01:cost:2"


def test_the_id_of_a_running_total_contains_no_day() -> None:
    (event,) = of_day((LIKE, 5), is_lifetime=True)

    assert event["event_id"] == "xing:days:7:autumn::like"
    assert event["lifetime"] is True
    assert "lifetime" not in of_day((LIKE, 5))[0]


@pytest.mark.parametrize(
    ("found", "costs"),
    [
        ([(VIEW, 9), (CLICK, 2)], [None, "8.00"]),
        ([(CLICK, 2), (VIEW, 9)], ["8.00", None]),
        ([(LIKE, 5), (VIEW, 9)], [None, "8.00"]),
        ([(CLICK, 1), (CLICK, 2)], ["8.00", None]),
    ],
)
def test_clicks_else_impressions_get_the_cost(
    found: list[tuple[int, int]], costs: list[str | None]
) -> None:
    events = of_day(*found, cost="8.00")

    assert [event.get("cost") for event in events] == [one and money(one) for one in costs]


@pytest.mark.parametrize("found", [[], [(LIKE, 5)]])
def test_a_cost_without_clicks_and_impressions_is_a_separate_event(
    found: list[tuple[int, int]],
) -> None:
    *others, spent = of_day(*found, cost="8.00", paid=True)

    assert len(others) == len(found)
    assert all("cost" not in event for event in others)
    assert spent == {
        "kind": "cost",
        "event_id": "xing:days:7:autumn:2026-06-01:cost",
        "occurred_at": MIDNIGHT,
        "channel": "xing",
        "amount": money("8.00"),
        "paid": True,
        "campaign_id": "autumn",
    }


def test_a_day_without_a_cost_has_no_cost() -> None:
    assert [("cost" in event, event["kind"]) for event in of_day((CLICK, 2))] == [
        (False, "engagement")
    ]


def test_only_reviews_get_the_rating_and_all_engagements_the_sentiment() -> None:
    extras = {"rating": 4.0, "sentiment": 0.5}
    subject = make_subject()
    subject.bases.events[LIKE]["type"] = "review"

    review, click = RowEvents(make_plan(), False).of_day(
        subject, ONE_DAY, 0, [(LIKE, 1), (CLICK, 1)], None, extras
    )

    assert (review["rating"], review["sentiment"]) == (4.0, 0.5)
    assert (click.get("rating"), click["sentiment"]) == (None, 0.5)


# --- several days -----------------------------------------------------------------------------


def test_a_row_of_several_days_is_spread_with_paid_and_organic_apart() -> None:
    assert of_days((LIKE, 4), (CLICK, 6), (VIEW, 8)) == [
        ("xing:days:7:autumn:2026-06-01:like", 1, "like", 2, None),
        ("xing:days:7:autumn:2026-06-02:like", 2, "like", 2, None),
        ("xing:days-paid:7:autumn:2026-06-01:click", 1, "click", 3, None),
        ("xing:days-paid:7:autumn:2026-06-02:click", 2, "click", 3, None),
        ("xing:days-paid:7:autumn:2026-06-01:impression", 1, "impression", 4, None),
        ("xing:days-paid:7:autumn:2026-06-02:impression", 2, "impression", 4, None),
    ]


def test_numbers_of_one_type_are_added_up_before_they_are_spread() -> None:
    assert of_days((LIKE, 1), (LIKE, 5), (LIKE, -4), (LIKE, -2)) == [
        ("xing:days:7:autumn:2026-06-01:like", 1, "like", 3, None),
        ("xing:days:7:autumn:2026-06-02:like", 2, "like", 3, None),
        ("xing:days:7:autumn:2026-06-01:unlike", 1, "unlike", 3, None),
        ("xing:days:7:autumn:2026-06-02:unlike", 2, "unlike", 3, None),
    ]


def test_paid_numbers_of_a_paid_report_have_its_name() -> None:
    assert [one[0] for one in of_days((CLICK, 2), paid=True, plan={"paid": True})] == [
        "xing:days:7:autumn:2026-06-01:click",
        "xing:days:7:autumn:2026-06-02:click",
    ]


def test_the_cost_of_several_days_is_spread_over_the_paid_clicks() -> None:
    costs = [(one[2], one[4]) for one in of_days((LIKE, 4), (CLICK, 6), cost="9.00", paid=True)]

    half = money("4.50")
    assert costs == [("like", None), ("like", None), ("click", half), ("click", half)]


def test_a_cost_of_several_days_without_paid_clicks_is_a_separate_event() -> None:
    assert of_days((LIKE, 4), cost="9.00", paid=True)[2:] == [
        ("xing:days-paid:7:autumn:2026-06-01:cost", 1, "cost", 0, money("9.00"))
    ]
    assert of_days(cost="9.00", ordinal=3) == [
        ("xing:days:7:autumn:2026-06-01:cost:3", 1, "cost", 0, money("9.00"))
    ]


def test_spread_events_name_their_campaign_and_post() -> None:
    subject = make_subject(content="p1")
    (first, second) = RowEvents(make_plan(), False).of_days(subject, TWO_DAYS, 0, [(LIKE, 4)], None)

    for event in (first, second):
        assert (event["campaign_id"], event["content_id"]) == ("autumn", "p1")


# --- sales and audiences ----------------------------------------------------------------------


def test_a_sale_is_a_conversion_of_the_goal() -> None:
    assert of_sale(Sale(3, money("90.00"))) == {
        "kind": "conversion",
        "event_id": "xing:days:7:autumn:2026-06-01:purchase",
        "occurred_at": MIDNIGHT,
        "goal": "purchase",
        "count": 3,
        "value": money("90.00"),
    }


def test_a_sale_without_a_value_and_a_later_sale_of_the_day() -> None:
    event = of_sale(Sale(3, None), ordinal=1)

    assert event["event_id"] == "xing:days:7:autumn:2026-06-01:purchase:1"
    assert "value" not in event
    assert "refund" not in event


def test_a_refunded_amount_is_apart_from_its_sale_and_a_reversed_sale_replaces_it() -> None:
    sale = of_sale(Sale(1, money("90.00")))
    refunded = of_sale(Sale(1, money("20.00"), is_refund=True))
    reversed_sale = of_sale(Sale(1, None, is_refund=True))

    assert refunded["event_id"] == "xing:days:7:autumn:2026-06-01:purchase-refund"
    assert (refunded["refund"], refunded["goal"]) == (True, "purchase")
    assert reversed_sale["event_id"] == sale["event_id"]
    assert reversed_sale["refund"] is True


@pytest.mark.parametrize(
    ("user", "consents", "named"), [("u1", True, "u1"), ("u1", False, None), ("", True, None)]
)
def test_a_sale_names_a_person_only_with_consent(
    user: str, consents: bool, named: str | None
) -> None:
    assert of_sale(Sale(1, None), user=user, consents=consents).get("user_id") == named


@pytest.mark.parametrize(
    ("numbers_audiences", "ordinal", "end"),
    [(True, 0, ""), (True, 2, ":2"), (False, 2, "")],
)
def test_an_audience_is_the_size_on_a_day(numbers_audiences: bool, ordinal: int, end: str) -> None:
    events = RowEvents(make_plan(numbers_audiences=numbers_audiences), False)

    assert events.of_audience(make_subject(), ONE_DAY, ordinal, 120) == {
        "kind": "audience",
        "event_id": f"xing:days:7:autumn:2026-06-01:audience{end}",
        "occurred_at": MIDNIGHT,
        "channel": "xing",
        "size": 120,
    }
