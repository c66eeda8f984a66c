"""Webhooks: which verdicts a fit changed, where a message may go, and what a failure does."""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from chalicelib import webhooks, wiring, workers
from chalicelib.services.fitting import fits
from chalicelib.services.fitting.fits import request_fit
from chalicelib.services.verdict_changes import verdict_changes, verdict_message
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.webhooks import Undeliverable
from tests.api.test_answers import document
from tests.conftest import Cloud
from tests.factories import NOW
from tests.kept_fits import keep_fit
from tests.unit.test_workers import sqs_event

__all__ = ["document"]  # a fixture


class Receiver:
    """A webhook on this machine."""

    def __init__(self) -> None:
        self.status, self.received = 200, list[dict[str, Any]]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append({"path": self.path, "body": json.loads(body)})
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Print nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def clearer(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a fit without the doubt that keeps Google Ads inconclusive."""
    made = copy.deepcopy(document)
    (at,) = (n for n, kind in enumerate(made["kinds"]) if kind["channel"] == "google_ads")
    made["goals"]["purchase"]["estimates"][at]["warnings"] = ["holidays_used"]
    return made


def test_equal_verdicts_make_no_message(document: dict[str, Any]) -> None:
    later = copy.deepcopy(document) | {"id": "later"}
    assert verdict_message("acme", document, later) is None


def test_a_changed_verdict_is_named_with_its_reason(document: dict[str, Any]) -> None:
    changed = clearer(document)
    (change,) = verdict_changes(document, changed)
    assert (change["goal"], change["channel"]) == ("purchase", "google_ads")
    assert (change["before"], change["after"]) == ("inconclusive", "profitable")
    message = verdict_message("acme", document, changed)
    assert message is not None
    assert "Google Ads (purchase): Profitable (before: Inconclusive). ROI 6.58" in message["text"]
    assert "Same-day demand suspected" not in message["text"]
    back = verdict_message("acme", changed, document)
    assert back is not None
    assert "Inconclusive (before: Profitable)" in back["text"]
    assert "Same-day demand suspected" in back["text"]
    assert message["fit"]["id"] == changed["id"]


def test_a_message_is_posted_as_json(receiver: Receiver) -> None:
    webhooks.post(receiver.url, {"text": "größer"}, may_be_private=True)
    assert receiver.received == [{"path": "/hook?a=1", "body": {"text": "größer"}}]


@pytest.mark.parametrize(("status", "tries"), [(500, webhooks.TRIES), (404, 1), (302, 1)])
def test_only_a_server_error_is_tried_again(receiver: Receiver, status: int, tries: int) -> None:
    receiver.status = status
    with pytest.raises(Undeliverable, match=str(status)):
        webhooks.post(receiver.url, {}, may_be_private=True)
    assert [one["path"] for one in receiver.received] == ["/hook?a=1"] * tries


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1"],
)
def test_addresses_that_are_not_public_are_not_called(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))
    private = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [public, private])
    monkeypatch.setattr(socket, "create_connection", lambda *_args: pytest.fail("it was called"))
    with pytest.raises(Undeliverable, match="not public"):
        webhooks.post("https://hooks.example.org/", {})


def test_https_goes_to_the_checked_address(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [public])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Undeliverable, match="ConnectionRefusedError"):
        webhooks.post("https://hooks.example.org/", {})
    assert called == [("8.8.8.8", 443)] * webhooks.TRIES


# --- a fit of a tenant with a webhook -------------------------------------------------------------


def run_new_fit(
    cloud: Cloud, store: TenantStore, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Run a fit that ends with this document; return its id."""
    monkeypatch.setattr(fits, "estimate_events", lambda _events, **_asked: made)
    header = request_fit(store, wiring.send_fit, now=NOW)
    (message,) = cloud.messages(cloud.fit_queue)
    for now in (NOW, NOW + dt.timedelta(minutes=5)):  # a queue can deliver a message twice
        assert workers.run_fits(sqs_event(message), now=now) == {"batchItemFailures": []}
    return header.fit_id


@pytest.fixture
def hooked(
    cloud: Cloud, store: TenantStore, document: dict[str, Any], receiver: Receiver
) -> TenantStore:
    """A tenant with a webhook and an earlier fit."""
    keep_fit(store, "20260101T000000Z-0000000a", document)
    store.items.configure(replace(store.config, webhook_url=receiver.url))
    del store.config
    return wiring.store("acme")


def test_a_fit_sends_the_verdicts_that_it_changes(
    cloud: Cloud,
    hooked: TenantStore,
    document: dict[str, Any],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posted = []
    monkeypatch.setattr(webhooks, "post", lambda url, message, **_more: posted.append(message))
    run_new_fit(cloud, hooked, clearer(document), monkeypatch)
    assert len(posted) == 1
    assert [change["channel"] for change in posted[0]["changes"]] == ["google_ads"]


def test_an_undeliverable_message_does_not_change_the_fit(
    cloud: Cloud,
    hooked: TenantStore,
    document: dict[str, Any],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        fit_id = run_new_fit(cloud, hooked, clearer(document), monkeypatch)
    header = hooked.fits.get(fit_id)
    assert header is not None
    assert header.status == "done"
    assert receiver.received == []  # in AWS, this machine's address is not public
    assert "not public" in caplog.text
    assert receiver.url not in caplog.text
