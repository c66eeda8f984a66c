"""Handlers: finished work is acknowledged; other messages are delivered again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib import wiring, workers
from chalicelib.model.errors import MisconfiguredService
from chalicelib.services.fitting.fits import request_fit, run_fit, show_fit
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy.erasures import erase_person, show_receipt
from chalicelib.services.totals.day_totals import timeseries
from chalicelib.storage.table_keys import REGISTRY_PARTITION, event_partition
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, TABLE, Cloud, session
from tests.factories import NOW, make_event

DAY = dt.date(2026, 3, 14)


def sqs_event(*bodies: Any) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": f"m{n}", "body": text} for n, text in enumerate(texts)]}


def dropped(key: str, etag: str = "", bucket: str = BUCKET, **over: Any) -> dict[str, Any]:
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-03-15T12:00:00.123Z",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "eTag": etag}},
    }
    return {"Records": [record | over]}


def import_all(*bodies: Any, seconds: float = 900.0) -> list[str]:
    """The ids of the messages that failed."""
    answer = workers.run_imports(sqs_event(*bodies), now=NOW, seconds_left=lambda: seconds)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def arrived(cloud: Cloud, key: str, body: bytes) -> dict[str, Any]:
    """Put a file into the bucket and return its notification."""
    return dropped(quote(key), cloud.put(key, body).etag)


ADS = (
    b"Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value\n"
    b"2026-03-13,Spring sale,EUR,1200,40,22.50,2,80.00\n"
    b"2026-03-14,Spring sale,EUR,900,30,18.00,1,40.00\n"
)


@pytest.fixture
def store(store: TenantStore) -> TenantStore:
    """The store of the tenant acme, which is registered."""
    assert store.config
    return store


def test_a_copied_file_is_imported(cloud: Cloud, store: TenantStore) -> None:
    etag = cloud.put("imports/acme/spring sale+ü.csv", ADS).etag
    assert import_all(dropped("imports/acme/spring+sale%2B%C3%BC.csv", etag)) == []
    (found,) = store.imports.newest_first(limit=2)
    assert (found.filename, found.state, found.error) == ("spring sale+ü.csv", "done", None)
    assert found.events > 0
    days = {event.day for event in store.iter_events(dt.date(2026, 3, 13), DAY)}
    assert days == {dt.date(2026, 3, 13), DAY}


def test_an_import_that_runs_out_of_time_continues_in_another_call(
    cloud: Cloud, store: TenantStore
) -> None:
    assert import_all(arrived(cloud, "imports/acme/x.csv", ADS), seconds=10) == []
    (message,) = cloud.messages(cloud.import_queue)
    assert store.imports.newest_first(limit=1)[0].state == "running"
    assert import_all(message) == []
    assert store.imports.newest_first(limit=1)[0].state == "done"


@pytest.mark.parametrize(
    "body",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET},
        dropped("imports/acme/folder/"),
    ],
)
def test_messages_without_work_are_acknowledged(store: TenantStore, body: dict[str, Any]) -> None:
    assert import_all(body) == []
    assert store.imports.newest_first(limit=1) == []


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "[]",
        {},
        {"Records": [{}]},
        {"import": {"tenant": "Acme!", "import_id": "x", "key": "", "etag": "", "version_id": ""}},
        dropped("imports/x.csv"),
        dropped("elsewhere/acme/x.csv"),
        dropped("imports/unknown-tenant/x.csv"),
        dropped("imports/acme/x.csv", bucket="another"),
        dropped("imports/acme/x.csv", eventName="ObjectRemoved:Delete"),
        dropped("imports/acme/x.csv", eventTime="yesterday"),
    ],
)
def test_malformed_messages_go_to_the_dead_letter_queue(
    store: TenantStore, body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert import_all(body) == ["m0"]
    assert "unprocessable_message" in caplog.text
    assert wiring.tenants() == ["acme"]


def test_one_bad_message_does_not_block_the_others(cloud: Cloud, store: TenantStore) -> None:
    message = arrived(cloud, "imports/acme/x.csv", ADS)
    assert import_all("nonsense", message, "nonsense") == ["m0", "m2"]
    assert store.imports.newest_first(limit=1)[0].state == "done"


def test_an_unexpected_exception_fails_the_call(cloud: Cloud, store: TenantStore) -> None:
    message = arrived(cloud, "imports/acme/x.csv", ADS)
    cloud.dynamodb.delete_table(TableName=TABLE)
    with pytest.raises(cloud.dynamodb.exceptions.ResourceNotFoundException):
        import_all(message)


# --- fits -------------------------------------------------------------------------------------


def test_the_daily_jobs_request_one_fit_a_day_for_every_tenant(cloud: Cloud) -> None:
    for tenant in ("acme", "b-corp"):
        assert wiring.store(tenant).config
    workers.request_fits(now=NOW)
    asked = [json.loads(body)["fit"] for body in cloud.messages(cloud.fit_queue)]
    assert sorted(one["tenant"] for one in asked) == ["acme", "b-corp"]
    workers.request_fits(now=NOW + dt.timedelta(hours=2))
    again = [json.loads(body)["fit"] for body in cloud.messages(cloud.fit_queue)]
    assert sorted(map(str, again)) == sorted(map(str, asked))


def test_a_message_runs_its_fit(cloud: Cloud, store: TenantStore) -> None:
    header = request_fit(store, wiring.send_fit, now=NOW, start=DAY, end=DAY)
    (message,) = cloud.messages(cloud.fit_queue)
    assert workers.run_fits(sqs_event(message), now=NOW) == {"batchItemFailures": []}
    ended = show_fit(store, header.fit_id)
    assert ended.status == "failed"  # there are no events
    assert run_fit(store, header.fit_id, now=NOW) == ended


@pytest.mark.parametrize(
    "body",
    [
        "x",
        {"fit": {}},
        {"fit": {"tenant": "Acme!", "fit_id": "x"}},
        {"fit": {"tenant": "acme", "fit_id": "20260101T000000Z-ffffffff"}},
    ],
)
@pytest.mark.usefixtures("store")
def test_a_message_without_a_fit_goes_to_the_dead_letter_queue(body: Any) -> None:
    answer = workers.run_fits(sqs_event(body), now=NOW)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


# --- the day ----------------------------------------------------------------------------------


def test_a_failed_daily_job_does_not_stop_the_others(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = erase_person(store, "user-1", now=NOW, has_time=lambda: False)
    assert erased.state == "running"
    monkeypatch.setenv("LIKEWORTH_FIT_QUEUE_URL", "")
    wiring.use_session(session())
    with pytest.raises(ExceptionGroup) as raised:
        workers.run_daily_jobs(now=NOW + dt.timedelta(hours=2))
    (failure,) = raised.value.exceptions
    assert isinstance(failure, MisconfiguredService)
    assert show_receipt(store, erased.receipt_id).state == "done"


def test_the_daily_run_raises_all_failures_together(
    cloud: Cloud, store: TenantStore, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.dynamodb.delete_table(TableName=TABLE)
    with pytest.raises(ExceptionGroup) as raised:
        workers.run_daily_jobs(now=NOW)
    assert len(raised.value.exceptions) == 6
    for duty in (
        *("request_fits", "end_fits", "renew_user_keys", "finish_erasures"),
        *("derive_missing_messages", "announce_alarms"),
    ):
        assert f"{duty} failed" in caplog.text


def test_running_the_daily_jobs_twice_changes_nothing(cloud: Cloud, store: TenantStore) -> None:
    workers.run_daily_jobs(now=NOW)
    before = cloud.items()
    workers.run_daily_jobs(now=NOW + dt.timedelta(hours=1))
    assert cloud.items() == before


def test_the_daily_jobs_omit_a_tenant_whose_registration_was_interrupted(
    cloud: Cloud, store: TenantStore
) -> None:
    key = {"pk": {"S": REGISTRY_PARTITION}, "sk": {"S": "half"}}
    cloud.dynamodb.put_item(TableName=TABLE, Item=key)
    workers.run_daily_jobs(now=NOW)
    assert not wiring.store("half").is_registered()
    assert len(cloud.messages(cloud.fit_queue)) == 1


# --- totals -----------------------------------------------------------------------------------


def changed(*partitions: str, **over: Any) -> dict[str, Any]:
    """Return the stream's records of changed items."""
    keys = [{"pk": {"S": partition}, "sk": {"S": "x"}} for partition in partitions]
    return {"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": one}} | over for one in keys]}


def all_shards(tenant: str = "acme") -> list[str]:
    return [event_partition(tenant, DAY, shard) for shard in range(4)]


@pytest.fixture
def totals_queue(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue of days whose totals wait."""
    queue: str = cloud.sqs.create_queue(QueueName="likeworth-totals")["QueueUrl"]
    monkeypatch.setenv("LIKEWORTH_TOTALS_QUEUE_URL", queue)
    wiring.use_session(session())
    return queue


def engagements(store: TenantStore) -> list[Any]:
    answer = timeseries(
        store, metric="engagements", group_by="none", start=DAY, end=DAY, interval="day"
    )
    return [point["value"] for one in answer["series"] for point in one["points"]]


def test_only_changes_of_event_items_are_derived(cloud: Cloud, store: TenantStore) -> None:
    before = cloud.items()
    others = ["acme#days#2026-03", "acme#config", "-#tenants", "acme#imports"]
    workers.derive_totals(changed(*others), now=NOW)
    assert cloud.items() == before


def test_totals_are_kept_when_their_events_expire(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, [make_event()], now=NOW)
    workers.derive_totals(changed(*all_shards()), now=NOW)
    for item in cloud.items():
        if "#events#2" in item["pk"]["S"]:
            key = {name: item[name] for name in ("pk", "sk")}
            cloud.dynamodb.delete_item(TableName=TABLE, Key=key)
    later = NOW + dt.timedelta(days=1)
    ttl = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    workers.derive_totals(changed(*all_shards(), userIdentity=ttl), now=later)
    assert engagements(store) == [1]
    workers.derive_totals(changed(*all_shards()), now=later)  # deleted by a user
    assert engagements(store) == []


def test_changed_days_wait_in_their_queue(
    cloud: Cloud, store: TenantStore, totals_queue: str
) -> None:
    delays = []
    wiring.client("sqs").meta.events.register(
        "before-parameter-build.sqs.SendMessage",
        lambda params, **_: delays.append(params.pop("DelaySeconds")),
    )
    record_events(store, [make_event() for _ in range(10)], now=NOW)
    workers.derive_totals(changed(*all_shards()), now=NOW)
    assert engagements(store) == [10]
    record_events(store, [make_event(event_id="late")], now=NOW)
    soon = NOW + dt.timedelta(minutes=5)
    for _ in range(3):
        workers.derive_totals(changed(*all_shards()), now=soon)
    assert engagements(store) == [10]
    assert delays == [600] * 4
    messages = cloud.messages(totals_queue)
    assert workers.derive_waiting_totals(sqs_event(*messages), now=soon)["batchItemFailures"] == []
    messages = cloud.messages(totals_queue)
    assert len(messages) == 4
    workers.derive_waiting_totals(sqs_event(*messages), now=NOW + dt.timedelta(minutes=15))
    assert engagements(store) == [11]
    assert cloud.messages(totals_queue) == []


def test_the_message_group_is_the_tenant(cloud: Cloud) -> None:
    wiring.send_fit({"fit": {"tenant": "acme", "fit_id": "1"}})
    answer = wiring.client("sqs").receive_message(
        QueueUrl=cloud.fit_queue, AttributeNames=["MessageGroupId"]
    )
    (message,) = answer["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "acme"
