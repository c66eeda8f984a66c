"""Keys of records that no importer reads are listed, with the sums of metrics."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from chalicelib.importers.records.unread_keys import (
    MAX_LEVELS,
    MAX_PATHS,
    OF_ANOTHER,
    TOO_MANY,
    UnreadKeys,
    changed,
    plain_object,
)
from chalicelib.importers.tables.unread import Unread
from tests.importers.files import lines, read


def unread_after(record: dict[str, Any], *reading: Any) -> dict[str, str | None]:
    """Return the unread keys of a record after some functions have read it."""
    keys = UnreadKeys()
    for read_something in reading:
        read_something(keys.observed(record))
    keys.add(record)
    return {row["heading"] or "": row["sum"] for row in Unread([keys]).as_rows()}


@pytest.mark.parametrize(
    "reading",
    [
        lambda record: record["likes"],
        lambda record: record.get("likes"),
        lambda record: list(record.items()),
        lambda record: list(record.values()),
        lambda record: dict(record),
        lambda record: {**record},
        lambda record: {"a": record}["a"]["likes"],
    ],
)
def test_any_kind_of_access_marks_a_key_as_read(reading: Any) -> None:
    assert "likes" not in unread_after({"likes": 3}, reading)


@pytest.mark.parametrize(
    "reading",
    [
        lambda record: "likes" in record,
        lambda record: list(record),
        lambda record: frozenset(record) & {"likes"},
        lambda record: plain_object(record)["likes"],
        lambda record: json.dumps(plain_object(record)),
    ],
)
def test_checking_for_a_key_does_not_mark_it_as_read(reading: Any) -> None:
    assert unread_after({"likes": 3}, reading) == {"likes": "3"}


def test_nested_unread_keys_are_shown_with_their_path() -> None:
    record = {"id": 1, "items": [{"sku": "a", "clicks": 2}, {"sku": "b", "clicks": "5"}]}

    found = unread_after(record, lambda r: [item["sku"] for item in r["items"]])

    assert found == {"items.clicks": "7", "id": None}


def test_an_object_that_is_only_counted_is_read() -> None:
    record = {"likes": [{"name": "a", "count": 2}], "shares": [{"count": 3}]}

    assert unread_after(record, lambda r: len(r["likes"])) == {"shares.count": "3"}


def test_a_changed_record_is_still_observed() -> None:
    record = {"clicks": 2, "views": 3}

    assert unread_after(record, lambda r: changed(r, clicks=9)["clicks"]) == {"views": "3"}


def test_a_key_is_read_if_any_record_was_accessed() -> None:
    keys = UnreadKeys()
    for record in ({"kind": "a", "likes": 3}, {"kind": "b", "likes": 4}):
        seen = keys.observed(record)
        if seen["kind"] == "b":
            seen.get("likes")
        keys.add(record)

    assert keys.columns() == []


def test_rates_ids_and_empty_values_have_no_sum() -> None:
    record = {"click_rate": 0.5, "upvote_ratio": 0.9, "order_id": 4711, "views": None, "shares": []}

    assert unread_after(record) == {"click_rate": None, "upvote_ratio": None, "order_id": None}


@pytest.mark.parametrize("value", [True, "many", "12.5.2026", float("nan"), float("inf"), 10**30])
def test_a_metric_that_is_not_a_number_adds_nothing(value: object) -> None:
    assert unread_after({"clicks": value}) == {"clicks": None}


def test_metrics_of_a_person_or_another_post_are_listed_with_a_reason_and_without_a_warning() -> (
    None
):
    keys = UnreadKeys()
    keys.add({"author": {"like_count": 9}, "retweeted_status": {"like_count": 8}, "like_count": 1})

    unread = Unread([keys])

    why = {row["heading"]: row["why"] for row in unread.as_rows()}
    assert why == {
        "like_count": None,
        "author.like_count": OF_ANOTHER,
        "retweeted_status.like_count": OF_ANOTHER,
    }
    assert unread.warnings() == [
        "The key 'like_count' was not read. It looks like a metric; its sum is 1."
    ]


def test_intentionally_unread_keys_are_listed_with_the_reason() -> None:
    keys = UnreadKeys(left_out={"details": "it is of links"})
    keys.add({"details": {"links": {"clicks": 3}}})

    assert keys.columns() == [("details.links.clicks", 3, "it is of links", True)]


@pytest.mark.parametrize("key", ["ada@example.org", "4915112345678", "Ada Lovelace", "x" * 90])
def test_a_key_that_may_be_a_person_or_an_id_is_not_shown(key: str) -> None:
    assert unread_after({"votes": {key: {"likes": 1}}}) == {"votes.*.likes": "1"}


def test_memory_does_not_grow_with_the_number_of_keys() -> None:
    keys = UnreadKeys()
    tracemalloc.start()
    for number in range(20_000):
        record = {f"k{number}": {"likes": 1}, "clicks": 1}
        keys.observed(record).get("id")
        keys.observed(record)[f"k{number}"].get("nothing")
        keys.add(record)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3_000_000
    assert len(keys.columns()) <= MAX_PATHS + 1
    assert keys.columns()[-1] == ("(further keys)", None, TOO_MANY, False)


def test_deeply_nested_objects_count_as_one_key() -> None:
    record: dict[str, Any] = {"likes": 1}
    for _ in range(150):
        record = {"a": record}

    assert not [name for name in unread_after(record) if name.count(".") > MAX_LEVELS]


def test_imported_orders_list_unread_keys_without_showing_people() -> None:
    order = {
        "id": 1,
        "created_at": "2026-06-01T10:00:00Z",
        "total_price": "10.00",
        "currency": "EUR",
        "financial_status": "paid",
        "line_items": [{"price": "10.00", "clicks": 3}],
        "customer": {"email": "ada@example.org", "orders_count": 7},
    }

    summary = read(lines(order, {**order, "id": 2}, {**order, "created_at": "soon"})).summary

    unread = {row["heading"]: row["sum"] for row in summary["unread_columns"]}
    assert unread["line_items.clicks"] == "6"
    assert unread["customer.email"] is None
    assert "ada" not in json.dumps(summary)
    assert [w for w in summary["warnings"] if "line_items.clicks" in w] == summary["warnings"]
