"""Events and day totals: an event is missing if it lies in none of the places where it may lie."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from threading import Event

from chalicelib.services.privacy.retention import may_have_expired
from chalicelib.services.restoring.bookkeeping import with_its_object
from chalicelib.services.restoring.standing import Standing
from chalicelib.services.restoring.tally import Restored, Tally
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.event_items import TTL_MARGIN_DAYS
from chalicelib.storage.event_store import refuses_consent, where_of
from chalicelib.storage.writer import persist

FIRST_USE = dt.date(2026, 1, 1)
"""No table of this service is older; before it lie events of as many days as are kept."""

IN_FLIGHT = 64
"""Days and shards that are asked for before the first of them is done."""

Place = tuple[dt.date, int]
"""A day and a shard."""


def restore_totals(standing: Standing, tally: Tally) -> set[Place]:
    """Totals of days whose events may be gone, as they were; which of later days are missing.

    Those are derived when the events are there.
    """
    lost, store = set(), standing.store
    whole = with_its_object(standing)
    for year, month in _months(standing):
        partition = table_keys.totals_partition(store.tenant, year, month)
        for item in standing.missing(partition, tally):
            day_text, _, shard = item["sk"]["S"].partition("#")
            day = dt.date.fromisoformat(day_text)
            if not may_have_expired(standing.config, day, standing.now):
                lost.add((day, int(shard)))
                tally.missing += 1
                continue
            if not item.keys() & {"doc", "at"}:  # a first reading had begun
                continue
            found = whole(item)
            if isinstance(found, str):
                tally.left_out[found] += 1
                continue
            # Nobody waits any more to derive them.
            standing.write({n: v for n, v in found.items() if n != "awaited"}, tally)
    return lost


def restore_events(
    standing: Standing,
    told: Restored,
    lost: set[Place],
    *,
    workers: int,
    progress: Callable[[float], None],
) -> None:
    """Events, by day and shard; the totals of those that were touched are derived at once.

    Parameters
    ----------
    lost : set of (date, int)
        Days and shards whose totals are missing.
    workers : int
        How many days and shards are looked at at once.
    progress : callable
        Is told how much is done, in (0, 1].
    """
    all_places = list(_places(standing))
    places, stop = iter(all_places), Event()

    def begin(place: Place) -> tuple[Place, Future[tuple[Tally, bool]]]:
        begun = pool.submit(restore_place, standing, place, is_lost=place in lost, stop=stop)
        return place, begun

    with ThreadPoolExecutor(workers) as pool:
        pending = deque(map(begin, islice(places, IN_FLIGHT)))
        try:
            for done in range(len(all_places)):
                place, begun = pending.popleft()
                tally, was_derived = begun.result()
                told.kinds["events"].add(tally)
                told.derived += was_derived
                told.kinds["day totals"].written += was_derived and place in lost
                if tally.missing:
                    told.touch(place[0])
                progress((done + 1) / len(all_places))
                pending.extend(map(begin, islice(places, 1)))
        except BaseException:  # also Ctrl-C: a day can have events for an hour
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def restore_place(
    standing: Standing, place: Place, *, is_lost: bool, stop: Event
) -> tuple[Tally, bool]:
    """The events of a day and shard, and whether their totals were derived.

    Parameters
    ----------
    is_lost : bool
        Whether the totals are missing.
    stop : Event
        Once it is set, no more is written.
    """
    day, shard = place
    tally = Tally()
    store = standing.store
    partition = table_keys.event_partition(store.tenant, day, shard)
    for item in standing.missing(partition, tally):
        if stop.is_set():
            return tally, False
        found = what_is_missing(standing, item, day)
        if isinstance(found, str):
            tally.left_out[found] += 1
        else:
            standing.write(found, tally)
    if standing.dry_run or not (is_lost or tally.written):
        return tally, False
    now = standing.clock()
    persist(lambda: derive_day(store, day, shard, now=now), standing.patience)
    return tally, not may_have_expired(standing.config, day, now)


def what_is_missing(standing: Standing, item: Item, day: dt.date) -> Item | str:
    """What is to be written of an event that does not lie under its key, or where else it lies.

    It may lie as nobody's, if its person refused consent after the copy was made; or under its
    trace, if the person was erased; or under the hash, if the copy has the trace and the mark was
    lost. Of a person who was erased it comes back under the trace.

    Parameters
    ----------
    item : item
        Of a partition of `day` in the copy.

    Returns
    -------
    item or str
        The reason is ``consent_withdrawn`` or ``person_erased``.
    """
    tenant, here, shards = standing.store.tenant, standing.here, standing.config.shards
    partition = item["pk"]["S"]
    who, _, rest = item["sk"]["S"].partition("#")
    if who == table_keys.ANONYMOUS:
        return item
    event_id = rest.partition("#")[2]
    nobodys = here.get(
        table_keys.event_partition(tenant, day, table_keys.shard_of(event_id, shards)),
        table_keys.nobodys_event_sort(rest),
    )
    if nobodys is not None and refuses_consent(nobodys):
        return "consent_withdrawn"
    trace_of, where = standing.people.trace_of, where_of(day, rest)
    if who.startswith(table_keys.ERASED):
        trace = who.removeprefix(table_keys.ERASED)
        is_here = any(
            trace_of(person, where) == trace
            and here.get(partition, table_keys.persons_event_sort(person, rest)) is not None
            for person in standing.unsettled
        )
        return "person_erased" if is_here else item
    if not standing.is_erased(who):
        return item
    sort = table_keys.erased_event_sort(trace_of(who, where), rest)
    if here.get(partition, sort) is not None:
        return "person_erased"
    return item | {"sk": {"S": sort}}


def _places(standing: Standing) -> Iterator[Place]:
    """Every day and shard with events that have not expired, the latest day first."""
    today = standing.now.date()
    for back in range(-1, standing.config.kept_days + TTL_MARGIN_DAYS + 1):
        for shard in range(standing.config.shards):
            yield today - dt.timedelta(days=back), shard


def _months(standing: Standing) -> Iterator[tuple[int, int]]:
    """Every month of which there may be totals."""
    today = standing.now.date()
    day = min(FIRST_USE, today) - dt.timedelta(days=standing.config.kept_days + TTL_MARGIN_DAYS)
    last = today + dt.timedelta(days=1)
    year, month = day.year, day.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
