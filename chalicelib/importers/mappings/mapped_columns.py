"""Find the columns that a mapping names, and decide which rows it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.importers.mappings.mapping import Mapping as UserMapping
from chalicelib.importers.mappings.mapping import Values
from chalicelib.importers.tables.headings import comparable, header_keys, known_heading, plain
from chalicelib.model.errors import ExportRejected

_NUMBERED = re.compile(r"#(\d{1,5})")
_CURRENCY = re.compile(
    r"\((EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|UAH|ILS|AED|SAR|ZAR|INR|JPY|CNY|HKD"
    r"|KRW|SGD|THB|IDR|MYR|PHP|VND|TWD|AUD|NZD|CAD|MXN|BRL|ARS|CLP|COP|PEN)\)$",
    re.IGNORECASE,
)
"""A currency in a heading; other words of three letters, such as ``(SUM)``, do not match."""

Cells = Sequence[str] | Mapping[int, str]


def is_numbered(heading: str) -> bool:
    """Whether a mapping names a column by its number, such as ``#3``, instead of its heading."""
    return bool(_NUMBERED.fullmatch(heading))


def place_columns(headings: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Return heading of a mapping -> index of its column.

    A heading matches the column of the same name (ignoring case), else the one with an added
    currency, such as ``Cost (EUR)``; ``#3`` is the third column.

    Parameters
    ----------
    headings : sequence of str
        As in the mapping.
    names : sequence of str
        As in the file.

    Raises
    ------
    ExportRejected
        `unusable_mapping`: a heading is missing from the file, or occurs more than once.
    """
    exact = [comparable(name) for name in names]
    found = {heading: _places(heading, exact, names) for heading in headings}
    twice = {heading: places for heading, places in found.items() if len(places) > 1}
    if twice:
        heading, places = next(iter(twice.items()))
        numbers = [str(place + 1) for place in places]
        raise ExportRejected(
            "unusable_mapping",
            f"the heading {heading!r} occurs {len(places)} times in the file, in columns "
            f"{', '.join(numbers[:-1])} and {numbers[-1]}. Use the number of the column, such as "
            f'"#{numbers[0]}", instead of the heading',
        )
    missing = [heading for heading, places in found.items() if not places]
    if missing:
        known = ", ".join(repr(plain(name)) for name in names if known_heading(name))
        raise ExportRejected(
            "unusable_mapping",
            f"the file has no column {', '.join(map(repr, missing[:10]))}"
            + (f"; it has {known[:300]}" if known else "")
            + ". The header must be in the first 25 lines",
        )
    return {heading: places[0] for heading, places in found.items()}


def _places(heading: str, exact: Sequence[str], names: Sequence[str]) -> list[int]:
    key = comparable(heading)
    places = [index for index, name in enumerate(exact) if name == key]
    if not places and (numbered := _NUMBERED.fullmatch(heading)):
        number = int(numbered[1])
        return [number - 1] if 1 <= number <= len(names) else []
    return places or [i for i, name in enumerate(names) if key in header_keys([name])]


def currency_in(heading: str) -> str:
    """Return the currency in a heading, such as ``Cost (EUR)``; empty if there is none."""
    found = _CURRENCY.search(plain(heading))
    return found[1].upper() if found else ""


@dataclass(slots=True)
class RowFilter:
    """A filter for rows with one of several values in a column.

    Attributes
    ----------
    heading : str
    position : int
    values : dict of str to bool
        A value in comparable form -> whether a row had it.
    """

    heading: str
    position: int
    values: dict[str, bool]

    def has(self, cells: Cells) -> bool:
        """Whether a row has one of the values."""
        value = comparable(cells[self.position])
        if value in self.values:
            self.values[value] = True
            return True
        return False


def row_filters(values: Values, at: Mapping[str, int]) -> tuple[RowFilter, ...]:
    """Return the filters of a part of a mapping."""
    return tuple(
        RowFilter(heading, at[heading], {comparable(text): False for text in texts})
        for heading, texts in values.items()
    )


class ChosenRows:
    """Decides which rows are read, and which are refunds or reversed sales."""

    def __init__(self, mapping: UserMapping, at: Mapping[str, int]) -> None:
        self._where = row_filters(mapping.where, at)
        self._exclude = row_filters(mapping.exclude, at)
        self._refund = row_filters(mapping.refund, at)
        self._reversed = row_filters(mapping.reversed, at)

    @property
    def positions(self) -> tuple[int, ...]:
        """The columns that decide whether a row is read."""
        return tuple(one.position for one in (*self._where, *self._exclude))

    def left_out(self, cells: Cells) -> str:
        """Return why a row is not read; empty if it is read."""
        for one in self._where:
            if not one.has(cells):
                return f"excluded by the mapping: where {one.heading}"
        for one in self._exclude:
            if one.has(cells):
                return f"excluded by the mapping: exclude {one.heading}"
        return ""

    def is_refund(self, cells: Cells) -> bool:
        """Whether a row is a refund."""
        return sum(one.has(cells) for one in self._refund) > 0  # `has` must run for each filter

    def is_reversed(self, cells: Cells) -> bool:
        """Whether a row is a fully reversed sale."""
        return sum(one.has(cells) for one in self._reversed) > 0

    def unseen(self) -> list[str]:
        """Return notes about filter values that occurred in no row."""
        notes = []
        for name, filters in (
            ("where", self._where),
            ("exclude", self._exclude),
            ("refund", self._refund),
            ("reversed", self._reversed),
        ):
            for one in filters:
                never = [value for value, was_seen in one.values.items() if not was_seen]
                if never:
                    named = ", ".join(repr(value[:40]) for value in never[:5])
                    notes.append(
                        f"No row has {named} in the column {one.heading!r}, which the mapping "
                        f"lists under `{name}`."
                    )
        return notes
