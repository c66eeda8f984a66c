"""The events that a fit reads: the days of its window, and earlier events that reach into it.

If people follow pages, a fit also reads what they did before the window, because a comparison of
the time before a follow with the time after it is better, the longer both are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.model.channels import CHANGES
from chalicelib.model.days import zone_of
from chalicelib.model.events import OF_PEOPLE, Cost, Coverage, Engagement, Event
from chalicelib.services.privacy.retention import first_whole_day
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.tenant_store import TenantStore

LEAST_FOLLOWS = 50
"""With fewer follows by known people in the window, earlier days are not read for them."""


@dataclass(frozen=True, slots=True)
class FitWindow:
    """The days that a fit reads; empty if the whole window is older than the tenant's retention."""

    start: dt.date
    end: dt.date
    """First and last day, inclusive."""
    oldest: dt.date
    """Events of earlier days are not read, even if they still exist."""

    @property
    def is_empty(self) -> bool:
        """Whether it has no days."""
        return self.start > self.end


def window_of(store: TenantStore, header: FitHeader, as_of: dt.datetime) -> FitWindow:
    """The window of a fit, limited by the current retention."""
    oldest = first_whole_day(store.config, as_of)
    start = max(dt.date.fromisoformat(header.window_from), oldest)
    return FitWindow(start, dt.date.fromisoformat(header.window_to), oldest)


def events_of(store: TenantStore, window: FitWindow) -> Iterator[Event]:
    """The events of a window, earlier costs and spans that reach into it, and earlier events of
    people, if people follow pages.
    """
    follows = 0
    for event in _events_inside(store, window):
        if isinstance(event, Engagement) and event.type in CHANGES and event.user_id is not None:
            follows += 1
        yield event
    if follows >= LEAST_FOLLOWS:
        yield from history_of(store, window)


def history_of(store: TenantStore, window: FitWindow) -> Iterator[Event]:
    """Events of people before a window, on days that have events by the day totals.

    As many days as `Settings.fit_history_days`, the newest first, and at most as many events as a
    fit reads as a whole.
    """
    last = window.start - dt.timedelta(days=1 + margin_of(store).days)
    first = max(window.start - dt.timedelta(days=store.settings.fit_history_days), window.oldest)
    if first > last:
        return
    counts: dict[dt.date, int] = {}
    for day, _, events in store.totals.events_between(first, last):
        counts[day] = counts.get(day, 0) + events
    left = store.settings.fit_whole_events
    for day in sorted(counts, reverse=True):
        left -= counts[day]
        if left < 0:
            return
        for event in store.iter_events(day, day):
            if isinstance(event, OF_PEOPLE) and event.user_id is not None:
                yield event


def _events_inside(store: TenantStore, window: FitWindow) -> Iterator[Event]:
    if not window.is_empty:
        yield from spans_of(store, window)
        earlier = earlier_days(store, window)
        if earlier is not None:
            for event in store.iter_events(*earlier):
                if reaches_into(event, window) or is_beside(event, window, store):
                    yield event
        yield from store.iter_events(window.start, window.end)
        after = window.end + dt.timedelta(days=1)
        for event in store.iter_events(after, window.end + margin_of(store)):
            if is_beside(event, window, store):
                yield event


def events_of_shard(
    store: TenantStore, window: FitWindow, shard: int, first: dt.date, last: dt.date
) -> Iterator[Event]:
    """The events of some days of a shard, plus those from outside at the window's ends."""
    earlier = earlier_days(store, window) if first == window.start else None
    for day in each_day(*earlier) if earlier is not None else ():
        for event in store.events.in_partition(day, shard):
            if reaches_into(event, window) or is_beside(event, window, store):
                yield event
    for day in each_day(first, last):
        yield from store.events.in_partition(day, shard)
    after = last + dt.timedelta(days=1)
    for day in each_day(after, last + margin_of(store)) if last == window.end else ():
        for event in store.events.in_partition(day, shard):
            if is_beside(event, window, store):
                yield event


def spans_of(store: TenantStore, window: FitWindow) -> Iterator[Event]:
    """Coverage and annotations that reach into a window; coverage is cut to the window.

    Days that are not read cannot have data.
    """
    for span in store.events.spans():
        if span.last < window.start or span.first > window.end:
            continue
        if isinstance(span, Coverage):
            first, last = max(span.first, window.start), min(span.last, window.end)
            yield span.model_copy(update={"first": first, "last": last})
        else:
            yield span


def earlier_days(store: TenantStore, window: FitWindow) -> tuple[dt.date, dt.date] | None:
    """First and last day of earlier events that may reach into a window; None if there is none."""
    longest = dt.timedelta(days=store.totals.longest_cost_period() - 1)
    longest = max(longest, margin_of(store))
    earliest = max(window.start - longest, window.oldest)
    last = window.start - dt.timedelta(days=1)
    return (earliest, last) if earliest <= last else None


def reaches_into(event: Event, window: FitWindow) -> bool:
    """Whether an earlier event is a cost that is spread into the window."""
    return isinstance(event, Cost) and event.day + dt.timedelta(event.period_days) > window.start


def margin_of(store: TenantStore) -> dt.timedelta:
    """Number of UTC days next to a window whose events may fall into it in the tenant's zone."""
    return dt.timedelta(days=0 if zone_of(store.config.time_zone) is None else 1)


def is_beside(event: Event, window: FitWindow, store: TenantStore) -> bool:
    """Whether an event of a UTC day next to a window falls into it in the tenant's zone.

    Costs are booked on days, so they do not.
    """
    margin = margin_of(store)
    is_outside = not window.start <= event.day <= window.end
    is_near = window.start - margin <= event.day <= window.end + margin
    return is_outside and is_near and not isinstance(event, Cost)


def each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Return the days from `first` to `last`, inclusive."""
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)
