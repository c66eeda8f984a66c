"""Workbooks of Excel 2007 and later (.xlsx): their sheets, and the rows as text."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from zipfile import ZipInfo

from chalicelib.importers.bytes.archives import ZipArchive
from chalicelib.importers.recognition.file_kinds import check_members
from chalicelib.importers.workbooks.merged_cells import merged_in_xml
from chalicelib.importers.workbooks.sheet_cells import Cells
from chalicelib.importers.workbooks.sheet_xml import Handler, SharedTexts, Styles, parse
from chalicelib.model.errors import ExportRejected

MAX_SHEETS = 256
MAX_SHARED_BYTES = 32 << 20
"""Of the XML with the texts of all sheets, which is in memory while a sheet is read."""

_WORKBOOK = "xl/workbook.xml"


def is_xlsx(archive: ZipArchive) -> bool:
    """Whether a zip file is a workbook; raises `unreadable_file` for other documents."""
    check_members(archive)
    return archive.find(_WORKBOOK) is not None


class XlsxBook:
    """A workbook.

    Attributes
    ----------
    sheets : tuple of str
        Names, in order, including hidden sheets but not charts.
    hidden : frozenset of str
        Sheets that Excel does not show.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `file_too_large`, `entity_expansion`, `too_deep`.
    """

    def __init__(self, archive: ZipArchive) -> None:
        self._archive = archive
        outline, relations, self._styles = _Outline(), _Relations(), Styles()
        self._read(archive.find(_WORKBOOK), outline)
        self._read(archive.find("xl/_rels/workbook.xml.rels"), relations)
        self._read(self._part(relations.by_type.get("styles", "styles.xml")), self._styles)
        self._shared_part = self._part(relations.by_type.get("sharedStrings", "sharedStrings.xml"))
        self._shared: SharedTexts | None = None
        self._since_1904 = outline.since_1904
        self._parts: dict[str, ZipInfo] = {}
        hidden = set()
        for name, relation, is_hidden in outline.sheets:
            part = self._part(relations.sheets.get(relation, ""))
            if part is not None and name not in self._parts:
                self._parts[name] = part
                if is_hidden:
                    hidden.add(name)
        if not self._parts:
            raise ExportRejected("unreadable_file", "the workbook has no sheets")
        self.sheets = tuple(self._parts)
        self.hidden = frozenset(hidden)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a sheet like `workbooks.Workbook.rows`."""
        with self._archive.open(self._parts[sheet]) as stream:
            merged = merged_in_xml(stream)
        cells = Cells(self._texts(), self._styles, since_1904=self._since_1904)
        with self._archive.open(self._parts[sheet]) as stream:
            for _ in parse(stream, cells):
                for blank, number, row in cells.ready:
                    for blank_number in blank:
                        yield blank_number, []
                    yield number, merged.carry(number, row)
                cells.ready.clear()

    def _texts(self) -> SharedTexts:
        if self._shared is None:
            part = self._shared_part
            if part is not None and part.file_size > MAX_SHARED_BYTES:
                raise ExportRejected(
                    "file_too_large",
                    f"the texts of the workbook have more than {MAX_SHARED_BYTES:,} bytes: "
                    "save the sheet as CSV",
                )
            self._shared = SharedTexts()
            self._read(part, self._shared)
        return self._shared

    def _part(self, target: str) -> ZipInfo | None:
        """Return a part by its name in the workbook, relative to ``xl/``."""
        return self._archive.find(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/"))

    def _read(self, part: ZipInfo | None, handler: Handler) -> None:
        if part is not None:
            with self._archive.open(part) as stream:
                for _ in parse(stream, handler):
                    pass


class _Outline(Handler):
    """The sheets of a workbook as (name, relation, is hidden), and its date system."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", "")[:255], relation, is_hidden))
            if len(self.sheets) > MAX_SHEETS:
                raise ExportRejected(
                    "file_too_large", f"the workbook has more than {MAX_SHEETS} sheets"
                )
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true", "on")


class _Relations(Handler):
    """The files of the parts of a workbook."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.by_type: dict[str, str] = {}

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship":
            return
        target = attributes.get("Target", "")
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind == "worksheet" and len(self.sheets) < MAX_SHEETS:
            self.sheets[attributes.get("Id", "")] = target
        elif kind in ("styles", "sharedStrings"):
            self.by_type[kind] = target
