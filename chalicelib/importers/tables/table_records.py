"""The records of a table as a text or a sheet has them, each with what is wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import csv_reader, records_of
from chalicelib.importers.bytes.lines import MAX_COLUMNS, Lines
from chalicelib.importers.outcomes import Reading, RowRefused
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.cells import CarriedNumber, as_text
from chalicelib.importers.workbooks.workbooks import Workbook
from chalicelib.model.errors import ExportRefused

Raw = tuple[int, list[str], RowRefused | None, Callable[[], str]]
"""A record: its line, its cells, what is wrong with it as text, and the text."""


def records_below(source: Source, head: TableHead, reading: Reading) -> Iterator[Raw]:
    """The records below a header; `reading` takes the notes that there are at the end."""
    if head.sheet:
        return _sheet_rows(source.workbook, head)
    return _text_rows(source, head, reading)


def first_records(source: Source, head: TableHead) -> Iterator[list[str]]:
    """The records below a header at the beginning of a file; in a sheet, all of them."""
    if head.sheet:
        return (cells for _, cells in _rows_below(source.workbook, head))
    records = records_of(source.text, head.delimiter, quoting=head.quoting)
    return islice(records, head.index + 1, None)


def text_records(source: Source, delimiter: str, reading: Reading) -> Iterator[Raw]:
    """All records of a text whose tables are not one: line, cells, what is wrong, the text of it.

    The notes that there are at the end of the file go to the reading. Can be asked for once.

    Raises
    ------
    ExportRefused
        `unreadable_file`, as of `check_end`.
    """
    check_end(source, (), 0)
    return _text_rows(source, TableHead(delimiter, -1, Columns({}, {}, "", ()), ()), reading)


def check_end(source: Source, sample: Sequence[Sequence[str]], width: int) -> None:
    """Refuses a file that ends in half a character, unless its last row is complete.

    Parameters
    ----------
    sample : sequence of records
        Those at the beginning of the file.
    width : int
        How many cells a row has.

    Raises
    ------
    ExportRefused
        `unreadable_file`, if the file is known to end in the middle of a row and of a character.
    """
    is_short = bool(sample) and len(sample[-1]) < width
    if source.is_half_a_character_short and (source.has_lost_a_character or is_short):
        raise ExportRefused(
            "unreadable_file",
            "the file is cut off: it ends in the middle of a row and of a character. "
            "Download it again",
        )


def as_text_rows(
    rows: Iterator[Raw], width: int, naming: Collection[int], decimal_mark: str
) -> Iterator[Raw]:
    """Rows of a sheet as wide as the header; numbers as the text numbers of the file are.

    Parameters
    ----------
    naming : collection of int
        The columns whose numbers name something: in a merged cell they hold for all of its rows.
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
    """The rows of a sheet below the header, with their numbers."""
    assert workbook is not None
    return islice(workbook.rows(head.sheet), head.index + 1, None)


def _text_rows(source: Source, head: TableHead, reading: Reading) -> Iterator[Raw]:
    """Rows with what is wrong with them as text, if anything is, and the text itself."""
    lines = source.lines()
    width = len(head.columns.names)
    reader = csv_reader(lines.for_csv(head.delimiter), head.delimiter, quoting=head.quoting)
    for _ in range(head.index + 1):
        next(reader, None)
    lines.forget()
    texts, number, raw = lines.texts, lines.first, lines.taken
    while True:
        flaw: RowRefused | None = None
        try:
            for cells in reader:
                if lines.flawed or lines.exhausted:
                    flaw = _flaw(lines)
                    if lines.too_wide:  # it was read as one cell, which is none of its own
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
            flaw = RowRefused("unclosed_quote", f"no row can be read: {error}")
            yield number, ["?"], flaw, raw
            number += len(texts)
            lines.forget()
    reading.notes.extend(_notes(lines))


def _flaw(lines: Lines) -> RowRefused | None:
    if lines.too_wide:
        return RowRefused("wrong_cell_count", f"more than {MAX_COLUMNS:,} cells in a row")
    if not lines.whole:
        return RowRefused("cut_off", "a line is too long to be a row of a report")
    if not lines.readable:
        return RowRefused("unreadable_text", "the row holds bytes that are no text")
    if lines.exhausted:  # the reader asked for another line: a quotation mark is open
        return RowRefused("unclosed_quote", "a quotation mark is open at the end of the file")
    return None


def _notes(lines: Lines) -> Iterator[str]:
    if lines.changed_encoding:
        yield "The file is not UTF-8 but Windows-1252."
    if lines.is_half_a_character_short:
        yield (
            "The file ends in half a character"
            + (", which was completed" if lines.restored else ", which is lost")
            + ": check the last cell of the last row."
        )
