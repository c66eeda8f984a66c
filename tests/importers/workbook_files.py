"""Workbooks (.xlsx) and archives generated in code from XML, so that they can be invalid."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.workbooks.workbooks import Workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook_of(data: bytes) -> Workbook:
    """Return the workbook in a file."""
    workbook = Source(io.BytesIO(data)).workbook
    assert workbook is not None
    return workbook


def rows_of(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows of a workbook's first sheet."""
    workbook = workbook_of(data)
    return list(workbook.rows(workbook.sheets[0]))


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """Return an xlsx file with sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parts_of_workbook(
    sheet: str, *, texts: str = "", styles: str = "", properties: str = ""
) -> dict[str, str | bytes]:
    """Return the files in a workbook with one sheet, given the XML of its rows."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETML}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETML}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEETML}.sharedStrings+xml"/>'
        "</Types>",
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{_OFFICE}">{properties}<sheets>'
        '<sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>",
    }
    if styles:
        parts["xl/styles.xml"] = f"<styleSheet {MAIN}>{styles}</styleSheet>"
    return parts


def workbook_from_xml(
    sheet: str, *, texts: str = "", styles: str = "", properties: str = ""
) -> bytes:
    """Return a workbook with one sheet, given the XML of its rows."""
    return zipped(parts_of_workbook(sheet, texts=texts, styles=styles, properties=properties))


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as openpyxl writes it."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
