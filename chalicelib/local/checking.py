"""Whether a data directory is as it was left: a quick look at each start, and a whole one.

At the start the bookkeeping is read: configurations, keys, imports, fits, day totals, queues and
the list of objects, but neither events nor refused rows, of which there may be millions. Each
read checks its own rows, and `serve --check` checks all of them.
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
"""Parts of the keys of partitions that are not read at the start."""


def check_bookkeeping(database: Database) -> None:
    """Read every partition but those of `READ_LATER`.

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
    """What is wrong with a data directory, a sentence each; everything is read.

    Parameters
    ----------
    progress : callable
        Told the share that is done.
    """
    with _told() as told:
        for (sentence,) in database.rows("PRAGMA integrity_check(20)"):
            if sentence != "ok":
                told.append(f"{database.path}: {sentence}")
    yield from told
    with _told() as told:
        partitions = _partitions(database)
        for number, partition in enumerate(partitions):
            with _told() as own:
                _read(database, partition)
            told += own
            progress(number / len(partitions))
        for (lost,) in database.rows(
            "SELECT DISTINCT pk FROM items EXCEPT SELECT pk FROM partitions"
        ):
            told.append(f"the rows of {lost} in the database belong to no partition")
    yield from told
    with _told() as told:
        for key, file in files.all():
            with _told() as own:
                os.close(files.open(key, file))
            told += own
    yield from told
    progress(1.0)


@contextlib.contextmanager
def _told() -> Iterator[list[str]]:
    """Gathers what is wrong: sentences that are added, and the error that ends the block."""
    told: list[str] = []
    try:
        yield told
    except DamagedStore as error:
        told.append(error.detail)


def _partitions(database: Database) -> list[str]:
    return [pk for (pk,) in database.rows("SELECT pk FROM partitions ORDER BY pk")]


def _read(database: Database, partition: str) -> None:
    for _ in SqliteTable(database).query(partition):
        pass
