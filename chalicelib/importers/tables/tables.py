"""The rows of a table below its header, in a text or a sheet: one outcome each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.outcomes import (
    WITHHELD,
    Imported,
    Reading,
    Rejected,
    RowOutcome,
    RowRejected,
    Skipped,
    rejection,
)
from chalicelib.importers.tables.further_tables import (
    LINES_ABOVE,
    SAMPLE_ROWS,
    Records,
    Rest,
    further,
    is_heading,
    may_be_title,
    skip,
    until_next_heading,
)
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.table_records import (
    Raw,
    as_text_rows,
    check_end,
    first_records,
    records_below,
)
from chalicelib.importers.tables.unread import AT_ONCE, UnreadColumns


@dataclass(slots=True)
class Row:
    """One record of a table.

    Attributes
    ----------
    line : int
        The line on which it begins, from 1; the row of a sheet.
    cells : list of str
        One per heading.
    raw : str
        The record as in the file.
    """

    line: int
    cells: list[str]
    raw: str


class Table:
    """The rows below a header.

    Parameters
    ----------
    source : Source or Rest
        A file, or the rest of it below the header.
    head : TableHead
    public_text : callable, optional
        What a rejection may show of a row with the right number of cells, for reports that contain
        people; nothing is shown of their other rows. Without it, the whole row is shown.
    naming : collection of int
        The columns whose numbers are names; in a merged cell they apply to all of its rows.

    Raises
    ------
    ExportRejected
        `unreadable_file`, if the file ends in the middle of a row and of a character.
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
        if isinstance(source, Source):
            check_end(source, self._sample, self._width)

    @property
    def first_rows(self) -> Sequence[Sequence[str]]:
        """The rows at the beginning of the file, of any width."""
        return self._sample

    def sample(self, *fields: str) -> Iterator[str]:
        """Yield the cells of fields in the rows at the beginning of the file."""
        positions = [p for f in fields if (p := self.head.columns.positions.get(f)) is not None]
        for cells in self.sample_cells(positions):
            yield from cells

    def sample_cells(self, positions: Sequence[int]) -> Iterator[tuple[str, ...]]:
        """Yield the cells of columns in the rows at the beginning of the file, row by row."""
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
        """Yield one outcome per row below the header.

        Parameters
        ----------
        reason_to_skip : callable
            Returns why a row is not data (totals, footers), or an empty string. Also gets short
            rows, padded with empty cells.
        convert : callable
            Returns the outcome of a row with a cell for each heading; may raise `RowRejected`.
        reading : Reading
            Gets the notes at the end of the file.
        """

        def convert_cells(line: int, cells: Sequence[str]) -> RowOutcome:
            row = Row(line, list(cells), "")
            reason = reason_to_skip(row) if any(map(str.strip, cells)) else "blank line"
            return Skipped(line, reason) if reason else convert(row)

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
        """Like `outcomes`, for functions of the bare cells, which saves an object per row.

        `convert` gets rows of the header's width and must itself skip those that are not data;
        `reason_to_skip` gets shorter rows.

        Parameters
        ----------
        begin_again : callable, optional
            Called when the header is repeated. If given, the caller reads further tables itself:
            the outcomes end above the first one, and `reading.rest` is the rest of the file.
            Otherwise further tables are not read and are listed as skipped.
        """
        records = (
            self._source.records
            if isinstance(self._source, Rest)
            else records_below(self._source, self.head, reading)
        )
        rows: Iterator[Raw] = records
        if self.head.sheet:
            rows = as_text_rows(records, self._width, self._naming, self.decimal_mark)
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
                except RowRejected as error:
                    outcome = self._rejected(line, cells, raw(), error)
                else:
                    outcome = outcome if not part else _in_part(outcome, part)
            else:
                outcome = self._irregular(line, cells, flaw, raw(), reason_to_skip, convert)
            if type(outcome) is Imported:
                if sums:
                    waiting.append(cells)
                    if len(waiting) >= AT_ONCE:
                        unread.add(waiting)
                        waiting.clear()
            elif flaw is None:
                is_title = may_be_title(cells)
                if type(outcome) is Rejected and is_heading(
                    cells, self._names, is_below_gap=bool(above)
                ):
                    titles = [row for _, row in above if any(map(str.strip, row))]
                    if not titles and self._is_repeated(cells):
                        yield from (held for held, _ in above)
                        above.clear()
                        yield Skipped(line, "repeated header", part)
                        if begin_again is not None:
                            begin_again()
                        continue
                    yield from (_as_line_above(held) for held, _ in above)
                    yield Skipped(line, "header of a further table", part)
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
            yield from skip(reading.rest, reading, "only one table of this file type is read")

    def _is_repeated(self, cells: Sequence[str]) -> bool:
        names = list(map(comparable, cells))
        return names[: self._width] == list(map(comparable, self.head.columns.names)) and not any(
            names[self._width :]
        )

    def _irregular(
        self,
        line: int,
        cells: list[str],
        flaw: RowRejected | None,
        raw: str,
        reason_to_skip: Callable[[Sequence[str]], str],
        convert: Callable[[int, Sequence[str]], RowOutcome],
    ) -> RowOutcome:
        """Return the outcome of a row with another width, or of a damaged row."""
        width = len(cells)
        if width > self._width and not any(map(str.strip, cells[self._width :])):
            cells = cells[: self._width]
        elif width != self._width:
            flaw = flaw or RowRejected(
                "wrong_cell_count", f"number of cells: {width}, number of headings: {self._width}"
            )
            cells = cells + [""] * (self._width - width)
        is_short = flaw is not None and flaw.code == "wrong_cell_count" and width < self._width
        if flaw is None or (is_short and not self._is_split_elsewhere(cells[0], width)):
            reason = reason_to_skip(cells) if any(map(str.strip, cells)) else "blank line"
            if reason:
                return Skipped(line, reason, self.head.part)
        if flaw is not None:
            shown = WITHHELD if self._public_text else raw
            return rejection(line, shown, flaw, self.head.part)
        try:
            return _in_part(convert(line, cells), self.head.part)
        except RowRejected as error:
            return self._rejected(line, cells, raw, error)

    def _is_split_elsewhere(self, cell: str, width: int) -> bool:
        """Whether a record of one cell is a whole row with another delimiter."""
        others = (d for d in DELIMITERS if d != self.head.delimiter)
        return width == 1 < self._width and any(
            cell.count(other) == self._width - 1 for other in others
        )

    def _rejected(self, line: int, cells: list[str], raw: str, error: RowRejected) -> Rejected:
        if self._public_text is not None:
            raw = self._public_text(Row(line, list(cells), raw))
        return rejection(line, raw, error, self.head.part)

    def _first_rows(self) -> list[list[str]]:
        if isinstance(self._source, Rest):
            return self._source.sample()
        records = first_records(self._source, self.head)
        if self.head.sheet:
            records = islice(records, SAMPLE_ROWS)
        return list(until_next_heading(records, self._names))


def _as_line_above(outcome: RowOutcome) -> RowOutcome:
    """Convert the rejection of a line above a table to a skipped line."""
    if isinstance(outcome, Rejected):
        return Skipped(outcome.row, "line above a further table", outcome.part)
    return outcome


def _in_part(outcome: RowOutcome, part: int) -> RowOutcome:
    return outcome._replace(part=part) if part else outcome
