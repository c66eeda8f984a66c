"""Ids that a spreadsheet has rounded, and the same ids in full in the links beside them.

A spreadsheet keeps fifteen digits. Written as ``1.94925E+18`` a damaged id is known by itself;
written out, ``122158000000000000`` could be an id. So a file is looked at as a whole: that so many
ids end in zeros from the sixteenth digit on is no accident.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.values.cells import EXACT_UP_TO, NumberCell, bare_id

Cells = Sequence[str]
Change = Callable[[Cells], Cells]

EXACT_DIGITS = 15
UNLIKELY_ZEROS = 3
"""That many digits of an undamaged file are zeros at the end of its ids in one of 1,000 files."""

_WHOLE = re.compile(r"\d{16,40}")
_POWER = re.compile(r"(\d)(?:[.,](\d*))?E\+(\d{2})", re.IGNORECASE)
_RUN = re.compile(r"(?<!\d)\d{16,40}(?!\d)")


def repair_of(
    ids: Iterable[int], rows: Sequence[Cells], told_apart_by: Sequence[int]
) -> Change | None:
    """A function that puts ids of links in place of damaged ones; None for an undamaged file.

    The function raises `RowRefused` for an id that is rounded and in no link. Ids with an exponent
    it leaves to `cells.checked_id`.

    Parameters
    ----------
    ids : iterable of int
        The columns that hold ids.
    rows : sequence of sequence of str
        Rows of the beginning of the file.
    told_apart_by : sequence of int
        Columns of which two rows of one id have the same cell; empty if they need not.
    """
    with_powers, rounded = set(), set()
    for position in ids:
        cells = [row[position] for row in rows if position < len(row)]
        if any(_is_power(cell) for cell in cells):
            with_powers.add(position)
        if _are_rounded(cells) or _stand_for_several(position, rows, told_apart_by):
            rounded.add(position)
    damaged = sorted(with_powers | rounded)
    if not damaged:
        return None

    def repaired(cells: Cells) -> Cells:
        changed = list(cells)
        for position in damaged:
            cell = cells[position]
            is_rounded = position in rounded and _is_rounded(cell)
            if not (is_rounded or _is_power(cell)):
                continue
            full = _in_a_link(cell, cells)
            if full:
                changed[position] = full
            elif is_rounded:
                raise RowRefused(
                    "damaged_id",
                    f"the id {cell.strip()[:40]!r} was rounded by a spreadsheet, as the others of "
                    "the file: import the file as it was downloaded",
                )
        return changed

    return repaired


def _is_power(cell: str) -> bool:
    """Whether a cell is a number with an exponent, or a number that is too long to be exact."""
    if isinstance(cell, NumberCell):
        return abs(cell.number) >= EXACT_UP_TO
    return "+" in cell and bool(_POWER.fullmatch(bare_id(cell)))


def _is_rounded(cell: str) -> bool:
    text = bare_id(cell)
    return bool(_WHOLE.fullmatch(text)) and not text[EXACT_DIGITS:].strip("0")


def _are_rounded(cells: Iterable[str]) -> bool:
    """Whether all long ids of a file end in zeros, and that is no accident."""
    long = {text for cell in cells if _WHOLE.fullmatch(text := bare_id(cell))}
    zeros = sum(len(text) - EXACT_DIGITS for text in long)
    return zeros >= UNLIKELY_ZEROS and all(map(_is_rounded, long))


def _stand_for_several(position: int, rows: Sequence[Cells], told_apart_by: Sequence[int]) -> bool:
    """Whether one id that may be rounded stands in rows of different things."""
    seen: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if position >= len(row) or not _is_rounded(row[position]):
            continue
        others = tuple(row[p] for p in told_apart_by if p < len(row))
        if seen.setdefault(row[position], others) != others:
            return True
    return False


def _in_a_link(cell: str, cells: Cells) -> str:
    """The id in full from a link of the row; empty if there is none, or more than one."""
    known, length = _digits(cell)
    runs = {
        run
        for link in cells
        if "://" in link
        for run in _RUN.findall(link)
        if len(run) == length and _rounds_to(run, known)
    }
    return runs.pop() if len(runs) == 1 else ""


def _digits(cell: str) -> tuple[str, int]:
    """The digits of a damaged id that are sound, and how many it had."""
    if isinstance(cell, NumberCell):
        whole = f"{abs(cell.number):f}".partition(".")[0]
        return whole[:EXACT_DIGITS].rstrip("0"), len(whole)
    power = _POWER.fullmatch(bare_id(cell))
    if power:
        return f"{power[1]}{power[2] or ''}", int(power[3]) + 1
    whole = bare_id(cell)
    return whole.rstrip("0"), len(whole)


def _rounds_to(run: str, known: str) -> bool:
    unit = Decimal(10) ** (len(run) - len(known))
    rounded = int((Decimal(run) / unit).to_integral_value())
    return known in (str(rounded), run[: len(known)])
