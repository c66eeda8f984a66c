"""The one table, whatever keeps it: items under a partition key and a sort key.

`DynamoDbTable` is the one in AWS, `local.sqlite_table.SqliteTable` that of one machine; the
contract suite (`tests/contract/`) holds both to this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chalicelib.storage.attributes import Attribute, Item
from chalicelib.storage.conditions import NO_ITEM, Condition

Request = Item
"""A write of a batch, as DynamoDB takes it: `writer.put_request`, `writer.delete_request`."""


class ConditionalPut(NamedTuple):
    """An item, and what must hold for the one that is stored under its key."""

    item: Item
    only_if: Condition


class Table(ABC):
    """Items by partition and sort key.

    Every method raises `StoreUnavailable` for a failure that passes by itself.

    Attributes
    ----------
    name : str
    batch_size : int
        How many writes `write_batch` takes at most.
    deletes_at_once : int
        How many items `delete` removes before it can fail half way.
    """

    name: str
    batch_size: int
    deletes_at_once: int

    @abstractmethod
    def get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        """One item, or None."""

    @abstractmethod
    def put(self, item: Item, *, only_if: Condition | None = None) -> bool:
        """Write one item whole; False if the condition did not hold."""

    @abstractmethod
    def update(
        self,
        partition: str,
        sort: str,
        *,
        only_if: Condition,
        assign: Mapping[str, Attribute],
        where_missing: Mapping[str, Attribute] | None = None,
        remove: Sequence[str] = (),
    ) -> bool:
        """Change attributes of one item; False if the condition did not hold.

        Parameters
        ----------
        assign : mapping
            Attributes that get another value.
        where_missing : mapping, optional
            Attributes that get a value if the item has none.
        remove : sequence of str, optional
            Attributes that the item loses.
        """

    @abstractmethod
    def delete(self, partition: str, sorts: Sequence[str], *, only_if: Condition) -> list[str]:
        """Remove items of a partition, each only if the condition holds for it.

        If it fails, some of the items may be removed. To delete them again is safe if the condition
        also holds for no item.

        Returns
        -------
        list of str
            Sort keys of the items for which the condition did not hold.
        """

    @abstractmethod
    def count(
        self,
        partition: str,
        sort: str,
        by: int,
        *,
        name: str = "counted",
        expires_at: int | None = None,
    ) -> int:
        """Add to an attribute of an item, which is made where there is none.

        Parameters
        ----------
        name : str
            Of the attribute.
        expires_at : int, optional
            When the item may be removed, in seconds since 1970.

        Returns
        -------
        int
            The sum; no two calls get the same.
        """

    @abstractmethod
    def put_together(self, *puts: ConditionalPut) -> bool:
        """Write several items in one transaction, all or none.

        Returns
        -------
        bool
            False if a condition did not hold, or another transaction was about the same items.
        """

    @abstractmethod
    def write_batch(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Send one batch of at most `batch_size` writes; those that the store has left over.

        No two of them may be for the same key.
        """

    @abstractmethod
    def page(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        consistent: bool = False,
        limit: int | None = None,
    ) -> tuple[list[Item], str | None]:
        """What one call gives of `query`, and the `after` of the next; None where there is none."""

    def put_new(self, item: Item) -> bool:
        """Write an item unless there is one under its key; False if there is."""
        return self.put(item, only_if=NO_ITEM)

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        consistent: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """The items of a partition in the order of their sort keys, page by page.

        Parameters
        ----------
        between : (str, str), optional
            First and last sort key, both inclusive.
        after : str, optional
            Sort key behind which to go on (in the direction of reading).
        limit : int, optional
            How many items at most.
        """
        left = limit
        while left is None or left > 0:
            items, after = self.page(
                partition,
                between=between,
                after=after,
                descending=descending,
                consistent=consistent,
                limit=left,
            )
            yield from items
            if after is None:
                return
            if left is not None:
                left -= len(items)
