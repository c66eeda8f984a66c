"""Platform exports: recognise a file, read its rows, yield events or refusals.

Pure: bytes in, events out. Knows no store, no tenant, no clock and no file names.

========================  =====================================================================
reader                    the way in: `read_export`, `ExportReader`
outcomes                  what becomes of a row; what is known of a report
declarations              what an importer says of itself; docs/exports.md is made of it
recognition               which importer a file is for; what an importer is
decoding, lines           bytes -> lines, never the whole file
workbooks, archives       xlsx and xls sheet by sheet; zip and gzip; what is refused as a bomb
headings, tables          column names -> fields; the header; row after row
cells, numerals, dates    what a single cell says; one number format and day order per file
documents, shapes         JSON: a document, an array, a line; records in whatever shape of file
markup                    XML, element by element
records, values           one outcome per record; what a single value of one says
identity, booking         event ids; a row's counts and cost -> events, spread if asked for
orders, goals             an order that is restated; a conversion that is told of twice
mapping                   what the user says of a file of their own
reports/                  a table report, declared: its columns, its dates, its totals, its rows
platforms/                one module per kind of export; adding one touches nothing else
========================  =====================================================================
"""

from chalicelib.exports.event_lines import event_line
from chalicelib.exports.mapping import Mapping, parse_mapping
from chalicelib.exports.outcomes import (
    ROW_REFUSALS,
    Imported,
    NotData,
    RawEvent,
    Refused,
    ReportDescription,
    RowOutcome,
)
from chalicelib.exports.platforms import IMPORTERS
from chalicelib.exports.reader import ExportReader, read_export

PLATFORMS = tuple(sorted({importer.platform for importer in IMPORTERS}))
"""The slugs that ``platform=`` takes beside ``auto``."""

__all__ = [
    "PLATFORMS",
    "ROW_REFUSALS",
    "ExportReader",
    "Imported",
    "Mapping",
    "NotData",
    "RawEvent",
    "Refused",
    "ReportDescription",
    "RowOutcome",
    "event_line",
    "parse_mapping",
    "read_export",
]
