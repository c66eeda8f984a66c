"""Dating of the rows of a mapped file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from chalicelib.importers.mappings.mapped_dates import OwnDates, numeric_days
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.rows.row_dating import (
    SPREAD,
    DateCells,
    DateColumns,
    Dating,
    Instants,
    Spans,
    check_any_day,
    checked_period,
    decide_dating,
)
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import DateFormat, Period, decide_day_order
from chalicelib.model.days import parse_day, zone_of
from chalicelib.model.errors import ExportRejected

WAY_OUT = "Map a column of single days to `day`"
_HALF_A_YEAR = 183

Sample = Callable[[Sequence[int]], Iterable[tuple[str, ...]]]


def decide_own_dating(
    mapping: Mapping, at: dict[str, int], sample: Sample, options: Options
) -> Dating:
    """Decide how the rows are dated.

    Parameters
    ----------
    at : dict of str to int
        Field -> index of its column.
    sample : callable
        Returns the cells of columns in the rows at the beginning of the file, row by row.

    Raises
    ------
    ExportRejected
        `aggregate_period`, unless rows may be spread; `undecidable_format`; `unusable_mapping`.
    """
    names = {field: name for name, field in mapping.columns.items()}
    units: dict[str, int] = {
        unit: at[unit] for unit in ("day", "time", "from", "to", "period") if unit in at
    }
    constants = mapping.constants
    if not units:
        report = parse_day(constants["from"]), parse_day(constants["to"])
        if report[0] > report[1]:
            raise ExportRejected("unusable_mapping", "the constant `from` is later than `to`")
        nothing = DateColumns({}, {}, "", sample)
        return decide_dating(nothing, report, options, WAY_OUT)
    if "period" not in units and not constants.keys() & {"year", "time_zone"}:
        return decide_dating(DateColumns(units, names, "", sample), None, options, WAY_OUT)
    return _decide(mapping, units, names, sample, options)


def _decide(
    mapping: Mapping,
    units: dict[str, int],
    names: dict[str, str],
    sample: Sample,
    options: Options,
) -> Dating:
    year = int(mapping.constants.get("year", 0))
    zone = zone_of(str(mapping.constants.get("time_zone", ""))) or dt.UTC
    unit = next(iter(units))
    positions = tuple(units.values()) if unit == "from" else (units[unit],)
    rows = list(dict.fromkeys(sample(positions)))
    cells = [cell for row in rows for cell in row]
    order = options.day_order or decide_day_order("", numeric_days(iter(cells), year or 2000), None)
    own = OwnDates(DateFormat(order), year, zone if "time_zone" in mapping.constants else None)
    if year:
        _check_turn_of_year(own, unit, cells)
    if unit == "time":
        return Dating("time", positions, Instants(own.instant, names["time"]))
    spans = Spans(_reader(own, unit, names, may_spread=options.spread))
    if unit != "day" and not options.spread:
        check_any_day(
            spans, rows, f"each row covers more than one day. Spread the rows, or: {WAY_OUT}"
        )
    notes = (SPREAD,) if options.spread and unit != "day" else ()
    return Dating(unit, positions, spans, notes)


def _reader(
    own: OwnDates, unit: str, names: dict[str, str], *, may_spread: bool
) -> Callable[[DateCells], Period]:
    """Return a function from date cells to a period; it raises `RowRejected`."""

    def read_one(cell: str, name: str, read: Callable[[str], Period]) -> Period:
        if is_blank(cell):
            raise RowRejected("missing_value", f"{name} is empty")
        try:
            return read(cell)
        except ValueError as error:
            raise RowRejected("invalid_date", f"{name}: {error}") from None

    def day(cell: str) -> Period:
        found = own.day(cell)
        return found, found

    def read(cells: DateCells) -> Period:
        if isinstance(cells, tuple):
            first = read_one(cells[0], names["from"], day)[0]
            last = read_one(cells[1], names["to"], day)[0]
            if first > last:
                raise RowRejected("invalid_date", "the last day of the row is before the first")
        else:
            first, last = read_one(cells, names[unit], own.period if unit == "period" else day)
        return checked_period((first, last), may_spread=may_spread)

    return read


def _check_turn_of_year(own: OwnDates, unit: str, cells: Sequence[str]) -> None:
    """Reject a constant year if days continue from December to January, or back."""
    readers: dict[str, Callable[[str], dt.date]] = {
        "time": lambda cell: own.instant(cell).date(),
        "period": lambda cell: own.period(cell)[0],
    }
    read = readers.get(unit, own.day)
    days = []
    for cell in cells:
        try:
            days.append(read(cell))
        except ValueError:
            continue
    for earlier, later in pairwise(days):
        if abs((later - earlier).days) > _HALF_A_YEAR and {earlier.month, later.month} == {1, 12}:
            raise ExportRejected(
                "unusable_mapping",
                "the days cross the turn of a year, so one `year` cannot apply to all: split the "
                "file, or write the year into its days",
            )
