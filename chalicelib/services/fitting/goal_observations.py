"""From columns to the input of the estimators: the arrays of one goal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.model.channels import CHANGES, role_of
from chalicelib.services.fitting.event_columns import (
    NOT_FOLLOWED,
    SAMPLE_PARTS,
    Columns,
    Kind,
    OrderSums,
    sample_part,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chalicelib.attribution.observations import Observations
    from chalicelib.attribution.within_user.panel import Follows


def observe(
    columns: Columns,
    goal: str,
    start: dt.date,
    n_days: int,
    *,
    max_people: int,
    roles: Mapping[str, str] | None = None,
) -> Observations:
    """Return the arrays of one goal; events outside the window are excluded.

    Parameters
    ----------
    max_people : int
        With more people than this, whole sample parts are excluded from the journeys (not from the
        daily totals) until about this many remain.
    roles : mapping of str to str, optional
        Roles that differ from the defaults, by ``channel/type`` or by channel.
    """
    import numpy as np

    from chalicelib.attribution.observations import Observations, OrderMoments
    from chalicelib.attribution.within_user.panel import People

    first = start.toordinal()
    day = np.frombuffer(columns.day, dtype=np.int64) - first
    kind = np.frombuffer(columns.kind, dtype=np.int64)
    person = np.frombuffer(columns.person, dtype=np.int64)
    count = np.frombuffer(columns.count, dtype=np.float64)
    within = (day >= 0) & (day < n_days)
    n_kinds = len(columns.kinds)
    counts = np.zeros((n_days, n_kinds))
    np.add.at(counts, (day[within], kind[within]), count[within])
    known = within & (person >= 0)
    identified = np.bincount(kind[known], weights=count[known], minlength=n_kinds).astype(
        np.float64
    )
    for (number_of_kind, on, whose), times in columns.apart.items():
        if 0 <= on - first < n_days:
            counts[on - first, number_of_kind] += times
            identified[number_of_kind] += times * (whose == NOT_FOLLOWED)
    gathered = columns.lifetime_kinds()
    for (number_of_kind, on), times in columns.lifetime.items():
        if number_of_kind in gathered and 0 <= on - first < n_days:
            counts[on - first, number_of_kind] += times
    conversions = columns.goals[goal]
    when = np.frombuffer(conversions.day, dtype=np.int64) - first
    who = np.frombuffer(conversions.person, dtype=np.int64)
    number = np.frombuffer(conversions.count, dtype=np.float64)
    value = np.frombuffer(conversions.value, dtype=np.float64)
    counted = (when >= 0) & (when < n_days)
    outcome = np.zeros(n_days)
    np.add.at(outcome, when[counted], number[counted])
    apart = OrderSums()
    for (on, _), sums in conversions.apart.items():
        if 0 <= on - first < n_days:
            outcome[on - first] += sums.count
            apart.extend(sums)
    bought = counted & (who >= 0) & (number > 0)

    # first event among those that the model compares; other goals and visits do not count
    played = [
        "lifetime" if number in gathered else _role(key, roles or {})
        for key, number in columns.kinds.items()
    ]
    is_cause = np.array([role == "cause" for role in played], dtype=bool)[kind]
    first_day = np.full(len(columns.people), n_days, dtype=np.int64)
    seen = known & is_cause
    np.minimum.at(first_day, person[seen], day[seen])
    seen = counted & (who >= 0)
    np.minimum.at(first_day, who[seen], when[seen])
    before = (day < 0) & (person >= 0) & is_cause  # known earlier: at risk from the first day
    first_day[person[before]] = -1
    sampled, share = _sample(list(columns.people), max_people, columns.followed)
    first_day[~sampled] = n_days  # never at risk
    touched = known.copy()
    touched[known] = sampled[person[known]]
    bought[bought] = sampled[who[bought]]
    journeys = People(
        n_people=len(columns.people),
        n_days=n_days,
        n_kinds=n_kinds,
        touch_person=person[touched],
        touch_day=day[touched],
        touch_kind=kind[touched],
        touch_count=count[touched],
        outcome_person=who[bought],
        outcome_day=when[bought],
        outcome_weight=number[bought],
        first_day=first_day,
        followed=_follows(
            list(columns.kinds), played, person[touched], day[touched], kind[touched]
        ),
    )
    return Observations(
        names=tuple(source_name(key, columns.kinds) for key in columns.kinds),
        counts=counts,
        identified=identified,
        roles=tuple(
            "exposure" if _is_exposure(key, columns.kinds) and n == 0 else role
            for key, role, n in zip(columns.kinds, played, identified, strict=True)
        ),
        people=journeys,
        sampled=share,
        outcome=outcome,
        order_value=value[counted],
        order_count=number[counted],
        orders_apart=OrderMoments(*apart.moments),
    )


def _follows(
    kinds: list[Kind],
    played: list[str],
    person: NDArray[np.int64],
    day: NDArray[np.int64],
    kind: NDArray[np.int64],
) -> Follows | None:
    """The follows and unfollows among engagements; None if there are none."""
    import numpy as np

    from chalicelib.attribution.within_user.panel import Follows

    of_kind = [
        CHANGES.get(what, 0) * (role == "state")
        for (_, what, _), role in zip(kinds, played, strict=True)
    ]
    step = np.array(of_kind, dtype=np.float64)[kind]
    changes = step != 0
    if not changes.any():
        return None
    return Follows(person[changes], day[changes], step[changes])


def _sample(ids: list[str], most: int, followed: int) -> tuple[NDArray[np.bool_], float]:
    """Which of the people in the first `followed` parts are kept, and their share of all people."""
    import numpy as np

    if len(ids) <= most:
        return np.ones(len(ids), dtype=bool), followed / SAMPLE_PARTS
    parts = max(most * followed // len(ids), 1)
    part = np.fromiter(map(sample_part, ids), dtype=np.int64)
    return part < parts, parts / SAMPLE_PARTS


def _role(kind: Kind, declared: Mapping[str, str]) -> str:
    """The role of a type in the model: declared for it, or for its channel, or the default."""
    channel, what, _ = kind
    found = declared.get(f"{channel}/{what}") or declared.get(channel)
    return found or role_of(*kind)


def source_name(kind: Kind, kinds: Iterable[Kind]) -> str:
    """``channel/type``, with ``:paid`` or ``:organic`` if the data have both."""
    channel, what, paid = kind
    if (channel, what, not paid) in set(kinds):
        return f"{channel}/{what}:{'paid' if paid else 'organic'}"
    return f"{channel}/{what}"


def _is_exposure(kind: Kind, kinds: Iterable[Kind]) -> bool:
    """Whether a type is an impression that leads to other engagements of the same channel."""
    channel, what, paid = kind
    return what == "impression" and any(
        other == channel and also == paid and type_ != "impression" for other, type_, also in kinds
    )
