"""Rows as CSV that spreadsheets read without running formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMULA = re.compile(r'(^ *|[;\t\r\n][ "]*)(?=[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c])|^(?=[\t\r])')
"""Positions where a spreadsheet may start to read a formula.

At the start of a cell, and after a character that the spreadsheet may treat as a cell separator (a
semicolon in many countries), even in quotes: quotes are doubled inside a cell, which such a
spreadsheet reads as an empty text. Full-width signs count too.
"""


def csv_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Write rows as CSV (RFC 4180) with a header line.

    A text that a spreadsheet could read as a formula is prefixed with an apostrophe. None becomes
    an empty cell.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _FORMULA.sub(lambda found: f"{found[0]}'", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
