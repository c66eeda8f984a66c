"""The choice of the importer for a file, and the rejection of unknown files."""

import io
import json
import os
from importlib import import_module
from pkgutil import iter_modules

import pytest

from chalicelib.importers import PLATFORMS, ROW_REJECTIONS, platforms, read_export
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.importer_choice import best_claim
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.recognition.unknown_files import MAX_CHARACTERS
from chalicelib.model.errors import EXPORT_REJECTIONS, ExportRejected
from infra import pages
from tests.importers.files import google_report, google_row, read, shop_export, shop_row, table
from tests.importers.old_workbooks import old_workbook
from tests.importers.workbook_files import workbook_from_xml


def rejection_of(content: str | bytes, **options: object) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\t\n"])
def test_an_empty_file_is_rejected(content: bytes) -> None:
    assert rejection_of(content).code == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 40,
        b"\x81\x8d\x8f\x90" * 100,
        google_report(google_row()).encode("utf-16-le"),
        "Täglich".encode("utf-32"),
        b"\x00" * 100,
    ],
)
def test_binary_junk_is_unreadable(content: bytes) -> None:
    assert rejection_of(content).code == "unreadable_file"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (workbook_from_xml("<row><c><v>1</v></c></row>"), "this workbook: no known heading"),
        (old_workbook({"One": [["Campaign", "x"]], "Two": []}), "the columns Campaign and 1 other"),
        ("<?xml version='1.0'?><rss></rss>", "XML"),
        ('{"hello": 1, "total_price": 2}', "the keys total_price. Nearest: shopify (without"),
        ("Campaign,Breakfast,Lunch\n1,2,3\n", "the columns Campaign and 2 others"),
        ("just words", "no known heading in 1 column"),
    ],
)
def test_an_unknown_file_is_rejected_with_what_was_found_and_what_to_do(
    content: str | bytes, expected: str
) -> None:
    rejection = rejection_of(content)

    assert rejection.code == "unknown_platform"
    assert expected in rejection.detail
    assert len(rejection.detail) < MAX_CHARACTERS


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + bytes(100), "unreadable_file"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "unreadable_file"),
        ("<!DOCTYPE html><html><body>Campaign,Day,Cost,Clicks</body>", "web_page"),
        ("<?xml version='1.0'?>\n<!-- saved --><!DOCTYPE html><html>Sign in</html>", "web_page"),
        ("<!----><!---->" * 5000 + "x", "unknown_platform"),
        ("[" * 1000, "too_deep"),
        ("a," * 20_000 + "\n", "too_many_columns"),
        ("a;b\n" * 30 + "a," * 20_000 + "\n", "unknown_platform"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><rss>&a;</rss>", "entity_expansion"),
        ("<rss><item>In a DTD, write &lt;!ENTITY, as in <!ENTITY</item></rss>", "unknown_platform"),
    ],
)
def test_a_file_that_cannot_be_an_export_is_rejected_with_its_format(
    content: str | bytes, code: str
) -> None:
    assert rejection_of(content).code == code


def test_a_line_with_too_many_cells_affects_only_one_row() -> None:
    wide = "Brand" + ",1" * 20_000 + "\n"

    result = read(google_report(google_row()) + wide + google_report(google_row()).splitlines()[3])

    assert [(outcome.row, outcome.code) for outcome in result.rejected] == [(5, "wrong_cell_count")]
    assert len(result.outcomes) == 3


def test_a_line_with_too_many_cells_below_a_table_is_rejected() -> None:
    result = read(table(["Date", "Views"], ["2026-06-01", 4]) + "Note" + "," * 20_000 + "\n")

    assert [(outcome.row, outcome.code) for outcome in result.rejected] == [(3, "wrong_cell_count")]


def test_people_in_an_unknown_file_are_not_shown() -> None:
    rejection = rejection_of("ada@example.org,+442079460000,x\n")

    assert "ada@" not in rejection.detail
    assert "2079" not in rejection.detail


def test_ads_reports_of_other_platforms_are_not_mistaken_for_google_ads() -> None:
    others = table(
        ["Day", "Campaign name", "Impressions", "Currency", "Spend", "Link clicks"],
        ["2026-06-25", "Sales", 4457, "AUD", "79.62", 97],
    )
    hand_made = table(
        ["Datum", "Kampagne", "Impressionen", "Klicks", "Kosten (EUR)"],
        ["2026-06-25", "Sales", 4457, 3, "79,62"],
        delimiter=";",
    )

    assert rejection_of(others).code == rejection_of(hand_made).code == "unknown_platform"


def test_naming_the_platform_limits_the_importers() -> None:
    content = shop_export(shop_row())

    assert len(read(content, platform="shopify").events) == 1
    assert rejection_of(content, platform="google_ads").code == "unknown_platform"
    assert ", ".join(PLATFORMS) in rejection_of(content, platform="myspace").detail


def test_weaker_evidence_is_enough_if_the_platform_is_named() -> None:
    content = table(["Date", "Likes"], ["2026-06-01", 5])

    assert rejection_of(content).code == "unknown_platform"
    assert read(content, platform="youtube").counts == {"like": 5}


class Claimant:
    looks_for = "anything"

    def __init__(self, platform: str, hits: int) -> None:
        self.platform = platform
        self.hits = hits

    def recognise(self, glimpse: Glimpse) -> Recognition | None:
        return Recognition(self.hits, f"{self.hits} columns", self.open) if self.hits else None

    def open(self, source: Source, options: Options) -> Reading:
        raise AssertionError


def test_the_importer_that_knows_most_of_a_file_reads_it() -> None:
    glimpse = Glimpse(Source(io.BytesIO(b"a,b\n")))
    most = Claimant("b", 5)

    claim = best_claim([Claimant("a", 3), most, Claimant("c", 0)], glimpse)
    assert claim is not None
    assert claim[1].open == most.open
    assert best_claim([Claimant("c", 0)], glimpse) is None


def test_a_tie_is_ambiguous_and_names_both() -> None:
    glimpse = Glimpse(Source(io.BytesIO(b"a,b\n")))

    with pytest.raises(ExportRejected, match=r"a: 3 columns; b: 3 columns") as rejection:
        best_claim([Claimant("a", 3), Claimant("b", 3)], glimpse)

    assert rejection.value.code == "ambiguous_platform"


def test_the_header_is_found_below_a_preamble_and_not_beyond_25_rows() -> None:
    report = google_report(google_row())

    assert len(read("note\n" * 20 + report).events) == 2
    assert rejection_of("note\n" * 30 + report).code == "unknown_platform"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(delimiter: str) -> None:
    report = google_report(google_row(), period="June 1, 2026 - June 3, 2026", delimiter=delimiter)

    assert read(report).counts == {"impression": 1250, "click": 7}


def test_an_invalid_currency_is_rejected() -> None:
    assert rejection_of(google_report(google_row()), currency="Euro").code == "no_currency"


def test_a_json_file_that_is_too_large_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.importers.bytes.decoding.MAX_DOCUMENT_BYTES", 2_000_000)
    orders = [{"id": 1, "total_price": "1", "financial_status": "paid", "line_items": [], "x": 1}]
    content = json.dumps(orders[0] | {"created_at": "x", "note": "y" * 2_000_000})

    assert rejection_of(content).code == "file_too_large"


def test_deeply_nested_json_is_rejected() -> None:
    keys = '"total_price": 1, "financial_status": 1, "created_at": 1, "line_items": 1'

    assert rejection_of("{" + keys + ', "a": ' + "[" * 200_000).code == "too_deep"


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_rejected_and_never_crash(seed: int) -> None:
    with pytest.raises(ExportRejected):
        list(read_export(io.BytesIO(os.urandom(50 + 97 * seed))))


def test_every_module_of_the_platforms_defines_an_importer() -> None:
    for module in iter_modules(platforms.__path__):
        brought = import_module(f"{platforms.__name__}.{module.name}").IMPORTERS
        assert brought
        assert set(brought) <= set(platforms.IMPORTERS)


def test_the_page_of_exports_matches_the_declarations() -> None:
    for path, make in pages.PAGES.items():
        assert path.read_text(encoding="utf-8") == make(), "run make docs"


@pytest.mark.parametrize("importer", platforms.IMPORTERS, ids=lambda one: one.declaration.title)
def test_every_importer_documents_the_source_and_the_results_of_its_file(
    importer: Importer,
) -> None:
    declaration = importer.declaration

    assert declaration.title
    assert declaration.where
    assert declaration.looks_for
    assert declaration.becomes or declaration.rejected
    assert {code for code, _ in declaration.rejected} <= set(EXPORT_REJECTIONS) | set(
        ROW_REJECTIONS
    )
