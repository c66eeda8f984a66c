"""Platform exports: recognise a file, read its rows, yield events or rejections.

Pure: bytes in, events out. Does not know the store, tenants, the clock or file names.

=============  =================================================================================
reader         the entry point: `read_export`, `ExportReader`
recognition/   which importer reads a file
bytes/         archives, compression, encodings, lines
workbooks/     Excel
tables/        headers, headings, rows of text
records/       records in JSON, XML and HTML
values/        numbers, days, ids and ratings in cells
rows/          a row -> events: one engine for declared reports and mapped files
reports/       declared table reports: columns, hooks, totals
mappings/      any table, read with a mapping that the user writes
platforms/     one package per platform; adding one changes nothing else
outcomes       the outcome of a row: imported, rejected with a reason, or no data
booking        events of records; counts and costs of several days, spread over them
shop_orders    an order -> one conversion, replaced by later exports
goals          conversions that a tracker reports
covered        the days for which a file is complete
distinct       the number of distinct events in a file
event_lines    events as lines of JSON
=============  =================================================================================
"""

from chalicelib.importers.event_lines import event_line
from chalicelib.importers.mappings.mapping import Mapping, parse_mapping
from chalicelib.importers.outcomes import (
    ROW_REJECTIONS,
    Imported,
    RawEvent,
    Rejected,
    ReportDescription,
    RowOutcome,
    Skipped,
)
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.reader import ExportReader, read_export

PLATFORMS = tuple(sorted({importer.platform for importer in IMPORTERS}))
"""The slugs that ``platform=`` accepts in addition to ``auto``."""

PEOPLELESS = frozenset(PLATFORMS) - {
    importer.platform for importer in IMPORTERS if importer.declaration.holds_people
}
"""The platforms whose files never contain people, by the declarations of their importers."""

__all__ = [
    "PEOPLELESS",
    "PLATFORMS",
    "ROW_REJECTIONS",
    "ExportReader",
    "Imported",
    "Mapping",
    "RawEvent",
    "Rejected",
    "ReportDescription",
    "RowOutcome",
    "Skipped",
    "event_line",
    "parse_mapping",
    "read_export",
]
