"""Days and times in text: ISO, names of months, one day/month order per file."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.importers.values.cells import DateCell
from chalicelib.importers.values.languages import DAY_FIRST_LANGUAGES, alternatives, month_numbers
from chalicelib.importers.workbooks.typed_cells import DAY_ZERO
from chalicelib.model.errors import ExportRefused

DayOrder = Literal["dmy", "mdy", ""]
Period = tuple[dt.date, dt.date]

MIDNIGHT = dt.time(tzinfo=dt.UTC)
"""The time of what is only known by its day.

`occurred_at` is part of an event's identity, so that it must be the same whenever the same day is
exported again, and a day that has begun must not lie in the future: hence midnight and not noon.
The platforms count days in the account's own time zone, which their files do not name; a day is
taken as a UTC day.
"""

_MONTHS = month_numbers()
_WORD = r"([^\W\d_]{3,12})\.?"
_WEEKDAY = r"([^\W\d_]{2,12})\.?"
_TIME = r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?"
_CLOCK = r"(?:,?(?: (?:at|um|om|à|a las))? \d\d?:\d\d(?::\d\d)?(?: ?[AP]\.? ?M\.?)?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d\d?)[-/.](\d\d?){_TIME}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_NUMERIC = re.compile(
    rf"(?:[^\W\d_]{{2,12}}\.?,? )?(\d\d?)([./-])(\d\d?)\2(\d{{4}}|\d\d)(?:{_TIME}|{_CLOCK})",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?:{_WEEKDAY},? )?{_WORD} (\d\d?)(?:st|nd|rd|th)?,? (\d{{4}}){_CLOCK}", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?:{_WEEKDAY},? )?(\d\d?)(?:er|[º°])?\.? (?:de )?{_WORD},? (?:de )?(\d{{4}})(?: r\.?)?"
    rf"{_CLOCK}",
    re.IGNORECASE,
)
_KANJI = re.compile(r"(\d{4})年(\d\d?)月(\d\d?)日(?: ?[(（].[)）])?(?:まで)?")
_MONTH_ALONE = re.compile(rf"{_WORD},? (?:de )?(\d{{4}})|(\d{{4}})(?:-(\d\d)|年(\d\d?)月)")
_QUARTER = re.compile(r"Q([1-4])[ /-]?(\d{4})|(\d{4})[ /-]?Q([1-4])", re.IGNORECASE)
_FROM = re.compile(rf"(?:{alternatives(lambda language: language.since)}) ", re.IGNORECASE)
_UNTIL = re.compile(
    r" ?[-~〜～] ?|から| (?:" + alternatives(lambda language: language.until) + r") |,(?=\d{4}-)",
    re.IGNORECASE,
)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)",
    re.IGNORECASE,
)
_MIDNIGHT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00)?(?:\.0+)? ?(Z|UTC|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_STAMP = re.compile(
    r"[A-Za-z]{3} ([A-Za-z]{3}) (\d\d?) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d{1,12})?", re.ASCII)
_SERIALS = range(36_526, 73_051)
"""A spreadsheet's numbers of the days from 2000 to 2099, if it counts from 1900.

Some count from 1904: their number of a day is smaller by four years, and a text does not show it.
"""

_SERIAL_ZERO = DAY_ZERO[False].toordinal()
_CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How a file writes days.

    Attributes
    ----------
    order : {"dmy", "mdy", ""}
        Of days like 3/4/2026; empty if the file seems to have none.
    """

    order: DayOrder = ""
    _known: dict[str, dt.date] = field(default_factory=dict, repr=False, compare=False)

    def day(self, cell: str) -> dt.date:
        """A day, also one that a spreadsheet wrote as the number that it keeps of it.

        Raises
        ------
        ValueError
            If the cell is none. The message does not repeat the cell.
        """
        known = self._known.get(cell)
        if known is None:
            serial = _SERIAL.fullmatch(cell.strip())
            if serial and int(serial[1]) in _SERIALS:
                known = dt.date.fromordinal(_SERIAL_ZERO + int(serial[1]))
            else:
                known = parse_day(cell, self.order)
            if len(self._known) < _CACHE_SIZE:
                self._known[cell] = known
        return known


def parse_day(cell: str, order: DayOrder = "") -> dt.date:
    """A day from any of the known forms; raises ``ValueError`` for anything else.

    A time with an offset is read as its day in UTC. Midnight is read as the day that begins there:
    reports by day of another time zone write their days so.
    """
    text = " ".join(cell.split())
    if (
        (match := _ISO.fullmatch(text))
        or (match := _COMPACT.fullmatch(text))
        or (match := _KANJI.fullmatch(text))
    ):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.fullmatch(text):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        if mark == ".":
            order = "dmy"
        if not order:
            raise ValueError("it could be day/month or month/day")
        day, month = (first, second) if order == "dmy" else (second, first)
        return dt.date(year if year > 99 else 2000 + year, month, day)
    if match := _MONTH_FIRST.fullmatch(text):
        return dt.date(int(match[4]), _month(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return dt.date(int(match[4]), _month(match[3]), int(match[2]))
    if _INSTANT.fullmatch(text):
        return midnight_of(text) or parse_instant(text).date()
    if _SERIAL.fullmatch(text):
        raise ValueError(
            "a spreadsheet's number of a day: give the column the format of a date, or write "
            "2026-06-25, and save the file again"
        )
    raise ValueError("not a day in a known form")


def _month(word: str) -> int:
    number = _MONTHS.get(word.casefold())
    if number is None:
        raise ValueError("not a month's name in a language that is known")
    return number


def decide_day_order(
    language: str, cells: Iterable[str], period: Period | None, *, english: DayOrder = ""
) -> DayOrder:
    """Whether days like 3/4/2026 are day/month or month/day in a file.

    Parameters
    ----------
    language : str
        Of the headings.
    cells : iterable of str
        Cells of the day column.
    period : (first, last), optional
        Days between which all of them must lie.
    english : {"dmy", "mdy", ""}
        What English headings say. Mostly nothing: Americans and Britons differ, unless a platform
        writes one English only.

    Raises
    ------
    ExportRefused
        `undecidable_format`, with the question to answer.
    """
    fitting: set[DayOrder] = {"dmy", "mdy"}
    doubtful = ""
    cells = list(cells)
    check_typed_days(cells)
    for cell in cells:
        text = " ".join(cell.split())
        match = _NUMERIC.fullmatch(text)
        if not match or match[2] == "." or _ISO.fullmatch(text):
            continue
        doubtful = text
        fitting &= {order for order in ("dmy", "mdy") if _fits(text, order, period)}
    if not doubtful:
        return ""
    if len(fitting) == 1:
        return fitting.pop()
    if fitting and language in DAY_FIRST_LANGUAGES:
        return "dmy"
    if fitting and language == "en" and english:
        return english
    raise ExportRefused(
        "undecidable_format",
        f"is {doubtful} day/month or month/day? No day of the file tells. Say it by a mapping: "
        '{"dates": "dmy"} or {"dates": "mdy"}; or export the report with days like 2026-06-25',
    )


def check_typed_days(cells: Sequence[str]) -> None:
    """Refuses a column in which a spreadsheet has taken some days for dates and others for text.

    A spreadsheet of another country takes 3/4 for the day that it is there and leaves 25/4 as text:
    the days that it did take have day and month exchanged, perhaps.
    """
    typed = next((cell for cell in cells if isinstance(cell, DateCell)), None)
    if typed is None:
        return
    for cell in cells:
        if not isinstance(cell, DateCell) and _NUMERIC.fullmatch(" ".join(cell.split())):
            raise ExportRefused(
                "undecidable_format",
                f"did a spreadsheet exchange day and month? In one column {typed[:10]} is a date "
                f"and {cell.strip()} is text. Import the file as it was downloaded, without "
                "opening it in a spreadsheet, or write all days like 2026-06-25",
            )


def _fits(text: str, order: DayOrder, period: Period | None) -> bool:
    try:
        day = parse_day(text, order)
    except ValueError:
        return False
    return period is None or period[0] <= day <= period[1]


def days_of(cell: str) -> list[str]:
    """The days that a cell names, as text: both of a period, else the cell itself."""
    text = " ".join(cell.replace("–", "-").replace("—", "-").split())
    text = text[start.end() :] if (start := _FROM.match(text)) else text
    for match in _UNTIL.finditer(text):
        both = [text[: match.start()].strip(), text[match.end() :].strip()]
        if all(map(_NUMERIC.fullmatch, both)):
            return both
    return [cell]


def parse_period(line: str, order: DayOrder = "") -> Period | None:
    """First and last day of a line such as ``1 June 2026 - 25 June 2026``; None if it is none.

    Also ``From 2026-06-01 to 2026-06-07``, ``Von ... bis ...`` and ``2026-06-01,2026-06-07``.
    """
    text = " ".join(line.replace('"', " ").replace("–", "-").replace("—", "-").split())
    try:
        day = parse_day(text, order)
    except ValueError:
        pass
    else:
        return day, day
    text = text[start.end() :] if (start := _FROM.match(text)) else text
    for match in _UNTIL.finditer(text):
        try:
            first = parse_day(text[: match.start()], order)
            last = parse_day(text[match.end() :], order)
        except ValueError:
            continue
        return (first, last) if first <= last else None
    return None


def parse_week(cell: str, dates: DateFormat) -> Period:
    """The seven days of a week that is named by its first; raises ``ValueError``."""
    first = dates.day(cell)
    return first, first + dt.timedelta(days=6)


def parse_month(cell: str, dates: DateFormat) -> Period:
    """The days of a month named by its first day, ``June 2026`` or ``2026-06``; ``ValueError``."""
    match = _MONTH_ALONE.fullmatch(" ".join(cell.split()))
    if match:
        year = match[2] or match[3]
        month = _month(match[1]) if match[1] else int(match[4] or match[5])
        first = dt.date(int(year), month, 1)
    else:
        first = dates.day(cell).replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def parse_quarter(cell: str, dates: DateFormat) -> Period:
    """The days of a quarter named by its first day or ``Q2 2026``; raises ``ValueError``."""
    match = _QUARTER.fullmatch(cell.strip())
    if match:
        quarter, year = int(match[1] or match[4]), int(match[2] or match[3])
        first = dt.date(year, 3 * quarter - 2, 1)
    else:
        first = dates.day(cell).replace(day=1)
    last_month = first.month + 2
    if last_month > 12 or first.month % 3 != 1:
        raise ValueError("not a quarter")
    return first, dt.date(first.year, last_month, calendar.monthrange(first.year, last_month)[1])


def parse_year(cell: str, dates: DateFormat) -> Period:
    """The days of a year; raises ``ValueError``."""
    year = int(cell) if re.fullmatch(r"\d{4}", cell.strip()) else dates.day(cell).year
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def parse_instant(cell: str) -> dt.datetime:
    """A time with an offset, in UTC; raises ``ValueError``.

    Either ``2026-05-13 11:01:12 +0200`` or ``Wed May 13 11:01:12 +0200 2026``.
    """
    text = cell.strip()
    if match := _INSTANT.fullmatch(text):
        day, time, offset = match[1], match[2], match[3].upper().replace("UTC", "Z")
    elif match := _STAMP.fullmatch(text):
        day = f"{match[5]}-{_month(match[1]):02}-{int(match[2]):02}"
        time, offset = match[3], match[4]
    else:
        raise ValueError("not a time with an offset")
    try:
        return dt.datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("not a time with an offset") from None


def midnight_of(cell: str) -> dt.date | None:
    """The day that begins at a time, where it is midnight, in whatever zone; else None."""
    match = _MIDNIGHT.fullmatch(cell.strip())
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def start_of(day: dt.date) -> dt.datetime:
    """The `occurred_at` of what is only known by its day."""
    return dt.datetime.combine(day, MIDNIGHT)
