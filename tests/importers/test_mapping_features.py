"""Features of mappings beyond the meanings of columns: row filters, refunds, dates, `each_row`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.importers import parse_mapping
from chalicelib.model.errors import ExportRejected, InvalidFields
from chalicelib.model.events import parse_event
from tests.importers.files import Read, read, table

DAILY = {"columns": {"Tag": "day", "Likes": "like"}, "constants": {"channel": "facebook"}}
SALES = {
    "columns": {"Date": "day", "Order": "event_id", "Amount": "value", "Currency": "currency"},
    "decimal_mark": ".",
}
SALES_HEADER = ("Date", "Order", "Amount", "Currency", "Status", "Back")


def mapped(content: str | bytes, mapping: dict[str, Any], **options: Any) -> Read:
    return read(content, mapping=parse_mapping(mapping), **options)


def rejection_of(content: str, mapping: dict[str, Any], **options: Any) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejected:
        mapped(content, mapping, **options)
    return rejected.value


def wrong_with(mapping: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as caught:
        parse_mapping(mapping)
    return {error.pointer: error.message for error in caught.value.errors}


def sales(result: Read) -> list[tuple[str, bool]]:
    """Return (value, whether it is a refund) of the stored conversions."""
    return [
        (event.get("value", {}).get("amount", ""), event.get("refund", False))
        for event in result.stored
        if event["kind"] == "conversion"
    ]


def dated(days: list[object], unit: str, constants: dict[str, Any], **options: Any) -> list[str]:
    """Return the dates of rows with these cells."""
    mapping = {
        "columns": {"when": unit, "n": "like"},
        "constants": {"channel": "facebook"} | constants,
    }
    content = table(("when", "n"), *([day, 4] for day in days), delimiter=";")
    result = mapped(content, mapping, **options)
    assert not result.rejected, result.rejected
    return sorted(event["occurred_at"] for event in result.events)


# --- columns ----------------------------------------------------------------------------------


def test_two_columns_of_one_type_are_added_up() -> None:
    mapping = {
        "columns": {"d": "day", "video": "view", "reel": "view", "ads": "paid_view"},
        "constants": {"channel": "instagram"},
    }

    result = mapped(table(("d", "video", "reel", "ads"), ["2026-06-01", 10, 5, 2]), mapping)

    assert [(e["type"], e["paid"], e["count"]) for e in result.stored] == [
        ("view", False, 15),
        ("view", True, 2),
    ]


def test_a_count_column_and_a_row_of_the_same_type_are_added_up() -> None:
    mapping = {
        "columns": {"d": "day", "likes": "like", "kind": "type", "n": "count"},
        "constants": {"channel": "instagram"},
    }

    result = mapped(table(("d", "likes", "kind", "n"), ["2026-06-01", 10, "like", 5]), mapping)

    assert result.counts == {"like": 15}


def test_a_repeated_heading_must_be_mapped_by_its_number() -> None:
    content = table(("Tag", "Likes", "Likes"), ["2026-06-01", 1, 2])

    rejected = rejection_of(content, DAILY)

    assert rejected.code == "unusable_mapping"
    assert "'Likes'" in rejected.detail
    assert "columns 2 and 3" in rejected.detail
    answer = {**DAILY, "columns": {"Tag": "day", "#3": "like"}}
    assert mapped(content, answer).counts == {"like": 2}
    assert rejection_of(content, {**DAILY, "columns": {"Tag": "day", "#4": "like"}}).code == (
        "unusable_mapping"
    )


def test_a_heading_matches_only_the_column_of_that_name() -> None:
    mapping = {"columns": {"d": "day", "Cost": "cost"}, "constants": {"channel": "xing"}}
    both = table(("d", "Cost (EUR)", "Cost"), ["2026-06-01", "9.00", "7.00"])
    two = table(("d", "Cost (EUR)", "Cost (USD)"), ["2026-06-01", "9.00", "7.00"])

    assert mapped(both, mapping, currency="GBP").cost == 7
    assert rejection_of(two, mapping).code == "unusable_mapping"


def test_the_currency_in_a_heading_applies_to_its_amounts() -> None:
    content = table(("d", "Cost (USD)"), ["2026-06-01", "9.00"])
    mapping = {"columns": {"d": "day", "Cost (USD)": "cost"}, "constants": {"channel": "xing"}}

    (event,) = mapped(content, mapping, currency="EUR").events
    constants = {"channel": "xing", "currency": "EUR"}
    rejected = rejection_of(content, {**mapping, "constants": constants})

    assert event["amount"] == {"amount": "9.00", "currency": "USD"}
    assert "USD" in rejected.detail


@pytest.mark.parametrize("names", [("Likes", "likes"), ("Likes", " LIKES ")])
def test_one_heading_in_two_spellings_is_rejected(names: tuple[str, str]) -> None:
    columns = {"Tag": "day", **dict.fromkeys(names, "like")}

    assert wrong_with({**DAILY, "columns": columns}).keys() == {f"/columns/{names[1]}"}


def test_an_ignored_column_is_not_read() -> None:
    mapping = {**DAILY, "columns": {**DAILY["columns"], "Note": "ignored", "Other": "ignored"}}
    content = table(("Tag", "Likes", "Note", "Other"), ["2026-06-01", 1, "x", "y"])

    assert mapped(content, mapping).counts == {"like": 1}


def test_a_negative_count_is_skipped_and_the_rest_of_its_row_is_imported() -> None:
    mapping = {
        "columns": {"Tag": "day", "Likes": "like", "Fans": "follow"},
        "constants": {"channel": "facebook"},
    }
    rows = [["2026-06-01", 5, -3], ["2026-06-02", 4, 1], ["2026-06-03", "", -2]]

    result = mapped(table(("Tag", "Likes", "Fans"), *rows), mapping)

    assert result.counts == {"like": 9, "follow": 1}
    assert [(r.row, r.code, r.message) for r in result.rejected] == [
        (4, "negative", "Fans: below zero")
    ]
    (note,) = result.summary["notes"]
    assert "'Fans'" in note
    assert "1 cell, the first in row 2" in note


# --- ids --------------------------------------------------------------------------------------


def test_a_row_with_an_empty_or_repeated_event_id_is_rejected() -> None:
    rows = [
        ["2026-05-01", "A1", "10.00", "EUR"],
        ["2026-05-01", "", "25.00", "EUR"],
        ["2026-05-01", " - ", "30.00", "EUR"],
        ["2026-05-02", "A1", "11.00", "EUR"],
        ["2026-05-02", "A2", "12.00", "EUR"],
    ]

    result = mapped(table(SALES_HEADER[:4], *rows), SALES)

    assert sales(result) == [("10.00", False), ("12.00", False)]
    assert [(r.row, r.code) for r in result.rejected] == [
        (3, "missing_value"),
        (4, "missing_value"),
        (5, "repeated_id"),
    ]
    assert "A1" not in result.rejected[2].message


def test_a_rejected_row_does_not_use_up_its_event_id() -> None:
    rows = [["2026-05-01", "A1", "x", "EUR"], ["2026-05-01", "A1", "10.00", "EUR"]]

    result = mapped(table(SALES_HEADER[:4], *rows), SALES)

    assert sales(result) == [("10.00", False)]
    assert len(result.rejected) == 1


def test_one_event_id_with_two_products_becomes_two_events() -> None:
    mapping = {**SALES, "columns": {**SALES["columns"], "Status": "content_id"}}
    rows = [["2026-05-01", "A1", "1.00", "EUR", "p1"], ["2026-05-01", "A1", "2.00", "EUR", "p2"]]

    result = mapped(table(SALES_HEADER[:5], *rows), mapping)

    assert sales(result) == [("1.00", False), ("2.00", False)]
    assert not result.rejected


# --- rows -------------------------------------------------------------------------------------

STATUS_ROWS = (
    ["2026-05-01", "A1", "10.00", "EUR", "Paid", ""],
    ["2026-05-01", "A2", "20.00", "EUR", " paid ", "5.00"],
    ["2026-05-01", "A3", "40.00", "EUR", "Failed", ""],
    ["2026-05-01", "A4", "80.00", "EUR", "", ""],
    ["2026-05-01", "A5", "160.00", "EUR", "Refunded", "160.00"],
)


@pytest.mark.parametrize(
    ("rows", "orders"),
    [
        ({"where": {"Status": ["paid"]}}, ["10.00", "20.00"]),
        ({"exclude": {"Status": ["Failed", "refunded"]}}, ["10.00", "20.00", "80.00"]),
        ({"where": {"Status": ["Paid", ""]}}, ["10.00", "20.00", "80.00"]),
        ({"where": {"Status": ["Paid"], "Order": ["A1", "A3"]}}, ["10.00"]),
        ({"where": {"Currency": ["EUR"]}, "exclude": {"Status": ["", "Failed"]}}, None),
    ],
)
def test_only_the_selected_rows_are_read(rows: dict[str, Any], orders: list[str] | None) -> None:
    result = mapped(table(SALES_HEADER, *STATUS_ROWS), SALES | rows)

    assert [value for value, _ in sales(result)] == (orders or ["10.00", "20.00", "160.00"])
    assert {one.reason.partition(":")[0] for one in result.not_data} == {"excluded by the mapping"}
    assert len(result.outcomes) == 5


def test_a_filter_value_that_no_row_has_is_noted() -> None:
    result = mapped(table(SALES_HEADER, *STATUS_ROWS), SALES | {"where": {"Status": ["Payd"]}})

    assert not result.events
    assert "'payd'" in result.summary["notes"][0]


def test_excluded_rows_do_not_decide_the_number_format() -> None:
    mapping = {
        "columns": {"d": "day", "n": "value"},
        "constants": {"currency": "EUR"},
        "exclude": {"s": ["no"]},
    }
    rows = [["13.06.2026", "1.234", "no"], ["13.06.2026", "1,5", "yes"]]

    assert sales(mapped(table(("d", "n", "s"), *rows, delimiter=";"), mapping)) == [("1.5", False)]


def test_json_records_are_selected_by_the_path_of_a_key() -> None:
    mapping = {
        "columns": {"at": "time", "id": "event_id"},
        "each_row": "conversion",
        "where": {"state.paid": [True], "n": [1]},
    }
    records = [
        {"at": "2026-06-01T10:00:00Z", "id": number, "state": {"paid": paid}, "n": 1}
        for number, paid in enumerate((True, False, True))
    ]

    assert len(mapped(json.dumps(records), mapping).events) == 2


# --- each row, refunds ------------------------------------------------------------------------


def test_each_row_counts_as_one_conversion_with_each_row() -> None:
    mapping = {
        "columns": {"created": "time", "id": "event_id", "form": "campaign_id"},
        "each_row": "conversion",
        "constants": {"goal": "lead"},
    }
    rows = [["2026-03-04T10:06:45+00:00", f"l:{n}", "f"] for n in range(2)]

    result = mapped(table(("created", "id", "form"), *rows), mapping)

    assert [(e["goal"], e["count"]) for e in result.stored] == [("lead", 1)] * 2


def test_each_row_counts_as_one_engagement_with_each_row() -> None:
    mapping = {
        "columns": {"d": "day"},
        "each_row": "paid_click",
        "constants": {"channel": "newsletter"},
    }

    result = mapped(table(("d", "x"), ["2026-06-01", 1], ["2026-06-01", 2]), mapping)

    assert result.counts == {"click": 2}
    assert all(event["paid"] for event in result.events)


def test_a_negative_value_is_a_refund_only_if_the_mapping_allows_it() -> None:
    rows = [["2026-05-01", "A1", "10.00", "EUR"], ["2026-05-03", "R1", "-4.00", "EUR"]]
    content = table(SALES_HEADER[:4], *rows)

    without, refunding = mapped(content, SALES), mapped(content, SALES | {"refund": "negative"})

    assert [(r.row, r.code) for r in without.rejected] == [(3, "negative")]
    assert "refund" in without.rejected[0].message
    assert sales(refunding) == [("10.00", False), ("4.00", True)]
    assert refunding.days == ["2026-05-01", "2026-05-03"]


def test_rows_with_a_refund_status_become_refunds() -> None:
    mapping = SALES | {"refund": {"Status": ["Refund"]}}
    rows = [
        ["2026-05-01", "A1", "10.00", "EUR", "Sale"],
        ["2026-05-01", "A1", "4.00", "EUR", "Refund"],
        ["2026-05-02", "A2", "-3.00", "EUR", "refund"],
        ["2026-05-02", "A3", "", "EUR", "refund"],
    ]

    result = mapped(table(SALES_HEADER[:5], *rows), mapping)

    assert sales(result) == [("10.00", False), ("4.00", True), ("3.00", True)]
    assert [r.code for r in result.rejected] == ["missing_value"]


def test_a_reversed_sale_replaces_the_original_sale() -> None:
    mapping = SALES | {"reversed": {"Status": ["Refunded"]}}
    before = ["2026-05-01", "A5", "160.00", "EUR", "Paid", ""]

    earlier = mapped(table(SALES_HEADER, before), mapping)
    later = mapped(table(SALES_HEADER, *STATUS_ROWS[-1:]), mapping)

    assert sales(later) == [("", True)]
    identity = [(e["event_id"], e["occurred_at"]) for e in earlier.events]
    assert [(e["event_id"], e["occurred_at"]) for e in later.events] == identity


def test_the_refunded_amount_is_subtracted_from_the_value() -> None:
    mapping = {**SALES, "columns": {**SALES["columns"], "Back": "refunded"}}
    too_much = ["2026-05-01", "A9", "1.00", "EUR", "", "2.00"]

    result = mapped(table(SALES_HEADER, *STATUS_ROWS, too_much), mapping)

    kept = [("10.00", False), ("15.00", False), ("40.00", False), ("80.00", False), ("", True)]
    assert sales(result) == kept
    assert [r.code for r in result.rejected] == ["negative"]
    assert sum(Decimal(value or 0) for value, _ in kept) == 145


# --- dates ------------------------------------------------------------------------------------


def test_the_period_of_all_rows_may_be_constant() -> None:
    mapping = {
        "columns": {"Shop": "content_id", "Views": "impression"},
        "constants": {"channel": "google_maps", "from": "2025-02-20", "to": "2025-02-26"},
    }
    content = table(("Shop", "Views"), ["S1", 70], ["S2", 7])

    assert rejection_of(content, mapping).code == "aggregate_period"
    result = mapped(content, mapping, spread=True)

    assert result.counts == {"impression": 77}
    assert (result.days[0], result.days[-1]) == ("2025-02-20", "2025-02-26")
    assert len(result.stored) == 14


def test_one_day_may_be_constant() -> None:
    mapping = {
        "columns": {"Views": "impression"},
        "constants": {"channel": "google_maps", "from": "2025-02-20", "to": "2025-02-20"},
    }

    assert mapped(table(("x", "Views"), ["S1", 70]), mapping).days == ["2025-02-20"]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["03.06.", "04.06"], ["2026-06-03", "2026-06-04"]),
        (["3 June", "Jun 4", "Fri, Jun 5"], ["2026-06-03", "2026-06-04", "2026-06-05"]),
        (["6/13", "6/14"], ["2026-06-13", "2026-06-14"]),
        (["2025-12-31", "3. Juni 2024"], ["2024-06-03", "2025-12-31"]),
    ],
)
def test_days_without_a_year_get_the_constant_year(cells: list[object], days: list[str]) -> None:
    assert [at[:10] for at in dated(cells, "day", {"year": 2026})] == days


def test_ambiguous_days_without_a_year_need_a_day_order() -> None:
    with pytest.raises(ExportRejected, match="day/month or month/day") as rejected:
        dated(["1/2", "2/3"], "day", {"year": 2026})

    assert rejected.value.code == "undecidable_format"


def test_a_constant_year_is_rejected_if_days_cross_the_turn_of_a_year() -> None:
    with pytest.raises(ExportRejected, match="turn of a year"):
        dated(["30 Dec", "31 Dec", "1 Jan"], "day", {"year": 2026})


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-06-01 00:30", "2026-05-31T22:30:00Z"),
        ("2026-01-01 00:30:15", "2025-12-31T23:30:15Z"),
        ("01.06.2026, 09:05 Uhr", "2026-06-01T07:05:00Z"),
        ("June 1, 2026 at 12:10 AM", "2026-05-31T22:10:00Z"),
        ("2026-06-01T10:00:00Z", "2026-06-01T10:00:00Z"),
    ],
)
def test_times_without_an_offset_are_in_the_time_zone(cell: str, instant: str) -> None:
    assert dated([cell], "time", {"time_zone": "Europe/Berlin"}) == [instant]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-06-01T22:30:00Z", "2026-06-02T00:00:00Z"),
        ("2026-06-01", "2026-06-01T00:00:00Z"),
        ("2026-06-01 23:59", "2026-06-01T00:00:00Z"),
        ("1 June 2026 4:05 PM", "2026-06-01T00:00:00Z"),
    ],
)
def test_times_in_a_day_column_are_dated_in_the_time_zone(cell: str, day: str) -> None:
    assert dated([cell], "day", {"time_zone": "Europe/Berlin"}) == [day]


def test_a_time_column_without_times_of_day_is_rejected() -> None:
    mapping = {
        "columns": {"when": "time", "n": "like"},
        "constants": {"channel": "facebook", "time_zone": "Europe/Berlin"},
    }

    result = mapped(table(("when", "n"), ["2026-06-01", 1], ["25:00", 1]), mapping)

    assert [r.code for r in result.rejected] == ["undecidable_time"] * 2


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("1 June 2026 - 7 June 2026", "2026-06-01", "2026-06-07"),
        ("13/06/2026 – 19/06/2026", "2026-06-13", "2026-06-19"),
        ("01.06.2026 bis 07.06.2026", "2026-06-01", "2026-06-07"),
        ("01.06. - 07.06.2026", "2026-06-01", "2026-06-07"),
        ("1. - 7. Juni 2026", "2026-06-01", "2026-06-07"),
        ("Jun 1 - 7, 2026", "2026-06-01", "2026-06-07"),
        ("28 Dec - 3 Jan 2026", "2025-12-28", "2026-01-03"),
        ("2026-06-01/2026-06-07", "2026-06-01", "2026-06-07"),
        ("2026-06-01 to 2026-06-07", "2026-06-01", "2026-06-07"),
        ("June 2026", "2026-06-01", "2026-06-30"),
        ("2026-06", "2026-06-01", "2026-06-30"),
        ("2026-W23", "2026-06-01", "2026-06-07"),
        ("Q2 2026", "2026-04-01", "2026-06-30"),
    ],
)
def test_a_period_may_be_in_one_cell(cell: str, first: str, last: str) -> None:
    mapping = {
        "columns": {"when": "period", "n": "like"},
        "constants": {"channel": "facebook"},
    }
    content = table(("when", "n"), [cell, 9100])

    assert rejection_of(content, mapping).code == "aggregate_period"
    result = mapped(content, mapping, spread=True)

    assert (result.days[0], result.days[-1]) == (first, last)
    assert result.counts == {"like": 9100}


@pytest.mark.parametrize("cell", ["soon", "7 June 2026 - 1 June 2026", "2026-W60", "1 - 2"])
def test_a_cell_that_is_not_a_period_is_rejected(cell: str) -> None:
    mapping = {
        "columns": {"when": "period", "n": "like"},
        "constants": {"channel": "facebook"},
    }

    result = mapped(table(("when", "n"), [cell, 1], ["June 2026", 1]), mapping, spread=True)

    assert [r.code for r in result.rejected] == ["invalid_date"]


# --- rejected mappings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "pointer"),
    [
        ({**DAILY, "where": {"Status": "Paid"}}, "/where/Status"),
        ({**DAILY, "where": ["Status"]}, "/where"),
        ({**DAILY, "exclude": {"Status": []}}, "/exclude/Status"),
        ({**DAILY, "exclude": {"Status": [None]}}, "/exclude/Status"),
        ({**DAILY, "exclude": {" ": ["x"]}}, "/exclude/ "),
        ({**DAILY, "refund": "yes"}, "/refund"),
        ({**DAILY, "refund": "negative"}, "/refund"),
        ({**SALES, "each_row": "sale"}, "/each_row"),
        ({**DAILY, "constants": {"channel": "FILL IN: the channel"}}, "/constants/channel"),
        ({**DAILY, "columns": {"Tag": "day", "Likes": "FILL IN"}}, "/columns/Likes"),
        ({**DAILY, "constants": {"channel": "x", "year": "2026"}}, "/constants/year"),
        ({**DAILY, "constants": {"channel": "x", "year": True}}, "/constants/year"),
        ({**DAILY, "constants": {"channel": "x", "time_zone": "Berlin"}}, "/constants/time_zone"),
        ({**DAILY, "constants": {"channel": "x", "from": "1.6.2026"}}, "/constants/from"),
        (
            {**DAILY, "constants": {"channel": "x", "from": "2026-06-01", "to": "2026-06-01"}},
            "/columns",
        ),
        ({"columns": {"a": "from", "b": "like"}, "constants": {"channel": "x"}}, "/columns"),
        (
            {"columns": {"a": "day", "b": "time", "c": "like"}, "constants": {"channel": "x"}},
            "/columns",
        ),
        ({"columns": {"a": "day", "b": "refunded"}, "each_row": "conversion"}, "/columns"),
        ({"columns": {"a": "day", "b": "conversions"}, "each_row": "conversion"}, "/each_row"),
        (
            {"columns": {"a": "day", "b": "value"}, "reversed": {"s": ["x"]}},
            "/reversed",
        ),
        ({"each_row": "conversion"}, "/columns"),
    ],
)
def test_a_contradictory_mapping_is_rejected(mapping: Any, pointer: str) -> None:
    assert pointer in wrong_with(mapping)


def test_a_placeholder_is_rejected_with_what_to_fill_in() -> None:
    wrong = wrong_with({**DAILY, "constants": {"channel": "FILL IN: where this happened"}})

    assert wrong["/constants/channel"].startswith("fill in the channel")


def test_a_mapping_with_all_fields_survives_a_round_trip_through_json() -> None:
    raw = {
        "columns": {"d": "day", "v": "value", "id": "event_id", "n": "ignored"},
        "constants": {"currency": "EUR", "year": 2026, "time_zone": "Europe/Berlin"},
        "where": {"s": ["a", "1", "true"]},
        "exclude": {"s": [""]},
        "refund": {"s": ["b"]},
        "reversed": {"s": ["c"]},
        "dates": "dmy",
        "decimal_mark": ",",
    }
    negative = {"columns": {"d": "day", "v": "value"}, "refund": "negative"}
    each = {"columns": {"d": "day"}, "each_row": "conversion"}

    for one in (raw, negative, each):
        assert parse_mapping(one).as_json() == one
    assert parse_mapping({**raw, "where": {"s": ["a", 1, True]}}).as_json() == raw


# --- parents and reach ------------------------------------------------------------------------

SHARES: dict[str, Any] = {
    "columns": {
        "at": "time",
        "id": "event_id",
        "by": "parent_event_id",
        "what": "type",
        "fans": "reach",
        "who": "user_id",
    },
    "constants": {"channel": "facebook"},
    "decimal_mark": ".",
}
SHARES_HEADER = ("at", "id", "by", "what", "fans", "who")
ROOT, CHILD, CLICK = (
    ("2026-06-01T10:00:00Z", "s 1", "", "share", "1,234", "ada"),
    ("2026-06-02T10:00:00Z", "s2", "s 1", "mention", "0", "bob"),
    ("2026-06-03T10:00:00Z", "c3", "s2", "click", "77", ""),
)


def test_rows_name_the_row_that_led_to_them_in_any_order_and_file() -> None:
    for rows in ((ROOT, CHILD, CLICK), (CLICK, CHILD, ROOT)):
        result = mapped(table(SHARES_HEADER, *rows), SHARES)
        events = {event["type"]: event for event in result.stored}
        assert not result.rejected
        assert "parent_event_id" not in events["share"]
        assert events["mention"]["parent_event_id"] == events["share"]["event_id"]
        assert events["click"]["parent_event_id"] == events["mention"]["event_id"]
    alone = mapped(table(SHARES_HEADER, CLICK), SHARES).stored[0]
    assert alone["parent_event_id"] == events["mention"]["event_id"]
    elsewhere = mapped(table(SHARES_HEADER, ROOT), SHARES, account="other").stored[0]
    assert elsewhere["event_id"] != events["share"]["event_id"]


def test_only_single_shares_and_mentions_get_the_reach() -> None:
    many = ("2026-06-04T10:00:00Z", "s4", "", "share", "55", "")
    mapping = SHARES | {"columns": SHARES["columns"] | {"n": "count"}}
    rows = [(*row, 1) for row in (ROOT, CHILD, CLICK)] + [(*many, 2)]
    result = mapped(table((*SHARES_HEADER, "n"), *rows), mapping)
    assert [event.get("reach") for event in result.stored] == [1234, 0, None, None]


@pytest.mark.parametrize(("cell", "code"), [("-1", "negative"), ("many", "invalid_number")])
def test_a_row_with_an_impossible_reach_is_rejected(cell: str, code: str) -> None:
    result = mapped(table(SHARES_HEADER, (*ROOT[:4], cell, ""), CHILD), SHARES)
    assert [row.code for row in result.rejected] == [code]
    assert len(result.stored) == 1


def test_a_repeated_id_is_rejected_if_rows_name_parents() -> None:
    again = ("2026-06-05T10:00:00Z", "s2", "", "share", "", "eve")
    result = mapped(table(SHARES_HEADER, ROOT, CHILD, again), SHARES)
    assert [row.code for row in result.rejected] == ["repeated_id"]


def test_complete_parents_are_declared_for_shares_and_mentions_only() -> None:
    content = table(SHARES_HEADER, ROOT, CHILD, CLICK)
    found = mapped(content, SHARES | {"parents": "complete"}).coverage
    about = {"channel": "facebook", "parents": "complete", "from": "2026-06-01", "to": "2026-06-03"}
    assert [{name: event.get(name) for name in (*about, "type")} for event in found] == [
        about | {"type": "share"},
        about | {"type": "mention"},
    ]
    for event in found:
        parse_event(event)
    assert mapped(content, SHARES).coverage == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"columns": {"at": "time", "by": "parent_event_id", "what": "type"}}, "/columns"),
        ({"columns": SHARES["columns"] | {"likes": "like"}}, "/columns"),
        ({"columns": SHARES["columns"] | {"amount": "value"}}, "/columns"),
        ({"columns": {"at": "time", "what": "type"}, "parents": "complete"}, "/parents"),
        ({"parents": "most"}, "/parents"),
    ],
)
def test_parents_need_rows_with_ids_that_are_one_engagement_each(
    change: dict[str, Any], pointer: str
) -> None:
    assert list(wrong_with(SHARES | change)) == [pointer]
