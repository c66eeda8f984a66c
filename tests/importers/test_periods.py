"""Periods inside a report: which of several columns with days is the row's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.importers import parse_mapping
from chalicelib.model.errors import ExportRefused
from tests.importers.files import google_report, read, table

META = ("Campaign name", "Month", "Week", "Day", "Impressions", "Amount spent (EUR)")
WHOLE = ("Reporting starts", "Reporting ends")


def meta(unit: str, cell: str, starts: str = "2026-01-01", ends: str = "2026-02-28") -> str:
    header = ("Campaign name", unit, "Impressions", "Amount spent (EUR)", *WHOLE)
    return table(header, ["Brand", cell, 3100, 31, starts, ends])


@pytest.mark.parametrize(
    ("unit", "cell", "first", "last"),
    [
        ("Month", "2026-01-01 - 2026-01-31", "2026-01-01", "2026-01-31"),
        ("Month", "2026-02", "2026-02-01", "2026-02-28"),
        ("Monat", "01.02.2026 - 28.02.2026", "2026-02-01", "2026-02-28"),
        ("Week", "2026-01-05 - 2026-01-11", "2026-01-05", "2026-01-11"),
        ("Week", "2026-01-05", "2026-01-05", "2026-01-11"),
        ("Week", "01/25/2026 - 01/31/2026", "2026-01-25", "2026-01-31"),
        ("Week", "2025-12-29 - 2026-01-04", "2026-01-01", "2026-01-04"),
    ],
)
def test_a_month_or_week_is_the_rows_and_starts_and_ends_are_the_reports(
    unit: str, cell: str, first: str, last: str
) -> None:
    result = read(meta(unit, cell), spread=True)

    assert (result.days[0], result.days[-1]) == (first, last)
    assert result.counts == {"impression": 3100}


def test_a_month_outside_of_the_report_is_rejected() -> None:
    result = read(meta("Month", "2026-03-01 - 2026-03-31"), spread=True)

    assert [row.code for row in result.refused] == ["invalid_date"]


def test_without_spreading_a_report_by_month_is_refused_as_one() -> None:
    with pytest.raises(ExportRefused, match="covers a month"):
        read(meta("Month", "2026-01-01 - 2026-01-31"))


def test_a_day_comes_before_week_and_month() -> None:
    row = ["Brand", "2026-01-01 - 2026-01-31", "2026-01-05 - 2026-01-11", "2026-01-07", 10, 1]

    assert read(table((*META, *WHOLE), [*row, "2026-01-01", "2026-02-28"])).days == ["2026-01-07"]


def test_a_week_comes_before_the_month_that_it_is_shown_with() -> None:
    header = ("Month", "Week", "Campaign", "Currency code", "Cost", "Impr.", "Clicks")
    content = google_report(
        ["2026-06-01", "2026-06-08", "Brand", "EUR", "7.00", "70", "7"], header=header
    )

    result = read(content, spread=True)

    assert (result.days[0], result.days[-1]) == ("2026-06-08", "2026-06-14")


PINS = ("Date", "Campaign name", "Campaign ID", "Spend in account currency", "Impressions", "Saves")


def pins(*days: str) -> str:
    return table(PINS, *([day, "Brand", "626735565838", "1.00", "70", "7"] for day in days))


def test_pinterest_dates_a_week_apart_are_weeks() -> None:
    weeks = pins("2026-06-01", "2026-06-08", "2026-06-15")

    with pytest.raises(ExportRefused, match="covers a week"):
        read(weeks, currency="EUR")
    assert read(weeks, currency="EUR", spread=True).days[-1] == "2026-06-21"


def test_two_pinterest_dates_or_a_shorter_distance_are_days() -> None:
    assert read(pins("2026-06-01", "2026-06-08"), currency="EUR").days[-1] == "2026-06-08"
    days = pins("2026-06-01", "2026-06-02", "2026-06-15")
    assert read(days, currency="EUR").days[-1] == "2026-06-15"


def ga4(heading: str, *cells: object, first: str = "20260101", last: str = "20261231") -> str:
    start = f"# Start date: {first}\n# End date: {last}\n"
    rows = (["Direct", cell, 700, 3, 99.5] for cell in cells)
    header = ("Session default channel group", heading, "Sessions", "Key events", "Total revenue")
    return start + table(header, *rows)


@pytest.mark.parametrize(
    ("heading", "number", "first", "last"),
    [
        ("Week", "1", "2026-01-01", "2026-01-03"),
        ("Week", "02", "2026-01-04", "2026-01-10"),
        ("Week", "53", "2026-12-27", "2026-12-31"),
        ("Month", "02", "2026-02-01", "2026-02-28"),
    ],
)
def test_weeks_and_months_of_a_year_are_placed_in_the_year_of_the_report(
    heading: str, number: str, first: str, last: str
) -> None:
    result = read(ga4(heading, number), spread=True)

    assert result.counts == {"click": 700}
    assert (result.days[0], result.days[-1]) == (first, last)


@pytest.mark.parametrize("number", ["0", "54", "13.5"])
def test_a_number_that_no_week_has_is_rejected(number: str) -> None:
    result = read(ga4("Week", "3", number), spread=True)

    assert [row.code for row in result.refused] == ["invalid_date"]


def test_weeks_of_several_years_are_refused_with_the_reason() -> None:
    with pytest.raises(ExportRefused, match="Week holds numbers, and 2025-11-01 to 2026-03-31"):
        read(ga4("Week", "3", first="20251101", last="20260331"), spread=True)


def test_a_week_that_matomo_writes_with_a_comma_and_no_quotation_marks_is_read() -> None:
    header = "Date,Unique visitors,Visits,Actions,Pageviews,Bounce Rate\n"
    rows = "2026-06-01,2026-06-07,10,15,40,70,45%\n2026-06-08,2026-06-14,12,17,45,140,44%\n"
    content = (header + rows).encode("utf-16")

    with pytest.raises(ExportRefused) as refusal:
        read(content)
    assert refusal.value.code == "aggregate_period"
    result = read(content, spread=True)
    assert result.counts == {"impression": 210}
    assert (result.days[0], result.days[-1]) == ("2026-06-01", "2026-06-14")


OVERLAPPING = ("Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)", *WHOLE)


def test_periods_of_one_thing_that_overlap_add_up() -> None:
    rows = [
        ["Brand", 1400, 14, "7.00", "2026-05-01", "2026-05-07"],
        ["Brand", 700, 7, "3.50", "2026-05-05", "2026-05-11"],
        ["Brand", 30, 3, "1.00", "2026-05-06", "2026-05-06"],
        ["Brand", 200, 2, "2.00", "2026-05-06", "2026-05-07"],
    ]

    result = read(table(OVERLAPPING, *rows), spread=True)

    assert result.counts == {"impression": 2330, "click": 26}
    assert result.cost == Decimal("13.50")
    assert len(result.stored) == len(result.events)


def test_periods_that_do_not_overlap_have_the_ids_of_single_rows() -> None:
    rows = [
        ["Brand", 1400, 14, "7.00", "2026-05-01", "2026-05-07"],
        ["Brand", 700, 7, "3.50", "2026-05-08", "2026-05-11"],
    ]

    together = read(table(OVERLAPPING, *rows), spread=True)
    alone = [read(table(OVERLAPPING, row), spread=True) for row in rows]

    assert [e["event_id"] for e in together.events] == [
        e["event_id"] for one in alone for e in one.events
    ]


def test_periods_of_a_mapped_table_that_overlap_add_up() -> None:
    rows = [
        ["Brand", 1400, "2026-05-01", "2026-05-07"],
        ["Brand", 700, "2026-05-05", "2026-05-11"],
    ]
    mapping = parse_mapping(
        {
            "columns": {"Name": "campaign_id", "Seen": "impression", "From": "from", "To": "to"},
            "constants": {"channel": "xing"},
        }
    )

    result = read(table(("Name", "Seen", "From", "To"), *rows), spread=True, mapping=mapping)

    assert result.counts == {"impression": 2100}
