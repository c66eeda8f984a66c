"""Alarms about the dialogue are sent to the webhook of a tenant, each once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import webhooks, wiring, workers
from chalicelib.local.machine import LocalMachine
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals
from chalicelib.webhooks import Undeliverable
from chalicelib.workers import daily_jobs
from tests.conftest import SECRET, Cloud, session
from tests.factories import NOW
from tests.functions import SIMPLE, Functions
from tests.talk import make_talk
from tests.unit.test_workers import sqs_event, totals_queue

__all__ = ["totals_queue"]  # a fixture

DAYS = 40
FIRST = NOW.date() - dt.timedelta(days=DAYS)
YESTERDAY = NOW.date() - dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer partitions to derive."""
    monkeypatch.setenv("LIKEWORTH_SHARDS", "1")


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The messages that were sent to webhooks."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(webhooks, "post", lambda url, message, **_more: sent.append(message))
    return sent


def stormy(*, webhook: bool = True, storm: int = DAYS - 1) -> TenantStore:
    """A tenant with a storm, by default yesterday."""
    store = wiring.store("acme")
    if webhook:
        store.items.configure(replace(store.config, webhook_url="https://hooks.example.org/"))
        del store.config  # read again
    events = make_talk(FIRST, DAYS, storm=storm)
    for start in range(0, len(events), 400):
        record_events(store, events[start : start + 400], now=NOW)
    for number in range(DAYS):
        derive_day(store, FIRST + dt.timedelta(days=number), 0, now=NOW)
    return store


@pytest.mark.usefixtures("cloud")
def test_a_storm_is_announced_once(posted: list[dict[str, Any]]) -> None:
    stormy()
    daily_jobs.announce_alarms(now=NOW)
    (message,) = posted
    assert (message["event"], message["tenant"]) == ("dialogue_alarm", "acme")
    assert (message["day"], message["contents"][0]) == (str(YESTERDAY), "post88")
    assert message["criticism"] > message["usual_high"] > message["usual"]
    assert f"unusually much criticism on {YESTERDAY}" in message["text"]
    daily_jobs.announce_alarms(now=NOW + dt.timedelta(hours=1))
    daily_jobs.announce_alarms(now=NOW + dt.timedelta(days=1))
    assert len(posted) == 1


@pytest.mark.usefixtures("cloud")
def test_an_old_storm_is_not_announced(posted: list[dict[str, Any]]) -> None:
    stormy(storm=DAYS - 4)
    daily_jobs.announce_alarms(now=NOW)
    assert posted == []


@pytest.mark.usefixtures("cloud")
def test_without_a_webhook_nothing_is_announced(posted: list[dict[str, Any]]) -> None:
    store = stormy(webhook=False)
    daily_jobs.announce_alarms(now=NOW)
    assert posted == []
    assert store.announced.claim(YESTERDAY, now=NOW)


@pytest.mark.usefixtures("cloud")
def test_a_webhook_that_does_not_answer_does_not_stop_the_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise Undeliverable("status 500")

    monkeypatch.setattr(webhooks, "post", refuse)
    stormy()
    daily_jobs.announce_alarms(now=NOW)
    assert "webhook of acme: alarm: status 500" in caplog.text


@pytest.fixture
def functions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """A separate function makes the numbers."""
    made = Functions()
    made.take_calls(monkeypatch)
    monkeypatch.setenv("LIKEWORTH_ANALYSIS_FUNCTION", "AnalysisHandler")
    with mock_aws(config={"lambda": SIMPLE}):  # type: ignore[typeddict-item]
        wiring.use_session(session())
        yield made


def test_the_daily_job_has_the_numbers_made_elsewhere(
    functions: Functions, posted: list[dict[str, Any]]
) -> None:
    stormy()
    daily_jobs.announce_alarms(now=NOW)
    assert functions.calls == {("AnalysisHandler", None): 1}
    assert [one["day"] for one in posted] == [str(YESTERDAY)]


# --- messages of an earlier version -------------------------------------------------------------


def as_before(store: TenantStore) -> None:
    """Leave totals as an earlier version derived them."""
    read_at = NOW - dt.timedelta(days=1)
    for kept in list(store.totals.between(FIRST, NOW.date())):
        store.totals.put(DayTotals(kept.day, kept.shard, kept.rows), read_at=read_at)


def missing(store: TenantStore) -> int:
    days = store.totals.derived_between(FIRST, NOW.date())
    return sum(one.messages is None for one in days)


def test_missing_messages_wait_in_the_queue_of_totals(cloud: Cloud, totals_queue: str) -> None:
    store = stormy(webhook=False)
    as_before(store)
    daily_jobs.derive_missing_messages(now=NOW)
    assert missing(store) == DAYS
    while messages := cloud.messages(totals_queue):
        answer = workers.derive_waiting_totals(sqs_event(*messages), now=NOW)
        assert answer["batchItemFailures"] == []
    assert missing(store) == 0


def test_a_run_derives_a_bounded_number_and_the_latest_first(
    cloud: Cloud, totals_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stormy(webhook=False)
    as_before(store)
    monkeypatch.setattr(daily_jobs, "DERIVED_AT_ONCE", 3)
    daily_jobs.derive_missing_messages(now=NOW)
    asked = [json.loads(body)["totals"]["day"] for body in cloud.messages(totals_queue)]
    assert sorted(asked) == [str(YESTERDAY - dt.timedelta(days=n)) for n in (2, 1, 0)]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[None]:
    """State on this machine, which has no queue of totals."""
    made = LocalMachine(tmp_path, root_secret=lambda: SECRET, clock=lambda: NOW)
    wiring.use_machine(made)
    yield
    wiring.reset()
    made.close()


@pytest.mark.usefixtures("machine")
def test_without_a_queue_the_job_derives_them_itself() -> None:
    store = wiring.store("acme")
    record_events(store, make_talk(YESTERDAY, 1), now=NOW)
    for shard in range(store.config.shards):
        derive_day(store, YESTERDAY, shard, now=NOW)
    as_before(store)
    assert missing(store) > 0
    daily_jobs.derive_missing_messages(now=NOW)
    assert missing(store) == 0
