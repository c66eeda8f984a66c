"""Imports: what became of an export file, how far it got, and the rows that it refused.

The refused rows of each reading of a file are a generation of their own. The import's item says
which generation is to be seen, so that a reading that begins anew, or a replay that is killed half
way, leaves what was there until it is done.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from typing import Any, Literal

from chalicelib.errors import StoreUnavailable
from chalicelib.storage import keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import Equals
from chalicelib.storage.masking import masked, masked_values
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, key_of, put_request, write_all

State = Literal["waiting", "running", "done", "failed", "removing", "removed"]

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


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that was asked for and has not ended, and its checkpoint.

    Attributes
    ----------
    asked_at : str
    before : {'done', 'failed'}
        How the import stood.
    generation : int
        Where the rows go that are refused again.
    platform, spread, currency, account, mapping, mapping_name
        Take the place of the import's own.
    position : int
        Rows of the file that are dealt with.
    after : str, optional
        Sort key of the last refused row of the earlier generation that is dealt with.
    imported, not_data, events : int
        Of the rows that were refused: how many are imported now, how many hold no data, and how
        many events that gave.
    first_day, last_day : str, optional
        Days of those events.
    """

    asked_at: str
    before: Literal["done", "failed"]
    generation: int
    platform: str = "auto"
    spread: bool = False
    currency: str | None = None
    account: str | None = None
    mapping: dict[str, Any] | None = None
    mapping_name: str | None = None
    position: int = 0
    after: str | None = None
    imported: int = 0
    not_data: int = 0
    events: int = 0
    first_day: str | None = None
    last_day: str | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal that was asked for, and its checkpoint.

    Attributes
    ----------
    asked_at, moved_at : str
        When it was asked for, and when it last got on.
    removed_at : str, optional
        When it ended.
    events, spans : int
        Events that are removed; coverage and annotations that are removed. They are counted before
        they are removed.
    step : int
        How many of the partitions (`EventStore.partitions`) are searched.
    after : str, optional
        Sort key in the next partition up to which everything is removed.
    until : str, optional
        Sort key up to which everything is counted; from `after` to here it may not be removed.
    """

    asked_at: str
    moved_at: str
    removed_at: str | None = None
    events: int = 0
    spans: int = 0
    step: int = 0
    after: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """One import and its checkpoint.

    Attributes
    ----------
    import_id, filename, created_at : str
    state : {'waiting', 'running', 'done', 'failed', 'removing', 'removed'}
    platform : str
        As asked for, ``auto`` to recognise it.
    spread : bool
        Whether rows over several days may be spread over them.
    currency, account : str, optional
        For reports that do not say.
    mapping : dict, optional
        What the user says of the file, as it was when the import was announced.
    mapping_name : str, optional
        Under which name it was found.
    object_key, etag, version_id : str
        The version of the file that `position` and the counts belong to.
    position : int
        Rows of the file that are dealt with and will not be looked at again.
    rows, events, rejected, not_data : int
        Rows read, events stored, rows refused, rows that hold no data; up to `position`.
    first_day, last_day : str, optional
        Days covered by the stored events, up to `position`.
    earliest, latest : str, optional
        Days between which any version of the file may have stored events. They are written before
        the events.
    coverage : int
        How many spans of coverage are stored; they are not among the `events`.
    report : dict, optional
        What the reader recognised: platform, report, how the file is written.
    summary : dict, optional
        What the reader says about the whole file, at the end.
    error : dict, optional
        ``code`` and ``detail`` of a failure, or of a replay that failed and changed nothing.
    finished_at : str, optional
    generation : int
        That of the refused rows which the counts speak of.
    generations : int
        How many were begun; none is used twice.
    overtaken : tuple of str
        ETags of versions of the file whose import was going on when a later one's began.
    replay : Replay, optional
        The replay that is to be done.
    removal : Removal, optional
        Once the removal of the import was asked for.
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
    mapping: dict[str, Any] | None = None
    mapping_name: str | None = None
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
    earliest: str | None = None
    latest: str | None = None
    coverage: int = 0
    report: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    finished_at: str | None = None
    generation: int = 0
    generations: int = 0
    overtaken: tuple[str, ...] = ()
    replay: Replay | None = None
    removal: Removal | None = None
    revision: int = 0

    @property
    def is_removed(self) -> bool:
        """Whether it is removed, or being removed."""
        return self.removal is not None

    @property
    def not_found(self) -> int:
        """How many of its events and spans the removal did not find: others have replaced them."""
        if self.removal is None:
            return 0
        return max(self.events + self.coverage - self.removal.events - self.removal.spans, 0)


Place = tuple[int, int, int]
"""Part, row, and which of the records of that row: in the order in which a file is read."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not imported.

    Attributes
    ----------
    row : int
        Number of the row in its part of the file.
    number : int
        0, or how many records of that row came before this one.
    raw : str
        The row as the file has it; cut after 4,000 characters.
    code, message : str
    part : int
        Which part of the file: the first has the number 0.
    part_name : str
        Name of the sheet or archive member, empty in a file that has none.
    """

    row: int
    number: int
    raw: str
    code: str
    message: str
    part: int = 0
    part_name: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.part, self.row, self.number

    @property
    def cursor(self) -> str:
        """What `ImportStore.refused_rows` goes on after."""
        return keys.refused_row_sort(*self.place)


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
        saved = replace(changed, revision=changed.revision + 1)
        if not self._table.put(
            self._item(saved), only_if=Equals("revision", {"N": str(changed.revision)})
        ):
            raise StoreUnavailable(f"another worker has moved the import {changed.import_id} on")
        return saved

    def newest_first(self, *, limit: int | None, after: str | None = None) -> list[Import]:
        """At most `limit` imports, those begun last first, older than `after` if given."""
        partition = keys.imports_partition(self._tenant)
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
        partition = keys.refused_rows_partition(self._tenant, import_id, generation)
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
        partition = keys.refused_rows_partition(self._tenant, import_id, generation)
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
        partition = keys.refused_rows_partition(self._tenant, import_id, generation)
        items = self._table.query(partition, consistent=True, after=after)
        while page := list(islice(items, _REMOVED_AT_ONCE)):
            found = [suppressed(item, names) for item in page]
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
        partition = keys.refused_rows_partition(self._tenant, import_id, generation)
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
        return to_item(keys.imports_partition(self._tenant), import_id, values)


def suppressed(item: Item, names: Callable[[str], bool]) -> Item | None:
    """The item of a refused row without its text, if that names somebody; else None."""
    if not any(names(item[one]["S"]) for one in _TEXTS & set(item)):
        return None
    return item | _SUPPRESSED


def _to_import(item: Item) -> Import:
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
    part, row, number = keys.parse_refused_row_sort(item["sk"]["S"])
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
