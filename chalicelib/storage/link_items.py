"""Signed links: the request that each link allows, its expiry and its seal, but not the link."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import AN_ITEM, Equals
from chalicelib.storage.table import Table

KEPT = dt.timedelta(days=30)
"""How long a link is listed after it expires."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as stored."""

    link_id: str
    path: str
    query: dict[str, str]
    """The query parameters by name."""
    seal: str
    """Hexadecimal; derived from the link, its path, its query and its expiry."""
    created_at: dt.datetime
    expires_at: dt.datetime
    """In UTC, in whole seconds."""
    revoked_at: dt.datetime | None = None
    key_id: str | None = None
    """The API key on which the link depends; None if it stays valid without it."""


class LinkStore:
    """The links of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._partition = table_keys.links_partition(tenant)

    def add(self, link: Link) -> None:
        """Store a link."""
        values: dict[str, Any] = {
            "path": link.path,
            "question": json.dumps(link.query, ensure_ascii=False),
            "seal": link.seal,
            "created_at": link.created_at.isoformat(),
            "expires_at": link.expires_at.isoformat(),
            "revoked_at": link.revoked_at.isoformat() if link.revoked_at else None,
            "key_id": link.key_id,
            "ttl": int((link.expires_at + KEPT).timestamp()),
        }
        self._table.put(to_item(self._partition, link.link_id, values))

    def get(self, link_id: str) -> Link | None:
        """Return the current state of the link with this id, or None."""
        item = self._table.get(self._partition, link_id, consistent=True)
        return None if item is None else _to_link(item)

    def newest_first(self, *, limit: int, after: str | None = None) -> Iterator[Link]:
        """Return at most `limit` links, newest first; only those older than `after`, if given."""
        found = self._table.query(self._partition, descending=True, limit=limit, after=after)
        return map(_to_link, found)

    def revoke(self, link_id: str, at: dt.datetime) -> bool:
        """Revoke a link, keeping the time of the first call; return False if it does not exist."""
        return self._table.update(
            self._partition,
            link_id,
            only_if=AN_ITEM,
            assign={},
            where_missing={"revoked_at": {"S": at.isoformat()}},
        )

    def reseal(self, link_id: str, previous: str, seal: str) -> None:
        """Replace the seal of a link, if the seal has not changed since it was read."""
        self._table.update(
            self._partition,
            link_id,
            only_if=Equals("seal", {"S": previous}),
            assign={"seal": {"S": seal}},
        )


def _to_link(item: Item) -> Link:
    stored = from_item(item)
    revoked_at = stored.get("revoked_at")
    return Link(
        link_id=item["sk"]["S"],
        path=stored["path"],
        query=json.loads(stored["question"]),
        seal=stored["seal"],
        created_at=dt.datetime.fromisoformat(stored["created_at"]),
        expires_at=dt.datetime.fromisoformat(stored["expires_at"]),
        revoked_at=dt.datetime.fromisoformat(revoked_at) if revoked_at else None,
        key_id=stored.get("key_id"),
    )
