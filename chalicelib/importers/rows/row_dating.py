"""Dating of rows: on a day, in a longer period, or on the publication day of a post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import (
    DateFormat,
    DayOrder,
    Period,
    check_typed_days,
    days_of,
    decide_day_order,
    midnight_of,
    parse_instant,
    parse_month,
    parse_period,
    parse_quarter,
    parse_week,
    parse_year,
    start_of,
)
from chalicelib.model.errors import ExportRejected

MAX_DAYS = 3_660
"""Of a row; a longer period is a typo and would be spread over millions of days."""

MEMORY = 20_000
"""How many distinct dates are cached; a file has as many as days."""

DateCells = str | tuple[str, ...]
"""The single date cell of a row, or all of them; `WHOLE_REPORT` if there are none."""
WHOLE_REPORT = ()
ReadPeriod = Callable[[DateCells], Period]

_LONGER: dict[str, Callable[[str, DateFormat], Period]] = {
    "week": parse_week,
    "month": parse_month,
    "quarter": parse_quarter,
    "year": parse_year,
}
_UNITS = ("day", "posted", "time", "period", *_LONGER, "from")
"""The finest first. ``from`` and ``to`` date a row only if no other unit does: next to a month they
are those of the whole report."""

_EXACT = ("day", "posted", "time")

SPREAD = (
    "Rows of several days were spread evenly over their days; the values of single days are "
    "estimates."
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a row covers.

    Attributes
    ----------
    first, last : date
    name : str
        The first day in event ids.
    at : datetime
        The `occurred_at` of the first day.
    code : int
        Code of the first day.
    is_longer : bool
        Whether it covers more than one day.
    """

    first: dt.date
    last: dt.date
    name: str
    at: dt.datetime
    code: int
    is_longer: bool = False

    @property
    def days(self) -> range:
        """The ordinals of the days."""
        return range(self.first.toordinal(), self.last.toordinal() + 1)


class Spans(dict[DateCells, Span]):
    """Date cells -> days; raises `RowRejected` for cells that are not dates."""

    def __init__(self, read: ReadPeriod) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cells: DateCells) -> Span:
        first, last = self._read(cells)
        name, at = first.isoformat(), start_of(first)
        span = Span(first, last, name, at, first.toordinal(), first != last)
        if len(self) >= MEMORY:
            self.clear()
        self[cells] = span
        return span


class Instants(Spans):
    """Cells with a time -> that time; raises `RowRejected`.

    Parameters
    ----------
    read_instant : callable
        Returns the time of a cell in UTC; raises ``ValueError``.
    name : str
        The heading of the column.
    """

    def __init__(self, read_instant: Callable[[str], dt.datetime], name: str) -> None:
        super().__init__(lambda cells: (dt.date.min, dt.date.min))
        self._read_instant = read_instant
        self._name = name

    def __missing__(self, cells: DateCells) -> Span:
        cell = cells if isinstance(cells, str) else ""
        if is_blank(cell):
            raise RowRejected("missing_value", f"{self._name} is empty")
        try:
            at = self._read_instant(cell)
        except ValueError as error:
            raise RowRejected("undecidable_time", f"{self._name}: {error}") from None
        if len(self) >= MEMORY:
            self.clear()
        stamp = f"{at:%Y-%m-%dT%H:%M:%S}Z"
        span = self[cells] = Span(at.date(), at.date(), stamp, at, int(at.timestamp()))
        return span


def spans_by_day(name: str, read_day: Callable[[str], dt.date]) -> Spans:
    """Return the spans of rows with a single date cell that is a day.

    Parameters
    ----------
    name : str
        The heading of the column.
    read_day : callable
        Returns the day of a cell; raises ``ValueError``.
    """

    def read(cell: DateCells) -> Period:
        if not isinstance(cell, str) or is_blank(cell):
            raise RowRejected("missing_value", f"{name} is empty")
        try:
            day = read_day(cell)
        except ValueError as error:
            raise RowRejected("invalid_date", f"{name}: {error}") from None
        return day, day

    return Spans(read)


@dataclass(frozen=True, slots=True)
class Dating:
    """How the rows of a table are dated.

    Attributes
    ----------
    unit : str
        As in `columns.When`, or ``time``; empty if every row covers the period of the report.
    positions : tuple of int
        The columns that date a row; empty if there are none.
    spans : Spans
        By the cell of a single column, or the cells of several; without columns by `WHOLE_REPORT`.
    notes : tuple of str
        Notes for the user.
    """

    unit: str
    positions: tuple[int, ...]
    spans: Spans
    notes: tuple[str, ...] = ()

    @property
    def is_lifetime(self) -> bool:
        """Whether the numbers are running totals since the publication of a post."""
        return self.unit == "posted"

    @property
    def has_days(self) -> bool:
        """Whether the numbers are per day, and neither running totals nor single events."""
        return self.unit not in ("posted", "time")

    @property
    def may_overlap(self) -> bool:
        """Whether the periods of two rows may partly overlap."""
        return self.unit in ("from", "period")

    def of_report(self) -> Span:
        """Return the span of a row without a date; raise `RowRejected`."""
        return self.spans[WHOLE_REPORT]


@dataclass(frozen=True, slots=True)
class DateColumns:
    """The date columns of a table.

    Attributes
    ----------
    positions : mapping of str to int
        Unit -> index of its column.
    names : mapping of str to str
        Unit -> heading.
    language : str
        Of the headings.
    cells : callable
        Returns the cells of columns in the rows at the beginning of the file, row by row.
    subjects : tuple of int
        The columns that identify the subject of a row.
    ends_before : bool
        Whether midnight at the end of a period means the end of the day before.
    """

    positions: dict[str, int]
    names: dict[str, str]
    language: str
    cells: Callable[[Sequence[int]], Iterable[tuple[str, ...]]]
    subjects: tuple[int, ...] = ()
    ends_before: bool = False

    def with_unit(self, unit: str, field: str = "day") -> DateColumns:
        """Return only the column of one unit, treated as another unit."""
        return replace(
            self, positions={unit: self.positions[field]}, names={unit: self.names[field]}
        )


def decide_dating(
    columns: DateColumns,
    report: Period | None,
    options: Options,
    way_out: str,
    *,
    dates_are_starts: bool = False,
    english: DayOrder = "",
) -> Dating:
    """Decide how the rows of a table are dated, by its columns and the period above them.

    Parameters
    ----------
    report : (first, last), optional
        The period that the file states for the whole report.
    way_out : str
        Click path for daily rows.
    dates_are_starts : bool
        Whether a report that is not daily has the start of the whole report in each row.
    english : {"dmy", "mdy", ""}
        The order of day and month in English, if the platform always uses the same one.

    Raises
    ------
    ExportRejected
        `no_date`; `aggregate_period`, unless rows may be spread; `undecidable_format`.
    """
    unit = next((unit for unit in _UNITS if unit in columns.positions), "")
    positions = [columns.positions[unit]] if unit else []
    if unit == "from":
        if "to" not in columns.positions:
            raise ExportRejected("no_date", f"the rows have a first day but no last day. {way_out}")
        positions.append(columns.positions["to"])
    elif unit and unit not in _EXACT and {"from", "to"} <= columns.positions.keys():
        positions += [columns.positions["from"], columns.positions["to"]]
    if not unit and report is None:
        raise ExportRejected("no_date", f"the report has no dates for its numbers. {way_out}")
    sample = list(dict.fromkeys(columns.cells(positions))) if positions else []
    order = options.day_order
    if sample:
        check_typed_days([cell for cells in sample for cell in cells])
    if not order:
        cells = [day for cells in sample for cell in cells for day in days_of(cell)]
        within = report if unit == "day" else None
        order = decide_day_order(columns.language, cells, within, english=english)
    dates = DateFormat(order)
    if dates_are_starts and unit == "day" and _are_starts(sample, dates, report):
        unit, positions = "", []
    name = columns.names.get(unit, "")
    spans = (
        Instants(parse_instant, name)
        if unit == "time"
        else Spans(
            _reader(
                unit,
                name,
                dates,
                report,
                may_spread=options.spread,
                ends_before=columns.ends_before,
            )
        )
    )
    _check_longer(unit, spans, sample, report, options, way_out)
    has_days = unit in _EXACT or (not unit and report and report[0] == report[1])
    notes = (SPREAD,) if options.spread and not has_days else ()
    return Dating(unit, tuple(positions), spans, notes)


def _are_starts(
    sample: Sequence[tuple[str, ...]], dates: DateFormat, report: Period | None
) -> bool:
    if report is None or report[0] == report[1] or len(sample) != 1:
        return False
    try:
        return dates.day(sample[0][0]) == report[0]
    except ValueError:
        return False


def _check_longer(
    unit: str,
    spans: Spans,
    sample: Sequence[tuple[str, ...]],
    report: Period | None,
    options: Options,
    way_out: str,
) -> None:
    """Reject the whole file if none of its rows could be imported."""
    if options.spread or unit in _EXACT:
        return
    if not unit and report:
        if report[0] != report[1]:
            raise ExportRejected(
                "aggregate_period", f"each row covers {report[0]} to {report[1]}. {way_out}"
            )
        return
    covered = f"a {unit}" if unit in _LONGER else "more than one day"
    check_any_day(spans, sample, f"each row covers {covered}. {way_out}")


def check_any_day(spans: Spans, sample: Iterable[tuple[str, ...]], message: str) -> None:
    """Reject a file if none of its rows can be imported because they cover several days.

    Raises
    ------
    ExportRejected
        `aggregate_period`
    """
    codes = set()
    for cells in sample:
        try:
            _ = spans[cells if len(cells) > 1 else cells[0]]
        except RowRejected as rejection:
            codes.add(rejection.code)
        else:
            return
    if "aggregate_period" in codes:
        raise ExportRejected("aggregate_period", message)


def _reader(
    unit: str,
    name: str,
    dates: DateFormat,
    report: Period | None,
    *,
    may_spread: bool,
    ends_before: bool,
) -> ReadPeriod:
    """Return a function from date cells to a period; it raises `RowRejected`."""

    def read(cells: DateCells) -> Period:
        period = report if cells == WHOLE_REPORT else _period(unit, name, dates, cells)
        is_exclusive = ends_before and unit == "from" and midnight_of(cells[-1])
        if period and is_exclusive and period[0] < period[1]:
            period = period[0], period[1] - dt.timedelta(days=1)
        if period is None:
            raise RowRejected("missing_value", "neither the row nor the report has a date")
        if unit in _LONGER and report and period[0] <= report[1] and period[1] >= report[0]:
            period = max(period[0], report[0]), min(period[1], report[1])
        return checked_period(period, may_spread=may_spread)

    return read


def checked_period(period: Period, *, may_spread: bool) -> Period:
    """Return the period of a row; raise `RowRejected` if it is too long to be imported."""
    first, last = period
    if (last - first).days > MAX_DAYS:
        raise RowRejected("invalid_date", f"the period {first} to {last} is too long")
    if first != last and not may_spread:
        raise RowRejected("aggregate_period", f"the row covers {first} to {last}")
    return period


def _period(unit: str, name: str, dates: DateFormat, cells: DateCells) -> Period:
    if isinstance(cells, tuple):
        first, last = (_day(cell, dates, name) for cell in cells[-2:])
        if first > last:
            raise RowRejected("invalid_date", "the last day of the row is before the first")
        if len(cells) == 2:
            return first, last
        return _within(_period(unit, name, dates, cells[0]), (first, last), unit)
    if is_blank(cells):
        raise RowRejected("missing_value", f"the row has no {unit or 'date'}")
    if unit in _EXACT:
        day = _day(cells, dates, name)
        return day, day
    try:
        period = parse_period(cells, dates.order)
        if unit in _LONGER and (period is None or period[0] == period[1]):
            return _LONGER[unit](cells, dates)
    except ValueError as error:
        raise RowRejected("invalid_date", f"{name}: {error}") from None
    if period is None:
        raise RowRejected("invalid_date", f"{name}: not a period in a known format")
    return period


def _within(period: Period, report: Period, unit: str) -> Period:
    """Return the part of a row's period within the report; raise `RowRejected` if it is empty."""
    first, last = max(period[0], report[0]), min(period[1], report[1])
    if first > last:
        raise RowRejected("invalid_date", f"the row's {unit} is not within the report's period")
    return first, last


def _day(cell: str, dates: DateFormat, name: str) -> dt.date:
    if is_blank(cell):
        raise RowRejected("missing_value", f"{name} is empty")
    try:
        return dates.day(cell)
    except ValueError as error:
        raise RowRejected("invalid_date", f"{name}: {error}") from None
