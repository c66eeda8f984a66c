"""Items of one tenant as they lie in a table, whatever they are; for restoring from a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, persist


@dataclass(frozen=True, slots=True)
class Compared:
    """An item of a copy.

    Attributes
    ----------
    item : item
    is_missing : bool
        Whether nothing lies under its key here.
    """

    item: Item
    is_missing: bool


class RawItems:
    """The items of one tenant in one table.

    Reads are repeated while the store does not answer. Every method raises `ValueError` for a
    partition of somebody else, and `StoreUnavailable` when it has no patience left.

    Parameters
    ----------
    consistent : bool
        Whether to see what was written last: of a copy nobody writes to it costs double for
        nothing.
    """

    def __init__(
        self, table: Table, tenant: str, patience: Patience, *, consistent: bool = True
    ) -> None:
        self._table = table
        self._tenant = tenant
        self._patience = patience
        self._consistent = consistent

    @property
    def table_name(self) -> str:
        """Of the table."""
        return self._table.name

    def get(self, partition: str, sort: str) -> Item | None:
        """One item, or None."""
        return persist(
            lambda: self._table.get(
                table_keys.own_partition(self._tenant, partition), sort, consistent=self._consistent
            ),
            self._patience,
        )

    def under(self, partition: str) -> Iterator[Item]:
        """The items of a partition in the order of their sort keys, page by page."""
        partition = table_keys.own_partition(self._tenant, partition)
        after: str | None = None
        while True:
            page = partial(self._table.page, partition, after=after, consistent=self._consistent)
            items, after = persist(page, self._patience)
            yield from items
            if after is None:
                return

    def add(self, item: Item) -> bool:
        """Write an item unless there is one under its key; False if there is.

        Also if it was written by a call whose answer was lost.
        """
        table_keys.own_partition(self._tenant, item["pk"]["S"])
        return persist(lambda: self._table.put_new(item), self._patience)

    def compared_with(self, copy: RawItems, partition: str) -> Iterator[Compared]:
        """Each item of a partition of the copy, with whether it is missing here.

        Both are read in the order of their sort keys, so that no more than a page of each is held,
        and an item that is here costs its part of a page.
        """
        own = self.under(partition)
        here = next(own, None)
        for item in copy.under(partition):
            sort = item["sk"]["S"]
            while here is not None and here["sk"]["S"] < sort:
                here = next(own, None)
            yield Compared(item, here is None or here["sk"]["S"] != sort)
