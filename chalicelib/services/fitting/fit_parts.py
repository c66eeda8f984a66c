"""A fit of more events than one function can read: read in parts, merged, and estimated once.

A part is a shard and some days. What adds up over parts is what the estimators are given, not what
they say: each part becomes columns (`columns`), a few bytes an event, and the columns of all parts
put together in order are those of all events. So the merged fit is the plain one, to the last digit
(ADR 33).

Everything about a fit that could change while it is under way is decided once, in its plan: the
window, how far back anything is read, the parts, whom it follows. A part that is read twice is kept
whole, in place of the one before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.model.days import stamp, zone_of
from chalicelib.model.errors import OtherVersion, UnfinishedFit
from chalicelib.model.events import Event
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns
from chalicelib.services.fitting.fit_windows import (
    FitWindow,
    events_of_shard,
    spans_of,
    window_of,
)
from chalicelib.services.fitting.fits import (
    Estimate,
    conclude_fit,
    estimate_columns,
    fail_fit,
    saved,
    show_fit,
)
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from chalicelib.storage.fit_items import ENDED, FitHeader
from chalicelib.storage.table_keys import is_time_ordered_id
from chalicelib.storage.tenant_store import TenantStore

MAX_PARTS = 1_500
"""So that a plan, and what a state machine says of an error, are less than its 256 KiB."""

LONGEST = dt.timedelta(hours=7)
"""How long a fit in parts goes on at most: its state machine for six hours, and what that called
last for a quarter of one (`infra/stack/fit_machine.py`)."""

LOOKED_BACK = dt.timedelta(days=30)
"""How old a fit is at most that is looked at whether it has stopped."""

_DAYS = ("first", "last", "oldest")
"""What a plan's window is called in JSON."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some days of one shard.

    Attributes
    ----------
    number : int
        Its place among all parts: by shard, then by day, as a plain fit reads.
    shard : int
    first, last : str
        Days, inclusive.
    """

    number: int
    shard: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A fit in parts.

    Attributes
    ----------
    fit_id : str
    as_of : str
        When it was planned.
    window : FitWindow
        What it reads.
    parts : tuple of Part
    followed : int
        In how many of `columns.SAMPLE_PARTS` people are followed; of the others only sums are kept.
    """

    fit_id: str
    as_of: str
    window: FitWindow
    parts: tuple[Part, ...]
    followed: int = SAMPLE_PARTS


def plan_fit(
    store: TenantStore,
    fit_id: str,
    *,
    now: dt.datetime,
    above: int,
    part_events: int,
    merged_events: int,
    by_day: bool = False,
) -> Plan | None:
    """How to read a fit in parts, or None where it is better run as a whole.

    The day totals tell how many events there are. They may be hours behind, and after a back-fill
    not there yet: what is read does not depend on them, but who has so few that they are read as a
    whole does, and how large parts are.

    Parameters
    ----------
    above : int
        As many events are read as a whole.
    part_events : int
        A part gets as many days as have about so many events, and at least one.
    merged_events : int
        How many events can be put together; of more, people are followed who have about so many.
    by_day : bool, optional
        Believe no totals: a part is a day, or as few as there may be parts.

    Raises
    ------
    NotFound
        If nobody asked for the fit.
    """
    header = show_fit(store, fit_id)
    window = window_of(store, header, now)
    shards = store.config.shards
    if header.status in ENDED or window.is_empty or shards > MAX_PARTS:
        return None
    start, end = window.start, window.end
    counts: dict[dt.date, int] = defaultdict(int)
    total = 0
    for day, _, events in store.totals.events_between(start, end):
        counts[day] = max(counts[day], events)  # of the fullest shard: all have the same days
        total += events
    if total <= above and not by_day:
        return None
    if by_day:
        counts, part_events = dict.fromkeys(_days(start, end), 1), 1
    firsts = _first_days(counts, start, end, part_events, MAX_PARTS // shards)
    lasts = [first - dt.timedelta(days=1) for first in firsts[1:]] + [end]
    days = [
        (first.isoformat(), last.isoformat()) for first, last in zip(firsts, lasts, strict=True)
    ]
    parts = tuple(
        Part(shard * len(days) + place, shard, *one)
        for shard in range(shards)
        for place, one in enumerate(days)
    )
    followed = max(min(SAMPLE_PARTS * merged_events // max(total, 1), SAMPLE_PARTS), 1)
    return Plan(fit_id, stamp(now), window, parts, followed)


def begin_fit(store: TenantStore, plan: Plan) -> FitHeader:
    """Note that a fit is under way, unless it has ended by now."""
    header = show_fit(store, plan.fit_id)
    return saved(store, replace(header, status="running", as_of=plan.as_of, in_parts=True))


def read_part(store: TenantStore, plan: Plan, part: Part) -> int:
    """Read a part and keep its columns; reading it again replaces them.

    Returns
    -------
    int
        How many bytes they are; 0 where the fit has ended already, and nothing is kept.
    """
    header = show_fit(store, plan.fit_id)
    if header.status in ENDED:
        return 0
    columns = Columns(plan.followed, zone=zone_of(store.config.time_zone))
    for event in _events_of(store, plan, part):
        columns.add(event)
    packed = pack_columns(columns, _about(plan, part))
    store.fit_parts.put(plan.fit_id, part.number, packed)
    return len(packed)


def merge_parts(
    store: TenantStore,
    plan: Plan,
    *,
    now: dt.datetime,
    estimate: Estimate = estimate_columns,
) -> FitHeader:
    """Estimate from the columns of all parts, end the fit, and remove the parts.

    Who was erased since a part was read is nobody in the fit. Merging again after the fit has ended
    changes nothing. A fit whose parts another version of the service read is failed, with the
    reason.

    Parameters
    ----------
    now : datetime
        When this begins.
    estimate : callable, optional
        In place of `services.estimation.fit_columns`.

    Raises
    ------
    StoreUnavailable
        If a part is not there.
    ValueError
        If a part is that of another plan.
    """
    header = show_fit(store, plan.fit_id)
    if header.status not in ENDED:
        try:
            columns = _merged_columns(store, plan)
        except OtherVersion as reason:
            header = fail_fit(store, header, reason, now=now)
            _remove_parts(store, plan)
            return header
        header = conclude_fit(
            store,
            replace(header, as_of=plan.as_of),
            columns,
            window=plan.window,
            as_of=dt.datetime.fromisoformat(plan.as_of),
            now=now,
            estimate=estimate,
        )
    _remove_parts(store, plan)
    return header


def give_up_fit(store: TenantStore, plan: Plan, *, now: dt.datetime) -> FitHeader:
    """End a fit whose parts could not be read or put together, and remove what there is of them."""
    header = show_fit(store, plan.fit_id)
    if header.status not in ENDED:
        header = fail_fit(store, header, UnfinishedFit(), now=now)
    _remove_parts(store, plan)
    return header


def end_stopped_fits(store: TenantStore, *, now: dt.datetime) -> list[FitHeader]:
    """End the fits in parts that nobody goes on with, and nobody has given up.

    A state machine that runs out of time, or that somebody stops, calls nobody any more. What had
    been read the bucket removes within days.

    Returns
    -------
    list of FitHeader
        How they ended.
    """
    stopped = []
    for header in store.fits.newest_first():
        if now - dt.datetime.fromisoformat(header.requested_at) > LOOKED_BACK:
            break
        if _has_stopped(header, now):
            stopped.append(header)
    return [fail_fit(store, header, UnfinishedFit(), now=now) for header in stopped]


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """A plan as the input of a state machine."""
    return _without_parts(plan) | {"parts": [asdict(part) for part in plan.parts]}


def plan_from_json(told: dict[str, Any]) -> Plan:
    """The plan of `plan_as_json`; `parts` may be missing, and more may be there.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is none.
    """
    fit_id, as_of = str(told["fit_id"]), str(told["as_of"])
    dt.datetime.fromisoformat(as_of)
    if not is_time_ordered_id(fit_id):
        raise ValueError(f"{fit_id!r} is the id of no fit")
    parts = tuple(part_from_json(one) for one in told.get("parts", ()))
    start, end, oldest = (dt.date.fromisoformat(told[name]) for name in _DAYS)
    plan = Plan(fit_id, as_of, FitWindow(start, end, oldest), parts, int(told["followed"]))
    if plan.window.is_empty:
        raise ValueError("the plan has no day")
    return plan


def part_from_json(told: dict[str, Any]) -> Part:
    """A part as it stands in a plan.

    Raises
    ------
    ValueError, TypeError
        If it is none.
    """
    part = Part(**told)
    if dt.date.fromisoformat(part.first) > dt.date.fromisoformat(part.last):
        raise ValueError(f"part {part.number} ends before it begins")
    return part


def _first_days(
    counts: dict[dt.date, int], start: dt.date, end: dt.date, most: int, parts: int
) -> list[dt.date]:
    """The first day of each part of a shard, each of at most `most` events or of one day with any.

    Where that would be more than `parts` of them, each is of more events: two neighbours hold more
    than `most`, so that half of `parts` - 1 times `most` is enough.
    """
    if parts > 1:
        most = max(most, 2 * sum(counts.values()) // (parts - 1) + 1)
    firsts, load = [start], 0
    for offset in range((end - start).days + 1):
        day = start + dt.timedelta(days=offset)
        if load and load + counts.get(day, 0) > most and len(firsts) < parts:
            firsts.append(day)
            load = 0
        load += counts.get(day, 0)
    return firsts


def _events_of(store: TenantStore, plan: Plan, part: Part) -> Iterator[Event]:
    """The events of a part."""
    first, last = dt.date.fromisoformat(part.first), dt.date.fromisoformat(part.last)
    return events_of_shard(store, plan.window, part.shard, first, last)


def _merged_columns(store: TenantStore, plan: Plan) -> Columns:
    erased = store.erasures.people()
    columns = Columns(plan.followed, zone=zone_of(store.config.time_zone))
    for span in spans_of(store, plan.window):
        columns.add(span)
    for part in plan.parts:
        packed = store.fit_parts.get(plan.fit_id, part.number)
        columns.extend(unpack_columns(packed, _about(plan, part)), without=erased)
    return columns


def _has_stopped(header: FitHeader, now: dt.datetime) -> bool:
    if header.status != "running" or not header.in_parts or header.as_of is None:
        return False
    return now - dt.datetime.fromisoformat(header.as_of) > LONGEST


def _remove_parts(store: TenantStore, plan: Plan) -> None:
    for part in plan.parts:
        store.fit_parts.remove(plan.fit_id, part.number)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def _about(plan: Plan, part: Part) -> dict[str, Any]:
    return _without_parts(plan) | {"part": asdict(part)}


def _without_parts(plan: Plan) -> dict[str, Any]:
    window = plan.window
    days = (day.isoformat() for day in (window.start, window.end, window.oldest))
    told = {"fit_id": plan.fit_id, "as_of": plan.as_of, "followed": plan.followed}
    return told | dict(zip(_DAYS, days, strict=True))
