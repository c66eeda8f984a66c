"""Every engagement type of a range on a row of its own, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.services.answers.cascades import (
    DESCENDANT_COLUMNS,
    flat_descendants,
    show_descendants,
)
from chalicelib.services.answers.channels_roi import effectiveness, judged, with_coverage
from chalicelib.services.answers.effects import Effect, add_up, per_engagement, read_effects
from chalicelib.services.answers.intervals import NOTHING_KNOWN, flat, interval_of, rounded
from chalicelib.services.answers.ranges import Range, read_goal, read_range

ESTIMATES = ("incremental_conversions", "conversions_per_engagement", "value_per_engagement")


def engagements(
    document: dict[str, Any],
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> dict[str, Any]:
    """One row per engagement type, in the shape of ``GET /v1/engagements``.

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
    effects = read_effects(document, goal, days)
    answer = {
        "fit": {key: document[key] for key in ("id", "as_of", "window")},
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "warnings": days.warnings,
        "engagements": [_row(effect, effects, document, goal, days) for effect in effects],
    }
    return answer | with_coverage(document)


def engagement_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The engagement types as flat rows, for CSV."""
    rows = []
    for one in answer["engagements"]:
        row = {key: one[key] for key in ("channel", "type", "paid", "count")}
        for name in ESTIMATES:
            row |= flat(name, one[name])
        row |= {key: one[key] for key in ("unseen_share", "verdict", "method")}
        row["reasons"] = " ".join(one["reasons"])
        row["warnings"] = " ".join([*one["warnings"], *answer["warnings"]])
        row["currency"] = answer["currency"]
        row |= flat_descendants(one["with_descendants"])
        rows.append(row)
    return rows


ENGAGEMENT_COLUMNS = (
    *("channel", "type", "paid", "count"),
    *(f"{name}{end}" for name in ESTIMATES for end in ("", "_ci_low", "_ci_high")),
    *("unseen_share", "verdict", "method", "reasons", "warnings", "currency"),
    *DESCENDANT_COLUMNS,
)
"""Of the table, also where no engagement lies in the range."""


def _row(
    effect: Effect, effects: list[Effect], document: dict[str, Any], goal: str, days: Range
) -> dict[str, Any]:
    fitted = document["goals"][goal]
    conversions, value = per_engagement(effect, fitted)
    row: dict[str, Any] = {
        "channel": effect.channel,
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "incremental_conversions": NOTHING_KNOWN,
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "with_descendants": show_descendants(effect, effects, document, goal),
        "unseen_share": None,
        "verdict": "not_estimable",
        "method": effect.method,
        "reasons": effect.reasons,
        "warnings": effect.warnings,
    }
    caused = add_up([effect], fitted)
    if caused is None:
        return row
    question = effectiveness([effect], effects, fitted, days, caused)
    found = judged(question, [effect], document, goal, effect.reasons, [])
    return row | {
        "incremental_conversions": interval_of(
            caused.conversions, caused.conversions_error, caused.critical
        ),
        "unseen_share": rounded(effect.unseen.mean, 4),
        "verdict": found["verdict"],
        "reasons": found["reasons"],
    }
