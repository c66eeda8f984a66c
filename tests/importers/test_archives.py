"""Archives: what is read, what is noted about other members, and what is rejected."""

import gzip
import io
import json
import random
import stat
import struct
import zipfile
import zlib
from typing import Any

import pytest

from chalicelib.importers import read_export
from chalicelib.importers.bytes import archives, gzipped
from chalicelib.importers.bytes.decoding import Source
from chalicelib.model.errors import ExportRejected
from tests.importers.files import (
    google_report,
    google_row,
    lines_of,
    read,
    shop_export,
    shop_row,
    table,
)
from tests.importers.test_workbooks import mutations
from tests.importers.workbook_files import workbook_from_xml, zipped

REPORT = google_report(google_row())
TOTALS = table(["Date", "Views"], ["2026-06-01", 10])
CHART = table(
    ["Date", "Content", "Video title", "Video publish time", "Views"],
    ["2026-06-01", "a", "A", "Sep 2, 2019", 4],
    ["2026-06-01", "b", "B", "Sep 2, 2019", 6],
)
TABLE_DATA = table(["Content", "Video title", "Views"], ["a", "A", 4])
ANSWER = json.dumps(
    {
        "kind": "youtubeAnalytics#resultTable",
        "columnHeaders": [
            {"name": "day", "columnType": "DIMENSION"},
            {"name": "views", "columnType": "METRIC"},
        ],
        "rows": [["2026-06-02", 5]],
    }
)


def rejection_of(content: str | bytes, **options: Any) -> ExportRejected:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value


def report_of(data: bytes) -> Any:
    return read_export(io.BytesIO(data)).report


def archive_with(info: zipfile.ZipInfo, content: bytes = b"a,b\n") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, content)
    return stream.getvalue()


# --- gzip -------------------------------------------------------------------------------------


def test_a_gzip_file_is_read_like_the_file_inside() -> None:
    assert read(gzip.compress(REPORT.encode())).events == read(REPORT).events


def test_a_gzip_file_may_have_several_members_and_padding() -> None:
    data = REPORT.encode()
    packed = gzip.compress(data[:50]) + bytes(600) + gzip.compress(data[50:]) + bytes(512)

    assert read(packed).events == read(REPORT).events


def test_a_long_gzip_file_is_read_to_its_end() -> None:
    rows = [google_row(campaign=f"c{random.Random(n).random()}") for n in range(30_000)]

    assert len(read(gzip.compress(google_report(*rows).encode())).outcomes) == 30_000


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(REPORT.encode())[:-1],
        gzip.compress(REPORT.encode())[:40],
        gzip.compress(REPORT.encode()) + b"more",
        gzip.compress(REPORT.encode())[:-6] + b"\0\0\0\0\0\0",
        b"\x1f\x8b",
    ],
    ids=["no end", "a third", "more behind it", "wrong sums", "only the mark"],
)
def test_a_damaged_gzip_file_is_rejected(packed: bytes) -> None:
    assert rejection_of(packed).code == "unreadable_file"


@pytest.mark.parametrize("missing_bytes", [*range(1, 30), 1_000, 10_000])
def test_a_truncated_gzip_file_is_not_called_too_large(missing_bytes: int) -> None:
    """Its last bytes are compressed data, which often look like a size of gigabytes."""
    rows = [google_row(campaign=f"c{random.Random(n).random()}") for n in range(5_000)]
    packed = gzip.compress(google_report(*rows).encode(), mtime=0)[:-missing_bytes]

    rejected = rejection_of(packed)

    assert rejected.code == "unreadable_file"
    assert "truncated" in str(rejected)


def test_a_file_is_read_although_its_last_bytes_state_a_size_that_is_too_large() -> None:
    """The stated size only decides whether the file is unpacked once before it is read."""
    unpacked = b"Day,Clicks\n" + b"".join(b"2026-06-01,%d\n" % n for n in range(100_000))
    packed = gzip.compress(unpacked, mtime=0)
    limit = int.from_bytes(packed[-4:], "little") - 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gzipped, "is_too_large", lambda declared, _packed: declared > limit)
        source = Source(io.BytesIO(packed))
    assert source.text.startswith("Day,Clicks")
    assert sum(1 for _ in source.lines()) == 100_001


def test_gzip_files_and_zip_archives_may_be_nested() -> None:
    events = read(REPORT).events

    assert read(gzip.compress(zipped({"report.csv": REPORT}))).events == events
    assert read(zipped({"report.csv.gz": gzip.compress(REPORT.encode())})).events == events


@pytest.mark.parametrize("inside", [b"\0", b"a", b"a,b\n", b"\n"])
def test_a_gzip_bomb_is_rejected(inside: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 1 << 21)
    monkeypatch.setattr("chalicelib.importers.bytes.gzipped.RATIO_MATTERS_FROM", 1 << 21)

    packed = gzip.compress(inside * (1 << 23))

    assert rejection_of(packed).code == "archive_bomb"
    assert rejection_of(gzip.compress(packed)).code == "archive_bomb"
    assert rejection_of(zipped({"a.gz": packed, "b.csv": REPORT})).code == "archive_bomb"


def test_a_bomb_below_a_header_is_rejected_as_soon_as_it_is_detected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 1 << 21)
    row = ",".join(map(str, google_row(impressions="1250"))) + "\n"

    assert rejection_of(gzip.compress((REPORT + row * 100_000).encode())).code == "archive_bomb"


# --- what is read of a zip archive ------------------------------------------------------------


def test_an_archive_with_one_file_is_read_like_the_file() -> None:
    result, alone = read(zipped({"report.csv": REPORT})), read(REPORT)

    assert result.events == alone.events
    assert result.summary == alone.summary
    assert lines_of(result.outcomes) == lines_of(alone.outcomes)


def test_hidden_files_of_operating_systems_are_skipped() -> None:
    data = zipped(
        {
            "Takeout/": "",
            "__MACOSX/._report.csv": REPORT,
            ".DS_Store": b"\0\0\0\1Bud1",
            "./Takeout/report.csv": REPORT,
        }
    )

    result = read(data)

    assert len(result.outcomes) == 1
    assert result.summary["notes"] == read(REPORT).summary["notes"]


def test_files_of_one_platform_become_parts_of_one_report() -> None:
    second = google_report(google_row(day="2026-06-02"), google_row(day="2026-06-03", cost="x"))

    data = zipped({"june/1.csv": REPORT, "june/2.csv": second})

    assert report_of(data).parts == ("june/1.csv", "june/2.csv")
    result = read(data)
    assert [(outcome.part, outcome.row) for outcome in result.outcomes] == [(0, 4), (1, 4), (1, 5)]
    assert result.days == ["2026-06-01", "2026-06-02"]
    assert result.summary["rows"] == 3
    assert result.summary["rejected"] == 1
    assert result.summary["claimed_conversions"] == [
        {"count": "1.00", "value": "0", "currency": "EUR"}
    ]


def test_different_reports_are_described_by_what_they_share() -> None:
    later = google_report(google_row(), period="May 1, 2026 - July 31, 2026", delimiter="\t")

    report = report_of(zipped({"a.csv": REPORT, "b.csv": later}))

    assert (report.platform, report.report) == ("google_ads", "campaign")
    assert (str(report.period_from), str(report.period_to)) == ("2026-05-01", "2026-07-31")
    assert report.delimiter == ""
    assert report.encoding == "utf-8"


def test_only_the_totals_of_a_video_archive_are_read() -> None:
    names = ("Table data.csv", "Chart data.csv", "Totals.csv")

    result = read(zipped(dict(zip(names, (TABLE_DATA, CHART, TOTALS), strict=True))))

    assert result.counts == {"view": 10}
    notes = " ".join(result.summary["notes"])
    assert "Skipped, because other files contain the same data: Chart data.csv." in notes
    assert "Table data.csv was not read: no_date" in notes


def test_the_chart_is_read_if_there_are_no_totals() -> None:
    result = read(zipped({"Table data.csv": TABLE_DATA, "Chart data.csv": CHART}))

    assert result.counts == {"view": 10}
    assert {event["content_id"] for event in result.events} == {"a", "b"}


def test_an_api_answer_in_the_same_archive_as_the_totals_is_read() -> None:
    assert read(zipped({"Totals.csv": TOTALS, "answer.json": ANSWER})).counts == {"view": 15}


def test_unknown_files_are_listed() -> None:
    others = {f"data/part-{n}.js": f"window.YTD.part{n} = [ ]" for n in range(30)}

    result = read(zipped({"report.csv": REPORT, "photo.png": b"\x89PNG..."} | others))

    (note,) = [note for note in result.summary["notes"] if "photo.png" in note]
    assert "data/part-3.js" in note
    assert note.endswith("and 11 more.")
    assert len(result.events) == 2


def test_an_archive_in_an_archive_is_read() -> None:
    inner = zipped({"a.csv": REPORT, "b.csv": google_report(google_row(day="2026-06-02"))})
    last = google_report(google_row(day="2026-06-03"))

    data = zipped({"inner.zip": inner, "c.csv": last, "again.zip": inner})

    assert report_of(data).parts == (
        *("inner.zip/a.csv", "inner.zip/b.csv", "c.csv"),
        *("again.zip/a.csv", "again.zip/b.csv"),
    )
    result = read(data)
    assert [outcome.part for outcome in result.outcomes] == [0, 1, 2, 3, 4]
    assert result.days == ["2026-06-01", "2026-06-02", "2026-06-03"]


def test_a_member_that_is_damaged_in_the_middle_ends_the_reading() -> None:
    rows = [google_row(campaign=f"c{random.Random(n).random()}") for n in range(30_000)]
    data = bytearray(zipped({"a.csv": google_report(*rows)}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        data[archive.infolist()[0].compress_size] ^= 0xFF

    reader = read_export(io.BytesIO(bytes(data)))

    with pytest.raises(ExportRejected, match=r"a\.csv") as rejection:
        list(reader)
    assert rejection.value.code == "unreadable_file"


def test_a_stream_is_read_from_its_current_position() -> None:
    stream = io.BytesIO(b"before it" + zipped({"report.csv": REPORT}))
    stream.seek(9)

    assert len(list(read_export(stream))) == 1


# --- what cannot be read ----------------------------------------------------------------------


def test_the_only_file_of_an_archive_is_rejected_like_a_single_file() -> None:
    assert rejection_of(zipped({"a.csv": TABLE_DATA})).code == "no_date"
    assert rejection_of(zipped({"a.html": "<html><body>Sign in</body></html>"})).code == "web_page"
    assert rejection_of(zipped({"a.csv": ""})).code == "empty_file"


def test_the_most_helpful_reason_is_given_if_no_file_can_be_read() -> None:
    rejection = rejection_of(zipped({"readme.txt": "hello", "Table data.csv": TABLE_DATA}))

    assert rejection.code == "no_date"
    assert "Table data.csv" in rejection.detail


def test_unknown_files_are_listed_in_the_rejection_of_an_archive() -> None:
    rejection = rejection_of(zipped({"readme.txt": "hello", "menu.csv": "Monday,Breakfast\n1,2\n"}))

    assert rejection.code == "unknown_platform"
    assert "readme.txt, menu.csv" in rejection.detail


def test_exports_of_several_platforms_are_ambiguous_unless_one_is_named() -> None:
    data = zipped({"ads.csv": REPORT, "orders.csv": shop_export(shop_row())})

    rejection = rejection_of(data)

    assert rejection.code == "ambiguous_platform"
    assert "google_ads: ads.csv; shopify: orders.csv" in rejection.detail
    assert len(read(data, platform="shopify").events) == 1
    assert read(data, platform="google_ads").counts == {"impression": 1250, "click": 7}


@pytest.mark.parametrize("members", [{}, {"folder/": ""}, {"__MACOSX/x": "y"}])
def test_an_archive_without_files_is_empty(members: dict[str, str]) -> None:
    assert rejection_of(zipped(members)).code == "empty_file"


@pytest.mark.parametrize(
    "name",
    ["../report.csv", "a/../../b.csv", "/etc/passwd", "C:\\report.csv", "a\\..\\b.csv", "c:x.csv"],
)
def test_a_name_outside_of_the_archive_is_unsafe(name: str) -> None:
    assert rejection_of(archive_with(zipfile.ZipInfo(name))).code == "unsafe_archive"


def test_a_link_is_unsafe() -> None:
    info = zipfile.ZipInfo("report.csv")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16

    assert rejection_of(archive_with(info, b"/etc/passwd")).code == "unsafe_archive"


def test_an_encrypted_archive_is_rejected_with_advice() -> None:
    data = bytearray(zipped({"report.csv": REPORT}))
    at = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[at + 8] |= 1

    rejection = rejection_of(bytes(data))

    assert rejection.code == "unsafe_archive"
    assert "unpack" in rejection.detail


def test_three_nested_archives_are_unsafe() -> None:
    two = zipped({"b.zip": zipped({"report.csv": REPORT})})
    packed = gzip.compress(gzip.compress(gzip.compress(REPORT.encode())))

    assert len(read(two).events) == 2
    assert rejection_of(zipped({"a.zip": two, "report.csv": REPORT})).code == "unsafe_archive"
    assert rejection_of(packed).code == "unsafe_archive"
    assert rejection_of(zipped({"a.zip": zipped({"a.gz": packed})})).code == "unsafe_archive"


def test_a_workbook_does_not_count_as_a_nested_archive() -> None:
    book = workbook_from_xml("<row><c><v>1</v></c></row>")

    assert rejection_of(zipped({"a.zip": zipped({"b.xlsx": book})})).code == "unknown_platform"


def test_too_many_files_are_a_bomb() -> None:
    data = zipped({f"{n}.txt": "" for n in range(10_001)})
    inner = zipped({f"{n}.txt": "" for n in range(6_000)})

    assert rejection_of(data).code == "archive_bomb"
    assert rejection_of(zipped({"a.zip": inner, "b.zip": inner})).code == "archive_bomb"


def test_files_with_too_many_unpacked_bytes_are_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"report.csv": REPORT + " " * 10_000_000})
    assert len(read(data).events) == 2

    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 1_000_000)
    assert rejection_of(data).code == "archive_bomb"

    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 5_000_000)
    assert rejection_of(zipped({"a.csv": REPORT, "b": b"x" * 6_000_000})).code == "archive_bomb"


def with_declared_size(data: bytes, size: int) -> bytes:
    """Return an archive of one file with another declared size."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, 22, size)
    struct.pack_into("<I", changed, changed.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def test_a_file_longer_than_its_declared_size_is_rejected() -> None:
    zeros = zipped({"report.csv": bytes(10_000_000)})
    noise = zipped({"report.csv": random.Random(1).randbytes(100_000)})

    assert rejection_of(with_declared_size(zeros, 1000)).code == "archive_bomb"
    assert rejection_of(with_declared_size(noise, 50)).code == "archive_bomb"
    assert (
        rejection_of(with_declared_size(zipped({"a": b"x" * 1000}), 50)).code == "unreadable_file"
    )


def test_an_archive_with_a_huge_directory_is_a_bomb() -> None:
    entry = b"PK\1\2" + bytes(24) + struct.pack("<HHH", 1, 0, 0) + bytes(12) + b"a"
    directory = entry * 120_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)

    assert rejection_of(b"PK\3\4" + directory + end).code == "archive_bomb"


def test_an_unsupported_compression_method_is_rejected() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("report.csv", REPORT)

    assert rejection_of(stream.getvalue()).code == "unreadable_file"


def test_a_stream_that_is_not_seekable_is_copied_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MAX_SPOOLED_BYTES", 100_000)
    noise = random.Random(1).randbytes(200_000)

    assert rejection_of(zipped({"a.csv": noise})).code == "file_too_large"


# --- damage -----------------------------------------------------------------------------------


def read_or_reject(data: bytes) -> bool:
    try:
        list(read_export(io.BytesIO(data)))
    except ExportRejected:
        return False
    return True


def fuzzed_archives() -> dict[str, bytes]:
    inner = zipped({"Totals.csv": TOTALS, "note.txt": "hello"})
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.zip", inner)
        archive.writestr("b.csv", TOTALS)
    return {
        "zip": zipped({"Totals.csv": TOTALS, "Chart.csv": CHART, "inner.zip": inner}),
        "stored": stored.getvalue(),
        "gzip": gzip.compress(TOTALS.encode() * 3),
    }


@pytest.mark.parametrize("kind", ["zip", "stored", "gzip"])
def test_a_damaged_archive_is_read_or_rejected(kind: str) -> None:
    whole = fuzzed_archives()[kind]
    assert read_or_reject(whole)

    outcomes = [read_or_reject(data) for data in mutations(whole, 200, seed=2)]

    assert False in outcomes


def test_a_gzip_source_has_the_text_of_the_file_inside() -> None:
    packed = zlib.compressobj(wbits=31)
    data = packed.compress(REPORT.encode()) + packed.flush()

    assert Source(io.BytesIO(data)).text == REPORT
