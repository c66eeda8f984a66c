"""Imports: the state and progress of an export file's import, and its rejected rows.

Each reading of a file writes its rejected rows as a new generation. The import's item contains the
current generation. If a reading restarts or a replay is interrupted, the rows of the last complete
reading therefore remain visible.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from itertools import islice
from typing import Any

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import Equals
from chalicelib.storage.import_records import Import, RejectedRow, Removal, Replay
from chalicelib.storage.item_versions import check_version, versioned
from chalicelib.storage.masking import masked, masked_values
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, key_of, put_request, write_all

SCHEMA = 1
"""Version of the stored shape of an import, which is also the checkpoint of its run."""

MAX_RAW_CHARACTERS = 4_000
REJECTED_ROWS_KEPT_DAYS = 90
"""Rejected rows contain raw text from the file, so they expire earlier than events."""

_REMOVED_AT_ONCE = 500
_TEXTS = {"raw", "message", "name"}
_SUPPRESSED: Item = {
    "raw": {"S": ""},
    "message": {"S": "the row named a person who was erased"},
    "name": {"S": ""},
}
_MASKED_ATTRIBUTES = ("filename", "report", "summary", "error")
"""Attributes of an import that can contain names of files, sheets or archive members."""


class ImportStore:
    """The imports of one tenant."""

    def __init__(self, table: Table, tenant: str, patience: Patience) -> None:
        self._table = table
        self._tenant = tenant
        self._partition = table_keys.imports_partition(tenant)
        self._patience = patience

    def add(self, new: Import) -> bool:
        """Store a new import; return False if one with this id exists."""
        return self._table.put_new(self._item(new))

    def get(self, import_id: str) -> Import | None:
        """Return the import with this id, or None."""
        item = self._table.get(self._partition, import_id, consistent=True)
        return None if item is None else _to_import(item)

    def save(self, changed: Import) -> Import:
        """Update an import and return it with its new revision.

        Raises
        ------
        StoreUnavailable
            If another worker has written the import since it was read. Try again later.
        """
        saved = replace(changed, revision=changed.revision + 1)
        if not self._table.put(
            self._item(saved), only_if=Equals("revision", {"N": str(changed.revision)})
        ):
            raise StoreUnavailable(f"another worker has updated the import {changed.import_id}")
        return saved

    def newest_first(self, *, limit: int | None, after: str | None = None) -> list[Import]:
        """Return at most `limit` imports, newest first; only those older than `after`, if given."""
        found = self._table.query(self._partition, descending=True, limit=limit, after=after)
        return [_to_import(item) for item in found]

    def add_rejected_rows(
        self, import_id: str, generation: int, rows: Sequence[RejectedRow], *, now: dt.datetime
    ) -> None:
        """Store rejected rows. Storing a row again overwrites the same item.

        Raises
        ------
        StoreUnavailable
            If some rows could not be stored.
        """
        partition = table_keys.rejected_rows_partition(self._tenant, import_id, generation)
        ttl = int((now + dt.timedelta(days=REJECTED_ROWS_KEPT_DAYS)).timestamp())
        requests = [
            put_request(
                to_item(
                    partition,
                    row.cursor,
                    {
                        "raw": masked(row.raw[:MAX_RAW_CHARACTERS]),
                        "code": row.code,
                        "message": masked(row.message),
                        "name": masked(row.part_name) or None,
                        "ttl": ttl,
                    },
                )
            )
            for row in rows
        ]
        if write_all(self._table, requests, self._patience):
            raise StoreUnavailable("not all rejected rows could be stored")

    def rejected_rows(
        self, import_id: str, generation: int, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[RejectedRow]:
        """Return the rejected rows of a generation in file order, starting after `after`."""
        partition = table_keys.rejected_rows_partition(self._tenant, import_id, generation)
        for item in self._table.query(partition, consistent=True, limit=limit, after=after):
            yield _to_rejected_row(item)

    def suppress_rejected_rows(
        self,
        import_id: str,
        generation: int,
        names: Callable[[str], bool],
        *,
        after: str | None = None,
    ) -> Iterator[tuple[int, str]]:
        """Clear the text of rejected rows that name a person; the rows remain counted.

        Parameters
        ----------
        names : callable
            Returns whether a text names the person.
        after : str, optional
            Sort key after which to start.

        Yields
        ------
        int, str
            For each page: the number of rows that were cleared and the sort key of its last row.

        Raises
        ------
        StoreUnavailable
            If some rows could not be written.
        """
        partition = table_keys.rejected_rows_partition(self._tenant, import_id, generation)
        items = self._table.query(partition, consistent=True, after=after)
        while page := list(islice(items, _REMOVED_AT_ONCE)):
            found = [_suppressed(item, names) for item in page]
            requests = [put_request(item) for item in found if item is not None]
            if write_all(self._table, requests, self._patience):
                raise StoreUnavailable("not all rejected rows could be written; try again later")
            yield len(requests), page[-1]["sk"]["S"]

    def remove_rejected_rows(
        self, import_id: str, generation: int, *, go_on: Callable[[], bool]
    ) -> bool:
        """Delete the rejected rows of a generation that is no longer current.

        Rows that remain because `go_on` returned False or the store was unavailable expire later.

        Return whether all rows were deleted.
        """
        partition = table_keys.rejected_rows_partition(self._tenant, import_id, generation)
        items = self._table.query(partition, consistent=True)
        while go_on():
            page = [
                delete_request(*key_of(put_request(i))) for i in islice(items, _REMOVED_AT_ONCE)
            ]
            if not page:
                return True
            if write_all(self._table, page, self._patience):
                return False
        return False

    def _item(self, what: Import) -> Item:
        values = _with_text(asdict(what))
        values |= {name: masked_values(values[name]) for name in _MASKED_ATTRIBUTES}
        if what.replay is not None:
            values["replay"] = _with_text(values["replay"])
        import_id = values.pop("import_id")
        item = to_item(self._partition, import_id, values)
        return versioned(item, SCHEMA)


def _suppressed(item: Item, names: Callable[[str], bool]) -> Item | None:
    """Return the item of a rejected row without its text if the text names the person, or None."""
    if not any(names(item[one]["S"]) for one in _TEXTS & set(item)):
        return None
    return item | _SUPPRESSED


def _to_import(item: Item) -> Import:
    what = f"the import {item['sk']['S']}"
    check_version(item, SCHEMA, what, "upload its file again as a new import")
    values = _known(Import, from_item(item))
    if values.get("replay") is not None:
        values["replay"] = Replay(**_known(Replay, values["replay"]))
    if values.get("removal") is not None:
        values["removal"] = Removal(**_known(Removal, values["removal"]))
    overtaken = tuple(values.pop("overtaken", ()))
    return Import(import_id=item["sk"]["S"], overtaken=overtaken, **values)


def _with_text(values: dict[str, Any]) -> dict[str, Any]:
    """Convert the mapping to text, because DynamoDB does not preserve the order of its columns."""
    mapping = values["mapping"]
    if mapping is None:
        return values
    return values | {"mapping": json.dumps(mapping, ensure_ascii=False)}


def _known(kind: type, stored: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    values = {name: value for name, value in stored.items() if name in names}
    if values.get("mapping") is not None:
        values["mapping"] = json.loads(values["mapping"])
    return values


def _to_rejected_row(item: Item) -> RejectedRow:
    part, row, number = table_keys.parse_rejected_row_sort(item["sk"]["S"])
    stored = from_item(item)
    return RejectedRow(
        row,
        number,
        stored["raw"],
        stored["code"],
        stored["message"],
        part,
        stored.get("name", ""),
    )
