"""Interface of the table: items under a partition key and a sort key.

`DynamoDbTable` implements it in AWS, `local.sqlite_table.SqliteTable` on one machine. The contract
tests (`tests/contract/`) check both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chalicelib.storage.attributes import Attribute, Item
from chalicelib.storage.conditions import NO_ITEM, Condition

Request = Item
"""One write in a batch, in DynamoDB's form: see `writer.put_request`, `writer.delete_request`."""


class ConditionalPut(NamedTuple):
    """An item to write, and a condition on the item that is stored under its key."""

    item: Item
    only_if: Condition


class Table(ABC):
    """Items by partition and sort key.

    Every method raises `StoreUnavailable` for a transient failure.
    """

    name: str
    batch_size: int
    """Maximum number of writes in `write_batch`."""
    deletes_at_once: int
    """Number of items that `delete` removes atomically."""

    @abstractmethod
    def get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        """Return one item, or None."""

    @abstractmethod
    def put(self, item: Item, *, only_if: Condition | None = None) -> bool:
        """Write a whole item; return False if the condition is false."""

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
        """Change attributes of one item; return False if the condition is false.

        `where_missing`: attributes to set only if they are missing.
        """

    @abstractmethod
    def delete(self, partition: str, sorts: Sequence[str], *, only_if: Condition) -> list[str]:
        """Remove items of a partition, each only if the condition is true for it.

        After a failure some of the items may be removed. Repeating the call is safe if the
        condition is also true for a missing item.

        Return the sort keys of the items for which the condition is false.
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
        """Add to an attribute of an item; create the item if it does not exist.

        Return the sum after this call; the addition is atomic.

        `expires_at`: when the item may be removed, in seconds since 1970.
        """

    @abstractmethod
    def put_together(self, *puts: ConditionalPut) -> bool:
        """Write several items in one transaction: all or none.

        Return False if a condition is false or another transaction is writing the same items.
        """

    @abstractmethod
    def write_batch(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Send one batch of at most `batch_size` writes; return the writes that were not processed.

        The writes must have different keys.
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
        """Return one page of `query` and the `after` of the next page, or None on the last page."""

    def put_new(self, item: Item) -> bool:
        """Write an item if its key does not exist; return False if it exists."""
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
        """Return the items of a partition ordered by sort key; reads page by page.

        Parameters
        ----------
        between : (str, str), optional
            First and last sort key, both inclusive.
        after : str, optional
            Sort key after which to start, in the direction of reading.
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
