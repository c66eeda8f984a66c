"""The days for which each source has data: one strip per source, gaps left blank."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence

from chalicelib.report.findings import Answer
from chalicelib.report.number_words import span_words
from chalicelib.report.sentences import source_words
from chalicelib.report.svg_marks import box, drawing

HEIGHT = 10.0


def coverage_chart(sources: Sequence[Answer], first: str, last: str) -> str:
    """Return the chart as HTML; empty without a source.

    Parameters
    ----------
    sources : sequence of mappings
        As in ``GET /v1/coverage``.
    first, last : str
        The window.
    """
    if not sources:
        return ""
    begin = dt.date.fromisoformat(first)
    n_days = (dt.date.fromisoformat(last) - begin).days + 1
    rows = "".join(_row(source, begin, n_days) for source in sources)
    axis = (
        '<div class="row axis" aria-hidden="true"><div class="label"></div><div class="plot ends">'
        f"<span>{first}</span><span>{last}</span></div><div></div></div>"
    )
    return f'<div class="forest coverage">{axis}{rows}</div>'


def covered_runs(source: Answer, begin: dt.date) -> list[tuple[int, int]]:
    """Return the first and last day of each run of covered days, counted from `begin`."""
    if source["from"] is None:
        return []
    gaps = [[_number(day, begin) for day in gap] for gap in source["gaps"]]
    starts = [_number(source["from"], begin), *(gap[1] + 1 for gap in gaps)]
    ends = [*(gap[0] - 1 for gap in gaps), _number(source["to"], begin)]
    return list(zip(starts, ends, strict=True))


def _row(source: Answer, begin: dt.date, n_days: int) -> str:
    name = source_words(source)
    runs = covered_runs(source, begin)
    body = box(0, 0, n_days, HEIGHT, "empty")
    body += "".join(box(one, 0, other - one + 1, HEIGHT, "full") for one, other in runs)
    words = f"{source['days']:,} of {n_days:,} days"
    gaps = "; ".join(span_words(*gap) for gap in source["gaps"])
    note = f"no data: {gaps}" if gaps else ""
    if source["known"] == "inferred":
        note = "; ".join(filter(None, ["inferred from the numbers", note]))
    small = f"<small>{html.escape(note)}</small>" if note else ""
    drawn = drawing(body, n_days, HEIGHT, f"{name}: {words}. {note}", "strip")
    return (
        f'<div class="row"><div class="label">{html.escape(name)}{small}</div>'
        f'<div class="plot">{drawn}</div><div class="number">{words}</div></div>'
    )


def _number(day: str, begin: dt.date) -> int:
    return (dt.date.fromisoformat(day) - begin).days
