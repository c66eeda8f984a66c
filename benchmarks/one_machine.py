"""`serve --data` on one machine: events a second over HTTP, start, memory, and the demo.

    .venv/bin/python -m benchmarks.one_machine [--events 1000000] [--against COMMIT]

*Events a second*: acknowledged by ``POST /v1/events``, 500 per request, over two connections, into
a durable directory. *Start*: processor time until `serve` answers, with these events in its
directory. *Memory*: resident memory after that start and one request for a year of totals. *Demo*:
``demo --once``. With a commit, the same is measured for that commit, whose requirements must be
installed.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
PER_REQUEST = 500
CONNECTIONS = 2
DAYS = 365
START_CPU_SECONDS = 2.0
MEMORY_MB = 300.0
TIMES_THE_EVENTS = 4.0
SHARE_OF_THE_DEMO = 0.6


@dataclass(frozen=True)
class Figures:
    """The measurements of a tree."""

    events_a_second: float
    start_cpu_seconds: float
    memory_mb: float
    demo_seconds: float


class Served:
    """A running `serve` of a tree on a directory."""

    def __init__(self, tree: Path, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chalicelib", "serve", "--port", "0", "--data", str(data)],
            cwd=tree,
            env=os.environ | {"LIKEWORTH_RATE_LIMIT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        while "v1/imports" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"serve exited: {said}")
            said += line
        self.url = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
        self.key = next(iter(re.findall(r"lw_local\.\S+", said)), "")

    def status(self, name: str) -> int:
        """A number of the process from /proc, in kB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{name}:\s+(\d+)", text)[0])

    def cpu_seconds(self) -> float:
        """Processor time of the process until now."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def call(self, connection: http.client.HTTPConnection, path: str, key: str) -> Any:
        """Send a request; return the answer."""
        connection.request("GET", path, headers={"x-api-key": key})
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {text[:300]!r}")
        return json.loads(text)

    def stop(self) -> None:
        """Stop it like Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=600)


def main() -> int:
    """Measure, print, and compare with the targets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_machine", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--against", metavar="COMMIT", help="also measure this commit")
    parser.add_argument(
        "--against-events", type=int, help="events for that commit; default: --events"
    )
    options = parser.parse_args()
    after = measure(ROOT, options.events)
    print_figures("this tree", options.events, after)
    missed = [
        text
        for text, holds in {
            f"a start takes more than {START_CPU_SECONDS} s": after.start_cpu_seconds
            <= START_CPU_SECONDS,
            f"more than {MEMORY_MB:.0f} MB": after.memory_mb <= MEMORY_MB,
        }.items()
        if not holds
    ]
    if options.against:
        with checked_out(options.against) as tree:
            events = options.against_events or options.events
            before = measure(tree, events)
        print_figures(options.against, events, before)
        times = after.events_a_second / before.events_a_second
        share = after.demo_seconds / before.demo_seconds
        print(f"{times:.1f} times the events a second, {share:.0%} of the demo's time")
        missed += [f"less than {TIMES_THE_EVENTS} times the events"] * (times < TIMES_THE_EVENTS)
        missed += [f"the demo above {SHARE_OF_THE_DEMO:.0%}"] * (share > SHARE_OF_THE_DEMO)
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed else 0


def measure(tree: Path, events: int) -> Figures:
    """Measure a tree."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        served = Served(tree, data)
        key = served.key
        rate = send(served.url, key, events)
        served.stop()
        served = Served(tree, data)
        cpu = served.cpu_seconds()
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=600)
        end = dt.datetime.now(dt.UTC).date()
        start = end - dt.timedelta(days=DAYS)
        question = f"metric=engagements&group_by=none&from={start}&to={end}&interval=year"
        question = question.replace("interval=year", "interval=month")
        while True:
            answer = served.call(connection, f"/v1/timeseries?{question}", key)
            found = sum(one["value"] for series in answer["series"] for one in series["points"])
            if found == events:
                break
            time.sleep(1)
        memory = served.status("VmRSS") / 1024
        served.stop()
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "chalicelib", "demo", "--once"],
        cwd=tree,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Figures(rate, cpu, memory, time.monotonic() - began)


def send(url: str, key: str, events: int) -> float:
    """Send events; return how many were acknowledged per second."""
    bodies = [body(number, min(PER_REQUEST, events - number)) for number in range(0, events, 500)]
    failed: list[str] = []

    def work(own: list[bytes]) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
        headers = {"x-api-key": key, "content-type": "application/x-ndjson"}
        for one in own:
            connection.request("POST", "/v1/events", one, headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                failed.append(text.decode())
                return

    threads = [
        threading.Thread(target=work, args=(bodies[number::CONNECTIONS],))
        for number in range(CONNECTIONS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"events were not accepted: {failed[0][:300]}")
    return events / (time.monotonic() - began)


def body(first: int, count: int) -> bytes:
    """Likes by people over a year."""
    today = dt.datetime.now(dt.UTC).date()
    lines = []
    for number in range(first, first + count):
        day = today - dt.timedelta(days=1 + number // 97 % (DAYS - 1))
        lines.append(
            f'{{"kind":"engagement","event_id":"e{number}","occurred_at":"{day}T10:00:00Z",'
            f'"channel":"facebook","type":"like","user_id":"person-{number % 5003}"}}\n'
        )
    return "".join(lines).encode()


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A checkout of a commit in a separate directory."""
    packed = subprocess.run(
        ["git", "archive", commit],  # noqa: S607 - wherever the developer has it
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def print_figures(name: str, events: int, found: Figures) -> None:
    """Print the figures of a tree."""
    print(
        f"{name}: {found.events_a_second:,.0f} events a second over HTTP; with {events:,} events a "
        f"start takes {found.start_cpu_seconds:.1f} s of processor time and "
        f"{found.memory_mb:,.0f} MB; the demo takes {found.demo_seconds:.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
