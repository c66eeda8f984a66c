"""From columns to the input of the estimator of followers: a page and a goal at a time.

The days are those of the whole history that was read, not only those of the fit's window.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.model.channels import CHANGES
from chalicelib.services.fitting.event_columns import ANONYMOUS, Columns
from chalicelib.services.fitting.source_coverage import cover_goal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chalicelib.attribution.audience.followers import Followers
    from chalicelib.attribution.observations import Observations

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

STATE, CAUSE = "state", "cause"
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a fit, with everything about their followers that does not depend on a goal.

    Build it once per fit with `read_pages`.
    """

    channels: tuple[str, ...]
    """Channels that people follow, or whose audience has a known size."""
    first: int
    n_days: int
    """Ordinal of the first day that was read, and number of days from there to the window's end."""
    window_start: int
    """The window's first day among these days."""
    kind_channels: tuple[str, ...]
    roles: tuple[str, ...]
    paid: tuple[bool, ...]
    steps: Ints
    """Of each engagement type: its channel, role, and change of the number of followers. Shape
    (K,).
    """
    person: Ints
    day: Ints
    kind: Ints
    time: Floats
    count: Floats
    """Engagements of people. Shape (E,)."""
    seen: tuple[Ints, Ints]
    """Days of each person's first and last event. Shape (N,) each."""
    group: Ints
    """A stable hash of each person. Shape (N,)."""


def read_pages(columns: Columns, observed: Observations, start: dt.date) -> Pages | None:
    """Read the followers of all pages; None if there is no page.

    Parameters
    ----------
    observed : Observations
        Of any goal; for the roles of the types and the length of the window.
    start : date
        First day of the window.
    """
    import numpy as np

    kinds = list(columns.kinds)
    roles = observed.roles
    steps = np.array(
        [
            CHANGES.get(what, 0) * (role == STATE)
            for (_, what, _), role in zip(kinds, roles, strict=True)
        ],
        dtype=np.int64,
    )
    followed = {channel for (channel, _, _), step in zip(kinds, steps, strict=True) if step}
    channels = sorted(followed | {channel for channel, _ in columns.audiences})
    if not channels:
        return None
    end = start.toordinal() + observed.outcome.size
    day = np.frombuffer(columns.day, dtype=np.int64)
    person = np.frombuffer(columns.person, dtype=np.int64)
    kept = (day < end) & (person >= 0)
    goals = [
        (np.frombuffer(goal.person, dtype=np.int64), np.frombuffer(goal.day, dtype=np.int64))
        for goal in columns.goals.values()
    ]
    first = min(start.toordinal(), int(day[kept].min(initial=end)))
    n_days, n_people = end - first, len(columns.people)
    earliest = np.full(n_people, n_days, dtype=np.int64)
    latest = np.full(n_people, -1, dtype=np.int64)
    for who, when in [(person[kept], day[kept]), *goals]:
        own = (who >= 0) & (when >= first) & (when < end)
        np.minimum.at(earliest, who[own], when[own] - first)
        np.maximum.at(latest, who[own], when[own] - first)
    return Pages(
        channels=tuple(channels),
        first=first,
        n_days=n_days,
        window_start=start.toordinal() - first,
        kind_channels=tuple(channel for channel, _, _ in kinds),
        roles=tuple(roles),
        paid=tuple(paid for _, _, paid in kinds),
        steps=steps,
        person=person[kept],
        day=day[kept] - first,
        kind=np.frombuffer(columns.kind, dtype=np.int64)[kept],
        time=np.frombuffer(columns.time, dtype=np.float64)[kept],
        count=np.frombuffer(columns.count, dtype=np.float64)[kept],
        seen=(earliest, latest),
        group=np.fromiter(
            (zlib.crc32(b"follower " + one.encode()) & 0xFFFF for one in columns.people),
            dtype=np.int64,
            count=n_people,
        ),
    )


def followers_of(
    pages: Pages, columns: Columns, channel: str, goal: str, observed: Observations
) -> Followers:
    """The followers of one page, and the conversions of one goal.

    Parameters
    ----------
    observed : Observations
        Of the goal.
    """
    import numpy as np

    from chalicelib.attribution.audience.followers import Followers

    own = np.array([name == channel for name in pages.kind_channels], dtype=bool)
    step = pages.steps[pages.kind]
    changes = (step != 0) & own[pages.kind]
    order = np.flatnonzero(changes)
    order = order[np.lexsort((-step[order], pages.time[order], pages.person[order]))]
    cause = np.array([role == CAUSE for role in pages.roles], dtype=bool)
    touched = cause[pages.kind]
    elsewhere = (step > 0) & ~own[pages.kind]
    bought, covered = _conversions(pages, columns, goal)
    unpaid = np.array([not paid for paid in pages.paid], dtype=bool)
    return Followers(
        n_people=len(columns.people),
        n_days=pages.n_days,
        window_start=pages.window_start,
        change_person=pages.person[order],
        change_day=pages.day[order],
        change_kind=step[order],
        change_time=pages.time[order] - (pages.first - _EPOCH),
        bought_person=bought[0],
        bought_day=bought[1],
        bought_weight=bought[2],
        touch_person=pages.person[touched],
        touch_day=pages.day[touched],
        touch_kind=pages.kind[touched],
        touch_count=pages.count[touched],
        own_kinds=own & cause & unpaid,
        first_day=pages.seen[0],
        last_day=pages.seen[1],
        sizes=_series(
            pages,
            {day: size for (name, day), (_, size) in columns.audiences.items() if name == channel},
            np.nan,
        ),
        anonymous_follows=_anonymous(pages, columns, channel, 1),
        anonymous_unfollows=_anonymous(pages, columns, channel, -1),
        covered=covered,
        group=pages.group,
        elsewhere_person=pages.person[elsewhere],
        elsewhere_day=pages.day[elsewhere],
        engagements=observed.counts.sum(axis=0),
    )


def _conversions(
    pages: Pages, columns: Columns, goal: str
) -> tuple[tuple[Ints, Ints, Floats], NDArray[np.bool_]]:
    """Person, day and number of each conversion of people, and the days with data."""
    import numpy as np

    rows = columns.goals[goal]
    day = np.frombuffer(rows.day, dtype=np.int64) - pages.first
    person = np.frombuffer(rows.person, dtype=np.int64)
    number = np.frombuffer(rows.count, dtype=np.float64)
    inside = (day >= 0) & (day < pages.n_days)
    series = np.bincount(day[inside], number[inside], minlength=pages.n_days)
    for (on, _), sums in rows.apart.items():
        if 0 <= on - pages.first < pages.n_days:
            series[on - pages.first] += sums.count
    declared = list(columns.surroundings.declared.values())
    days = cover_goal(goal, series.tolist(), declared, dt.date.fromordinal(pages.first)).days
    bought = inside & (person >= 0) & (number > 0)
    return (person[bought], day[bought], number[bought]), np.array(days, dtype=bool)


def _anonymous(pages: Pages, columns: Columns, channel: str, step: int) -> Floats:
    """Follows (or unfollows) of a channel without a person, per day."""
    found: dict[int, float] = {}
    for (kind, day, whose), count in columns.apart.items():
        if (
            whose == ANONYMOUS
            and pages.steps[kind] == step
            and pages.kind_channels[kind] == channel
        ):
            found[day] = found.get(day, 0.0) + count
    return _series(pages, found, 0.0)


def _series(pages: Pages, values: Mapping[int, float], missing: float) -> Floats:
    """Values by ordinal day as an array over the days of the pages, shape (T,)."""
    import numpy as np

    series = np.full(pages.n_days, missing)
    for day, value in values.items():
        if 0 <= day - pages.first < pages.n_days:
            series[day - pages.first] = value
    return series


def follows_when_sharing(
    pages: Pages | None, columns: Columns, channels: Sequence[str]
) -> NDArray[np.bool_]:
    """Whether the person of each share followed the page of its channel at that time, shape (n,).

    Parameters
    ----------
    channels : sequence of str
        The channel of each share.
    """
    import numpy as np

    rows = columns.shares
    following = np.zeros(len(rows), dtype=bool)
    if pages is None:
        return following
    person = np.frombuffer(rows.person, dtype=np.int64)
    time = np.frombuffer(rows.time, dtype=np.float64)
    step = pages.steps[pages.kind]
    for channel in set(channels):
        own = np.array([name == channel for name in pages.kind_channels], dtype=bool)
        changes = np.flatnonzero((step != 0) & own[pages.kind])
        order = changes[np.lexsort((pages.time[changes], pages.person[changes]))]
        who, when = pages.person[order], pages.time[order]
        state = np.cumsum(step[order])
        begin = np.searchsorted(who, np.arange(len(columns.people)))
        before = np.concatenate([[0], state])[begin]
        for row in np.flatnonzero(np.array([one == channel for one in channels]) & (person >= 0)):
            one = person[row]
            stop = np.searchsorted(who, one, side="right")
            at = begin[one] + np.searchsorted(when[begin[one] : stop], time[row], side="right")
            if at > begin[one]:
                following[row] = state[at - 1] - before[one] > 0
    return following
