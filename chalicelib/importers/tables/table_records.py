"""The records of a table in a text or a sheet, each with its flaw if it is damaged."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import csv_reader, records_of
from chalicelib.importers.bytes.lines import MAX_COLUMNS, Lines
from chalicelib.importers.outcomes import Reading, RowRejected
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.cells import CarriedNumber, as_text
from chalicelib.importers.workbooks.workbooks import Workbook
from chalicelib.model.errors import ExportRejected

Raw = tuple[int, list[str], RowRejected | None, Callable[[], str]]
"""A record: its line, its cells, its flaw, and a function that returns its text."""


def records_below(source: Source, head: TableHead, reading: Reading) -> Iterator[Raw]:
    """Return the records below a header; notes at the end of the file are added to `reading`."""
    if head.sheet:
        return _sheet_rows(source.workbook, head)
    return _text_rows(source, head, reading)


def first_records(source: Source, head: TableHead) -> Iterator[list[str]]:
    """Return the records below a header in the beginning of a file; all records of a sheet."""
    if head.sheet:
        return (cells for _, cells in _rows_below(source.workbook, head))
    records = records_of(source.text, head.delimiter, quoting=head.quoting)
    return islice(records, head.index + 1, None)


def text_records(source: Source, delimiter: str, reading: Reading) -> Iterator[Raw]:
    """Return all records of a text that contains more than one kind of table.

    Call it once. Notes at the end of the file are added to `reading`.

    Raises
    ------
    ExportRejected
        `unreadable_file`, as in `check_end`.
    """
    check_end(source, (), 0)
    return _text_rows(source, TableHead(delimiter, -1, Columns({}, {}, "", ()), ()), reading)


def check_end(source: Source, sample: Sequence[Sequence[str]], width: int) -> None:
    """Reject a file that ends in the middle of a character, unless its last row is complete.

    Parameters
    ----------
    sample : sequence of records
        The records at the beginning of the file.
    width : int
        Number of cells in a row.

    Raises
    ------
    ExportRejected
        `unreadable_file`, if the file ends in the middle of a row and of a character.
    """
    is_short = bool(sample) and len(sample[-1]) < width
    if source.is_half_a_character_short and (source.has_lost_a_character or is_short):
        raise ExportRejected(
            "unreadable_file",
            "the file is incomplete: it ends in the middle of a row and of a character. "
            "Download it again",
        )


def as_text_rows(
    rows: Iterator[Raw], width: int, naming: Collection[int], decimal_mark: str
) -> Iterator[Raw]:
    """Yield rows of a sheet at the width of the header, with numbers as text in the file's format.

    Parameters
    ----------
    naming : collection of int
        The columns whose numbers are names; in a merged cell they apply to all of its rows.
    """
    for line, cells, flaw, raw in rows:
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        for index, cell in enumerate(cells):
            if type(cell) is not str:
                if isinstance(cell, CarriedNumber) and index in naming:
                    cell = cell.value
                cells[index] = as_text(cell, decimal_mark)
        yield line, cells, flaw, raw


def _sheet_rows(workbook: Workbook | None, head: TableHead) -> Iterator[Raw]:
    for line, cells in _rows_below(workbook, head):
        yield line, cells, None, lambda cells=cells: "\t".join(cells).rstrip("\t")  # type: ignore[misc]


def _rows_below(workbook: Workbook | None, head: TableHead) -> Iterator[tuple[int, list[str]]]:
    """Return the rows of a sheet below the header, with their numbers."""
    assert workbook is not None
    return islice(workbook.rows(head.sheet), head.index + 1, None)


def _text_rows(source: Source, head: TableHead, reading: Reading) -> Iterator[Raw]:
    """Yield the rows of a text with their flaws, and add the notes at the end."""
    lines = source.lines()
    width = len(head.columns.names)
    reader = csv_reader(lines.for_csv(head.delimiter), head.delimiter, quoting=head.quoting)
    for _ in range(head.index + 1):
        next(reader, None)
    lines.forget()
    texts, number, raw = lines.texts, lines.first, lines.taken
    while True:
        flaw: RowRejected | None = None
        try:
            for cells in reader:
                if lines.flawed or lines.exhausted:
                    flaw = _flaw(lines)
                    if lines.too_wide:  # `Lines` replaced the line with a single cell
                        cells = ["?"] * width
                yield number, cells, flaw, raw
                number += len(texts)
                if flaw is None:
                    texts.clear()
                else:
                    flaw = None
                    lines.forget()
            break
        except csv.Error as error:
            flaw = RowRejected("unclosed_quote", f"the row cannot be parsed: {error}")
            yield number, ["?"], flaw, raw
            number += len(texts)
            lines.forget()
    reading.notes.extend(_notes(lines))


def _flaw(lines: Lines) -> RowRejected | None:
    if lines.too_wide:
        return RowRejected("wrong_cell_count", f"the row has more than {MAX_COLUMNS:,} cells")
    if not lines.whole:
        return RowRejected("cut_off", "the line is too long for a row of a report")
    if not lines.readable:
        return RowRejected("unreadable_text", "the row contains bytes that are not text")
    if lines.exhausted:  # the reader needed another line, so a quotation mark is still open
        return RowRejected(
            "unclosed_quote", "a quotation mark is not closed by the end of the file"
        )
    return None


def _notes(lines: Lines) -> Iterator[str]:
    if lines.changed_encoding:
        yield "The file is Windows-1252, not UTF-8."
    if lines.is_half_a_character_short:
        yield (
            "The file ends in the middle of a character"
            + (", which was completed" if lines.restored else ", which is lost")
            + ": check the last cell of the last row."
        )
