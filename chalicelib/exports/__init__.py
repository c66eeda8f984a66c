"""Platform exports: recognise a file, read its rows, yield events or refusals.

Pure: bytes in, events out. Knows no store, no tenant, no clock and no file names.

========================  =====================================================================
reader                    the way in: `read_export`, `ExportReader`
outcomes                  what becomes of a row; what is known of a report
declarations              what an importer says of itself; docs/exports.md is made of it
recognition               an importer: its declaration, its claim to a file, the user's options
glimpses, delimited       the beginning of a file, as importers look at it; text -> records
importer_choice           which importer a file is for
marks, other_platforms    what only one platform's tables have; by which a table is another's
other_tables              of shops and payments: other platforms, and tables that hold no sales
decoding, lines           bytes -> lines, never the whole file
archives, gzipped         what is packed, as streams; what hostile archives are refused for
members                   zip archives: which members are read, one after another
workbooks, xlsx, xls      Excel, new and old: sheets of rows of text
sheet_xml, sheet_cells    the XML of .xlsx in flat memory; typed_cells: numbers and days as text
merged_cells              what merged cells say in their further rows
unread, unread_keys       what is not read of a table, and of records of JSON or XML
distinct                  how many different events there are
headings, table_heads     column names -> fields; a header that was found
header_search             where the header of a table is, and the claim by it
table_records, tables     records as they are in the file; row after row, one outcome each
further_tables            tables below the first one: their headers, what is skipped
cells, numerals, dates    what a single cell says; one number format and day order per file
languages                 what a language brings: decimals, months, words of totals rows
documents, shapes         JSON: a document, an array, a line; records in whatever shape of file
markup                    XML, element by element; rations: how much an item may be
records, values, fields   one outcome per record; what a single value of one says
identity, booking         event ids; a row's counts and cost -> events, spread if asked for
event_lines               events as lines of JSON, as the contract writes them
orders, goals, counters   what is restated: orders, conversions, lifetime counters of a post
covered, stars            the days that a file covers; ratings of reviews
mapping, mapping_fields   what the user says of a file of their own; mapping_checks: its gaps
proposals, meanings       a mapping to begin with; generic_headings: words that any table has
unknown_files             what is said of a file that no importer recognises
file_kinds                files in forms that are not read: what they are, what to send instead
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
