"""The table in SQLite: implements `storage.table` on one machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from chalicelib.local.database import Database, named_outages
from chalicelib.local.database_rows import Transaction, damaged, signed, to_item, to_row
from chalicelib.storage.attributes import Attribute, Item
from chalicelib.storage.conditions import Condition, holds
from chalicelib.storage.table import ConditionalPut, Request, Table

PAGE_ROWS = 1_000
PAGE_BYTES = 4_000_000
_GET = "SELECT sk, item, expires_at, checksum FROM items WHERE pk = ? AND sk = ?"


class SqliteTable(Table):
    """The items of a database.

    `clock`: seconds since 1970. Expired items are not read.
    """

    name = "likeworth"
    batch_size = 5_000
    deletes_at_once = 500

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        found = self._database.rows(
            _GET,
            (partition, sort),
        )
        for row in found:
            item = to_item(partition, *row)
            return None if self._is_expired(row[2]) else item
        return None

    def put(self, item: Item, *, only_if: Condition | None = None) -> bool:
        row = to_row(item)

        def write(transaction: Transaction) -> bool:
            if only_if is not None:
                there = self._live(transaction.get(row.pk, row.sk))
                if not holds(only_if, there):
                    return False
            transaction.put(row)
            return True

        return self._database.write(write)

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
        def write(transaction: Transaction) -> bool:
            there = self._live(transaction.get(partition, sort))
            if not holds(only_if, there):
                return False
            keys = {"pk": {"S": partition}, "sk": {"S": sort}}
            changed = {**(where_missing or {}), **(there or keys), **assign}
            transaction.put(to_row({n: v for n, v in changed.items() if n not in remove}))
            return True

        return self._database.write(write)

    def delete(self, partition: str, sorts: Sequence[str], *, only_if: Condition) -> list[str]:
        """Delete items in one transaction if the condition is true for them; return the others."""

        def write(transaction: Transaction) -> list[str]:
            kept = []
            for sort in sorts:
                if holds(only_if, self._live(transaction.get(partition, sort))):
                    transaction.delete(partition, sort)
                else:
                    kept.append(sort)
            return kept

        return self._database.write(write)

    def count(
        self,
        partition: str,
        sort: str,
        by: int,
        *,
        name: str = "counted",
        expires_at: int | None = None,
    ) -> int:
        def write(transaction: Transaction) -> int:
            keys = {"pk": {"S": partition}, "sk": {"S": sort}}
            there = self._live(transaction.get(partition, sort)) or keys
            total = int(there.get(name, {"N": "0"})["N"]) + by
            changed = there | {name: {"N": str(total)}}
            if expires_at is not None:
                changed["ttl"] = {"N": str(expires_at)}
            transaction.put(to_row(changed))
            return total

        return self._database.write(write)

    def put_together(self, *puts: ConditionalPut) -> bool:
        rows = [to_row(item) for item, _ in puts]

        def write(transaction: Transaction) -> bool:
            for row, (_, only_if) in zip(rows, puts, strict=True):
                if not holds(only_if, self._live(transaction.get(row.pk, row.sk))):
                    return False
            for row in rows:
                transaction.put(row)
            return True

        return self._database.write(write)

    def write_batch(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Write a batch in one transaction; no request is ever left unprocessed."""
        rows = [
            to_row(request["PutRequest"]["Item"])
            if "PutRequest" in request
            else (request["DeleteRequest"]["Key"]["pk"]["S"], _sort_of(request))
            for request in requests
        ]

        def write(transaction: Transaction) -> None:
            for row in rows:
                if isinstance(row, tuple):
                    transaction.delete(*row)
                else:
                    transaction.put(row)

        self._database.write(write)
        return ()

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
        """Yield the items of a partition in the order of their sort keys.

        When a whole partition is read, this checks that no row is missing.
        """
        if between is not None or after is not None or limit is not None:
            yield from super().query(
                partition, between=between, after=after, descending=descending, limit=limit
            )
            return
        rows = digest = 0
        last: str | None = None
        while True:
            page = self._page(partition, None, last, descending, PAGE_ROWS)
            for sk, text, expires_at, checksum in page:
                item = to_item(partition, sk, text, expires_at, checksum)
                rows += 1
                digest += checksum
                if not self._is_expired(expires_at):
                    yield item
                last = sk
            if not page:
                break
        self.check_partition(partition, rows, signed(digest))

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
        most = PAGE_ROWS if limit is None else min(limit, PAGE_ROWS)
        found = self._page(partition, between, after, descending, most)
        read = [(row[2], to_item(partition, *row)) for row in found]
        items = [item for expires_at, item in read if not self._is_expired(expires_at)]
        return items, found[-1][0] if found else None

    def check_partition(self, partition: str, rows: int, digest: int) -> None:
        """Raise `DamagedStore` if rows of a partition are missing or damaged.

        If the numbers differ, another thread may have written meanwhile. The partition is then read
        again in a snapshot.

        Parameters
        ----------
        rows, digest : int
            Number and checksum of the rows that were read.
        """
        recorded = self._database.rows(
            "SELECT items, digest FROM partitions WHERE pk = ?", (partition,)
        ) or [(0, 0)]
        if recorded[0] == (rows, digest):
            return
        with self._database.snapshot() as snapshot:
            recorded = snapshot.execute(
                "SELECT items, digest FROM partitions WHERE pk = ?", (partition,)
            ).fetchall() or [(0, 0)]
            rows = digest = 0
            for (one,) in snapshot.execute("SELECT checksum FROM items WHERE pk = ?", (partition,)):
                rows += 1
                digest += one if isinstance(one, int) else 0
        if recorded[0] != (rows, signed(digest)):
            raise damaged(partition)

    def _page(
        self,
        partition: str,
        between: tuple[str, str] | None,
        after: str | None,
        descending: bool,
        most: int,
    ) -> list[tuple[str, str, int | None, int]]:
        conditions, values = ["pk = ?"], [partition]
        if between is not None:
            conditions.append("sk BETWEEN ? AND ?")
            values += between
        if after is not None:
            conditions.append(f"sk {'<' if descending else '>'} ?")
            values.append(after)
        text = " ".join(
            (
                *(
                    "SELECT sk, item, expires_at, checksum FROM items WHERE",
                    " AND ".join(conditions),
                ),
                *("ORDER BY sk", "DESC" if descending else "ASC", "LIMIT ?"),
            )
        )
        page: list[tuple[str, str, int | None, int]] = []
        size = 0
        with named_outages(self._database.path):
            cursor = self._database.reader().execute(text, [*values, most])
            for row in cursor:
                page.append(row)
                size += len(str(row[1]))
                if size >= PAGE_BYTES:
                    break
            cursor.close()
        return page

    def _is_expired(self, expires_at: int | None) -> bool:
        return expires_at is not None and expires_at <= self._clock()

    def _live(self, item: Item | None) -> Item | None:
        if item is None or "ttl" not in item:
            return item
        return None if self._is_expired(int(item["ttl"]["N"])) else item


def _sort_of(request: Request) -> str:
    sort: str = request["DeleteRequest"]["Key"]["sk"]["S"]
    return sort
