"""Check a data directory for damage: a quick check at each start, and a full one.

The quick check reads configurations, keys, imports, fits, day totals, queues and the list of
objects. It does not read events and rejected rows, because there can be millions. Every read checks
the rows that it reads, and `serve --check` checks all rows.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from chalicelib.local.database import Database
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.model.errors import DamagedStore

if TYPE_CHECKING:
    from chalicelib.local.versioned_files import Files

READ_LATER = ("#events#", "#import#", "#rate#")
"""Parts of partition keys that the quick check skips."""


def check_bookkeeping(database: Database) -> None:
    """Read every partition except those of `READ_LATER`.

    Raises
    ------
    DamagedStore
    """
    for partition in _partitions(database):
        if not any(part in partition for part in READ_LATER):
            _read(database, partition)


def findings(
    database: Database, files: Files, progress: Callable[[float], None] = lambda _: None
) -> Iterator[str]:
    """Read everything in a data directory; yield a sentence for each damage.

    `progress`: called with the share that is done.
    """
    with _collected() as found:
        for (sentence,) in database.rows("PRAGMA integrity_check(20)"):
            if sentence != "ok":
                found.append(f"{database.path}: {sentence}")
    yield from found
    with _collected() as found:
        partitions = _partitions(database)
        for number, partition in enumerate(partitions):
            with _collected() as own:
                _read(database, partition)
            found += own
            progress(number / len(partitions))
        for (lost,) in database.rows(
            "SELECT DISTINCT pk FROM items EXCEPT SELECT pk FROM partitions"
        ):
            found.append(f"the rows of {lost} in the database belong to no partition")
    yield from found
    with _collected() as found:
        for key, file in files.all():
            with _collected() as own:
                os.close(files.open(key, file))
            found += own
    yield from found
    progress(1.0)


@contextlib.contextmanager
def _collected() -> Iterator[list[str]]:
    """Collect findings: sentences that are appended, and the error that ends the block."""
    found: list[str] = []
    try:
        yield found
    except DamagedStore as error:
        found.append(error.detail)


def _partitions(database: Database) -> list[str]:
    return [pk for (pk,) in database.rows("SELECT pk FROM partitions ORDER BY pk")]


def _read(database: Database, partition: str) -> None:
    for _ in SqliteTable(database).query(partition):
        pass
