"""The service on one machine: with the real application, and with recording handlers."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.app import Chalice

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.local.installation import Installation
from chalicelib.local.machine import DirectoryInUseError, LocalMachine
from chalicelib.local.service import API_BODY_BYTES, LocalService
from chalicelib.services.ingest import record_events
from tests.factories import make_event

NOW = dt.datetime.now(dt.UTC)
YESTERDAY = (NOW - dt.timedelta(days=1)).date()


@dataclass
class Recording:
    """An application whose functions record their events, and fail a given number of times."""

    app: Chalice = field(default_factory=lambda: Chalice("recording"))
    imports: list[Any] = field(default_factory=list)
    fits: list[Any] = field(default_factory=list)
    partitions: list[list[str]] = field(default_factory=list)
    schedules: list[Any] = field(default_factory=list)
    failures: int = 0

    def _maybe_fail(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("on purpose")

    def import_handler(self, event: dict[str, Any], context: Any) -> Any:
        self.imports.extend(json.loads(record["body"]) for record in event["Records"])
        assert context.get_remaining_time_in_millis() > 60_000
        self._maybe_fail()

    def fit_handler(self, event: dict[str, Any], context: Any) -> Any:
        self.fits.append(event)
        if self.failures > 0:
            self.failures -= 1
            return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
        return {"batchItemFailures": []}

    def aggregate_handler(self, event: dict[str, Any], context: Any) -> None:
        records = event["Records"]
        self.partitions.append([record["dynamodb"]["Keys"]["pk"]["S"] for record in records])
        self._maybe_fail()

    def schedule_handler(self, event: dict[str, Any], context: Any) -> None:
        self.schedules.append(event)


@contextmanager
def _running(application: Any, home: Path, **options: Any) -> Iterator[LocalService]:
    options = {"port": 0, "retry_seconds": 0} | options
    service = LocalService(application, Installation(home), **options)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def app() -> Any:
    import app

    return app


@pytest.fixture
def keys(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run ``keys`` of the command line; return what it prints."""

    def run(directory: Path, *arguments: str) -> str:
        assert main(["keys", *arguments, "--data", str(directory)]) == 0
        return capsys.readouterr().out.strip()

    return run


READ = ("create", "--role", "read", "--tenant", "acme")
REVOKE = ("revoke", "--tenant", "acme")


def _ask(
    service: LocalService, method: str, path: str, key: str, body: Any = None
) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=10)
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
    headers = {"x-api-key": key, "content-type": "application/json"}
    connection.request(method, path, data, headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response, json.loads(text) if text.startswith(b"{") else text


def _call(service: LocalService, *asked: Any) -> tuple[int, Any]:
    response, answer = _ask(service, *asked)
    return response.status, answer


def _like(number: int) -> dict[str, Any]:
    return make_event(
        event_id=f"like-{number}",
        occurred_at=f"{YESTERDAY}T10:00:00Z",
        user_id=f"person-{number}",
    )


LIKES = (
    f"/v1/timeseries?metric=engagements&group_by=none&from={YESTERDAY}&to={YESTERDAY}&interval=day"
)


def _likes_counted(service: LocalService, key: str) -> int:
    status, answer = _call(service, "GET", LIKES, key)
    assert status == 200, answer
    return sum(point["value"] for series in answer["series"] for point in series["points"])


def _youtube(views: int) -> bytes:
    return f"Date,Views\n{YESTERDAY},{views}\n".encode()


# --- the real application -------------------------------------------------------------------------


def test_an_unknown_route_and_an_oversized_body_are_problems(app: Any, tmp_path: Path) -> None:
    with _running(app, tmp_path) as service:
        status, answer = _call(service, "GET", "/v1/nowhere", "")
        assert (status, answer["code"]) == (404, "not_found")
        status, answer = _call(service, "POST", "/v1/events", "", b"x" * (API_BODY_BYTES + 1))
        assert (status, answer["code"]) == (413, "body_too_large")


def test_a_restart_keeps_events_totals_keys_and_files(app: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _running(app, data, data=data) as service:
        key = service.create_key("acme", "admin", currency="CHF")
        _call(service, "POST", "/v1/events", key, {"events": [_like(1), _like(2)]})
        service.put_object("imports/acme/Totals.csv", _youtube(5))
        service.wait_until_idle(10)
    with _running(app, data, data=data) as service:
        assert wiring.store("acme").is_registered()
        assert wiring.store("acme").config.currency == "CHF"
        assert _likes_counted(service, key) == 7
        _, answer = _call(service, "GET", "/v1/imports", key)
        assert [one["state"] for one in answer["imports"]] == ["done"]
        assert wiring.store("acme").objects.get("imports/acme/Totals.csv") == _youtube(5)


def test_totals_that_were_waiting_at_the_stop_are_derived_after_the_restart(
    app: Any, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with _running(app, data, data=data) as service:
        key = service.create_key("acme", "admin")
    machine = LocalMachine(data, root_secret=Installation(data).root_secret)
    wiring.use_machine(machine)  # as if killed before deriving
    record_events(wiring.store("acme"), [_like(1)], now=NOW)
    wiring.reset()
    machine.close()
    with _running(app, data, data=data) as service:
        service.wait_until_idle(10)
        assert _likes_counted(service, key) == 1


def test_a_key_created_by_another_process_is_valid_at_once_and_never_on_disk(
    app: Any, tmp_path: Path, keys: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIKEWORTH_TABLE", raising=False)
    monkeypatch.delenv("LIKEWORTH_SECRET", raising=False)
    data = tmp_path / "data"

    def create(tenant: str) -> str:
        return keys(data, "create", "--tenant", tenant, "--role", "read", "--currency", "USD")

    before = create("early")
    with _running(app, data, data=data) as service:
        during = create("late")
        for key, tenant in ((before, "early"), (during, "late")):
            status, _ = _call(service, "GET", "/v1/fits", key)
            assert (status, wiring.store(tenant).config.currency) == (200, "USD")
        assert _call(service, "GET", "/v1/fits", during[:-1] + "?")[0] == 401
    everything = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
    for key in (before, during):
        assert key.rpartition(".")[2].encode() not in everything


def test_a_revoked_key_stays_revoked_over_a_restart(
    app: Any, tmp_path: Path, keys: Callable[..., str]
) -> None:
    data = tmp_path / "data"
    key = keys(data, *READ)
    with _running(app, data, data=data) as service:
        admin = service.create_key("acme", "admin")
        assert _call(service, "DELETE", f"/v1/keys/{key.split('.')[1]}", admin)[0] == 204
    with _running(app, data, data=data) as service:
        assert _call(service, "GET", "/v1/fits", key)[0] == 401


def test_a_key_revoked_on_the_command_line_fails_at_the_next_request(
    app: Any, tmp_path: Path, keys: Callable[..., str]
) -> None:
    data = tmp_path / "data"
    recorded = keys(data, *READ)
    with _running(app, data, data=data) as service:
        admin = service.create_key("acme", "admin")
        _, made = _call(service, "POST", "/v1/keys", admin, {"role": "read"})
        for key in (recorded, made["key"]):
            assert _call(service, "GET", "/v1/fits", key)[0] == 200
            keys(data, *REVOKE, key.split(".")[1])
            assert _call(service, "GET", "/v1/fits", key)[0] == 401
        keys(data, *REVOKE, admin.split(".")[1])  # including the last one
        assert _call(service, "GET", "/v1/fits", admin)[0] == 401
        assert not service.has_admin("acme")
    with _running(app, data, data=data) as service:
        for key in (recorded, made["key"], admin):
            assert _call(service, "GET", "/v1/fits", key)[0] == 401


def test_a_service_without_a_directory_accepts_keys_of_the_command_line(
    app: Any, tmp_path: Path, keys: Callable[..., str]
) -> None:
    home = tmp_path  # of the installation
    first, second = keys(home, *READ), keys(home, *READ)
    keys(home, *REVOKE, first.split(".")[1])
    third = keys(home, *READ)
    for _ in range(2):
        with _running(app, tmp_path) as service:
            told = [_call(service, "GET", "/v1/fits", key)[0] for key in (first, second, third)]
            assert told == [401, 200, 200]


# --- the machinery around the functions -----------------------------------------------------------


def test_an_import_that_always_fails_goes_to_the_dead_letter_queue(tmp_path: Path) -> None:
    recording = Recording()
    with _running(recording, tmp_path) as service:
        service.wait_until_idle(10)
        recording.failures = 1000
        service.put_object("imports/acme/a.csv", b"x")
        service.wait_until_idle(10)
        ((message, reason),) = service.machine.queues.dead("import")
        (failed,) = wiring.store("acme").imports.newest_first(limit=10)
    assert message["import"]["key"] == "imports/acme/a.csv"
    assert reason == "it failed 3 times"
    assert 1000 - recording.failures == 3
    assert (failed.state, failed.error and failed.error["code"]) == ("failed", "gave_up")


def test_a_partial_batch_response_fails_the_message(tmp_path: Path) -> None:
    recording = Recording(failures=2)
    with _running(recording, tmp_path) as service:
        service.machine.send("fit", {"n": 1})
        service.machine.send("fit", {"n": 2})
        service.wait_until_idle(10)
    bodies = [event["Records"][0]["body"] for event in recording.fits]
    assert sorted(set(bodies)) == ['{"n":1}', '{"n":2}']
    assert len(bodies) == 4


def test_an_unhandled_message_is_delivered_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    failing, good = Recording(failures=1000), Recording()
    with _running(failing, data, data=data, retry_seconds=1) as service:
        service.put_object("imports/acme/a.csv", b"x")
    with _running(good, data, data=data, retry_seconds=1) as service:
        service.wait_until_idle(10)
    keys = [message["import"]["key"] for message in good.imports]
    assert keys == ["imports/acme/a.csv"]


ONE, TWO = "acme#events#2026-03-14#0", "acme#events#2026-03-14#1"


def _put_items(service: LocalService, partition: str, count: int) -> None:
    for number in range(count):
        service.machine.table.put({"pk": {"S": partition}, "sk": {"S": str(number)}})


def test_changes_of_one_partition_are_delivered_together(tmp_path: Path) -> None:
    recording = Recording()
    with _running(recording, tmp_path) as service:
        _put_items(service, ONE, 20)
        _put_items(service, TWO, 20)
        _put_items(service, "acme#config", 1)
    delivered = [partition for batch in recording.partitions for partition in batch]
    assert set(delivered) == {ONE, TWO}
    assert len(delivered) <= 4


def test_the_schedule_runs_once_a_day_across_restarts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    recording = Recording()
    for hours in (0, 20, 25, 30, 50):
        at = NOW + dt.timedelta(hours=hours)
        with _running(recording, data, data=data, clock=lambda at=at: at) as service:
            service.wait_until_idle(10)
    assert [event["time"] for event in recording.schedules] == [
        f"{NOW + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (25, 50)
    ]


def test_a_stop_finishes_the_current_request_and_rejects_the_next(tmp_path: Path) -> None:
    recording = Recording()
    entered, release = threading.Event(), threading.Event()

    @recording.app.route("/slow")
    def slow() -> dict[str, bool]:
        entered.set()
        assert release.wait(10)
        return {"done": True}

    service = LocalService(recording, Installation(tmp_path), port=0)
    service.start()
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(_call(service, "GET", "/slow", "")))
    asking.start()
    assert entered.wait(10)
    stopping = threading.Thread(target=service.stop)
    stopping.start()
    late = _call(service, "GET", "/slow", "")
    while late[0] != 503:
        late = _call(service, "GET", "/nowhere", "")
    release.set()
    asking.join()
    stopping.join()
    assert answers == [(200, {"done": True})]
    assert late[1]["code"] == "store_unavailable"


def test_the_secret_of_the_environment_has_priority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_SECRET", "a secret of my own")
    with _running(Recording(), tmp_path):
        assert wiring.root_secret() == b"a secret of my own"
    assert not (tmp_path / "secret").exists()


def test_two_services_cannot_share_a_directory(tmp_path: Path) -> None:
    with (
        _running(Recording(), tmp_path, data=tmp_path),
        pytest.raises(DirectoryInUseError, match="another process"),
    ):
        LocalService(Recording(), Installation(tmp_path), port=0, data=tmp_path)


# --- a store that does not take anything ----------------------------------------------------------


@contextmanager
def _full(service: LocalService) -> Iterator[None]:
    """Limit the database to its current size."""
    writer = service.machine.database._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        writer.execute("PRAGMA max_page_count=1000000")


def test_events_are_handed_back_and_not_counted_if_the_disk_is_full(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_WRITE_SECONDS", "1")
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "0")
    with _running(app, tmp_path, data=tmp_path) as service:
        key = service.create_key("acme", "admin")
        events = [_like(n) for n in range(200)]
        with _full(service):
            response, told = _ask(service, "POST", "/v1/events", key, {"events": events})
        assert (response.status, told["code"]) == (503, "store_unavailable")
        assert int(response.headers["Retry-After"]) > 0
        assert told["not_stored"] == list(range(200))
        service.wait_until_idle(10)
        assert _likes_counted(service, key) == 0
        assert _call(service, "POST", "/v1/events", key, {"events": events})[0] == 200
        service.wait_until_idle(10)
        assert _likes_counted(service, key) == 200


def test_a_damaged_partition_has_its_own_error_and_others_work(app: Any, tmp_path: Path) -> None:
    with _running(app, tmp_path, data=tmp_path) as service:
        key = service.create_key("acme", "admin")
        _call(service, "POST", "/v1/events", key, {"events": [_like(1)]})
        service.wait_until_idle(10)
        service.machine.database._writer.execute(
            "UPDATE items SET item = item || ' ' WHERE pk LIKE '%#days#%'"
        )
        status, answer = _call(service, "GET", LIKES, key)
        assert (status, answer["code"]) == (500, "store_damaged")
        assert _call(service, "GET", "/v1/imports", key)[0] == 200
