"""GET /v1/decomposition: the parts of each day's conversions, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from typing_extensions import TypedDict

from chalicelib.services.answer_fields import Channel, Day, Estimate, Period, Reasons, Warnings
from chalicelib.services.answer_tables import Column, Table
from chalicelib.services.answers.effects import not_counted, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of
from chalicelib.services.answers.ranges import OfFit, Range, read_goal, read_range, refer_to
from chalicelib.services.fitting.fit_documents import DayParts, FitDocument
from chalicelib.services.fitting.surroundings import AnnotatedSpan

ShockSpan = TypedDict("ShockSpan", {"kind": str, "from": Day, "to": Day})
ShockSpan.__doc__ = "Days on which conversions changed for an unknown reason."


class DayInParts(TypedDict):
    """The conversions of a day, or of the week that begins on it, split into parts."""

    date: Day
    actual: float | None
    baseline: Estimate
    context: float
    shocks: float
    incremental: dict[Channel, Estimate]


class Decomposition(OfFit, Period):
    """Conversions per day: baseline, context and incremental conversions of each channel."""

    goal: str
    confidence: float
    step_days: int
    reasons: Reasons
    warnings: Warnings
    annotations: list[AnnotatedSpan]
    shocks: list[ShockSpan]
    days: list[DayInParts]


def decomposition(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> Decomposition:
    """Return baseline, context and incremental conversions per day: ``GET /v1/decomposition``.

    The incremental conversions of a channel on a day come from engagements on that day and on
    earlier ones. Over the whole window they add up to the channel's incremental conversions in
    `roi`.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal is unknown.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    fitted = document["goals"][goal]
    parts = fitted["decomposition"]
    first = dt.date.fromisoformat(document["window"]["from"])
    last = dt.date.fromisoformat(document["window"]["to"])
    whole = read_range(document, first, last)
    return {
        "fit": refer_to(document),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "confidence": document["confidence"],
        "step_days": parts["step_days"] if parts else 1,
        "reasons": [] if parts else ["too_short_window"],
        "warnings": [*days.warnings, *not_counted(read_effects(document, goal, whole))],
        "annotations": _within(document["annotations"], days),
        "shocks": _within(fitted["diagnostics"].get("shocks", []), days),
        "days": _days(parts, days) if parts else [],
    }


def decomposition_table(answer: Decomposition) -> Table:
    """Return the table of the days, with an estimate for every channel."""
    channels = answer["days"][0]["incremental"] if answer["days"] else ()
    return Table(
        DayInParts,
        *("date", "actual", "baseline", "context", "shocks"),
        *(Column(f"incremental.{name}", f"incremental_{name}") for name in channels),
    )


Span = TypeVar("Span", AnnotatedSpan, ShockSpan)


def _within(spans: list[Span], days: Range) -> list[Span]:
    start, end = days.start.isoformat(), days.end.isoformat()
    return [one for one in spans if one["from"] <= end and one["to"] >= start]


def _days(parts: DayParts, days: Range) -> list[DayInParts]:
    """Return the steps that begin in the range, each with its parts."""
    begin = dt.date.fromisoformat(parts["from"])
    shown: list[DayInParts] = []
    for place, actual in enumerate(parts["actual"]):
        day = begin + dt.timedelta(days=place * parts["step_days"])
        if not days.start <= day <= days.end:
            continue
        shown.append(
            {
                "date": day.isoformat(),
                "actual": actual,
                "baseline": _with_band(parts["baseline"][place], parts["baseline_half"][place]),
                "context": parts["context"][place],
                "shocks": parts["shocks"][place],
                "incremental": {
                    channel: _with_band(series["incremental"][place], series["half"][place])
                    for channel, series in parts["channels"].items()
                },
            }
        )
    return shown


def _with_band(estimate: float | None, half: float | None) -> Estimate:
    if estimate is None or half is None:
        return NO_ESTIMATE
    return interval_of(estimate, half, 1.0)
