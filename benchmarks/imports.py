"""Import of a file, compared with the minimum work of an importer, in one run.

    .venv/bin/python -m benchmarks.imports [--rows 100000] [--only google] [--gigabyte]

*Floor*: `csv.reader` over the file, and pydantic's validation (`events.parse_event`) of the same
number of events in the form in which a client would send them. *Import*:
`services.imports.run_import`, which reads, validates, admits and passes every event to a store that
does nothing. Both take turns in one process, whose processor time is measured, so that other
processes disturb less; the ratio is the median of the pairs. Peak memory is that of a separate
process that only imports the file.

``--gigabyte`` imports a report of 1 GB that is generated while it is read.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import datetime as dt
import gc
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.reports import REPORTS, Report
from benchmarks.stub_store import StubStore, import_all
from chalicelib.importers import Imported, event_line, parse_mapping, read_export
from chalicelib.model.events import parse_event

PAIRS = 5
GIGABYTE = 1_000_000_000
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def events_of(report: Report, data: bytes) -> list[dict[str, Any]]:
    """The events of a file in the form in which a client would send them."""
    mapping = parse_mapping(report.mapping) if report.mapping else None
    reader = read_export(io.BytesIO(data), currency="EUR", mapping=mapping)
    raw = (event for outcome in reader if isinstance(outcome, Imported) for event in outcome.events)
    return [json.loads(event_line(event)) for event in raw]


def floor_seconds(
    data: bytes, encoding: str, delimiter: str, events: list[dict[str, Any]]
) -> float:
    """Seconds of processor time of the floor."""
    began = time.process_time()
    for _ in csv.reader(
        io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), delimiter=delimiter
    ):
        pass
    for event in events:
        parse_event(event)
    return time.process_time() - began


def import_seconds(report: Report, data: bytes) -> tuple[float, StubStore]:
    """Seconds of processor time of the import, and the store."""
    store = StubStore(io.BytesIO(data), report.mapping)
    began = time.process_time()
    import_all(store, NOW)
    return time.process_time() - began, store


def peak_megabytes(*arguments: str) -> float:
    """Peak memory of a process that only imports the file."""
    command = [sys.executable, "-m", "benchmarks.imports", *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def own_peak() -> float:
    """Peak memory of this process in MB; `ru_maxrss` would be that of its parent, if larger."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure(report: Report, rows: int) -> None:
    """Print a line of the table."""
    data = report.file(rows)
    events = events_of(report, data)
    gc.freeze()  # the garbage collector must not scan the floor's objects during the import
    ratios, speeds = [], []
    for _ in range(PAIRS):
        floor = floor_seconds(data, report.encoding, report.delimiter, events)
        taken, store = import_seconds(report, data)
        if store.stored != len(events):
            raise SystemExit(f"{report.name}: {store.stored} events stored, {len(events)} expected")
        ratios.append(taken / floor)
        speeds.append(rows / taken)
    peak = peak_megabytes("--peak", report.name, "--rows", str(rows))
    print(
        f"{report.name:28} {rows:9,} {len(events) / rows:6.2f} {statistics.median(speeds):10,.0f}"
        f" {statistics.median(ratios):7.2f} {min(ratios):6.2f} {max(ratios):6.2f} {peak:8.0f}",
        flush=True,
    )


def made(report: Report, *, rows: int = 1 << 62, size: int = 1 << 62) -> BinaryIO:
    """A report of this many rows or bytes, generated while it is read."""
    return io.BufferedReader(_Made(_pieces(report, rows, size)))


class _Made(io.RawIOBase):
    """A stream of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer)
        self._rest = self._rest or next(self._pieces, b"")
        part, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(part)] = part
        return len(part)


def _pieces(report: Report, rows: int, size: int) -> Iterator[bytes]:
    codec = codecs.getincrementalencoder(report.encoding)()
    piece, first, done = codec.encode(report.head), 0, 0
    while piece:
        yield piece
        done += len(piece)
        numbers = range(first, min(first + 1000, rows)) if done < size else range(0)
        piece, first = codec.encode("".join(map(report.row, numbers))), first + 1000


def main() -> None:
    """Measure the selected reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", default="", help="only reports whose name contains this")
    parser.add_argument("--gigabyte", action="store_true")
    parser.add_argument("--peak", metavar="REPORT", help=argparse.SUPPRESS)
    parser.add_argument("--peak-gigabyte", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peak:
        report = REPORTS[asked.peak]
        import_all(StubStore(made(report, rows=asked.rows), report.mapping), NOW)
        print(own_peak())
        return
    if asked.peak_gigabyte:
        store = StubStore(made(REPORTS[asked.only or "google_ads"], size=GIGABYTE))
        began = time.perf_counter()
        import_all(store, NOW)
        seconds = time.perf_counter() - began
        print(f"{store.stored:,} events in {seconds:.0f} s, peak {own_peak():.0f} MB")
        return
    if asked.gigabyte:
        command = [sys.executable, "-m", "benchmarks.imports", "--peak-gigabyte"]
        command += ["--only", asked.only]
        subprocess.run(command, check=True)
        return
    print(
        f"{'report':28} {'rows':>9} {'events':>6} {'rows/s':>10} {'x floor':>7} {'min':>6}"
        f" {'max':>6} {'peak MB':>8}"
    )
    for report in REPORTS.values():
        if asked.only in report.name:
            measure(report, asked.rows)


if __name__ == "__main__":
    main()
