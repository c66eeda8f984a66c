"""The files that pipelines write, read as objects: JSON Lines, JSON arrays, API pages and CSV.

A page is an API response: ``{"data": [...]}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, Rejected, RowOutcome, Skipped
from chalicelib.importers.platforms.pipelines.envelopes import envelope_of
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.records.json_documents import is_too_deep, parse_json
from chalicelib.importers.records.records import Converted, outcome_of
from chalicelib.importers.records.shapes import is_lines, record_outcomes
from chalicelib.importers.tables.table_records import text_records
from chalicelib.model.errors import ExportRejected

SAMPLE_LINES = 200
_PAGE_WITHIN = 5_000
DELIMITER = ","
_ARRAY = re.compile(r"[\ufeff\s]*\[\s*")
_COMMA = re.compile(r"\s*,\s*")
_WITHIN = "data"
_PAGE = re.compile(rf'[\ufeff\s]*\{{(?:[^\[\]{{}}"]|"[^"]{{0,500}}")*?"{_WITHIN}"\s*:\s*\[\s*')
"""The beginning of an API response: a few plain values and the array of records."""


def first_lines(glimpse: Glimpse) -> Iterator[dict[str, Any]]:
    """Return the objects at the beginning of a file; none if it has another format."""
    if glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.sheets:
        return iter(())
    found = _json_objects(glimpse.text) if glimpse.is_json else _table_objects(glimpse)
    return islice(found, SAMPLE_LINES)


def landed_outcomes(
    source: Source,
    convert: Callable[[Any], Converted],
    shown: Callable[[Any], str],
    reading: Reading,
) -> Iterator[RowOutcome]:
    """Yield one outcome per line below the header, or per element of an array.

    Parameters
    ----------
    convert, shown : callable
        As in `records.outcomes_of`, for the object in a line.
    reading : Reading
        Receives the notes at the end of a table.
    """
    if _is_table(source.text):
        return _table_outcomes(source, convert, shown, reading)
    return record_outcomes(source, convert, shown, within=(_WITHIN,), names_unread=False)


def _is_table(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "[")


def _table_outcomes(
    source: Source,
    convert: Callable[[Any], Converted],
    shown: Callable[[Any], str],
    reading: Reading,
) -> Iterator[RowOutcome]:
    header: list[str] = []
    for line, cells, flaw, _ in text_records(source, DELIMITER, reading):
        if not header:
            header = [cell.strip() for cell in cells]
        elif flaw is None and envelope_of(cell.strip() for cell in cells) is not None:
            header = [cell.strip() for cell in cells]
            yield Skipped(line, "the header of more records")
        elif flaw is not None:
            yield Rejected(line, "", flaw.code, flaw.message)
        elif not any(map(str.strip, cells)):
            yield Skipped(line, "blank line")
        elif len(cells) != len(header):
            message = f"{len(cells)} cells under {len(header)} headings"
            yield Rejected(line, "", "wrong_cell_count", message)
        else:
            yield outcome_of(line, _object_of(header, cells), convert, shown)


def _object_of(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row as an object. Empty cells are null; objects and arrays are JSON."""
    return dict(zip(header, map(_value_of, cells), strict=True))


def _value_of(cell: str) -> Any:
    if not cell.strip():
        return None
    if cell[0] in "{[":
        try:
            return parse_json(cell)
        except ExportRejected:
            return cell
    return cell


def _table_objects(glimpse: Glimpse) -> Iterator[dict[str, Any]]:
    header, *rows = glimpse.top(DELIMITER) or [[]]
    header = [cell.strip("\ufeff ") for cell in header]
    if envelope_of(header) is None:
        return
    for cells in rows:
        if len(cells) == len(header):
            yield _object_of(header, cells)


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    if is_lines(text):
        texts = (line for line in text.splitlines() if line.strip())
        for line in islice(texts, SAMPLE_LINES):
            try:
                record = parse_json(line.strip("\ufeff"))
            except ExportRejected:
                continue
            if isinstance(record, dict):
                yield record
        return
    begin = _ARRAY.match(text) or _PAGE.match(text[:_PAGE_WITHIN])
    yield from _objects_from(text, begin.end() if begin else len(text) - len(text.lstrip()))


def _objects_from(text: str, position: int) -> Iterator[dict[str, Any]]:
    """Yield the complete objects at the beginning of a file."""
    if is_too_deep(text):
        return
    decoder = json.JSONDecoder()
    while True:
        try:
            record, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        if isinstance(record, dict):
            yield record
        comma = _COMMA.match(text, position)
        if comma is None:
            return
        position = comma.end()
