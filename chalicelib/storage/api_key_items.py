"""API keys of a tenant: at most two active keys per role, even under concurrent creation.

In addition to the keys, each role has one item that lists its active keys (the holders). A key and
the holders are written in one transaction. The transaction fails if the holders have changed since
they were read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import NO_ITEM, AllOf, Equals, Missing
from chalicelib.storage.table import ConditionalPut, Table
from chalicelib.storage.tenants import ApiKey, Role

MAX_ACTIVE = 2
"""Maximum number of active keys per role: the current key and its replacement."""

ATTEMPTS = 10
"""How often a change is tried when another call changes the holders at the same time."""

Expiries = dict[str, dt.datetime | None]
"""Key id -> when the key expires, or None."""

Revocation = Literal["revoked", "unknown", "last"]


@dataclass(frozen=True, slots=True)
class _Holders:
    """The active keys of a role, as read. Each change increments the revision."""

    revision: int
    expiries: Expiries

    def at(self, now: dt.datetime) -> Expiries:
        """Return the keys that have not expired."""
        return {one: end for one, end in self.expiries.items() if end is None or end > now}


class ApiKeyStore:
    """The API keys of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._partition = table_keys.api_keys_partition(tenant)
        self._holders_partition = table_keys.key_holders_partition(tenant)

    def get(self, key_id: str) -> ApiKey | None:
        """Return the API key with this id, or None.

        The read is consistent, so a revocation takes effect immediately.
        """
        item = self._table.get(self._partition, key_id, consistent=True)
        return None if item is None else _to_api_key(item)

    def by_id(self, *, limit: int | None = None, after: str | None = None) -> list[ApiKey]:
        """Return API keys ordered by id, including revoked and expired keys.

        Start after the id `after`, if given.
        """
        found = self._table.query(self._partition, consistent=True, limit=limit, after=after)
        return [_to_api_key(item) for item in found]

    def put(self, key: ApiKey) -> None:
        """Store an API key that is not active; replace a key with the same id."""
        self._table.put(self._item(key))

    def add(self, key: ApiKey, now: dt.datetime) -> bool:
        """Store a new API key; return False if its role has `MAX_ACTIVE` active keys.

        Raises
        ------
        StoreUnavailable
            Other calls changed the role's keys in each of the `ATTEMPTS`.
        """
        for _ in range(ATTEMPTS):
            holders = self._holders(key.role)
            active = holders.at(now)
            if len(active) >= MAX_ACTIVE:
                return False
            if self._table.put_together(
                ConditionalPut(self._item(key), NO_ITEM),
                self._change(key.role, holders, active | {key.key_id: key.expires_at}),
            ):
                return True
        raise _contended()

    def revoke(self, key_id: str, now: dt.datetime, *, keep_last: tuple[Role, ...]) -> Revocation:
        """Revoke an API key. Revoking it again changes nothing.

        `keep_last`: roles whose last active key cannot be revoked.

        Returns
        -------
        {'revoked', 'unknown', 'last'}
            ``last``: the key is the last active key of a role in `keep_last` and was not revoked.

        Raises
        ------
        StoreUnavailable
            Other calls changed the role's keys in each of the `ATTEMPTS`.
        """
        for _ in range(ATTEMPTS):
            key = self.get(key_id)
            if key is None:
                return "unknown"
            if key.revoked_at is not None:
                return "revoked"
            holders = self._holders(key.role)
            others = {one: end for one, end in holders.at(now).items() if one != key_id}
            if key.role in keep_last and not others and key.state(now) == "active":
                return "last"
            if self._table.put_together(
                ConditionalPut(
                    self._item(replace(key, revoked_at=now)),
                    AllOf((Equals("key_hash", {"S": key.key_hash}), Missing("revoked_at"))),
                ),
                self._change(key.role, holders, others),
            ):
                return "revoked"
        raise _contended()

    def rehash(self, key_id: str, previous: str, key_hash: str) -> None:
        """Replace the hash of an API key, if the hash has not changed since it was read."""
        self._table.update(
            self._partition,
            key_id,
            only_if=Equals("key_hash", {"S": previous}),
            assign={"key_hash": {"S": key_hash}},
        )

    def _holders(self, role: Role) -> _Holders:
        return _to_holders(self._table.get(self._holders_partition, role, consistent=True))

    def _change(self, role: Role, holders: _Holders, expiries: Expiries) -> ConditionalPut:
        item = to_item(
            self._holders_partition,
            role,
            {
                "revision": holders.revision + 1,
                "expiries": {key_id: _text(end) for key_id, end in expiries.items()},
            },
        )
        if holders.revision == 0:
            return ConditionalPut(item, NO_ITEM)
        return ConditionalPut(item, Equals("revision", {"N": str(holders.revision)}))

    def _item(self, key: ApiKey) -> Item:
        return to_item(
            self._partition,
            key.key_id,
            {
                "role": key.role,
                "key_hash": key.key_hash,
                "created_at": _text(key.created_at),
                "revoked_at": _text(key.revoked_at),
                "expires_at": _text(key.expires_at),
            },
        )


def _to_api_key(item: Item) -> ApiKey:
    stored = from_item(item)
    return ApiKey(
        key_id=item["sk"]["S"],
        role=stored["role"],
        key_hash=stored["key_hash"],
        created_at=dt.datetime.fromisoformat(stored["created_at"]),
        revoked_at=_instant(stored.get("revoked_at")),
        expires_at=_instant(stored.get("expires_at")),
    )


def _to_holders(item: Item | None) -> _Holders:
    if item is None:
        return _Holders(0, {})
    stored = from_item(item)
    expiries = {key_id: _instant(end) for key_id, end in stored["expiries"].items()}
    return _Holders(stored["revision"], expiries)


def _text(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _contended() -> StoreUnavailable:
    return StoreUnavailable(
        "other requests are changing the API keys of this tenant; try again later"
    )
