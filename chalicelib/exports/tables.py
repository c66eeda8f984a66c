"""Tables in text: where the header is, then row after row with the line it begins on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.errors import ExportRefused
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import Columns, Vocabulary
from chalicelib.exports.lines import LineRun, Lines
from chalicelib.exports.outcomes import (
    MAX_RAW_CHARACTERS,
    NotData,
    Reading,
    Refused,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.recognition import DELIMITERS, Glimpse, csv_reader, records_of

WITHHELD = "(withheld: the row may hold personal data)"


@dataclass(frozen=True, slots=True)
class TableHead:
    """A header that was found, and what stands above it.

    Attributes
    ----------
    delimiter : str
    index : int
        Number of records above the header.
    columns : Columns
    preamble : tuple of tuple of str
        The cells of those records.
    quoting : bool
        Whether quotation marks quote; in a few tables they stand for themselves.
    """

    delimiter: str
    index: int
    columns: Columns
    preamble: tuple[tuple[str, ...], ...]
    quoting: bool = True

    @property
    def preamble_lines(self) -> list[str]:
        """The records above the header as text: a delimiter may stand inside a date."""
        return [self.delimiter.join(cells).strip() for cells in self.preamble]

    def describe(self) -> str:
        """What was found, for the user."""
        names = [self.columns.name(field) for field in self.columns.positions]
        return f"the columns {', '.join(names[:8])}"


def find_head(
    glimpse: Glimpse, vocabulary: Vocabulary, accept: Callable[[TableHead], bool]
) -> TableHead | None:
    """The first row, under the delimiter that makes most sense of it, that an importer accepts.

    The delimiter is decided on the header row: above it, dates hold commas.
    """
    best: TableHead | None = None
    if glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.is_json:
        return None
    for delimiter in DELIMITERS:
        top = glimpse.top(delimiter)
        for index, cells in enumerate(top):
            columns = vocabulary.read(cells)
            hits = len(columns.positions)
            if not hits or (best and hits <= len(best.columns.positions)):
                continue
            head = TableHead(delimiter, index, columns, tuple(map(tuple, top[:index])))
            if accept(head):
                best = head
    return best


@dataclass(slots=True)
class Row:
    """One record of a table.

    Attributes
    ----------
    line : int
        The line on which it begins, from 1.
    cells : list of str
        As many as the header has.
    raw : str
        The record as it stands in the file.
    """

    line: int
    cells: list[str]
    raw: str

    def refused(self, error: RowRefused, raw: str) -> Refused:
        """This row as a refusal, with a text in place of its own."""
        text = raw[:MAX_RAW_CHARACTERS].rstrip("\r\n").encode("utf-8", "replace").decode()
        return Refused(self.line, text, error.code, error.message)


class Table:
    """The rows below a header.

    Parameters
    ----------
    source : Source
    head : TableHead
    public_text : callable, optional
        What a refusal may show of a row whose cells are where they belong, for reports that hold
        people; of any other row of theirs nothing is shown. Without it, the whole row is.

    Raises
    ------
    ExportRefused
        `unreadable_file`, if the file is known to end in the middle of a row and of a character.
    """

    def __init__(
        self,
        source: Source,
        head: TableHead,
        *,
        public_text: Callable[[Row], str] | None = None,
    ) -> None:
        self.head = head
        self._source = source
        self._width = len(head.columns.names)
        self._public_text = public_text
        records = records_of(source.text, head.delimiter, quoting=head.quoting)
        self._sample = list(records)[head.index + 1 :]
        if source.is_half_a_character_short and self._is_damaged_at_the_end():
            raise ExportRefused(
                "unreadable_file",
                "the file is cut off: it ends in the middle of a row and of a character. "
                "Download it again",
            )

    def sample(self, *fields: str) -> Iterator[str]:
        """The cells of some fields in the rows at the beginning of the file."""
        positions = [p for f in fields if (p := self.head.columns.positions.get(f)) is not None]
        for cells in self._sample:
            if len(cells) == self._width:
                for position in positions:
                    yield cells[position]

    def outcomes(
        self,
        reason_to_skip: Callable[[Row], str],
        convert: Callable[[Row], RowOutcome],
        reading: Reading,
    ) -> Iterator[RowOutcome]:
        """One outcome per row below the header.

        Parameters
        ----------
        reason_to_skip : callable
            Why a row is no data (totals, footers), or an empty text. Sees short rows too, filled
            up with empty cells.
        convert : callable
            The outcome of a row with a cell under each heading; may raise `RowRefused`.
        reading : Reading
            Takes the notes that there are at the end of the file.
        """
        lines = self._source.lines()
        for row, flaw in self._rows(lines):
            yield self._outcome(row, flaw, reason_to_skip, convert)
        reading.notes.extend(self._notes(lines))

    def _outcome(
        self,
        row: Row,
        flaw: RowRefused | None,
        reason_to_skip: Callable[[Row], str],
        convert: Callable[[Row], RowOutcome],
    ) -> RowOutcome:
        width = len(row.cells)
        if width != self._width:
            flaw = flaw or self._miscount(row)
            row.cells.extend([""] * (self._width - width))
        if flaw is None or (flaw.code == "wrong_cell_count" and width < self._width):
            reason = reason_to_skip(row) if any(map(str.strip, row.cells)) else "blank line"
            if reason:
                return NotData(row.line, reason)
        if flaw is not None:
            return row.refused(flaw, WITHHELD if self._public_text else row.raw)
        try:
            return convert(row)
        except RowRefused as error:
            return row.refused(error, self._public_text(row) if self._public_text else row.raw)

    def _miscount(self, row: Row) -> RowRefused | None:
        """What is wrong with a row of another width; empty cells at the end are not."""
        width = len(row.cells)
        if width > self._width and not any(map(str.strip, row.cells[self._width :])):
            return None
        return RowRefused("wrong_cell_count", f"{width} cells under {self._width} headings")

    def _rows(self, lines: Lines) -> Iterator[tuple[Row, RowRefused | None]]:
        """Rows with what is wrong with them as text, if anything is."""
        source = iter(lines)
        reader = csv_reader(source, self.head.delimiter, quoting=self.head.quoting)
        for _ in range(self.head.index + 1):
            next(reader, None)
        lines.take()
        while True:
            flaw: RowRefused | None = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells, flaw = ["?"], RowRefused("unclosed_quote", f"no row can be read: {error}")
            run = lines.take()
            yield Row(run.first, cells, run.text), flaw or self._flaw(run, cells, lines)

    def _is_damaged_at_the_end(self) -> bool:
        if self._source.has_lost_a_character:
            return True
        return bool(self._sample) and len(self._sample[-1]) < self._width

    def _flaw(self, run: LineRun, cells: Sequence[str], lines: Lines) -> RowRefused | None:
        if not run.whole:
            return RowRefused("cut_off", "a line is too long to be a row of a report")
        if not run.readable or "\0" in run.text:
            return RowRefused("unreadable_text", "the row holds bytes that are no text")
        if lines.exhausted:  # the reader asked for another line: a quotation mark is open
            return RowRefused("unclosed_quote", "a quotation mark is open at the end of the file")
        return None

    def _notes(self, lines: Lines) -> Iterator[str]:
        if lines.changed_encoding:
            yield "The file is not UTF-8 but Windows-1252."
        if lines.is_half_a_character_short:
            yield (
                "The file ends in half a character"
                + (", which was completed" if lines.restored else ", which is lost")
                + ": check the last cell of the last row."
            )
