"""Imports: what became of an export file, how far it got, and the rows that it refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from chalicelib.errors import StoreUnavailable
from chalicelib.storage import keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, key_of, put_request, write_all

State = Literal["waiting", "running", "done", "failed"]

MAX_RAW_CHARACTERS = 4_000
REFUSED_ROWS_KEPT_DAYS = 90
"""Refused rows hold what the platform wrote, so they do not stay as long as events do."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import and its checkpoint.

    Attributes
    ----------
    import_id, filename, created_at : str
    state : {'waiting', 'running', 'done', 'failed'}
    platform : str
        As asked for, ``auto`` to recognise it.
    spread : bool
        Whether rows over several days may be spread over them.
    currency, account : str, optional
        For reports that do not say.
    object_key, etag, version_id : str
        The version of the file that `position` and the counts belong to.
    position : int
        Rows of the file that are dealt with and will not be looked at again.
    rows, events, rejected, not_data : int
        Rows read, events stored, rows refused, rows that hold no data; up to `position`.
    first_day, last_day : str, optional
        Days covered by the stored events, up to `position`.
    report : dict, optional
        What the reader recognised: platform, report, how the file is written.
    summary : dict, optional
        What the reader says about the whole file, at the end.
    error : dict, optional
        ``code`` and ``detail`` of a failure.
    finished_at : str, optional
    revision : int
        Counts the writes of this item; two workers cannot both move it on.
    """

    import_id: str
    filename: str
    created_at: str
    state: State = "waiting"
    platform: str = "auto"
    spread: bool = False
    currency: str | None = None
    account: str | None = None
    object_key: str = ""
    etag: str = ""
    version_id: str = ""
    position: int = 0
    rows: int = 0
    events: int = 0
    rejected: int = 0
    not_data: int = 0
    first_day: str | None = None
    last_day: str | None = None
    report: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    finished_at: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not imported, or an event of a row that was refused.

    Attributes
    ----------
    row : int
        Number of the row in the file.
    number : int
        0, or which refusal of that row it is.
    raw : str
        The row as the file has it; cut after 4,000 characters.
    code, message : str
    """

    row: int
    number: int
    raw: str
    code: str
    message: str


class ImportStore:
    """The imports of one tenant."""

    def __init__(self, table: Table, tenant: str, patience: Patience) -> None:
        self._table = table
        self._tenant = tenant
        self._patience = patience

    def add(self, new: Import) -> bool:
        """Keep a new import; False if there is one with this id."""
        return self._table.put_new(self._item(new))

    def get(self, import_id: str) -> Import | None:
        """The import with this id, or None."""
        item = self._table.get(keys.imports_partition(self._tenant), import_id, consistent=True)
        return None if item is None else _to_import(item)

    def save(self, changed: Import) -> Import:
        """Write an import that was read before; returns it with its new revision.

        Raises
        ------
        StoreUnavailable
            If another worker has written it since: that one is ahead, come back later.
        """
        values = asdict(changed) | {"revision": changed.revision + 1}
        saved = Import(**values)
        if not self._table.put(
            self._item(saved),
            only_if="revision = :revision",
            values={":revision": {"N": str(changed.revision)}},
        ):
            raise StoreUnavailable(f"another worker has moved the import {changed.import_id} on")
        return saved

    def newest_first(self, *, limit: int, after: str | None = None) -> list[Import]:
        """At most `limit` imports, those begun last first, older than `after` if given."""
        partition = keys.imports_partition(self._tenant)
        found = self._table.query(partition, descending=True, limit=limit, after=after)
        return [_to_import(item) for item in found]

    def add_refused_rows(
        self, import_id: str, rows: Sequence[RefusedRow], *, now: dt.datetime
    ) -> None:
        """Keep refused rows; the same again lands on the same items.

        Raises
        ------
        StoreUnavailable
            If not all of them are stored.
        """
        partition = keys.refused_rows_partition(self._tenant, import_id)
        ttl = int((now + dt.timedelta(days=REFUSED_ROWS_KEPT_DAYS)).timestamp())
        requests = [
            put_request(
                to_item(
                    partition,
                    keys.refused_row_sort(row.row, row.number),
                    {
                        "raw": row.raw[:MAX_RAW_CHARACTERS],
                        "code": row.code,
                        "message": row.message,
                        "ttl": ttl,
                    },
                )
            )
            for row in rows
        ]
        if write_all(self._table, requests, self._patience):
            raise StoreUnavailable("not all refused rows could be stored")

    def refused_rows(
        self, import_id: str, *, limit: int, after: str | None = None
    ) -> tuple[list[RefusedRow], str | None]:
        """A page of refused rows by row number, and where the next one begins (None at the end)."""
        partition = keys.refused_rows_partition(self._tenant, import_id)
        items = list(self._table.query(partition, limit=limit + 1, after=after))
        more = len(items) > limit
        page = [_to_refused_row(item) for item in items[:limit]]
        return page, (items[limit - 1]["sk"]["S"] if more else None)

    def remove_refused_rows(self, import_id: str) -> None:
        """Forget the refused rows of an import whose file was replaced.

        Raises
        ------
        StoreUnavailable
            If some are left.
        """
        partition = keys.refused_rows_partition(self._tenant, import_id)
        requests = [
            delete_request(*key_of(put_request(item))) for item in self._table.query(partition)
        ]
        if write_all(self._table, requests, self._patience):
            raise StoreUnavailable("not all refused rows could be removed")

    def _item(self, what: Import) -> Item:
        values = asdict(what)
        import_id = values.pop("import_id")
        return to_item(keys.imports_partition(self._tenant), import_id, values)


def _to_import(item: Item) -> Import:
    known = {field.name for field in fields(Import)}
    values = {name: value for name, value in from_item(item).items() if name in known}
    return Import(import_id=item["sk"]["S"], **values)


def _to_refused_row(item: Item) -> RefusedRow:
    row, _, number = item["sk"]["S"].partition("#")
    stored = from_item(item)
    return RefusedRow(int(row), int(number), stored["raw"], stored["code"], stored["message"])
