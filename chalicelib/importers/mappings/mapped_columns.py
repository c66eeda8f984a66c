"""Where the columns that a mapping names are in a file, and which rows it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.importers.mappings.mapping import Mapping as UserMapping
from chalicelib.importers.mappings.mapping import Values
from chalicelib.importers.tables.headings import comparable, header_keys, known_heading, plain
from chalicelib.model.errors import ExportRefused

_NUMBERED = re.compile(r"#(\d{1,5})")
_CURRENCY = re.compile(
    r"\((EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|UAH|ILS|AED|SAR|ZAR|INR|JPY|CNY|HKD"
    r"|KRW|SGD|THB|IDR|MYR|PHP|VND|TWD|AUD|NZD|CAD|MXN|BRL|ARS|CLP|COP|PEN)\)$",
    re.IGNORECASE,
)
"""A currency in a heading; other words of three letters, as ``(SUM)``, are none."""

Cells = Sequence[str] | Mapping[int, str]


def is_numbered(heading: str) -> bool:
    """Whether a mapping names a column by its number, as ``#3``, and not by its heading."""
    return bool(_NUMBERED.fullmatch(heading))


def place_columns(headings: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Heading of a mapping -> index of its column.

    A heading means the column of exactly that name (upper and lower case make no difference), else
    the one that adds a currency to it, as ``Cost (EUR)``; ``#3`` means the third column.

    Parameters
    ----------
    headings : sequence of str
        As the mapping has them.
    names : sequence of str
        As the file has them.

    Raises
    ------
    ExportRefused
        `unusable_mapping`: a heading is not in the file, or there more than once.
    """
    exact = [comparable(name) for name in names]
    found = {heading: _places(heading, exact, names) for heading in headings}
    twice = {heading: places for heading, places in found.items() if len(places) > 1}
    if twice:
        heading, places = next(iter(twice.items()))
        numbers = [str(place + 1) for place in places]
        raise ExportRefused(
            "unusable_mapping",
            f"the heading {heading!r} is in the file {len(places)} times, in the columns "
            f"{', '.join(numbers[:-1])} and {numbers[-1]}. Which one is meant? Name it by its "
            f'number, as "#{numbers[0]}", in place of the heading',
        )
    missing = [heading for heading, places in found.items() if not places]
    if missing:
        known = ", ".join(repr(plain(name)) for name in names if known_heading(name))
        raise ExportRefused(
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
    """The currency that a heading names, as ``Cost (EUR)``; empty if it names none."""
    found = _CURRENCY.search(plain(heading))
    return found[1].upper() if found else ""


@dataclass(slots=True)
class RowFilter:
    """Rows with one of some values in a column.

    Attributes
    ----------
    heading : str
    position : int
    values : dict of str to bool
        A value in the form in which cells are compared -> whether a row has had it.
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
    """The filters that a part of a mapping says."""
    return tuple(
        RowFilter(heading, at[heading], {comparable(text): False for text in texts})
        for heading, texts in values.items()
    )


class ChosenRows:
    """Which rows of a file are read, and what their status says of their sale."""

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
        """Why a row is not read; empty if it is."""
        for one in self._where:
            if not one.has(cells):
                return f"left out by the mapping: where {one.heading}"
        for one in self._exclude:
            if one.has(cells):
                return f"left out by the mapping: exclude {one.heading}"
        return ""

    def is_refund(self, cells: Cells) -> bool:
        """Whether a row pays money back."""
        return sum(one.has(cells) for one in self._refund) > 0  # each is asked

    def is_reversed(self, cells: Cells) -> bool:
        """Whether a row is a sale that was taken back as a whole."""
        return sum(one.has(cells) for one in self._reversed) > 0

    def unseen(self) -> list[str]:
        """What a person should know after the last row: values that no row had."""
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
                        f"names under `{name}`."
                    )
        return notes
