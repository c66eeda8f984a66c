"""A tenant with something of each kind, a copy of the table, and what a table may lose."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib import wiring
from chalicelib.services.credentials.api_keys import authenticate, create_key
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy import erasures
from chalicelib.services.restoring import Restored, restore
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.services.totals.totals_audit import audit
from chalicelib.settings import Settings
from chalicelib.storage.attributes import Item
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.import_records import Import, RefusedRow
from chalicelib.storage.link_items import Link
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.wiring import processes
from tests.conftest import TABLE, Cloud, create_table
from tests.factories import (
    NOW,
    make_annotation,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
    money,
)
from tests.stores import store_behind

COPY = "likeworth-restored"
DAYS = 8
"""The retention in these tests: every day of it is looked at."""
DAY = NOW.date() - dt.timedelta(days=1)
WHOLE = Link(
    "20260315T120000Z-0000aaaa", "/v1/roi", {"goal": "x"}, "seal", NOW, NOW + dt.timedelta(days=9)
)


def items_of(cloud: Cloud, table: str = TABLE) -> dict[tuple[str, str], Item]:
    """Everything in a table, by its keys."""
    pages = cloud.dynamodb.get_paginator("scan").paginate(TableName=table)
    return {(one["pk"]["S"], one["sk"]["S"]): one for page in pages for one in page["Items"]}


def take_copy(cloud: Cloud) -> dict[tuple[str, str], Item]:
    """What DynamoDB makes of this moment."""
    if COPY not in cloud.dynamodb.list_tables()["TableNames"]:
        create_table(cloud.dynamodb, COPY, stream=False)
    taken = items_of(cloud)
    for item in taken.values():
        cloud.dynamodb.put_item(TableName=COPY, Item=item)
    return taken


def lose(cloud: Cloud, *lost: tuple[str, str]) -> None:
    """The table has these no more."""
    assert set(lost) <= items_of(cloud).keys()
    for partition, sort in lost:
        cloud.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": partition}, "sk": {"S": sort}})


def lose_all(cloud: Cloud) -> None:
    """The table is empty, and no process remembers anything."""
    lose(cloud, *items_of(cloud))
    processes.current.stores.clear()


def fresh(tenant: str = "acme") -> TenantStore:
    """A store that remembers nothing."""
    processes.current.stores.clear()
    return wiring.store(tenant)


def brought_back(
    store: TenantStore | None = None, *, now: dt.datetime = NOW, **options: Any
) -> Restored:
    return restore(store or fresh(), COPY, clock=lambda: now, **options)


def counts(told: Restored) -> dict[str, tuple[int, int]]:
    """Of kinds of which something was missing: how many, and how many were written."""
    return {
        kind: (one.missing, one.written)
        for kind, one in told.kinds.items()
        if one.missing or one.written
    }


def at(day: int, clock: str = "09:30:00") -> str:
    """A time so many days before `NOW`."""
    return f"{(NOW - dt.timedelta(days=day)).date()}T{clock}Z"


def history() -> list[dict[str, Any]]:
    """What some people and nobody did, on five days."""
    events = []
    for day in (0, 1, 2, 5, DAYS - 1):
        for who in ("anna", "ben", "carla", "dora", None):
            events += [
                make_event(user_id=who, occurred_at=at(day), cost=money("0.07")),
                make_event(user_id=who, occurred_at=at(day), type="share", content_id="post-1"),
                make_conversion(user_id=who, occurred_at=at(day, "10:00:00"), value=money("0.1")),
            ]
        events.append(make_cost(occurred_at=at(day, "00:00:00"), period_days=3))
    for who in ("anna", "ben", "carla", None):  # ids that are a person's own
        events.append(make_event(event_id="first", user_id=who, occurred_at=at(3)))
    return events


def spans() -> list[dict[str, Any]]:
    """A coverage and an annotation."""
    return [make_coverage(), make_annotation()]


def events_in(items: dict[tuple[str, str], Item]) -> dict[tuple[str, str], Item]:
    return {place: one for place, one in items.items() if "#events#2" in place[0]}


def erase(store: TenantStore, user_id: str) -> None:
    receipt = erasures.erase_person(store, user_id, now=NOW, has_time=lambda: True)
    assert receipt.state == "done"


def derive_all(store: TenantStore) -> None:
    for back in range(DAYS):
        for shard in range(store.config.shards):
            derive_day(store, NOW.date() - dt.timedelta(days=back), shard, now=NOW)


def differences(store: TenantStore) -> list[Any]:
    start = NOW.date() - dt.timedelta(days=DAYS)
    return list(audit(store, start, NOW.date(), now=NOW))


def everything(cloud: Cloud, store: TenantStore) -> str:
    """Something of each kind; an API key."""
    record_events(store, history() + spans(), now=NOW)
    erase(store, "dora")
    derive_all(store)
    key = create_key(store, "admin", now=NOW)
    assert authenticate(key, wiring.store, now=NOW)
    store.links.add(WHOLE)
    cloud.dynamodb.put_item(
        TableName=TABLE, Item={"pk": {"S": "acme#mappings"}, "sk": {"S": "crm"}, "x": {"S": "y"}}
    )
    new = FitHeader("20260315T120000Z-0000bbbb", "2026-03-15", "2026-03-01", "2026-03-14")
    store.fits.add(new)
    store.fits.put_document(new.fit_id, {"goals": {}})
    for partition in ("acme#experiments", "acme#experiment-counts"):
        store.objects.put("documents/acme/experiments/geo.json.zz", b"x")
        at_ = {"S": "documents/acme/experiments/geo.json.zz"}
        item = {"pk": {"S": partition}, "sk": {"S": "geo"}, "at": at_}
        cloud.dynamodb.put_item(TableName=TABLE, Item=item)
    store.imports.add(
        Import("20260315T110000Z-0000cccc", "ads.csv", "2026-03-15", generation=1, generations=1)
    )
    rows = [RefusedRow(7, 0, "a;b", "malformed_row", "no")]
    store.imports.add_refused_rows("20260315T110000Z-0000cccc", 1, rows, now=NOW)
    return key


def store_on(cloud: Cloud, client: Any) -> TenantStore:
    """A store of the tenant whose table is behind another client."""
    settings = Settings(retention_days=DAYS)
    return store_behind(client, cloud.s3, "acme", settings)


def places(cloud: Cloud, role: str = "read") -> set[str]:
    """The keys that hold the places of a role."""
    return set(items_of(cloud)["acme#key-holders", role]["expiries"]["M"])
