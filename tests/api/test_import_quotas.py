"""Quotas of imports by HTTP, and the announced size in the upload URL."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import wiring
from chalicelib.model.errors import GivenUp
from chalicelib.services import imports
from chalicelib.wiring import processes
from tests.api.conftest import Caller, invalid_fields, rejected


def test_an_import_above_the_quota_is_429_with_retry_after(
    monkeypatch: pytest.MonkeyPatch, sender: Caller
) -> None:
    monkeypatch.setenv("LIKEWORTH_OPEN_IMPORTS", "2")
    processes.current.settings = None
    processes.current.stores.clear()
    for _ in range(2):
        assert sender.post("/v1/imports", {"filename": "x.csv"}).status_code == 201
    response = sender.post("/v1/imports", {"filename": "x.csv"})
    assert rejected(response) == (429, "too_many_imports")
    assert int(str(response.headers["Retry-After"])) > 0


def test_a_size_above_the_daily_quota_is_429_until_tomorrow(sender: Caller) -> None:
    now = dt.datetime.now(dt.UTC)
    store = wiring.store("acme")
    store.import_quotas.add_bytes(now.date(), store.settings.daily_upload_bytes - 10)
    assert sender.post("/v1/imports", {"filename": "x.csv", "bytes": 10}).status_code == 201
    response = sender.post("/v1/imports", {"filename": "x.csv", "bytes": 11})
    assert rejected(response) == (429, "upload_quota_used")
    assert 0 < int(str(response.headers["Retry-After"])) <= 86_400


@pytest.mark.parametrize("size", [0, -1, 5_000_000_001, "10", 1.5, True])
def test_an_impossible_size_is_rejected(sender: Caller, size: object) -> None:
    response = sender.post("/v1/imports", {"filename": "x.csv", "bytes": size})
    assert invalid_fields(response)[0][0] == "/bytes"


def test_an_announced_size_is_signed_and_null_means_no_size(sender: Caller) -> None:
    for size, signed in ((10, "content-length;host"), (None, "host")):
        made = sender.post("/v1/imports", {"filename": "x.csv", "bytes": size}).json_body
        query = parse_qs(urlsplit(made["upload"]["url"]).query)
        assert query["X-Amz-SignedHeaders"] == [signed]


def test_a_replay_that_cannot_be_queued_does_not_count_as_unfinished(
    monkeypatch: pytest.MonkeyPatch, sender: Caller
) -> None:
    made = sender.post("/v1/imports", {"filename": "x.csv"}).json_body
    store, now = wiring.store("acme"), dt.datetime.now(dt.UTC)
    imports.give_up_import(store, made["id"], GivenUp(), now=now)
    monkeypatch.setenv("LIKEWORTH_IMPORT_QUEUE_URL", "")
    processes.current.settings = None
    response = sender.post(f"/v1/imports/{made['id']}/replay", {})
    assert rejected(response) == (500, "misconfigured")
    since = now - dt.timedelta(hours=1)
    assert store.import_quotas.unfinished(most=9, announced_since=since, now=now) == set()
