"""Tables generated from the declared columns of importers, for contract tests.

Each report that a module of `platforms` declares gets a table with all of its columns, in any of
its languages. A new importer needs no test here.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.importers import platforms
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Imported, Rejected, Skipped
from chalicelib.importers.reader import ExportReader
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Audience,
    Channel,
    Claimed,
    Column,
    Converted,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Net,
    Repeats,
    Sign,
    When,
    vocabulary_of,
)
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.table_heads import TableHead

NUMBERS = (Count, Net, Cost, Audience, Converted, Claimed, LeftOut)
UNITS = ("day", "posted", "from", "to", "period")
OPTIONS = Options(currency="EUR", brand_terms=("brand",))
ROWS = 3


def declared_reports() -> dict[str, TableReport]:
    """Return every report that a module of the platforms declares, by module and name."""
    found: dict[int, tuple[str, TableReport]] = {}
    prefix = platforms.__name__ + "."
    for name, module in sorted(sys.modules.items()):
        if name.startswith(prefix):
            for own, value in vars(module).items():
                if isinstance(value, TableReport):
                    found.setdefault(id(value), (f"{name.removeprefix(prefix)}.{own}", value))
    return dict(found.values())


@dataclass(frozen=True)
class Result:
    """The result of reading a table."""

    events: list[dict[str, Any]]
    rejected: int
    not_data: int
    summary: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """Engagement type -> sum."""
        sums: Counter[str] = Counter()
        for event in self.events:
            if event["kind"] == "engagement":
                sums[event["type"]] += event["count"]
        return dict(sums)

    @property
    def cost(self) -> Decimal:
        """Sum of costs."""
        amounts = (event.get("cost") or event.get("amount") for event in self.events)
        return sum((amount.amount for amount in amounts if amount), Decimal(0))

    @property
    def conversions(self) -> int:
        """Sum of conversions."""
        return sum(e["count"] for e in self.events if e["kind"] == "conversion")


class Sheet:
    """A table of a report in one language: its columns, and rows that tests can change.

    Parameters
    ----------
    only : callable
        Whether to include a column of the report.
    """

    def __init__(
        self,
        report: TableReport,
        language: str = "en",
        only: Callable[[Column], bool] = lambda column: True,
    ) -> None:
        self.report = report
        self.columns = [c for c in _chosen(report) if only(c)]
        self.language = language
        self._write()
        if self.head() is None:  # one of the columns identifies another report
            self._leave_out_signs()

    def _write(self) -> None:
        language = self.language
        self.header = [_heading(column, language) for column in self.columns]
        self.rows = [self.row(n) for n in range(ROWS)]

    def _leave_out_signs(self) -> None:
        """Remove the first sign without which the header is accepted, or else all signs."""
        every = self.columns
        signs = [column for column in every if isinstance(column.role, Sign)]
        for left_out in [*([sign] for sign in signs), signs]:
            self.columns = [column for column in every if column not in left_out]
            self._write()
            if self.head() is not None:
                return

    @property
    def names_things(self) -> bool:
        """Whether data rows have a name, so that a totals row is recognised without a label."""
        keys = (_key(column) for column in self.columns)
        return any(key is not None and key.names for key in keys)

    def row(self, n: int) -> list[str]:
        """Return the n-th data row."""
        return [_cell(column, at, n) for at, column in enumerate(self.columns)]

    def with_cell(self, wanted: Callable[[Column], bool], cell: str) -> list[str]:
        """Return a further row with a replaced cell in the first matching column."""
        row = self.row(0)
        row[next(at for at, column in enumerate(self.columns) if wanted(column))] = cell
        return row

    def totals(self, label: str) -> list[str]:
        """Return a totals row with an optional label."""
        first = next((at for at, c in enumerate(self.columns) if isinstance(c.role, When | Key)), 0)
        row = [
            str(sum(Decimal(r[at]) for r in self.rows)) if _is_numeric(c) else ""
            for at, c in enumerate(self.columns)
        ]
        row[first] = label
        return row

    @property
    def text(self) -> str:
        """Return the table as CSV."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([self.header, *self.rows])
        return text.getvalue()

    def head(self) -> TableHead | None:
        """Return the header as the importer finds it; None if it does not accept it."""
        glimpse = Glimpse(Source(io.BytesIO(self.text.encode())), named=True)
        accept = self.report.accepts_named
        return find_head(glimpse, vocabulary_of(self.report.columns), accept)

    def read(self, *, reject: int = 0) -> Result:
        """Read the table; the outcome of the `reject`-th row is rejected afterwards."""
        head = self.head()
        assert head is not None, f"the header {self.header} is not accepted"
        source = Source(io.BytesIO(self.text.encode()))
        reader = ExportReader(self.report.open(source, head, OPTIONS))
        outcomes = list(reader)
        rejected = outcomes[reject - 1] if reject else None
        if isinstance(rejected, Imported):
            reader.reject(rejected)
        return Result(
            [event for o in outcomes if isinstance(o, Imported) for event in o.events],
            sum(isinstance(o, Rejected) for o in outcomes),
            sum(isinstance(o, Skipped) for o in outcomes),
            reader.summary(),
        )

    def read_columns(self) -> Iterator[tuple[int, Column]]:
        """Yield the columns that are read, without those for which the table has a better one."""
        fields = {column.field for column in self.columns}
        for at, column in enumerate(self.columns):
            if fields.isdisjoint(column.unless):
                yield at, column

    def sums(self, kind: type, key: Callable[[Any], Any]) -> dict[Any, Decimal]:
        """Return the sums of columns with a type of role, grouped by a key of the role."""
        sums: dict[Any, Decimal] = {}
        for at, column in self.read_columns():
            if isinstance(column.role, kind):
                found = sum(Decimal(row[at]) for row in self.rows)
                sums[key(column.role)] = sums.get(key(column.role), Decimal(0)) + found
        return sums


def languages_of(report: TableReport) -> list[str]:
    """Return the languages of a report other than English."""
    found = {lang for column in report.columns for lang, names in column.headings.items() if names}
    return sorted(found - {"en"})


def is_metric(column: Column) -> bool:
    """Whether a column counts engagements."""
    return isinstance(column.role, Count | Net)


def channel_cells(role: Channel) -> list[str]:
    """Return possible cells of a channel column; empty if the report has its own channel.

    The first two name two different channels.
    """
    names = list(role.slugs)
    first = next((n for n in names if role.slugs[n] != role.slugs[names[0]]), names[0])
    names = list(dict.fromkeys([names[0], first, *names]))
    return names if role.is_needed else [*names[:2], "", *names[2:]]


def _key(column: Column) -> Key | None:
    """Return the key of a column, also if it is part of its channel role."""
    role = column.role
    if isinstance(role, Channel):
        return role.key
    return role if isinstance(role, Key) else None


def _chosen(report: TableReport) -> list[Column]:
    """Return one column per field, the dates first, and of the dates only the finest."""
    by_field: dict[str, Column] = {}
    for column in report.columns:
        by_field.setdefault(column.field, column)
    units = {c.role.unit for c in by_field.values() if isinstance(c.role, When)}
    finest = next((unit for unit in UNITS if unit in units), "")
    wanted = {finest, *({"from", "to"} if {"from", "to"} <= units else ())}
    dates = [c for c in by_field.values() if isinstance(c.role, When) and c.role.unit in wanted]
    others = [
        column
        for column in by_field.values()
        if not isinstance(column.role, When | Repeats) and not _is_part(report, column)
    ]
    return dates + others


def _is_part(report: TableReport, column: Column) -> bool:
    """Whether a column is a part of another, from which the report subtracts it."""
    return isinstance(column.role, Count) and bool(column.role.paid) and not report.paid


def _heading(column: Column, language: str) -> str:
    names = column.headings.get(language) or column.headings["en"]
    return names[0] if names else next(n[0] for n in column.headings.values() if n)


def _is_numeric(column: Column) -> bool:
    return isinstance(column.role, NUMBERS)


def _cell(column: Column, at: int, n: int) -> str:
    role = column.role
    if isinstance(role, When):
        return f"2026-06-{n + 2:02}"
    if isinstance(role, Currency):
        return "EUR"
    if isinstance(role, Channel):
        cells = channel_cells(role)
        return cells[n % len(cells)]
    if isinstance(role, Cost) or getattr(role, "is_value", False):
        return f"{10 * at + n}.25"
    if isinstance(role, NUMBERS):
        return str(100 * (at + 1) + n)
    return f"thing{at}"


def reports_with(kind: type) -> Sequence[str]:
    """Return the names of the reports that have a column with a type of role."""
    return [
        name
        for name, report in declared_reports().items()
        if any(isinstance(column.role, kind) for column in report.columns)
    ]
