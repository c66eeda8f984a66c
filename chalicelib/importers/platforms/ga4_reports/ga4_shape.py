"""The shape of a table in a report: its dates, its dimensions and the numbers that are read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property

from chalicelib.importers.platforms.ga4_reports.ga4_headings import (
    ALL_USERS,
    METRICS,
    OVERLAPPING,
    TIMES,
    TRANSLATIONS,
    VOCABULARY,
    dimension_of,
    is_landing_page,
)
from chalicelib.importers.reports.stacked import StackedTable, is_number
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.tables.headings import Columns, comparable, plain
from chalicelib.importers.values.dates import Period

_DAILY = ("date", "date_hour", "nth_day", "nth_hour")
_UNITS = {
    **dict.fromkeys(_DAILY, "day"),
    "nth_week": "week",
    "nth_month": "month",
    "year_month": "month",
    "week_number": "week",
    "month_number": "month",
}
NUMBERED = ("week_number", "month_number")
"""Numbers of weeks and months, whose year is that of the report's period."""
_RANKS = {"day": 0, "week": 1, "month": 2, "": 3}

MOST_DAYS = 1_100
"""A total of more days (about three years) is not spread: its daily numbers are meaningless."""

_RANGE = re.compile(r"(\d{8}) ?[-–] ?(\d{8})\b")
_BOUND = re.compile(r"[:：] ?(\d{8}|\d{4}-\d\d-\d\d)$")
_PROPERTY = re.compile(
    rf"# ?(?:{'|'.join(['property', *words_of(TRANSLATIONS, 'property')])}) ?[:：] ?(.+)", re.I
)


@dataclass(frozen=True, slots=True)
class Preamble:
    """The content of the lines above a table. A later table inherits what its lines omit.

    Attributes
    ----------
    period : (first, last), optional
    property : str
        The name of the website or app; empty if unknown.
    """

    period: Period | None = None
    property: str = ""

    def followed_by(self, titles: tuple[str, ...]) -> Preamble:
        """Return the preamble of a table below these lines."""
        period, name = self.period, self.property
        bounds: list[dt.date] = []
        for title in map(plain, titles):
            if found := _PROPERTY.match(title):
                name = found[1].strip(", ") or name
            elif found := _RANGE.search(title):
                bounds = [d for d in map(_day, found.groups()) if d]
            elif found := _BOUND.search(title.strip(", ")):
                bounds += filter(None, [_day(found[1])])
        if bounds:
            first, last = bounds[0], bounds[1] if len(bounds) > 1 else dt.date.min
            period = (first, last) if first <= last else None
        return Preamble(period, name)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Shape:
    """The columns of a table.

    Attributes
    ----------
    table : StackedTable
    preamble : Preamble
    columns : Columns
        The columns of numbers and times.
    dimensions : mapping of str to int
        Kind of dimension -> position of its first column.
    """

    table: StackedTable
    preamble: Preamble
    columns: Columns
    dimensions: dict[str, int]

    @classmethod
    def of(cls, table: StackedTable, preamble: Preamble) -> Shape:
        """Read the header of a table."""
        dimensions: dict[str, int] = {}
        for index, heading in enumerate(table.header):
            if VOCABULARY.field_of(heading) is None and (kind := dimension_of(heading)):
                dimensions.setdefault(kind, index)
        return cls(table, preamble, VOCABULARY.read(table.header), dimensions)

    @cached_property
    def time(self) -> str:
        """The field that dates the rows; empty if each row covers the whole period."""
        field = next((field for field in TIMES if field in self.columns), "")
        is_vague = field == "unplaced" or field in NUMBERED
        return "" if is_vague and self._is_of_one_day else field

    @property
    def unit(self) -> str:
        """``day``, ``week`` or ``month``; empty for the whole period."""
        return _UNITS.get(self.time, "")

    @property
    def rank(self) -> int:
        """Rank of the unit; a finer unit has a smaller rank."""
        return _RANKS[self.unit]

    @property
    def may_be_spread(self) -> bool:
        """Whether the rows cover few enough days to be spread over them."""
        period = self.preamble.period
        return self.unit in ("week", "month") or (
            period is not None and (period[1] - period[0]).days < MOST_DAYS
        )

    @property
    def is_daily(self) -> bool:
        """Whether each row covers one day."""
        return self.unit == "day" or (not self.time and self._is_of_one_day)

    @property
    def is_dated(self) -> bool:
        """Whether the days of the rows are known."""
        if self.time in ("unplaced", "nth_year"):
            return False
        if self.time in NUMBERED:
            return self._is_of_one_year
        return self.time in ("date", "date_hour", "year_month") or self.preamble.period is not None

    @property
    def _is_of_one_day(self) -> bool:
        period = self.preamble.period
        return period is not None and period[0] == period[1]

    @property
    def _is_of_one_year(self) -> bool:
        period = self.preamble.period
        return period is not None and period[0].year == period[1].year

    @property
    def metrics(self) -> tuple[str, ...]:
        """The known metrics that the table has."""
        return tuple(field for field in METRICS if field in self.columns)

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """The positions of the columns that identify a row: text before the metrics, not people."""
        person = self.dimensions.get("person", -1)
        known = set(self.columns.positions.values())
        first_metric = min(
            (self.columns.positions[field] for field in self.metrics),
            default=len(self.table.header),
        )
        named = {i for i, h in enumerate(self.table.header) if i not in known and dimension_of(h)}
        unknown = {index for index in range(first_metric) if index not in known}
        keys = named | {index for index in unknown if not self._holds_numbers(index)}
        if self.time in ("date_hour", "nth_hour"):
            keys.add(self.columns.positions[self.time])
        for field in ("unplaced", *NUMBERED):
            if field in self.columns and field != self.time:
                keys.add(self.columns.positions[field])
        whole = self.overlapping if self.group in ALL_USERS else -1
        return tuple(sorted(keys - {person, whole}))

    def _holds_numbers(self, index: int) -> bool:
        cells = [row[index] for row in self.table.rows if index < len(row) and row[index].strip()]
        return bool(cells) and all(map(is_number, cells))

    @cached_property
    def overlapping(self) -> int:
        """The position of a column whose groups may overlap, e.g. segments; -1 without one."""
        header = enumerate(map(comparable, self.table.header))
        return next((index for index, heading in header if heading in OVERLAPPING), -1)

    @cached_property
    def group(self) -> str:
        """The group of the column `overlapping` whose rows are read; empty if there is none.

        It is the only group, or of several groups the one that contains all users.
        """
        index = self.overlapping
        if index < 0:
            return ""
        rows = (row for row in self.table.rows if len(row) <= len(self.table.header))
        named = (comparable(row[index]) for row in rows if index < len(row))
        groups = list(dict.fromkeys(filter(None, named)))
        if len(groups) == 1:
            return groups[0]
        return next((group for group in groups if group in ALL_USERS), "")

    @property
    def is_additive(self) -> bool:
        """Whether rows can be added up, i.e. no visit is in two of the rows that are read."""
        return self.overlapping < 0 or bool(self.group)

    def names_of_keys(self) -> tuple[str, ...]:
        """Return the names of the columns of `keys` in event ids, the same in every language.

        A dimension of unknown kind keeps its heading, in the form used for comparison.
        """
        return tuple(map(self._name_of, self.keys))

    def _name_of(self, index: int) -> str:
        heading = self.table.header[index]
        field = VOCABULARY.field_of(heading)
        if field is not None and field != "unplaced":
            return field
        kind = dimension_of(heading) if field is None else ""
        if kind == "page" and is_landing_page(heading):
            return "landing page"
        return kind or comparable(heading)

    def events_named(self) -> set[str]:
        """Return the event names in the sampled rows."""
        index = self.dimensions.get("event", -1)
        if index < 0:
            return set()
        return {row[index].strip() for row in self.table.rows if index < len(row)}
