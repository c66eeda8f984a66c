"""How many conversions identified people have, and how often one person converts, for designs."""

from __future__ import annotations

import datetime as dt

from typing_extensions import TypedDict

from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns


class ConvertingPeople(TypedDict):
    """Identified people with an event in the window, and their conversions of a goal.

    ``sum_of_squares``: over people, of the conversions of each. Where only a sample of people is
    followed, all three are scaled up.
    """

    people: float
    conversions: float
    sum_of_squares: float


def converting_people(
    columns: Columns, goal: str, start: dt.date, n_days: int
) -> ConvertingPeople | None:
    """The sums of a goal in the window; None if no event names a person."""
    import numpy as np

    first = start.toordinal()
    rows = columns.goals[goal]
    day, person = (np.frombuffer(one, dtype=np.int64) for one in (rows.day, rows.person))
    inside = (day >= first) & (day < first + n_days) & (person >= 0)
    each = np.bincount(
        person[inside],
        weights=np.frombuffer(rows.count, dtype=np.float64)[inside],
        minlength=max(len(columns.people), 1),
    )
    day, person = (np.frombuffer(one, dtype=np.int64) for one in (columns.day, columns.person))
    seen = each > 0
    seen[person[(day >= first) & (day < first + n_days) & (person >= 0)]] = True
    if not seen.any():
        return None
    scale = SAMPLE_PARTS / columns.followed
    return {
        "people": round(float(seen.sum()) * scale, 3),
        "conversions": round(float(each.sum()) * scale, 3),
        "sum_of_squares": round(float((each**2).sum()) * scale, 3),
    }
