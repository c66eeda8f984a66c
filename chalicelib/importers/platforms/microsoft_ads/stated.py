"""The lines that Microsoft Advertising writes above its tables: period and unit of the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.importers.values.dates import DayOrder, Period, parse_day

_LINE = re.compile(r"[\"' ]*([^:]{4,40}): ?(.*?)[\"' ,;\t]*")
_BETWEEN = re.compile(r" ?(?:,|–| - | to | bis ) ?(?=\S)")
_PERIOD = frozenset({"report time", "berichtszeit", "berichtszeitraum"})
_AGGREGATION = frozenset({"report aggregation", "berichtsaggregation", "berichtsaggregierung"})
_OTHERS = frozenset(
    {"last completed available day", "last completed available hour", "potential incomplete data"}
)
_AMERICAN = re.compile(r"\d/\d\d?/\d{4} \d\d?:\d\d:\d\d [AP]M\b")

UNITS = {
    "hourly": "hour",
    "stündlich": "hour",
    "daily": "day",
    "täglich": "day",
    "weekly": "week",
    "wöchentlich": "week",
    "weeklystartingmonday": "week",
    "monthly": "month",
    "monatlich": "month",
    "yearly": "year",
    "jährlich": "year",
    "hourofday": "",
    "dayofweek": "",
    "summary": "",
    "zusammenfassung": "",
}
"""Value of *Report Aggregation* -> unit of a row's date; empty if the rows have no date."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The information in the lines above a table.

    Attributes
    ----------
    is_titled : bool
        Whether there are lines that only this platform writes.
    unit : str
        ``day``, ``hour``, ``week``, ``month`` or ``year``; empty if rows have no date, and ``day``
        if the lines contain no unit.
    order : {"mdy", ""}
        The order of days like 2/3/2026; empty if the lines do not show it.
    period : (first, last), optional
    """

    is_titled: bool
    unit: str
    order: DayOrder
    period: Period | None


def read_stated(lines: Iterable[str]) -> Stated:
    """Read the lines above a table."""
    values: dict[str, str] = {}
    for line in lines:
        if match := _LINE.fullmatch(" ".join(line.split())):
            values.setdefault(match[1].casefold(), match[2])
    aggregation = next((values[name] for name in _AGGREGATION if name in values), "daily")
    order: DayOrder = "mdy" if any(map(_AMERICAN.search, values.values())) else ""
    time = next((values[name] for name in _PERIOD if name in values), "")
    return Stated(
        is_titled=not values.keys().isdisjoint(_AGGREGATION | _OTHERS),
        unit=UNITS.get(aggregation.replace(" ", "").casefold(), "day"),
        order=order,
        period=_period(time, order),
    )


def _period(text: str, order: DayOrder) -> Period | None:
    """Return the first and the last day; None if they are missing or ambiguous."""
    found = set()
    for reading in (order,) if order else ("dmy", "mdy"):
        for match in _BETWEEN.finditer(text):
            try:
                first = parse_day(text[: match.start()], reading)
                last = parse_day(text[match.end() :], reading)
            except ValueError:
                continue
            if first <= last:
                found.add((first, last))
    return found.pop() if len(found) == 1 else None
