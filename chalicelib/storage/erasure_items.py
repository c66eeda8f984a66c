"""Erasures: who was erased, and the receipt of it. Both know a person by their hash alone."""

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
"""How long a process goes without looking for people who were erased since."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure has touched, and how far it got.

    Attributes
    ----------
    receipt_id : str
    person : str
        The hash of the person.
    asked_at : str
        When it was asked for first.
    state : {'running', 'done'}
    finished_at : str, optional
        When everything was looked at to the end, the last time.
    checked_at : str, optional
        When that was done by a look that began late enough to see whatever was on its way when the
        erasure was asked for.
    events, refused_rows, uploads : int
        How many events lost the person, how many rows their text, how many files were removed;
        after a crash they may be short of what was touched between it and the save before.
    began_at : str
        When the present look began.
    next_day : str, optional
        The day to go on with; None when all events were looked at.
    after_import : str, optional
        The import that was looked at last.
    after_row : str, optional
        Of the import that is looked at now, the refused row that was looked at last.
    left_over : bool
        Whether the present look has passed over a file that was still being imported.
    revision : int
        Counts the writes of this item; two workers cannot both move it on.
    """

    receipt_id: str
    person: str
    asked_at: str
    began_at: str
    state: Literal["running", "done"] = "running"
    finished_at: str | None = None
    checked_at: str | None = None
    events: int = 0
    refused_rows: int = 0
    uploads: int = 0
    next_day: str | None = None
    after_import: str | None = None
    after_row: str | None = None
    left_over: bool = False
    revision: int = 0


class ErasureStore:
    """The erasures of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def begin(self, new: Receipt) -> Receipt:
        """Mark the person as erased, and keep the receipt; what is there already is returned.

        The mark comes first: whoever dies in between has promised nothing yet, and from the mark on
        no event brings the person back.
        """
        mark = to_item(
            table_keys.erased_partition(self._tenant), new.person, {"receipt_id": new.receipt_id}
        )
        if not self._table.put_new(mark):
            there = self._table.get(
                table_keys.erased_partition(self._tenant), new.person, consistent=True
            )
            if there is not None:
                new = replace(new, receipt_id=there["receipt_id"]["S"])
        if self._table.put_new(self._item(new)):
            return new
        return self.get(new.receipt_id) or new

    def get(self, receipt_id: str) -> Receipt | None:
        """The receipt with this id, or None."""
        item = self._table.get(
            table_keys.erasures_partition(self._tenant), receipt_id, consistent=True
        )
        return None if item is None else _to_receipt(item)

    def save(self, changed: Receipt) -> Receipt:
        """Write a receipt that was read before; returns it with its new revision.

        Raises
        ------
        StoreUnavailable
            If another worker has written it since: that one is ahead, come back later.
        """
        saved = replace(changed, revision=changed.revision + 1)
        if not self._table.put(
            self._item(saved), only_if=Equals("revision", {"N": str(changed.revision)})
        ):
            raise StoreUnavailable("this person is being erased by another call")
        return saved

    def newest_first(self, *, limit: int | None = None, after: str | None = None) -> list[Receipt]:
        """Receipts, those asked for last first, older than `after` if given."""
        partition = table_keys.erasures_partition(self._tenant)
        found = self._table.query(partition, descending=True, limit=limit, after=after)
        return [_to_receipt(item) for item in found]

    def people(self) -> frozenset[str]:
        """The hashes of everybody who was erased."""
        partition = table_keys.erased_partition(self._tenant)
        return frozenset(item["sk"]["S"] for item in self._table.query(partition, consistent=True))

    def _item(self, receipt: Receipt) -> Item:
        values = asdict(receipt)
        del values["receipt_id"]
        return to_item(table_keys.erasures_partition(self._tenant), receipt.receipt_id, values)


class ErasedPeople:
    """Who was erased, as known to this process: looked up when first asked, and once a minute.

    That is one read for all events of a minute, and of few bytes where few were erased.
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
        """Somebody was erased by this very process."""
        self._looked_up_at = None


def _to_receipt(item: Item) -> Receipt:
    known = {field.name for field in fields(Receipt)}
    values: dict[str, Any] = {n: v for n, v in from_item(item).items() if n in known}
    return Receipt(receipt_id=item["sk"]["S"], **values)
