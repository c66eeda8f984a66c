"""Several workers on one import, and messages that come often, late and in the wrong order."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.model.errors import ExportRejected, StoreUnavailable
from chalicelib.services import imports
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, Cloud
from tests.factories import NOW, make_event
from tests.faults.durable import DurableDynamoDb
from tests.faulty import FakeTime
from tests.reports import LineReport, lines
from tests.stores import store_behind


class Interrupted:
    """A DynamoDB client in whose n-th call something else happens first, or right after."""

    def __init__(self, client: Any, call: int, what: Callable[[], Any], *, after: bool) -> None:
        self._client = client
        self._left = call
        self._what = what
        self._after = after
        self.happened = False

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return getattr(self._client, name)(**request)
            self.happened = True
            if self._after:
                answer = getattr(self._client, name)(**request)
                self._what()
                return answer
            self._what()
            return getattr(self._client, name)(**request)

        return call


class Shared:
    """An announced import and the workers on it, on a table of its own."""

    def __init__(self, cloud: Cloud, directory: Path, name: str = "x") -> None:
        self.cloud = cloud
        self.dynamodb = DurableDynamoDb(directory / name)
        self.store = self.store_on(self.dynamodb)
        started, _ = imports.start_import(self.store, filename="x.ndjson", now=NOW)
        self.import_id, self.key = started.import_id, started.object_key

    def store_on(self, client: Any) -> TenantStore:
        return store_behind(client, self.cloud.s3, "acme", patience=FakeTime().patience())

    def put(self, rows: list[Any]) -> ObjectVersion:
        answer = self.cloud.s3.put_object(Bucket=BUCKET, Key=self.key, Body=lines(*rows))
        return ObjectVersion(self.key, answer["ETag"].strip('"'))

    def run(
        self,
        version: ObjectVersion,
        store: TenantStore | None = None,
        seconds: float = 900.0,
        read_export: imports.ReadExport = LineReport,
    ) -> Import:
        return imports.run_import(
            store or self.store,
            self.import_id,
            version,
            now=NOW,
            deadline=lambda: seconds,
            read_export=read_export,
            chunk_events=4,
        )

    def run_interrupted(
        self, version: ObjectVersion, call: int, what: Callable[[], Any], *, after: bool
    ) -> bool:
        """A run in whose n-th call something happens; whether it had as many calls."""
        client = Interrupted(self.dynamodb, call, what, after=after)
        slow = self.store_on(client)
        slow.__dict__["config"] = self.store.config
        try:
            self.run(version, slow)
        except StoreUnavailable:
            self.deliver(version)  # its message comes again
        return client.happened

    def deliver(self, version: ObjectVersion, seconds: float = 900.0) -> Import:
        """As the queue does it: a message comes again until it is done, and asks for more."""
        while True:
            ended = self.run(version, seconds=seconds)
            if ended.state != "running":
                return ended
            version = ObjectVersion(ended.object_key, ended.etag)

    def stored(self) -> dict[str, int]:
        return {
            item["sk"]["S"].split("#")[-1]: int(item.get("n", {"N": "1"})["N"])
            for item in self.dynamodb.items()
            if "#events#2" in item["pk"]["S"]
        }

    def report(self) -> tuple[Any, ...]:
        """The import as it is told, and its rejected rows."""
        one = imports.show_import(self.store, self.import_id)
        rows, _ = imports.list_rejected_rows(self.store, self.import_id, limit=100)
        told = (one.state, one.rows, one.events, one.rejected, one.not_data, one.error, one.summary)
        return (*told, [(row.row, row.raw) for row in rows])


def rows_with(count: int, rows: int = 10) -> list[Any]:
    """Rows of events that bear this count, so that one version is told from another."""
    made: list[Any] = [[make_event(event_id=f"e{n}", count=count)] for n in range(rows)]
    return [*made[:3], "rejected", None, *made[3:], "rejected"]


OLD, NEW = rows_with(1, 14), rows_with(2)


def assert_is(shared: Shared, rows: list[Any], count: int) -> None:
    """The import and the store hold exactly these rows."""
    stored = shared.stored()
    wanted = {event[0]["event_id"] for event in rows if isinstance(event, list)}
    assert {name: stored[name] for name in wanted} == dict.fromkeys(wanted, count)
    rejected_rows = [(n, '"rejected"') for n, row in enumerate(rows, 1) if row == "rejected"]
    state, told, events, rejected, not_data, error, _, rejects = shared.report()
    assert (state, told, events, rejected, not_data) == ("done", len(rows), len(wanted), 2, 1)
    assert (error, rejects) == (None, rejected_rows)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_two_workers_on_the_same_file_do_each_other_no_harm(
    cloud: Cloud, tmp_path: Path, after: bool
) -> None:
    for call in itertools.count(1):
        shared = Shared(cloud, tmp_path, f"{call}")
        version = shared.put(NEW)
        happened = shared.run_interrupted(
            version, call, functools.partial(shared.run, version), after=after
        )
        assert_is(shared, NEW, 2)
        if not happened:
            break
    assert call > 10


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_newer_file_while_the_older_is_read_wins_whenever_it_comes(
    cloud: Cloud, tmp_path: Path, after: bool
) -> None:
    for call in itertools.count(1):
        shared = Shared(cloud, tmp_path, f"{call}")

        def arrive(shared: Shared = shared) -> None:
            shared.deliver(shared.put(NEW))

        if not shared.run_interrupted(shared.put(OLD), call, arrive, after=after):
            break
        assert_is(shared, NEW, 2)
    assert call > 10


def test_a_newer_file_while_the_older_stops_for_lack_of_time_wins(
    cloud: Cloud, tmp_path: Path
) -> None:
    shared = Shared(cloud, tmp_path)
    old = shared.put(OLD)
    assert shared.run(old, seconds=0.0).state == "running"
    new = shared.put(NEW)
    shared.deliver(new, seconds=0.0)
    assert_is(shared, NEW, 2)
    shared.deliver(old)  # asked to go on
    assert_is(shared, NEW, 2)


def test_messages_five_times_and_in_any_order_end_with_the_newest_file(
    cloud: Cloud, tmp_path: Path
) -> None:
    for seed in range(20):
        draw = random.Random(seed)
        shared = Shared(cloud, tmp_path, f"{seed}")
        seconds = draw.choice([0.0, 900.0])
        older = shared.put(rows_with(3))
        if draw.random() < 0.5:
            shared.run(older, seconds=seconds)
        old = shared.put(OLD)
        if draw.random() < 0.5:
            shared.run(old, seconds=seconds)
        messages = [shared.put(NEW), old, older] * 5
        draw.shuffle(messages)
        for version in messages:
            shared.deliver(version, seconds)
        assert_is(shared, NEW, 2)


def test_the_older_message_first_only_finds_that_its_file_is_gone(
    cloud: Cloud, tmp_path: Path
) -> None:
    shared = Shared(cloud, tmp_path)
    old = shared.put(OLD)
    new = shared.put(NEW)
    ended = shared.deliver(old)
    assert ended.error is not None
    assert (ended.state, ended.error["code"]) == ("failed", "object_gone")
    assert shared.stored() == {}
    shared.deliver(new)
    assert_is(shared, NEW, 2)


def test_a_late_message_of_an_older_file_does_not_read_the_newer_one_again(
    cloud: Cloud, tmp_path: Path
) -> None:
    shared = Shared(cloud, tmp_path)
    old = shared.put(OLD)
    shared.deliver(old)
    ended = shared.deliver(shared.put(NEW))
    assert shared.deliver(old) == ended


@pytest.mark.parametrize("what", ["replaced", "deleted"])
def test_a_file_that_goes_while_it_is_read_ends_the_import(
    cloud: Cloud, tmp_path: Path, what: str
) -> None:
    shared = Shared(cloud, tmp_path)
    version = shared.put(NEW)

    def go(stream: Any, **asked: Any) -> LineReport:
        report = LineReport(stream, **asked)
        if what == "replaced":
            shared.put(OLD)
        else:
            cloud.s3.delete_object(Bucket=BUCKET, Key=shared.key)
        return report

    ended = shared.run(version, read_export=go)
    assert ended.error is not None
    assert (ended.state, ended.error["code"], ended.rows) == ("failed", "object_gone", 0)


def test_a_file_that_goes_behind_a_readers_back_is_not_a_broken_file(
    cloud: Cloud, tmp_path: Path
) -> None:
    class Wrapping(LineReport):
        def __iter__(self) -> Any:
            try:
                yield from super().__iter__()
            except LookupError:
                raise ExportRejected("unreadable_file", "the archive is broken") from None

    shared = Shared(cloud, tmp_path)
    version = shared.put(NEW)

    def go(stream: Any, **asked: Any) -> LineReport:
        shared.put(OLD)
        return Wrapping(stream, **asked)

    ended = shared.run(version, read_export=go)
    assert ended.error is not None
    assert ended.error["code"] == "object_gone"
