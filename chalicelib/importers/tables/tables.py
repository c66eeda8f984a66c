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
    Refused,
    RowOutcome,
    RowRefused,
    Skipped,
    refusal,
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
        if isinstance(source, Source):
            check_end(source, self._sample, self._width)

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
                        yield Skipped(line, "the header again", part)
                        if begin_again is not None:
                            begin_again()
                        continue
                    yield from (_no_row(held) for held, _ in above)
                    yield Skipped(line, "the header of a further table", part)
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
                return Skipped(line, reason, self.head.part)
        if flaw is not None:
            shown = WITHHELD if self._public_text else raw
            return refusal(line, shown, flaw, self.head.part)
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
        return refusal(line, raw, error, self.head.part)

    def _first_rows(self) -> list[list[str]]:
        if isinstance(self._source, Rest):
            return self._source.sample()
        records = first_records(self._source, self.head)
        if self.head.sheet:
            records = islice(records, SAMPLE_ROWS)
        return list(until_next_heading(records, self._names))


def _no_row(outcome: RowOutcome) -> RowOutcome:
    """The outcome of a line above a table: what is refused in it is no row."""
    if isinstance(outcome, Refused):
        return Skipped(outcome.row, "a line above a further table", outcome.part)
    return outcome


def _in_part(outcome: RowOutcome, part: int) -> RowOutcome:
    return outcome._replace(part=part) if part else outcome
