"""Content negotiation between JSON and CSV, and the CSV writer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.api.media_types import CSV, JSON

_RANGES = {
    "*/*": (JSON, CSV),
    "application/*": (JSON,),
    "text/*": (CSV,),
    JSON: (JSON,),
    CSV: (CSV,),
}
_FORMULA = re.compile(r'(^ *|[;\t\r\n][ "]*)(?=[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c])|^(?=[\t\r])')
"""Positions where a spreadsheet may start to read a formula.

At the start of a cell, and after a character that the spreadsheet may treat as a cell separator (a
semicolon in many countries), even in quotes: quotes are doubled inside a cell, which such a
spreadsheet reads as an empty text. Full-width signs count too.
"""


def preferred(accept: str) -> str | None:
    """Return the media type that an Accept header prefers, JSON by default.

    None if it accepts neither JSON nor CSV.
    """
    quality: dict[str, tuple[int, float]] = {}
    for part in accept.split(","):
        media_range, *params = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(params)
        precision = 2 - media_range.count("*")
        for media_type in _RANGES.get(media_range, ()):
            if precision >= quality.get(media_type, (-1, 0.0))[0]:
                quality[media_type] = (precision, weight)
    weights = {media_type: quality.get(media_type, (0, 0.0))[1] for media_type in (JSON, CSV)}
    best = JSON if weights[JSON] >= weights[CSV] else CSV
    return best if weights[best] > 0 else None


def _weight(params: Sequence[str]) -> float:
    for param in params:
        if param.startswith("q="):
            try:
                return min(1.0, max(0.0, float(param[2:])))
            except ValueError:
                return 0.0
    return 1.0


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
