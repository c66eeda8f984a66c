"""Platform exports: recognize a file, read its rows, yield events or rejections.

Pure: bytes in, events out. Knows no store, no tenant, no clock and no file names.

=============  =================================================================================
reader         the way in: `read_export`, `ExportReader`
recognition/   which importer reads a file
bytes/         archives, compression, encodings, lines
workbooks/     Excel
tables/        headers, headings, rows of text
records/       records in JSON, XML and HTML
values/        numbers, days, ids and ratings in cells
rows/          a row -> events: one engine, for declared reports and mapped files
reports/       a table report, declared: its columns, its hooks, its totals
mappings/      any table, read by a mapping that the user writes
platforms/     one package per platform; adding one touches nothing else
outcomes       what becomes of a row: imported, rejected with a reason, or no data
booking        events of records; counts and costs of several days, spread over them
shop_orders    an order -> one conversion, restated by later exports
goals          goals that a tracker reports
covered        the days for which a file is complete
distinct       how many different events a file yields
event_lines    events as lines of JSON
=============  =================================================================================
"""

from chalicelib.importers.event_lines import event_line
from chalicelib.importers.mappings.mapping import Mapping, parse_mapping
from chalicelib.importers.outcomes import (
    ROW_REFUSALS,
    Imported,
    RawEvent,
    Refused,
    ReportDescription,
    RowOutcome,
    Skipped,
)
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.reader import ExportReader, read_export

PLATFORMS = tuple(sorted({importer.platform for importer in IMPORTERS}))
"""The slugs that ``platform=`` takes beside ``auto``."""

PEOPLELESS = frozenset(PLATFORMS) - {
    importer.platform for importer in IMPORTERS if importer.declaration.holds_people
}
"""The platforms none of whose files holds people, by the declarations of their importers."""

__all__ = [
    "PEOPLELESS",
    "PLATFORMS",
    "ROW_REFUSALS",
    "ExportReader",
    "Imported",
    "Mapping",
    "RawEvent",
    "Refused",
    "ReportDescription",
    "RowOutcome",
    "Skipped",
    "event_line",
    "parse_mapping",
    "read_export",
]
