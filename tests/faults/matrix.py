"""Kill an import, a replay or a removal at every call, and run it again until it is done.

The calls are those to DynamoDB and S3 (`AwsLife`) or those to the database of one machine
(`sqlite_life.SqliteLife`).

Every life is a separate process, forked from this one, and ends by SIGKILL: only what it has
written remains. Afterwards the store and the API's answers about the import must equal, byte by
byte, those of a run that was not killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chalice.test import Client

from chalicelib import wiring
from chalicelib.services import imports
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.ingest import record_events
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.factories import NOW, make_conversion, make_event, money
from tests.faults.durable import Death, DurableDynamoDb, DurableSession, FileS3, When
from tests.reports import LineReport, lines
from tests.stores import store_behind

TENANT = "acme"
WHEN: tuple[When, ...] = ("before", "halfway", "after")


def rows(count: int) -> list[Any]:
    """Rows of every kind: with events, without, rejected, and rejected unless `spread` is set."""
    made: list[Any] = []
    for n in range(count):
        match n % 10:
            case 3:
                made.append("rejected")
            case 5:
                made.append(None)
            case 6:
                made.append([make_event(event_id=f"r{n}"), make_event(event_id=f"usd{n}")])
                made[-1][1]["cost"] = money("1.00", "USD")
            case 7 | 8:
                events = [make_event(event_id=f"r{n}.{i}", count=n + 1) for i in range(n % 4)]
                made.append({"needs": {"spread": True}, "events": events})
            case 9:
                made.append([make_conversion(event_id=f"c{n}", user_id=f"u{n}")])
            case _:
                made.append([make_event(event_id=f"r{n}.{i}", count=n + 1) for i in range(2)])
    return made


@dataclass
class Setting:
    """The initial state of every life of a matrix.

    Attributes
    ----------
    directory : Path
        Directory for the files of the stores.
    body : bytes
        The upload.
    import_id : str
    chunk_events : int
    key : str
        An API key that can read the report of the import.
    begun : Path
        The file or directory of a store before the run.
    make_life : callable
        Creates a life that continues from a copy of it.
    etag : str
        ETag of the upload.
    known : dict
        Results by the state that a kill left. The state after one call equals that before the
        next, so the rest of the run is the same.
    """

    directory: Path
    body: bytes
    import_id: str
    chunk_events: int
    key: str
    begun: Path
    make_life: Callable[[Setting, Path, Death], Life]
    etag: str = ""
    known: dict[bytes, Verdict] = field(default_factory=dict)

    def life(self, kept: Path, death: Death | None = None) -> Life:
        """A life that continues from the store at this path."""
        return self.make_life(self, kept, death or Death())


class Life(ABC):
    """The stores as one process sees them."""

    store: TenantStore

    def __init__(self, setting: Setting, death: Death) -> None:
        self.setting = setting
        self.death = death

    @abstractmethod
    def upload(self, key: str) -> str:
        """Store the upload under a key; return its ETag."""

    @abstractmethod
    def items(self) -> list[Any]:
        """Every item of the table."""

    @abstractmethod
    def state(self) -> bytes:
        """The whole state of the store."""

    @abstractmethod
    def serve(self) -> None:
        """Let the API use this store."""

    @abstractmethod
    def close(self) -> None:
        """Close what is open."""

    def run(self, *, seconds: float = 900.0) -> Import:
        """Run the import until it is done, like its messages."""
        shown = imports.show_import(self.store, self.setting.import_id)
        version = ObjectVersion(shown.object_key, self.setting.etag)
        while True:
            ended = imports.run_import(
                self.store,
                self.setting.import_id,
                version,
                now=NOW,
                deadline=lambda: seconds,
                read_export=LineReport,
                chunk_events=self.setting.chunk_events,
            )
            if ended.state not in ("running", "removing"):
                return ended

    def outcome(self) -> Outcome:
        """The stored events and the API's report."""
        events = {
            (item["pk"]["S"], item["sk"]["S"]): item
            for item in self.items()
            if "#events#2" in item["pk"]["S"]
        }
        self.serve()
        path = f"/v1/imports/{self.setting.import_id}"
        report = [self._get(path), *self._pages(f"{path}/rejects?limit=1000")]
        wiring.reset()
        return Outcome(events, b"\n".join(report))

    def _pages(self, path: str) -> Iterator[bytes]:
        page = self._get(path)
        yield page
        following = json.loads(page)["next"]
        if following is not None:
            first, _, _ = path.partition("&")
            yield from self._pages(f"{first}&cursor={following}")

    def _get(self, path: str) -> bytes:
        import app

        answer = Client(app.app).http.get(path, headers={"x-api-key": self.setting.key})
        assert answer.status_code == 200, answer.body
        body: bytes = answer.body
        return body


class AwsLife(Life):
    """DynamoDB in a file, and S3."""

    def __init__(self, setting: Setting, kept: Path, death: Death) -> None:
        super().__init__(setting, death)
        self._kept = kept
        self._dynamodb = DurableDynamoDb(kept, death)
        self._s3 = FileS3(setting.body, death)
        self.store = store_behind(self._dynamodb, self._s3, TENANT)

    def upload(self, key: str) -> str:
        """The object exists from the start."""
        return self._s3.etag

    def items(self) -> list[Any]:
        """Every item of the table."""
        return self._dynamodb.items()

    def state(self) -> bytes:
        """The journal."""
        return self._kept.read_bytes()

    def serve(self) -> None:
        """Let the API use this store."""
        wiring.use_session(DurableSession(self._dynamodb, self._s3))

    def close(self) -> None:
        """Close the journal."""
        self._dynamodb.close()


@dataclass(frozen=True)
class Outcome:
    """The outcome of an import.

    Attributes
    ----------
    events : dict
        The items of the events, by key.
    report : bytes
        The import and all of its rejected rows, as answered by the API.
    """

    events: dict[tuple[str, str], Any]
    report: bytes


@dataclass(frozen=True)
class Verdict:
    """The result after a kill.

    Attributes
    ----------
    call : int
    when : str
    lost, doubled : int
        Missing or wrong events; additional events.
    differs : bool
        Whether the report differs.
    """

    call: int
    when: str
    lost: int
    doubled: int
    differs: bool

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.lost or self.doubled or self.differs)


def set_up(
    directory: Path,
    *,
    count: int,
    chunk_events: int,
    replayed: bool = False,
    removed: bool = False,
    make_life: Callable[[Setting, Path, Death], Life] = AwsLife,
) -> Setting:
    """A tenant with an announced import.

    With `replayed` the import is done and must be replayed. With `removed` it is done and must be
    removed, and half of its events have been restated since.
    """
    body = lines(*rows(count))
    setting = Setting(directory, body, "", chunk_events, "", directory / "begun", make_life)
    life = setting.life(setting.begun)
    _ = life.store.config
    setting.key = create_key(life.store, "admin", now=NOW)
    started, _ = imports.start_import(life.store, filename="x.ndjson", now=NOW)
    setting.import_id = started.import_id
    setting.etag = life.upload(started.object_key)
    if replayed:
        life.run()
        imports.ask_for_replay(
            life.store, setting.import_id, lambda _: None, {"spread": True}, now=NOW
        )
    if removed:
        life.run()
        events = [event for row in rows(count) if isinstance(row, list) for event in row]
        record_events(life.store, events[::2], now=NOW)
        imports.ask_for_removal(life.store, setting.import_id, lambda _: None, now=NOW)
    life.close()
    return setting


def undisturbed(setting: Setting) -> tuple[Outcome, int]:
    """The outcome and the number of calls of a run that is not killed."""
    outcome, calls, _ = _run_undisturbed(setting)
    return outcome, calls


def _run_undisturbed(setting: Setting) -> tuple[Outcome, int, list[int]]:
    life = setting.life(_copy(setting, "undisturbed"))
    life.run()
    calls, divisible = life.death.calls, list(life.death.divisible)
    outcome = life.outcome()
    life.close()
    return outcome, calls, [call for call in divisible if call <= calls]


def kill_in_every_state(setting: Setting) -> tuple[Outcome, list[Verdict]]:
    """Kill runs so that each state between two calls, and half of each call, is left once.

    The state after a call equals that before the next; so of two calls, the first is killed before
    and after its effects.

    Returns
    -------
    wanted : Outcome
        The outcome of a run that is not killed.
    verdicts : list of Verdict
        In the order of the calls.
    """
    wanted, calls, divisible = _run_undisturbed(setting)
    deaths: list[tuple[int, When]] = []
    for call in range(1, calls + 1):
        deaths += [(call, "before"), (call, "after")] if call % 2 else []
        deaths += [(call, "halfway")] if call in divisible else []
    if calls % 2 == 0:
        deaths.append((calls, "after"))
    return wanted, [kill(setting, call, when, wanted) for call, when in deaths]


def kill(setting: Setting, call: int, when: When, wanted: Outcome) -> Verdict:
    """Kill a run at a call, run it again to its end, and compare."""
    kept = _copy(setting, f"{call}-{when}")
    was_killed = _live_and_die(setting, kept, Death(call, when))
    assert was_killed, f"it ended before its call {call}"
    life = setting.life(kept)
    left = hashlib.sha256(life.state()).digest()
    known = setting.known.get(left)
    if known is None:
        known = setting.known[left] = _compare(life, call, when, wanted)
    life.close()
    _remove(kept)
    return replace(known, call=call, when=when)


def kill_again_and_again(setting: Setting, every: int, wanted: Outcome) -> tuple[Verdict, int]:
    """Kill each run after `every` calls until one finishes; return the result and the kills."""
    kept = _copy(setting, f"every-{every}")
    deaths = 0
    while _live_and_die(setting, kept, Death(every, WHEN[deaths % 3])):
        deaths += 1
        assert deaths < 500, "it never ends"
    life = setting.life(kept)
    verdict = _compare(life, every, "again and again", wanted)
    life.close()
    return verdict, deaths


def _compare(life: Life, call: int, when: str, wanted: Outcome) -> Verdict:
    life.run()
    found = life.outcome()
    right = sum(found.events.get(key) == item for key, item in wanted.events.items())
    return Verdict(
        call,
        when,
        lost=len(wanted.events) - right,
        doubled=len(found.events.keys() - wanted.events.keys()),
        differs=found.report != wanted.report,
    )


def _live_and_die(setting: Setting, kept: Path, death: Death) -> bool:
    """Run in a separate process; return whether it was killed."""
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            setting.life(kept, death).run()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(ended) == 0, "a life ended in an exception"
    return False


def _copy(setting: Setting, name: str) -> Path:
    kept = setting.directory / name
    if setting.begun.is_dir():
        shutil.copytree(setting.begun, kept)
    else:
        shutil.copyfile(setting.begun, kept)
    return kept


def _remove(kept: Path) -> None:
    if kept.is_dir():
        shutil.rmtree(kept)
    else:
        kept.unlink()
