"""Tables of headings: a line for each field, a column for each language."""

from __future__ import annotations

from pathlib import Path

_WORDINGS = " | "
"""Separates the wordings of a heading in one language."""


def read_headings(table: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read a table of headings: field -> language -> headings.

    Parameters
    ----------
    table : Path
        UTF-8, tab-separated; lines that begin with ``#`` are ignored. The first line has ``field``
        and the codes of the languages. Each further line has a field and its headings in one cell
        per language; wordings are separated by ``" | "``.

    Raises
    ------
    ValueError
        If a line has too many cells, or repeats a field.
    """
    lines = table.read_text(encoding="utf-8").splitlines()
    first, *rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    languages = first[1:]
    if first[0] != "field":
        raise ValueError(f"{table.name}: the first line is not `field` and languages")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for field, *cells in rows:
        if field in found or len(cells) > len(languages):
            raise ValueError(f"{table.name}: {field} is repeated or has too many cells")
        found[field] = {
            code: tuple(cell.split(_WORDINGS))
            for code, cell in zip(languages, cells, strict=False)
            if cell
        }
    return found
