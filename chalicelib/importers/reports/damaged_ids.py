"""Replace ids that a spreadsheet rounded by the full ids in links of the same row.

A spreadsheet keeps fifteen digits. An id in the form ``1.94925E+18`` is certainly damaged, but
``122158000000000000`` could be an id. Therefore the file is examined as a whole: if all long ids
end in zeros from the sixteenth digit on, they were rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.values.cells import EXACT_UP_TO, NumberCell, bare_id

Cells = Sequence[str]
Change = Callable[[Cells], Cells]

EXACT_DIGITS = 15
UNLIKELY_ZEROS = 3
"""This many zeros at the ends of a file's ids occur by chance in one of 1,000 undamaged files."""

_WHOLE = re.compile(r"\d{16,40}")
_POWER = re.compile(r"(\d)(?:[.,](\d*))?E\+(\d{2})", re.IGNORECASE)
_RUN = re.compile(r"(?<!\d)\d{16,40}(?!\d)")


def repair_of(
    ids: Iterable[int], rows: Sequence[Cells], distinguished_by: Sequence[int]
) -> Change | None:
    """Return a function that replaces damaged ids by ids from links; None for an undamaged file.

    The function raises `RowRejected` for a rounded id that is in no link. It leaves ids with an
    exponent to `cells.checked_id`.

    Parameters
    ----------
    ids : iterable of int
        The columns of ids.
    rows : sequence of sequence of str
        Rows at the beginning of the file.
    distinguished_by : sequence of int
        Columns that have the same cell in all rows of one id; may be empty.
    """
    with_powers, rounded = set(), set()
    for position in ids:
        cells = [row[position] for row in rows if position < len(row)]
        if any(_is_power(cell) for cell in cells):
            with_powers.add(position)
        if _are_rounded(cells) or _has_several_objects(position, rows, distinguished_by):
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
                raise RowRejected(
                    "damaged_id",
                    f"the id {cell.strip()[:40]!r} was rounded by a spreadsheet, like the other "
                    "ids of the file: import the file as downloaded",
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
    """Whether all long ids of a file end in zeros, in numbers that rule out chance."""
    long = {text for cell in cells if _WHOLE.fullmatch(text := bare_id(cell))}
    zeros = sum(len(text) - EXACT_DIGITS for text in long)
    return zeros >= UNLIKELY_ZEROS and all(map(_is_rounded, long))


def _has_several_objects(
    position: int, rows: Sequence[Cells], distinguished_by: Sequence[int]
) -> bool:
    """Whether rows of different objects have the same possibly rounded id."""
    seen: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if position >= len(row) or not _is_rounded(row[position]):
            continue
        others = tuple(row[p] for p in distinguished_by if p < len(row))
        if seen.setdefault(row[position], others) != others:
            return True
    return False


def _in_a_link(cell: str, cells: Cells) -> str:
    """Return the full id from a link of the row; empty if there is none, or more than one."""
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
    """Return the undamaged digits of an id, and its original number of digits."""
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
