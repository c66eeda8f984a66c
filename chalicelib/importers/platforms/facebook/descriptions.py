"""The second header row of Page Insights, which describes each column in a sentence."""

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
        """Return the function that gives the reason for skipping a row."""
        return _why_description


def _why_description(cells: Cells) -> str:
    """Return why a row is not data; empty for a row with numbers, whatever the text of its post."""
    first = next((cell for cell in cells if cell.strip()), "")
    if not _DESCRIPTION.match(first.strip()) or any(map(str.isdecimal, cells)):
        return ""
    return "descriptions of the columns"
