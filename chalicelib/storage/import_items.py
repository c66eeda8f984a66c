"""Imports: what became of an export file, how far it got, and the rows that it refused.

The refused rows of each reading of a file are a generation of their own. The import's item says
which generation is to be seen, so that a reading that begins anew, or a replay that is killed half
way, leaves what was there until it is done.
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
from chalicelib.storage.import_records import Import, RefusedRow, Removal, Replay
from chalicelib.storage.item_versions import check_version, versioned
from chalicelib.storage.masking import masked, masked_values
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, key_of, put_request, write_all

SCHEMA = 1
"""Version of the shape of an import, which is also the checkpoint that a run continues from."""

MAX_RAW_CHARACTERS = 4_000
REFUSED_ROWS_KEPT_DAYS = 90
"""Refused rows hold what the platform wrote, so they do not stay as long as events do."""

_REMOVED_AT_ONCE = 500
_TEXTS = {"raw", "message", "name"}
_SUPPRESSED: Item = {
    "raw": {"S": ""},
    "message": {"S": "the row named a person who was erased"},
    "name": {"S": ""},
}
_TOLD = ("filename", "report", "summary", "error")
"""Attributes of an import that repeat what somebody has called a file or a part of it."""


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
        item = self._table.get(
            table_keys.imports_partition(self._tenant), import_id, consistent=True
        )
        return None if item is None else _to_import(item)

    def save(self, changed: Import) -> Import:
        """Write an import that was read before; returns it with its new revision.

        Raises
        ------
        StoreUnavailable
            If another worker has written it since: that one is ahead, come back later.
        """
        saved = replace(changed, revision=changed.revision + 1)
        if not self._table.put(
            self._item(saved), only_if=Equals("revision", {"N": str(changed.revision)})
        ):
            raise StoreUnavailable(f"another worker has moved the import {changed.import_id} on")
        return saved

    def newest_first(self, *, limit: int | None, after: str | None = None) -> list[Import]:
        """At most `limit` imports, those begun last first, older than `after` if given."""
        partition = table_keys.imports_partition(self._tenant)
        found = self._table.query(partition, descending=True, limit=limit, after=after)
        return [_to_import(item) for item in found]

    def add_refused_rows(
        self, import_id: str, generation: int, rows: Sequence[RefusedRow], *, now: dt.datetime
    ) -> None:
        """Keep refused rows; the same again lands on the same items.

        Raises
        ------
        StoreUnavailable
            If not all of them are stored.
        """
        partition = table_keys.refused_rows_partition(self._tenant, import_id, generation)
        ttl = int((now + dt.timedelta(days=REFUSED_ROWS_KEPT_DAYS)).timestamp())
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
            raise StoreUnavailable("not all refused rows could be stored")

    def refused_rows(
        self, import_id: str, generation: int, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[RefusedRow]:
        """The refused rows of a generation in the order of the file, behind `after` if given."""
        partition = table_keys.refused_rows_partition(self._tenant, import_id, generation)
        for item in self._table.query(partition, consistent=True, limit=limit, after=after):
            yield _to_refused_row(item)

    def suppress_refused_rows(
        self,
        import_id: str,
        generation: int,
        names: Callable[[str], bool],
        *,
        after: str | None = None,
    ) -> Iterator[tuple[int, str]]:
        """Take away the text of refused rows that name somebody; the rows stay counted.

        Parameters
        ----------
        names : callable
            Whether a text names them.
        after : str, optional
            Sort key behind which to go on.

        Yields
        ------
        int, str
            Of each page: how many rows did, and the sort key of its last one.

        Raises
        ------
        StoreUnavailable
            If not all of them could be written.
        """
        partition = table_keys.refused_rows_partition(self._tenant, import_id, generation)
        items = self._table.query(partition, consistent=True, after=after)
        while page := list(islice(items, _REMOVED_AT_ONCE)):
            found = [_suppressed(item, names) for item in page]
            requests = [put_request(item) for item in found if item is not None]
            if write_all(self._table, requests, self._patience):
                raise StoreUnavailable("not all refused rows could be written; ask again")
            yield len(requests), page[-1]["sk"]["S"]

    def remove_refused_rows(
        self, import_id: str, generation: int, *, go_on: Callable[[], bool]
    ) -> bool:
        """Forget the refused rows of a generation that nobody sees any more.

        What is left over, because `go_on` says no or the store does not answer, expires.

        Returns
        -------
        bool
            Whether nothing is left over.
        """
        partition = table_keys.refused_rows_partition(self._tenant, import_id, generation)
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
        values |= {name: masked_values(values[name]) for name in _TOLD}
        if what.replay is not None:
            values["replay"] = _with_text(values["replay"])
        import_id = values.pop("import_id")
        item = to_item(table_keys.imports_partition(self._tenant), import_id, values)
        return versioned(item, SCHEMA)


def _suppressed(item: Item, names: Callable[[str], bool]) -> Item | None:
    """The item of a refused row without its text, if that names somebody; else None."""
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
    """The values with the mapping as text: DynamoDB forgets the order of its columns."""
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


def _to_refused_row(item: Item) -> RefusedRow:
    part, row, number = table_keys.parse_refused_row_sort(item["sk"]["S"])
    stored = from_item(item)
    return RefusedRow(
        row,
        number,
        stored["raw"],
        stored["code"],
        stored["message"],
        part,
        stored.get("name", ""),
    )
