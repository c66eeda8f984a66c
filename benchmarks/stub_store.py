"""A tenant's store that takes everything and does nothing, to time what happens before it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, BinaryIO

from chalicelib.model.events import Coverage
from chalicelib.services.imports import run_import
from chalicelib.settings import Settings
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion

IMPORT_ID = "20260101T000000Z-00000000"
VERSION = ObjectVersion("imports/bench/x.csv", "etag")


@dataclass
class StubStore:
    """What `run_import` asks of a `TenantStore`.

    Attributes
    ----------
    stream : binary file
        The upload.
    mapping : dict, optional
        Of the import.
    stored, refused : int
        How many events and refused rows it was given; days of coverage are not counted.
    """

    stream: BinaryIO
    mapping: dict[str, Any] | None = None
    stored: int = 0
    refused: int = 0
    tenant: str = "bench"
    settings: Settings = field(default_factory=Settings)
    config: Any = field(
        default_factory=lambda: SimpleNamespace(currency="EUR", retention_days=50 * 365, shards=4)
    )

    def __post_init__(self) -> None:
        self._import = Import(
            import_id=IMPORT_ID,
            filename="x.csv",
            created_at="2026-01-01T00:00:00Z",
            mapping=self.mapping,
        )
        self.events = SimpleNamespace(write=self._write)
        self.objects = SimpleNamespace(open=lambda version, max_bytes: _Upload(self.stream))
        self.import_quotas = SimpleNamespace(
            add_bytes=lambda day, size: size,
            begin=lambda *_, **__: True,
            end=lambda *_, **__: None,
        )
        self.imports = SimpleNamespace(
            get=lambda import_id: self._import,
            save=self._save,
            add_refused_rows=self._refuse,
            refused_rows=lambda *_, **__: iter(()),
            remove_refused_rows=lambda *_, **__: True,
        )

    def user_hash(self, user_id: str) -> str:
        """What is stored of a person."""
        return user_id

    def trace_of_erased(self, user: str, event: Any) -> str | None:
        """Nobody was erased."""
        return None

    def _write(self, writes: Sequence[Any], origin: str) -> tuple[int, ...]:
        self.stored += sum(not isinstance(one, Coverage) for one in writes)
        return ()

    def _save(self, changed: Import) -> Import:
        self._import = replace(changed, revision=changed.revision + 1)
        return self._import

    def _refuse(self, *arguments: Any, **_: Any) -> None:
        self.refused += len(arguments[2])


class StubSession:
    """In place of a boto3 session: the real application runs on it, up to the clients."""

    def __init__(self) -> None:
        self.dynamodb = StubDynamoDB()
        self.s3 = StubS3()

    def client(self, name: str, **_: Any) -> Any:
        """As `boto3.Session.client`, of two services."""
        return {"dynamodb": self.dynamodb, "s3": self.s3}[name]


class StubDynamoDB:
    """A client that keeps single items, and takes batches of them and does nothing.

    Attributes
    ----------
    written : int
        Items of batches.
    """

    def __init__(self) -> None:
        self.written = 0
        self._partitions: dict[str, dict[str, Any]] = {}

    def batch_write_item(self, RequestItems: dict[str, Sequence[Any]]) -> dict[str, Any]:
        """Everything is written, and gone."""
        self.written += sum(map(len, RequestItems.values()))
        return {}

    def transact_write_items(self, TransactItems: Sequence[Any]) -> dict[str, Any]:
        """All conditions hold."""
        for write in TransactItems:
            self.put_item(write["Put"]["Item"])
        return {}

    def put_item(self, Item: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The condition holds."""
        self._partitions.setdefault(Item["pk"]["S"], {})[Item["sk"]["S"]] = Item
        return {}

    def update_item(self, ExpressionAttributeValues: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What is counted is what was added: no limit is ever reached."""
        return {"Attributes": {"counted": ExpressionAttributeValues[":by"]}}

    def get_item(self, Key: dict[str, Any], **_: Any) -> dict[str, Any]:
        """One item, if there is one."""
        found = self._partitions.get(Key["pk"]["S"], {}).get(Key["sk"]["S"])
        return {} if found is None else {"Item": found}

    def query(
        self, ExpressionAttributeValues: dict[str, Any], ScanIndexForward: bool, **_: Any
    ) -> dict[str, Any]:
        """A whole partition."""
        found = self._partitions.get(ExpressionAttributeValues[":pk"]["S"], {})
        return {"Items": [found[sk] for sk in sorted(found, reverse=not ScanIndexForward)]}


class StubS3:
    """A client that keeps objects."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def put_object(self, Key: str, Body: bytes, **_: Any) -> dict[str, Any]:
        """Keep an object."""
        self._objects[Key] = Body
        return {}

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:
        """An object that is kept."""
        return {"Body": io.BytesIO(self._objects[Key])}


class _Upload(io.BufferedReader):
    """An upload that is never replaced."""

    size = 0
    """Bytes that count towards the quota of a day, which is not measured here."""

    def check(self) -> None:
        """Nothing went wrong."""


def import_all(store: StubStore, now: dt.datetime) -> Import:
    """Runs the import to its end."""
    ended = run_import(store, IMPORT_ID, VERSION, now=now, deadline=lambda: 900.0)  # type: ignore[arg-type]
    if ended.state != "done":
        raise SystemExit(f"the import is {ended.state}: {ended.error}")
    return ended
