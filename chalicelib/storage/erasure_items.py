"""Erasures: the erased people and the receipts. Both contain only the hash of a person."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import Equals
from chalicelib.storage.table import Table

LOOKED_UP_SECONDS = 60.0
"""How long a process caches the list of erased people, in seconds."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The progress and the results of an erasure."""

    receipt_id: str
    person: str
    """The hash of the person."""
    asked_at: str
    """When the erasure was first requested."""
    began_at: str
    """When the current pass began."""
    state: Literal["running", "done"] = "running"
    finished_at: str | None = None
    """When the last complete pass over all data finished."""
    checked_at: str | None = None
    """When a complete pass finished that began late enough to see all data that was in transit when
    the erasure was requested.
    """
    events: int = 0
    refused_rows: int = 0
    uploads: int = 0
    """How many events were anonymised, how many rejected rows were cleared and how many files were
    deleted. After a crash, changes since the last save may not be counted.
    """
    next_day: str | None = None
    """The next day to process; None after all events were processed."""
    after_import: str | None = None
    """The last import that was processed."""
    after_row: str | None = None
    """The last rejected row that was processed in the current import."""
    left_over: bool = False
    """Whether the current pass skipped a file that was still being imported."""
    revision: int = 0
    """Number of writes of this item. It prevents two workers from saving the same step."""


class ErasureStore:
    """The erasures of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._people = table_keys.erased_partition(tenant)
        self._partition = table_keys.erasures_partition(tenant)

    def begin(self, new: Receipt) -> Receipt:
        """Mark the person as erased and store the receipt; return an existing receipt.

        The mark is written first. From then on, new events of the person are anonymised. If the
        process crashes between the two writes, no receipt has been issued yet.
        """
        mark = to_item(self._people, new.person, {"receipt_id": new.receipt_id})
        if not self._table.put_new(mark):
            mark_item = self._table.get(self._people, new.person, consistent=True)
            if mark_item is not None:
                new = replace(new, receipt_id=mark_item["receipt_id"]["S"])
        if self._table.put_new(self._item(new)):
            return new
        return self.get(new.receipt_id) or new

    def get(self, receipt_id: str) -> Receipt | None:
        """Return the receipt with this id, or None."""
        item = self._table.get(self._partition, receipt_id, consistent=True)
        return None if item is None else _to_receipt(item)

    def save(self, changed: Receipt) -> Receipt:
        """Update a receipt and return it with its new revision.

        Raises
        ------
        StoreUnavailable
            If another worker has written the receipt since it was read. Try again later.
        """
        saved = replace(changed, revision=changed.revision + 1)
        if not self._table.put(
            self._item(saved), only_if=Equals("revision", {"N": str(changed.revision)})
        ):
            raise StoreUnavailable("another request is erasing this person; try again later")
        return saved

    def newest_first(self, *, limit: int | None = None, after: str | None = None) -> list[Receipt]:
        """Return receipts, the newest request first; only those older than `after`, if given."""
        found = self._table.query(self._partition, descending=True, limit=limit, after=after)
        return [_to_receipt(item) for item in found]

    def people(self) -> frozenset[str]:
        """Return the hashes of all erased people."""
        return frozenset(
            item["sk"]["S"] for item in self._table.query(self._people, consistent=True)
        )

    def _item(self, receipt: Receipt) -> Item:
        values = asdict(receipt)
        del values["receipt_id"]
        return to_item(self._partition, receipt.receipt_id, values)


class ErasedPeople:
    """A cache of the erased people, loaded on first use and reloaded once a minute.

    One read serves all events of a minute. Its size grows with the number of erased people.
    """

    def __init__(
        self, erasures: ErasureStore, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._erasures = erasures
        self._monotonic = monotonic
        self._known: frozenset[str] = frozenset()
        self._looked_up_at: float | None = None

    def __contains__(self, person: str) -> bool:
        """Whether the person with this hash was erased."""
        now = self._monotonic()
        if self._looked_up_at is None or now - self._looked_up_at >= LOOKED_UP_SECONDS:
            self._known = self._erasures.people()
            self._looked_up_at = now
        return person in self._known

    def look_again(self) -> None:
        """Reload the erased people at the next use, after this process has erased one."""
        self._looked_up_at = None


def _to_receipt(item: Item) -> Receipt:
    known = {field.name for field in fields(Receipt)}
    values: dict[str, Any] = {n: v for n, v in from_item(item).items() if n in known}
    return Receipt(receipt_id=item["sk"]["S"], **values)
