"""Find the days that a row of a Google Analytics 4 table covers, from dates or offsets."""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.importers.values.dates import DateFormat, Period, parse_month

_HOUR = re.compile(r"(\d{8})(?:\d\d|\d{4})")
_MONTH = re.compile(r"(\d{4})(\d\d)")
_OFFSET = re.compile(r"\d{1,6}", re.ASCII)
_BEYOND = "not within the report's period"


def place(time: str, cell: str, dates: DateFormat, report: Period | None) -> Period:
    """Return the first and last day of a row.

    Parameters
    ----------
    time : str
        The field that dates the row, one of `ga4_headings.TIMES`.
    report : (first, last), optional
        The period of the table; offsets count from its first day.

    Raises
    ------
    ValueError
        If the cell does not contain a day, or contains one outside of the period.
    """
    if time in ("date", "date_hour"):
        hour = _HOUR.fullmatch(cell)
        day = dates.day(hour[1] if hour else cell)
        return day, day
    if time == "year_month":
        month = _MONTH.fullmatch(cell)
        return _within(parse_month(f"{month[1]}-{month[2]}" if month else cell, dates), report)
    if report is None:
        raise ValueError("the report has no start date")
    if not _OFFSET.fullmatch(cell):
        raise ValueError("not a number of hours, days, weeks or months")
    if time in ("week_number", "month_number"):
        return numbered(time, int(cell), report)
    return nth(time, int(cell), report)


def numbered(time: str, number: int, report: Period) -> Period:
    """Return the days of a numbered week or month of the report's year, within the report.

    Weeks begin on Sundays, except that the first begins on January 1. Raises ``ValueError`` if the
    year has no week or month of that number.
    """
    year = report[0].year
    if time == "month_number":
        if not 1 <= number <= 12:
            raise ValueError("not the number of a month")
        return _within(parse_month(f"{year:04}-{number:02}", DateFormat()), report)
    new_year = dt.date(year, 1, 1).toordinal()
    sunday = new_year - dt.date(year, 1, 1).isoweekday() % 7 + 7 * (number - 1)
    end = min(sunday + 6, dt.date(year, 12, 31).toordinal())
    if not 1 <= number <= 54 or sunday > end:
        raise ValueError("not the number of a week")
    first = dt.date.fromordinal(max(sunday, new_year))
    return _within((first, dt.date.fromordinal(end)), report)


def nth(time: str, offset: int, report: Period) -> Period:
    """Return the days of the nth hour, day, week or month of a period, counted from 0.

    Weeks begin on Sundays and months on their first day. The first and the last one are cut to the
    period.
    """
    first = report[0]
    if time == "nth_month":
        months = first.year * 12 + first.month - 1 + offset
        year, month = divmod(months, 12)
        if year > dt.MAXYEAR:
            raise ValueError(_BEYOND)
        return _within(parse_month(f"{year:04}-{month + 1:02}", DateFormat()), report)
    length = 7 if time == "nth_week" else 1
    start = first.toordinal() + {"nth_hour": offset // 24, "nth_week": 7 * offset}.get(time, offset)
    if time == "nth_week":
        start -= first.isoweekday() % 7
    end = start + length - 1
    if start > report[1].toordinal():
        raise ValueError(_BEYOND)
    return (
        dt.date.fromordinal(max(start, first.toordinal())),
        dt.date.fromordinal(min(end, report[1].toordinal())),
    )


def _within(period: Period, report: Period | None) -> Period:
    if report is None:
        return period
    first, last = max(period[0], report[0]), min(period[1], report[1])
    if first > last:
        raise ValueError(_BEYOND)
    return first, last
