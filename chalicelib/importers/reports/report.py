"""A declared report type and its importer."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.declared_report import DeclaredReport
from chalicelib.importers.reports.opening import open_table
from chalicelib.importers.reports.read_columns import columns_read
from chalicelib.importers.reports.report_columns import (
    Key,
    When,
    becomes_of,
    languages_of,
)
from chalicelib.importers.reports.successive import (
    RowsSeen,
    TableKind,
    open_sheets_alike,
    open_tables,
)
from chalicelib.importers.tables.further_tables import Rest
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.table_heads import TableHead


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport(DeclaredReport):
    """A report type that is recognised and read by its declaration."""

    def importer(self) -> Importer:
        """Return the importer of this report type."""
        vocabulary, marks = self.vocabulary, self.all_marks
        declaration = Declaration(
            self.title,
            self.where,
            self.looks_for,
            becomes_of(self.columns) + self.becomes,
            self.rejected,
            self.remarks,
            languages_of(self.columns),
            holds_people=self.holds_people,
        )

        def recognise(glimpse: Glimpse) -> Recognition | None:
            accept = self.accepts_named if glimpse.named else self.accepts
            head = find_head(glimpse, vocabulary, accept, sheet=self.may_hold)
            if head is None and self.any_sheet:
                head = find_head(glimpse, vocabulary, accept)
            if head is None:
                return None
            return claim_to(
                head,
                marks,
                lambda source, options: self._open_file(source, head, options),
                hits=self.hits,
                group=self.group_of(head.columns),
            )

        return Importer(self.platform, declaration, recognise, marks, self.accepts)

    def open(self, source: Source, head: TableHead, options: Options) -> Reading:
        """Open a table whose header was found, and tables of its type above and below it.

        Raises
        ------
        ExportRejected
        """
        return open_tables(self._kind(head), source, head, options, RowsSeen())

    def _open_file(self, source: Source, head: TableHead, options: Options) -> Reading:
        """Like `open`, and also open other sheets of the same form."""
        if head.sheet:
            return open_sheets_alike(self._kind(head), source, head, options, self.may_hold)
        return self.open(source, head, options)

    def _kind(self, first: TableHead) -> TableKind:
        """Describe the further tables to read: with a mark, or only columns of the first table.

        If the first table has no mark, because the user named the platform, none is required.
        """
        marks, names = self.all_marks, set(first.columns.names)
        needs_mark = bool(marks.count_in(first))

        def accept(head: TableHead) -> bool:
            if needs_mark and not (names.issuperset(head.columns.names) or marks.count_in(head)):
                return False
            return self.accepts(head)

        return TableKind(self.vocabulary, accept, self._open_table, self._form)

    def _form(self, head: TableHead) -> object:
        read = columns_read(self.columns, head.columns)
        about = frozenset(f for f, (_, c) in read.items() if isinstance(c.role, Key | When))
        return self.name_in(head.columns), about

    def _open_table(
        self, source: Source | Rest, head: TableHead, options: Options, seen: RowsSeen
    ) -> Reading:
        return open_table(self, source, head, options, seen)
