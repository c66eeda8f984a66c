"""Event ids, spreading over days, and the event that gets a row's cost."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.booking import Tally, book, money, spread_amount
from chalicelib.importers.event_lines import event_line
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.tables.headings import Vocabulary, comparable
from chalicelib.importers.values.event_identity import Ordinals, event_id, short_name
from chalicelib.model.events import parse_event

FIRST = dt.date(2026, 6, 1)


def make_tally(**over: Any) -> Tally:
    given = {
        "channel": "google_ads",
        "report": "campaign",
        "account": "",
        "key": "brand",
        "ordinal": 0,
        "first": FIRST,
        "last": FIRST,
        "counts": {"impression": 100, "click": 5},
        "cost": (Decimal("12.34"), "EUR"),
        "paid": True,
        "campaign_id": "Brand",
    }
    return Tally(**(given | over))


def as_json(event: RawEvent) -> dict[str, Any]:
    return json.loads(event_line(event))


def costs_of(tally: Tally) -> dict[str, str]:
    return {
        event.get("type", event["kind"]): (event.get("cost") or event.get("amount"))["amount"]
        for event in map(as_json, book(tally))
        if event.get("cost") or event.get("amount")
    }


@pytest.mark.parametrize(
    ("counts", "carrier"),
    [
        ({"impression": 100, "click": 5}, "click"),
        ({"impression": 100, "view": 50}, "impression"),
        ({"view": 50}, "cost"),
        ({}, "cost"),
    ],
)
def test_a_cost_is_attached_once(counts: dict[str, int], carrier: str) -> None:
    assert costs_of(make_tally(counts=counts)) == {carrier: "12.34"}


@given(
    counts=st.dictionaries(
        st.sampled_from(["impression", "click", "view"]), st.integers(0, 5000), max_size=3
    ),
    cents=st.integers(0, 10**7),
    days=st.integers(1, 70),
    key=st.text(max_size=20),
)
def test_spread_counts_and_costs_add_up_exactly(
    counts: dict[str, int], cents: int, days: int, key: str
) -> None:
    cost = Decimal(cents) / 100
    last = FIRST + dt.timedelta(days=days - 1)

    events = [
        as_json(e) for e in book(make_tally(counts=counts, cost=(cost, "EUR"), last=last, key=key))
    ]

    booked = [parse_event(event) for event in events]
    sums: dict[str, int] = {}
    for event in events:
        if event["kind"] == "engagement":
            sums[event["type"]] = sums.get(event["type"], 0) + event["count"]
    assert sums == {kind: count for kind, count in counts.items() if count}
    amounts = [e.get("cost") or e.get("amount") for e in events]
    assert sum((Decimal(a["amount"]) for a in amounts if a), Decimal(0)) == cost
    assert all(FIRST <= event.day <= last for event in booked)
    assert len({event["event_id"] for event in events}) == len(events)


def test_single_clicks_are_not_all_dated_to_the_same_day() -> None:
    last = FIRST + dt.timedelta(days=9)

    days = [
        book(make_tally(key=f"term {n}", counts={"click": 1}, cost=None, last=last))[0]
        for n in range(300)
    ]

    per_day = [sum(e["occurred_at"].day == d for e in days) for d in (1, 5, 9)]
    assert min(per_day) > 10


def test_an_import_with_more_clicks_replaces_every_earlier_event() -> None:
    last = FIRST + dt.timedelta(days=29)

    def ids(clicks: int) -> set[str]:
        return {
            event["event_id"]
            for event in book(make_tally(counts={"click": clicks}, cost=None, last=last))
        }

    assert ids(3) < ids(4) < ids(11)


def test_a_cost_without_engagements_is_one_event_with_its_period() -> None:
    events = book(make_tally(counts={}, last=FIRST + dt.timedelta(days=6)))

    assert [event["period_days"] for event in events] == [7]


def test_amounts_are_split_to_the_cent_or_to_their_own_precision() -> None:
    assert spread_amount(Decimal("0.10"), [1, 1, 1], [0, 1, 2]) == [
        Decimal("0.04"),
        Decimal("0.03"),
        Decimal("0.03"),
    ]
    assert spread_amount(Decimal(10), [1, 3], [0, 1]) == [Decimal("2.50"), Decimal("7.50")]


def test_an_amount_with_too_many_decimals_is_rounded_to_the_contracts_precision() -> None:
    assert money(Decimal("0.123456789012"), "EUR").amount == Decimal("0.12345679")


def test_an_amount_that_would_be_rounded_to_zero_is_rejected() -> None:
    assert money(Decimal("0.00000001"), "EUR").amount == Decimal("0.00000001")
    assert money(Decimal("0.000000000"), "EUR").amount == 0
    with pytest.raises(RowRejected, match="smaller than the smallest"):
        money(Decimal("0.0000000001"), "EUR")


def test_a_row_whose_cost_would_be_rounded_to_zero_is_rejected() -> None:
    last = FIRST + dt.timedelta(days=1)
    for tally in (
        make_tally(counts={"click": 40}, cost=(Decimal("0.0000000001"), "EUR")),
        make_tally(counts={"click": 40}, cost=(Decimal("0.0000000001"), "EUR"), last=last),
    ):
        with pytest.raises(RowRejected, match="smaller than the smallest"):
            book(tally)
    small_share = make_tally(counts={"click": 2}, cost=(Decimal("0.00000001"), "EUR"), last=last)
    assert len(book(small_share)) == 2


@given(st.lists(st.text(min_size=0, max_size=300), min_size=1, max_size=8))
def test_ids_always_have_the_form_of_the_contract(parts: list[str]) -> None:
    found = event_id("google_ads", *parts)

    assert len(found) <= 128
    assert set(found) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
    assert found == event_id("google_ads", *parts)


def test_no_name_equals_the_digest_of_another() -> None:
    digest = event_id("a name")

    assert digest.startswith(".")
    assert event_id(digest) != digest


def test_parts_of_an_id_are_separated() -> None:
    assert event_id("x", "a:b", "c") != event_id("x", "a", "b:c")


def test_long_names_are_cut_but_stay_distinct() -> None:
    names = {short_name("x" * 200 + str(n)) for n in range(3)}

    assert len(names) == 3
    assert {len(name) for name in names} == {128}


def test_ordinals_distinguish_rows_of_one_object_and_day() -> None:
    ordinals = Ordinals()

    assert [ordinals.next_of("a", FIRST) for _ in range(3)] == [0, 1, 2]
    assert ordinals.next_of("a", FIRST + dt.timedelta(days=1)) == 0
    assert [ordinals.next_of(f"k{n}", FIRST) for n in range(5000)] == [0] * 5000
    assert ordinals.next_of("a", FIRST) == 3


def test_ordinals_are_the_same_when_they_do_not_fit_into_memory() -> None:
    rows = [(n * n) % 89 for n in range(2_000)]
    small, large = Ordinals(rows_in_memory=7), Ordinals()

    assert [small.next(row, 1) for row in rows] == [large.next(row, 1) for row in rows]


def test_headings_are_compared_without_invisible_characters() -> None:
    assert comparable("Auf\u00adru\u00adfe") == "aufrufe"
    assert comparable("\ufeffVideowiedergaben\u00a0 bis 25\u00a0%") == "videowiedergaben bis 25 %"
    assert comparable("U\u0308berblick") == "überblick"


def test_a_currency_suffix_is_removed_from_a_heading() -> None:
    columns = Vocabulary({"cost": {"en": ["Amount spent"], "de": ["Kosten"]}}).read(
        ["Amount spent (AUD)", "Amount spent (USD)", "Kosten (mehr)"]
    )

    assert columns.positions == {"cost": 0}
    assert columns.currencies == {"cost": "AUD"}
    assert columns.language == "en"


@pytest.mark.parametrize("amount", ["1" * 30 + ".123456789", "1E+999999", "1" * 16])
def test_an_amount_with_too_many_digits_is_rejected(amount: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        money(Decimal(amount), "EUR")

    assert rejection.value.code == "invalid_number"
