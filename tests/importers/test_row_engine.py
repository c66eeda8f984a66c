"""The outcome of a row: what it needs, what it changes, and why it is rejected or skipped."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.importers.outcomes import Imported, Skipped
from chalicelib.importers.rows.row_engine import NO_NUMBERS, RowEngine
from chalicelib.importers.rows.row_plan import Cells, Metric, NumberColumn, SaleColumns
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.event_identity import Ordinals
from tests.importers.row_plans import (
    CLICKS,
    LIKES,
    VIEWS,
    Campaigns,
    cells,
    make_dating,
    make_engine,
    make_plan,
    money,
    rejection_of,
)

MONEY = NumberColumn(5, "Money")
LIKES_ALONE = Metric("likes", 2, "Likes", "like")
SKIPPING = (
    Metric("likes", 2, "Likes", "like", skips_negative=True),
    Metric("clicks", 3, "Clicks", "click", skips_negative=True),
)
EACH_ROW = SaleColumns(each_row=True)


def imported(engine: RowEngine, *rows: Cells) -> list[dict[str, Any]]:
    """Return the events of rows, which must be imported."""
    outcomes = [engine.convert(number, row) for number, row in enumerate(rows, start=2)]
    assert all(type(one) is Imported for one in outcomes), outcomes
    return [event for one in outcomes if isinstance(one, Imported) for event in one.events]


def rejected(engine: RowEngine, **row: str) -> tuple[str, str]:
    """Return code and message of the rejection of a row."""
    return rejection_of(lambda: engine.convert(2, cells(**row)))


def days(engine: RowEngine) -> list[int]:
    """Return the covered days of June."""
    return sorted(dt.date.fromordinal(day).day for day in engine.days)


# --- counts -----------------------------------------------------------------------------------


def test_a_row_becomes_an_event_for_each_number() -> None:
    engine = make_engine()

    outcome = engine.convert(7, cells(likes="5", clicks="", views="1,250"))

    assert isinstance(outcome, Imported)
    assert (outcome.row, outcome.part, outcome.claim) == (7, 0, None)
    assert [(one["type"], one["count"]) for one in outcome.events] == [
        ("like", 5),
        ("impression", 1250),
    ]


def test_a_net_number_may_be_negative_and_others_are_rejected_with_their_column() -> None:
    engine = make_engine()

    (event,) = imported(engine, cells(likes="-5"))

    assert (event["type"], event["count"]) == ("unlike", 5)
    assert rejected(engine, clicks="-5") == ("negative", "Clicks: below zero")
    assert rejected(engine, likes="5", views="1.5") == ("not_whole", "Views: not a whole number")


def test_a_number_counts_only_if_its_condition_is_met() -> None:
    of_autumn = Metric("l", 2, "Likes", "like", applies=lambda cells: cells[0] == "autumn")
    engine = make_engine(plan=make_plan(metrics=(of_autumn, CLICKS)))

    assert [e["type"] for e in imported(engine, cells(likes="5", clicks="1"))] == ["like", "click"]
    spring = imported(engine, cells(campaign="spring", likes="-5", clicks="1"))
    assert [e["type"] for e in spring] == ["click"]


def test_the_first_column_may_be_a_number() -> None:
    plan = make_plan(metrics=(Metric("l", 0, "Likes", "like"),))
    totals = TotalsRows(names=(), dates=(1,), numbers=(0,))
    engine = make_engine(plan=plan, totals=totals, are_named=False)

    (event,) = imported(engine, ("8", "2026-06-01"))

    assert (event["type"], event["count"]) == ("like", 8)


def test_numbers_of_one_type_and_the_row_itself_are_added_up() -> None:
    metrics = (LIKES_ALONE, Metric("b", 3, "B", "like"), Metric("", -1, "", "like"), VIEWS)
    engine = make_engine(plan=make_plan(metrics=metrics, adds_up=True))

    assert [(e["type"], e["count"]) for e in imported(engine, cells(likes="5", clicks="2"))] == [
        ("like", 8)
    ]
    assert [(e["type"], e["count"]) for e in imported(engine, cells(views="5"))] == [
        ("impression", 5),
        ("like", 1),
    ]


def test_skipped_negative_numbers_are_noted_by_column_with_their_first_row() -> None:
    engine = make_engine(plan=make_plan(metrics=(*SKIPPING, VIEWS)))

    imported(
        engine,
        cells(likes="1", views="1"),
        cells(likes="-1", views="1"),
        cells(likes="-2", clicks="-7", views="1"),
        cells(likes="-3", views="1"),
    )

    assert engine.negative == {"Likes": (3, 3), "Clicks": (1, 4)}


def test_a_row_with_only_negative_numbers_is_rejected_and_not_noted() -> None:
    engine = make_engine(plan=make_plan(metrics=SKIPPING))

    assert rejected(engine, likes="0", clicks="-2") == ("negative", "Clicks: below zero")
    assert rejected(engine, likes="-1", clicks="-2") == ("negative", "Likes: below zero")
    assert engine.negative == {}


# --- costs and claims -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "currency"), [({"money": "12.50"}, "EUR"), ({"money": "$12.50"}, "AUD")]
)
def test_a_cost_is_in_the_currency_of_the_subject(row: dict[str, str], currency: str) -> None:
    engine = make_engine(plan=make_plan(cost=MONEY), currency=currency)

    (clicks,) = imported(engine, cells(clicks="2", **row))
    (spent,) = imported(engine, cells(day="2026-06-02", **row))

    assert clicks["cost"] == spent["amount"] == money("12.50", currency)


def test_the_first_column_may_be_the_cost() -> None:
    plan = make_plan(metrics=(CLICKS,), cost=NumberColumn(0, "Cost"))
    totals = TotalsRows(names=(), dates=(1,), numbers=plan.number_positions)

    (event,) = imported(
        make_engine(plan=plan, totals=totals, are_named=False), ("9", "2026-06-01", "", "2", "")
    )

    assert event["cost"] == money("9")


@pytest.mark.parametrize(
    ("columns", "row", "claim"),
    [
        ({"claimed_at": 2, "claimed_value_at": 5}, ("a", "3", "20"), ("3", "20")),
        ({"claimed_at": 2}, ("a", "3", "20"), ("3", "0")),
        ({"claimed_value_at": 5}, ("a", "3", "20"), ("0", "20")),
        ({"claimed_at": 0, "claimed_value_at": 5}, ("4", "3", "20"), ("4", "20")),
        ({"claimed_at": 2, "claimed_value_at": 0}, ("40", "3", "20"), ("3", "40")),
        ({"claimed_at": 0}, ("4", "3", "20"), ("4", "0")),
        ({"claimed_value_at": 0}, ("40", "3", "20"), ("0", "40")),
    ],
)
def test_claims_are_read_from_their_columns(
    columns: dict[str, int], row: tuple[str, str, str], claim: tuple[str, str]
) -> None:
    engine = make_engine(plan=make_plan(metrics=(CLICKS,), **columns))

    first, likes, amount = row
    outcome = engine.convert(2, cells(campaign=first, likes=likes, clicks="1", money=amount))

    assert isinstance(outcome, Imported)
    assert outcome.claim is not None
    assert (str(outcome.claim.count), str(outcome.claim.value)) == claim
    assert engine.claimed.as_rows() == [
        {"count": claim[0], "value": claim[1], "currency": "EUR"},
    ]


@pytest.mark.parametrize("day", ["2026-06-01", "2026-06-01/2026-06-02"])
def test_the_outcome_of_a_row_has_its_claim_to_withdraw_it(day: str) -> None:
    engine = make_engine(plan=make_plan(claimed_at=5))

    outcome = engine.convert(2, cells(day=day, clicks="2", money="3"))
    assert isinstance(outcome, Imported)
    assert outcome.claim is not None
    engine.claimed.settle()
    engine.claimed.withdraw(outcome.claim)

    assert engine.claimed.as_rows() == []


def test_equal_claims_are_counted_row_by_row_without_those_of_rejected_rows() -> None:
    engine = make_engine(plan=make_plan(claimed_at=5, currency="GBP"), currency="")

    for day in ("2026-06-01", "2026-06-02", "2026-06-03"):
        imported(engine, cells(day=day, money="2"))
    assert rejected(engine, day="soon", money="2")[0] == "invalid_date"

    assert engine.claimed.as_rows() == [{"count": "6", "value": "0", "currency": "GBP"}]


# --- sales and audiences ----------------------------------------------------------------------


def test_a_row_may_have_a_sale_and_an_audience_beside_its_counts() -> None:
    plan = make_plan(
        metrics=(LIKES,),
        sales=SaleColumns(conversions=NumberColumn(3), value=MONEY),
        audience=NumberColumn(4, "Fans"),
    )
    engine = make_engine(plan=plan)

    like, sale, fans = imported(engine, cells(likes="5", clicks="2", views="70", money="9"))

    assert (like["kind"], like["count"]) == ("engagement", 5)
    assert (sale["kind"], sale["count"], sale["value"]) == ("conversion", 2, money("9"))
    assert (fans["kind"], fans["size"]) == ("audience", 70)
    assert imported(engine, cells(day="2026-06-02", views="0"))[0]["size"] == 0
    assert imported(engine, cells(day="2026-06-03", clicks="1"))[0]["kind"] == "conversion"
    assert engine.convert(5, cells(day="2026-06-04", views="-")) == Skipped(5, NO_NUMBERS)


def test_a_second_row_of_the_day_has_another_sale_and_another_audience() -> None:
    plan = make_plan(metrics=(), sales=EACH_ROW, audience=NumberColumn(4), numbers_audiences=True)

    ids = [one["event_id"] for one in imported(make_engine(plan=plan), *[cells(views="7")] * 2)]

    assert ids == [
        "xing:days:7:autumn:2026-06-01:purchase",
        "xing:days:7:autumn:2026-06-01:audience",
        "xing:days:7:autumn:2026-06-01:purchase:1",
        "xing:days:7:autumn:2026-06-01:audience:1",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [("Fans", "Fans: below zero"), ("", "the size of the audience is below zero")],
)
def test_a_negative_audience_is_rejected(name: str, message: str) -> None:
    engine = make_engine(plan=make_plan(metrics=(), audience=NumberColumn(4, name)))

    assert rejected(engine, views="-1") == ("negative", message)
    assert rejected(engine, views="many")[0] == "invalid_number"


def test_ratings_and_sentiments_are_numbers() -> None:
    review = Metric("", 2, "Reviews", "review")
    plan = make_plan(metrics=(review,), extras=(("rating", 3), ("sentiment", 4)))
    engine = make_engine(plan=plan)

    (event,) = imported(engine, cells(likes="1", clicks="4.5", views="-0.5"))
    (bare,) = imported(engine, cells(day="2026-06-02", likes="1"))

    assert (event["rating"], event["sentiment"]) == (4.5, -0.5)
    assert type(event["rating"]) is float
    assert not bare.keys() & {"rating", "sentiment"}
    assert rejected(engine, likes="1", clicks="good") == (
        "invalid_number",
        "rating: not a number with the decimal mark '.'",
    )


# --- days -------------------------------------------------------------------------------------


def test_counts_and_costs_of_several_days_are_spread() -> None:
    events = imported(make_engine(plan=make_plan(cost=MONEY)), cells(day=TWO_DAYS, likes="4"))

    assert [(e["occurred_at"].day, e["count"]) for e in events] == [(1, 2), (2, 2)]


TWO_DAYS = "2026-06-01/2026-06-02"
ONLY_COUNTS = ("aggregate_period", "only counts and costs can be spread over days")
OF_ONE_DAY = ("aggregate_period", "conversions and audiences cannot be spread over days")


@pytest.mark.parametrize(
    ("plan", "subject", "reason"),
    [
        ({"sales": EACH_ROW}, {}, ONLY_COUNTS),
        ({"audience": NumberColumn(4)}, {}, ONLY_COUNTS),
        ({}, {"user": "u1"}, ONLY_COUNTS),
        ({"needs_day": True}, {}, OF_ONE_DAY),
    ],
)
def test_sales_audiences_and_people_of_several_days_are_rejected(
    plan: dict[str, Any], subject: dict[str, Any], reason: tuple[str, str]
) -> None:
    engine = make_engine(plan=make_plan(metrics=(LIKES,), **plan), **subject)

    assert rejected(engine, day=TWO_DAYS, likes="4", views="70") == reason
    assert days(engine) == []
    assert imported(engine, cells(likes="4", views="70"))


def test_a_row_of_several_days_without_an_audience_is_spread_beside_an_audience_column() -> None:
    plan = make_plan(metrics=(LIKES,), audience=NumberColumn(4))

    events = imported(make_engine(plan=plan), cells(day=TWO_DAYS, likes="4"))

    assert [event["kind"] for event in events] == ["engagement"] * 2


def test_every_day_of_a_row_is_covered_also_if_a_shorter_row_begins_on_its_first_day() -> None:
    engine = make_engine()

    imported(engine, cells(likes="1"), cells(day="2026-06-01/2026-06-04", likes="9"))

    assert days(engine) == [1, 2, 3, 4]


def test_rows_of_zeros_cover_their_days_if_they_are_dated() -> None:
    engine = make_engine()

    assert engine.convert(2, cells(day=TWO_DAYS, likes="0")) == Skipped(2, NO_NUMBERS)
    assert engine.convert(3, cells(day="soon", likes="0")) == Skipped(3, NO_NUMBERS)

    assert days(engine) == [1, 2]


def test_rows_of_zeros_must_be_dated_where_every_row_is_of_one_day() -> None:
    engine = make_engine(plan=make_plan(needs_day=True))

    assert engine.convert(2, cells(likes="0")) == Skipped(2, NO_NUMBERS)
    assert rejected(engine, day="soon", likes="0") == ("invalid_date", "not a day")
    assert days(engine) == [1]


def test_rows_of_zeros_use_up_no_id() -> None:
    engine = make_engine(plan=make_plan(needs_day=True))
    engine.convert(2, cells(likes="0"))

    assert imported(engine, cells(likes="1"))[0]["event_id"].endswith(":like")


def test_rows_without_a_date_column_are_of_the_day_of_the_report() -> None:
    engine = make_engine(dating=make_dating("", is_dated=False))

    events = imported(engine, cells(likes="1"), cells(campaign="spring", likes="2"))

    assert {event["occurred_at"].date() for event in events} == {dt.date(2026, 6, 1)}


def test_running_totals_have_no_day_in_their_id() -> None:
    (event,) = imported(make_engine(dating=make_dating("posted")), cells(likes="1"))

    assert (event["event_id"], event["lifetime"]) == ("xing:days:7:autumn::like", True)


# --- repeated rows ----------------------------------------------------------------------------


def test_rows_of_one_subject_and_day_are_numbered() -> None:
    rows = [cells(likes="1"), cells(likes="2"), cells(day="2026-06-02", likes="4")]

    ids = [event["event_id"].rpartition("autumn:")[2] for event in imported(make_engine(), *rows)]

    assert ids == ["2026-06-01:like", "2026-06-01:like:1", "2026-06-02:like"]


def test_a_later_row_of_one_post_replaces_the_earlier_one() -> None:
    engine = make_engine(plan=make_plan(is_one_each=True))

    events = imported(engine, cells(likes="1"), cells(likes="2"))

    assert [one["event_id"] for one in events] == ["xing:days:7:autumn:2026-06-01:like"] * 2


def test_overlapping_periods_do_not_replace_each_other() -> None:
    rows = [cells(day=TWO_DAYS, likes="2"), cells(day="2026-06-02/2026-06-03", likes="4")]

    ids = {unit: _ids(unit, rows) for unit in ("from", "week")}

    assert ids["from"] == ["1:like", "2:like", "2:like:1", "3:like:1"]
    assert ids["week"] == ["1:like", "2:like", "2:like", "3:like"]


def _ids(unit: str, rows: list[Cells]) -> list[str]:
    engine = make_engine(dating=make_dating(unit))
    return [one["event_id"].rpartition("2026-06-0")[2] for one in imported(engine, *rows)]


def test_a_repeated_id_is_rejected_with_what_may_be_wrong() -> None:
    engine = make_engine(plan=make_plan(has_ids=True))
    events = imported(engine, cells(likes="1"), cells(campaign="spring", likes="1"))

    assert [event["event_id"] for event in events] == [
        "xing:days:7:autumn:2026-06-01:like",
        "xing:days:7:spring:2026-06-01:like",
    ]
    assert rejected(engine, day="2026-06-02", likes="2") == (
        "repeated_id",
        "an earlier row has the same event_id. If it identifies a post, product or other object "
        "of several rows, map it to content_id or campaign_id instead",
    )


def test_paid_and_unpaid_rows_may_have_one_id_but_each_only_once() -> None:
    plan, ordinals = make_plan(has_ids=True), Ordinals()
    engines = [make_engine(plan=plan, ordinals=ordinals, paid=paid) for paid in (False, True)]

    assert [len(imported(engine, cells(likes="1"))) for engine in engines] == [1, 1]
    assert [rejected(engine, likes="1")[0] for engine in engines] == ["repeated_id"] * 2


def test_a_sale_and_its_refund_may_have_one_id_but_each_only_once() -> None:
    sales = SaleColumns(value=MONEY, refund_if_negative=True)
    engine = make_engine(plan=make_plan(metrics=(), sales=sales, has_ids=True))

    events = imported(engine, cells(money="9"), cells(money="-2"))

    assert [event.get("refund", False) for event in events] == [False, True]
    assert rejected(engine, money="9")[0] == "repeated_id"
    assert rejected(engine, money="-2")[0] == "repeated_id"


def test_a_row_of_an_earlier_table_is_rejected_with_what_to_do() -> None:
    ordinals = Ordinals()
    imported(make_engine(ordinals=ordinals), cells(likes="1"))
    ordinals.begin_table()

    assert rejected(make_engine(ordinals=ordinals), likes="2") == (
        "told_twice",
        "an earlier table of the file has a row for the same object and day. Import two files if "
        "the later one is to replace the earlier one; otherwise merge the tables",
    )


# --- rows that are not data -------------------------------------------------------------------


def test_totals_rows_are_skipped() -> None:
    engine = make_engine()
    imported(engine, cells(likes="1"))

    assert engine.convert(3, cells(campaign="Total", day="", likes="1")) == Skipped(3, "totals row")
    assert days(engine) == [1]


def test_a_totals_row_with_its_label_in_the_date_column_is_skipped() -> None:
    engine = make_engine(totals=TotalsRows(names=(), dates=(1,), numbers=(2, 3, 4)))
    imported(engine, cells(campaign="", likes="1"))

    assert engine.convert(3, cells(campaign="", day="Total", likes="1")) == Skipped(3, "totals row")
    assert engine.convert(4, cells(campaign="", day="Total")) == Skipped(4, NO_NUMBERS)
    assert rejected(engine, campaign="", day="soon", likes="1") == ("invalid_date", "not a day")
    assert days(engine) == [1]


def test_a_total_of_unlisted_rows_is_of_the_day_of_the_report() -> None:
    engine = make_engine()

    events = imported(engine, cells(campaign="Total: Other search terms", day=" ", likes="3"))

    assert [(e["count"], e["occurred_at"].date()) for e in events] == [(3, dt.date(2026, 6, 1))]


def test_a_subject_is_settled_once() -> None:
    subjects = Campaigns(make_plan())
    engine = make_engine(subjects=subjects)

    imported(engine, cells(likes="1"), cells(likes="2"), cells(campaign="spring", likes="2"))

    assert subjects.settled == ["autumn", "spring"]


def test_excluded_rows_and_blank_lines_are_skipped_before_totals_rows() -> None:
    engine = make_engine(left_out=lambda cells: "a draft" if cells[5] == "draft" else "")
    imported(engine, cells(likes="1"))

    assert [
        engine.convert(2, cells(likes="1", money="draft")),
        engine.convert(3, ("", " ", "", "", "", "")),
        engine.convert(4, cells(campaign="Total", day="", likes="1", money="draft")),
        engine.convert(5, cells(campaign="Total", day="", likes="1")),
    ] == [
        Skipped(2, "a draft"),
        Skipped(3, "blank line"),
        Skipped(4, "a draft"),
        Skipped(5, "totals row"),
    ]


def test_a_row_without_its_breakdown_is_a_sum_also_for_a_known_subject() -> None:
    totals = TotalsRows(names=(0,), dates=(1,), numbers=(2, 3, 4), breakdowns=(5,))
    engine = make_engine(totals=totals)
    imported(engine, cells(likes="1", money="Hull"), cells(campaign="", likes="1", money="Hull"))

    assert engine.convert(4, cells(campaign="", likes="2")) == Skipped(
        4, "totals row without a label"
    )
