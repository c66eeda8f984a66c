"""The store of one machine, whose process can be killed at each call to its database.

A call is a read, a transaction, or the record of its commit. "Halfway" through a transaction is
after its writes and before its commit.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from chalicelib import wiring
from chalicelib.local.checking import check_bookkeeping
from chalicelib.local.commits import Commits
from chalicelib.local.database import Database
from chalicelib.local.database_rows import Transaction, to_item
from chalicelib.local.file_objects import FileObjects
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.local.versioned_files import Files
from chalicelib.settings import Settings
from chalicelib.storage.objects import Objects
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import SECRET
from tests.factories import NOW
from tests.faults.durable import Death
from tests.faults.matrix import TENANT, Life, Setting

_T = TypeVar("_T")


class MortalCommits(Commits):
    """A record of commits whose process can be killed before or after a record."""

    death = Death()

    def note(self, sequence: int) -> None:
        """Record a commit, or kill the process."""
        self.death.around(lambda: super(MortalCommits, self).note(sequence))


class MortalDatabase(Database):
    """A database whose process can be killed at a call."""

    def __init__(self, directory: Path, death: Death) -> None:
        self._death = death
        super().__init__(directory)
        assert self._commits is not None
        self._commits.close()
        self._commits = MortalCommits(directory)
        self._commits.death = death

    def reader(self) -> Any:
        """Read, or kill the process."""
        return self._death.around(super().reader)

    def write(self, operation: Callable[[Transaction], _T]) -> _T:
        """Run a transaction, or kill the process."""

        def and_die(transaction: Transaction) -> _T:
            operation(transaction)
            transaction.settle()
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("unreachable")

        written: _T = self._death.around(
            lambda: super(MortalDatabase, self).write(operation),
            half=lambda: super(MortalDatabase, self).write(and_die),
        )
        return written


class SqliteLife(Life):
    """The store of a machine; each life includes a start of the service."""

    def __init__(self, setting: Setting, kept: Path, death: Death) -> None:
        super().__init__(setting, death)
        kept.mkdir(exist_ok=True)
        self._database = MortalDatabase(kept, death)
        check_bookkeeping(self._database)
        self.table = SqliteTable(self._database, clock=NOW.timestamp)
        self._files = Files(kept / "objects", self._database, clock=NOW.timestamp)
        self._files.clean()
        self.store = TenantStore(
            self.table, self.objects(TENANT), TENANT, Settings(), root_secret=SECRET.encode
        )

    def upload(self, key: str) -> str:
        """Store the upload, like a PUT to its URL."""
        file = self._files.write([self.setting.body])
        self._files.keep(key, file)
        return file.etag

    def items(self) -> list[Any]:
        """Every item of the table."""
        found = self._database.rows("SELECT pk, sk, item, expires_at, checksum FROM items")
        return [to_item(*row) for row in found]

    def state(self) -> bytes:
        """Every row and every file."""
        rows = self._database.rows("SELECT * FROM items ORDER BY pk, sk")
        return repr((rows, [file for _, file in self._files.all()])).encode()

    def serve(self) -> None:
        """Let the API use this store."""
        wiring.use_machine(self)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # --- as `wiring.Machine` ------------------------------------------------------------------

    def objects(self, tenant: str) -> Objects:
        """The objects of a tenant."""
        return FileObjects(self._files, tenant, lambda *_: "https://uploads.test/")

    def root_secret(self) -> str:
        """The root secret."""
        return SECRET

    def send(self, queue: str, message: Mapping[str, Any]) -> None:
        """Ignore messages."""
