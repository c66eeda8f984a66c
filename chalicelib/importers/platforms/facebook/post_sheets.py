"""Post-level Insights as a workbook: key metrics on one sheet, actions by type on others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, RowOutcome
from chalicelib.importers.platforms.facebook.posts import COLUMNS, POST, REPORT, by_action
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, vocabulary_of
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.table_heads import TableHead

Sheet = tuple[TableReport, TableHead]

_TABLE = REPORT.importer()
_VOCABULARY = vocabulary_of(COLUMNS)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A group of actions that may have its own sheet.

    Attributes
    ----------
    beginnings : tuple of str
        The possible beginnings of the sheet's name, which Excel truncates.
    counts : tuple of Column
        The columns of the sheet in addition to those that identify the post.
    among_metrics : tuple of str
        The columns of the key metrics that contain the same numbers.
    """

    beginnings: tuple[str, ...]
    counts: tuple[Column, ...]
    among_metrics: tuple[str, ...]

    def find(self, glimpse: Glimpse) -> Sheet | None:
        """Return the first such sheet, with the report that reads it."""
        report = replace(REPORT, columns=(*POST, *self.counts))
        head = find_head(glimpse, report.vocabulary, self._accept, sheet=self._is_named)
        return (report, head) if head is not None else None

    def _accept(self, head: TableHead) -> bool:
        columns = head.columns
        has_posts = "post_id" in columns and "posted" in columns
        return has_posts and any(column.field in columns for column in self.counts)

    def _is_named(self, name: str) -> bool:
        return name.casefold().startswith(self.beginnings)


_TYPES = ("like", "comment", "share")
_KINDS = (
    _Kind(
        ("lifetime post stories by", "lifetime post activity by"),
        tuple(Column(kind, Count(kind), en=(kind,)) for kind in _TYPES),
        tuple(column.field for kind in _TYPES for column in by_action(kind)),
    ),
    _Kind(
        ("lifetime post consumptions by",),
        (Column("link_clicks", Count("click"), en=("link clicks",)),),
        ("link_clicks",),
    ),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    claim = _TABLE.recognise(glimpse)
    head = find_head(glimpse, _VOCABULARY, REPORT.accepts) if claim and glimpse.sheets else None
    if claim is None or head is None:
        return claim
    by_kind = [
        sheet
        for kind in _KINDS
        if not any(field in head.columns for field in kind.among_metrics)
        and (sheet := kind.find(glimpse))
    ]
    counted = {column.field for report, _ in by_kind for column in report.columns}
    key_metrics = replace(REPORT, columns=tuple(c for c in COLUMNS if counted.isdisjoint(c.unless)))
    sheets = [(key_metrics, head), *by_kind]
    return replace(claim, open=lambda source, options: _open(sheets, source, options))


def _open(sheets: Sequence[Sheet], source: Source, options: Options) -> Reading:
    readings = [
        report.open(source, replace(head, part=part), options)
        for part, (report, head) in enumerate(sheets)
    ]
    names = tuple(head.sheet for _, head in sheets)
    reading = Reading(replace(readings[0].report, parts=names), iter(()))
    reading.outcomes = _outcomes(readings, reading)
    return reading


def _outcomes(readings: Sequence[Reading], whole: Reading) -> Iterator[RowOutcome]:
    for reading in readings:
        yield from reading.outcomes
        whole.take(reading)
    read = {part[:100] for part in whole.report.parts}
    whole.skipped = [one for one in whole.skipped if one.name not in read]


POSTS = Importer(REPORT.platform, _TABLE.declaration, _recognise, _TABLE.marks, _TABLE.accepts)
