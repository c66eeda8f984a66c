"""Files without an importer, read with a mapping."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import Mapping, parse_mapping
from chalicelib.importers.outcomes import Imported, Rejected, Skipped
from chalicelib.model.errors import ExportRejected, InvalidFields
from tests.importers.files import Read, google_report, google_row, read, table

XING_HEADER = ("Datum", "Kampagne", "Impressionen", "Klicks", "Kosten (EUR)", "Interessiert mich")
XING = {
    "columns": {
        "Datum": "day",
        "Kampagne": "campaign_id",
        "Impressionen": "paid_impression",
        "Klicks": "paid_click",
        "Kosten (EUR)": "cost",
        "Interessiert mich": "like",
    },
    "constants": {"channel": "xing", "currency": "EUR"},
    "decimal_mark": ",",
}
LONG = {
    "columns": {"when": "time", "what": "type", "how many": "count", "where": "channel"},
}


def mapped(content: str | bytes, mapping: dict[str, Any], **options: Any) -> Read:
    return read(content, mapping=parse_mapping(mapping), **options)


def wrong_with(mapping: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidFields) as caught:
        parse_mapping(mapping)
    return {(error.pointer, error.code) for error in caught.value.errors}


def test_columns_are_imported_with_their_meaning_in_the_mapping() -> None:
    row = ["01.06.2026", "Herbst", "1.234", "5", "12,50", "3"]

    result = mapped(table(XING_HEADER, row, delimiter=";"), XING)

    found = [(e["type"], e["paid"], e["count"], e["campaign_id"]) for e in result.events]
    assert found == [
        ("impression", True, 1234, "Herbst"),
        ("click", True, 5, "Herbst"),
        ("like", False, 3, "Herbst"),
    ]
    assert result.events[1]["cost"] == {"amount": "12.50", "currency": "EUR"}
    assert {e["channel"] for e in result.events} == {"xing"}
    assert result.days == ["2026-06-01"]


def test_the_order_of_columns_does_not_change_the_events() -> None:
    row = ["01.06.2026", "Herbst", "1.234", "5", "12,50", "3"]

    one = mapped(table(XING_HEADER, row, delimiter=";"), XING)
    other = mapped(table(XING_HEADER[::-1], row[::-1], delimiter="\t"), XING)

    assert {e["event_id"] for e in one.events} == {e["event_id"] for e in other.events}


def test_each_count_column_becomes_its_own_event() -> None:
    mapping = {
        "columns": {"d": "day", "saves": "save", "video": "view", "reel": "paid_view"},
        "constants": {"channel": "instagram"},
    }

    result = mapped(table(("d", "saves", "video", "reel"), ["2026-06-01", 1, 2, 3]), mapping)

    assert [(e["type"], e["paid"], e["count"]) for e in result.events] == [
        ("save", False, 1),
        ("view", False, 2),
        ("view", True, 3),
    ]
    assert len(result.stored) == 3


def test_types_in_cells_may_use_the_words_of_platforms() -> None:
    rows = [
        ["2026-06-01T10:00:00+02:00", "Retweets", "3", "X Pro"],
        ["2026-06-01T10:00:00Z", "reaction", "1", "facebook"],
        ["2026-06-01T10:00:00Z", "thumbs", "1", "facebook"],
    ]

    result = mapped(table(("when", "what", "how many", "where"), *rows), LONG)

    assert [(e["type"], e["count"], e["channel"], e["occurred_at"]) for e in result.events] == [
        ("share", 3, "x_pro", "2026-06-01T08:00:00Z"),
        ("like", 1, "facebook", "2026-06-01T10:00:00Z"),
    ]
    assert [rejected.code for rejected in result.rejected] == ["unknown_type"]


def test_a_review_report_becomes_reviews_with_ratings() -> None:
    mapping = {
        "columns": {"Review date": "day", "ASIN": "content_id", "Rating": "rating"},
        "constants": {"channel": "amazon", "type": "review"},
        "dates": "mdy",
    }

    result = mapped(table(("Review date", "ASIN", "Rating"), ["1/2/2026", "B01", "4"]), mapping)

    (event,) = result.events
    assert (event["type"], event["rating"], event["content_id"]) == ("review", 4.0, "B01")
    assert result.days == ["2026-01-02"]


def test_orders_become_conversions_with_their_value() -> None:
    mapping = {
        "columns": {"paid at": "day", "order": "event_id", "sum": "value", "mail": "user_id"},
        "constants": {"goal": "signup", "currency": "EUR"},
    }

    rows = [["2026-06-01", "17", "12.50", "ada@example.org"], ["2026-06-02", "18", "", "x"]]
    result = mapped(table(("paid at", "order", "sum", "mail"), *rows), mapping)

    (event,) = result.events
    assert (event["kind"], event["goal"], event["count"]) == ("conversion", "signup", 1)
    assert event["value"] == {"amount": "12.50", "currency": "EUR"}
    assert len(result.not_data) == 1


def test_an_audience_column_becomes_audience_events() -> None:
    mapping = {
        "columns": {"d": "day", "fans": "audience"},
        "constants": {"channel": "facebook"},
    }

    result = mapped(table(("d", "fans"), ["2026-06-01", "1000"], ["2026-06-02", "-"]), mapping)

    assert [(e["kind"], e["size"]) for e in result.events] == [("audience", 1000)]


def test_nested_keys_of_records_are_mapped_by_their_path() -> None:
    mapping = {
        "columns": {"at": "time", "stats.likes": "like", "post.id": "content_id"},
        "constants": {"channel": "community"},
    }
    good = {"at": "2026-06-01T10:00:00Z", "stats": {"likes": 3}, "post": {"id": 12345678901234567}}
    lines = [json.dumps(good), "{broken", '{"at": 5}', '{"stats": {"likes": [1]}}', "[]"]

    result = mapped("\n".join(lines), mapping)

    (event,) = result.events
    assert (event["count"], event["content_id"]) == (3, "12345678901234567")
    assert len(result.outcomes) == 5
    assert {r.code for r in result.rejected} == {"malformed_record"}
    assert [event["event_id"]] == [
        e["event_id"] for e in mapped(json.dumps([good]), mapping).events
    ]


def test_rows_of_several_days_are_spread_on_request() -> None:
    mapping = {
        "columns": {"from": "from", "to": "to", "clicks": "paid_click", "cost": "cost"},
        "constants": {"channel": "xing", "currency": "EUR", "paid": True},
    }
    content = table(("from", "to", "clicks", "cost"), ["2026-06-01", "2026-06-07", 70, "7.00"])

    with pytest.raises(ExportRejected) as rejected:
        mapped(content, mapping)
    result = mapped(content, mapping, spread=True)

    assert rejected.value.code == "aggregate_period"
    assert [e["count"] for e in result.events] == [10] * 7
    assert {e["cost"]["amount"] for e in result.events} == {"1.00"}


def test_a_rejection_does_not_show_people() -> None:
    mapping = {
        "columns": {"d": "day", "who": "user_id", "n": "like"},
        "constants": {"channel": "facebook"},
    }

    result = mapped(table(("d", "who", "n"), ["2026-06-01", "ada@example.org", "many"]), mapping)

    assert result.rejected[0].code == "invalid_number"
    assert "ada" not in result.rejected[0].raw + result.rejected[0].message


def test_a_mapping_that_does_not_match_the_file_is_rejected_with_missing_and_present_columns() -> (
    None
):
    with pytest.raises(ExportRejected) as rejected:
        mapped(table(("Datum", "Klicks"), ["2026-06-01", "5"]), XING)

    assert rejected.value.code == "unusable_mapping"
    assert "'Kampagne'" in rejected.value.detail
    assert "'Klicks'" in rejected.value.detail


def test_a_mapping_without_columns_sets_the_format_for_a_known_platform() -> None:
    report = google_report(google_row(day="1/2/2026"), period="All time")
    mapping = {"dates": "mdy"}

    with pytest.raises(ExportRejected) as rejected:
        read(report)

    assert rejected.value.code == "undecidable_format"
    assert '{"dates": "mdy"}' in rejected.value.detail
    assert mapped(report, mapping).days == ["2026-01-02"]
    assert mapped(report, {"dates": "dmy"}).days == ["2026-02-01"]


@pytest.mark.parametrize(
    ("mapping", "wrong"),
    [
        ([], {("", "wrong_type")}),
        ({}, {("", "missing_field")}),
        ({"colums": {}}, {("/colums", "unknown_field")}),
        ({"columns": {"a": "clicks"}}, {("/columns/a", "unknown_value")}),
        ({"columns": {"a/b": 1}}, {("/columns/a~1b", "unknown_value")}),
        ({"columns": {"a": "day", "b": "day"}}, {("/columns/b", "unknown_value")}),
        (
            {"columns": {"a": "click"}, "constants": {"channel": "x"}},
            {("/columns", "missing_field")},
        ),
        ({"columns": {"a": "day", "b": "click"}}, {("/columns", "missing_field")}),
        ({"columns": {"a": "from", "b": "value"}}, {("/columns", "missing_field")}),
        ({"constants": {"channel": "No Slug"}}, {("/constants/channel", "invalid_format")}),
        ({"constants": {"paid": "yes"}}, {("/constants/paid", "invalid_format")}),
        ({"dates": "ymd"}, {("/dates", "unknown_value")}),
        ({"decimal_mark": ";"}, {("/decimal_mark", "unknown_value")}),
    ],
)
def test_an_invalid_mapping_is_rejected_with_all_errors(
    mapping: Any, wrong: set[tuple[str, str]]
) -> None:
    assert wrong_with(mapping) == wrong


def test_a_mapping_survives_a_round_trip_through_json() -> None:
    for raw in (XING, LONG, {"dates": "dmy"}):
        assert parse_mapping(raw).as_json() == raw
    assert Mapping().as_json() == {}


rows = st.lists(
    st.tuples(
        st.integers(1, 28),
        st.sampled_from(["A", "B", ""]),
        st.integers(0, 10**6),
        st.sampled_from(["5", "0", "", "many", "-3", "1,5"]),
        st.integers(0, 10**6),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(rows=rows, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_no_mapped_row_is_lost(rows: list[tuple[Any, ...]], encoding: str) -> None:
    cells = [
        [f"{day:02}.06.2026", name, shown, clicks, f"{cents / 100:.2f}".replace(".", ","), 0]
        for day, name, shown, clicks, cents in rows
    ]

    result = mapped(table(XING_HEADER, *cells, delimiter=";").encode(encoding), XING)

    kinds = [
        sum(isinstance(o, kind) for o in result.outcomes) for kind in (Imported, Rejected, Skipped)
    ]
    below_zero = [row for row in rows if row[3] == "-3" and (row[2] or row[4])]
    good = [row for row in rows if row[3] in ("5", "0", "")] + below_zero
    assert len(result.outcomes) == len(rows) == sum(kinds)
    assert kinds[1] == len(rows) - len(good)
    assert len(result.summary["notes"]) == (bool(below_zero) if rows else 1)
    assert result.counts.get("impression", 0) == sum(row[2] for row in good)
    assert result.counts.get("click", 0) == 5 * sum(row[3] == "5" for row in good)
    assert result.cost * 100 == sum(row[4] for row in good)


def test_conversions_and_engagements_carry_their_product_and_region() -> None:
    file = table(
        ("Day", "Kanal", "Likes", "Orders", "SKU", "State"),
        ["2026-05-01", "shop", 3, 2, "mug", "AT-9"],
        ["2026-05-01", "shop", 1, 1, "mug", "AT-5"],
        ["2026-05-01", "shop", 1, 1, "", ""],
    )
    columns = {"Day": "day", "Kanal": "channel", "Likes": "like", "Orders": "conversions"}
    columns |= {"SKU": "content_id", "State": "region"}

    events = read(file, mapping=parse_mapping({"columns": columns})).events

    about = [(e["kind"], e["count"], e.get("content_id"), e.get("region")) for e in events]
    assert about == [
        ("engagement", 3, "mug", "AT-9"),
        ("conversion", 2, "mug", "AT-9"),
        ("engagement", 1, "mug", "AT-5"),
        ("conversion", 1, "mug", "AT-5"),
        ("engagement", 1, None, None),
        ("conversion", 1, None, None),
    ]
    assert len({e["event_id"] for e in events}) == len(events)


def test_a_region_that_is_spread_over_days_stays_on_every_day() -> None:
    file = table(("From", "To", "Likes"), ["2026-05-01", "2026-05-02", 4])
    mapping = parse_mapping(
        {
            "columns": {"From": "from", "To": "to", "Likes": "like"},
            "constants": {"channel": "facebook", "region": "north"},
        }
    )

    events = read(file, mapping=mapping, spread=True).events

    assert [(e["count"], e["region"]) for e in events] == [(2, "north"), (2, "north")]
