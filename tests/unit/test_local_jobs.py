"""Jobs, totals and the schedule on one machine: nothing is lost or stuck."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.local.database_rows import CHANGES
from chalicelib.local.event_sources import DailySchedule, QueueSource, Source
from chalicelib.local.feed import LONGEST_SECONDS, QUIET_SECONDS, Feed
from chalicelib.local.jobs import Jobs
from chalicelib.local.machine import LocalMachine
from chalicelib.local.queues import MAX_ATTEMPTS, Message, Queues
from chalicelib.model.errors import DamagedStore, StoreUnavailable
from chalicelib.services.fitting.fits import request_fit
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.import_records import Import, Replay

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
SECRET = "a root secret for tests only"
ONE, TWO = "acme#events#2026-03-14#0", "acme#events#2026-03-14#1"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[LocalMachine]:
    made = LocalMachine(tmp_path, root_secret=lambda: SECRET, clock=lambda: NOW)
    wiring.use_machine(made)
    yield made
    wiring.reset()
    made.close()


class Clock:
    """A monotonic clock that tests set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


# --- queues ---------------------------------------------------------------------------------------


def a_fit(tenant: str, number: int) -> dict[str, Any]:
    return {"fit": {"tenant": tenant, "fit_id": str(number)}}


def received(queues: Queues, queue: str = "fit") -> Message:
    """The next message, which there must be."""
    message = queues.receive(queue)
    assert message is not None
    return message


def test_a_tenant_with_a_long_job_does_not_delay_others(machine: LocalMachine) -> None:
    queues = machine.queues
    for number, tenant in enumerate(("acme", "acme", "zeta")):
        queues.send("fit", a_fit(tenant, number))

    first, second = received(queues), received(queues)

    assert [json.loads(one.body)["fit"]["tenant"] for one in (first, second)] == ["acme", "zeta"]
    assert queues.receive("fit") is None  # the second message of acme waits for the first
    queues.send("import", {"import": {"tenant": "acme"}})
    assert queues.receive("import") is not None
    queues.done(first)
    following = received(queues)
    assert json.loads(following.body) == a_fit("acme", 1)


def test_messages_are_delivered_in_order_and_once(machine: LocalMachine) -> None:
    queues = machine.queues
    for number in range(3):
        queues.send("fit", {"n": number})
    found = [received(queues) for _ in range(3)]
    assert [json.loads(one.body)["n"] for one in found] == [0, 1, 2]
    assert queues.receive("fit") is None
    assert queues.receive("import") is None
    for one in found[:2]:
        queues.done(one)
    assert queues.bodies("fit") == [{"n": 2}]
    with pytest.raises(ValueError, match="no queue"):
        queues.send("other", {})


def test_a_failed_message_is_redelivered_after_a_pause_by_the_monotonic_clock(
    machine: LocalMachine,
) -> None:
    clock = Clock()
    queues = Queues(machine.database, retry_seconds=10, monotonic=clock)
    queues.send("fit", {})
    first = received(queues)
    queues.failed(first)
    assert queues.receive("fit") is None
    clock.now += 10
    second = received(queues)
    assert (first.attempts, second.attempts) == (1, 2)
    assert Queues(machine.database).receive("fit") is not None


def test_a_message_whose_end_could_not_be_written_is_redelivered(machine: LocalMachine) -> None:
    queues = Queues(machine.database, retry_seconds=0)
    queues.send("fit", {})
    first = received(queues)
    writer = machine.database._writer
    writer.execute("PRAGMA query_only=ON")
    for end in (queues.done, lambda message: queues.bury(message, "x")):
        with pytest.raises(StoreUnavailable):
            end(first)
    writer.execute("PRAGMA query_only=OFF")
    second = received(queues)
    queues.done(second)
    assert queues.receive("fit") is None


def source(machine: LocalMachine, handler: Any, queue: str = "fit") -> QueueSource:
    queues = Queues(machine.database, retry_seconds=0)
    return QueueSource(queues, queue, handler, Jobs(machine, lambda: NOW).give_up)


def failing(_event: Any, _context: Any) -> Any:
    raise RuntimeError("on purpose")


def test_a_fit_that_always_fails_ends_as_failed_with_a_reason(machine: LocalMachine) -> None:
    store = wiring.store("acme")
    asked = request_fit(store, wiring.send_fit, now=NOW)
    running = source(machine, failing)
    for _ in range(MAX_ATTEMPTS):
        assert running.work()
    assert not running.work()
    failed = store.fits.get(asked.fit_id)
    assert failed is not None
    assert (failed.status, failed.error and failed.error["code"]) == ("failed", "gave_up")
    assert [reason for _, reason in machine.queues.dead("fit")] == ["it failed 3 times"]


def test_a_fit_that_always_kills_the_process_ends_as_failed(machine: LocalMachine) -> None:
    store = wiring.store("acme")
    asked = request_fit(store, wiring.send_fit, now=NOW)
    for _ in range(MAX_ATTEMPTS):
        assert Queues(machine.database).receive("fit") is not None  # then the process is killed
    running = source(machine, failing)
    assert running.work()
    failed = store.fits.get(asked.fit_id)
    assert failed is not None
    assert failed.status == "failed"
    assert machine.queues.waiting("fit") == 0


def test_a_replay_that_always_fails_ends_and_leaves_the_import_unchanged(
    machine: LocalMachine,
) -> None:
    store, key = wiring.store("acme"), "imports/acme/x.csv"
    _ = store.config
    store.objects.put(key, b"x")
    replay = Replay("2026-03-15T00:00:00Z", "done", 2)
    one = Import("20260314T000000Z-00000001", "x", "2026", "waiting", object_key=key, replay=replay)
    store.imports.add(one)
    Jobs(machine, lambda: NOW).queue_unfinished()
    running = source(machine, failing, "import")
    while running.work():
        pass
    ended = store.imports.get(one.import_id)
    assert ended is not None
    assert (ended.state, ended.replay, ended.error and ended.error["code"]) == (
        "done",
        None,
        "gave_up",
    )


def test_a_message_without_a_job_goes_to_the_dead_letter_queue(machine: LocalMachine) -> None:
    for body in ({}, {"fit": {"tenant": "acme", "fit_id": "x"}}, {"fit": {"tenant": "-"}}):
        machine.send("fit", body)
    running = source(machine, failing)
    while running.work():
        pass
    assert len(machine.queues.dead("fit")) == 3


# --- what is not done at the start ----------------------------------------------------------------


def test_a_start_queues_unfinished_jobs_without_a_message(machine: LocalMachine) -> None:
    store = wiring.store("acme")
    _ = store.config
    states: dict[str, Any] = {
        "waiting with a file": ("waiting", True),
        "waiting for a file": ("waiting", False),
        "running": ("running", True),
        "done": ("done", True),
        "failed": ("failed", True),
        "removing": ("removing", True),
        "removed": ("removed", False),
    }
    for number, (state, has_file) in enumerate(states.values()):
        key = f"imports/acme/{number}.csv"
        if has_file:
            store.objects.put(key, b"x")
        one = Import(f"20260314T00000{number}Z-00000001", "x.csv", "2026", state, object_key=key)
        store.imports.add(one)
    for number, status in enumerate(("queued", "running", "done", "failed")):
        header = FitHeader(f"20260314T00000{number}Z-00000002", "2026", "2026", "2026")
        store.fits.add(FitHeader(header.fit_id, "2026", "2026", "2026", status=status))  # type: ignore[arg-type]
    jobs = Jobs(machine, lambda: NOW)
    jobs.queue_unfinished()
    jobs.queue_unfinished()  # they have messages now
    imports = {body["import"]["key"] for body in machine.queues.bodies("import")}
    assert imports == {"imports/acme/0.csv", "imports/acme/2.csv", "imports/acme/5.csv"}
    assert [body["import"]["etag"] for body in machine.queues.bodies("import")].count("") == 2
    fits = sorted(body["fit"]["fit_id"][:16] for body in machine.queues.bodies("fit"))
    assert fits == ["20260314T000000Z", "20260314T000001Z"]


# --- day totals -----------------------------------------------------------------------------------


class Derived:
    """Receives the events of the stream, and fails while tests want it to."""

    def __init__(self) -> None:
        self.partitions: list[str] = []
        self.fails = False

    def __call__(self, event: dict[str, Any], _context: Any) -> None:
        ((record),) = event["Records"]
        self.partitions.append(record["dynamodb"]["Keys"]["pk"]["S"])
        if self.fails:
            raise StoreUnavailable("on purpose")


def change(machine: LocalMachine, partition: str, sort: str) -> None:
    machine.table.put({"pk": {"S": partition}, "sk": {"S": sort}})


def test_totals_are_derived_after_a_quiet_period_or_a_long_wait(machine: LocalMachine) -> None:
    clock, derived = Clock(), Derived()
    feed = Feed(machine.database, derived, monotonic=clock)
    change(machine, ONE, "0")
    assert not feed.work()
    clock.now += QUIET_SECONDS
    assert feed.work()
    assert (derived.partitions, feed.waiting()) == ([ONE], 0)
    began = clock.now
    number = 0
    while derived.partitions == [ONE]:
        number += 1
        change(machine, ONE, f"{number}")
        feed.work()
        clock.now += QUIET_SECONDS / 2
        assert clock.now < began + LONGEST_SECONDS + 1
    assert clock.now >= began + LONGEST_SECONDS


def test_a_change_during_derivation_is_derived_later(machine: LocalMachine) -> None:
    clock = Clock()
    seen: list[int] = []

    def derive(_event: Any, _context: Any) -> None:
        seen.append(sum(1 for _ in machine.table.query(ONE)))
        if len(seen) == 1:
            change(machine, ONE, "late")

    feed = Feed(machine.database, derive, monotonic=clock)
    change(machine, ONE, "0")
    for _ in range(20):
        feed.work()
        clock.now += QUIET_SECONDS
    assert seen == [1, 2]
    assert feed.waiting() == 0


def test_failed_totals_are_retried_with_growing_pauses_and_delay_no_others(
    machine: LocalMachine,
) -> None:
    clock, derived = Clock(), Derived()
    feed = Feed(machine.database, derived, monotonic=clock)
    derived.fails = True
    change(machine, ONE, "0")
    tries = []
    for _ in range(200):
        before = len(derived.partitions)
        feed.work()
        if len(derived.partitions) > before:
            tries.append(clock.now)
        clock.now += 0.5
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert pauses == sorted(pauses)
    assert 4 < len(tries) < 9
    derived.fails = False
    change(machine, TWO, "0")
    for _ in range(4):
        clock.now += QUIET_SECONDS
        feed.work()
    assert derived.partitions[-1] == TWO
    assert feed.waiting() == 1
    clock.now += 1000
    while feed.work():
        pass
    assert feed.waiting() == 0


def test_the_list_of_changes_survives_a_restart(tmp_path: Path) -> None:
    machine = LocalMachine(tmp_path, root_secret=lambda: SECRET)
    change(machine, ONE, "0")
    machine.close()
    machine = LocalMachine(tmp_path, root_secret=lambda: SECRET)
    derived = Derived()
    feed = Feed(machine.database, derived)
    feed.hurry()
    assert feed.work()
    assert derived.partitions == [ONE]
    assert list(machine.table.query(CHANGES)) == []
    machine.close()


def test_changes_remain_for_the_next_start_if_the_store_is_unavailable_at_the_stop(
    machine: LocalMachine,
) -> None:
    derived = Derived()
    feed = Feed(machine.database, derived)
    change(machine, ONE, "0")
    machine.database._writer.execute("PRAGMA query_only=ON")
    feed.stop()
    machine.database._writer.execute("PRAGMA query_only=OFF")
    assert derived.partitions == [ONE]
    assert feed.waiting() == 1


def test_a_damaged_partition_does_not_stop_the_thread(
    machine: LocalMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Feed(machine.database, Derived())
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        if len(looks) < 3:
            raise DamagedStore("on purpose")
        feed._stopping.set()
        return False

    monkeypatch.setattr(feed, "work", look)
    monkeypatch.setattr("chalicelib.local.event_sources.REST_AFTER_TROUBLE_SECONDS", 0.0)
    feed.run()
    assert len(looks) == 3


# --- the schedule ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "calls"), [(0, 0), (23, 0), (24, 1), (1000, 1), (-1, 1), (-1000, 1)]
)
def test_the_schedule_tolerates_clock_jumps(hours: int, calls: int) -> None:
    called: list[Any] = []
    now = NOW
    schedule = DailySchedule(
        lambda event, _context: called.append(event),
        clock=lambda: now,
        last=NOW,
        called=lambda _at: None,
    )
    now = NOW + dt.timedelta(hours=hours)
    schedule.work()
    schedule.work()
    assert len(called) == calls


def test_no_exception_stops_a_worker_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.local.event_sources.REST_AFTER_TROUBLE_SECONDS", 0.01)
    worked = threading.Event()

    class Failing(Source):
        calls = 0

        def work(self) -> bool:
            self.calls += 1
            if self.calls == 1:
                raise MemoryError
            if self.calls == 2:
                raise KeyError("a mistake of ours")
            worked.set()
            return False

    failing = Failing("failing")
    failing.start()
    assert worked.wait(10)
    failing.stop()
