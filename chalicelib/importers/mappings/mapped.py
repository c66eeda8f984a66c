"""The generic importer: any table or list of records, read with the user's mapping.

A row may be wide (a column for likes, one for clicks), long (a column for the type and one for the
count, or one row per engagement), or both; each of its numbers becomes an event. Columns that are
not in the mapping are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered
from chalicelib.importers.mappings.mapped_columns import (
    ChosenRows,
    currency_in,
    is_numbered,
    place_columns,
)
from chalicelib.importers.mappings.mapped_dating import Sample, decide_own_dating
from chalicelib.importers.mappings.mapped_plan import MappedRows, mapped_rows
from chalicelib.importers.mappings.mapped_subjects import PLATFORM
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.mappings.mapping_fields import DATES, NUMBERS
from chalicelib.importers.outcomes import (
    WITHHELD,
    Imported,
    RawEvent,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
)
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.records.json_documents import items_of, lines_of
from chalicelib.importers.records.records import outcomes_of, outcomes_of_lines
from chalicelib.importers.rows.row_dating import Dating
from chalicelib.importers.rows.subtotals import Subtotals, find_subtotals
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.headings import Vocabulary, comparable
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.numerals import NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected

_MONEY = ("cost", "value", "refunded")
_ABOUT = ("channel", "type", "campaign_id", "content_id", "region")
"""The fields that identify the object of a row and a part of it."""
_ONE_EACH = frozenset(("event_id", "user_id"))
"""Fields of rows that each record one event and are never subtotals."""
_FIGURES = re.compile(r"[\d\s.,:/%\u20ac$\u00a3TZ'-]*|.*[+-]\d\d:?\d\d")
_TELEPHONE = re.compile(r"[+0]\d{7,}|\d{11,}")
"""Digits that look like a day, a time or a number but may be a telephone number."""


def mapped(mapping: Mapping) -> Recognition:
    """Return the claim of a mapping to a file; the user decides what the file is."""
    return Recognition(
        1, "the mapping", lambda source, options: open_mapped(source, mapping, options)
    )


def open_mapped(source: Source, mapping: Mapping, options: Options) -> Reading:
    """Open a file with a mapping.

    Raises
    ------
    ExportRejected
        `unusable_mapping`, with the columns that the file lacks or has more than once; any
        rejection of a table.
    """
    glimpse = Glimpse(source)
    if glimpse.is_json:
        return _open_records(source, mapping, options)
    named = {comparable(name): name for name in mapping.headings if not is_numbered(name)}
    vocabulary = Vocabulary({name: {"": (name,)} for name in named.values()}, public=False)
    head = find_head(glimpse, vocabulary, lambda head: True)
    at = place_columns(mapping.headings, head.columns.names if head else ())
    assert head is not None  # without a header, `place_columns` raises
    table = Table(source, head, public_text=_figures_of(mapping, at))
    rows = _rows(mapping, at, head.columns.names, table.sample_cells, options)
    table.decimal_mark = rows.engine.numbers.decimal_mark
    description = ReportDescription(
        PLATFORM,
        "table",
        source.encoding,
        head.delimiter,
        rows.engine.numbers.decimal_mark,
        notes=rows.engine.dating.notes,
    )
    reading = Reading(description, iter(()))
    reading.outcomes = _noted(
        table.cell_outcomes(rows.engine.reason_to_skip, rows.engine.convert, reading),
        rows,
        reading,
        _covered(mapping, rows),
    )
    return reading


def _covered(mapping: Mapping, rows: MappedRows) -> Covered | None:
    """Return the coverage of a file whose user declares that parents are complete."""
    if not mapping.parents:
        return None
    return Covered((PLATFORM, "parents", rows.engine.plan.account or "-"), lists_all_days=False)


def _noted(
    outcomes: Iterator[RowOutcome], rows: MappedRows, reading: Reading, covered: Covered | None
) -> Iterator[RowOutcome]:
    """Yield the outcomes, then add the notes for the user and the coverage."""
    for outcome in outcomes:
        if covered is not None and isinstance(outcome, Imported):
            covered.add_shares(outcome.events)
        yield outcome
    reading.notes += rows.notes()
    if covered is not None:
        reading.coverage += covered.events()


def _figures_of(mapping: Mapping, at: dict[str, int]) -> Callable[[Row], str]:
    """Return a function for what a rejection may show of a row: its date and its numbers.

    The content of the other columns is unknown. A cell that is neither date nor number may be a
    name in the wrong column.
    """
    shown = [at[name] for name, field in mapping.columns.items() if field in NUMBERS | DATES]

    def show(row: Row) -> str:
        cells = (row.cells[position] for position in shown)
        return ", ".join(cell if _is_figure(cell) else WITHHELD for cell in cells)

    return show


def _is_figure(cell: str) -> bool:
    return bool(_FIGURES.fullmatch(cell)) and not _TELEPHONE.fullmatch(cell.strip())


def _open_records(source: Source, mapping: Mapping, options: Options) -> Reading:
    headings = mapping.headings
    paths = [name.split(".") for name in headings]

    def cells_of(record: Any) -> tuple[str, ...]:
        if not isinstance(record, dict):
            raise RowRejected("malformed_record", "the record is not a JSON object")
        return tuple(_cell(record, path) for path in paths)

    def sample(positions: Sequence[int]) -> Iterator[tuple[str, ...]]:
        return iter(())

    at = {name: index for index, name in enumerate(headings)}
    rows = _rows(mapping, at, headings, sample, options)

    def convert(record: Any) -> tuple[RawEvent, ...] | str:
        outcome = rows.engine.convert(0, cells_of(record))
        return outcome.events if isinstance(outcome, Imported) else outcome.reason

    is_array = source.text.lstrip("\ufeff \t\r\n").startswith("[")
    if is_array:
        outcomes = outcomes_of(items_of(source, "item"), convert, shown=lambda record: "")
    else:
        outcomes = outcomes_of_lines(lines_of(source), convert, shown=lambda record: "")
    description = ReportDescription(
        PLATFORM, "records", source.encoding, decimal_mark=".", notes=rows.engine.dating.notes
    )
    reading = Reading(description, outcomes)
    reading.outcomes = _noted(outcomes, rows, reading, _covered(mapping, rows))
    return reading


def _cell(record: Any, path: Sequence[str]) -> str:
    value = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise RowRejected("malformed_record", f"{'.'.join(path)} is not a single value")
    return f"{value:f}" if not isinstance(value, str | int) else str(value)


def _rows(
    mapping: Mapping,
    at: dict[str, int],
    names: Sequence[str],
    sample_cells: Sample,
    options: Options,
) -> MappedRows:
    def positions(*fields: str) -> list[int]:
        return [at[name] for name, field in mapping.columns.items() if field in fields]

    sample = _of_chosen_rows(sample_cells, ChosenRows(mapping, at))
    by_field = {field: at[name] for name, field in mapping.columns.items()}
    dating = decide_own_dating(mapping, by_field, sample, options)
    cells = (cell for row in sample(positions(*NUMBERS)) for cell in row)
    numbers = decide_number_format("", cells, given=mapping.decimal_mark)
    totals = TotalsRows(
        names=tuple(positions("campaign_id", "content_id")),
        dates=tuple(dating.positions),
        numbers=tuple(positions(*NUMBERS)),
        subtotals=_subtotals(
            tuple(positions(*_ABOUT)), positions(*NUMBERS), dating, numbers, sample
        )
        if by_field.keys().isdisjoint(_ONE_EACH)
        else None,
        remainders_cover_report=False,
    )
    currencies = {
        field: _currency(mapping, names[by_field[field]] if field in by_field else "", options)
        for field in _MONEY
    }
    return mapped_rows(mapping, at, currencies, dating, numbers, totals, options)


def _subtotals(
    about: tuple[int, ...],
    counted: list[int],
    dating: Dating,
    numbers: NumberFormat,
    sample: Sample,
) -> Subtotals | None:
    """Find the rows that are sums of other rows, if rows name an object and a part of it."""
    if len(about) < 2:
        return None
    rows = sample([*about, *dating.positions, *counted])
    return find_subtotals(rows, about, len(dating.positions), numbers)


def _of_chosen_rows(sample: Sample, chosen: ChosenRows) -> Sample:
    """Return a sample of the rows that are read; other rows may use another number format."""

    def cells_of(positions: Sequence[int]) -> Iterable[tuple[str, ...]]:
        if not positions:
            return
        number = len(positions)
        every = [*positions, *chosen.positions]
        for cells in sample(every):
            if not chosen.left_out(dict(zip(every, cells, strict=True))):
                yield cells[:number]

    return cells_of


def _currency(mapping: Mapping, heading: str, options: Options) -> str:
    """Return the currency of a column, for rows and cells that do not name one.

    Raises
    ------
    ExportRejected
        `unusable_mapping`, if the heading and the mapping name different ones.
    """
    of_heading = currency_in(heading)
    constant = str(mapping.constants.get("currency", ""))
    if of_heading and constant and of_heading != constant:
        raise ExportRejected(
            "unusable_mapping",
            f"a heading states the currency {of_heading}, but the mapping states {constant}",
        )
    return constant or of_heading or options.currency
