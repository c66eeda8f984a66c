"""Behaviour of every table, operation by operation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.storage.attributes import Item, to_item
from chalicelib.storage.conditions import (
    AN_ITEM,
    NO_ITEM,
    AllOf,
    AnyOf,
    AtMost,
    Below,
    Condition,
    Equals,
    Exists,
    Missing,
    NoneOf,
)
from chalicelib.storage.table import ConditionalPut, Table
from chalicelib.storage.writer import delete_request, put_request
from tests.contract.conftest import Engine
from tests.factories import NOW

LATER = int(NOW.timestamp()) + 3600


def an_item(sort: str = "s", partition: str = "acme#p", **values: Any) -> Item:
    return to_item(partition, sort, values)


def put_all(table: Table, *items: Item) -> None:
    for start in range(0, len(items), table.batch_size):
        batch = [put_request(item) for item in items[start : start + table.batch_size]]
        assert list(table.write_batch(batch)) == []


EVERY_KIND = {
    "text": 'ünïcode ✓ \U0001f600 \0 " \\',
    "bytes": bytes(range(256)),
    "whole": 10**30,
    "yes": True,
    "no": False,
    "list": [1, "two", b"\x00three", [None]],
    "members": {"a": {"b": b"c"}, "B": "B"},
    "empty": "",
}


def test_an_item_is_read_as_written(engine: Engine) -> None:
    item = an_item(**EVERY_KIND)
    assert engine.table.put(item)
    assert engine.table.get("acme#p", "s", consistent=True) == item
    assert engine.table.get("acme#p", "t") is None
    assert engine.table.get("acme#q", "s") is None


def test_a_put_replaces_the_whole_item(engine: Engine) -> None:
    engine.table.put(an_item(a=1, b=2))
    engine.table.put(an_item(b=3))
    assert engine.table.get("acme#p", "s") == an_item(b=3)


def test_a_new_item_is_written_once(engine: Engine) -> None:
    assert engine.table.put_new(an_item(a=1))
    assert not engine.table.put_new(an_item(a=2))
    assert engine.table.get("acme#p", "s") == an_item(a=1)


# --- conditions -----------------------------------------------------------------------------------

N, M, S = {"N": "7"}, {"N": "12"}, {"S": "b"}
HOLDS: dict[str, tuple[Condition, bool]] = {
    "an item": (AN_ITEM, True),
    "no item": (NO_ITEM, False),
    "exists": (Exists("status"), True),
    "exists not": (Exists("other"), False),
    "missing": (Missing("other"), True),
    "missing not": (Missing("status"), False),
    "equals": (Equals("status", S), True),
    "equals another": (Equals("status", {"S": "c"}), False),
    "equals another type": (Equals("count", {"S": "7"}), False),
    "equals the same number": (Equals("count", {"N": "7.0"}), True),
    "equals what is not there": (Equals("other", S), False),
    "at most, the same": (AtMost("count", N), True),
    "at most, by number": (AtMost("count", M), True),
    "at most, above": (AtMost("count", {"N": "6"}), False),
    "at most, text": (AtMost("status", {"S": "ba"}), True),
    "at most, not there": (AtMost("other", N), False),
    "below": (Below("count", M), True),
    "below, the same": (Below("count", N), False),
    "below, not there": (Below("other", N), False),
    "none of": (NoneOf("status", ({"S": "x"}, {"S": "y"})), True),
    "none of, one": (NoneOf("status", ({"S": "x"}, S)), False),
    "none of, not there": (NoneOf("other", (S,)), True),
    "all": (AllOf((AN_ITEM, Equals("count", N))), True),
    "all but one": (AllOf((AN_ITEM, Equals("count", M))), False),
    "any": (AnyOf((NO_ITEM, Below("count", M))), True),
    "none": (AnyOf((NO_ITEM, Below("count", N))), False),
    "nested": (AllOf((AnyOf((NO_ITEM, AN_ITEM)), AllOf((Exists("pk"), Missing("x"))))), True),
}


@pytest.mark.parametrize(("condition", "holds"), HOLDS.values(), ids=HOLDS.keys())
def test_a_condition_decides_whether_an_item_is_written(
    engine: Engine, condition: Condition, holds: bool
) -> None:
    before = an_item(status="b", count=7)
    engine.table.put(before)
    after = an_item(written=True)
    assert engine.table.put(after, only_if=condition) == holds
    assert engine.table.get("acme#p", "s", consistent=True) == (after if holds else before)


ON_NOTHING = {
    "an item": (AN_ITEM, False),
    "no item": (NO_ITEM, True),
    "equals": (Equals("status", S), False),
    "at most": (AtMost("count", N), False),
    "none of": (NoneOf("status", (S,)), True),
    "any": (AnyOf((NO_ITEM, AtMost("count", N))), True),
}


@pytest.mark.parametrize(("condition", "holds"), ON_NOTHING.values(), ids=ON_NOTHING.keys())
def test_a_condition_on_a_missing_item(engine: Engine, condition: Condition, holds: bool) -> None:
    assert engine.table.put(an_item(), only_if=condition) == holds
    assert (engine.table.get("acme#p", "s", consistent=True) is not None) == holds


# --- changes --------------------------------------------------------------------------------------


def test_an_update_keeps_other_attributes(engine: Engine) -> None:
    engine.table.put(an_item(status="old", ttl=LATER, kept=1))
    assert engine.table.update(
        "acme#p",
        "s",
        only_if=Equals("status", {"S": "old"}),
        assign={"status": {"S": "new"}},
        where_missing={"kept": {"N": "2"}, "days": {"N": "3"}},
    )
    assert engine.table.get("acme#p", "s") == an_item(status="new", ttl=LATER, kept=1, days=3)
    assert not engine.table.update(
        "acme#p", "s", only_if=Equals("status", {"S": "old"}), assign={"status": {"S": "x"}}
    )
    assert not engine.table.update("acme#p", "t", only_if=AN_ITEM, assign={"status": {"S": "x"}})
    assert engine.table.get("acme#p", "t") is None


def test_an_update_removes_attributes(engine: Engine) -> None:
    engine.table.put(an_item(a=1, status="x", ttl=LATER))
    assert engine.table.update(
        "acme#p", "s", only_if=AN_ITEM, assign={"b": N}, remove=("status", "missing")
    )
    assert engine.table.get("acme#p", "s") == an_item(a=1, ttl=LATER, b=7)
    assert engine.table.update("acme#p", "t", only_if=NO_ITEM, assign={"b": N}, remove=["a"])
    assert engine.table.get("acme#p", "t") == an_item("t", b=7)


def test_a_count_can_have_another_name_and_no_expiry(engine: Engine) -> None:
    engine.table.put(an_item("n", status="b"))
    numbers = [engine.table.count("acme#p", "n", 1, name="readings") for _ in range(2)]
    assert numbers == [1, 2]
    assert engine.table.get("acme#p", "n") == an_item("n", status="b") | {"readings": {"N": "2"}}


def test_a_count_adds_up_and_renews_its_expiry(engine: Engine) -> None:
    take = engine.table.count
    assert take("acme#r", "w", 5, expires_at=LATER) == 5
    assert take("acme#r", "w", 2, expires_at=LATER + 1) == 7
    assert engine.table.get("acme#r", "w") == an_item("w", "acme#r", counted=7, ttl=LATER + 1)


def test_a_transaction_writes_all_items_or_none(engine: Engine) -> None:
    table = engine.table
    one, two = an_item("1", n=1), an_item("2", n=2)
    assert table.put_together(ConditionalPut(one, NO_ITEM), ConditionalPut(two, NO_ITEM))
    changed = ConditionalPut(an_item("1", n=9), Equals("n", {"N": "1"}))
    assert not table.put_together(changed, ConditionalPut(an_item("3"), AN_ITEM))
    assert list(table.query("acme#p", consistent=True)) == [one, two]
    assert table.put_together(changed, ConditionalPut(an_item("3"), NO_ITEM))
    assert list(table.query("acme#p", consistent=True)) == [an_item("1", n=9), two, an_item("3")]


def test_a_batch_puts_and_deletes_items(engine: Engine) -> None:
    table = engine.table
    put_all(table, *(an_item(f"{number:02d}") for number in range(10)))
    requests = [delete_request("acme#p", f"{number:02d}") for number in range(0, 10, 2)]
    requests += [delete_request("acme#p", "never there"), put_request(an_item("10"))]
    assert list(table.write_batch(requests)) == []
    left = [item["sk"]["S"] for item in table.query("acme#p", consistent=True)]
    assert left == ["01", "03", "05", "07", "09", "10"]


def test_items_are_deleted_only_if_the_condition_is_true(engine: Engine) -> None:
    table = engine.table
    put_all(table, *(an_item(f"{number:02d}", own=number % 3 == 0) for number in range(9)))
    put_all(table, an_item("00", "acme#q", own=True))
    own = Equals("own", {"BOOL": True})
    kept = table.delete("acme#p", ["00", "01", "03", "05", "never there"], only_if=own)
    assert kept == ["01", "05", "never there"]
    left = [item["sk"]["S"] for item in table.query("acme#p", consistent=True)]
    assert left == ["01", "02", "04", "05", "06", "07", "08"]
    assert table.get("acme#q", "00") is not None


def test_a_deleted_item_can_be_deleted_again(engine: Engine) -> None:
    table = engine.table
    put_all(table, an_item("1", own="a"), an_item("2", own="b"))
    own = AnyOf((NO_ITEM, Equals("own", {"S": "a"})))
    for _ in range(2):
        assert table.delete("acme#p", ["1", "2"], only_if=own) == ["2"]
    assert table.delete("acme#p", [], only_if=own) == []
    assert list(table.query("acme#p", consistent=True)) == [an_item("2", own="b")]


# --- queries --------------------------------------------------------------------------------------

SORTS = ["A", "a", "a#1", "a#10", "a#2", "a$", "b", "z", "ä", "✓", "\U0001f600", "\uffff"]


def sorts(items: Any) -> list[str]:
    return [item["sk"]["S"] for item in items]


@pytest.fixture
def filled(engine: Engine) -> Table:
    """A table with three partitions; the middle one has many different sort keys."""
    put_all(engine.table, *(an_item(sort) for sort in SORTS))
    put_all(engine.table, an_item("a", "acme#o"), an_item("a", "acme#p#"), an_item("a", "acme#pp"))
    return engine.table


def test_items_are_ordered_by_the_bytes_of_their_sort_keys(filled: Table) -> None:
    wanted = sorted(SORTS, key=str.encode)
    assert sorts(filled.query("acme#p")) == wanted
    assert sorts(filled.query("acme#p", descending=True)) == wanted[::-1]


def test_a_range_includes_both_ends(filled: Table) -> None:
    assert sorts(filled.query("acme#p", between=("a#", "a$"))) == ["a#1", "a#10", "a#2", "a$"]
    assert sorts(filled.query("acme#p", between=("a#1", "a#10"), descending=True)) == [
        "a#10",
        "a#1",
    ]
    assert sorts(filled.query("acme#p", between=("c", "d"))) == []


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_add_up_to_the_whole(filled: Table, limit: int, descending: bool) -> None:
    wanted = sorted(SORTS, key=str.encode, reverse=descending)
    found: list[str] = []
    after: str | None = None
    for _ in range(len(SORTS) + 2):
        items, after = filled.page("acme#p", after=after, limit=limit, descending=descending)
        assert len(items) <= limit
        found += sorts(items)
        if after is None:
            break
    assert found == wanted
    for number in range(len(wanted)):
        rest = filled.query("acme#p", after=wanted[number], descending=descending, limit=2)
        assert sorts(rest) == wanted[number + 1 : number + 3]


def test_many_large_items_are_read_completely(engine: Engine) -> None:
    items = [an_item(f"{number:05d}", text="x" * 4_000) for number in range(1_100)]
    put_all(engine.table, *items)
    assert sorts(engine.table.query("acme#p")) == sorts(items)
    assert sorts(engine.table.query("acme#p", limit=1_050)) == sorts(items)[:1_050]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.sampled_from(["put", "new", "del"]))
    )
)
def test_a_sequence_of_writes_gives_the_same_items_as_a_dictionary(
    engine: Engine, writes: list[tuple[str, int, str]]
) -> None:
    table, wanted = engine.table, {}
    gone = [delete_request("acme#d", sort) for sort in "abc"]
    table.write_batch(gone)
    for sort, number, how in writes:
        item = an_item(sort, "acme#d", n=number)
        if how == "put":
            table.put(item)
            wanted[sort] = item
        elif how == "new":
            assert table.put_new(item) == (sort not in wanted)
            wanted.setdefault(sort, item)
        else:
            table.write_batch([delete_request("acme#d", sort)])
            wanted.pop(sort, None)
    assert list(table.query("acme#d", consistent=True)) == [wanted[sort] for sort in sorted(wanted)]
