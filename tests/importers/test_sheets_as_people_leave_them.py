"""Workbooks as people leave them: hidden sheets, merged cells, columns partly of dates."""

from __future__ import annotations

import io

import openpyxl
import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers import old_workbooks
from tests.importers.files import read
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
def test_a_hidden_sheet_is_not_read_if_a_visible_one_is(made) -> None:  # type: ignore[no-untyped-def]
    result = read(made({"old": OLD, "May": NEW}, hidden=("old",)))

    assert result.counts == {"impression": 100}
    assert result.summary["skipped"] == [{"what": "sheet", "name": "old", "reason": "it is hidden"}]


@pytest.mark.parametrize("made", [new_workbook, old_workbooks.old_workbook])
def test_a_hidden_sheet_is_read_if_no_other_has_a_report(made) -> None:  # type: ignore[no-untyped-def]
    result = read(made({"old": OLD, "Cover": [["Hello"]]}, hidden=("old",)))

    assert result.counts == {"impression": 9999}
    assert any("hidden sheets were read: old" in note for note in result.summary["notes"])


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
def test_names_in_merged_cells_apply_to_all_rows_and_costs_to_one(data: bytes) -> None:
    result = read(data)

    assert result.counts == {"impression": 350}
    assert result.cost == 7
    campaigns = [e["campaign_id"] for e in result.events if e.get("type") == "impression"]
    assert campaigns == ["23850000001"] * 3 + ["23850000002"]


def test_a_sheet_with_too_many_merged_cells_is_rejected() -> None:
    cells = "".join(f'<mergeCell ref="A{n}:A{n + 1}"/>' for n in range(1, 200_003, 2))
    parts = parts_of_workbook("")
    name = "xl/worksheets/sheet1.xml"
    sheet = str(parts[name]).replace(
        "</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>"
    )

    with pytest.raises(ExportRejected) as rejection:
        read(zipped(parts | {name: sheet}))

    assert rejection.value.code == "file_too_large"
