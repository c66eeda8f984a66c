"""API keys of the command line, for a service without a data directory.

`keys create` without `--data` writes into the home directory of the installation. A service without
`--data` has a temporary database, so it copies tenants and keys from the home directory.
"""

from __future__ import annotations

import threading

from chalicelib.local.database import FILE, Database
from chalicelib.local.database_rows import Transaction, to_row
from chalicelib.local.installation import Installation
from chalicelib.local.machine import LocalMachine
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.tenants import list_tenants


class HomeKeys:
    """Tenants and keys in the home directory of an installation."""

    def __init__(self, installation: Installation) -> None:
        self._directory = installation.path
        self._log = installation.path / f"{FILE}-wal"
        self._seen: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def copy_to(self, machine: LocalMachine) -> None:
        """Copy tenants and keys if the files changed since the last call."""
        with self._lock:
            seen = self._state()
            if seen == self._seen:
                return
            self._seen = seen
            if not (self._directory / FILE).exists():
                return
            home = Database(self._directory)
            try:
                items = list(_items(SqliteTable(home)))
            finally:
                home.close()
            self._seen = self._state()  # closing can move the log into the file

        def write(transaction: Transaction) -> None:
            for item in items:
                there = transaction.get(item["pk"]["S"], item["sk"]["S"])
                is_revoked_here = there is not None and "revoked_at" in there
                if there is None or ("revoked_at" in item and not is_revoked_here):
                    transaction.put(to_row(item))

        machine.database.write(write)

    def _state(self) -> tuple[int, ...]:
        found = []
        for file in (self._directory / FILE, self._log):
            status = file.stat() if file.exists() else None
            found += [status.st_mtime_ns, status.st_size] if status else [0, 0]
        return tuple(found)


def _items(table: SqliteTable) -> list[Item]:
    """The items of tenants, their configurations and their keys."""
    found = list(table.query(table_keys.REGISTRY_PARTITION))
    for tenant in list_tenants(table):
        found += table.query(table_keys.config_partition(tenant))
        found += table.query(table_keys.api_keys_partition(tenant))
    return found
