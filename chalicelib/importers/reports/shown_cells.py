"""What a rejection shows of rows with people: ids, numbers and times of chosen columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.tables import Row
from chalicelib.importers.values.dates import parse_period

_ID_OR_NUMBER = re.compile(
    r"[A-Za-z]?\d[\d.,+E_/:-]*(?: \d\d?:\d\d(?::\d\d)?)?(?: ?[AaPp][Mm])?|-*"
)


def public_text(shown: Sequence[str], columns: Columns) -> Callable[[Row], str] | None:
    """Return a function for the public text of a row; None if the whole row may be shown."""
    if not shown:
        return None
    at = columns.positions
    cells = [(columns.name(field), at[field]) for field in shown if field in at]
    return lambda row: ", ".join(f"{name}={_harmless(row.cells[p])}" for name, p in cells)


def _harmless(cell: str) -> str:
    """Return a cell if it is an id, a number or a time; a damaged row may have words there."""
    text = cell.strip()[:40]
    return text if _ID_OR_NUMBER.fullmatch(text) or parse_period(text) else "(withheld)"
