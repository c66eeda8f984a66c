"""Workbooks with LinkedIn's sheet names."""

from __future__ import annotations

from collections.abc import Sequence

from tests.importers import workbook_files


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """Return an xlsx file with sheets; underscores in their names become spaces."""
    return workbook_files.workbook({name.replace("_", " "): rows for name, rows in sheets.items()})
