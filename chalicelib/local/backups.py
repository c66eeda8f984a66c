"""Copy a data directory, also while it is served."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from chalicelib.local.commits import Commits
from chalicelib.local.database import FILE, Database, named_outages
from chalicelib.local.versioned_files import Files

ATTEMPTS = 5


def back_up(directory: Path, target: Path) -> None:
    """Copy a data directory; the copy can be served like the original.

    SQLite first copies the database in a consistent state. Files never change, so the files that it
    names are linked, or copied if the target is on another disk. If one of them was deleted
    meanwhile, the copy starts again.

    `target`: must not exist, or must be empty.

    Raises
    ------
    FileExistsError
        If the target is not empty.
    DamagedStore
        If the database or a file is damaged.
    StoreUnavailable
        If one of the directories cannot be used. The target is then removed.
    """
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for attempt in range(ATTEMPTS):
        try:
            with named_outages(directory / FILE):
                _copy(directory, target)
        except BaseException as error:  # including Ctrl-C: do not leave half a copy
            shutil.rmtree(target, ignore_errors=True)
            is_gone = isinstance(error.__cause__, FileNotFoundError)
            if not is_gone or attempt + 1 == ATTEMPTS:
                raise
            target.mkdir(mode=0o700)
        else:
            return


def _copy(directory: Path, target: Path) -> None:
    source = sqlite3.connect(f"file:{directory / FILE}?mode=ro", uri=True)
    try:
        source.execute("VACUUM INTO ?", (str(target / FILE),))
    finally:
        source.close()
    os.chmod(target / FILE, 0o600)
    database = Database(target)
    try:
        files = Files(target / "objects", database)
        for _, file in files.all():
            copied = files.path(file)
            copied.parent.mkdir(exist_ok=True, mode=0o700)
            _link(directory / "objects" / file.name, copied)
        commits = Commits(target)
        commits.note(database.sequence)
        commits.close()
    finally:
        database.close()
    secret = directory / "secret"
    if secret.exists():
        shutil.copy2(secret, target / "secret")


def _link(file: Path, copied: Path) -> None:
    try:
        os.link(file, copied)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or a file system without links
        shutil.copy2(file, copied)
