"""The second header row of Page Insights, which says in a sentence what each column holds."""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns

_DESCRIPTION = re.compile(r"(?:lifetime|daily|weekly|28 days) ?:", re.IGNORECASE)


class DescribedReport(TableReport):
    """A report whose second row describes the columns."""

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Why a row is no data."""
        return _is_description


def _is_description(cells: Cells) -> str:
    """Why a row is no data; empty for a row of numbers, whatever its post says."""
    first = next((cell for cell in cells if cell.strip()), "")
    if not _DESCRIPTION.match(first.strip()) or any(map(str.isdecimal, cells)):
        return ""
    return "descriptions of the columns"
