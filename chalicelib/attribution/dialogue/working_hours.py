"""The clock that runs only while the team works, such as `mon-fri/09:00-17:00/Europe/Berlin`.

Local times are those of the zone, so the hours move with daylight saving time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:  # the API checks working hours, and has no numpy
    from chalicelib.attribution.arrays import Floats

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = "days/opening-closing/time zone, such as mon-fri/09:00-17:00/Europe/Berlin"
_EPOCH = date(1970, 1, 1)
_MINUTES_OF_DAY = 24 * 60
_SECONDS_OF_DAY = 86_400.0
_LONGEST = 40 * 366


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When the team works."""

    days: frozenset[int]
    """Days of the week, Monday is 0."""
    opening: int
    """Minutes after local midnight."""
    closing: int
    """Minutes after local midnight, above `opening`; 1440 is midnight."""
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str) -> WorkingHours:
        """Read the form `mon-fri/09:00-17:00/Europe/Berlin`; days may be `mon,wed,fri-sun`.

        Raises
        ------
        ValueError
            If the text has another form, or an unknown day or time zone, or closes before it
            opens.
        """
        parts = text.strip().split("/", 2)
        if len(parts) != 3:
            raise ValueError(f"working hours must be {_FORM}")
        opening, closing = _minutes_of(parts[1])
        try:
            zone = ZoneInfo(parts[2].strip())
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {parts[2]!r}; use an IANA name") from error
        return cls(_days_of(parts[0]), opening, closing, zone)

    def hours_until(self, moments: Floats) -> Floats:
        """Working hours from a common start to each moment.

        Parameters
        ----------
        moments : array, shape (n,)
            Days since 1970-01-01 00:00 UTC; no NaN.

        Returns
        -------
        array, shape (n,)
            Only differences have a meaning.

        Raises
        ------
        ValueError
            If the moments are more than 40 years apart.
        """
        import numpy as np

        if moments.size == 0:
            return np.zeros(0)
        first, last = int(np.floor(moments.min())) - 2, int(np.ceil(moments.max())) + 2
        if last - first > _LONGEST:
            raise ValueError("messages are more than 40 years apart")
        edges: list[float] = [float(first)]
        passed: list[float] = [0.0]
        for number in range(first, last + 1):
            day = _EPOCH + timedelta(days=number)
            if day.weekday() not in self.days:
                continue
            opens, closes = self._moment(day, self.opening), self._moment(day, self.closing)
            if opens < edges[-1] or closes <= opens:  # an hour that the clocks skip
                opens = max(opens, edges[-1])
                closes = max(closes, opens)
            edges += [opens, closes]
            passed += [passed[-1], passed[-1] + 24.0 * (closes - opens)]
        hours: Floats = np.interp(moments, edges, passed)
        return hours

    def _moment(self, day: date, minutes: int) -> float:
        """Days since 1970 of a local time."""
        if minutes == _MINUTES_OF_DAY:
            day, minutes = day + timedelta(days=1), 0
        local = datetime.combine(day, time(minutes // 60, minutes % 60), self.zone)
        since = local.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return since.total_seconds() / _SECONDS_OF_DAY


def _days_of(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = (one.strip() for one in part.partition("-"))
        for name in (first, last) if dash else (first,):
            if name not in DAYS:
                raise ValueError(f"unknown day {name!r}; use {', '.join(DAYS)}")
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        days |= {(start + step) % 7 for step in range(length + 1)}
    return frozenset(days)


def _minutes_of(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})\s*", text)
    if found is None:
        raise ValueError(f"working hours must be {_FORM}")
    hour, minute, last_hour, last_minute = (int(one) for one in found.groups())
    opening, closing = 60 * hour + minute, 60 * last_hour + last_minute
    if max(minute, last_minute) > 59 or closing > _MINUTES_OF_DAY or opening >= closing:
        raise ValueError("working hours must open before they close on the same day, up to 24:00")
    return opening, closing
