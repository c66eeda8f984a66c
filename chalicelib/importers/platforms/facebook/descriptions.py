"""The second header row of Page Insights, which says in a sentence what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DESCRIPTION = re.compile(r"(?:lifetime|daily|weekly|28 days) ?:", re.IGNORECASE)


def is_description(cells: Sequence[str]) -> str:
    """Why a row is no data; empty for a row of numbers, whatever its post says."""
    first = next((cell for cell in cells if cell.strip()), "")
    if not _DESCRIPTION.match(first.strip()) or any(map(str.isdecimal, cells)):
        return ""
    return "descriptions of the columns"
