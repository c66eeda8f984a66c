"""Public holidays of a country as columns of a model, by name.

The calendar is that of the `holidays` package. Names are in the country's own language. For sales
in the days before a holiday, use an annotation.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class UnknownCountry(ValueError):
    """There is no calendar for this country code."""


def holiday_columns(
    country: str, first: date, n_days: int, subdivision: str | None = None
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Names of the holidays in a window, and a column for each that is 1 on its days.

    Parameters
    ----------
    country : str
        ISO 3166-1 code, e.g. ``DE``.
    first : date
        First day of the window.
    subdivision : str, optional
        ISO 3166-2 code without the country, e.g. ``BY``.

    Returns
    -------
    names : tuple of str, length A
        In the order of their first day.
    columns : array, shape (T, A)

    Raises
    ------
    UnknownCountry
        If there is no calendar for the country or its subdivision.
    """
    import numpy as np

    found = public_holidays(country, first, n_days, subdivision)
    names = list(dict.fromkeys(name for _, name in found))
    columns = np.zeros((n_days, len(names)))
    for day, name in found:
        columns[(day - first).days, names.index(name)] = 1.0
    return tuple(names), columns


def public_holidays(
    country: str, first: date, n_days: int, subdivision: str | None = None
) -> list[tuple[date, str]]:
    """Days and names of the holidays in a window, in order; parameters as in `holiday_columns`."""
    last = first + timedelta(days=n_days - 1)
    return [
        (day, name)
        for year in range(first.year, last.year + 1)
        for day, name in _of_year(country.upper(), subdivision, year)
        if first <= day <= last
    ]


@lru_cache(maxsize=64)
def _of_year(country: str, subdivision: str | None, year: int) -> tuple[tuple[date, str], ...]:
    """Holidays of a year in order; days with two names have both."""
    import holidays

    try:
        # without a language the package takes that of the environment
        own = type(holidays.country_holidays(country)).default_language
        found = holidays.country_holidays(country, subdiv=subdivision, years=[year], language=own)
    except NotImplementedError as error:
        place = country if subdivision is None else f"{country}-{subdivision}"
        raise UnknownCountry(f"There is no holiday calendar for {place}.") from error
    return tuple((day, name) for day in sorted(found) for name in found.get_list(day))
