"""Totals rows, which are not imported, except for traffic that no other row contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.importers.rows.subtotals import Subtotals
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.languages import initials_of_totals, rest_pattern, totals_pattern

LABEL = totals_pattern()
OTHER = rest_pattern()
"""A row with a totals label for traffic that no other row contains."""

OTHER_NAME = "(other)"
"""The subject of such a row."""

_INITIALS = initials_of_totals()

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class TotalsRows:
    """How a report marks its totals rows.

    Attributes
    ----------
    names : tuple of int
        Columns of which at least one is filled in a row of data.
    dates : tuple of int
        Columns that date a row.
    numbers : tuple of int
        Columns of which at least one is filled in a row of data.
    nameless_are_totals : bool
        Whether a row without names is a totals row even if it has a date.
    breakdowns : tuple of int
        Breakdown columns. A row in which all of them and all names are empty is a sum of others. A
        dash is not empty: platforms write it for unknown values.
    subtotals : Subtotals, optional
    remainders_cover_report : bool
        Whether traffic of no other row, such as ``Total: Other search terms``, needs no date.
    """

    names: tuple[int, ...]
    dates: tuple[int, ...]
    numbers: tuple[int, ...]
    nameless_are_totals: bool = False
    breakdowns: tuple[int, ...] = ()
    subtotals: Subtotals | None = None
    remainders_cover_report: bool = True

    def reason(self, cells: Cells) -> str:
        """Return why a row is not data, or an empty string."""
        if self._may_have_label(cells):
            label = self._label(cells)
            if label:
                is_remainder = bool(self.remainder(cells))
                return "" if is_remainder else "totals row"
        for position in self.numbers:
            if cells[position]:
                break
        else:
            if self.numbers and all(is_blank(cells[p]) for p in self.dates):
                return "line without numbers"
        if self.is_nameless(cells) and (self.nameless_are_totals or not self._has_date(cells)):
            return "totals row without a label"
        if self._is_unsplit(cells):
            return "totals row without a label"
        if self.subtotals is not None and self.subtotals.has(cells):
            return "sum of other rows with the same name"
        return ""

    def _is_unsplit(self, cells: Cells) -> bool:
        """Whether a row has no breakdown and no names, so that it covers all other rows."""
        if not self.breakdowns or cells[self.breakdowns[0]].strip():
            return False
        if any(cells[p].strip() for p in self.breakdowns):
            return False
        return all(is_blank(cells[p]) for p in self.names)

    def is_nameless(self, cells: Cells) -> bool:
        """Whether a row names no subject."""
        if not self.names or not is_blank(cells[self.names[0]]):
            return False
        return all(is_blank(cells[p]) for p in self.names)

    def remainder(self, cells: Cells) -> str:
        """Return the subject of a row of traffic that no other row contains; otherwise empty."""
        if not self._may_have_label(cells):
            return ""
        label = self._label(cells)
        return OTHER_NAME if label and OTHER.match(comparable(label)) else ""

    def is_undated_remainder(self, cells: Cells) -> bool:
        """Whether a row is such traffic for the whole report."""
        if not self.remainders_cover_report or self._has_date(cells):
            return False
        return bool(self.remainder(cells))

    def _may_have_label(self, cells: Cells) -> bool:
        """Whether the first cell may be a totals label; a fast check that excludes most rows."""
        first = cells[0]
        initial = first[:1]
        return initial in _INITIALS or initial in " \u00ad\ufeff" or is_blank(first)

    def _label(self, cells: Cells) -> str:
        """Return the label of a totals row from any column; empty for a row of data."""
        for index, cell in enumerate(cells):
            if is_blank(cell):
                continue
            if not LABEL.match(comparable(cell)):
                return ""
            others = [p for p in self.names if p != index and not is_blank(cells[p])]
            return (
                ""
                if others or (index not in self.dates and self._has_date(cells))
                else cell.strip()
            )
        return ""

    def _has_date(self, cells: Cells) -> bool:
        return any(
            not is_blank(cells[p]) and not LABEL.match(comparable(cells[p])) for p in self.dates
        )
