"""Files in formats that are not supported: what they are, and what to send instead."""

from __future__ import annotations

import re

from chalicelib.importers.bytes.archives import ZIP_MARKS, ZipArchive
from chalicelib.model.errors import ExportRejected

OLE_MARK = b"\xd0\xcf\x11\xe0"
"""The first bytes of old workbooks, other old Office files and new ones with a password."""

_DOWNLOAD = "Download the report as CSV or as an Excel workbook (.xlsx) and send that file."
_UNPACK = "Unpack it and send the files in it, or pack them as .zip or .gz."
_CONVERT = "Save the table as CSV or as JSON Lines and send that file."
_KINDS = (
    *((mark, "a zip archive or an Excel workbook (.xlsx)", "") for mark in ZIP_MARKS),
    (OLE_MARK, "an old Excel workbook (.xls)", ""),
    (b"%PDF", "a PDF document, and tables in PDF documents cannot be read", _DOWNLOAD),
    (b"\x89PNG", "a picture, and numbers in pictures cannot be read", _DOWNLOAD),
    (b"\xff\xd8\xff", "a picture, and numbers in pictures cannot be read", _DOWNLOAD),
    (b"GIF8", "a picture, and numbers in pictures cannot be read", _DOWNLOAD),
    (b"{\\rtf", "a text document (.rtf)", _DOWNLOAD),
    (b"7z\xbc\xaf\x27\x1c", "an archive (.7z)", _UNPACK),
    (b"Rar!\x1a\x07", "an archive (.rar)", _UNPACK),
    (b"BZh", "an archive (.bz2)", _UNPACK),
    (b"\xfd7zXZ\0", "an archive (.xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "an archive (.zst)", _UNPACK),
    (b"PAR1", "a Parquet file", _CONVERT),
    (b"Obj\x01", "an Avro file", _CONVERT),
    (b"ORC", "an ORC file", _CONVERT),
    (b"ARROW1", "an Arrow (Feather) file", _CONVERT),
    (b"SQLite format 3\0", "an SQLite database", _CONVERT),
    (b"bplist00", "an Apple property list", _CONVERT),
)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")
_ARCHIVES_ARE_LETTERS = (b"BZh", b"PAR1", b"ORC", b"ARROW1", b"bplist00")
"""Marks that a text file may begin with. In the binary formats, control characters follow."""

_AS_XLSX = "save it as an Excel workbook (.xlsx) or as CSV, and send that file"
_OF_NUMBERS = (
    f"an Apple Numbers (.numbers) or Pages document: in Numbers use File > Export To, {_AS_XLSX}"
)
_OF_MEMBERS = (
    ("xl/workbook.bin", f"a binary workbook (.xlsb): open it in Excel, {_AS_XLSX}"),
    ("word/document.xml", f"a Word document (.docx): copy its table into a workbook, {_AS_XLSX}"),
    (
        "ppt/presentation.xml",
        f"a presentation (.pptx): copy its table into a workbook, {_AS_XLSX}",
    ),
    (
        "index/document.iwa",
        _OF_NUMBERS,
    ),
    (
        "index.zip",
        _OF_NUMBERS,
    ),
)
_OPEN_DOCUMENT = (
    f"an OpenDocument file (.ods): open it in LibreOffice, Excel or Google Sheets, {_AS_XLSX}"
)
LOCKED = (
    "the workbook is protected by a password: open it in Excel, remove the password (File > Info > "
    "Protect Workbook > Encrypt with Password), save it and send it again"
)

_TAR, _TAR_AT = b"ustar", 257
_OF_TAR = "an archive (.tar)"
_CAR = re.compile(rb"[\x00-\xff]{1,3}?[\xa2\xa3]eroots\x81\xd8\x2a", re.DOTALL)
_OF_CAR = "the repository of a Bluesky account (.car)"
_CAR_WAY_OUT = (
    "It contains posts but no counts. Save the answer of "
    "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=HANDLE and send that file."
)
_WAYS_OUT = {**{kind: way for _, kind, way in _KINDS}, _OF_TAR: _UNPACK, _OF_CAR: _CAR_WAY_OUT}


def kind_of(beginning: bytes) -> str:
    """Return the kind of binary file with this beginning, in words; empty for text."""
    if beginning[_TAR_AT:].startswith(_TAR):
        return _OF_TAR
    if _CAR.match(beginning):
        return _OF_CAR
    for mark, kind, _ in _KINDS:
        if beginning.startswith(mark) and not (
            mark in _ARCHIVES_ARE_LETTERS and not _CONTROLS.intersection(beginning[:64])
        ):
            return kind
    return ""


def way_out_of(kind: str) -> str:
    """Return what to send instead of a kind of file; empty for kinds that may be exports."""
    return _WAYS_OUT.get(kind, "")


def check_members(archive: ZipArchive) -> None:
    """Raise `unreadable_file` for a zip file that is a document in an unsupported format."""
    for name, kind in _OF_MEMBERS:
        if archive.find(name):
            raise ExportRejected("unreadable_file", kind)
    if archive.find("content.xml") and archive.find("mimetype"):
        raise ExportRejected("unreadable_file", _OPEN_DOCUMENT)


def check_password(content: bytes) -> None:
    """Raise `unreadable_file` for the OLE file of a new workbook with a password."""
    if _utf_16("EncryptedPackage") in content:
        raise ExportRejected("unreadable_file", LOCKED)


def check_old_office(content: bytes) -> None:
    """Raise `unreadable_file` for an OLE file that is not an old workbook."""
    if not any(_utf_16(name) in content for name in ("Workbook", "WORKBOOK", "Book", "BOOK")):
        is_word = _utf_16("WordDocument") in content
        kind = "an old Word document (.doc)" if is_word else "an old Office file, not a workbook"
        raise ExportRejected("unreadable_file", f"{kind}. {_DOWNLOAD}")


def _utf_16(name: str) -> bytes:
    return name.encode("utf-16-le")
