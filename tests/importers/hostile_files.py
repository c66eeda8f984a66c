"""Hostile files, generated in code, and a process that reads them.

`hostile_reader` starts ``python -m tests.importers.hostile_files``, which forks for each file: the
importers are loaded once, and every file has the limits and the peak memory of its own process.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from tests.importers.files import google_report, google_row
from tests.importers.old_workbooks import book, compound, record, sheet
from tests.importers.workbook_files import parts_of_workbook, workbook_from_xml, zipped
from tests.samples import by_importer
from tests.samples.spellings import text_of

MAX_MB = 128
"""Memory limit of the process, including the interpreter."""

MEGABYTE = 1 << 20
REPORT = google_report(google_row(), google_row(day="2026-06-02")).encode()
_ADDRESS_SPACE = 1 << 30
_SECONDS = 60


@dataclass(frozen=True)
class Hostile:
    """A hostile file.

    Attributes
    ----------
    code : str
        Code of the expected rejection.
    content : callable
        Returns the file, or a stream if it is too large for a disk.
    way : str
        How it is read: as an export, as a workbook, or by the readers of JSON and XML.
    """

    code: str
    content: Callable[[], bytes | BinaryIO]
    way: str = "export"


class Endless(io.RawIOBase):
    """A stream of a beginning, a repeated part and an end."""

    def __init__(self, beginning: bytes, again: bytes, times: int, end: bytes = b"") -> None:
        self._pieces = self._make(beginning, again, times, end)
        self._left = b""

    @staticmethod
    def _make(beginning: bytes, again: bytes, times: int, end: bytes) -> Iterator[bytes]:
        yield beginning
        many = max(1, MEGABYTE // len(again))
        for _ in range(times // many):
            yield again * many
        yield again * (times % many) + end

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        part, self._left = self._left[:size], self._left[size:]
        return part


def endless(beginning: bytes, again: bytes, times: int, end: bytes = b"") -> BinaryIO:
    """Return a stream of any length."""
    return cast("BinaryIO", Endless(beginning, again, times, end))


def squeezed(beginning: bytes, again: bytes, times: int, end: bytes = b"") -> tuple[bytes, int]:
    """Return a repeated part, deflated once and repeated: (bytes, unpacked size)."""
    deflate = zlib.compressobj(9, wbits=-15)
    many = max(1, MEGABYTE // len(again))
    first = deflate.compress(beginning) + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(again * many) + deflate.flush(zlib.Z_FULL_FLUSH)
    last = deflate.compress(again * (times % many) + end) + deflate.flush()
    size = len(beginning) + len(again) * times + len(end)
    return first + block * (times // many) + last, size


def with_bomb(members: dict[str, str | bytes], name: str, packed: bytes, size: int) -> bytes:
    """Return an archive with one more member, whose wrong checksum is never checked."""
    whole = zipped(members)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        at = archive.start_dir
        directory = whole[at : whole.index(b"PK\x05\x06", at)]
    wide = struct.pack("<HHQQ", 1, 16, size, len(packed))
    common = struct.pack("<HHHHHIIIHH", 45, 0, 8, 0, 0x21, 0, *[0xFFFFFFFF] * 2, len(name), 20)
    local = b"PK\3\4" + common + name.encode() + wide + packed
    entry = b"PK\1\2" + struct.pack("<H", 45) + common
    entry += struct.pack("<HHHII", 0, 0, 0, 0, at) + name.encode() + wide
    count, length = len(members) + 1, len(directory) + len(entry)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, at + len(local), 0)
    return whole[:at] + local + directory + entry + end


def workbook_with(part: str, beginning: str, again: str, times: int, end: str = "") -> bytes:
    """Return a workbook with a part that repeats itself."""
    parts = parts_of_workbook("<row><c t='s'><v>0</v></c></row>", texts="<si><t>a</t></si>")
    parts.pop(part, None)
    packed = squeezed(beginning.encode(), again.encode(), times, end.encode())
    return with_bomb(parts, part, *packed)


def overlapping(entries: int) -> bytes:
    """Return an archive whose directory lists the same ten megabytes many times."""
    whole = zipped({"a.csv": b"\n" * 10_000_000})
    at = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    directory = whole[at:end] * entries
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[entries & 0xFFFF] * 2, len(directory), at, 0)
    return whole[:at] + directory + tail


def rows_of_long_texts() -> bytes:
    """Return a small workbook whose cells each refer to ten thousand characters."""
    row = "<row>" + '<c t="s"><v>{}</v></c>' * 33 + "</row>"
    rows = [row.format(*range(n, n + 33)) for n in range(800)]
    too_long = "<row>" + '<c t="s"><v>1</v></c>' * 101 + "</row>"
    chance = random.Random(1)
    letters = [chr(chance.randrange(0x4E00, 0x9000)) for _ in range(20_000)]
    texts = "".join(f"<si><t>{''.join(letters[n : n + 10_000])}</t></si>" for n in range(900))
    return workbook_from_xml("".join(rows) + too_long, texts=texts)


def old_workbook_with(piece: bytes, times: int) -> bytes:
    """Return an old workbook with repeated records before its texts."""
    whole = book(["S"], [sheet([])], [])
    at = whole.index(struct.pack("<HH", 0x0085, 9))
    return compound(whole[:at] + piece * times + whole[at:])


def old_texts(number: int) -> bytes:
    """Return an old workbook with a number of texts of two letters."""
    texts = b"".join(struct.pack("<HB", 2, 0) + b"%02d" % (n % 100) for n in range(number))
    records = record(0x00FC, struct.pack("<II", number, number) + texts[:8000])
    for at in range(8000, len(texts), 8000):
        records += record(0x003C, texts[at : at + 8000])
    return old_workbook_with(records, 1)


def old_numbers(megabytes: float) -> bytes:
    """Return an old workbook full of numbers of six bytes each."""
    number = struct.pack("<HI", 0, 0x12345602)
    width = 256
    rows = int(megabytes * 1_000_000 / (len(number) * width + 10))
    records = [
        record(0x00BD, struct.pack("<HH", row, 0) + number * width + struct.pack("<H", width - 1))
        for row in range(rows)
    ]
    return compound(book(["S"], [sheet(records)], []))


def gzip_bomb(again: bytes, times: int) -> bytes:
    """Return a gzip file that unpacks to gigabytes."""
    packed, size = squeezed(b"", again, times)
    return gzip.compress(b"")[:10] + packed + struct.pack("<II", 0, size & 0xFFFFFFFF)


def ending_deep(text: str, brackets: int = 65_000) -> bytes:
    """Return a JSON look-alike that is recognised and ends in deep nesting."""
    whole = text.strip()
    more = '"a":' if whole.endswith("}") else ""
    return f"{whole[:-1]},{more}{'[' * brackets}".encode()


def json_look_alikes() -> dict[str, Hostile]:
    """Return a JSON sample of each importer that ends in deep nesting, in its last line if any."""
    texts = {
        sample.name: text
        for samples in by_importer().values()
        for sample in samples[:1]
        if (text := text_of(sample.data)) is not None
    }
    return {
        f"{name} that ends deep": Hostile(
            "malformed_record" if "\n{" in text else "too_deep",
            partial(ending_deep, text),
        )
        for name, text in texts.items()
        if text.startswith(("{", "["))
    }


_SHEET = "xl/worksheets/sheet1.xml"
_DATA = "<worksheet><sheetData>"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHTER = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{_LAUGHS}]><rss>&l9;</rss>'
_ANSWER = b'{"kind": "youtubeAnalytics#resultTable", "columnHeaders": [], "rows": ['

_ORDER = b'{"total_price": 1, "financial_status": 1, "created_at": 1, "line_items": 1, "a": '

HOSTILE: dict[str, Hostile] = {
    "a line of a billion characters": Hostile(
        "unknown_platform", lambda: endless(b"", b"x", 10**9)
    ),
    "a header of known words and sixteen thousand others": Hostile(
        "unknown_platform", lambda: b"Fecha;Clics" + b";Clics" * 16_000 + b"\n" + b"1;" * 16_000
    ),
    "a thousand columns of days": Hostile(
        "unknown_platform",
        lambda: (
            b"Likes,Coste" + b",x" * 1000 + b"\n" + (b"1,2" + b",01.02.2026" * 1000 + b"\n") * 90
        ),
    ),
    "a line of a hundred million characters below a header": Hostile(
        "cut_off", lambda: endless(REPORT, b"x", 10**8, b"\n")
    ),
    "a line of ten million columns": Hostile(
        "too_many_columns", lambda: endless(b"a", b",a", 10**7, b"\n")
    ),
    "lines of a hundred thousand columns below a header": Hostile(
        "wrong_cell_count", lambda: endless(REPORT, b"," * 100_000 + b"\n", 1000)
    ),
    "a record of half a million lines": Hostile(
        "unclosed_quote", lambda: endless(REPORT, b'"\n",', 500_000)
    ),
    "a quotation mark that is never closed": Hostile(
        "unclosed_quote", lambda: endless(REPORT + b'"', b"a,b\n", 200_000)
    ),
    "a gigabyte of zeros": Hostile("unreadable_file", lambda: endless(b"", b"\0", 10**9)),
    "UTF-16 without a mark": Hostile(
        "unreadable_file", lambda: REPORT.decode().encode("utf-16-le")
    ),
    "nothing": Hostile("empty_file", lambda: b""),
    "nothing but blanks": Hostile("empty_file", lambda: b"\xef\xbb\xbf \r\n" * 20_000),
    "a sign-in page": Hostile("web_page", lambda: b"<!DOCTYPE html><html><form>Sign in</form>"),
    "brackets a million deep": Hostile("too_deep", lambda: b"[" * 1_000_000),
    "braces a million deep": Hostile("too_deep", lambda: b'{"a":' * 1_000_000),
    "an answer a million deep": Hostile("too_deep", lambda: _ANSWER + b"[" * 1_000_000),
    "an answer of millions of values": Hostile(
        "file_too_large", lambda: _ANSWER + b"{}," * 2_500_000 + b"{}]}"
    ),
    "an answer that is too long": Hostile("file_too_large", lambda: _ANSWER + b"{}," * 9_000_000),
    "a JSON text of a gigabyte": Hostile(
        "file_too_large", lambda: endless(b'{"data": [{"a": "', b"x", 10**9, b'"}]}'), "json"
    ),
    "a JSON item of a gigabyte": Hostile(
        "file_too_large", lambda: endless(b'{"data": [[', b"[],", 10**8, b"1]]}"), "json"
    ),
    "an order a million deep": Hostile("too_deep", lambda: _ORDER + b"[" * 1_000_000),
    "an order with a text of a gigabyte": Hostile(
        "file_too_large", lambda: endless(_ORDER + b'"', b"x", 10**9)
    ),
    "orders of which one is a million deep": Hostile(
        "too_deep", lambda: b'{"orders": [' + _ORDER + b"[" * 1_000_000
    ),
    "an order with a million keys": Hostile(
        "file_too_large", lambda: _ORDER + b"{" + b'"k":{},' * 1_000_000 + b'"k":{}}}'
    ),
    "JSON a million deep": Hostile("too_deep", lambda: endless(b'{"data": [', b"[", 10**6), "json"),
    "a billion laughs": Hostile("entity_expansion", lambda: _LAUGHTER.encode()),
    "a billion laughs for the reader of XML": Hostile(
        "entity_expansion", lambda: _LAUGHTER.encode(), "xml"
    ),
    "an XML text of a gigabyte": Hostile(
        "file_too_large", lambda: endless(b"<rss><item>", b"x", 10**9, b"</item></rss>"), "xml"
    ),
    "an XML tag of a gigabyte": Hostile(
        "file_too_large", lambda: endless(b'<rss><item a="', b"x", 10**9), "xml"
    ),
    "an XML item of a gigabyte": Hostile(
        "file_too_large", lambda: endless(b"<rss><item>", b"<a/>", 10**8), "xml"
    ),
    "XML a million deep": Hostile("too_deep", lambda: endless(b"<rss>", b"<a>", 10**6), "xml"),
    "a billion formatted cells": Hostile(
        "archive_bomb",
        lambda: workbook_with(_SHEET, _DATA, '<row><c s="1"/></row>' + '<c s="1"/>' * 9, 10**8),
        "workbook",
    ),
    "a million cells in a row": Hostile(
        "too_many_columns",
        lambda: workbook_with(_SHEET, _DATA + "<row>", "<c s='1'/>", 10**6),
        "workbook",
    ),
    "more rows than a sheet has": Hostile(
        "file_too_large",
        lambda: workbook_with(_SHEET, _DATA, '<row ht="9"/>', 1_100_000),
        "workbook",
    ),
    "a remark of fifteen megabytes": Hostile(
        "unreadable_file",
        lambda: workbook_with(_SHEET, _DATA + "<!--", "x", 15 * MEGABYTE),
        "workbook",
    ),
    "a cell of fifteen megabytes": Hostile(
        "unreadable_file",
        lambda: workbook_with(_SHEET, _DATA + "<row><c t='str'><v>", "x", 15 * MEGABYTE),
        "workbook",
    ),
    "a sheet five million deep": Hostile(
        "too_deep", lambda: workbook_with(_SHEET, _DATA, "<a>", 5 * 10**6), "workbook"
    ),
    "rows of long texts": Hostile(
        "too_many_columns",
        rows_of_long_texts,
        "workbook",
    ),
    "a million texts": Hostile(
        "unreadable_file",
        lambda: workbook_with(
            "xl/sharedStrings.xml", "<sst>", "<si><t>ab</t></si>", 900_000, "</sst>"
        ),
        "workbook",
    ),
    "texts of forty megabytes": Hostile(
        "file_too_large",
        lambda: workbook_from_xml(
            "<row/>", texts=f"<si><t>{random.Random(1).randbytes(20_000_000).hex()}</t></si>"
        ),
        "workbook",
    ),
    "a million styles": Hostile(
        "unreadable_file",
        lambda: workbook_with("xl/styles.xml", "<s><cellXfs>", '<xf numFmtId="14"/>', 800_000),
        "workbook",
    ),
    "a workbook that defines entities": Hostile(
        "entity_expansion",
        lambda: zipped(parts_of_workbook("") | {_SHEET: _LAUGHTER}),
        "workbook",
    ),
    "an old workbook of formats": Hostile(
        "file_too_large",
        lambda: old_workbook_with(record(0x00E0, bytes(20)), 280_000),
        "workbook",
    ),
    "an old workbook of names": Hostile(
        "file_too_large",
        lambda: old_workbook_with(
            record(0x0018, struct.pack("<HBBHHHBBBB", 0, 0, 1, *[0] * 7) + b"\0a"), 340_000
        ),
        "workbook",
    ),
    "an old workbook of short texts": Hostile(
        "file_too_large", lambda: old_texts(1_300_000), "workbook"
    ),
    "an old workbook of numbers": Hostile("read", lambda: old_numbers(5.0), "workbook"),
    "an old workbook of nine megabytes": Hostile(
        "file_too_large", lambda: compound(b"").ljust(9_000_000, b"\0"), "workbook"
    ),
    "a gzip bomb": Hostile("archive_bomb", lambda: gzip_bomb(b"\0", 10**10)),
    "a gzip bomb of rows": Hostile(
        "archive_bomb",
        lambda: gzip.compress(REPORT) + gzip_bomb(REPORT.splitlines(True)[-1], 10**8),
    ),
    "a gzip bomb in a gzip bomb": Hostile(
        "archive_bomb", lambda: gzip.compress(gzip_bomb(b"\0", 10**10))
    ),
    "a zip bomb": Hostile(
        "archive_bomb",
        lambda: with_bomb({"b.csv": REPORT}, "a.csv", *squeezed(b"", b"\0", 10**10)),
    ),
    "a zip bomb that lies": Hostile(
        "archive_bomb",
        lambda: with_bomb({"b.csv": REPORT}, "a.csv", squeezed(b"", b"\0", 10**10)[0], 1000),
    ),
    "a zip bomb of one file many times": Hostile("archive_bomb", lambda: overlapping(9_000)),
    "a zip archive of very many files": Hostile("archive_bomb", lambda: overlapping(80_000)),
    "a zip bomb in a zip archive": Hostile(
        "archive_bomb",
        lambda: zipped(
            {"a.zip": with_bomb({}, "a.csv", *squeezed(b"", b"\0", 10**10)), "b.csv": REPORT}
        ),
    ),
    "archives in archives": Hostile(
        "unsafe_archive", lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.csv": REPORT})})})
    ),
    "a path out of the archive": Hostile(
        "unsafe_archive", lambda: zipped({"../../etc/cron.d/x": REPORT})
    ),
    **json_look_alikes(),
}


def read_hostile(way: str, stream: BinaryIO) -> str:
    """Return the code of the rejection, the codes of the rejected rows, or ``read``."""
    from chalicelib.importers import Rejected, read_export
    from chalicelib.importers.bytes.decoding import Source
    from chalicelib.importers.records.json_documents import items_of
    from chalicelib.importers.records.markup import elements
    from chalicelib.model.errors import ExportRejected

    codes = set()
    try:
        if way == "export":
            for outcome in read_export(stream):
                if isinstance(outcome, Rejected):
                    codes.add(outcome.code)
        elif way == "workbook":
            workbook = Source(stream).workbook
            assert workbook is not None
            for name in workbook.sheets:
                workbook.top(name)
                for _ in workbook.rows(name):
                    pass
        elif way == "json":
            for _ in items_of(Source(stream), "data.item"):
                pass
        else:
            for _ in elements(Source(stream), ("item",)):
                pass
    except ExportRejected as rejection:
        return rejection.code
    return " ".join(sorted(codes)) or "read"


def propose_for(stream: BinaryIO) -> None:
    """Do what `convert` does with an unknown file."""
    from chalicelib.importers.mappings.proposals import propose_mapping
    from chalicelib.importers.platforms import IMPORTERS
    from chalicelib.model.errors import ExportRejected

    with suppress(ExportRejected):
        propose_mapping(stream, IMPORTERS)


def write_hostile(name: str, folder: Path) -> None:
    """Write the file, if it fits on a disk."""
    content = HOSTILE[name].content()
    if isinstance(content, bytes):
        (folder / "hostile").write_bytes(content)


def peak_mb() -> float:
    """Return the peak memory of this process; `ru_maxrss` would include that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def read_in_limits(name: str, folder: str) -> dict[str, str | float]:
    """Read a file with limited memory and time.

    Returns
    -------
    dict
        ``became`` (the code of the rejection, or the codes of the rejected rows, or ``read``),
        ``seconds``, and ``peak_mb``: the peak memory of the whole process.
    """
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    hostile = HOSTILE[name]
    path = Path(folder) / "hostile"
    stream = path.open("rb") if path.exists() else hostile.content()
    assert not isinstance(stream, bytes)
    began = time.perf_counter()
    became = read_hostile(hostile.way, stream)
    if became == "unknown_platform":
        propose_for(path.open("rb") if path.exists() else cast("BinaryIO", hostile.content()))
    seconds = time.perf_counter() - began
    return {"became": became, "seconds": round(seconds, 3), "peak_mb": round(peak_mb(), 1)}


def serve() -> None:
    """Answer each line (name and folder as JSON) with a line: the result, or the exit status."""
    for line in sys.stdin:
        is_child = os.fork() == 0
        if is_child:
            result: dict[str, str | float] = read_in_limits(*json.loads(line))
        else:
            status = os.waitstatus_to_exitcode(os.wait()[1])
            result = {"became": f"exit status {status}"} if status else {}
        if result:
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()
        if is_child:
            return


Read = Callable[[str, Path], dict[str, Any]]


@contextmanager
def hostile_reader() -> Iterator[Read]:
    """Start the process, and return a function that reads a written file in it by its name."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.importers.hostile_files"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        asked, answers = process.stdin, process.stdout
        assert asked is not None
        assert answers is not None

        def read(name: str, folder: Path) -> dict[str, Any]:
            asked.write(json.dumps([name, str(folder)]) + "\n")
            asked.flush()
            result: dict[str, Any] = json.loads(answers.readline())
            return result

        yield read


if __name__ == "__main__":
    serve()
