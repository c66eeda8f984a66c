"""How much more data an open question needs, and when no data would settle it."""

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
"""The reason where the answer of `needed_for` is None."""


class Needed(TypedDict):
    """The additional data that would settle the question."""

    days: Count
    engagements: Count


def needed_for(question: Question, counts: Sequence[Sequence[int]]) -> Needed | None:
    """Days and engagements that an open question still needs, at the rates of the fit's window.

    From the power of the very decision: the least with which it would be settled in 80 of 100
    cases, were the estimates the truth. The variances rest on the fit's whole window.

    Parameters
    ----------
    question : Question
    counts : sequence of sequences of int
        Engagements per day of the window, of each type in question.

    Returns
    -------
    Needed or None
        None where not even the longest window that a fit can hold would settle it.
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
    """How many times the data of the window are needed, up to `most`."""
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
            raise TypeError(f"no rule for {type(question).__name__}")
    return growth_until_beyond(decided, most=most)
