"""`serve --engine dynamodb-local`, killed in the middle of its work and started again.

Runs where Java and `make dynamodb-local` are. SERVE_KILLS says how often it is killed.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib import wiring
from chalicelib.embedded.installation import Installation
from chalicelib.embedded.service import EmbeddedService
from chalicelib.services.audit import audit
from tests.served import Served, needs_java_and_jar

pytestmark = needs_java_and_jar

KILLS = int(os.environ.get("SERVE_KILLS", "2"))
ENGINE = ("--engine", "dynamodb-local")
TODAY = dt.datetime.now(dt.UTC).date()
DAYS = [TODAY - dt.timedelta(days=n) for n in range(1, 21)]
PER_REQUEST = 20
ROWS = 150


@dataclass
class Sender:
    """Sends events, one request after the other, and what was not acknowledged once more."""

    draw: random.Random
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    unanswered: list[dict[str, Any]] = field(default_factory=list)
    cut_off: int = 0

    def send_until_killed(self, served: Served, key: str, first_done: threading.Event) -> None:
        """One request after the other until one gets no answer."""
        while True:
            events = self.unanswered or [self._event() for _ in range(PER_REQUEST)]
            self.unanswered = events
            ids = {event["event_id"] for event in events}
            self.sent |= ids
            try:
                answer = served.call("POST", "/v1/events", key, {"events": events})
            except (OSError, http.client.HTTPException):
                self.cut_off += 1
                return
            assert answer["accepted"] == len(events)
            self.acknowledged |= ids
            self.unanswered = []
            first_done.set()

    def _event(self) -> dict[str, Any]:
        number = len(self.sent) + self.draw.randrange(10**12)
        return {
            "kind": "engagement",
            "event_id": f"like-{number}",
            "occurred_at": f"{self.draw.choice(DAYS)}T09:00:00Z",
            "channel": "facebook",
            "type": "like",
            "user_id": f"person-{number % 997}",
        }


def _export(rows: int, seed: int) -> bytes:
    """A daily campaign report; each row is one cost and two kinds of engagement at most."""
    lines = [
        f"Campaign report\n{DAYS[-1]:%-d %B %Y} - {DAYS[0]:%-d %B %Y}",
        "Campaign,Day,Currency code,Cost,Clicks,Impr.",
    ]
    for number in range(rows):
        day = DAYS[number % len(DAYS)]
        lines.append(f"Brand {seed}-{number // len(DAYS)},{day},EUR,1.50,{1 + number % 9},100")
    return "\n".join(lines).encode()


def _start_import(served: Served, key: str, content: bytes) -> str:
    announced = served.call("POST", "/v1/imports", key, {"filename": "report.csv"}, status=201)
    served.upload(announced["upload"]["url"], content)
    return str(announced["id"])


def _wait_for_import(served: Served, key: str, import_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        told: dict[str, Any] = served.call("GET", f"/v1/imports/{import_id}", key)
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.2)
    raise AssertionError(f"the import is not done: {told}")


def _java_of(served: Served) -> int:
    found = re.search(r"DynamoDB Local \(process (\d+)\)", served.said)
    assert found is not None
    return int(found[1])


def _is_running(pid: int) -> bool:
    told = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} goes on"
        time.sleep(0.05)


def test_what_was_acknowledged_is_there_once_after_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, draw = tmp_path / "data", random.Random(32)
    sender, imports, key = Sender(draw), [], ""
    finished_before_kill = 0
    for kill in range(KILLS):
        served = Served(data, *ENGINE, rate_limit="0")
        java = _java_of(served)
        try:
            key = key or served.key
            for import_id in imports:
                assert _wait_for_import(served, key, import_id)["state"] == "done"
            done = threading.Event()
            sending = threading.Thread(target=sender.send_until_killed, args=(served, key, done))
            sending.start()
            assert done.wait(60)
            imports.append(_start_import(served, key, _export(ROWS, kill)))
            if kill % 2 == 0:
                assert _wait_for_import(served, key, imports[-1])["state"] == "done"
                finished_before_kill += 1
            else:  # a notice of the last two seconds may be lost
                time.sleep(2.5)
            time.sleep(draw.uniform(0, 1.5))
        finally:
            served.end(signal.SIGKILL)
        sending.join(60)
        _wait_until_gone(java)
        assert (sender.cut_off, len(sender.unanswered)) == (kill + 1, PER_REQUEST)

    served = Served(data, rate_limit="0")  # the directory knows its engine
    try:
        again = {"events": sender.unanswered}
        assert served.call("POST", "/v1/events", key, again)["accepted"] == PER_REQUEST
        sender.acknowledged |= {event["event_id"] for event in sender.unanswered}
        told = [_wait_for_import(served, key, one) for one in imports]
        assert [one["state"] for one in told] == ["done"] * KILLS
        imported = sum(one["events"] for one in told)
    finally:
        assert served.end(signal.SIGTERM) == 0

    found, differences = _read_again(data)
    likes = Counter({name: n for name, n in found.items() if name.startswith("like-")})
    lost = sender.acknowledged - set(likes)
    doubled = {name for name, count in found.items() if count > 1}
    with capsys.disabled():
        print(  # noqa: T201 - the figures of a longer run
            f"\n{KILLS} kills, {finished_before_kill} after an import's end: "
            f"{len(sender.acknowledged):,} events acknowledged by HTTP, {imported:,} imported, "
            f"{len(found):,} stored; lost {len(lost)}, doubled {len(doubled)}, "
            f"{len(differences)} totals differ"
        )
    assert sender.acknowledged == sender.sent == set(likes)
    assert len(found) == len(likes) + imported
    assert (lost, doubled, differences) == (set(), set(), [])


def _read_again(data: Path) -> tuple[Counter[str], list[Any]]:
    """How often each event is stored, and where totals are not what the events say."""
    service = EmbeddedService(app, Installation(data), port=0, data=data)
    service.start()
    try:
        service.wait_until_idle(120)
        store = wiring.store("local")
        found = Counter(
            event.event_id
            for day in DAYS
            for shard in range(store.config.shards)
            for event in store.events.in_partition(day, shard, consistent=True)
        )
        now = dt.datetime.now(dt.UTC)
        return found, list(audit(store, DAYS[-1], DAYS[0], now=now))
    finally:
        service.stop()
