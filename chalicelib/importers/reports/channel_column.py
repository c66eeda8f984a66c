"""Reports of several channels: a column says of which one each row is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.importers.outcomes import RowOutcome, RowRefused, Skipped
from chalicelib.importers.reports.report_columns import Channel
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.values.cells import is_blank

Convert = Callable[[int, Cells], RowOutcome]
"""From the line of a row and its cells, its outcome."""


def by_channel(
    position: int, role: Channel, otherwise: Convert, conversions: Mapping[str, Convert]
) -> Convert:
    """A conversion of each row by what its channel's cell says."""

    def convert(line: int, cells: Cells) -> RowOutcome:
        name = role.name(cells[position])
        if is_blank(name):
            outcome = otherwise(line, cells)
            if role.is_needed and not isinstance(outcome, Skipped):
                raise RowRefused("missing_value", "the row does not say which network it is of")
            return outcome
        if name not in role.slugs:
            known = ", ".join(dict.fromkeys(role.slugs.values()))
            raise RowRefused("unknown_type", f"the row is of none of {known}")
        return conversions[role.slugs[name]](line, cells)

    return convert
