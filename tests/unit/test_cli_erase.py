"""``erase``: repeating erasures in a restored table."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.services.ingest import record_events
from chalicelib.storage.attributes import Item
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.wiring import processes
from tests.conftest import TABLE, Cloud, create_table
from tests.erasing import ANNA, BEN, LATER, at, erase, people, totals
from tests.factories import NOW, make_conversion, make_event

pytestmark = pytest.mark.usefixtures("short_retention")

COPY = "likeworth-restored"


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIKEWORTH_TABLE", TABLE)
    monkeypatch.setenv("LIKEWORTH_BUCKET", "likeworth-exports")
    monkeypatch.setattr("chalicelib.cli.erase.utc_now", lambda: LATER)
    yield
    processes.current.stores.clear()


def history(store: TenantStore) -> None:
    for who in (ANNA, BEN):
        for day in (0, 1, 5):
            events = [
                make_event(user_id=who, occurred_at=at(day)),
                make_conversion(user_id=who, occurred_at=at(day, "10:00:00")),
            ]
            record_events(store, events, now=NOW)


def items_of(cloud: Cloud, table: str = TABLE) -> list[Item]:
    return cloud.dynamodb.scan(TableName=table)["Items"]  # type: ignore[no-any-return]


def restore(cloud: Cloud, items: list[Item], table: str) -> None:
    for item in items:
        cloud.dynamodb.put_item(TableName=table, Item=item)


def test_the_person_is_erased_again_in_a_table_restored_to_before_the_erasure(
    cloud: Cloud,
    store: TenantStore,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    history(store)
    create_table(cloud.dynamodb, COPY, stream=False)
    restore(cloud, items_of(cloud), COPY)
    anna, ben, counted = store.user_hash(ANNA), store.user_hash(BEN), totals(store)
    receipt = erase(store)

    monkeypatch.setenv("LIKEWORTH_TABLE", COPY)
    wiring.reset()
    restored = wiring.store("acme")
    assert people(restored) == {anna, ben}
    assert main(["erase", "--from-table", TABLE, "--all-tenants"]) == 0

    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (record["tenant"], record["id"], record["state"]) == ("acme", receipt.receipt_id, "done")
    assert people(restored) == {ben}
    assert totals(restored) == counted
    places = {one["pk"]["S"] for one in items_of(cloud, COPY) if anna in json.dumps(one)}
    assert places == {"acme#erased", "acme#erasures"}
    record_events(restored, [make_event(user_id=ANNA, occurred_at=at(2))], now=NOW)
    assert people(restored) == {ben}


def test_copied_back_events_lose_the_erased_person_and_count_once(
    cloud: Cloud, store: TenantStore
) -> None:
    history(store)
    before, counted = items_of(cloud), totals(store)
    erase(store)
    restore(cloud, [one for one in before if "#events#" in one["pk"]["S"]], TABLE)
    assert store.user_hash(ANNA) in people(store)

    for _ in range(2):
        assert main(["erase", "--tenant", "acme"]) == 0
        assert people(store) == {store.user_hash(BEN)}
        assert totals(store) == counted


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--tenant", "Acme!"], "a tenant is a slug"),
        (["--tenant", "acme", "--from-table", "none-such"], "the table none-such does not exist"),
        (["--tenant", "unknown"], "the table likeworth does not contain the tenant unknown"),
    ],
)
def test_unusable_arguments_are_rejected(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(["erase", *arguments]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("name", ["LIKEWORTH_TABLE", "LIKEWORTH_BUCKET"])
def test_the_table_and_the_bucket_are_required(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.delenv(name)
    assert main(["erase", "--all-tenants"]) == 2
    assert name in capsys.readouterr().err
