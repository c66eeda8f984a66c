"""The functions that derive totals, for days that the stream or a queue reports as changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from chalicelib import wiring
from chalicelib.functions import (
    QUEUE_KEEPS_FAILED_MESSAGES,
    Function,
    Queue,
    Stream,
    deletes,
    gets,
    puts,
    queries,
    sends,
    updates,
    writes_objects,
)
from chalicelib.model.errors import UnprocessableMessage
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.services.totals.freshness import (
    Appointment,
    Wait,
    derive_or_wait,
    keep_appointment,
)
from chalicelib.storage.table_keys import is_tenant, parse_event_partition
from chalicelib.workers.queue_messages import LambdaEvent, each_message

_DERIVES_TOTALS = (
    gets("config", "days#*"),
    queries("events#*", "messages#*"),
    puts("config", "messages#*"),
    updates("days#*"),
    deletes("messages#*"),
    writes_objects("documents/{tenant}/days/*"),
)
TOTALS_QUEUE = Queue(
    name="likeworth-totals",
    batch_size=10,
    hidden_seconds=1_800,
    tries=5,
    late_seconds=7_200,
    failure="The waiting totals of a day could not be derived",
)
TOTALS = Function(
    name="Totals",
    timeout_seconds=300,
    megabytes=512,
    at_once=10,
    queue=TOTALS_QUEUE,
    sends_itself=True,  # a day that must wait longer is sent again
    without_dead_letters=QUEUE_KEEPS_FAILED_MESSAGES,
    rights=(sends("TotalsQueue"),),
    tenant_rights=_DERIVES_TOTALS,
)
CHANGES = Stream(
    batch_size=10_000,
    window_seconds=300,
    tries=10,
    late_milliseconds=1_800_000,
    failure="The totals of changed days could not be derived",
)
AGGREGATE = Function(
    name="Aggregate",
    timeout_seconds=300,
    megabytes=512,
    at_once=20,
    stream=CHANGES,
    without_dead_letters="Lambda reads the stream; failed batches go to StreamDeadLetters.",
    rights=(*_DERIVES_TOTALS, sends("TotalsQueue", "StreamDeadLetters")),
)


def derive_totals(event: LambdaEvent, *, now: dt.datetime) -> None:
    """Derive the totals of every day and shard that changed, according to a stream event.

    If there is a queue, totals that were derived recently wait there. Records of expired items
    (deleted by DynamoDB itself) are ignored: totals are kept longer than their events.
    """
    changed = sorted(set(_changed_partitions(event)))
    for tenant, day, shard in changed:
        store = wiring.store(tenant)
        if not wiring.settings().totals_queue_url:
            derive_day(store, day, shard, now=now)
        else:
            derive_or_wait(store, day, shard, now=now, wait=_waiting(tenant, day, shard, now))


def derive_waiting_totals(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Derive the totals of the waiting days that an SQS event names.

    Return a partial batch response.
    """

    def handle(message: dict[str, Any]) -> None:
        match message:
            case {
                "totals": {
                    "tenant": str(tenant),
                    "day": str(day_text),
                    "shard": int(shard),
                    **rest,
                }
            } if is_tenant(tenant):
                keep_appointment(
                    wiring.store(tenant),
                    dt.date.fromisoformat(day_text),
                    shard,
                    reading=int(
                        str(rest.get("reading", 0))
                    ),  # 0 in messages without numbers (before ADR 44)
                    now=now,
                    wait=_waiting(tenant, dt.date.fromisoformat(day_text), shard, now),
                )
            case _:
                raise UnprocessableMessage("the message names no day")

    return each_message(event, handle)


def _waiting(tenant: str, day: dt.date, shard: int, now: dt.datetime) -> Wait:
    def wait(until: Appointment) -> None:
        message = {
            "tenant": tenant,
            "day": day.isoformat(),
            "shard": shard,
            "reading": until.reading,
        }
        seconds = (until.due_at - now).total_seconds()
        wiring.send_totals({"totals": message}, delay_seconds=seconds)

    return wait


def _changed_partitions(event: LambdaEvent) -> Iterator[tuple[str, dt.date, int]]:
    for record in event["Records"]:
        if record.get("userIdentity", {}).get("principalId") == "dynamodb.amazonaws.com":
            continue
        partition = parse_event_partition(record["dynamodb"]["Keys"]["pk"]["S"])
        if partition is not None:
            yield partition
