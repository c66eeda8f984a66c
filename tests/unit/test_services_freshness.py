"""Freshness of totals: derived at intervals, and always after the last change."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from dataclasses import dataclass, field

import pytest

from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import timeseries
from chalicelib.services.totals.freshness import (
    SMALL_PARTITION_EVENTS,
    Appointment,
    derive_or_wait,
    due_at,
    keep_appointment,
)
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals, Reading
from tests.factories import make_event

DAY = dt.date(2026, 3, 14)
MIDNIGHT = dt.datetime(2026, 3, 14, tzinfo=dt.UTC)


def at(hours: float) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(hours=hours)


@dataclass
class Diary:
    """A clock that keeps appointments."""

    store: TenantStore
    waiting: list[dt.datetime] = field(default_factory=list)
    known: dict[dt.datetime, Appointment] = field(default_factory=dict)

    def change(self, now: dt.datetime) -> None:
        """Record an event and process its stream record."""
        self.keep(now)
        event = make_event(occurred_at=min(now, at(23.99)).isoformat())
        record_events(self.store, [event], now=now)
        derive_or_wait(self.store, DAY, 0, now=now, wait=self._wait)

    def keep(self, until: dt.datetime) -> None:
        """Advance the clock."""
        while self.waiting and self.waiting[0] <= until:
            due = heapq.heappop(self.waiting)
            reading = self.known.pop(due).reading
            keep_appointment(self.store, DAY, 0, reading=reading, now=due, wait=self._wait)

    def _wait(self, appointment: Appointment) -> None:
        heapq.heappush(self.waiting, appointment.due_at)
        self.known[appointment.due_at] = appointment

    def counted(self) -> int:
        return sum(row["events"] for one in self.store.totals.between(DAY, DAY) for row in one.rows)


@pytest.fixture
def diary(store: TenantStore) -> Diary:
    """A tenant with one shard."""
    import dataclasses

    store.register(dataclasses.replace(store.config, shards=1))
    store.__dict__["config"] = dataclasses.replace(store.config, shards=1)
    return Diary(store)


def test_the_first_change_is_derived_immediately(diary: Diary) -> None:
    diary.change(at(10))
    assert diary.counted() == 1
    assert diary.waiting == []


def test_the_next_changes_wait_for_one_appointment(diary: Diary) -> None:
    for minutes in (0, 1, 2, 14):
        diary.change(at(10 + minutes / 60))
    assert diary.counted() == 1
    assert diary.waiting == [at(10.25)]
    diary.keep(at(10.25))
    assert diary.counted() == 4
    assert diary.waiting == []


def test_every_change_is_counted_eventually(diary: Diary) -> None:
    draw = random.Random(4)
    moments = sorted(draw.uniform(0, 30) for _ in range(60))
    for moment in moments:
        diary.change(at(moment))
    diary.keep(at(100))
    assert diary.counted() == 60


def test_an_early_appointment_is_rescheduled(diary: Diary) -> None:
    diary.change(at(10))
    put_off: list[Appointment] = []
    keep_appointment(diary.store, DAY, 0, reading=1, now=at(10.1), wait=put_off.append)
    assert put_off == [Appointment(1, at(10.25))]


def test_an_appointment_after_another_reading_is_dropped(diary: Diary) -> None:
    diary.change(at(10))
    diary.store.totals.put(DayTotals(DAY, 0, [{"events": 9}]), read_at=at(11))
    keep_appointment(diary.store, DAY, 0, reading=1, now=at(12), wait=diary._wait)
    assert diary.counted() == 9


def test_a_clock_set_back_does_not_delay_totals(diary: Diary) -> None:
    diary.change(at(10))
    event = make_event(event_id="late", occurred_at=at(9).isoformat())
    record_events(diary.store, [event], now=at(9))
    derive_or_wait(diary.store, DAY, 0, now=at(9), wait=diary._wait)
    assert diary.counted() == 2
    assert diary.waiting == []


def test_the_next_change_replaces_a_lost_message(diary: Diary) -> None:
    for minutes in (0, 1):
        diary.change(at(10 + minutes / 60))
    diary.waiting.clear()
    diary.change(at(11))
    assert diary.counted() == 3


def test_a_process_killed_before_the_note_schedules_a_second_appointment(diary: Diary) -> None:
    diary.change(at(10))

    class Dead(BaseException):
        pass

    def dies(appointment: Appointment) -> None:
        diary._wait(appointment)
        raise Dead

    for _ in range(2):
        with pytest.raises(Dead):
            derive_or_wait(diary.store, DAY, 0, now=at(10.1), wait=dies)
    assert diary.waiting == [at(10.25), at(10.25)]


@pytest.mark.parametrize(
    ("events", "read", "wait_hours"),
    [
        (10, 12, 0.25),
        (SMALL_PARTITION_EVENTS, 0.1, 0.25),
        (SMALL_PARTITION_EVENTS, 12, 4),
        (SMALL_PARTITION_EVENTS, 24, 8),
        (SMALL_PARTITION_EVENTS, 2400, 8),
        (SMALL_PARTITION_EVENTS - 1, 2400, 0.25),
    ],
)
def test_large_partitions_wait_for_a_third_of_their_day(
    events: int, read: float, wait_hours: float
) -> None:
    last = Reading(at(read), events, awaited=False)
    assert due_at(DAY, last) - last.read_at == dt.timedelta(hours=wait_hours)


def shown(store: TenantStore) -> tuple[str | None, bool]:
    """Return the fields that state how recent an answer from totals is."""
    query = {"metric": "engagements", "group_by": "none", "interval": "day"}
    answer = timeseries(store, start=DAY, end=DAY, **query)
    return answer["as_of"], answer["changes_awaited"]


def test_an_answer_from_totals_states_how_recent_they_are(store: TenantStore) -> None:
    diary = Diary(store)
    assert shown(store) == (None, False)
    diary.change(at(9))
    assert shown(store) == ("2026-03-14T09:00:00Z", False)
    diary.change(at(9.1))
    assert shown(store) == ("2026-03-14T09:00:00Z", True)  # the second event waits
    diary.keep(at(9.5))
    assert shown(store) == ("2026-03-14T09:15:00Z", False)


def test_totals_that_are_being_derived_are_behind(store: TenantStore) -> None:
    store.totals.begin_reading(DAY, 0)
    assert shown(store) == (None, True)
    store.totals.put(DayTotals(DAY, 0, []), read_at=at(9), reading=1)
    assert shown(store) == ("2026-03-14T09:00:00Z", False)
    store.totals.begin_reading(DAY, 0)
    assert shown(store) == ("2026-03-14T09:00:00Z", True)
    store.totals.put(DayTotals(DAY, 1, []), read_at=at(11))
    assert shown(store) == ("2026-03-14T09:00:00Z", True)
