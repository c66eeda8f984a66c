"""Fits of more events than one function can read: read in parts, merged, and estimated once.

A part is some days of a shard. The estimators' input adds up over parts; their results would not.
Each part becomes columns (`event_columns`), a few bytes per event, and the merged columns of all
parts, in order, equal those of all events. So the merged fit equals the plain one, to the last
digit (ADR 33). Only a plain fit reads what people did before the window, if people follow pages
(ADR 62).

The plan fixes everything that could change during a fit: the window, the oldest day to read, the
parts, and the sample of people. If a part is read twice, the second result replaces the first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.model.days import stamp, zone_of
from chalicelib.model.errors import OtherVersion, UnfinishedFit
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns
from chalicelib.services.fitting.fit_windows import (
    FitWindow,
    each_day,
    events_of_shard,
    spans_of,
    window_of,
)
from chalicelib.services.fitting.fits import (
    Estimate,
    conclude_fit,
    fail_fit,
    saved,
    show_fit,
)
from chalicelib.services.fitting.packing import pack_columns, unpack_columns
from chalicelib.storage.fit_items import ENDED, FitHeader
from chalicelib.storage.table_keys import is_time_ordered_id
from chalicelib.storage.tenant_store import TenantStore

MAX_PARTS = 1_500
"""Keeps a plan, and an error of the state machine, below the limit of 256 KiB."""

LONGEST = dt.timedelta(hours=7)
"""Longest duration of a fit in parts: six hours for its state machine, and a quarter of an hour for
the last function that it called (`infra/stack/fit_machine.py`).
"""

LOOKED_BACK = dt.timedelta(days=30)
"""Only fits younger than this are checked for having stopped."""

_DAYS = ("first", "last", "oldest")
"""Names of a plan's window in JSON."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some days of one shard."""

    number: int
    """Its place among all parts: by shard, then by day, in the order in which a plain fit reads."""
    shard: int
    first: str
    last: str
    """Days, inclusive."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A fit in parts."""

    fit_id: str
    as_of: str
    """When it was planned."""
    window: FitWindow
    """The days that it reads."""
    parts: tuple[Part, ...]
    followed: int = SAMPLE_PARTS
    """How many of `event_columns.SAMPLE_PARTS` are followed person by person; of the others the fit
    keeps only sums.
    """


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
    """Plan a fit in parts; None if it should run as a whole.

    The numbers of events come from the day totals, which may be hours behind and incomplete after a
    back-fill. The events that are read do not depend on them, only the choice between parts and
    whole, and the size of parts.

    Parameters
    ----------
    above : int
        Up to this many events are read as a whole.
    part_events : int
        Target number of events in a part, which has at least one day.
    merged_events : int
        How many events can be merged; with more, only a sample of people with about this many
        events is followed.
    by_day : bool, optional
        Ignore the totals: each part is a day, or as few days as the limit of parts allows.

    Raises
    ------
    NotFound
        If the fit was not requested.
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
        counts, part_events = dict.fromkeys(each_day(start, end), 1), 1
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
    """Mark the fit as running, unless it has ended."""
    header = show_fit(store, plan.fit_id)
    return saved(store, replace(header, status="running", as_of=plan.as_of, in_parts=True))


def read_part(store: TenantStore, plan: Plan, part: Part) -> int:
    """Read a part and store its columns; reading it again replaces them.

    Return their size in bytes; 0 if the fit has already ended and nothing was stored.
    """
    header = show_fit(store, plan.fit_id)
    if header.status in ENDED:
        return 0
    columns = Columns(plan.followed, zone=zone_of(store.config.time_zone))
    first, last = dt.date.fromisoformat(part.first), dt.date.fromisoformat(part.last)
    for event in events_of_shard(store, plan.window, part.shard, first, last):
        columns.add(event)
    packed = pack_columns(columns, _about(plan, part))
    store.fit_parts.put(plan.fit_id, part.number, packed)
    return len(packed)


def merge_parts(
    store: TenantStore,
    plan: Plan,
    *,
    now: dt.datetime,
    estimate: Estimate | None = None,
) -> FitHeader:
    """Estimate from the columns of all parts, end the fit, and remove the parts.

    People erased since a part was read become anonymous in the fit. Merging again after the fit has
    ended changes nothing. If another version of the service read the parts, the fit fails with that
    reason.

    `estimate`: replaces `services.fitting.estimation.fit_events`.

    Raises
    ------
    StoreUnavailable
        If a part is missing.
    ValueError
        If a part belongs to another plan.
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
    """End a fit whose parts could not be read or merged, and remove its parts."""
    header = show_fit(store, plan.fit_id)
    if header.status not in ENDED:
        header = fail_fit(store, header, UnfinishedFit(), now=now)
    _remove_parts(store, plan)
    return header


def end_stopped_fits(store: TenantStore, *, now: dt.datetime) -> list[FitHeader]:
    """End the fits in parts whose state machine has stopped without ending them.

    A state machine that times out, or is stopped by a user, runs no further step. The bucket
    removes the parts within days.

    Return the fits that were ended.
    """
    stopped = []
    for header in store.fits.newest_first():
        if now - dt.datetime.fromisoformat(header.requested_at) > LOOKED_BACK:
            break
        if _has_stopped(header, now):
            stopped.append(header)
    return [fail_fit(store, header, UnfinishedFit(), now=now) for header in stopped]


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as the input of a state machine."""
    return _without_parts(plan) | {"parts": [asdict(part) for part in plan.parts]}


def plan_from_json(raw: dict[str, Any]) -> Plan:
    """Read a plan of `plan_as_json`; `parts` may be missing, and other fields are ignored.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is not a plan.
    """
    fit_id, as_of = str(raw["fit_id"]), str(raw["as_of"])
    dt.datetime.fromisoformat(as_of)
    if not is_time_ordered_id(fit_id):
        raise ValueError(f"{fit_id!r} is not the id of a fit")
    parts = tuple(part_from_json(one) for one in raw.get("parts", ()))
    start, end, oldest = (dt.date.fromisoformat(raw[name]) for name in _DAYS)
    plan = Plan(fit_id, as_of, FitWindow(start, end, oldest), parts, int(raw["followed"]))
    if plan.window.is_empty:
        raise ValueError("the plan has no days")
    return plan


def part_from_json(raw: dict[str, Any]) -> Part:
    """Read a part of a plan.

    Raises
    ------
    ValueError, TypeError
        If it is not a part.
    """
    part = Part(**raw)
    if dt.date.fromisoformat(part.first) > dt.date.fromisoformat(part.last):
        raise ValueError(f"part {part.number} ends before it begins")
    return part


def _first_days(
    counts: dict[dt.date, int], start: dt.date, end: dt.date, most: int, parts: int
) -> list[dt.date]:
    """The first day of each part of a shard, each of at most `most` events or one day with any.

    If that would give more than `parts` parts, they become larger: two neighbours have more than
    `most` events together, so half of `parts` - 1 times `most` is enough.
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


def _about(plan: Plan, part: Part) -> dict[str, Any]:
    return _without_parts(plan) | {"part": asdict(part)}


def _without_parts(plan: Plan) -> dict[str, Any]:
    window = plan.window
    days = (day.isoformat() for day in (window.start, window.end, window.oldest))
    raw = {"fit_id": plan.fit_id, "as_of": plan.as_of, "followed": plan.followed}
    return raw | dict(zip(_DAYS, days, strict=True))
