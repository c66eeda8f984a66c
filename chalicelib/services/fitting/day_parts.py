"""The parts of a goal's conversions per day, as stored in a fit document."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, cast

from chalicelib.services.answers.adding_up import impossible_types
from chalicelib.services.answers.ranges import Range
from chalicelib.services.fitting.fit_documents import DayParts, GoalResults, KindDocument

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

DIGITS = 6
"""Significant digits of the largest number of a series."""


def part_days(
    observed: Observations,
    estimates: GoalEstimates,
    goal_document: GoalResults,
    kinds: list[KindDocument],
    start: dt.date,
) -> DayParts | None:
    """Return actual conversions, baseline, context and each channel's part, per day of the window.

    Types whose estimates exceed the actual conversions are omitted, as in every answer.

    The result is None if there are too few days.
    """
    from chalicelib.attribution.decomposition import decompose_goal

    n_days = len(goal_document["conversions"])
    whole = Range(0, n_days - 1, start, start + dt.timedelta(days=n_days - 1))
    scales = dict.fromkeys(range(len(kinds)), 1.0)
    left_out = frozenset(impossible_types(kinds, goal_document, whole, scales))
    parts = decompose_goal(observed, estimates, left_out)
    if parts is None:
        return None
    resolution = parts.resolution
    channels = parts.channels
    return {
        "from": (start + dt.timedelta(days=resolution.first)).isoformat(),
        "step_days": resolution.step_days,
        "actual": _series(parts.actual),
        "baseline": _series(parts.baseline),
        "baseline_half": _series(parts.baseline_half),
        "context": cast("list[float]", _series(parts.context)),
        "shocks": cast("list[float]", _series(parts.shocks)),
        "channels": {
            name: {
                "incremental": _series(channels.estimate[:, place]),
                "half": _series(channels.half[:, place]),
            }
            for place, name in sorted(enumerate(channels.names), key=lambda one: one[1])
        },
    }


def _series(values: NDArray[Any]) -> list[float | None]:
    """Numbers with `DIGITS` significant digits of the largest; None if unknown."""
    numbers = values.tolist()
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    decimals = DIGITS - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    return [
        round(number, max(decimals, 0)) + 0.0 if math.isfinite(number) else None
        for number in numbers
    ]
