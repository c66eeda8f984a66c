"""What Microsoft Advertising writes above its tables: the period, and what a row is a sum of."""

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
"""What *Report Aggregation* says -> what the date of a row is; empty where it is none."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the lines above a table say.

    Attributes
    ----------
    is_titled : bool
        Whether there are lines that only this platform writes.
    unit : str
        ``day``, ``hour``, ``week``, ``month``, ``year``; empty where rows have no date, and
        ``day`` where nothing is said.
    order : {"mdy", ""}
        Of days like 2/3/2026, if the lines tell.
    period : (first, last), optional
    """

    is_titled: bool
    unit: str
    order: DayOrder
    period: Period | None


def read_stated(lines: Iterable[str]) -> Stated:
    """Reads the lines above a table."""
    said: dict[str, str] = {}
    for line in lines:
        if match := _LINE.fullmatch(" ".join(line.split())):
            said.setdefault(match[1].casefold(), match[2])
    aggregation = next((said[name] for name in _AGGREGATION if name in said), "daily")
    order: DayOrder = "mdy" if any(map(_AMERICAN.search, said.values())) else ""
    time = next((said[name] for name in _PERIOD if name in said), "")
    return Stated(
        is_titled=not said.keys().isdisjoint(_AGGREGATION | _OTHERS),
        unit=UNITS.get(aggregation.replace(" ", "").casefold(), "day"),
        order=order,
        period=_period(time, order),
    )


def _period(text: str, order: DayOrder) -> Period | None:
    """The first and the last day; None if there are none, or if they could be others."""
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
