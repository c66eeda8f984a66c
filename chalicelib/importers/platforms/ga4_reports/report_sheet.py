"""Convert a Google Analytics 4 report that was saved as a workbook back to CSV."""

from __future__ import annotations

import csv
import io
import tempfile
from typing import BinaryIO, cast

from chalicelib.importers.workbooks.workbooks import Workbook

DELIMITER = ","
_IN_MEMORY = 4_000_000


def text_of_sheet(workbook: Workbook, sheet: str) -> BinaryIO:
    """Return a sheet as CSV. Line numbers equal row numbers; missing rows become blank lines."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    text = io.TextIOWrapper(cast("BinaryIO", file), encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\n")
    next_line = 1
    for line, cells in workbook.rows(sheet):
        text.write("\n" * (line - next_line))
        writer.writerow([" ".join(cell.splitlines()) for cell in cells])
        next_line = line + 1
    text.flush()
    text.detach()
    file.seek(0)
    return cast("BinaryIO", file)
