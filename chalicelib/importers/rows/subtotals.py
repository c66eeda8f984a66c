"""Rows that are sums of other rows of the same object and have no totals label.

A report by campaign and age may have, for each campaign, a row without an age. It is either the sum
of the others, or what the platform could not assign. The numbers of the rows decide which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress

from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.languages import totals_pattern
from chalicelib.importers.values.numerals import NumberFormat

_EVERYTHING = frozenset(("all", "alle", "todos", "todas", "tous", "toutes", "tutti", "tutte"))
_LABEL = totals_pattern()
_SHARE = Decimal("0.8")
"""Share of the rows that must be sums; the last sums of a long file lack rows below the sample."""

_LEAST = 10
"""A single sum needs two numbers, one at least this large: 1 is the sum of 1 by chance."""

_ROUNDING = Decimal("0.01")
"""Tolerance per amount in a sum."""

Pattern = tuple[int, ...]
Numbers = list[Decimal]


@dataclass(frozen=True, slots=True)
class Subtotals:
    """Identifies the rows of a table that are sums of others.

    Attributes
    ----------
    keys : tuple of int
        The columns that identify the subject of a row.
    patterns : frozenset of tuple of int
        Sets of these columns that are empty in a sum.
    """

    keys: tuple[int, ...]
    patterns: frozenset[Pattern]

    def has(self, cells: Cells) -> bool:
        """Whether a row is a sum of others."""
        return tuple(p for p in self.keys if _is_empty(cells[p])) in self.patterns


def find_subtotals(
    rows: Iterable[Cells],
    keys: tuple[int, ...],
    dates: int,
    numbers: NumberFormat,
) -> Subtotals | None:
    """Find the sums among the rows at the beginning of a table; None if there are none.

    Parameters
    ----------
    rows : iterable of sequence of str
        For each row the cells of the keys, of its dates and of its numbers.
    keys : tuple of int
        The columns of the keys in the table.
    dates : int
        Number of date cells.
    """
    named, is_empty = len(keys), _Emptiness()
    split = [
        (
            tuple(compress(keys, map(is_empty.__getitem__, cells[:named]))),
            cells[: named + dates],
            cells[named + dates :],
        )
        for cells in rows
    ]
    patterns = {pattern for pattern, _, _ in split} - {(), keys}
    if not patterns or all(pattern for pattern, _, _ in split):
        return None
    found = frozenset(pattern for pattern in patterns if _are_sums(pattern, keys, split, numbers))
    return Subtotals(keys, found) if found else None


class _Emptiness(dict[str, bool]):
    """Cells -> whether they are empty, cached because many rows have the same names."""

    def __missing__(self, cell: str) -> bool:
        empty = self[cell] = _is_empty(cell)
        return empty


def _is_empty(cell: str) -> bool:
    """Whether a key cell is empty, or means that the row is about everything."""
    if is_blank(cell):
        return True
    text = comparable(cell)
    return text in _EVERYTHING or bool(_LABEL.fullmatch(text))


def _are_sums(
    pattern: Pattern,
    keys: tuple[int, ...],
    rows: Sequence[tuple[Pattern, Cells, Cells]],
    numbers: NumberFormat,
) -> bool:
    """Whether the rows without these keys are the sums of the rows with all keys."""
    kept = [key not in pattern for key in keys]
    kept += [True] * (len(rows[0][1]) - len(keys))
    parts: dict[tuple[str, ...], Numbers] = {}
    sizes: dict[tuple[str, ...], int] = {}
    totals: list[tuple[tuple[str, ...], Numbers]] = []
    for its_pattern, names, cells in rows:
        if its_pattern not in ((), pattern):
            continue
        group = tuple(compress(names, kept))
        values = _values(cells, numbers)
        if its_pattern:
            totals.append((group, values))
        else:
            before = parts.get(group)
            parts[group] = (
                [a + b for a, b in zip(before, values, strict=True)] if before else values
            )
            sizes[group] = sizes.get(group, 0) + 1
    sums = [
        values for group, values in totals if _is_sum(values, parts.get(group), sizes.get(group))
    ]
    if len(sums) < _SHARE * len(totals):
        return False
    return len(sums) > 1 or any(
        max(values) >= _LEAST and sum(value != 0 for value in values) > 1 for values in sums
    )


def _is_sum(total: Numbers, parts: Numbers | None, size: int | None) -> bool:
    if parts is None or size is None or not any(total):
        return False
    return all(abs(a - b) <= _ROUNDING * size for a, b in zip(total, parts, strict=True))


def _values(cells: Cells, numbers: NumberFormat) -> Numbers:
    """Return the numbers of a row; other cells count as zero."""
    values = []
    for cell in cells:
        try:
            values.append(numbers.money(cell)[0] or Decimal(0))
        except ValueError:
            values.append(Decimal(0))
    return values
