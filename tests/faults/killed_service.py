"""Kill `serve` repeatedly under load: nothing lost, nothing duplicated, every job ends."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import random
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib import wiring
from chalicelib.local.installation import Installation
from chalicelib.local.machine import LocalMachine
from chalicelib.services.totals.totals_audit import audit
from tests.served import Served

DAYS = 5
SENDERS = 2
LONGEST_LIFE = 1.5
END_SECONDS = 300.0
CHANNELS = ["company_blog", "facebook", "linkedin", "xing"]
TODAY = dt.datetime.now(dt.UTC).date()


@dataclass
class Used:
    """Requests to a service, and what it acknowledged.

    Attributes
    ----------
    sent, acknowledged : set of str
        Ids of events.
    uploads : dict
        Id of an import -> number of days in its accepted file.
    fits : set of str
    """

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    uploads: dict[str, int] = field(default_factory=dict)
    fits: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Verdict:
    """The result.

    Attributes
    ----------
    kills, acknowledged, lost, doubled : int
    uploads, fits, unended : int
        Accepted uploads, requested fits, and those of both that never ended.
    wrong_totals : int
        Days whose totals differ from their events.
    """

    kills: int
    acknowledged: int
    lost: int
    doubled: int
    uploads: int
    fits: int
    unended: int
    wrong_totals: int

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.lost or self.doubled or self.unended or self.wrong_totals)


def run(data: Path, kills: int, seed: int) -> Verdict:
    """Kill a service this number of times, and check the remaining data."""
    draw, used, key = random.Random(seed), Used(), ""
    for number in range(kills):
        served = Served(data, rate_limit="0")
        assert bool(key) != ("lw_local." in served.said), "only the first start creates a key"
        key = key or served.key
        stopping = threading.Event()
        threads = [
            threading.Thread(
                target=_use, args=(served, key, used, stopping, random.Random(draw.random()), n)
            )
            for n in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        if number % 10 == 5:
            _ask_for_a_fit(served, key, used)
        time.sleep(draw.random() * LONGEST_LIFE)
        stopping.set()
        served.end(signal.SIGKILL)
        for thread in threads:
            thread.join()
    return _judge(data, key, used, kills)


def _use(
    served: Served, key: str, used: Used, stopping: threading.Event, draw: random.Random, n: int
) -> None:
    """Send events and files until the service is killed."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=20)
    with suppress(OSError, http.client.HTTPException, AssertionError, ValueError):
        chance = 0.5
        while not stopping.is_set():
            if n == 0 and draw.random() < chance:
                _upload(served, key, used, draw)
                chance = 0.1
            ids = [f"{draw.getrandbits(64):016x}" for _ in range(draw.randint(1, 200))]
            used.sent.update(ids)
            body = {"events": [_event(one) for one in ids]}
            headers = {"x-api-key": key, "content-type": "application/json"}
            connection.request("POST", "/v1/events", json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
            if response.status == 200 and answer["accepted"] == len(ids):
                used.acknowledged.update(ids)


def _event(event_id: str) -> dict[str, Any]:
    number = int(event_id, 16)
    return {
        "kind": "engagement",
        "event_id": event_id,
        "occurred_at": f"{TODAY - dt.timedelta(days=1 + number % DAYS)}T10:00:00Z",
        "channel": CHANNELS[number % 4],
        "type": "like",
        "user_id": f"person-{number % 101}",
    }


def _upload(served: Served, key: str, used: Used, draw: random.Random) -> None:
    """Announce and upload a file; if several have the same day, the last one counts."""
    started = served.call("POST", "/v1/imports", key, {"filename": "views.csv"}, status=201)
    lines = [f"{TODAY - dt.timedelta(days=9 + n)},{draw.randint(1, 99)}" for n in range(20)]
    served.upload(started["upload"]["url"], "\n".join(["Date,Views", *lines]).encode())
    used.uploads[started["id"]] = len(lines)


def _ask_for_a_fit(served: Served, key: str, used: Used) -> None:
    window = {"from": f"{TODAY - dt.timedelta(days=40)}", "to": f"{TODAY - dt.timedelta(days=1)}"}
    with suppress(OSError, http.client.HTTPException, AssertionError):
        used.fits.add(served.call("POST", "/v1/fits", key, window, status=202)["id"])


def _judge(data: Path, key: str, used: Used, kills: int) -> Verdict:
    served = Served(data, rate_limit="0")
    try:
        deadline = time.monotonic() + END_SECONDS
        while (unended := _unended(served, key, used)) and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        assert served.end(signal.SIGTERM) == 0
    machine = LocalMachine(data, root_secret=Installation(data).root_secret)
    wiring.use_machine(machine)
    try:
        store = wiring.store("local")
        first = TODAY - dt.timedelta(days=40)
        likes = [e for e in store.iter_events(first, TODAY) if getattr(e, "type", "") == "like"]
        found = [event.event_id for event in likes]
        now = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        wrong = sum(1 for _ in audit(store, first, TODAY, now=now))
    finally:
        wiring.reset()
        machine.close()
    return Verdict(
        kills,
        len(used.acknowledged),
        lost=len(used.acknowledged - set(found)),
        doubled=len(found) - len(set(found)) + len(set(found) - used.sent),
        uploads=len(used.uploads),
        fits=len(used.fits),
        unended=unended,
        wrong_totals=wrong,
    )


def _unended(served: Served, key: str, used: Used) -> int:
    """Number of unfinished jobs."""
    imports: dict[str, Any] = {}
    cursor = ""
    while True:
        page = served.call("GET", f"/v1/imports?limit=200{cursor}", key)
        imports |= {one["id"]: one for one in page["imports"]}
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    running = [one for one in imports.values() if one["state"] == "running"]
    waiting = [one for one in used.uploads if imports[one]["state"] not in ("done", "failed")]
    fits = [served.call("GET", f"/v1/fits/{one}", key)["status"] for one in used.fits]
    return len(running) + len(waiting) + sum(one not in ("done", "failed") for one in fits)
