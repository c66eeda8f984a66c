"""Further tables below the first one of a file: how their headers are found, and what follows them.

Two exports may have been pasted together, a header may be repeated on each page, and some platforms
write one table below the other. Knows no platform: which table it is, an importer says.
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
"""So many tables that are not read are named."""

LINES_ABOVE = 25
"""So many lines may be between two tables."""

SAMPLE_ROWS = 1_000
"""So many records below a header are looked at before the first is read."""

_MAX_TITLE_CELLS = 3
_VALUE = re.compile(r"\W*[A-Za-z]{0,3}\W*\d[\d.,:/ -]*\W*[A-Za-z%]{0,3}")


def is_heading(cells: Sequence[str], names: AbstractSet[str], *, is_below_gap: bool) -> bool:
    """Whether a record in the middle of a file is the header of a table.

    Parameters
    ----------
    names : set of str
        The headings of the table above, as `comparable` writes them; those that any importer knows
        count too.
    is_below_gap : bool
        Whether a blank line or a title is above it: one heading that is known is then enough.
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
    """Whether a record is blank, or has no more cells than a title or a period above a table."""
    return sum(1 for cell in cells if cell.strip()) <= _MAX_TITLE_CELLS


def until_next_heading(
    records: Iterable[list[str]], names: AbstractSet[str]
) -> Iterator[list[str]]:
    """The records of a table, up to the header of the next."""
    is_below_gap = False
    for cells in records:
        if is_heading(cells, names, is_below_gap=is_below_gap):
            return
        yield cells
        is_below_gap = may_be_title(cells)


class Records:
    """The records of a file from some line on, of which some can be looked at before they are read.

    Attributes
    ----------
    ahead : deque of Raw
        Those that were looked at and not read yet.
    """

    def __init__(self, records: Iterator[Raw]) -> None:
        self._records = records
        self.ahead: deque[Raw] = deque()

    def __iter__(self) -> Records:
        return self

    def __next__(self) -> Raw:
        return self.ahead.popleft() if self.ahead else next(self._records)

    def look_ahead(self, number: int) -> None:
        """Looks at so many records."""
        for line, cells, flaw, raw in islice(self._records, max(0, number - len(self.ahead))):
            self.ahead.append((line, list(cells), flaw, _Kept(raw())))


class Rest:
    """What is left of a file below the header of a further table.

    Attributes
    ----------
    head : TableHead
        The header, with the lines between it and the table above. Its fields are empty: an importer
        knows which they are.
    line : int
        On which the header is.
    encoding : str
    workbook : Workbook, optional
    records : Records
        Those below the header, from the first that was not read yet.
    """

    def __init__(self, source: Source | Rest, head: TableHead, line: int, records: Records) -> None:
        self.head = head
        self.line = line
        self.encoding: str = source.encoding
        self.workbook: Workbook | None = source.workbook
        self.records = records

    @property
    def names(self) -> frozenset[str]:
        """The headings, as they are compared."""
        return frozenset(map(comparable, self.head.columns.names))

    def sample(self) -> list[list[str]]:
        """The records of the table that are looked at before the first is read."""
        self.records.look_ahead(SAMPLE_ROWS)
        sound = (cells for _, cells, flaw, _ in self.records.ahead if flaw is None)
        return list(until_next_heading(sound, self.names))

    def describe(self) -> str:
        """Which table it is; of its headings those that may be shown to anybody."""
        known = [plain(name)[:40] for name in self.head.columns.names if known_heading(name)]
        where = f"sheet {self.head.sheet[:40]}, row" if self.head.sheet else "line"
        return f"{where} {self.line} ({', '.join(known[:6]) or 'no heading that is known'})"


class _Kept:
    """The text of a record that is read later."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self) -> str:
        return self._text


def skip(rest: Rest, reading: Reading, why: str) -> Iterator[RowOutcome]:
    """The outcomes of a table that is not read; `reading.rest` is what is below it."""
    if len(reading.skipped) < MAX_SKIPPED:
        reading.skipped.append(UnreadPart("table", rest.describe(), why[:300]))
    reading.rest = None
    part = rest.head.part
    above: list[tuple[str, ...]] = []
    for line, cells, _, _ in rest.records:
        is_title = may_be_title(cells)
        if is_heading(cells, rest.names, is_below_gap=bool(above)):
            yield Skipped(line, "the header of a further table", part)
            reading.rest = further(rest, rest.head, cells, above, line, rest.records)
            return
        above = [*above, tuple(cells)][-LINES_ABOVE:] if is_title else []
        yield Skipped(line, "of a table that is not read", part)


def further(
    source: Source | Rest,
    head: TableHead,
    cells: Sequence[str],
    above: Iterable[Sequence[str]],
    line: int,
    records: Records,
) -> Rest:
    """What is below a header that was found in the rows of another table."""
    names = list(map(plain, cells))
    while names and not names[-1]:
        names.pop()
    columns = Columns({}, {}, "", tuple(names))
    titles = tuple(map(tuple, above))
    return Rest(source, replace(head, index=-1, columns=columns, preamble=titles), line, records)
