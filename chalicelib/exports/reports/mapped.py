"""Any table or list of records, read by a mapping that the user gives: the generic importer.

A row may be wide (a column for likes, one for clicks), long (a column for the type and one for the
count, or one row per engagement), or both; each of its numbers becomes an event. Columns that the
mapping does not name are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar

from chalicelib.errors import ExportRefused
from chalicelib.exports.decoding import Source
from chalicelib.exports.documents import items_of, lines_of
from chalicelib.exports.headings import Vocabulary
from chalicelib.exports.mapping import COUNTS, DATES, Mapping
from chalicelib.exports.numerals import NumberFormat, decide_number_format
from chalicelib.exports.outcomes import (
    ROW_REFUSALS,
    NotData,
    RawEvent,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.recognition import Glimpse, Options, Recognition
from chalicelib.exports.records import outcomes_of, outcomes_of_lines
from chalicelib.exports.reports.dating import DateColumns, decide_dating
from chalicelib.exports.reports.mapped_rows import PLATFORM, MappedRows
from chalicelib.exports.reports.totals import TotalsRows
from chalicelib.exports.tables import WITHHELD, Row, Table, find_head

_NUMBERS = COUNTS | {"cost", "value", "conversions", "audience", "count"}
_FIGURES = re.compile(r"[\d\s.,:/+%\u20ac$\u00a3TZ'-]*")
"""What a cell with a day, a time or a number looks like in most files."""

Given = ParamSpec("Given")
Made = TypeVar("Made")

_WAY_OUT = "The mapping says which column is the day"


def mapped(mapping: Mapping) -> Recognition:
    """The claim of a mapping to a file: the user says what it is."""
    return Recognition(
        1, "what the mapping says", lambda source, options: open_mapped(source, mapping, options)
    )


def open_mapped(source: Source, mapping: Mapping, options: Options) -> Reading:
    """Opens a file as a mapping says.

    Raises
    ------
    ExportRefused
        `unusable_mapping`, with the columns that the file lacks or has; what a table is refused
        with.
    """
    glimpse = Glimpse(source)
    if glimpse.is_json:
        return _open_records(source, mapping, options)
    vocabulary = Vocabulary({name: {"": (name,)} for name in mapping.columns}, public=False)
    head = find_head(glimpse, vocabulary, lambda head: True)
    missing = [name for name in mapping.columns if head is None or name not in head.columns]
    if head is None or missing:
        there = ", ".join(repr(n) for n in head.columns.names[:20]) if head else "none of them"
        raise ExportRefused(
            "unusable_mapping",
            f"the file has no column {', '.join(map(repr, missing))}; it has {there}",
        )
    at = {name: head.columns.positions[name] for name in mapping.columns}
    has_people = "user_id" in mapping.columns.values()
    shown = _without_people(mapping, at) if has_people else _of_the_mapping(at)
    table = Table(source, head, public_text=shown)
    rows = _rows(mapping, at, table.sample_cells, options)
    table.decimal_mark = rows.numbers.decimal_mark
    description = ReportDescription(
        PLATFORM,
        "table",
        source.encoding,
        head.delimiter,
        rows.numbers.decimal_mark,
        notes=rows.dating.notes,
    )
    reading = Reading(description, iter(()))
    convert = _discreet(mapping, rows.convert) if has_people else rows.convert
    reading.outcomes = table.cell_outcomes(rows.totals.reason, convert, reading)
    return reading


def _without_people(mapping: Mapping, at: dict[str, int]) -> Callable[[Row], str]:
    """What a refusal may show of a row that holds a person: when it was, and its numbers.

    A cell in their place that looks like neither may be a name that has slipped.
    """
    shown = [at[name] for name, field in mapping.columns.items() if field in _NUMBERS | DATES]

    def show(row: Row) -> str:
        cells = (row.cells[position] for position in shown)
        return ", ".join(cell if _FIGURES.fullmatch(cell) else WITHHELD for cell in cells)

    return show


def _of_the_mapping(at: dict[str, int]) -> Callable[[Row], str]:
    """What a refusal shows of other rows: the columns that are read; nobody knows the others."""
    return lambda row: ", ".join(row.cells[position] for position in at.values())


def _discreet(mapping: Mapping, convert: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same, but no reason for a refusal repeats a cell: it says which column it is about."""

    def converted(*given: Given.args, **options: Given.kwargs) -> Made:
        try:
            return convert(*given, **options)
        except RowRefused as error:
            column = next((name for name in mapping.columns if error.message.startswith(name)), "")
            where = f"{column}: " if column else ""
            raise RowRefused(error.code, where + ROW_REFUSALS[error.code]) from None

    return converted


def _open_records(source: Source, mapping: Mapping, options: Options) -> Reading:
    paths = [name.split(".") for name in mapping.columns]

    def cells_of(record: Any) -> tuple[str, ...]:
        if not isinstance(record, dict):
            raise RowRefused("malformed_record", "the record is no JSON object")
        return tuple(_cell(record, path) for path in paths)

    def sample(positions: Sequence[int]) -> Iterator[tuple[str, ...]]:
        return iter(())

    at = {name: index for index, name in enumerate(mapping.columns)}
    rows = _rows(mapping, at, sample, options)

    def convert(record: Any) -> tuple[RawEvent, ...] | str:
        outcome = rows.convert(0, cells_of(record))
        return outcome.reason if isinstance(outcome, NotData) else outcome.events

    if "user_id" in mapping.columns.values():
        convert = _discreet(mapping, convert)
    is_array = source.text.lstrip("\ufeff \t\r\n").startswith("[")
    outcomes: Iterator[RowOutcome]
    if is_array:
        outcomes = outcomes_of(items_of(source, "item"), convert, shown=lambda record: "")
    else:
        outcomes = outcomes_of_lines(lines_of(source), convert, shown=lambda record: "")
    description = ReportDescription(
        PLATFORM, "records", source.encoding, decimal_mark=".", notes=rows.dating.notes
    )
    return Reading(description, outcomes)


def _cell(record: Any, path: Sequence[str]) -> str:
    value = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise RowRefused("malformed_record", f"{'.'.join(path)} is no single value")
    return f"{value:f}" if not isinstance(value, str | int) else str(value)


def _rows(
    mapping: Mapping,
    at: dict[str, int],
    sample: Callable[[Sequence[int]], Iterator[tuple[str, ...]]],
    options: Options,
) -> MappedRows:
    def positions(*fields: str) -> list[int]:
        return [at[name] for name, field in mapping.columns.items() if field in fields]

    dated = {
        "time" if field == "time" else field: at[name]
        for name, field in mapping.columns.items()
        if field in ("day", "time", "from", "to")
    }
    names = {field: name for name, field in mapping.columns.items()}
    dating = decide_dating(DateColumns(dated, names, "", sample), None, options, _WAY_OUT)
    cells = (cell for row in sample(positions(*_NUMBERS)) for cell in row)
    numbers = (
        NumberFormat(mapping.decimal_mark)
        if mapping.decimal_mark
        else decide_number_format("", cells)
    )
    totals = TotalsRows(
        names=tuple(positions("campaign_id", "content_id")),
        dates=tuple(dating.positions),
        numbers=tuple(positions(*_NUMBERS)),
    )
    return MappedRows(mapping, at, dating, numbers, totals, options)
