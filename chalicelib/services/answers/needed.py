"""The additional data that would settle an open question, if any amount would."""

from __future__ import annotations

import math
from collections.abc import Sequence

from typing_extensions import TypedDict

from chalicelib.attribution.power import (
    Threshold,
    growth_until_beyond,
    growth_until_settled,
)
from chalicelib.model.days import MAX_WINDOW_DAYS
from chalicelib.services.answer_fields import Count
from chalicelib.services.answers.questions import Effectiveness, Equivalence, Question, Return

NOT_SETTLED = "not_settled_by_more_data"
"""The reason if `needed_for` returns None."""


class Needed(TypedDict):
    """The additional data that would settle the question."""

    days: Count
    engagements: Count


def needed_for(question: Question, counts: Sequence[Sequence[int]]) -> Needed | None:
    """Return the days and engagements that would settle an open question.

    The result is the smallest amount of data with which the question would be settled in 80 of 100
    cases if the estimates were the truth. It assumes the engagement rates of the fit's window. The
    variances come from the whole window.

    The result is None if even the longest window that a fit accepts would not settle it.

    `counts`: engagements per day of the window, for each type in question.
    """
    n_days = len(counts[0])
    growth = _growth(question, MAX_WINDOW_DAYS / n_days)
    if growth is None:
        return None
    return {
        "days": math.ceil((growth - 1.0) * n_days),
        "engagements": math.ceil((growth - 1.0) * sum(sum(daily) for daily in counts)),
    }


def _growth(question: Question, most: float) -> float | None:
    """How many times the data of the window would be needed, up to `most`; None if more."""
    match question:
        case Equivalence():
            return growth_until_settled(question.compared, most=most)
        case Return():
            revenue = question.conversions * question.mean_value
            variance = (question.error * question.mean_value) ** 2
            variance += question.conversions**2 * question.value_variance
            decided = Threshold(
                revenue, math.sqrt(variance), question.critical, question.cost, question.cost
            )
        case Effectiveness():
            decided = Threshold(
                question.conversions, question.error, question.critical, 0.0, question.material
            )
        case _:
            raise TypeError(f"unsupported question: {type(question).__name__}")
    return growth_until_beyond(decided, most=most)
