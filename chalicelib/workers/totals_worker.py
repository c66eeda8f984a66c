"""The functions of the totals: the days that the table's stream or a queue says have changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from chalicelib import wiring
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


def derive_totals(event: LambdaEvent, *, now: dt.datetime) -> None:
    """Derive the totals of every day and shard that a DynamoDB stream event says has changed.

    With a queue to wait in, those that were derived not long ago wait there.
    Records that expire (removed by DynamoDB itself) change nothing: totals outlive their events.
    """
    changed = sorted(set(_changed_partitions(event)))
    for tenant, day, shard in changed:
        store = wiring.store(tenant)
        if not wiring.settings().totals_queue_url:
            derive_day(store, day, shard, now=now)
        else:
            derive_or_wait(store, day, shard, now=now, wait=_waiting(tenant, day, shard, now))


def derive_waiting_totals(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Derive the totals of days that waited for it, as an SQS event says.

    Returns
    -------
    dict
        A partial batch response.
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
                    reading=int(str(rest.get("reading", 0))),  # 0 before there were numbers
                    now=now,
                    wait=_waiting(tenant, dt.date.fromisoformat(day_text), shard, now),
                )
            case _:
                raise UnprocessableMessage("the message names no day that waits")

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
