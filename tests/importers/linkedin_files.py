"""Workbooks as LinkedIn names their sheets."""

from __future__ import annotations

from collections.abc import Sequence

from tests.importers import workbook_files


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An xlsx of some sheets; an underscore in a name stands for a blank."""
    return workbook_files.workbook({name.replace("_", " "): rows for name, rows in sheets.items()})
