"""A tenant's store that takes everything and does nothing, to time what happens before it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, BinaryIO

from chalicelib.services.imports import run_import
from chalicelib.settings import Settings
from chalicelib.storage.imports import Import
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
        How many events and refused rows it was given.
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
        self.imports = SimpleNamespace(
            get=lambda import_id: self._import,
            save=self._save,
            add_refused_rows=self._refuse,
            remove_refused_rows=lambda *_, **__: True,
        )

    def user_hash(self, user_id: str) -> str:
        """What is stored of a person."""
        return user_id

    def trace_of_erased(self, user: str, event: Any) -> str | None:
        """Nobody was erased."""
        return None

    def _write(self, writes: Sequence[Any]) -> tuple[int, ...]:
        self.stored += len(writes)
        return ()

    def _save(self, changed: Import) -> Import:
        self._import = replace(changed, revision=changed.revision + 1)
        return self._import

    def _refuse(self, *arguments: Any, **_: Any) -> None:
        self.refused += len(arguments[2])


class _Upload(io.BufferedReader):
    """An upload that is never replaced."""

    def check(self) -> None:
        """Nothing went wrong."""


def import_all(store: StubStore, now: dt.datetime) -> Import:
    """Runs the import to its end."""
    ended = run_import(store, IMPORT_ID, VERSION, now=now, deadline=lambda: 900.0)  # type: ignore[arg-type]
    if ended.state != "done":
        raise SystemExit(f"the import is {ended.state}: {ended.error}")
    return ended
