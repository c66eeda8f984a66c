"""The test bench itself: known bugs are inserted into the service, and it must find each."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import json
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.api import json_text, responses
from chalicelib.model import admission
from chalicelib.model.errors import StoreUnavailable
from chalicelib.services import ingest
from chalicelib.services.fitting import fits
from chalicelib.services.imports import removing
from chalicelib.services.imports.import_runs import _ImportRun
from chalicelib.services.privacy import erasing_files
from chalicelib.services.totals import day_totals
from chalicelib.storage import event_items, event_store, table_keys, writer
from chalicelib.storage.dynamodb_table import DynamoDbTable
from chalicelib.storage.import_records import Import
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals
from tests.factories import make_conversion, make_cost, make_event, money
from tests.faults.history import History
from tests.faults.layer import Faults
from tests.faults.sent import AMOUNTS, FIRST, OF_PEOPLE, PEOPLE
from tests.faults.service import LITTLE, PLENTY
from tests.faults.sqlite_service import SqliteHistory, WeatheredTable
from tests.faults.test_kills import checkpoint_first

pytestmark = pytest.mark.breaks_code

Patch = pytest.MonkeyPatch
STORMS = (
    Faults(),
    Faults(throttled=0.6),
    Faults(failed=0.5),
    Faults(failed=0.5),
    Faults(failed=0.5),
    Faults(failed=0.5),
    Faults(lost=0.4),
    Faults(left_over=0.9),
    Faults(left_over=1.0),
)


def drop_unprocessed_items(patch: Patch) -> None:
    """Unprocessed items of a batch are dropped."""

    def send(table: Table, batch: list[Any]) -> list[Any]:
        table.write_batch([one for _, one in batch])
        return []

    patch.setattr(writer, "_send", send)


def batch_writer(patch: Patch) -> None:
    """Like boto3's batch writer: the buffer is lost when a call fails."""

    def write_all(table: Table, requests: Any, patience: Any) -> frozenset[Any]:
        latest = list({writer.key_of(one): one for one in requests}.items())
        for begin in range(0, len(latest), table.batch_size):
            writer._send(table, latest[begin : begin + table.batch_size])
        return frozenset()

    patch.setattr(event_store, "write_all", write_all)


def five_hundred_is_success(patch: Patch) -> None:
    """A batch that got a 500 counts as written."""
    send = writer._send

    class Trusting:
        def __init__(self, table: Table) -> None:
            self._table = table

        def write_batch(self, requests: Any) -> Any:
            try:
                return self._table.write_batch(requests)
            except StoreUnavailable as error:
                cause = error.__cause__
                if not isinstance(cause, ClientError) or _status(cause) < 500:
                    raise
                return ()

    patch.setattr(writer, "_send", lambda table, batch: send(Trusting(table), batch))


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def checkpoint_before_rows(patch: Patch) -> None:
    """The checkpoint is written before its rows."""
    patch.setattr(_ImportRun, "_keep", checkpoint_first)


def count_instead_of_derive(patch: Patch) -> None:
    """Totals are counted up from stream records instead of derived."""

    def count(store: TenantStore, day: dt.date, shard: int, *, now: dt.datetime) -> Any:
        rows = day_totals.total(store.events.in_partition(day, shard, consistent=True))
        before = [one.rows for one in store.totals.between(day, day) if one.shard == shard]
        for row, old in zip(rows, before[0] if before else (), strict=False):
            if row["kind"] == old["kind"] == "engagement":
                row["count"] += old["count"]
        store.totals.put(DayTotals(day, shard, rows), read_at=now)

    patch.setattr("chalicelib.workers.totals_worker.derive_day", count)


def retry_without_a_pause(patch: Patch) -> None:
    """A failed call is retried without a pause."""
    patch.setattr(writer.Patience, "pause_seconds", lambda self, failures: 0.0)


def ignore_the_last_evaluated_key(patch: Patch) -> None:
    """Only the first page of a query is read."""
    page = DynamoDbTable.page
    patch.setattr(DynamoDbTable, "page", lambda *given, **more: (page(*given, **more)[0], None))


def forget_the_tenant(patch: Patch) -> None:
    """One partition key is made without the tenant."""

    def partition(tenant: str, day: dt.date, shard: int) -> str:
        return f"acme#events#{day.isoformat()}#{shard}"

    patch.setattr(table_keys, "event_partition", partition)


def log_the_user_id(patch: Patch) -> None:
    """A debug line logs the user id."""
    admit = ingest.admit

    def noisy(raw: Any, terms: Any) -> Any:
        logging.getLogger("chalicelib.services.ingest").warning("event %s", raw)
        return admit(raw, terms)

    patch.setattr(ingest, "admit", noisy)


def store_the_user_id(patch: Patch) -> None:
    """The user id is stored without hashing."""
    patch.setattr(TenantStore, "user_hash", lambda self, user: user)


def unkeyed_hash(patch: Patch) -> None:
    """The hash of a person has no key."""

    def plain(self: TenantStore, user: str) -> str:
        digest = hashlib.sha256(user.encode()).digest()
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()

    patch.setattr(TenantStore, "user_hash", plain)


def nan_out(patch: Patch) -> None:
    """A mean of no values is answered as NaN."""
    patch.setattr(responses, "json_of", functools.partial(json.dumps, default=json_text._plain))
    patch.setattr(day_totals, "_value", lambda metric, mean: float("nan"))


def float_money(patch: Patch) -> None:
    """An amount is computed with floats."""

    def add(item: Any, money: Any) -> None:
        if money is not None:
            item["v"], item["w"] = {"N": f"{float(money.amount):f}"}, {"S": money.currency}

    patch.setattr(event_items, "_add_money", add)


def twenty_six_in_a_batch(patch: Patch) -> None:
    """A batch has one write more than DynamoDB accepts."""
    patch.setattr(DynamoDbTable, "batch_size", 26)


def a_key_twice_in_a_batch(patch: Patch) -> None:
    """A batch has two writes of one item, so DynamoDB rejects the batch."""

    def write_all(table: Table, requests: Any, patience: Any) -> frozenset[Any]:
        for begin in range(0, len(requests), table.batch_size):
            part = list(requests[begin : begin + table.batch_size])
            table.write_batch(part)
        return frozenset()

    patch.setattr(event_store, "write_all", write_all)


def acknowledge_what_is_not_stored(patch: Patch) -> None:
    """The list of unwritten items is ignored."""
    write = event_store.EventStore.write

    def deaf(self: Any, *given: Any, **more: Any) -> tuple[int, ...]:
        write(self, *given, **more)
        return ()

    patch.setattr(event_store.EventStore, "write", deaf)


def bring_the_erased_back(patch: Patch) -> None:
    """A later event of an erased person is stored with the person."""
    left = tuple(one for one in admission.PERSON_STEPS if one is not admission.drop_erased_person)
    patch.setattr(admission, "PERSON_STEPS", left)


def leave_the_file(patch: Patch) -> None:
    """The uploads of an erased person are not deleted."""
    patch.setattr(erasing_files, "_remove_upload", lambda store, one: False)


def erase_the_count_with_the_person(patch: Patch) -> None:
    """An erasure deletes the events too, so totals change."""
    write_all = event_store.write_all

    def only_delete(table: Table, requests: Any, patience: Any) -> frozenset[Any]:
        is_erasing = any("DeleteRequest" in one for one in requests)
        wanted = [one for one in requests if not is_erasing or "DeleteRequest" in one]
        return write_all(table, wanted, patience)

    patch.setattr(event_store, "write_all", only_delete)


def fit_the_first_shard(patch: Patch) -> None:
    """A fit reads one shard only."""
    patch.setattr(
        fits,
        "events_of",
        lambda store, window: (
            event
            for number in range((window.end - window.start).days + 1)
            for event in store.events.in_partition(window.start + dt.timedelta(number), 0)
        ),
    )


def stop_and_tell_nobody(patch: Patch) -> None:
    """An import that runs out of time sends no message to continue."""
    patch.setattr(wiring, "send_import", lambda message: None)


def go_on_a_chunk_too_far(patch: Patch) -> None:
    """An import skips the rows after its checkpoint."""
    read = _ImportRun.read

    def skipping(self: _ImportRun, current: Import, stream: Any) -> Import:
        far = current.position + 2 if current.position else 0
        return read(self, replace(current, position=far), stream)

    patch.setattr(_ImportRun, "read", skipping)


def forget_where_it_came_from(patch: Patch) -> None:
    """Events do not record the import that they come from."""
    patch.setattr(event_store, "to_item", lambda *given: event_items.to_item(*given[:4]))


def remove_whole_days(patch: Patch) -> None:
    """Removing an import deletes all events on its days, of any origin."""
    patch.setattr(event_store, "origin_of", lambda item: "x")
    stored_by = event_store.EventStore.stored_by
    patch.setattr(
        event_store.EventStore, "stored_by", lambda self, _, *more: stored_by(self, "x", *more)
    )

    def remove(self: Any, origin: str, partition: str, sorts: Any) -> int:
        requests = [writer.delete_request(partition, sort) for sort in sorts]
        event_store.write_all(self._table, requests, self._patience)
        return 0

    patch.setattr(event_store.EventStore, "remove", remove)


def count_after_the_crash(patch: Patch) -> None:
    """A page of a removal is counted again after a crash."""
    run = removing.RemovalRun._remove_from

    def forgetful(self: Any, current: Import, partition: str) -> Any:
        return run(self, removing._with_removal(current, until=None), partition)

    patch.setattr(removing.RemovalRun, "_remove_from", forgetful)


BUGS: tuple[Callable[[Patch], None], ...] = (
    drop_unprocessed_items,
    batch_writer,
    five_hundred_is_success,
    checkpoint_before_rows,
    count_instead_of_derive,
    retry_without_a_pause,
    ignore_the_last_evaluated_key,
    forget_the_tenant,
    log_the_user_id,
    store_the_user_id,
    unkeyed_hash,
    nan_out,
    float_money,
    twenty_six_in_a_batch,
    a_key_twice_in_a_batch,
    acknowledge_what_is_not_stored,
    bring_the_erased_back,
    leave_the_file,
    erase_the_count_with_the_person,
    fit_the_first_shard,
    stop_and_tell_nobody,
    go_on_a_chunk_too_far,
    forget_where_it_came_from,
    remove_whole_days,
    count_after_the_crash,
)


def a_long_history(seed: int, kind: type[History] = History) -> None:
    """Run all steps of the state machine in one history."""
    draw = random.Random(seed)
    random.seed(seed)  # botocore draws its pauses from it, which advance the clock of the history
    history = kind()
    try:
        history.begin(seed)
        for storm in STORMS:
            history.post(many_events(draw), storm)
        history.post_and_crash(many_events(draw), 3)
        for calls in range(11):
            left = (PLENTY, LITTLE)[calls % 2]
            history.import_file(a_report(draw, "Day"), calls, Faults(lost=0.1), 2, left)
        history.import_file(a_report(draw, "Week"), 0, Faults(), 1, PLENTY)
        history.stream(seed, 2)
        history.repeat_messages(seed)
        history.replay(10, 4, Faults(left_over=0.5), LITTLE)
        for number in (0, 1, 2, 5, 5):
            history.remove(number, 9 + 4 * number, Faults(lost=0.1), (LITTLE, PLENTY)[number % 2])
        history.stream(seed, 1)
        history.repeat_messages(seed)
        history.post(many_events(draw), Faults())
        history.stream(seed, 2)
        history.import_people(a_list_of_people(draw), 4, Faults(lost=0.1), LITTLE)
        history.fit(3, Faults(throttled=0.2))
        history.erase(PEOPLE[0], 30, Faults(lost=0.1))
        history.post(many_events(draw), Faults())
        history.look_again()
        history.import_people(a_list_of_people(draw), 0, Faults(), PLENTY)
    except BaseException:
        history.service.close()
        raise
    history.teardown()


def some_long_histories(kind: type[History] = History) -> None:
    """Run several histories, because the effect of a bug depends on the faults."""
    for seed in (1, 2, 3, 4):
        a_long_history(seed, kind)


def many_events(draw: random.Random) -> list[dict[str, Any]]:
    """Events for several batches; half of them are repeated or restated."""
    made = []
    for _ in range(70):
        day = FIRST + dt.timedelta(days=draw.randrange(3))
        number = draw.randrange(30) if draw.random() < 0.5 else draw.randrange(1_000_000)
        common = {"event_id": f"e{number}", "occurred_at": f"{day}T10:00:00Z"}
        kind = draw.randrange(4)
        if kind == 0:
            value, person = money(draw.choice(AMOUNTS)), draw.choice(PEOPLE)
            made.append(make_conversion(**common, value=value, user_id=person))
        elif kind == 1:
            made.append(make_cost(**common, amount=money(draw.choice(AMOUNTS))))
        elif kind == 2:
            made.append(make_event(**common, count=draw.randint(2, 99)))
        else:
            made.append(make_event(**common, user_id=draw.choice(PEOPLE)))
    return made


def a_report(draw: random.Random, unit: str) -> bytes:
    """A report with few campaigns and days, and some rejected rows."""
    rows = [f"Campaign,Campaign ID,{unit},Currency code,Cost,Clicks,Impr."]
    for _ in range(15):
        day = FIRST + dt.timedelta(days=draw.randrange(4) if unit == "Day" else -1)
        campaign, clicks = draw.randint(1, 3), draw.choice(["3", "11", "x", "0"])
        rows.append(f"Brand {campaign},{campaign},{day},EUR,{draw.randrange(9)}.50,{clicks},40")
    return "\n".join([*rows, ""]).encode()


def a_list_of_people(draw: random.Random) -> bytes:
    """A file for the mapping `OF_PEOPLE`."""
    rows = [",".join(OF_PEOPLE["columns"])]
    for number in range(9):
        person, kind = draw.choice(PEOPLE[:2]), draw.choice(["like", "share"])
        rows.append(f"{FIRST}T10:00:00Z,{person},yes,{kind},k{number}")
    return "\n".join([*rows, ""]).encode()


@pytest.mark.parametrize("kind", [History, SqliteHistory])
def test_the_bench_finds_nothing_without_a_bug(kind: type[History]) -> None:
    a_long_history(1, kind)


OF_DYNAMODB = {
    drop_unprocessed_items,  # SQLite has no unprocessed items
    batch_writer,
    five_hundred_is_success,
    ignore_the_last_evaluated_key,
    retry_without_a_pause,
    twenty_six_in_a_batch,
    a_key_twice_in_a_batch,
}


@pytest.mark.parametrize(
    "bug",
    [
        # Every other bug is also found on one machine, which is ten times as fast.
        pytest.param(bug, marks=[] if bug in OF_DYNAMODB else [pytest.mark.thorough])
        for bug in BUGS
    ],
    ids=lambda bug: bug.__name__,
)
def test_the_bench_finds_a_bug(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):  # not by another exception
        some_long_histories()


def forget_the_change(patch: Patch) -> None:
    """A write to an event partition is not listed as a change for the totals."""
    patch.setattr("chalicelib.local.database_rows.parse_event_partition", lambda _pk: None)


def acknowledge_before_the_commit(patch: Patch) -> None:
    """A batch that the database rejected counts as written."""
    write_batch = WeatheredTable.write_batch

    def trusting(self: WeatheredTable, requests: Any) -> Any:
        try:
            return write_batch(self, requests)
        except StoreUnavailable:
            return ()

    patch.setattr(WeatheredTable, "write_batch", trusting)


ON_ONE_MACHINE = (
    *(bug for bug in BUGS if bug not in OF_DYNAMODB),
    forget_the_change,
    acknowledge_before_the_commit,
)


@pytest.mark.parametrize("bug", ON_ONE_MACHINE, ids=lambda bug: bug.__name__)
def test_the_bench_finds_a_bug_on_one_machine(
    bug: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        some_long_histories(SqliteHistory)
