"""Random damage to a data directory: reads must return the truth or an error, never less data.

A directory is filled once, by a service that was killed (so that it has a log) or stopped. Each
damage is done to a copy. Then everything is read: events, day totals, imports with their rejected
rows, fits, keys, objects. Each result must equal the one from before the damage.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import wiring
from chalicelib.local.checking import findings
from chalicelib.local.machine import LocalMachine, UnusableDirectoryError
from chalicelib.model.errors import LikeworthError
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.event_items import to_item
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.import_records import Import, RejectedRow
from tests.factories import make_conversion, make_event

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 3, 10), dt.date(2026, 3, 16)
SECRET = "a root secret for tests only"
IMPORT_ID = "20260314T000000Z-00000001"
FIT_ID = "20260314T000000Z-00000002"
DOCUMENT = f"documents/acme/fits/{FIT_ID}.json.zz"
Answers = dict[str, str]


@dataclass(frozen=True)
class Damage:
    """A damage to a file, and its outcome.

    Attributes
    ----------
    what : str
    outcome : {'truth', 'rejected at the start', 'rejected by a reader', 'SILENT'}
    found : bool
        Whether a full check finds it, if the service starts.
    """

    what: str
    outcome: str
    found: bool


def fill(directory: Path, events: int = 3_000) -> None:
    """Fill a directory with data of every kind; leave the log separate from the database file."""
    working = directory.with_name(directory.name + "-working")
    machine = LocalMachine(working, root_secret=lambda: SECRET, clock=lambda: NOW)
    wiring.use_machine(machine)
    store = wiring.store("acme")
    create_key(store, "admin", now=NOW)
    raws = [
        make_event(
            event_id=f"e{number}",
            occurred_at=f"2026-03-{10 + number % 7}T10:00:00Z",
            user_id=f"u{number % 97}",
        )
        for number in range(events)
    ]
    raws += [make_conversion(event_id=f"c{number}", user_id=f"u{number}") for number in range(90)]
    for start in range(0, len(raws), 500):
        record_events(store, raws[start : start + 500], now=NOW)
    for day in _days():
        for shard in range(store.config.shards):
            derive_day(store, day, shard, now=NOW)
    machine.database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # From here on everything is in the log only, including later versions of items in the file.
    record_events(store, raws[:200], now=NOW + dt.timedelta(minutes=1))
    record_events(store, [make_event(event_id=f"late{n}") for n in range(200)], now=NOW)
    derive_day(store, dt.date(2026, 3, 14), 0, now=NOW + dt.timedelta(minutes=1))
    store.imports.add(Import(IMPORT_ID, "x.csv", "2026-03-14T00:00:00Z", state="done"))
    rows = [RejectedRow(row, 0, f"raw {row}", "invalid_date", "no") for row in range(200)]
    store.imports.add_rejected_rows(IMPORT_ID, 0, rows, now=NOW)
    store.fits.add(FitHeader(FIT_ID, "2026-03-14T00:00:00Z", "2026-03-10", "2026-03-16"))
    store.fits.put_document(FIT_ID, {"noise": random.Random(1).randbytes(400_000).hex()})
    machine.send("fit", {"fit": {"tenant": "acme", "fit_id": FIT_ID}})
    shutil.copytree(working, directory)  # as after a kill
    wiring.reset()
    machine.close()
    shutil.rmtree(working)


def damage(directory: Path, copy: Path, draw: random.Random, wanted: Answers) -> Damage:
    """Damage a copy of a directory at random, and return the outcome."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(directory, copy)
    what = _do(copy, draw)
    try:
        machine = LocalMachine(copy, root_secret=lambda: SECRET, clock=lambda: NOW)
    except (LikeworthError, UnusableDirectoryError) as error:
        if str(copy) not in str(error) and "in the database" not in str(error):
            raise AssertionError("the error names no file") from error
        return Damage(what, "rejected at the start", found=True)
    try:
        found = any(True for _ in findings(machine.database, machine.files))
        after = answers(machine)
    finally:
        wiring.reset()
        machine.close()
    rejected = [name for name, text in after.items() if text.startswith("rejected: ")]
    wrong = [name for name in wanted if name not in rejected and after[name] != wanted[name]]
    if wrong:
        return Damage(f"{what}: {', '.join(wrong)}", "SILENT", found)
    return Damage(what, "rejected by a reader" if rejected else "truth", found)


def answers(machine: LocalMachine) -> Answers:
    """A digest of each read, or its error, by the name of the read."""
    wiring.reset()
    wiring.use_machine(machine)
    found: Answers = {}
    for name, ask in _questions():
        try:
            found[name] = hashlib.sha256(repr(ask()).encode()).hexdigest()
        except LikeworthError as error:
            found[name] = f"rejected: {error.detail}"
    return found


def _questions() -> Iterator[tuple[str, Any]]:
    store = wiring.store("acme")
    yield "tenants", wiring.tenants
    yield "configuration", lambda: store.items.config()
    yield "keys", lambda: store.api_keys.by_id()
    yield "imports", lambda: store.imports.newest_first(limit=100)
    yield "rejected rows", lambda: list(store.imports.rejected_rows(IMPORT_ID, 0))
    yield "fits", lambda: list(store.fits.newest_first())
    yield "document", lambda: store.fits.document(FIT_ID)
    yield "totals", lambda: list(store.totals.between(FIRST, LAST))
    for day in _days():
        for shard in range(4):
            yield (
                f"events {day} {shard}",
                lambda d=day, s=shard: [
                    json.dumps(to_item("acme", one, 4, 1000), sort_keys=True)
                    for one in store.events.in_partition(d, s)
                ],
            )


def _days() -> list[dt.date]:
    return [FIRST + dt.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def _do(copy: Path, draw: random.Random) -> str:
    """Flip a bit, zero a block, or cut a file."""
    files = sorted(file for file in copy.rglob("*") if file.is_file() and file.stat().st_size)
    weights = [4 if file.suffix == ".db" else 1 for file in files]
    file = draw.choices(files, weights)[0]
    name = str(file.relative_to(copy))
    content = bytearray(file.read_bytes())
    match draw.choice(["flip", "flip", "zero", "cut", "swap"]):
        case "flip":
            at, bit = draw.randrange(len(content)), draw.randrange(8)
            content[at] ^= 1 << bit
            what = f"bit {bit} of byte {at:,} of {name}"
        case "zero":
            size = draw.choice([512, 4096, 65_536])
            at = draw.randrange(len(content)) // size * size
            content[at : at + size] = bytes(len(content[at : at + size]))
            what = f"{size} zeros at {at:,} of {name}"
        case "cut":
            left = draw.randrange(len(content))
            del content[left:]
            what = f"{name} cut to {left:,} bytes"
        case _:
            size = 4096
            one, other = (draw.randrange(len(content)) // size * size for _ in range(2))
            content[one : one + size] = content[other : other + size]
            what = f"block {other:,} over block {one:,} of {name}"
    file.write_bytes(bytes(content))
    return what


def run(directory: Path, number: int, seed: int) -> list[Damage]:
    """Do this number of random damages."""
    fill(directory / "whole")
    wanted_copy = directory / "wanted"
    shutil.copytree(directory / "whole", wanted_copy)
    machine = LocalMachine(wanted_copy, root_secret=lambda: SECRET, clock=lambda: NOW)
    wanted = answers(machine)
    assert not any(text.startswith("rejected") for text in wanted.values()), wanted
    wiring.reset()
    machine.close()
    draw = random.Random(seed)
    found = []
    for _ in range(number):
        found.append(damage(directory / "whole", directory / "copy", draw, wanted))
    return found
