"""Read the line *Total followers on 8/5/2026: 782* above a member's new followers by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from chalicelib.importers.booking import audience
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Imported, Rejected, RowOutcome, RowRejected
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.dates import DayOrder, decide_day_order, parse_day, start_of
from chalicelib.importers.values.numerals import NumberFormat

CHANNEL = "linkedin"
FOLLOWERS_REPORT = "member-followers"
_MAX_LABEL = 120


def sizes_above(
    source: Source, head: TableHead, part: int, options: Options, mark: str
) -> Iterator[RowOutcome]:
    """Yield one outcome for each line above a header that contains the size of the audience.

    Parameters
    ----------
    part : int
        The part of the file, for the outcomes.
    mark : str
        The decimal mark of the table below.
    """
    if source.workbook is None:
        numbered = list(enumerate(map(list, head.preamble), start=1))
    else:
        numbered = list(islice(source.workbook.rows(head.sheet), head.index))
    order = options.day_order
    counts = Counts(NumberFormat("," if mark == "," else "."))
    for number, cells in numbered:
        label = cells[0].strip() if cells else ""
        value = next((cell for cell in cells[1:] if cell.strip()), "")
        if not value or not any(map(str.isdigit, label)):
            continue
        try:
            order = order or _order(source, head)
            day = _day_in(label, order)
            size = counts[value]
            if size < 0:
                raise RowRejected("negative", "the size of the audience is below zero")
        except RowRejected as error:
            shown = f"{label[:_MAX_LABEL]}\t{value[:_MAX_LABEL]}"
            yield Rejected(number, _printable(shown), error.code, error.message, part)
        else:
            account = options.account or "-"
            parts = (FOLLOWERS_REPORT, account, day.isoformat())
            yield Imported(number, (audience(CHANNEL, size, start_of(day), *parts),), part)


def _order(source: Source, head: TableHead) -> DayOrder:
    days = Table(source, head).sample("day")
    return decide_day_order(head.columns.language, days, None, english="mdy") or "mdy"


def _day_in(label: str, order: DayOrder) -> dt.date:
    words = label[:_MAX_LABEL].rstrip(": ").split()
    for start in range(len(words)):
        try:
            return parse_day(" ".join(words[start:]), order)
        except ValueError:
            continue
    raise RowRejected("invalid_date", "the line with the total followers has no valid date")


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
