"""Further tables below the first one of a file: finding their headers, and the records below them.

Two exports may have been pasted together, a header may be repeated on each page, and some platforms
write one table below the other. This module knows no platforms; an importer identifies the table.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, RowOutcome, Skipped, UnreadPart
from chalicelib.importers.tables.headings import Columns, comparable, known_heading, plain
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.table_records import Raw
from chalicelib.importers.workbooks.workbooks import Workbook

MAX_SKIPPED = 200
"""How many unread tables are listed."""

LINES_ABOVE = 25
"""How many lines may be between two tables."""

SAMPLE_ROWS = 1_000
"""How many records below a header are inspected before the first is read."""

_MAX_TITLE_CELLS = 3
_VALUE = re.compile(r"\W*[A-Za-z]{0,3}\W*\d[\d.,:/ -]*\W*[A-Za-z%]{0,3}")


def is_heading(cells: Sequence[str], names: AbstractSet[str], *, is_below_gap: bool) -> bool:
    """Whether a record in the middle of a file is the header of a table.

    Parameters
    ----------
    names : set of str
        The headings of the table above, in comparable form. Headings that any importer knows count
        too.
    is_below_gap : bool
        Whether a blank line or a title precedes it; one known heading is then enough.
    """
    if any(map(str.isdecimal, cells)):
        return False
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < 2:
        return False
    known = sum(comparable(cell) in names or known_heading(cell) for cell in filled)
    if known < (1 if is_below_gap else 2) or 2 * known < len(filled):
        return False
    return not any(map(_is_value, filled))


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a day or a time rather than a heading."""
    digits = sum(map(str.isdigit, cell))
    return bool(digits) and (2 * digits >= len(cell) or bool(_VALUE.fullmatch(cell.strip())))


def may_be_title(cells: Sequence[str]) -> bool:
    """Whether a record is blank or short enough for a title or period above a table."""
    return sum(1 for cell in cells if cell.strip()) <= _MAX_TITLE_CELLS


def until_next_heading(
    records: Iterable[list[str]], names: AbstractSet[str]
) -> Iterator[list[str]]:
    """Yield the records of a table, up to the header of the next one."""
    is_below_gap = False
    for cells in records:
        if is_heading(cells, names, is_below_gap=is_below_gap):
            return
        yield cells
        is_below_gap = may_be_title(cells)


class Records:
    """The records of a file from some line on, with lookahead.

    Attributes
    ----------
    ahead : deque of Raw
        Records that were inspected but not yet read.
    """

    def __init__(self, records: Iterator[Raw]) -> None:
        self._records = records
        self.ahead: deque[Raw] = deque()

    def __iter__(self) -> Records:
        return self

    def __next__(self) -> Raw:
        return self.ahead.popleft() if self.ahead else next(self._records)

    def look_ahead(self, number: int) -> None:
        """Read ahead until this many records are buffered."""
        for line, cells, flaw, raw in islice(self._records, max(0, number - len(self.ahead))):
            self.ahead.append((line, list(cells), flaw, _Kept(raw())))


class Rest:
    """The rest of a file below the header of a further table.

    Attributes
    ----------
    head : TableHead
        The header, with the lines between it and the table above. Its fields are empty until an
        importer identifies them.
    line : int
        Line of the header.
    encoding : str
    workbook : Workbook, optional
    records : Records
        The unread records below the header.
    """

    def __init__(self, source: Source | Rest, head: TableHead, line: int, records: Records) -> None:
        self.head = head
        self.line = line
        self.encoding: str = source.encoding
        self.workbook: Workbook | None = source.workbook
        self.records = records

    @property
    def names(self) -> frozenset[str]:
        """The headings in comparable form."""
        return frozenset(map(comparable, self.head.columns.names))

    def sample(self) -> list[list[str]]:
        """Return the records of the table that are inspected before the first is read."""
        self.records.look_ahead(SAMPLE_ROWS)
        sound = (cells for _, cells, flaw, _ in self.records.ahead if flaw is None)
        return list(until_next_heading(sound, self.names))

    def describe(self) -> str:
        """Identify the table by its place and known headings; unknown ones may be personal data."""
        known = [plain(name)[:40] for name in self.head.columns.names if known_heading(name)]
        where = f"sheet {self.head.sheet[:40]}, row" if self.head.sheet else "line"
        return f"{where} {self.line} ({', '.join(known[:6]) or 'no known heading'})"


class _Kept:
    """The text of a record that is read later."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self) -> str:
        return self._text


def skip(rest: Rest, reading: Reading, why: str) -> Iterator[RowOutcome]:
    """Yield the outcomes of an unread table, and set `reading.rest` to what is below it."""
    if len(reading.skipped) < MAX_SKIPPED:
        reading.skipped.append(UnreadPart("table", rest.describe(), why[:300]))
    reading.rest = None
    part = rest.head.part
    above: list[tuple[str, ...]] = []
    for line, cells, _, _ in rest.records:
        is_title = may_be_title(cells)
        if is_heading(cells, rest.names, is_below_gap=bool(above)):
            yield Skipped(line, "header of a further table", part)
            reading.rest = further(rest, rest.head, cells, above, line, rest.records)
            return
        above = [*above, tuple(cells)][-LINES_ABOVE:] if is_title else []
        yield Skipped(line, "row of a table that is not read", part)


def further(
    source: Source | Rest,
    head: TableHead,
    cells: Sequence[str],
    above: Iterable[Sequence[str]],
    line: int,
    records: Records,
) -> Rest:
    """Return the rest of a file below a header that was found in the rows of another table."""
    names = list(map(plain, cells))
    while names and not names[-1]:
        names.pop()
    columns = Columns({}, {}, "", tuple(names))
    titles = tuple(map(tuple, above))
    return Rest(source, replace(head, index=-1, columns=columns, preamble=titles), line, records)
