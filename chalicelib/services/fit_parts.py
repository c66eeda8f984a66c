"""A fit of more events than one function can read: read in parts, merged, and estimated once.

A part is a shard and some days. What adds up over parts is what the estimators are given, not what
they say: each part becomes columns (`columns`), a few bytes an event, and the columns of all parts
put together in order are those of all events. So the merged fit is the plain one, to the last digit
(ADR 33).

Everything about a fit that could change while it is under way is decided once, in its plan: the
days, the parts, the instant by which the retention is reckoned. A part that is read twice is
written twice, the same.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.days import stamp
from chalicelib.events import Cost, Event
from chalicelib.services.columns import SHARDS, Columns
from chalicelib.services.fits import (
    Estimate,
    conclude_fit,
    estimate_columns,
    show_fit,
    window_of,
)
from chalicelib.services.packing import pack_columns, unpack_columns
from chalicelib.storage.fits import FitHeader
from chalicelib.storage.keys import is_time_ordered_id
from chalicelib.storage.tenant_store import TenantStore

MAX_PARTS = 2_000
"""So that the plan fits into the input of a state machine, which ends at 256 KiB."""


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
        When it was planned; the retention ends where it ended then.
    parts : tuple of Part
    followed : int
        In how many of `columns.SHARDS` people are followed; of the others only the totals are kept.
    """

    fit_id: str
    as_of: str
    parts: tuple[Part, ...]
    followed: int = SHARDS


def plan_fit(
    store: TenantStore,
    fit_id: str,
    *,
    now: dt.datetime,
    above: int,
    part_events: int,
    merged_events: int,
) -> Plan | None:
    """How to read a fit in parts, or None where it is better run as a whole.

    The day totals tell how many events there are; they may be minutes behind, which changes how the
    work is shared and never what is read.

    Parameters
    ----------
    above : int
        As many events are read as a whole.
    part_events : int
        A part gets as many days as have about so many events, and at least one.
    merged_events : int
        How many events can be put together; of more, people are followed who have about so many.

    Raises
    ------
    NotFound
        If nobody asked for the fit.
    """
    header = show_fit(store, fit_id)
    start, end, _ = window_of(store, header, now)
    if header.status in ("done", "failed") or start > end:
        return None
    counts: dict[dt.date, int] = defaultdict(int)
    total = 0
    for day, _, events in store.totals.events_between(start, end):
        counts[day] = max(counts[day], events)  # of the fullest shard: all have the same days
        total += events
    if total <= above:
        return None
    shards = store.config.shards
    firsts = _first_days(counts, start, end, part_events, max(MAX_PARTS // shards, 1))
    lasts = [first - dt.timedelta(days=1) for first in firsts[1:]] + [end]
    days = [
        (first.isoformat(), last.isoformat()) for first, last in zip(firsts, lasts, strict=True)
    ]
    parts = tuple(
        Part(shard * len(days) + place, shard, *one)
        for shard in range(shards)
        for place, one in enumerate(days)
    )
    followed = max(min(SHARDS * merged_events // total, SHARDS), 1)
    return Plan(fit_id, stamp(now), parts, followed)


def begin_fit(store: TenantStore, plan: Plan) -> FitHeader:
    """Note that a fit is under way, unless it has ended by now."""
    header = show_fit(store, plan.fit_id)
    if header.status not in ("done", "failed"):
        header = replace(header, status="running", as_of=plan.as_of)
        store.fits.save(header)
    return header


def read_part(store: TenantStore, plan: Plan, part: Part) -> int:
    """Read a part and keep its columns; reading it again replaces them.

    Returns
    -------
    int
        How many bytes they are; 0 where the fit has ended already, and nothing is kept.
    """
    header = show_fit(store, plan.fit_id)
    if header.status in ("done", "failed"):
        return 0
    columns = Columns(plan.followed)
    for event in _events_of(store, plan, part, header):
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
    changes nothing.

    Parameters
    ----------
    now : datetime
        When this ends.
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
    if header.status not in ("done", "failed"):
        erased = store.erasures.people()
        columns = Columns(plan.followed)
        for part in plan.parts:
            packed = store.fit_parts.get(plan.fit_id, part.number)
            columns.extend(unpack_columns(packed, _about(plan, part)), without=erased)
        as_of = dt.datetime.fromisoformat(plan.as_of)
        header = conclude_fit(
            store,
            replace(header, as_of=plan.as_of),
            columns,
            as_of=as_of,
            now=now,
            estimate=estimate,
        )
    for part in plan.parts:
        store.fit_parts.remove(plan.fit_id, part.number)
    return header


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """A plan as the input of a state machine."""
    return asdict(plan) | {"parts": [asdict(part) for part in plan.parts]}


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
    return Plan(fit_id, as_of, parts, int(told["followed"]))


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


def _events_of(store: TenantStore, plan: Plan, part: Part, header: FitHeader) -> Iterator[Event]:
    """The events of a part; of its shard's first, also earlier costs that reach into the window."""
    start, _, oldest = window_of(store, header, dt.datetime.fromisoformat(plan.as_of))
    first, last = dt.date.fromisoformat(part.first), dt.date.fromisoformat(part.last)
    if first == start:
        longest = dt.timedelta(days=store.totals.longest_cost_period() - 1)
        for day in _days(max(start - longest, oldest), start - dt.timedelta(days=1)):
            for event in store.events.in_partition(day, part.shard):
                if isinstance(event, Cost) and event.day + dt.timedelta(event.period_days) > start:
                    yield event
    for day in _days(first, last):
        yield from store.events.in_partition(day, part.shard)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def _about(plan: Plan, part: Part) -> dict[str, Any]:
    return {"fit_id": plan.fit_id, "as_of": plan.as_of, "followed": plan.followed} | asdict(part)
