"""Reports of several channels, with a column for the channel of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.importers.outcomes import RowOutcome, RowRejected, Skipped
from chalicelib.importers.reports.report_columns import Channel
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.values.cells import is_blank

Convert = Callable[[int, Cells], RowOutcome]
"""Returns the outcome of a row from its line and its cells."""


def by_channel(
    position: int, role: Channel, otherwise: Convert, conversions: Mapping[str, Convert]
) -> Convert:
    """Return a function that converts each row by the channel in its cell."""

    def convert(line: int, cells: Cells) -> RowOutcome:
        name = role.name(cells[position])
        if is_blank(name):
            outcome = otherwise(line, cells)
            if role.is_needed and not isinstance(outcome, Skipped):
                raise RowRejected("missing_value", "the row does not name its network")
            return outcome
        if name not in role.slugs:
            known = ", ".join(dict.fromkeys(role.slugs.values()))
            raise RowRejected("unknown_type", f"the network is not one of {known}")
        return conversions[role.slugs[name]](line, cells)

    return convert
