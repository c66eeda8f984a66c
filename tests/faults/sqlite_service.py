"""The service under test on SQLite and files, with the same faults as on moto."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from chalicelib import wiring, workers
from chalicelib.local.database_rows import CHANGES, Transaction
from chalicelib.local.machine import LocalMachine
from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.attributes import Item
from chalicelib.storage.table import ConditionalPut, Request, Table
from tests.conftest import SECRET
from tests.faults.history import History
from tests.faults.layer import Crash, Faults
from tests.faults.service import NOW, Service

_T = TypeVar("_T")
_OUTAGES = ("throttled", "failed", "cut", "left_over")


@dataclass
class Weather:
    """Faults before a call to a table or after its effect.

    Attributes
    ----------
    faults : Faults
    crashes_in : int
        Raises `Crash` after this number of calls, before or after the effect; 0 for never.
    changed : list
        Always empty: the database lists its own changes.
    """

    sleep: Callable[[float], None]
    faults: Faults = field(default_factory=Faults)
    crashes_in: int = 0
    changed: list[Any] = field(default_factory=list)
    _draw: random.Random = field(default_factory=lambda: random.Random(0))

    def around(self, call: Callable[[], _T]) -> _T:
        """Make a call, or fail."""
        if self.crashes_in:
            self.crashes_in -= 1
            if not self.crashes_in:
                if self._draw.random() < 0.5:
                    call()
                raise Crash
        drawn = self._draw.random()
        for name in (*_OUTAGES, "lost", "slow"):
            share = getattr(self.faults, name)
            if drawn < share:
                if name in _OUTAGES:
                    raise StoreUnavailable("on purpose")
                if name == "slow":
                    self.sleep(self.faults.slow_seconds)
                told = call()
                if name == "lost":
                    raise StoreUnavailable("on purpose, and it was done")
                return told
            drawn -= share
        return call()


class WeatheredTable(Table):
    """A table with faults, which accepts few writes at once to test batches."""

    name = "likeworth"
    batch_size = 10
    deletes_at_once = 2

    def __init__(self, table: Table, weather: Weather) -> None:
        self._table = table
        self._weather = weather

    def get(self, *given: Any, **more: Any) -> Item | None:
        """Like the table."""
        return self._weather.around(lambda: self._table.get(*given, **more))

    def put(self, *given: Any, **more: Any) -> bool:
        """Like the table."""
        return self._weather.around(lambda: self._table.put(*given, **more))

    def update(self, *given: Any, **more: Any) -> bool:
        """Like the table."""
        return self._weather.around(lambda: self._table.update(*given, **more))

    def delete(self, *given: Any, **more: Any) -> list[str]:
        """Like the table."""
        return self._weather.around(lambda: self._table.delete(*given, **more))

    def count(self, *given: Any, **more: Any) -> int:
        """Like the table."""
        return self._weather.around(lambda: self._table.count(*given, **more))

    def put_together(self, *puts: ConditionalPut) -> bool:
        """Like the table."""
        return self._weather.around(lambda: self._table.put_together(*puts))

    def write_batch(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Like the table."""
        assert len(requests) <= self.batch_size
        return self._weather.around(lambda: self._table.write_batch(requests))

    def page(self, *given: Any, **more: Any) -> tuple[list[Item], str | None]:
        """Like the table."""
        return self._weather.around(lambda: self._table.page(*given, **more))

    def query(self, *given: Any, **more: Any) -> Iterator[Item]:
        """Like the table; a fault happens before the first item."""
        self._weather.around(lambda: None)
        yield from self._table.query(*given, **more)


class SqliteService(Service):
    """The service on one machine."""

    def _open(self, stack: ExitStack, patch: pytest.MonkeyPatch) -> None:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        self.machine = LocalMachine(Path(directory), root_secret=lambda: SECRET, clock=lambda: NOW)
        stack.callback(self.machine.close)
        self.weather = Weather(self.clock.sleep)
        self._calm = self.machine.table
        self.machine.table = WeatheredTable(self._calm, self.weather)
        wiring.use_machine(self.machine)
        stack.callback(wiring.reset)

    def _layer(self) -> Any:
        return self.weather

    def _put_object(self, key: str, body: bytes) -> str:
        file = self.machine.files.write([body])
        self.machine.files.keep(key, file)
        return file.etag

    def queued(self, queue: str) -> list[dict[str, Any]]:
        """Receive and delete the messages of a queue."""
        found = []
        while (message := self.machine.queues.receive(queue)) is not None:
            found.append(json.loads(message.body))
            self.machine.queues.done(message)
        return found

    def stream(self, draw: random.Random, times: int, *, everything: bool) -> None:
        """Derive the totals of half or all changed partitions, repeatedly."""
        listed = list(self._calm.query(CHANGES))
        chosen = listed if everything else draw.sample(listed, len(listed) // 2)
        for item in chosen:
            partition, sequence = item["sk"]["S"], item["sequence"]
            record = {"dynamodb": {"Keys": {"pk": {"S": partition}}}}
            for _ in range(times):
                self.clock.sleep(1)
                workers.derive_totals({"Records": [record]}, now=NOW)

            def settle(transaction: Transaction, pk: str = partition, read: Any = sequence) -> None:
                there = transaction.get(CHANGES, pk)
                if there is not None and there["sequence"] == read:
                    transaction.delete(CHANGES, pk)

            self.machine.database.write(settle)

    def objects(self) -> set[str]:
        """The keys of the objects."""
        return {key for key, _ in self.machine.files.all()}

    def items(self) -> str:
        """The whole database as one text."""
        return json.dumps(self.machine.database.rows("SELECT pk, sk, item FROM items"))


class SqliteHistory(History):
    """The histories on one machine."""

    make_service = SqliteService
