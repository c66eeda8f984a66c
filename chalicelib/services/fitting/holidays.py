"""Public holidays of a country by name.

The calendar is that of the `holidays` package. Names are in the country's own language. For sales
in the days before a holiday, use an annotation.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache


class UnknownCountry(ValueError):
    """There is no calendar for this country code."""


def public_holidays(country: str, first: date, n_days: int) -> list[tuple[date, str]]:
    """Days and names of the holidays in a window, in order.

    `country`: ISO 3166-1 code, e.g. ``DE``.

    Raises
    ------
    UnknownCountry
        If there is no calendar for the country.
    """
    last = first + timedelta(days=n_days - 1)
    return [
        (day, name)
        for year in range(first.year, last.year + 1)
        for day, name in _of_year(country.upper(), year)
        if first <= day <= last
    ]


@lru_cache(maxsize=64)
def _of_year(country: str, year: int) -> tuple[tuple[date, str], ...]:
    """Holidays of a year in order; days with two names have both."""
    import holidays

    try:
        # without a language the package takes that of the environment
        own = type(holidays.country_holidays(country)).default_language
        found = holidays.country_holidays(country, years=[year], language=own)
    except NotImplementedError as error:
        raise UnknownCountry(f"There is no holiday calendar for {country}.") from error
    return tuple((day, name) for day in sorted(found) for name in found.get_list(day))
