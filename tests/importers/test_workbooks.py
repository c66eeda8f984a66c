"""Workbooks, old and new: their cells as text."""

import datetime as dt
import gc
import io
import random
import weakref
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlrd
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import WINDOWS_EPOCH

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.values.cells import NumberCell, checked_id
from chalicelib.importers.values.numerals import FormulaCell, NumberFormat, decide_number_format
from chalicelib.importers.workbooks import sheet_cells, xlsx
from chalicelib.importers.workbooks.typed_cells import kind_of_format, number_text
from chalicelib.model.errors import ExportRejected
from tests.importers.files import Pipe
from tests.importers.old_workbooks import DATE, compound, old_workbook
from tests.importers.workbook_files import (
    parts_of_workbook,
    rows_of,
    saved,
    workbook_from_xml,
    workbook_of,
    zipped,
)


def cell_of(xml: str, **parts: str) -> str:
    """Return the only cell of a sheet."""
    ((_, [cell]),) = rows_of(workbook_from_xml(f"<row>{xml}</row>", **parts))
    return cell


def rejection_of(data: bytes) -> str:
    with pytest.raises(ExportRejected) as rejection:
        rows_of(data)
    return rejection.value.code


def as_text(value: Any) -> str:
    """Convert a cell of openpyxl to text, with other code than the code under test."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e12, 1e12).map(lambda number: round(number, 3)),
    st.integers(61, 73_000).map(lambda days: WINDOWS_EPOCH + dt.timedelta(days=days)),
    st.integers(61 * 86_400, 73_000 * 86_400).map(
        lambda seconds: WINDOWS_EPOCH + dt.timedelta(seconds=seconds)
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).filter(
        lambda text: not text.startswith("=") and "_x" not in text and text not in ("#N/A",)
    ),
)


@given(st.lists(st.lists(cells, max_size=6), max_size=8))
def test_cells_are_read_as_they_were_written(rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]

    read = dict(rows_of(saved(book)))

    for number, row in enumerate(rows, start=1):
        written = [as_text(value) for value in row]
        while written and not written[-1]:
            written.pop()
        assert [str(cell) for cell in read.get(number, [])] == written


@given(st.lists(st.lists(cells, max_size=6), max_size=8))
def test_cells_are_read_as_openpyxl_reads_them(rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    data = saved(book)
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()

    read = dict(rows_of(data))

    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        ours = [str(cell) for cell in read.get(number, [])]
        assert ours + [""] * (len(row) - len(ours)) == [as_text(value) for value in row]


def test_sheets_are_read_in_order_with_their_rows() -> None:
    book = openpyxl.Workbook()
    book.active.title = "New followers"  # type: ignore[union-attr]
    book.create_sheet("Größe")["B3"] = "late"

    workbook = workbook_of(saved(book))

    assert workbook.sheets == ("New followers", "Größe")
    assert list(workbook.rows("New followers")) == []
    assert list(workbook.rows("Größe")) == [(3, ["", "late"])]


def test_an_old_sheet_is_loaded_once_and_freed_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load, loaded = xlrd.Book.sheet_by_index, []

    def noting(self: xlrd.Book, index: int) -> Any:
        assert not any(earlier() for earlier in loaded), "two sheets in memory"
        sheet = load(self, index)
        loaded.append(weakref.ref(sheet))
        return sheet

    monkeypatch.setattr(xlrd.Book, "sheet_by_index", noting)
    workbook = workbook_of(old_workbook({"A": [["x"]], "B": [["y"]]}))

    gc.disable()
    try:
        for name in ("A", "B"):
            workbook.top(name)
            assert [row for _, row in workbook.rows(name)] == [["x" if name == "A" else "y"]]
    finally:
        gc.enable()

    assert len(loaded) == 2


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    rows = [["Day", "Clicks", "Cost"], [(45000.0, DATE), 29.0, 79.62], [None, True, -1.5]]

    workbook = workbook_of(old_workbook({"Report": rows, "Empty": []}))

    assert workbook.sheets == ("Report", "Empty")
    assert list(workbook.rows("Report")) == [
        (1, ["Day", "Clicks", "Cost"]),
        (2, ["2023-03-15", "29", "79.62"]),
        (3, ["", "true", "-1.5"]),
    ]
    assert list(workbook.rows("Empty")) == []


def test_days_count_from_1904_if_the_workbook_sets_it() -> None:
    style = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    properties = '<workbookPr date1904="1"/>'

    new = cell_of('<c s="1"><v>43538</v></c>', styles=style, properties=properties)
    ((_, [old]),) = rows_of(old_workbook({"S": [[(43538.0, DATE)]]}, since_1904=True))

    assert new == old == "2023-03-15"


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("45000", "2023-03-15"),
        ("45000.5", "2023-03-15T12:00:00"),
        ("45000.999999999", "2023-03-16"),
        ("61", "1900-03-01"),
        ("59", "1900-02-28"),
        ("0.25", "06:00:00"),
        ("2958465", "9999-12-31"),
        ("2958466", "2958466"),
        ("2958465.9999999999", "2958466"),
        ("-1", "-1"),
        ("1e300", "1E+300"),
    ],
)
def test_a_serial_number_is_a_day(serial: str, expected: str) -> None:
    assert number_text(serial, "date") == expected


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("[$-409]m/d/yy h:mm AM/PM;@", "date"),
        ("mm:ss.0", "date"),
        ("[h]:mm:ss", "elapsed"),
        ("General", "number"),
        ("Standard", "number"),
        ("0.00", "number"),
        ('#,##0.00 "USD"', "number"),
        ("[Red]0", "number"),
        ('#,##0.00\\ "days"', "number"),
        ("0.00 USD", "number"),
    ],
)
def test_number_formats_distinguish_days_from_numbers(code: str, kind: str) -> None:
    assert kind_of_format(164, code) == kind


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<c><v>29</v></c>", "29"),
        ("<c><v>29.0</v></c>", "29"),
        ("<c><v>79.620000000000005</v></c>", "79.62"),
        ("<c><v>-0.5</v></c>", "-0.5"),
        ("<c><v>1E-3</v></c>", "0.001"),
        ("<c><v>1_0</v></c>", "1_0"),
        ("<c><v>NaN</v></c>", "NaN"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="b"><v>0</v></c>', "false"),
        ('<c t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c t="d"><v>2026-06-01T00:00:00</v></c>', "2026-06-01"),
        ('<c t="d"><v>2026-06-01T10:30:00</v></c>', "2026-06-01T10:30:00"),
        ('<c t="str"><f>A1</f><v>29</v></c>', "29"),
        ("<c><f>A1+B1</f><v>3</v></c>", "3"),
        ("<c><f>A1+B1</f></c>", "=A1+B1"),
        ("<c><f>A1+B1</f><v></v></c>", "=A1+B1"),
        ('<c><f t="shared" si="0"/></c>', "="),
        ('<c t="inlineStr"><is><r><t>a </t></r><r><t>b</t></r></is></c>', "a b"),
        ('<c t="inlineStr"><is><t>one_x000A_two_xD83D__x005F_</t></is></c>', "one\ntwo_xD83D__"),
        (
            '<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>',
            "東京",
        ),
    ],
)
def test_a_cell_is_converted_to_text(xml: str, expected: str) -> None:
    assert cell_of(xml) == expected


def test_the_empty_text_result_of_a_formula_is_empty() -> None:
    data = workbook_from_xml('<row><c t="str"><f>IF(1,"","")</f><v></v></c><c><v>1</v></c></row>')

    assert rows_of(data) == [(1, ["", "1"])]


def test_shared_texts_are_joined_from_their_runs() -> None:
    texts = "<si><t>plain</t></si><si><r><t>in </t></r><r><t>runs</t></r></si><si/>"
    xml = '<row><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>0</v></c></row>'

    assert rows_of(workbook_from_xml(xml, texts=texts)) == [(1, ["in runs", "", "plain"])]


def test_a_namespace_may_have_a_prefix() -> None:
    parts = parts_of_workbook("")
    sheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row r="7"><x:c r="B7"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )

    assert rows_of(zipped(parts | {"xl/worksheets/sheet1.xml": sheet})) == [(7, ["", "1"])]


def test_a_merely_formatted_row_is_blank_and_omitted_at_the_end() -> None:
    xml = '<row r="1"><c r="A1" s="1"/></row><row r="3"><c r="A3"><v>1</v></c></row><row r="4"/>'

    assert rows_of(workbook_from_xml(xml)) == [(1, []), (3, ["1"])]


def test_the_top_of_a_sheet_contains_its_first_rows() -> None:
    data = workbook_from_xml("".join(f"<row><c><v>{n}</v></c></row>" for n in range(40)))
    workbook = workbook_of(data)

    assert workbook.top("Report") == [[str(n)] for n in range(25)]
    assert workbook.top("Report") is workbook.top("Report")
    assert workbook.top("Report", 2) == [["0"], ["1"]]


def test_a_workbook_need_not_be_seekable() -> None:
    data = workbook_from_xml("<row><c><v>1</v></c></row>")

    workbook = Source(Pipe(data)).workbook  # type: ignore[arg-type]

    assert workbook is not None
    assert list(workbook.rows("Report")) == [(1, ["1"])]


def test_a_text_file_is_not_a_workbook() -> None:
    assert Source(io.BytesIO(b"a,b\n")).workbook is None


# --- numbers and ids that a workbook types ----------------------------------------------------


@pytest.mark.parametrize("mark", [".", ","])
def test_a_decimal_comma_never_affects_a_typed_number(mark: Any) -> None:
    numbers = NumberFormat(mark)
    cell = number_text("1.234")

    assert isinstance(cell, NumberCell)
    assert numbers.number(cell) == numbers.number(cell.strip()) == Decimal("1.234")
    assert numbers.money(cell) == (Decimal("1.234"), "")
    assert numbers.count(number_text("1234")) == 1234


def test_typed_numbers_do_not_decide_the_format_of_text_numbers() -> None:
    cells = [number_text("1.234"), "1,5"]

    assert decide_number_format("", cells).decimal_mark == ","


def test_a_formula_is_distinguished_from_a_number() -> None:
    numbers = NumberFormat(".")

    for read in (numbers.number, numbers.count, numbers.money):
        with pytest.raises(FormulaCell):
            read(" =A1+B1")


@pytest.mark.parametrize("raw", ["122158123456789012", "1.22158123456789E+17", "1000000000000000"])
def test_an_id_longer_than_a_spreadsheets_precision_is_damaged(raw: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        checked_id(number_text(raw))

    assert rejection.value.code == "damaged_id"


@pytest.mark.parametrize("text", ["1.22158E+17", "1,22E+14", "'1.2e+5"])
def test_an_id_that_a_spreadsheet_wrote_as_a_number_is_damaged(text: str) -> None:
    with pytest.raises(RowRejected):
        checked_id(text)


def test_other_ids_are_not_damaged() -> None:
    cells = ["122158123456789012", " -td1OgsnW1k", "'0123", number_text("999999999999999"), "7e12"]

    assert [checked_id(cell) for cell in cells] == [
        "122158123456789012",
        "-td1OgsnW1k",
        "0123",
        "999999999999999",
        "7e12",
    ]


# --- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ('<row r="x"><c><v>1</v></c></row>', "unreadable_file"),
        ('<row r="99999999"><c><v>1</v></c></row>', "unreadable_file"),
        ('<row><c r="1A"><v>1</v></c></row>', "unreadable_file"),
        ('<row><c t="s"><v>7</v></c></row>', "unreadable_file"),
        ('<row><c t="s"><v>-1</v></c></row>', "unreadable_file"),
        ("<row><c>", "unreadable_file"),
        ('<row><c r="XFE1"><v>1</v></c></row>', "too_many_columns"),
        ("<row>" + "<c/>" * 16_385 + "</row>", "too_many_columns"),
        ("<a>" * 200, "too_deep"),
        (
            '<row><c t="inlineStr"><is><t>' + "x" * 1_100_000 + "</t></is></c></row>",
            "unreadable_file",
        ),
        ("<!--" + "x" * 3_000_000 + "-->", "unreadable_file"),
        ("<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>", "unreadable_file"),
    ],
)
def test_an_invalid_sheet_is_rejected(sheet: str, code: str) -> None:
    data = workbook_from_xml(sheet, texts=f"<si><t>{'x' * 30_000}</t></si>")

    assert rejection_of(data) == code


def test_a_workbook_with_a_document_type_is_rejected() -> None:
    parts = parts_of_workbook("")
    sheet = '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'

    assert rejection_of(zipped(parts | {"xl/worksheets/sheet1.xml": sheet})) == "entity_expansion"


def test_too_many_rows_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "MAX_ROWS", 10)

    assert rejection_of(workbook_from_xml("<row/>" * 11)) == "file_too_large"


def test_too_much_text_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_SHARED_BYTES", 10)

    assert rejection_of(workbook_from_xml("<row/>", texts="<si/>")) == "file_too_large"


def test_too_many_sheets_are_rejected() -> None:
    parts = parts_of_workbook("")
    outline = "<workbook><sheets>" + '<sheet name="S" r:id="rId1"/>' * 300 + "</sheets></workbook>"

    assert rejection_of(zipped(parts | {"xl/workbook.xml": outline})) == "file_too_large"
    assert rejection_of(old_workbook({f"S{n}": [] for n in range(200)})) == "file_too_large"


@pytest.mark.parametrize("without", ["xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_without_its_sheets_is_rejected(without: str) -> None:
    parts = parts_of_workbook("<row><c><v>1</v></c></row>")
    del parts[without]

    assert rejection_of(zipped(parts)) == "unreadable_file"


def test_a_binary_workbook_is_rejected_with_the_format_to_save() -> None:
    with pytest.raises(
        ExportRejected, match=r"save it as an Excel workbook \(\.xlsx\)"
    ) as rejection:
        rows_of(zipped({"xl/workbook.bin": b"\x83\x01"}))

    assert rejection.value.code == "unreadable_file"


def test_a_protected_workbook_is_rejected_with_the_reason() -> None:
    data = compound("EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(ExportRejected, match="password"):
        rows_of(data)


def mutations(data: bytes, number: int, seed: int) -> list[bytes]:
    """Return files with changed or missing bytes."""
    chance = random.Random(seed)
    changed = []
    for _ in range(number):
        bytes_ = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 8, 40])):
            at = chance.randrange(len(bytes_))
            bytes_[at] = chance.choice([0, 255, chance.randrange(256), bytes_[at] ^ 1 << 3])
        cut = chance.random()
        if cut < 0.1:
            del bytes_[chance.randrange(len(bytes_)) :]
        elif cut < 0.2:
            at = chance.randrange(len(bytes_))
            del bytes_[at : at + chance.randrange(600)]
        changed.append(bytes(bytes_))
    return changed


def read_or_reject(data: bytes) -> bool:
    """Whether a file was read to its end; otherwise it must be rejected."""
    try:
        source = Source(io.BytesIO(data))
        if source.workbook is not None:
            for sheet in source.workbook.sheets:
                source.workbook.top(sheet)
                list(source.workbook.rows(sheet))
    except ExportRejected:
        return False
    return True


STORED_SHEET = '<row r="1"><c r="A1" s="1"><v>45000</v></c><c t="s"><v>0</v></c><c t="b"/></row>'


def fuzzed_parts() -> dict[str, str | bytes]:
    """Return the files in a workbook with a cell of each type."""
    return parts_of_workbook(
        STORED_SHEET * 3,
        texts="<si><t>text</t></si>",
        styles='<numFmts><numFmt numFmtId="164" formatCode="yyyy"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>',
    )


def fuzzed_files() -> dict[str, bytes]:
    """Return whole files to damage: zipped, not zipped, and old."""
    parts = fuzzed_parts()
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    old = old_workbook({"S": [["text", 1.5, True, (45000.0, DATE)]] * 9, "T": [["x"]]})
    return {"packed": zipped(parts), "stored": stored.getvalue(), "old": old}


@pytest.mark.parametrize("kind", ["packed", "stored", "old"])
def test_a_damaged_workbook_is_read_or_rejected(kind: str) -> None:
    whole = fuzzed_files()[kind]
    assert read_or_reject(whole)

    outcomes = [read_or_reject(data) for data in mutations(whole, 200, seed=1)]

    assert False in outcomes


def damaged_parts(number: int, seed: int) -> list[bytes]:
    """Return workbooks in which one file was damaged before zipping."""
    chance = random.Random(seed)
    whole = fuzzed_parts()
    names = sorted(whole)
    packed = []
    for index in range(number):
        name = chance.choice(names)
        content = whole[name]
        assert isinstance(content, str)
        (damaged,) = mutations(content.encode(), 1, seed + index)
        packed.append(zipped(whole | {name: damaged}))
    return packed


def test_a_workbook_with_a_damaged_part_is_read_or_rejected() -> None:
    outcomes = [read_or_reject(data) for data in damaged_parts(200, seed=1)]

    assert set(outcomes) == {True, False}
