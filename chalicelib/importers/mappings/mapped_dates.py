"""Days, times and periods in mapped files: without a year, in a time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from chalicelib.importers.values.dates import (
    DateFormat,
    Period,
    parse_instant,
    parse_month,
    parse_quarter,
    parse_year,
)

_CLOCK = re.compile(
    r"(.+?),?(?: ?T| )(?:(?:at|um|à|kl\.?) )?(\d\d?)[:.h](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?"
    r"(?: ?([AP])\.?M\.?)?(?: (?:Uhr|h))?",
    re.IGNORECASE,
)
_HAS_YEAR = re.compile(r"\d{4}|\d\d?[./-]\d\d?[./-]\d\d")
_NO_YEAR = re.compile(r"\d\d?([./-])\d\d?\.?")
_NUMERIC = re.compile(r"\d\d?[./-]\d\d?[./-](?:\d{4}|\d\d)|\d\d?[./-]\d\d?")
_BARE_DAY = re.compile(r"(\d\d?)\.?")
_DAY_AND_YEAR = re.compile(r"(\d\d?),? (\d{4})")
_WEEK = re.compile(r"(\d{4})[ -]?(?:W|KW|CW|Week) ?(\d\d?)", re.IGNORECASE)
_WEEK_ALONE = re.compile(r"(?:W|KW|CW|Week|Woche) ?(\d\d?)(?:[ /-](\d{4}))?", re.IGNORECASE)
_MONTH_ALONE = re.compile(r"[^\W\d_]{3,10}\.?")
_FROM = re.compile(r"(?:from|von|vom|du|del|dal|van|de) ", re.IGNORECASE)
_BETWEEN = re.compile(
    r" ?[-~] ?| ?\.\.+ ?| (?:to|bis|until|through|au|al|a|até|tot|t/m) |(?<=\d)[/,](?=\d{4}-)",
    re.IGNORECASE,
)


class OwnDates:
    """Parses the days, times and periods of a file.

    Parameters
    ----------
    dates : DateFormat
    year : int
        For days without a year; 0 if all have one.
    zone : tzinfo, optional
        For times without an offset.

    Every method raises ``ValueError`` for a cell that it cannot parse; the message does not repeat
    the cell.
    """

    def __init__(self, dates: DateFormat, year: int = 0, zone: dt.tzinfo | None = None) -> None:
        self._dates = dates
        self._year = year
        self._zone = zone

    def day(self, cell: str) -> dt.date:
        """Parse a day. A time with an offset yields its day in the time zone."""
        text = " ".join(cell.split())
        if self._zone is not None:
            try:
                return parse_instant(text).astimezone(self._zone).date()
            except ValueError:
                pass
        if self._year and not _HAS_YEAR.search(text):
            text = with_year(text, self._year)
        try:
            return self._dates.day(text)
        except ValueError:
            if clock := _CLOCK.fullmatch(text):
                return self._dates.day(clock[1])
            raise

    def instant(self, cell: str) -> dt.datetime:
        """Parse a time with an offset, or in the time zone, and return it in UTC."""
        text = " ".join(cell.split())
        try:
            return parse_instant(text)
        except ValueError:
            if self._zone is None:
                raise
        clock = _CLOCK.fullmatch(text)
        if clock is None:
            raise ValueError("no time of day; map a column without times to `day`")
        hour, half = int(clock[2]), (clock[5] or "").casefold()
        if half:
            if not 1 <= hour <= 12:
                raise ValueError("not a time of day")
            hour = hour % 12 + (12 if half == "p" else 0)
        day = clock[1]
        if self._year and not _HAS_YEAR.search(day):
            day = with_year(day, self._year)
        time = dt.time(hour, int(clock[3]), int(clock[4] or 0), tzinfo=self._zone)
        try:
            return dt.datetime.combine(self._dates.day(day), time).astimezone(dt.UTC)
        except OverflowError:
            raise ValueError("not a time between the years 1 and 9999") from None

    def period(self, cell: str) -> Period:
        """Return first and last day of a day, week, month, quarter, year or range.

        A first day without a year or month takes them from the last day.
        """
        text = " ".join(cell.replace("–", "-").replace("—", "-").split())
        for read in (self._one_day, self._named):
            try:
                return read(text)
            except ValueError:
                pass
        if start := _FROM.match(text):
            text = text[start.end() :]
        for between in _BETWEEN.finditer(text):
            try:
                first, last = self._both(text[: between.start()], text[between.end() :])
            except ValueError:
                continue
            if first <= last:
                return first, last
        raise ValueError("not a period in a known format")

    def _one_day(self, text: str) -> Period:
        day = self.day(text)
        return day, day

    def _named(self, text: str) -> Period:
        if week := _WEEK.fullmatch(text):
            return _week(int(week[1]), int(week[2]))
        if week := _WEEK_ALONE.fullmatch(text):
            return _week(int(week[2] or self._year), int(week[1]))
        if self._year and _MONTH_ALONE.fullmatch(text):
            text = f"{text} {self._year}"
        for read in (parse_month, parse_quarter, parse_year):
            try:
                return read(text, self._dates)
            except ValueError:
                continue
        raise ValueError("not a named period")

    def _both(self, left: str, right: str) -> Period:
        try:
            last = self.day(right)
        except ValueError:  # Jun 1 - 7, 2026
            of_month = _DAY_AND_YEAR.fullmatch(right)
            if of_month is None:
                raise
            first = self.day(with_year(left, int(of_month[2])))
            return first, first.replace(day=int(of_month[1]))
        if bare := _BARE_DAY.fullmatch(left.strip()):
            return last.replace(day=int(bare[1])), last
        if _HAS_YEAR.search(left):
            return self.day(left), last
        first = self._dates.day(with_year(left.strip(), last.year))
        if first > last:
            first = self._dates.day(with_year(left.strip(), last.year - 1))
        return first, last


def with_year(text: str, year: int) -> str:
    """Add a year to a day, in the format in which days are parsed."""
    if short := _NO_YEAR.fullmatch(text):
        return f"{text.rstrip('.')}{short[1]}{year}"
    return f"{text} {year}"


def numeric_days(cells: Iterator[str], year: int) -> Iterator[str]:
    """Yield the days in cells that could be day/month or month/day, each with a year."""
    for cell in cells:
        for found in _NUMERIC.finditer(cell):
            yield with_year(found[0], year) if _NO_YEAR.fullmatch(found[0]) else found[0]


def _week(year: int, week: int) -> Period:
    return dt.date.fromisocalendar(year, week, 1), dt.date.fromisocalendar(year, week, 7)
