"""Workbooks as people leave them: hidden sheets, merged cells, days that are half dates."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers import old_workbooks
from tests.importers.files import read, table
from tests.importers.workbook_files import parts_of_workbook, saved, workbook, zipped

HEADER = ("Campaign name", "Campaign ID", "Day", "Impressions", "Amount spent (EUR)")
OLD = [HEADER, ["Old", "23850000001", "2026-04-01", 9999, 99]]
NEW = [HEADER[:1] + HEADER[2:], ["Brand", "2026-05-01", 100, 1]]


def new_workbook(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(sheets)))
    for name in hidden:
        book[name].sheet_state = "veryHidden"
    return saved(book)


@pytest.mark.parametrize("made", [new_workbook, old_workbooks.old_workbook])
def test_a_hidden_sheet_is_not_read_beside_one_that_is_shown(made) -> None:  # type: ignore[no-untyped-def]
    result = read(made({"old": OLD, "May": NEW}, hidden=("old",)))

    assert result.counts == {"impression": 100}
    assert result.summary["skipped"] == [{"what": "sheet", "name": "old", "reason": "it is hidden"}]


@pytest.mark.parametrize("made", [new_workbook, old_workbooks.old_workbook])
def test_a_hidden_sheet_is_read_where_no_other_holds_a_report(made) -> None:  # type: ignore[no-untyped-def]
    result = read(made({"old": OLD, "Cover": [["Hello"]]}, hidden=("old",)))

    assert result.counts == {"impression": 9999}
    assert any("hidden ones were read: old" in note for note in result.summary["notes"])


def merged_workbook() -> bytes:
    rows = [
        ["Brand", 23850000001, "2026-05-01", 100, 6],
        [None, None, "2026-05-02", 100, None],
        [None, None, "2026-05-03", 100, None],
        ["Shop", 23850000002, "2026-05-01", 50, 1],
    ]
    book = openpyxl.load_workbook(io.BytesIO(workbook({"Raw Data Report": [HEADER, *rows]})))
    for cells in ("A2:A4", "B2:B4", "E2:E4"):
        book.worksheets[0].merge_cells(cells)
    return saved(book)


def old_merged_workbook() -> bytes:
    rows: list[list[old_workbooks.Cell]] = [
        list(HEADER),
        ["Brand", 23850000001, "2026-05-01", 100, 6],
        [None, None, "2026-05-02", 100],
        [None, None, "2026-05-03", 100],
        ["Shop", 23850000002, "2026-05-01", 50, 1],
        [old_workbooks.merged(column, 1, 3) for column in (0, 1, 4)],
    ]
    return old_workbooks.old_workbook({"Raw Data Report": rows})


@pytest.mark.parametrize("data", [merged_workbook(), old_merged_workbook()], ids=["xlsx", "xls"])
def test_names_and_ids_of_merged_cells_hold_for_all_their_rows_and_costs_once(data: bytes) -> None:
    result = read(data)

    assert result.counts == {"impression": 350}
    assert result.cost == 7
    campaigns = [e["campaign_id"] for e in result.events if e.get("type") == "impression"]
    assert campaigns == ["23850000001"] * 3 + ["23850000002"]


def test_a_header_of_two_merged_rows_is_one() -> None:
    above = ["Campaign name", "Day", "Performance", None]
    below = [None, None, "Impressions", "Amount spent (EUR)"]
    rows = [above, below, ["Brand", "2026-05-01", 100, 1]]
    book = openpyxl.load_workbook(io.BytesIO(workbook({"Report": rows})))
    for cells in ("A1:A2", "B1:B2", "C1:D1"):
        book.worksheets[0].merge_cells(cells)

    assert read(saved(book)).counts == {"impression": 100}


def test_days_of_which_a_spreadsheet_took_some_for_dates_are_a_question() -> None:
    rows = [
        ["Brand", "1", dt.date(2026, 4, 3), 100, 1],
        ["Brand", "1", "25/03/2026", 100, 1],
    ]

    with pytest.raises(ExportRefused, match="exchange day and month") as refusal:
        read(workbook({"Report": [HEADER, *rows]}))

    assert refusal.value.code == "undecidable_format"


def test_the_question_is_asked_of_a_shops_sales_too() -> None:
    header = ("Day", "Orders", "Net sales", "Total sales (EUR)")
    rows = [[dt.date(2026, 4, 3), 1, 9, 10], ["25/03/2026", 1, 9, 10]]

    with pytest.raises(ExportRefused, match="exchange day and month"):
        read(workbook({"Report": [header, *rows]}))


def test_dates_and_text_that_can_be_read_in_one_way_are_both_days() -> None:
    rows = [
        ["Brand", "1", dt.date(2026, 4, 3), 100, 1],
        ["Brand", "1", "2026-04-04", 100, 1],
    ]

    assert read(workbook({"Report": [HEADER, *rows]})).days == ["2026-04-03", "2026-04-04"]


def test_dates_since_1904_are_the_same_days() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (HEADER, ["Brand", "1", dt.date(2026, 4, 3), 100, 1]):
        book.active.append(list(row))

    assert read(saved(book)).days == ["2026-04-03"]


def test_text_files_have_no_merged_cells() -> None:
    result = read(table(HEADER, ["Brand", "1", "2026-05-01", 100, 1], ["", "", "2026-05-02", 7, 1]))

    assert result.counts == {"impression": 100}


def test_a_hidden_sheet_is_not_read_where_a_sheet_that_is_shown_is_of_another_platform() -> None:
    lead_form = [["id", "created_time", "ad_id", "form_id"], ["1", "2026-05-01", "2", "3"]]

    with pytest.raises(ExportRefused, match="lead form"):
        read(new_workbook({"old": OLD, "Leads": lead_form}, hidden=("old",)))


def test_a_sheet_of_too_many_merged_cells_is_refused() -> None:
    cells = "".join(f'<mergeCell ref="A{n}:A{n + 1}"/>' for n in range(1, 200_003, 2))
    parts = parts_of_workbook("")
    name = "xl/worksheets/sheet1.xml"
    sheet = str(parts[name]).replace(
        "</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>"
    )

    with pytest.raises(ExportRefused) as refusal:
        read(zipped(parts | {name: sheet}))

    assert refusal.value.code == "file_too_large"
