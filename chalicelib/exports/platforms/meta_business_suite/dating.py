"""When the rows of a content export happened: since a post appeared, or on each day of it.

The column Date says ``Lifetime`` in one export, a day in another; in German ones without a column
for it, Datum is when the post was published.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.exports.dates import Period
from chalicelib.exports.recognition import Options
from chalicelib.exports.reports.dating import DateColumns, Dating, decide_dating


def decide_content_dating(
    columns: DateColumns,
    report: Period | None,
    options: Options,
    way_out: str,
    *,
    dates_are_starts: bool = False,
) -> Dating:
    """As `dating.decide_dating`, which it asks once it is known what the column Date means."""
    positions, names = dict(columns.positions), dict(columns.names)
    if "day" in positions and not _is_by_day(columns):
        position, name = positions.pop("day"), names.pop("day")
        if "posted" not in positions and _holds_dates(columns, position):
            positions["posted"], names["posted"] = position, name
    understood = replace(columns, positions=positions, names=names)
    return decide_dating(understood, report, options, way_out, dates_are_starts=dates_are_starts)


def _is_by_day(columns: DateColumns) -> bool:
    """Whether there are rows of several days of a post, or days beside the times of posts."""
    position = columns.positions["day"]
    if not _holds_dates(columns, position):
        return False
    if "posted" in columns.positions:
        return True
    first: dict[tuple[str, ...], str] = {}
    for date, *thing in columns.cells([position, *columns.things]):
        if first.setdefault(tuple(thing), date) != date:
            return True
    return False


def _holds_dates(columns: DateColumns, position: int) -> bool:
    return any(any(map(str.isdigit, cell)) for (cell,) in columns.cells([position]))
