"""Estimates with their intervals on one axis, as a list of rows with a common scale."""

from __future__ import annotations

import html
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.report.number_words import Format, Shown
from chalicelib.report.svg_marks import Scale, box, drawing, line, outline, scale_over

HEIGHT = 24.0
CLIPPED_AT = 3.0
"""An interval longer than this many times the typical end is cut off, with an arrow."""


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One estimate.

    Attributes
    ----------
    label : str
    estimate : mapping
    words : Shown
        The estimate in words.
    verdict : str
        Shown below the label; empty for none.
    tone : str
        ``good``, ``bad`` or ``open``: the colour of the mark.
    """

    label: str
    estimate: Mapping[str, Any]
    words: Shown
    verdict: str = ""
    tone: str = "open"


def forest_chart(
    rows: Sequence[ForestRow],
    form: Format,
    *,
    reference: float = 0.0,
    reference_label: str = "0",
    band: tuple[float, float] | None = None,
) -> str:
    """Return the chart as HTML; rows without an estimate are left out.

    Parameters
    ----------
    rows : sequence of ForestRow
    form : callable
        Formats the numbers at the axis.
    reference : float
        Where a line is drawn: no effect, or break-even.
    reference_label : str
        The meaning of that line.
    band : (float, float), optional
        Values that count as equal to the reference.
    """
    known = [row for row in rows if row.estimate["estimate"] is not None]
    if not known:
        return ""
    scale = scale_over([*_ends(known), reference, *(band or ())])
    body = "".join(_row(row, scale, reference, band) for row in known)
    ticks = "".join(
        f'<span style="left:{scale.percent(tick)}">{html.escape(form(tick))}</span>'
        for tick in _apart(scale.ticks(4), reference, scale)
    )
    marked = f'<span class="mark" style="left:{scale.percent(reference)}">'
    marked += f"{html.escape(reference_label)}</span>"
    axis = f'<div class="axis" aria-hidden="true"><div class="ticks">{ticks}{marked}</div></div>'
    return f'<div class="forest">{axis}{body}</div>'


def _row(
    row: ForestRow,
    scale: Scale,
    reference: float,
    band: tuple[float, float] | None,
) -> str:
    verdict = f"<small>{html.escape(row.verdict)}</small>" if row.verdict else ""
    drawn = drawing(
        _marks(row, scale, reference, band),
        scale.size,
        HEIGHT,
        f"{row.label}: {row.words}, 95 % interval",
        f"interval {row.tone}",
    )
    number = f'<div class="number">{html.escape(row.words.value)}'
    number += f" <small>{html.escape(row.words.bounds)}</small></div>"
    dot = f'<i class="dot {row.tone}" style="left:{scale.percent(row.estimate["estimate"])}"></i>'
    return (
        f'<div class="row"><div class="label">{html.escape(row.label)}{verdict}</div>'
        f'<div class="plot">{drawn}{dot}</div>{number}</div>'
    )


def _marks(row: ForestRow, scale: Scale, reference: float, band: tuple[float, float] | None) -> str:
    low, high = row.estimate["ci_low"], row.estimate["ci_high"]
    middle = HEIGHT / 2
    marks = ""
    if band is not None:
        marks += box(scale.at(band[0]), 0, scale.at(band[1]) - scale.at(band[0]), HEIGHT, "equal")
    marks += "".join(line(scale.at(t), 0, scale.at(t), HEIGHT, "grid") for t in scale.ticks(4))
    marks += line(scale.at(reference), 0, scale.at(reference), HEIGHT, "reference")
    start = 0.0 if low is None else scale.at(low)
    end = scale.size if high is None else scale.at(high)
    marks += line(start, middle, end, middle, "range")
    for value, edge, inward in ((low, 0.0, 8.0), (high, scale.size, -8.0)):
        if value is None or not scale.low <= value <= scale.high:
            tip = [(edge + inward, middle - 5), (edge, middle), (edge + inward, middle + 5)]
            marks += outline(tip, "range arrow")
        else:
            marks += line(scale.at(value), middle - 5, scale.at(value), middle + 5, "range")
    return marks


def _ends(rows: Sequence[ForestRow]) -> list[float]:
    """Return the ends of the intervals, without those that would squeeze all others."""
    estimates = [float(row.estimate["estimate"]) for row in rows]
    ends = [
        float(row.estimate[bound])
        for row in rows
        for bound in ("ci_low", "ci_high")
        if row.estimate[bound] is not None
    ]
    typical = statistics.median(map(abs, ends)) if ends else 0.0
    limit = CLIPPED_AT * max(typical, *map(abs, estimates))
    return [*estimates, *(min(max(end, -limit), limit) for end in ends)]


def _apart(ticks: Sequence[float], reference: float, scale: Scale) -> list[float]:
    """Return the ticks whose labels do not touch that of the reference."""
    far = 0.09 * (scale.high - scale.low)
    return [tick for tick in ticks if abs(tick - reference) > far]
