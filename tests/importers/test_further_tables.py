"""Several tables in one file: exports pasted together, headers again, sheets of one form."""

from __future__ import annotations

import pytest

from chalicelib.importers import parse_mapping
from chalicelib.importers.reports import successive
from tests.importers.files import Read, google_report, google_row, read, table
from tests.importers.workbook_files import workbook, zipped

HEADER = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
OTHER = ("Campaign name", "Amount spent (EUR)", "Day", "Link clicks", "Impressions")


def meta_row(day: int, campaign: str = "Brand", count: int = 100) -> list[object]:
    return [f"2026-05-{day:02}", campaign, count, count // 10, count // 100]


def reasons(result: Read) -> list[str]:
    return [outcome.reason for outcome in result.not_data]


def test_a_second_export_below_the_first_is_read_by_its_own_order_of_columns() -> None:
    content = table(HEADER, meta_row(1), meta_row(2)) + table(
        OTHER, ["Shop", 7, "2026-05-03", 9, 70]
    )

    result = read(content)

    assert result.counts == {"impression": 270, "click": 29}
    assert result.cost == 9
    assert result.days == ["2026-05-01", "2026-05-02", "2026-05-03"]
    assert not result.refused
    assert reasons(result) == ["the header of a further table"]
    assert [outcome.row for outcome in result.outcomes] == [2, 3, 4, 5]


def test_a_second_export_above_the_header_with_more_columns_is_not_taken_for_a_preamble() -> None:
    few = ("Day", "Campaign name", "Impressions", "Amount spent (EUR)")
    content = table(few, ["2026-05-01", "Brand", 100, 1]) + table(HEADER, meta_row(2))

    result = read(content)

    assert result.counts == {"impression": 200, "click": 10}
    assert result.cost == 2


def test_the_period_above_a_further_table_is_that_of_its_rows() -> None:
    header = ("Campaign", "Currency code", "Cost", "Clicks", "Impr.")
    first = google_report(
        ["Brand", "EUR", "1.00", "10", "100"], header=header, period="May 1, 2026 - May 1, 2026"
    )
    second = google_report(
        ["Brand", "EUR", "2.00", "20", "200"], header=header, period="May 2, 2026 - May 2, 2026"
    )

    result = read(first + "\n" + second)

    assert result.counts == {"impression": 300, "click": 30}
    assert result.days == ["2026-05-01", "2026-05-02"]
    assert not result.refused


def test_a_header_that_is_repeated_is_no_row() -> None:
    content = table(HEADER, meta_row(1), HEADER, meta_row(2), HEADER, meta_row(3))

    result = read(content)

    assert result.counts == {"impression": 300, "click": 30}
    assert reasons(result) == ["the header again", "the header again"]


def test_the_same_export_twice_in_a_file_does_not_count_twice() -> None:
    content = table(HEADER, meta_row(1), meta_row(2), meta_row(2, count=50))

    result = read(content + content)

    assert result.counts == {"impression": 250, "click": 25}
    assert [row.code for row in result.refused] == ["told_twice"] * 3


def test_a_table_of_another_kind_is_named_and_not_read() -> None:
    content = (
        table(HEADER, meta_row(1))
        + "\n"
        + table(["Devices"], ["Device", "Impressions"], ["Desktop", 30], ["Mobile", 70])
    )

    result = read(content)

    assert result.counts == {"impression": 100, "click": 10}
    assert not result.refused
    assert reasons(result)[-2:] == ["of a table that is not read"] * 2
    assert result.summary["skipped"] == [
        {
            "what": "table",
            "name": "line 5 (Device, Impressions)",
            "reason": "it is another kind of table",
        }
    ]


def test_a_table_below_one_that_is_not_read_is_read() -> None:
    other = table(["Device", "Impressions"], ["Desktop", 30])
    content = table(HEADER, meta_row(1)) + other + table(OTHER, ["Shop", 7, "2026-05-03", 9, 70])

    result = read(content)

    assert result.counts == {"impression": 170, "click": 19}


def test_thousands_of_tables_are_read_one_after_another() -> None:
    headers = (HEADER, OTHER)
    pieces = []
    for index in range(3_000):
        campaign = f"c{index}"
        row = meta_row(1, campaign) if index % 2 == 0 else [campaign, 1, "2026-05-01", 10, 100]
        pieces.append(table(headers[index % 2], row))

    result = read("".join(pieces))

    assert result.counts == {"impression": 300_000, "click": 30_000}


def test_what_is_below_very_many_tables_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(successive, "MAX_TABLES", 3)
    pieces = [
        table(HEADER, meta_row(1)),
        *[table(OTHER, ["a", 1, "2026-05-01", 10, 100]), table(HEADER, meta_row(2))],
        *[table(OTHER, ["b", 1, "2026-05-01", 10, 100]), table(HEADER, meta_row(3))],
    ]

    result = read("".join(pieces))

    assert result.counts == {"impression": 300, "click": 30}
    assert [one["reason"] for one in result.summary["skipped"]] == ["more than 3 tables"] * 2


def test_a_mapped_table_ends_at_a_title_and_a_header() -> None:
    mapping = parse_mapping(
        {
            "constants": {"channel": "facebook"},
            "columns": {"Date": "day", "Primary": "impression"},
        }
    )
    content = '"Facebook views"\n"Date","Primary"\n"2026-05-01","10"\n\n"Instagram views"\n'
    content += '"Date","Primary"\n"2026-05-01","500"\n'

    result = read(content, mapping=mapping)

    assert result.counts == {"impression": 10}
    assert [one["what"] for one in result.summary["skipped"]] == ["table"]


def test_a_row_of_text_that_is_refused_is_no_header() -> None:
    content = table(HEADER, meta_row(1), ["2026-05-02", "Campaign", "many", "Day", "Clicks"])

    result = read(content)

    assert [row.code for row in result.refused] == ["invalid_number"]


def test_sheets_of_one_form_are_read_one_after_another() -> None:
    other = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (USD)")
    data = workbook(
        {
            "May": [HEADER, meta_row(1), meta_row(2)],
            "Notes": [["Thank you"]],
            "June": [other, ["2026-06-01", "Brand", 10, 1, 1]],
        }
    )

    result = read(data)

    assert result.counts == {"impression": 210, "click": 21}
    assert {e["cost"]["currency"] for e in result.events if "cost" in e} == {"EUR", "USD"}
    assert [outcome.part for outcome in result.outcomes] == [0, 0, 1]
    assert [one["name"] for one in result.summary["skipped"]] == ["Notes"]


def test_a_copy_of_a_sheet_does_not_count_twice() -> None:
    rows = [HEADER, meta_row(1), meta_row(2)]

    result = read(workbook({"Report": rows, "Report (2)": rows}))

    assert result.counts == {"impression": 200, "click": 20}
    assert [row.code for row in result.refused] == ["told_twice", "told_twice"]


@pytest.mark.parametrize("order", [("ads", "campaigns"), ("campaigns", "ads")])
def test_sheets_of_another_level_are_the_same_money_and_are_not_read(
    order: tuple[str, str],
) -> None:
    by_ad = ("Day", "Campaign name", "Ad name", "Impressions", "Link clicks", "Amount spent (EUR)")
    sheets = {
        "ads": [
            by_ad,
            ["2026-05-01", "Brand", "A", 60, 6, 1],
            ["2026-05-01", "Brand", "B", 40, 4, 1],
        ],
        "campaigns": [HEADER, ["2026-05-01", "Brand", 100, 10, 2]],
    }

    result = read(workbook({name: sheets[name] for name in order}))

    assert result.counts == {"impression": 100, "click": 10}
    assert result.summary["skipped"] == [
        {"what": "sheet", "name": "campaigns", "reason": "ads is read"}
    ]


def test_a_further_google_table_is_read_in_its_own_language() -> None:
    german = table(
        ["Tag", "Kampagne", "Währungscode", "Kosten", "Klicks", "Impr."],
        ["02.06.2026", "Marke", "EUR", "1.234,50", "8", "1.000"],
    )

    result = read(google_report(google_row()) + "\n" + german)

    assert str(result.cost) == "1247.00"
    assert result.counts == {"impression": 2250, "click": 15}


def test_rows_with_another_delimiter_are_rejected_and_not_taken_for_totals() -> None:
    below = table(HEADER, meta_row(2), delimiter=";")

    result = read(table(HEADER, meta_row(1)) + below)

    assert [row.code for row in result.refused] == ["wrong_cell_count"] * 2


def test_each_table_names_the_columns_of_its_own_that_are_not_read() -> None:
    header, other = (*HEADER, "Zorb clicks"), (*OTHER, "Zorb clicks")
    rejected = ["soon", "Shop", 10, 1, 1, 1000]
    content = table(header, [*meta_row(1), 5], rejected) + table(
        other, ["Shop", 7, "2026-05-03", 9, 70, 6]
    )

    result = read(content)

    assert result.summary["unread_columns"] == [
        {"heading": "Zorb clicks", "sum": "11", "why": None, "metric": True}
    ]
    assert [row.code for row in result.refused] == ["invalid_date"]


def test_rows_that_end_in_an_empty_cell_are_summed_up_too() -> None:
    content = table((*HEADER, "Zorb clicks"), [*meta_row(1), 5, ""], [*meta_row(2), 6, ""])

    assert read(content).summary["unread_columns"][0]["sum"] == "11"


def test_claimed_conversions_of_all_tables_are_summed_up() -> None:
    claims = (*HEADER, "Purchases")
    content = table(claims, [*meta_row(1), 5]) + table(
        (*OTHER, "Purchases"), ["Shop", 7, "2026-05-03", 9, 70, 6]
    )

    (row,) = read(content).summary["claimed_conversions"]

    assert row["count"] == "11"


def test_a_further_table_without_a_mark_of_the_platform_is_skipped() -> None:
    first = table(
        ["Day", "Campaign", "Currency code", "Cost", "Clicks", "Impr."],
        ["2026-06-01", "Brand", "EUR", "1.50", "8", "100"],
    )
    elsewhere = table(
        ["Date", "Campaign", "Ad group", "Currency", "Clicks", "Cost"],
        ["2026-06-01", "Brand", "A", "EUR", "9", "9.50"],
    )

    result = read(first + "\n" + elsewhere)

    assert result.counts == {"impression": 100, "click": 8}
    (skipped,) = result.summary["skipped"]
    assert skipped["reason"] == "it is another kind of table"


def test_a_sheet_that_is_refused_is_skipped_with_the_reason() -> None:
    undated = [HEADER, ["2026-05-01", "Brand", 100, 10, 1], ["2026-05-02", "Brand", 1, 1, 1]]
    broken = [HEADER, ["03/04/2026", "Brand", 100, 10, 1], ["04/03/2026", "Brand", 100, 10, 1]]

    result = read(workbook({"May": undated, "April": broken}))

    assert result.counts == {"impression": 101, "click": 11}
    (skipped,) = result.summary["skipped"]
    assert skipped["name"] == "April"
    assert skipped["reason"].startswith("undecidable_format")


def test_tables_skipped_in_members_of_an_archive_are_named_with_the_member() -> None:
    other = table(["Device", "Impressions"], ["Desktop", 30])
    members = {
        name: table(HEADER, meta_row(day)) + "\n" + other for name, day in (("a", 1), ("b", 2))
    }

    result = read(zipped({f"{name}.csv": text for name, text in members.items()}))

    names = [one["name"] for one in result.summary["skipped"]]
    assert names == [f"{name}.csv: line 4 (Device, Impressions)" for name in members]


def test_a_table_of_another_platform_above_is_named() -> None:
    header = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
    above = table(header, ["2026-06-01", "Spring", 100, 1, "1.50"])

    result = read(above + "\n" + google_report(google_row()))

    [skipped] = result.summary["skipped"]
    assert skipped["name"].startswith("line 1 (Day, Campaign name, Impressions")
    assert skipped["reason"] == "it is another kind of table"
    assert not read(google_report(google_row())).summary["skipped"]


def test_a_row_that_was_told_before_claims_nothing() -> None:
    report = google_report(google_row(conversions="0.50"))

    result = read(report + "\n" + report)

    assert [one.code for one in result.refused] == ["told_twice"]
    assert [one["count"] for one in result.summary["claimed_conversions"]] == ["0.50"]
