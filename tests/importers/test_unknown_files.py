"""Messages about files that no importer recognises, and about unsupported formats."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from chalicelib.importers import read_export
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.unknown_files import MAX_CHARACTERS
from chalicelib.model.errors import ExportRejected
from tests.importers.files import GOOGLE_HEADER, google_row, table
from tests.importers.old_workbooks import compound
from tests.importers.workbook_files import parts_of_workbook, zipped
from tests.samples import SAMPLES
from tests.samples.spellings import Table, is_table, text_of


def rejection_of(content: str | bytes, **options: Any) -> ExportRejected:
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(ExportRejected) as rejected:
        list(read_export(io.BytesIO(data), **options))
    return rejected.value


def test_the_nearest_platform_and_the_missing_column_are_named() -> None:
    row = google_row()
    content = table(GOOGLE_HEADER[1:], row[1:])

    rejected = rejection_of(content)

    assert rejected.code == "unknown_platform"
    assert "in English" in rejected.detail
    assert "Nearest: google_ads (without Campaign)" in rejected.detail
    assert "--propose-mapping" in rejected.detail
    assert len(rejected.detail) < MAX_CHARACTERS


def test_the_language_of_a_table_is_named() -> None:
    spanish = table(("Fecha", "Reproducciones", "Comentarios", "Gasto"), ["2026-06-01", 1, 2, 3])

    detail = rejection_of(spanish).detail

    assert "Fecha, Reproducciones, Comentarios, Gasto, in Spanish" in detail


def test_rows_quoted_as_a_whole_are_explained() -> None:
    row = table(GOOGLE_HEADER, google_row())
    content = table(*([line] for line in row.splitlines()))

    assert "single cell in quotation marks" in rejection_of(content).detail


def test_only_the_named_platform_is_compared() -> None:
    content = table(("Date", "Likes", "Breakfast"), ["2026-06-01", 1, 2])

    detail = rejection_of(content, platform="google_ads").detail

    assert detail.startswith("no importer of google_ads recognises this table")
    assert "youtube" not in detail


def every_half_header() -> list[str]:
    """Return tables with half of the headings that an importer knows."""
    tables = []
    for importer in IMPORTERS:
        vocabulary = importer.marks.vocabulary if importer.marks else None
        if vocabulary is not None:
            names = [vocabulary.name_of(field) for field in vocabulary.fields]
            tables += [table(names[::2], names[::2]), table(names[1::2]), table(names[:2])]
    return tables


def test_every_rejection_is_short_and_shows_no_unknown_heading() -> None:
    for content in every_half_header():
        unknown = content.replace("\n", ",Lunch with Ada,ada@example.org\n", 1)
        try:
            list(read_export(io.BytesIO(unknown.encode())))
        except ExportRejected as rejected:
            assert len(rejected.detail) < MAX_CHARACTERS  # noqa: PT017
            assert "Ada" not in rejected.detail  # noqa: PT017
            assert "ada@" not in rejected.detail  # noqa: PT017


def test_adding_the_missing_column_is_enough_for_recognition() -> None:
    asked_for = set()
    for sample in SAMPLES.values():
        if sample.is_rejected or sample.options or not is_table(sample.data):
            continue
        whole = Table(text_of(sample.data) or "")
        if whole.header or not whole.is_plain or "landed" in sample.expected["importer"]:
            continue
        platform = sample.platform
        header, *rows = csv.reader((text_of(sample.data) or "").splitlines())
        for absent in range(len(header)):
            names = [name for at, name in enumerate(header) if at != absent]
            found = re.search(
                rf"\b{platform} \(without (.+?)\)[,.;]", detail_of(table(names, *rows))
            )
            if found and " and " not in found[1]:
                assert detail_of(table([*names, found[1]])) == ""
                asked_for.add(platform)
    assert len(asked_for) > 3


def detail_of(content: str) -> str:
    """Return why a table is rejected as unknown; empty if it is read."""
    try:
        list(read_export(io.BytesIO(content.encode())))
    except ExportRejected as rejected:
        return rejected.detail if rejected.code == "unknown_platform" else ""
    return ""


OPEN_DOCUMENT = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": "<office:document-content/>",
    "META-INF/manifest.xml": "<manifest/>",
}
NUMBERS = {"Index/Document.iwa": b"\0" * 20, "Metadata/Properties.plist": "x"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zipped(OPEN_DOCUMENT), ("(.ods)", "save it as an Excel workbook (.xlsx)")),
        (zipped(NUMBERS), (".numbers", "File > Export To", ".xlsx")),
        (zipped({"xl/workbook.bin": b"\0"}), ("(.xlsb)", "save it as an Excel workbook (.xlsx)")),
        (zipped({"word/document.xml": "<w/>"}), (".docx", ".xlsx")),
        (
            compound(b"").replace("Workbook".encode("utf-16-le"), "Contents".encode("utf-16-le")),
            ("an old Office file, not a workbook", ".xlsx"),
        ),
        (
            compound(b"") + "EncryptedPackage".encode("utf-16-le"),
            ("protected by a password", "remove the password"),
        ),
        (b"%PDF-1.7 \xe2\xe3", ("PDF document", "as CSV or as an Excel workbook")),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), ("picture", "as CSV or as an Excel workbook")),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), (".7z", "Unpack it")),
        (b"PAR1\x15\x04" + bytes(40), ("Parquet", "CSV")),
        (b"", ("file is empty", "Download the report again")),
        (b"\r\n \r\n", ("only blanks", "Download the report again")),
        ("<!DOCTYPE html><html>Sign in", ("web page", "Sign in, download the report as CSV")),
        ("<html><table><tr><td>Day</td></tr></table>", ("with a table", "save it as .xlsx or CSV")),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            ("XML spreadsheet of Excel 2003", "save it as .xlsx or CSV"),
        ),
    ],
)
def test_a_file_in_an_unsupported_format_is_rejected_with_what_to_send(
    content: str | bytes, expected: tuple[str, ...]
) -> None:
    detail = rejection_of(content).detail

    assert not [text for text in expected if text not in detail], detail
    assert len(detail) < 300


def test_a_workbook_is_not_mistaken_for_another_document() -> None:
    workbook = zipped(parts_of_workbook("<row><c><v>1</v></c></row>"))

    assert "this workbook" in rejection_of(workbook).detail


def test_text_that_begins_like_an_archive_is_text() -> None:
    for text in ("BZh,Likes\n1,2\n", "PAR1;x\n1;2\n"):
        assert "this table" in rejection_of(text).detail


def test_a_header_without_rows_is_noted() -> None:
    reader = read_export(io.BytesIO(table(GOOGLE_HEADER).encode()), spread=True, currency="EUR")

    assert not list(reader)
    assert "no rows" in reader.summary()["notes"][-1]


@pytest.mark.parametrize(
    ("beginning", "named"),
    [
        (b"ORC\x0a\x03\x00\x00\x12" * 30, "an ORC file"),
        (b"ARROW1\0\0" + b"\xff\xff\xff\xff\x10\0\0\0" * 20, "Feather"),
        (b"a.csv" + b"\0" * 252 + b"ustar\x0000" + b"\0" * 247 + b"Name,Total\n", ".tar"),
        (b"\x3a\xa2eroots\x81\xd8\x2a\x58\x25\x00\x01\x71" + b"\0" * 80, "getAuthorFeed"),
    ],
)
def test_a_binary_file_is_not_mistaken_for_text_in_another_encoding(
    beginning: bytes, named: str
) -> None:
    message = str(rejection_of(beginning))

    assert named in message
    assert "UTF-16" not in message


def test_a_file_of_zero_bytes_is_not_text() -> None:
    message = str(rejection_of(b"\x82\xa2id\x01\xa5total\xcb@Y\0\0\0\0\0\0" * 30))

    assert "binary" in message


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        (("Order ID", "Financial Status", "Channel Type", "Channel Name", "Total"), "Squarespace"),
        (("Date", "Orders", "Returns", "Coupons", "Net sales", "Total sales"), "WooCommerce"),
        (("Datum", "Bestellungen", "Gutscheine", "Nettoumsatz", "Gesamtumsatz"), "WooCommerce"),
        (("Order ID", "Order Date", "Order Total (inc tax)"), "BigCommerce"),
    ],
)
def test_an_unsupported_shop_is_named(headings: tuple[str, ...], named: str) -> None:
    rejection = rejection_of(table(headings, ["7"] * len(headings)), currency="EUR")

    assert rejection.code == "unknown_platform"
    assert named in str(rejection)


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (
            '{"_airbyte_raw_id": "1", "id": "po_1", "object": "payout", "amount": 9}\n',
            "pipelines.md",
        ),
        ('{"id": "cus_1", "_sdc_sequence": 1, "email": "ada@example.org"}\n', "pipelines.md"),
        ('{"dimensionHeaders": [{"name": "date"}], "rows": []}', "Download the report as CSV"),
    ],
)
def test_a_known_unsupported_json_format_is_rejected_with_advice(
    content: str, way_out: str
) -> None:
    rejection = rejection_of(content)

    assert rejection.code == "unknown_platform"
    assert way_out in str(rejection)
    assert "ada@example.org" not in str(rejection)


def test_adroll_is_not_mistaken_for_campaign_manager() -> None:
    header = ("Day", "Advertisable", "Campaign", "Clicks", "Spend", "Click-through conversions")

    assert "AdRoll" in rejection_of(table(header, ["2026-06-13", "A", "B", 1, "1.50", 2])).detail
