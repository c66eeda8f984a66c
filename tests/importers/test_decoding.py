"""Bytes to rows: encodings, damaged ends, open quotation marks, and memory."""

import codecs
import io
import tracemalloc

import pytest

from chalicelib.importers import Imported, read_export
from chalicelib.importers.bytes.decoding import SNIFF_BYTES
from chalicelib.model.errors import ExportRejected
from tests.importers.files import google_report, google_row, read

REPORT = google_report(google_row(), google_row(campaign="Größe 7", day="2026-06-02"))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (REPORT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + REPORT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + REPORT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + REPORT.encode("utf-16-be"), "utf-16-be"),
        (REPORT.encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_detected_and_umlauts_survive(data: bytes, encoding: str) -> None:
    result = read(data)

    assert result.encoding == encoding
    assert {event["campaign_id"] for event in result.events} == {"Brand", "Größe 7"}
    assert result.counts == {"impression": 2500, "click": 14}


def test_the_same_report_in_another_encoding_gives_the_same_events() -> None:
    rows = google_row(), google_row(campaign="Größe 7", day="2026-06-02")
    tabs = google_report(*rows, delimiter="\t")

    assert read(codecs.BOM_UTF16_LE + tabs.encode("utf-16-le")).events == read(REPORT).events
    assert read(REPORT.encode("cp1252")).events == read(REPORT).events


def test_half_a_character_at_the_end_of_a_whole_row_is_completed_and_noted() -> None:
    data = codecs.BOM_UTF16_LE + REPORT.rstrip("\n").encode("utf-16-le")

    result = read(data[:-1])

    assert result.events == read(data).events
    assert any("middle of a character" in note for note in result.summary["notes"])
    assert not any("middle of a character" in note for note in read(data).summary["notes"])


def test_a_character_cut_in_half_is_completed() -> None:
    header = ("Campaign", "Day", "Currency code", "Cost", "Clicks")
    content = google_report(["Brand", "2026-06-01", "EUR", "1.00", "1250"], header=header)
    data = codecs.BOM_UTF16_LE + content.rstrip("\n").encode("utf-16-le")

    assert read(data[:-1]).counts == {"click": 1250}


def test_half_a_line_end_loses_nothing() -> None:
    data = codecs.BOM_UTF16_LE + REPORT.encode("utf-16-le")

    assert read(data[:-1]).events == read(data).events


@pytest.mark.parametrize("cut", [13, 15, 31])
def test_utf_16_that_ends_in_the_middle_of_a_row_and_a_character_is_rejected(cut: int) -> None:
    data = codecs.BOM_UTF16_LE + REPORT.encode("utf-16-le")

    with pytest.raises(ExportRejected) as rejection:
        read(data[:-cut])

    assert rejection.value.code == "unreadable_file"


def test_big_endian_utf_16_that_lost_a_digit_is_rejected() -> None:
    data = codecs.BOM_UTF16_BE + REPORT.rstrip("\n").encode("utf-16-be")

    with pytest.raises(ExportRejected) as rejection:
        read(data[:-1])

    assert rejection.value.code == "unreadable_file"


def test_a_file_cut_off_between_characters_loses_only_its_last_row() -> None:
    data = REPORT.encode()

    result = read(data[: data.index(b",2026-06-02") + 11])

    assert [outcome.code for outcome in result.rejected] == ["wrong_cell_count"]
    assert len(result.events) == 2


def test_windows_1252_is_detected_after_an_ascii_beginning() -> None:
    rows = [google_row(campaign=f"Brand {n}") for n in range(30_000)]
    data = google_report(*rows, google_row(campaign="Größe")).encode("cp1252")
    assert data.index("ö".encode("cp1252")) > SNIFF_BYTES

    result = read(data)

    assert result.events[-1]["campaign_id"] == "Größe"
    assert any("Windows-1252" in note for note in result.summary["notes"])


def test_undecodable_bytes_affect_only_one_row() -> None:
    rows = [google_row(campaign=f"Größe {n}") for n in range(30_000)]
    data = google_report(*rows).encode().replace("Größe 29990".encode(), b"Gr\xf6\xdfe 29990")

    result = read(data)

    assert [outcome.code for outcome in result.rejected] == ["unreadable_text"]
    assert "�" in result.rejected[0].raw or "?" in result.rejected[0].raw
    assert len(result.outcomes) == 30_000


def test_a_nul_byte_affects_only_one_row() -> None:
    result = read(google_report(google_row(), google_row(campaign="a\0b")))

    assert [outcome.code for outcome in result.rejected] == ["unreadable_text"]
    assert len(result.events) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_recognised(end: str) -> None:
    result = read(REPORT.replace("\n", end))

    assert [outcome.row for outcome in result.outcomes] == [4, 5]


def test_a_row_number_is_the_line_on_which_the_row_begins() -> None:
    rows = google_row(campaign="two\nlines"), google_row(campaign="next"), google_row(cost="x")

    result = read(google_report(*rows))

    assert [outcome.row for outcome in result.outcomes] == [4, 6, 7]


def test_a_quotation_mark_that_is_never_closed_is_reported() -> None:
    result = read(google_report(google_row()) + '"open,2026-06-02,EUR\nBrand,2026-06-03\n')

    assert [(outcome.row, outcome.code) for outcome in result.rejected] == [(5, "unclosed_quote")]
    assert "Brand,2026-06-03" in result.rejected[0].raw


def test_an_open_quotation_mark_does_not_swallow_the_rest_of_a_large_file() -> None:
    rows = google_report(*(google_row(campaign=f"c{n}", impressions="1250") for n in range(10_000)))

    result = read(rows.replace("c100,", '"c100,', 1))

    assert {outcome.code for outcome in result.rejected} == {"unclosed_quote"}
    assert len(result.events) > 10_000


def test_an_endless_line_is_cut_and_rejected() -> None:
    result = read(google_report(google_row(campaign="x" * 3_000_000), google_row()))

    assert [outcome.code for outcome in result.rejected] == ["cut_off"]
    assert len(result.rejected[0].raw) <= 2000
    assert len(result.events) == 2


def test_memory_does_not_grow_with_the_size_of_a_file() -> None:
    header = "Campaign,Day,Currency code,Cost,Clicks,Impr.,Comment\n"
    row = f"Brand,2026-06-01,EUR,1.00,7,1250,{'x' * 5000}\n"

    class Long(io.RawIOBase):
        def __init__(self, megabytes: int) -> None:
            self.left = megabytes << 20
            self.pending = header.encode()

        def read(self, size: int = -1) -> bytes:
            if len(self.pending) < size and self.left > 0:
                self.pending += row.encode() * 20
                self.left -= len(row) * 20
            piece, self.pending = self.pending[:size], self.pending[size:]
            return piece

    def peak(megabytes: int) -> float:
        tracemalloc.start()
        for outcome in read_export(Long(megabytes)):  # type: ignore[arg-type]
            assert isinstance(outcome, Imported)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / (1 << 20)

    assert peak(24) - peak(6) < 0.5
