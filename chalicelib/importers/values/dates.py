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
from chalicelib.model.errors import ExportRejected

DayOrder = Literal["dmy", "mdy", ""]
Period = tuple[dt.date, dt.date]

MIDNIGHT = dt.time(tzinfo=dt.UTC)
"""The time of events for which only the day is known.

`occurred_at` is part of an event's identity, so it must be the same in every export of the day, and
it must not be in the future on a day that has begun. Midnight meets both conditions, noon does not.
Platforms count days in the account's time zone, which their files do not name; a day is treated as
a UTC day.
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
"""A spreadsheet's numbers for the days from 2000 to 2099, counted from 1900.

Some spreadsheets count from 1904. Their numbers are smaller by four years, which text cells do not
show.
"""

_SERIAL_ZERO = DAY_ZERO[False].toordinal()
_CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The format of days in a file.

    Attributes
    ----------
    order : {"dmy", "mdy", ""}
        Of days such as 3/4/2026; empty if the file seems to have none.
    """

    order: DayOrder = ""
    _known: dict[str, dt.date] = field(default_factory=dict, repr=False, compare=False)

    def day(self, cell: str) -> dt.date:
        """Parse a day, including a spreadsheet's number for a day.

        Raises
        ------
        ValueError
            If the cell is not a day. The message does not repeat the cell.
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
    """Parse a day in any known format; raise ``ValueError`` for anything else.

    A time with an offset is read as its day in UTC, except midnight, which is read as the day that
    begins: daily reports in another time zone write their days this way.
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
            "it is a spreadsheet's number for a day: format the column as a date, or write "
            "2026-06-25, and save the file again"
        )
    raise ValueError("not a day in a known format")


def _month(word: str) -> int:
    number = _MONTHS.get(word.casefold())
    if number is None:
        raise ValueError("not the name of a month in a known language")
    return number


def decide_day_order(
    language: str, cells: Iterable[str], period: Period | None, *, english: DayOrder = ""
) -> DayOrder:
    """Decide whether days such as 3/4/2026 are day/month or month/day in a file.

    Parameters
    ----------
    language : str
        Of the headings.
    cells : iterable of str
        Cells of the day column.
    period : (first, last), optional
        First and last possible day.
    english : {"dmy", "mdy", ""}
        The order for English headings. Usually empty, because American and British orders differ;
        set for platforms that always use the same one.

    Raises
    ------
    ExportRejected
        `undecidable_format`, with the question for the user.
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
    raise ExportRejected(
        "undecidable_format",
        f"is {doubtful} day/month or month/day? No day in the file decides it. Set it in a "
        'mapping: {"dates": "dmy"} or {"dates": "mdy"}; or export the report with days like '
        "2026-06-25",
    )


def check_typed_days(cells: Sequence[str]) -> None:
    """Reject a column in which a spreadsheet converted some days to dates and left others as text.

    A spreadsheet with another country's settings converts 3/4 and leaves 25/4 as text. Day and
    month of the converted days may be swapped.
    """
    typed = next((cell for cell in cells if isinstance(cell, DateCell)), None)
    if typed is None:
        return
    for cell in cells:
        if not isinstance(cell, DateCell) and _NUMERIC.fullmatch(" ".join(cell.split())):
            raise ExportRejected(
                "undecidable_format",
                f"did a spreadsheet swap day and month? In one column {typed[:10]} is a date and "
                f"{cell.strip()} is text. Import the file as downloaded, without opening it in a "
                "spreadsheet, or write all days like 2026-06-25",
            )


def _fits(text: str, order: DayOrder, period: Period | None) -> bool:
    try:
        day = parse_day(text, order)
    except ValueError:
        return False
    return period is None or period[0] <= day <= period[1]


def days_of(cell: str) -> list[str]:
    """Return the days in a cell as text: both days of a period, else the cell itself."""
    text = " ".join(cell.replace("–", "-").replace("—", "-").split())
    text = text[start.end() :] if (start := _FROM.match(text)) else text
    for match in _UNTIL.finditer(text):
        both = [text[: match.start()].strip(), text[match.end() :].strip()]
        if all(map(_NUMERIC.fullmatch, both)):
            return both
    return [cell]


def parse_period(line: str, order: DayOrder = "") -> Period | None:
    """Parse a line such as ``1 June 2026 - 25 June 2026``; None if it is not a period.

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
    """Return the seven days from the first day of a week; raise ``ValueError``."""
    first = dates.day(cell)
    return first, first + dt.timedelta(days=6)


def parse_month(cell: str, dates: DateFormat) -> Period:
    """Parse a month: its first day, ``June 2026`` or ``2026-06``; raise ``ValueError``."""
    match = _MONTH_ALONE.fullmatch(" ".join(cell.split()))
    if match:
        year = match[2] or match[3]
        month = _month(match[1]) if match[1] else int(match[4] or match[5])
        first = dt.date(int(year), month, 1)
    else:
        first = dates.day(cell).replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def parse_quarter(cell: str, dates: DateFormat) -> Period:
    """Parse a quarter: its first day or ``Q2 2026``; raise ``ValueError``."""
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
    """Parse a year; raise ``ValueError``."""
    year = int(cell) if re.fullmatch(r"\d{4}", cell.strip()) else dates.day(cell).year
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def parse_instant(cell: str) -> dt.datetime:
    """Parse a time with an offset and return it in UTC; raise ``ValueError``.

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
    """Return the day that begins at a time if it is midnight, in any zone; else None."""
    match = _MIDNIGHT.fullmatch(cell.strip())
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def start_of(day: dt.date) -> dt.datetime:
    """Return the `occurred_at` of an event for which only the day is known."""
    return dt.datetime.combine(day, MIDNIGHT)
