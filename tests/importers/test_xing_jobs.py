"""XING's performance report of job ads."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, counts

HEADER = (
    *("ID", "Order ID", "Product Type", "Job Code", "Posting URL", "Reply Setting", "Title"),
    *("Activated At", "Date ID", "Impressions", "Clicks", "Applications"),
)


def make_row(**over: object) -> list[object]:
    row = {
        "id": "901",
        "order": "77",
        "product": "Pro",
        "code": "J-1",
        "url": "https://example.org/jobs/901",
        "reply": "url",
        "title": "Engineer",
        "activated": "2026-05-01",
        "day": "20260512",
        "impressions": "250",
        "clicks": "12",
        "applications": "3",
    }
    return list((row | over).values())


def test_a_row_becomes_paid_impressions_and_clicks_of_its_day() -> None:
    result = read(table(HEADER, make_row()))

    assert result.counts == {"impression": 250, "click": 12}
    assert result.days == ["2026-05-12"]
    assert {(e["channel"], e["paid"]) for e in result.events} == {("xing", True)}
    assert {(e["campaign_id"], e["content_id"]) for e in result.events} == {("77", "901")}


def test_applications_are_claimed_and_never_conversions() -> None:
    result = read(table(HEADER, make_row(), make_row(day="2026-05-13", applications="2")))

    assert {event["kind"] for event in result.events} == {"engagement"}
    assert [row["count"] for row in result.summary["claimed_conversions"]] == ["5"]


def test_only_the_documented_columns_are_needed() -> None:
    result = read(table(HEADER[:10], make_row()[:10]))

    assert result.counts == {"impression": 250}


def test_a_report_without_rows_is_one_of_xing() -> None:
    result = read(table(HEADER))

    assert (result.summary["platform"], result.outcomes) == ("xing", [])


def test_a_later_report_restates_the_day() -> None:
    before = read(table(HEADER, make_row())).events
    after = read(table(HEADER, make_row(id="902"), make_row(impressions="260"))).events

    assert {event["event_id"] for event in before} <= {event["event_id"] for event in after}


def test_rows_of_zeros_are_no_data() -> None:
    row = make_row(impressions="0", clicks="", applications="-")

    assert [outcome.reason for outcome in read(table(HEADER, row)).not_data] == [
        "no numbers but zeros"
    ]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"id": "", "code": ""}, "missing_value"),
        ({"day": ""}, "missing_value"),
        ({"day": "soon"}, "invalid_date"),
        ({"impressions": "many"}, "invalid_number"),
        ({"impressions": "9" * 30}, "invalid_number"),
        ({"clicks": "-1"}, "negative"),
        ({"clicks": "1.5"}, "not_whole"),
    ],
)
def test_a_bad_row_is_refused(over: dict[str, Any], code: str) -> None:
    result = read(table(HEADER, make_row(), make_row(**over)))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, code)]


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["1", "2"]), st.integers(1, 28), counts, counts), max_size=20
    )
)
def test_rows_of_job_ads_are_conserved(rows: list[tuple[str, int, int, int]]) -> None:
    cells = [
        make_row(id=ad, day=f"2026-06-{day:02}", impressions=shown, clicks=clicks)
        for ad, day, shown, clicks in rows
    ]

    result = read(table(HEADER, *cells))

    check_conservation(result, len(rows))
    assert result.refused == []
    assert result.counts.get("impression", 0) == sum(row[2] for row in rows)
    assert result.counts.get("click", 0) == sum(row[3] for row in rows)
