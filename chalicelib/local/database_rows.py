"""Rows of the database: items as text with a checksum, and the checksum of each partition."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.model.errors import DamagedStore
from chalicelib.storage.attributes import Item
from chalicelib.storage.table_keys import parse_event_partition

SCHEMA = {
    "items": (
        "CREATE TABLE items (pk TEXT NOT NULL, sk TEXT NOT NULL, item TEXT NOT NULL, "
        "expires_at INTEGER, checksum INTEGER NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID"
    ),
    "partitions": (
        "CREATE TABLE partitions (pk TEXT NOT NULL PRIMARY KEY, items INTEGER NOT NULL, "
        "digest INTEGER NOT NULL, expires_from INTEGER) WITHOUT ROWID"
    ),
    "notes": "CREATE TABLE notes (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) "
    "WITHOUT ROWID",
}

CHANGES = "-#changes"
"""Partition that lists the event partitions whose day totals must be derived again."""

_MASK = (1 << 64) - 1
_INSERT = "INSERT INTO items VALUES (?, ?, ?, ?, ?) ON CONFLICT (pk, sk) DO NOTHING"
_REPLACE = "UPDATE items SET item = ?, expires_at = ?, checksum = ? WHERE pk = ? AND sk = ?"
_DELETE = "DELETE FROM items WHERE pk = ? AND sk = ?"
_GET = "SELECT item, expires_at, checksum FROM items WHERE pk = ? AND sk = ?"
_CHECKSUM = "SELECT checksum FROM items WHERE pk = ? AND sk = ?"
_SETTLE = (
    "INSERT INTO partitions VALUES (?, ?, ?, ?) ON CONFLICT (pk) DO UPDATE SET "
    "items = excluded.items, digest = excluded.digest, expires_from = excluded.expires_from"
)


@dataclass(frozen=True, slots=True)
class Row:
    """An item in the form in which it is written."""

    pk: str
    sk: str
    text: str
    expires_at: int | None
    """In seconds since 1970."""
    checksum: int


def to_row(item: Item) -> Row:
    """Convert an item to a row."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    rest = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    text = _encode(rest)
    ttl = item.get("ttl")
    expires_at = int(ttl["N"]) if ttl is not None and "N" in ttl else None
    return Row(pk, sk, text, expires_at, checksum_of(pk, sk, text, expires_at))


def to_item(pk: str, sk: str, text: str, expires_at: int | None, checksum: int) -> Item:
    """Convert a row to an item.

    Raises
    ------
    DamagedStore
        If the row is damaged.
    """
    # SQLite can read any type from any column: in a damaged row, text can be a number.
    if not (isinstance(sk, str) and isinstance(text, str) and isinstance(checksum, int)):
        raise damaged(pk)
    if not isinstance(expires_at, int | None) or checksum != checksum_of(pk, sk, text, expires_at):
        raise damaged(pk)
    item: Item = {"pk": {"S": pk}, "sk": {"S": sk}}
    item.update(json.loads(text))
    if '"B":"' in text:
        item = {name: _with_bytes(value) for name, value in item.items()}
    return item


def checksum_of(pk: str, sk: str, text: str, expires_at: int | None) -> int:
    """The checksum of a row: 64 bits, signed."""
    try:
        whole = f"{pk}\0{sk}\0{expires_at}\0{text}".encode()
    except UnicodeEncodeError:
        raise damaged(repr(pk)) from None
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), signed=True)


def signed(number: int) -> int:
    """A sum of checksums as a signed 64-bit number."""
    number &= _MASK
    return number - (1 << 64) if number >> 63 else number


def damaged(pk: str) -> DamagedStore:
    """The error for damaged rows of a partition."""
    return DamagedStore(
        f"the rows of {pk} in the database are damaged: stop the service, run `serve --check`, "
        "restore a backup"
    )


def sequence_text(sequence: int) -> str:
    """A sequence with its checksum."""
    digest = hashlib.blake2b(str(sequence).encode(), digest_size=8).hexdigest()
    return f"{sequence} {digest}"


def checked_sequence(text: Any) -> int | None:
    """The sequence in a text from `sequence_text`; None if the text is damaged."""
    number = str(text).partition(" ")[0]
    return int(number) if number.isdigit() and text == sequence_text(int(number)) else None


@dataclass(slots=True)
class _Delta:
    """Changes of a transaction to a partition."""

    items: int = 0
    digest: int = 0
    expires_from: int | None = None
    resets_expiry: bool = False


@dataclass(slots=True)
class Transaction:
    """Writes that are committed together; `Database` begins and ends it."""

    connection: sqlite3.Connection
    sequence: int
    """Number of the commit; greater than that of every earlier commit."""
    _deltas: dict[str, _Delta] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _ids: list[int] = field(default_factory=lambda: [0])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not self._deltas

    def new_id(self) -> str:
        """An id that sorts after every earlier one."""
        self._ids[0] += 1
        return f"{self.sequence:015d}-{self._ids[0]:06d}"

    def part(self) -> Transaction:
        """A part of this transaction that can still be discarded."""
        return Transaction(self.connection, self.sequence, _ids=self._ids)

    def take(self, part: Transaction) -> None:
        """Add the writes of a part to this transaction."""
        for pk, delta in part._deltas.items():
            own = self._deltas.setdefault(pk, _Delta())
            own.items += delta.items
            own.digest += delta.digest
            own.expires_from = _earlier(own.expires_from, delta.expires_from)
            own.resets_expiry = own.resets_expiry or delta.resets_expiry
        self._changed |= part._changed

    def get(self, pk: str, sk: str) -> Item | None:
        """The current item, or None."""
        found = self.connection.execute(_GET, (pk, sk)).fetchone()
        return None if found is None else to_item(pk, sk, *found)

    def put(self, row: Row) -> None:
        """Write or replace a row; do nothing if it is unchanged."""
        there: int | None = None
        values = (row.pk, row.sk, row.text, row.expires_at, row.checksum)
        if not self.connection.execute(_INSERT, values).rowcount:  # most rows are new
            there = self._checksum(row.pk, row.sk)
            if there == row.checksum:
                return
            self.connection.execute(
                _REPLACE, (row.text, row.expires_at, row.checksum, row.pk, row.sk)
            )
        delta = self._deltas.setdefault(row.pk, _Delta())
        delta.items += there is None
        delta.digest += row.checksum - (there or 0)
        delta.expires_from = _earlier(delta.expires_from, row.expires_at)
        self._changed.add(row.pk)

    def delete(self, pk: str, sk: str, *, expired: bool = False) -> None:
        """Delete a row if it exists; deleting an expired row does not change totals."""
        there = self._checksum(pk, sk)
        if there is None:
            return
        self.connection.execute(_DELETE, (pk, sk))
        delta = self._deltas.setdefault(pk, _Delta())
        delta.items -= 1
        delta.digest -= there
        if not expired:
            self._changed.add(pk)

    def _checksum(self, pk: str, sk: str) -> int | None:
        found = self.connection.execute(_CHECKSUM, (pk, sk)).fetchone()
        if found is None:
            return None
        if not isinstance(found[0], int):
            raise damaged(pk)
        return found[0]

    def expires_from(self, pk: str, earliest: int | None) -> None:
        """Record when the first remaining row of a partition expires."""
        delta = self._deltas.setdefault(pk, _Delta())
        delta.expires_from, delta.resets_expiry = earliest, True

    def settle(self) -> None:
        """Record the changed partitions, whose totals must be derived, and their checksums."""
        for pk in sorted(self._changed):
            if parse_event_partition(pk) is not None:
                changed = {"sequence": {"N": str(self.sequence)}}
                self.put(to_row({"pk": {"S": CHANGES}, "sk": {"S": pk}} | changed))
        self._write_partitions(self._deltas.items())

    def _write_partitions(self, deltas: Iterable[tuple[str, _Delta]]) -> None:
        for pk, delta in deltas:
            found = self.connection.execute(
                "SELECT items, digest, expires_from FROM partitions WHERE pk = ?", (pk,)
            ).fetchone()
            items, digest, expires_from = found or (0, 0, None)
            if not (isinstance(items, int) and isinstance(digest, int)):
                raise damaged(pk)
            if delta.resets_expiry:
                expires_from = None
            if items + delta.items == 0 and signed(digest + delta.digest) == 0:
                self.connection.execute("DELETE FROM partitions WHERE pk = ?", (pk,))
                continue
            self.connection.execute(
                _SETTLE,
                (
                    pk,
                    items + delta.items,
                    signed(digest + delta.digest),
                    _earlier(expires_from, delta.expires_from),
                ),
            )


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _text_of(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be stored in an item")


_encode = json.JSONEncoder(separators=(",", ":"), default=_text_of).encode


def _with_bytes(attribute: Any) -> Any:
    match attribute:
        case {"B": str(text)}:
            return {"B": base64.b64decode(text)}
        case {"M": dict(members)}:
            return {"M": {name: _with_bytes(one) for name, one in members.items()}}
        case {"L": list(members)}:
            return {"L": [_with_bytes(one) for one in members]}
    return attribute
