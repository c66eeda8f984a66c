"""Days, periods and times."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.values.dates import (
    DateFormat,
    DayOrder,
    decide_day_order,
    parse_day,
    parse_instant,
    parse_month,
    parse_period,
    parse_quarter,
    parse_week,
    parse_year,
)
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table

JUNE_25 = dt.date(2026, 6, 25)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-25",
        "2026/6/25",
        "2026-06-25 00:00:00",
        "20260625",
        "25.06.2026",
        "Do, 25.06.26",
        "Do. 25.06.2026",
        "25.6.26",
        "Jun 25, 2026",
        "June 25, 2026",
        "Thu, Jun 25, 2026",
        "Do., 25. Juni 2026",
        "Donnerstag, 25. Juni 2026",
        "2026-06-25 18:42 +0000",
        "2026-06-24T23:30:00.000-01:00",
        "25 June 2026",
        "25. Juni 2026",
        "25. Jun. 2026",
        "25 juni 2026",
        "25 juin 2026",
        "25 de junio de 2026",
        "June 25, 2026, 12:00 AM",
        "Jun 25, 2026 at 11:59\u202fPM",
        "25 juni 2026 00:00",
        "25. Juni 2026 um 23:59",
        "25 juin 2026 à 0:00",
        "25.06.2026, 0:00",
    ],
)
def test_days_are_parsed_in_every_known_format(cell: str) -> None:
    assert parse_day(cell) == JUNE_25


@pytest.mark.parametrize(
    "cell", ["06/25/2026 09:03:47 AM", "6/25/2026 9:03 pm", "6/25/26, 09:03", "06/25/2026 18:30"]
)
def test_a_day_with_a_time_of_day_is_parsed_as_the_day(cell: str) -> None:
    assert parse_day(cell, "mdy") == JUNE_25
    assert decide_day_order("en", [cell], None) == "mdy"


@pytest.mark.parametrize(
    "cell", ["", "6/25/2026", "25", "2026-13-01", "Foo 25, 2026", "today", "25 juni"]
)
def test_a_cell_that_is_not_a_day_is_rejected(cell: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_day(cell)


@pytest.mark.parametrize(
    "months",
    [
        "januari februari maart april mei juni juli augustus september oktober november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ],
)
def test_dutch_french_and_spanish_month_names_are_known(months: str) -> None:
    days = [parse_day(f"25 {month} 2026") for month in months.split()]

    assert days == [dt.date(2026, number, 25) for number in range(1, 13)]


def test_english_headings_decide_the_day_order_only_for_platforms_that_use_one() -> None:
    assert decide_day_order("en", ["3/4/2026"], None, english="mdy") == "mdy"
    assert decide_day_order("en", ["25/4/2026"], None, english="mdy") == "dmy"
    with pytest.raises(ExportRejected):
        decide_day_order("", ["3/4/2026"], None, english="mdy")


def test_german_march_is_parsed_with_umlaut() -> None:
    assert parse_day("1. März 2026") == parse_day("Mar 1, 2026")


@pytest.mark.parametrize(
    ("cells", "language", "period", "order"),
    [
        (["3/4/2026", "25/6/2026"], "en", None, "dmy"),
        (["3/4/2026", "6/25/2026"], "en", None, "mdy"),
        (["3/4/2026"], "de", None, "dmy"),
        (["3-4-2026"], "en", (dt.date(2026, 4, 1), dt.date(2026, 4, 30)), "dmy"),
        (["3/4/2026"], "en", (dt.date(2026, 3, 1), dt.date(2026, 3, 31)), "mdy"),
        (["2026-06-25", "3.4.2026"], "en", None, ""),
    ],
)
def test_the_order_of_day_and_month_is_decided_per_file(
    cells: list[str], language: str, period: tuple[dt.date, dt.date] | None, order: DayOrder
) -> None:
    assert decide_day_order(language, cells, period) == order


@pytest.mark.parametrize("cells", [["3/4/2026"], ["25/6/2026", "6/25/2026"]])
def test_an_undecidable_day_order_is_rejected_with_a_question(cells: list[str]) -> None:
    with pytest.raises(ExportRejected, match=r"\?") as rejection:
        decide_day_order("en", cells, None)

    assert rejection.value.code == "undecidable_format"


@pytest.mark.parametrize(
    "line",
    [
        '"June 1, 2026 - June 25, 2026"',
        "1 June 2026 - 25 June 2026",
        "1. Juni 2026 - 25. Juni 2026",
        "1. Juni 2026–25. Juni 2026",
        "01.06.2026 - 25.06.2026",
        "2026-06-01 - 2026-06-25",
        "From 2026-06-01 to 2026-06-25",
        "Von 2026-06-01 bis 2026-06-25",
        "2026-06-01,2026-06-25",
    ],
)
def test_period_lines_are_parsed_in_every_known_format(line: str) -> None:
    assert parse_period(line) == (dt.date(2026, 6, 1), JUNE_25)


def test_a_single_day_is_a_period_and_a_title_is_not() -> None:
    assert parse_period("June 25, 2026") == (JUNE_25, JUNE_25)
    assert parse_period("Campaign report - final") is None
    assert parse_period("25 June 2026 - 1 June 2026") is None


def test_longer_periods_are_parsed_by_first_day_or_name() -> None:
    dates = DateFormat()
    june = dt.date(2026, 6, 1), dt.date(2026, 6, 30)

    assert parse_week("2026-06-01", dates) == (dt.date(2026, 6, 1), dt.date(2026, 6, 7))
    assert parse_month("2026-06-01", dates) == parse_month("Juni 2026", dates) == june
    assert parse_month("2026-06", dates) == june
    assert parse_month("2024-02", dates)[1] == dt.date(2024, 2, 29)
    assert parse_quarter("Q2 2026", dates) == (dt.date(2026, 4, 1), june[1])
    assert parse_year("2026", dates) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_a_time_is_converted_to_utc() -> None:
    for text, hour in (("2026-05-12 23:30:12 +0200", 21), ("2026-05-12T16:30:12-05:00", 21)):
        assert parse_instant(text) == dt.datetime(2026, 5, 12, hour, 30, 12, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="offset"):
        parse_instant("2026-05-13 00:30:12")


def test_a_time_with_the_year_at_its_end_is_parsed() -> None:
    noon = dt.datetime(2022, 10, 19, 20, 7, 25, tzinfo=dt.UTC)

    assert parse_instant("Wed Oct 19 20:07:25 +0000 2022") == noon
    assert parse_instant("Wed Oct 19 22:07:25 +0200 2022") == noon
    for wrong in ("Wed Foo 19 20:07:25 +0000 2022", "Wed Oct 32 20:07:25 +0000 2022"):
        with pytest.raises(ValueError, match=r"\w"):
            parse_instant(wrong)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_a_formatted_day_is_parsed_back(day: dt.date) -> None:
    for form in ("%Y-%m-%d", "%b %d, %Y", "%d %B %Y", "%d.%m.%Y"):
        assert parse_day(day.strftime(form)) == day


@pytest.mark.parametrize("offset", ["+02:00", "-0700", "Z", ""])
def test_midnight_in_a_day_column_is_the_day_that_begins(offset: str) -> None:
    header = ("Day", "Campaign name", "Impressions", "Amount spent (EUR)")

    result = read(table(header, [f"2026-06-02T00:00:00{offset}", "Brand", 10, "1.50"]))

    assert result.days == ["2026-06-02"]


@pytest.mark.parametrize("cell", ["46143", "46143.5"])
def test_a_spreadsheets_number_for_a_day_is_explained_in_the_error(cell: str) -> None:
    with pytest.raises(ValueError, match="format the column as a date"):
        parse_day(cell)
