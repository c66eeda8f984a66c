"""Files with several tables of one type: sheets of the same form, and tables below each other.

Every table of the type is read, each with its own columns, dates and number format; other tables
are listed as skipped. If an earlier table already has a row for the same object and day, the row is
rejected, because the file does not show whether it is a copy or a further part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowOutcome, UnreadPart
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.tables.further_tables import Rest, skip
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.headings import Vocabulary, known_heading, plain
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.event_identity import Ordinals
from chalicelib.model.errors import ExportRejected

MAX_SHEETS = 50
"""How many sheets are examined."""

MAX_TABLES = 5_000
"""How many tables of a text or a sheet are read, because data about each is kept to the end."""

_FEWEST_HEADINGS = 3
"""Known headings, and cells in the row below, that identify a table of another type above."""

MAX_NAMED = 20
"""How many sheets a note names."""


class RowsSeen(dict[str, Ordinals]):
    """Channel -> the rows of the tables of a file, for detecting repeated rows."""

    def __missing__(self, channel: str) -> Ordinals:
        self[channel] = Ordinals()
        return self[channel]

    def begin_table(self) -> None:
        """Start another table."""
        for ordinals in self.values():
            ordinals.begin_table()


OpenTable = Callable[[Source | Rest, TableHead, Options, RowsSeen], Reading]


@dataclass(frozen=True, slots=True)
class TableKind:
    """A type of table of which a file may contain several.

    Attributes
    ----------
    vocabulary : Vocabulary
    accept : callable
        Whether a header is of this type.
    open : callable
        Opens one table; raises `ExportRejected`.
    form : callable
        Returns the form of a table, from its subjects and dates; equal forms are read together.
    """

    vocabulary: Vocabulary
    accept: Callable[[TableHead], bool]
    open: OpenTable
    form: Callable[[TableHead], object]


def open_tables(
    kind: TableKind, source: Source | Rest, head: TableHead, options: Options, seen: RowsSeen
) -> Reading:
    """Open a table, and tables of its type above and below it in the same text or sheet.

    Raises
    ------
    ExportRejected
        The rejection of the table, if no table above it can be read.
    """
    rejected = []
    first = None
    for earlier in _earlier(kind, head):
        try:
            first = kind.open(source, earlier, options, seen)
        except ExportRejected as rejection:
            rejected.append(UnreadPart("table", _place_of(earlier), _why(rejection)))
        else:
            break
    rejected += _others_above(head, kind)
    first = first or kind.open(source, head, options, seen)
    reading = Reading(first.report, iter(()), skipped=[*rejected, *first.skipped])
    reading.outcomes = _all(kind, first, reading, options, seen)
    return reading


def _earlier(kind: TableKind, head: TableHead) -> Iterator[TableHead]:
    """Yield the headers of the same type above another, if there are rows between them."""
    records = head.preamble
    for index, cells in enumerate(records):
        has_rows = any(any(map(str.isdigit, "".join(row))) for row in records[index + 1 :])
        columns = kind.vocabulary.read(cells)
        if not has_rows or not columns.positions:
            continue
        earlier = replace(head, index=index, columns=columns, preamble=records[:index])
        if kind.accept(earlier):
            yield earlier


def _others_above(head: TableHead, kind: TableKind) -> Iterator[UnreadPart]:
    """Yield the tables of another type above a header."""
    for index, cells in enumerate(head.preamble[:-1]):
        known = [plain(cell)[:40] for cell in cells if known_heading(cell)]
        below = [cell for cell in head.preamble[index + 1] if cell.strip()]
        is_header = len(known) >= _FEWEST_HEADINGS and not any(map(str.isdigit, "".join(cells)))
        has_row = len(below) >= _FEWEST_HEADINGS and any(map(str.isdigit, "".join(below)))
        if not is_header or not has_row:
            continue
        columns = kind.vocabulary.read(cells)
        above = replace(head, index=index, columns=columns, preamble=head.preamble[:index])
        if not columns.positions or not kind.accept(above):
            name = f"{_place_of(above)} ({', '.join(known[:6])})"
            yield UnreadPart("table", name, "it is another type of table")


def _place_of(head: TableHead) -> str:
    """Return the place of a header in words."""
    place = f"sheet {head.sheet[:40]}, row" if head.sheet else "line"
    return f"{place} {head.index + 1}"


def _all(
    kind: TableKind, table: Reading, whole: Reading, options: Options, seen: RowsSeen
) -> Iterator[RowOutcome]:
    """Yield the outcomes of a table and all tables below it; add their results to `whole`."""
    for number in count(1):
        yield from table.outcomes
        whole.take(table)
        known = {*whole.report.notes, *whole.notes}
        whole.notes.extend(note for note in table.report.notes if note not in known)
        rest = table.rest
        following = None
        while rest is not None and following is None:
            seen.begin_table()
            following, why = (
                _opened(kind, rest, options, seen)
                if number < MAX_TABLES
                else (None, f"the file has more than {MAX_TABLES:,} tables")
            )
            if following is None:
                yield from skip(rest, whole, why)
                rest, whole.rest = whole.rest, None
        if following is None:
            return
        table = following


def _opened(
    kind: TableKind, rest: Rest, options: Options, seen: RowsSeen
) -> tuple[Reading | None, str]:
    """Return the table below a further header, or why it is not read."""
    head = replace(rest.head, columns=kind.vocabulary.read(rest.head.columns.names))
    if not head.columns.positions or not kind.accept(head):
        return None, "it is another type of table"
    try:
        return kind.open(rest, head, options, seen), ""
    except ExportRejected as rejection:
        return None, _why(rejection)


def _why(rejection: ExportRejected) -> str:
    return f"{rejection.code}: {rejection.detail}"[:300]


def sheets_alike(
    kind: TableKind, source: Source, head: TableHead, is_report: Callable[[str], bool]
) -> list[TableHead]:
    """Return the headers of sheets with the form of a given sheet, in order."""
    glimpse = Glimpse(source)
    heads = [
        head if sheet == head.sheet else find_head(glimpse, kind.vocabulary, kind.accept, sheet=at)
        for sheet in glimpse.sheets[:MAX_SHEETS]
        if sheet == head.sheet or is_report(sheet)
        for at in [sheet.__eq__]
    ]
    form = kind.form(head)
    return [other for other in heads if other is not None and kind.form(other) == form] or [head]


def open_sheets_alike(
    kind: TableKind,
    source: Source,
    main: TableHead,
    options: Options,
    is_report: Callable[[str], bool],
) -> Reading:
    """Open a sheet and other sheets of its form as one report, each as a part.

    Raises
    ------
    ExportRejected
        The rejection of the main sheet.
    """
    heads = sheets_alike(kind, source, main, is_report)
    seen = RowsSeen()
    rejected: list[UnreadPart] = []
    readings: list[Reading] = []
    parts: list[str] = []
    for head in heads:
        in_part = head if len(heads) == 1 else replace(head, part=len(parts))
        try:
            readings.append(open_tables(kind, source, in_part, options, seen))
        except ExportRejected as rejection:
            if head is main:
                raise
            rejected.append(UnreadPart("sheet", head.sheet[:100], _why(rejection)))
        else:
            parts.append(head.sheet)
    if len(heads) == 1:
        return readings[0]
    reading = chained(readings, tuple(parts), (), between=seen.begin_table)
    reading.skipped += rejected
    return reading


def named(sheets: Sequence[str]) -> str:
    """Join the names of sheets for a sentence."""
    shown = ", ".join(sheet[:40] for sheet in sheets[:MAX_NAMED])
    return f"{shown} and {len(sheets) - MAX_NAMED} more" if len(sheets) > MAX_NAMED else shown


def chained(
    readings: Sequence[Reading],
    parts: tuple[str, ...],
    notes: Sequence[str],
    *,
    between: Callable[[], None] = lambda: None,
) -> Reading:
    """Combine the readings of the parts of a file.

    Parameters
    ----------
    between : callable
        Called between two readings.
    """
    reports = [reading.report for reading in readings]
    distinct_notes = dict.fromkeys(chain(*(report.notes for report in reports), notes))
    reading = Reading(_description(reports, parts, tuple(distinct_notes)), iter(()))
    reading.outcomes = _outcomes(readings, reading, between)
    return reading


def _description(
    reports: Sequence[ReportDescription], parts: tuple[str, ...], notes: tuple[str, ...]
) -> ReportDescription:
    names = dict.fromkeys(report.report for report in reports)
    starts = [report.period_from for report in reports if report.period_from]
    ends = [report.period_to for report in reports if report.period_to]
    return replace(
        reports[0],
        report="+".join(names),
        period_from=min(starts, default=None),
        period_to=max(ends, default=None),
        lifetime=any(report.lifetime for report in reports),
        notes=notes,
        parts=parts,
    )


def _outcomes(
    readings: Sequence[Reading], whole: Reading, between: Callable[[], None]
) -> Iterator[RowOutcome]:
    for index, reading in enumerate(readings):
        if index:
            between()
        yield from reading.outcomes
        whole.take(reading)
    read = {part[:100] for part in whole.report.parts}
    whole.skipped = [one for one in whole.skipped if one.what != "sheet" or one.name not in read]
