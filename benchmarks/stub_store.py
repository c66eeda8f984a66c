"""A store of a tenant that accepts everything and does nothing, to measure the code before it."""

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
    """The part of `TenantStore` that `run_import` uses."""

    stream: BinaryIO
    """The upload."""
    mapping: dict[str, Any] | None = None
    """Mapping of the import."""
    stored: int = 0
    rejected: int = 0
    """Number of events and rejected rows that it received, without coverage."""
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
            add_rejected_rows=self._reject,
            rejected_rows=lambda *_, **__: iter(()),
            remove_rejected_rows=lambda *_, **__: True,
        )

    def user_hash(self, user_id: str) -> str:
        """The user id itself, without hashing."""
        return user_id

    def trace_of_erased(self, user: str, event: Any) -> str | None:
        """No person was erased."""
        return None

    def _write(self, writes: Sequence[Any], origin: str) -> tuple[int, ...]:
        self.stored += sum(not isinstance(one, Coverage) for one in writes)
        return ()

    def _save(self, changed: Import) -> Import:
        self._import = replace(changed, revision=changed.revision + 1)
        return self._import

    def _reject(self, *arguments: Any, **_: Any) -> None:
        self.rejected += len(arguments[2])


class StubSession:
    """Replaces the boto3 session; everything except the clients is the real application."""

    def __init__(self) -> None:
        self.dynamodb = StubDynamoDB()
        self.s3 = StubS3()

    def client(self, name: str, **_: Any) -> Any:
        """Like `boto3.Session.client`, for two services."""
        return {"dynamodb": self.dynamodb, "s3": self.s3}[name]


class StubDynamoDB:
    """A client that stores single items, and accepts batches without storing them.

    Attributes
    ----------
    written : int
        Number of items in batches.
    """

    def __init__(self) -> None:
        self.written = 0
        self._partitions: dict[str, dict[str, Any]] = {}

    def batch_write_item(self, RequestItems: dict[str, Sequence[Any]]) -> dict[str, Any]:
        """Count the items; store nothing."""
        self.written += sum(map(len, RequestItems.values()))
        return {}

    def transact_write_items(self, TransactItems: Sequence[Any]) -> dict[str, Any]:
        """Write items; all conditions are true."""
        for write in TransactItems:
            self.put_item(write["Put"]["Item"])
        return {}

    def put_item(self, Item: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Write an item; the condition is true."""
        self._partitions.setdefault(Item["pk"]["S"], {})[Item["sk"]["S"]] = Item
        return {}

    def update_item(self, ExpressionAttributeValues: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the added number as the count, so that no limit is reached."""
        return {"Attributes": {"counted": ExpressionAttributeValues[":by"]}}

    def get_item(self, Key: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Get one item."""
        found = self._partitions.get(Key["pk"]["S"], {}).get(Key["sk"]["S"])
        return {} if found is None else {"Item": found}

    def query(
        self, ExpressionAttributeValues: dict[str, Any], ScanIndexForward: bool, **_: Any
    ) -> dict[str, Any]:
        """Get a whole partition."""
        found = self._partitions.get(ExpressionAttributeValues[":pk"]["S"], {})
        return {"Items": [found[sk] for sk in sorted(found, reverse=not ScanIndexForward)]}


class StubS3:
    """A client that stores objects."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def put_object(self, Key: str, Body: bytes, **_: Any) -> dict[str, Any]:
        """Store an object."""
        self._objects[Key] = Body
        return {}

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:
        """Get an object."""
        return {"Body": io.BytesIO(self._objects[Key])}


class _Upload(io.BufferedReader):
    """An upload that is never replaced."""

    size = 0
    """Bytes for the daily quota, which is not measured here."""

    def check(self) -> None:
        """Accept the upload."""


def import_all(store: StubStore, now: dt.datetime) -> Import:
    """Run the import to its end."""
    ended = run_import(store, IMPORT_ID, VERSION, now=now, deadline=lambda: 900.0)  # type: ignore[arg-type]
    if ended.state != "done":
        raise SystemExit(f"the import is {ended.state}: {ended.error}")
    return ended
