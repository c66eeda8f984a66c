"""Convert data directories from before SQLite: a journal of writes, object files, key records.

The journal contains every successful write, in order, in the form of a DynamoDB request. It is
replayed into a new database next to the old files. At the end the old files are moved to
``before-sqlite/``, where the user can delete them. Day totals are derived again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chalicelib.local.database import FILE, Database
from chalicelib.local.database_rows import Transaction, to_row
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.local.versioned_files import Files
from chalicelib.model.errors import DamagedStore
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, to_item
from chalicelib.storage.writer import delete_request, put_request

JOURNAL = "table.journal"
OLD = "before-sqlite"
NEW = "converting"
_OLD_FILES = (JOURNAL, "table.derived", "queues", "schedule", "keys.ndjson", "engine", "objects")
_AT_ONCE = 2_000
_SET = re.compile(r"(#?\w+) = (?:if_not_exists\(#?\w+, )?(:\w+)\)?")
_ADD = re.compile(r"ADD (\w+) (:\w+)")
Op = Callable[[Transaction], None]


def convert(directory: Path, progress: Callable[[float], None] = lambda _: None) -> bool:
    """Convert a directory from before SQLite; False if the directory is not one.

    Parameters
    ----------
    progress : callable
        Called with the share that is done.

    Raises
    ------
    DamagedStore
        If another engine wrote the directory, or if its journal is damaged.
    """
    new = directory / NEW
    if (directory / "dynamodb-local").exists() and not (directory / FILE).exists():
        raise DamagedStore(
            f"{directory} was written with --engine dynamodb-local, which no longer exists: serve "
            "it with the version that wrote it, or choose a new directory with --data and send "
            "events and files again"
        )
    if not is_unconverted(directory) and not (new / "done").exists():
        return False
    if not (new / "done").exists():
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        _build(directory, new, progress)
        (new / "done").touch()
    (directory / OLD).mkdir(mode=0o700, exist_ok=True)
    if not (directory / FILE).exists():
        if (new / "objects").exists():
            for name in _OLD_FILES:
                if (directory / name).exists():
                    os.replace(directory / name, directory / OLD / name)
            os.replace(new / "objects", directory / "objects")
        os.replace(new / FILE, directory / FILE)
    shutil.rmtree(new)
    return True


def is_unconverted(directory: Path) -> bool:
    """Whether a directory has a journal and no database."""
    return (directory / JOURNAL).exists() and not (directory / FILE).exists()


def is_empty(directory: Path) -> bool:
    """Whether a directory has no state."""
    return not (directory / FILE).exists() and not is_unconverted(directory)


def expect_converted(directory: Path) -> None:
    """Raise `DamagedStore` if a directory must be converted first."""
    if is_unconverted(directory) or (directory / NEW).exists():
        raise DamagedStore(
            f"{directory} is from before SQLite: start `serve --data {directory}` once to convert "
            f"it"
        )


def _build(old: Path, new: Path, progress: Callable[[float], None]) -> None:
    database = Database(new, durable=False)
    files = Files(new / "objects", database, durable=False)
    waiting: list[Op] = []
    for op in _ops(old / JOURNAL, progress):
        waiting.append(op)
        if len(waiting) >= _AT_ONCE:
            _write(database, waiting)
    _write(database, waiting)
    for key, path in _objects(old / "objects"):
        files.keep(key, files.write([path.read_bytes()]))
    _add_keys(old / "keys.ndjson", database)
    database.close()
    descriptor = os.open(new / FILE, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _write(database: Database, waiting: list[Op]) -> None:
    def write(transaction: Transaction) -> None:
        for op in waiting:
            op(transaction)

    database.write(write)
    waiting.clear()


def _ops(journal: Path, progress: Callable[[float], None]) -> Iterator[Op]:
    """The writes of a journal; an incomplete last line is ignored."""
    size, position = max(1, journal.stat().st_size), 0
    with open(journal, "rb") as lines:
        for number, line in enumerate(lines):
            if not line.endswith(b"\n"):
                return
            action, _, body = line.partition(b" ")
            try:
                yield from _of_call(action.decode(), json.loads(body))
            except (KeyError, TypeError, ValueError) as error:
                raise DamagedStore(f"{journal} is damaged in line {number + 1}") from error
            position += len(line)
            progress(position / size)


def _of_call(action: str, call: dict[str, Any]) -> Iterator[Op]:
    match action:
        case "PutItem":
            yield _put(put_request(call["Item"]))
        case "DeleteItem":
            key = call["Key"]
            yield _put(delete_request(key["pk"]["S"], key["sk"]["S"]))
        case "BatchWriteItem":
            for requests in call["RequestItems"].values():
                yield from map(_put, requests)
        case "TransactWriteItems":
            for one in call["TransactItems"]:
                yield _put(put_request(one["Put"]["Item"]))
        case "UpdateItem":
            yield _update(call)
        case _:
            raise ValueError(f"{action} is not a write")


def _put(request: Item) -> Op:
    if "PutRequest" in request:
        row = to_row(request["PutRequest"]["Item"])
        return lambda transaction: transaction.put(row)
    key = request["DeleteRequest"]["Key"]
    return lambda transaction: transaction.delete(key["pk"]["S"], key["sk"]["S"])


def _update(call: dict[str, Any]) -> Op:
    """A change of attributes; its conditions were true, because the journal contains it."""
    key, text = call["Key"], call["UpdateExpression"]
    names = call.get("ExpressionAttributeNames", {})
    values = call["ExpressionAttributeValues"]
    added = _ADD.search(text)

    def update(transaction: Transaction) -> None:
        item = dict(transaction.get(key["pk"]["S"], key["sk"]["S"]) or key)
        for found in _SET.finditer(text.partition("SET ")[2]):
            name = names.get(found[1], found[1])
            if "if_not_exists" not in found[0] or name not in item:
                item[name] = values[found[2]]
        if added is not None:
            total = int(item.get(added[1], {"N": "0"})["N"]) + int(values[added[2]]["N"])
            item[added[1]] = {"N": str(total)}
        transaction.put(to_row(item))

    return update


def _objects(directory: Path) -> Iterator[tuple[str, Path]]:
    """Keys and files of the existing objects."""
    for metadata in sorted(directory.rglob("*.meta.json")):
        path = metadata.with_name(metadata.name.removesuffix(".meta.json"))
        key = json.loads(metadata.read_text(encoding="utf-8")).get("key")
        if key is not None and path.is_file():
            yield key, path


def _add_keys(records: Path, database: Database) -> None:
    """Add keys that the command line created or revoked since the service last ran.

    A third active key of a role is added too; the user can revoke it with `keys revoke`.
    """
    if not records.exists():
        return
    table = SqliteTable(database)
    for line in records.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        tenant, key_id = record.pop("tenant"), record.pop("key_id")
        partition = table_keys.api_keys_partition(tenant)
        there = table.get(partition, key_id)
        if "role" in record and there is None:
            record.pop("currency", None)
            table.put(to_item(partition, key_id, record))
            table.put(to_item(table_keys.REGISTRY_PARTITION, tenant, {}))
        elif "revoked_at" in record and there is not None and "revoked_at" not in there:
            at = dt.datetime.fromisoformat(record["revoked_at"]).isoformat()
            table.put(there | {"revoked_at": {"S": at}})
