"""Workbooks made in code."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """An xlsx of some sheets, by their names."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
