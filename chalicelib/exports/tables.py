"""Tables in text and in workbooks: where the header is, then row after row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from chalicelib.errors import ExportRefused
from chalicelib.exports.cells import CarriedNumber, as_text
from chalicelib.exports.decoding import Source
from chalicelib.exports.further_tables import (
    LINES_ABOVE,
    SAMPLE_ROWS,
    Raw,
    Records,
    Rest,
    further,
    is_heading,
    may_be_title,
    skip,
    until_next_heading,
)
from chalicelib.exports.headings import Columns, Vocabulary, comparable, header_keys
from chalicelib.exports.lines import MAX_COLUMNS, Lines
from chalicelib.exports.marks import Marks
from chalicelib.exports.outcomes import (
    MAX_RAW_CHARACTERS,
    Imported,
    NotData,
    Reading,
    Refused,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.recognition import (
    DELIMITERS,
    Glimpse,
    Options,
    Recognition,
    csv_reader,
    records_of,
)
from chalicelib.exports.unread import AT_ONCE, UnreadColumns

WITHHELD = "(withheld: the row may hold personal data)"


@dataclass(frozen=True, slots=True)
class TableHead:
    """A header that was found, and what stands above it.

    Attributes
    ----------
    delimiter : str
        Empty in a workbook.
    index : int
        Number of records above the header.
    columns : Columns
    preamble : tuple of tuple of str
        The cells of those records.
    sheet : str
        Of a workbook; empty in a text file.
    part : int
        The outcomes' `part`.
    quoting : bool
        Whether quotation marks quote; in a few tables they stand for themselves.
    """

    delimiter: str
    index: int
    columns: Columns
    preamble: tuple[tuple[str, ...], ...]
    sheet: str = ""
    part: int = 0
    quoting: bool = True

    @property
    def preamble_lines(self) -> list[str]:
        """The records above the header as text: a delimiter may stand inside a date."""
        return [self.delimiter.join(cells).strip() for cells in self.preamble]

    def describe(self) -> str:
        """What was found, for the user."""
        names = [self.columns.name(field) for field in self.columns.positions]
        return f"the columns {', '.join(names[:8])}"


def claim_to(
    head: TableHead,
    marks: Marks,
    open_it: Callable[[Source, Options], Reading],
    *,
    hits: int = 0,
    found: str = "",
    group: tuple[str, int] = ("", 0),
) -> Recognition:
    """The claim to a table whose header was found.

    Parameters
    ----------
    hits : int
        Added to the number of known columns.
    found : str
        In place of the names of columns.
    group : (str, int)
        `group` and `preference` of the claim.
    """
    return Recognition(
        hits + len(head.columns.positions),
        found or head.describe(),
        open_it,
        *group,
        headings=header_keys(head.columns.names),
        known=marks.known,
        marks=marks.count_in(head),
    )


def find_head(
    glimpse: Glimpse,
    vocabulary: Vocabulary,
    accept: Callable[[TableHead], bool],
    *,
    sheet: Callable[[str], bool] = lambda name: True,
) -> TableHead | None:
    """The first row, under the delimiter that makes most sense of it, that an importer accepts.

    The delimiter is decided on the header row: above it, dates hold commas.

    Parameters
    ----------
    sheet : callable
        In a workbook, which sheets may hold the table, by their names.
    """
    best: TableHead | None = None
    for delimiter, name in _places(glimpse, sheet):
        top = glimpse.sheet_top(name) if name else glimpse.top(delimiter)
        keys = glimpse.sheet_keys(name) if name else glimpse.keys(delimiter)
        for index, known in enumerate(keys):
            hits = len(vocabulary.keys & known)
            if not hits or (best and hits < len(best.columns.positions)):
                continue
            columns = vocabulary.read(top[index])
            hits = len(columns.positions)
            if not hits or (best and hits <= len(best.columns.positions)):
                continue
            head = TableHead(delimiter, index, columns, tuple(map(tuple, top[:index])), name)
            if accept(head):
                best = head
    return best


def _places(glimpse: Glimpse, sheet: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Where a table may be: (delimiter, "") in text, ("", sheet) in a workbook."""
    if glimpse.sheets:
        yield from (("", name) for name in glimpse.sheets if sheet(name))
    elif not (glimpse.magic or glimpse.is_html or glimpse.is_xml or glimpse.is_json):
        yield from ((delimiter, "") for delimiter in DELIMITERS)


@dataclass(slots=True)
class Row:
    """One record of a table.

    Attributes
    ----------
    line : int
        The line on which it begins, from 1; the row of a sheet.
    cells : list of str
        As many as the header has.
    raw : str
        The record as it stands in the file.
    """

    line: int
    cells: list[str]
    raw: str


class Table:
    """The rows below a header.

    Parameters
    ----------
    source : Source or Rest
        A file, or what is left of it below the header.
    head : TableHead
    public_text : callable, optional
        What a refusal may show of a row whose cells are where they belong, for reports that hold
        people; of any other row of theirs nothing is shown. Without it, the whole row is.
    naming : collection of int
        The columns whose numbers name something: in a merged cell they hold for all of its rows.

    Raises
    ------
    ExportRefused
        `unreadable_file`, if the file is known to end in the middle of a row and of a character.
    """

    def __init__(
        self,
        source: Source | Rest,
        head: TableHead,
        *,
        public_text: Callable[[Row], str] | None = None,
        naming: Collection[int] = (),
    ) -> None:
        self.head = head
        self._naming = frozenset(naming)
        self.decimal_mark = "."
        self._source = source
        self._width = len(head.columns.names)
        self._names = frozenset(map(comparable, head.columns.names))
        self._public_text = public_text
        self.unread = UnreadColumns(
            head.columns.names,
            head.columns.positions.values(),
            may_hold_people=public_text is not None,
        )
        self._sample = self._first_rows()
        if source.is_half_a_character_short and self._is_damaged_at_the_end():
            raise ExportRefused(
                "unreadable_file",
                "the file is cut off: it ends in the middle of a row and of a character. "
                "Download it again",
            )

    @property
    def first_rows(self) -> Sequence[Sequence[str]]:
        """The rows at the beginning of the file, of whatever width."""
        return self._sample

    def sample(self, *fields: str) -> Iterator[str]:
        """The cells of some fields in the rows at the beginning of the file."""
        positions = [p for f in fields if (p := self.head.columns.positions.get(f)) is not None]
        for cells in self.sample_cells(positions):
            yield from cells

    def sample_cells(self, positions: Sequence[int]) -> Iterator[tuple[str, ...]]:
        """The cells of some columns in the rows at the beginning of the file, row by row."""
        if not positions:
            return
        width = self._width
        pick = itemgetter(*positions) if len(positions) > 1 else None
        for cells in self._sample:
            if len(cells) != width:
                if not self.head.sheet or len(cells) > width:
                    continue
                cells = [*cells, *[""] * (width - len(cells))]
            yield pick(cells) if pick else (cells[positions[0]],)

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

        def convert_cells(line: int, cells: Sequence[str]) -> RowOutcome:
            row = Row(line, list(cells), "")
            reason = reason_to_skip(row) if any(map(str.strip, cells)) else "blank line"
            return NotData(line, reason) if reason else convert(row)

        return self.cell_outcomes(
            lambda cells: reason_to_skip(Row(0, list(cells), "")), convert_cells, reading
        )

    def cell_outcomes(
        self,
        reason_to_skip: Callable[[Sequence[str]], str],
        convert: Callable[[int, Sequence[str]], RowOutcome],
        reading: Reading,
        *,
        begin_again: Callable[[], None] | None = None,
    ) -> Iterator[RowOutcome]:
        """As `outcomes`, for functions of the bare cells: nothing is made that most rows waste.

        `convert` sees rows of the header's width and skips those that are no data by itself;
        `reason_to_skip` is asked about shorter ones.

        Parameters
        ----------
        begin_again : callable, optional
            Is called where the header is repeated. With it the caller reads further tables by
            itself: the outcomes end above the first, and `reading.rest` is what is left. Without
            it, further tables are not read but named as skipped.
        """
        records = self._records(reading)
        rows = self._as_text(records) if self.head.sheet else records
        above: list[tuple[RowOutcome, list[str]]] = []
        width, part = self._width, self.head.part
        unread, waiting = self.unread, []
        unread.decimal_mark = "," if self.decimal_mark == "," else "."
        reading.unread.append(unread)
        sums = unread.is_open
        for line, cells, flaw, raw in rows:
            if flaw is None and len(cells) == width:
                try:
                    outcome = convert(line, cells)
                except RowRefused as error:
                    outcome = self._refused(line, cells, raw(), error)
                else:
                    outcome = outcome if not part else _in_part(outcome, part)
            else:
                outcome = self._odd(line, cells, flaw, raw(), reason_to_skip, convert)
            if type(outcome) is Imported:
                if sums:
                    waiting.append(cells)
                    if len(waiting) >= AT_ONCE:
                        unread.add(waiting)
                        waiting.clear()
            elif flaw is None:
                is_title = may_be_title(cells)
                if type(outcome) is Refused and is_heading(
                    cells, self._names, is_below_gap=bool(above)
                ):
                    titles = [row for _, row in above if any(map(str.strip, row))]
                    if not titles and self._is_repeated(cells):
                        yield from (held for held, _ in above)
                        above.clear()
                        yield NotData(line, "the header again", part)
                        if begin_again is not None:
                            begin_again()
                        continue
                    yield from (_no_row(held) for held, _ in above)
                    yield NotData(line, "the header of a further table", part)
                    records = records if isinstance(records, Records) else Records(records)
                    reading.rest = further(self._source, self.head, cells, titles, line, records)
                    break
                if is_title and len(above) < LINES_ABOVE:
                    above.append((outcome, cells))
                    continue
            if above:
                yield from (held for held, _ in above)
                above.clear()
            yield outcome
        else:
            yield from (held for held, _ in above)
        unread.add(waiting)
        while begin_again is None and reading.rest is not None:
            yield from skip(reading.rest, reading, "one table is read of such a file")

    def _is_repeated(self, cells: Sequence[str]) -> bool:
        names = list(map(comparable, cells))
        return names[: self._width] == list(map(comparable, self.head.columns.names)) and not any(
            names[self._width :]
        )

    def _odd(
        self,
        line: int,
        cells: list[str],
        flaw: RowRefused | None,
        raw: str,
        reason_to_skip: Callable[[Sequence[str]], str],
        convert: Callable[[int, Sequence[str]], RowOutcome],
    ) -> RowOutcome:
        """The outcome of a row of another width, or of one that is damaged."""
        width = len(cells)
        if width > self._width and not any(map(str.strip, cells[self._width :])):
            cells = cells[: self._width]
        elif width != self._width:
            flaw = flaw or RowRefused(
                "wrong_cell_count", f"{width} cells under {self._width} headings"
            )
            cells = cells + [""] * (self._width - width)
        is_short = flaw is not None and flaw.code == "wrong_cell_count" and width < self._width
        if flaw is None or (is_short and not self._is_split_elsewhere(cells[0], width)):
            reason = reason_to_skip(cells) if any(map(str.strip, cells)) else "blank line"
            if reason:
                return NotData(line, reason, self.head.part)
        if flaw is not None:
            shown = WITHHELD if self._public_text else raw
            return _refusal(line, shown, flaw, self.head.part)
        try:
            return _in_part(convert(line, cells), self.head.part)
        except RowRefused as error:
            return self._refused(line, cells, raw, error)

    def _is_split_elsewhere(self, cell: str, width: int) -> bool:
        """Whether a record of one cell is a whole row with another delimiter."""
        others = (d for d in DELIMITERS if d != self.head.delimiter)
        return width == 1 < self._width and any(
            cell.count(other) == self._width - 1 for other in others
        )

    def _refused(self, line: int, cells: list[str], raw: str, error: RowRefused) -> Refused:
        if self._public_text is not None:
            raw = self._public_text(Row(line, list(cells), raw))
        return _refusal(line, raw, error, self.head.part)

    def _first_rows(self) -> list[list[str]]:
        if isinstance(self._source, Rest):
            return self._source.sample()
        if self.head.sheet:
            sheet = (cells for _, cells in islice(self._rows_below(), SAMPLE_ROWS))
            return list(until_next_heading(sheet, self._names))
        text = self._source.text
        records = records_of(text, self.head.delimiter, quoting=self.head.quoting)
        return list(until_next_heading(islice(records, self.head.index + 1, None), self._names))

    def _records(self, reading: Reading) -> Iterator[Raw]:
        """The records below the header, each with what is wrong with it and its text."""
        if isinstance(self._source, Rest):
            return self._source.records
        return self._sheet_rows() if self.head.sheet else self._text_rows(self._source, reading)

    def _sheet_rows(self) -> Iterator[Raw]:
        for line, cells in self._rows_below():
            yield line, cells, None, lambda cells=cells: "\t".join(cells).rstrip("\t")  # type: ignore[misc]

    def _as_text(self, rows: Iterator[Raw]) -> Iterator[Raw]:
        """Rows of a sheet as wide as the header; numbers as the text numbers of the file are."""
        width = self._width
        for line, cells, flaw, raw in rows:
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            for index, cell in enumerate(cells):
                if type(cell) is not str:
                    if isinstance(cell, CarriedNumber) and index in self._naming:
                        cell = cell.value
                    cells[index] = as_text(cell, self.decimal_mark)
            yield line, cells, flaw, raw

    def _rows_below(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet below the header, with their numbers."""
        workbook = self._source.workbook
        assert workbook is not None
        return islice(workbook.rows(self.head.sheet), self.head.index + 1, None)

    def _text_rows(self, source: Source, reading: Reading) -> Iterator[Raw]:
        """Rows with what is wrong with them as text, if anything is, and the text itself."""
        lines = source.lines()
        delimiter = self.head.delimiter
        reader = csv_reader(lines.for_csv(delimiter), delimiter, quoting=self.head.quoting)
        for _ in range(self.head.index + 1):
            next(reader, None)
        lines.forget()
        texts, number, raw = lines.texts, lines.first, lines.taken
        while True:
            flaw: RowRefused | None = None
            try:
                for cells in reader:
                    if lines.flawed or lines.exhausted:
                        flaw = _flaw(lines)
                        if lines.too_wide:  # its one cell stands for none of its own
                            cells = ["?"] * self._width
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

    def _is_damaged_at_the_end(self) -> bool:
        if self._source.has_lost_a_character:
            return True
        return bool(self._sample) and len(self._sample[-1]) < self._width


def text_records(source: Source, delimiter: str, reading: Reading) -> Iterator[Raw]:
    """All records of a text whose tables are not one: line, cells, what is wrong, the text of it.

    The notes that there are at the end of the file go to the reading. Can be asked for once.
    """
    whole = TableHead(delimiter, -1, Columns({}, {}, "", ()), ())
    return Table(source, whole)._text_rows(source, reading)


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


def refusal(line: int, raw: str, error: RowRefused, part: int = 0) -> Refused:
    """The outcome of a row that is refused; of its text as much as is kept."""
    return _refusal(line, raw, error, part)


def _refusal(line: int, raw: str, error: RowRefused, part: int) -> Refused:
    text = raw[:MAX_RAW_CHARACTERS].rstrip("\r\n").encode("utf-8", "replace").decode()
    return Refused(line, text, error.code, error.message, part)


def _no_row(outcome: RowOutcome) -> RowOutcome:
    """The outcome of a line above a table: what is refused in it is no row."""
    if isinstance(outcome, Refused):
        return NotData(outcome.row, "a line above a further table", outcome.part)
    return outcome


def _in_part(outcome: RowOutcome, part: int) -> RowOutcome:
    return outcome._replace(part=part) if part else outcome


def _notes(lines: Lines) -> Iterator[str]:
    if lines.changed_encoding:
        yield "The file is not UTF-8 but Windows-1252."
    if lines.is_half_a_character_short:
        yield (
            "The file ends in half a character"
            + (", which was completed" if lines.restored else ", which is lost")
            + ": check the last cell of the last row."
        )
