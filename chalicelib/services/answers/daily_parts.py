"""What the conversions of each day are made of, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.services.answers.effects import not_counted, read_effects
from chalicelib.services.answers.intervals import NOTHING_KNOWN, flat, interval_of
from chalicelib.services.answers.ranges import Range, read_goal, read_range


def decomposition(
    document: dict[str, Any],
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> dict[str, Any]:
    """Baseline, context and incremental conversions per day: ``GET /v1/decomposition``.

    What a channel brings on a day comes from engagements of that day and of earlier ones. Over the
    whole window it adds up to the channel's incremental conversions in `roi`.

    Parameters
    ----------
    document : dict
        A fit document.
    start, end, goal
        As for `roi`.

    Raises
    ------
    InvalidFields
        For a range without a day of the window, or an unknown goal.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    fitted = document["goals"][goal]
    parts = fitted.get("decomposition")
    first = dt.date.fromisoformat(document["window"]["from"])
    last = dt.date.fromisoformat(document["window"]["to"])
    whole = read_range(document, first, last)
    return {
        "fit": {key: document[key] for key in ("id", "as_of", "window")},
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "confidence": document["confidence"],
        "step_days": parts["step_days"] if parts else 1,
        "reasons": [] if parts else [_reason_for_none(fitted)],
        "warnings": [*days.warnings, *not_counted(read_effects(document, goal, whole))],
        "annotations": _within(document.get("annotations", []), days),
        "shocks": _within(fitted["diagnostics"].get("shocks", []), days),
        "days": _days(parts, days) if parts else [],
    }


DECOMPOSITION_COLUMNS = (
    *("date", "actual", "baseline", "baseline_ci_low", "baseline_ci_high", "context", "shocks"),
)
"""Of the table, before three columns for every channel."""


def decomposition_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The days as flat rows, for CSV."""
    rows = []
    for day in answer["days"]:
        row = {key: day[key] for key in ("date", "actual")}
        row |= flat("baseline", day["baseline"])
        row |= {key: day[key] for key in ("context", "shocks")}
        for channel, brought in day["incremental"].items():
            row |= flat(f"incremental_{channel}", brought)
        rows.append(row)
    return rows


def _reason_for_none(fitted: dict[str, Any]) -> str:
    """Why there is no decomposition: the fit is from before there were any, or it has few days."""
    return "too_short_window" if "decomposition" in fitted else "no_decomposition_in_fit"


def _within(spans: list[dict[str, Any]], days: Range) -> list[dict[str, Any]]:
    """The spans that have a day in the range."""
    start, end = days.start.isoformat(), days.end.isoformat()
    return [one for one in spans if one["from"] <= end and one["to"] >= start]


def _days(parts: dict[str, Any], days: Range) -> list[dict[str, Any]]:
    """The steps that begin in the range, each with its parts."""
    begin = dt.date.fromisoformat(parts["from"])
    shown = []
    for place, actual in enumerate(parts["actual"]):
        day = begin + dt.timedelta(days=place * parts["step_days"])
        if not days.start <= day <= days.end:
            continue
        shown.append(
            {
                "date": day.isoformat(),
                "actual": actual,
                "baseline": _banded(parts["baseline"][place], parts["baseline_half"][place]),
                "context": parts["context"][place],
                "shocks": parts["shocks"][place],
                "incremental": {
                    channel: _banded(series["incremental"][place], series["half"][place])
                    for channel, series in parts["channels"].items()
                },
            }
        )
    return shown


def _banded(estimate: float | None, half: float | None) -> dict[str, float | None]:
    """An estimate with its band."""
    if estimate is None or half is None:
        return NOTHING_KNOWN
    return interval_of(estimate, half, 1.0)
