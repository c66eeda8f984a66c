"""Columns of text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

NARROWEST = 24
"""The last column is at least this wide, even if lines get longer than the terminal."""
_GAP = "  "


def text_table(
    rows: Sequence[Sequence[str]], *, left: Collection[int] = (0,), width: int | None = None
) -> str:
    """Format rows as columns.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first row is the heading.
    left : collection of int
        Columns that are aligned left; the others are aligned right.
    width : int, optional
        Characters of a line; the last column is wrapped to fit. None: not wrapped.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is not None:
        before = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(NARROWEST, width - before))
    lines: list[str] = []
    for number, row in enumerate(rows):
        wrapped = textwrap.wrap(row[-1], widths[-1], break_on_hyphens=False) or [""]
        lines.append(_line([*row[:-1], wrapped[0]], widths, left))
        blank = [""] * (len(row) - 1)
        lines += [_line([*blank, part], widths, left) for part in wrapped[1:]]
        if number == 0:
            lines.append("-" * max(map(len, lines)))
    return "\n".join(lines)


def paragraph(text: str, width: int | None, indent: str = "", first: str = "") -> str:
    """Wrap a text; `first` precedes its first line, `indent` the others."""
    if width is None:
        return f"{first}{text}"
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )


def _line(cells: Sequence[str], widths: Sequence[int], left: Collection[int]) -> str:
    return _GAP.join(
        cell.ljust(width) if column in left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()
