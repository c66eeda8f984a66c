"""API keys between processes: `keys` writes records, a running service takes them over.

A record says that a key was made, or that one was revoked. It holds what the table would hold:
never a key, only its keyed hash.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from chalicelib.embedded.installation import Installation, KeyFile
from chalicelib.settings import Settings
from chalicelib.storage.api_keys import MAX_ACTIVE, ApiKeyStore, Revocation
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import ApiKey, Role, TenantConfig, TenantItems

log = logging.getLogger(__name__)


class _RecordedItems(TenantItems):
    """A tenant's configuration; knows only what it was given."""

    def __init__(self) -> None:
        self.given: TenantConfig | None = None

    def config(self) -> TenantConfig | None:
        return self.given

    def register(self, config: TenantConfig, _sealed_user_key: bytes) -> TenantConfig:
        self.given = config
        return config


class _RecordedKeys(ApiKeyStore):
    """A tenant's keys as records of an installation; knows only those."""

    def __init__(self, installation: Installation, tenant: str, items: _RecordedItems) -> None:
        self._installation = installation
        self._name = tenant
        self._items = items

    def by_id(self, *, limit: int | None = None, after: str | None = None) -> list[ApiKey]:
        found = keys_of(KeyFile(self._installation).new_records(), self._name)
        behind = [found[key_id] for key_id in sorted(found) if after is None or key_id > after]
        return behind[:limit]

    def add(self, key: ApiKey, now: dt.datetime) -> bool:
        with self._installation.key_records_held():
            active = [one for one in self.by_id() if one.state(now) == "active"]
            if sum(one.role == key.role for one in active) >= MAX_ACTIVE:
                return False
            self._installation.add_key_record(
                {
                    "tenant": self._name,
                    "currency": self._items.given.currency if self._items.given else None,
                    "key_id": key.key_id,
                    "role": key.role,
                    "key_hash": key.key_hash,
                    "created_at": key.created_at.isoformat(),
                    "expires_at": key.expires_at.isoformat() if key.expires_at else None,
                }
            )
            return True

    def revoke(self, key_id: str, now: dt.datetime, *, keep_last: tuple[Role, ...]) -> Revocation:
        """Record that a key is revoked, also one that no record tells of: a service may know it."""
        with self._installation.key_records_held():
            known = {one.key_id: one for one in self.by_id()}
            if key_id not in known or known[key_id].revoked_at is None:
                self._installation.add_key_record(
                    {"tenant": self._name, "key_id": key_id, "revoked_at": now.isoformat()}
                )
            return "revoked" if key_id in known else "unknown"


def keys_of(records: Iterable[Mapping[str, Any]], tenant: str) -> dict[str, ApiKey]:
    """The keys of a tenant that records tell of, by id, as far as they tell."""
    found: dict[str, ApiKey] = {}
    for record in records:
        if record["tenant"] != tenant:
            continue
        key_id = record["key_id"]
        if "role" in record:
            found[key_id] = _recorded(record)
        elif key_id in found and found[key_id].revoked_at is None:
            found[key_id] = replace(found[key_id], revoked_at=_instant(record["revoked_at"]))
    return found


def recorded_currency(installation: Installation, tenant: str) -> str | None:
    """The reporting currency with which a tenant was recorded first; None for a new tenant."""
    records = KeyFile(installation).new_records()
    own = (record.get("currency") for record in records if record["tenant"] == tenant)
    return next((currency for currency in own if currency), None)


def recording_store(installation: Installation, tenant: str, settings: Settings) -> TenantStore:
    """A store of a tenant that can do one thing: keep its API keys as records.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
    """

    def root_secret() -> bytes:
        return installation.root_secret(settings.secret).encode()

    store = TenantStore(
        cast(Table, None), cast(Objects, None), tenant, settings, root_secret=root_secret
    )
    store.items = items = _RecordedItems()
    store.api_keys = _RecordedKeys(installation, tenant, items)
    return store


def adopt(
    record: Mapping[str, Any], store_of: Callable[[str], TenantStore], *, now: dt.datetime
) -> None:
    """Do to the tenant's keys what a record says, unless it is done already.

    A tenant that is new is registered with the record's currency. A key that comes as a third
    active one of its role, because others were made by HTTP, is kept as revoked: it never opens
    anything, also not later when there would be room.
    """
    store, key_id = store_of(record["tenant"]), record["key_id"]
    if "role" not in record:
        store.api_keys.revoke(key_id, _instant(record["revoked_at"]), keep_last=())
        return
    if record["currency"] and not store.is_registered():
        register(store, record["currency"])
    if store.api_keys.get(key_id) is not None:
        return
    key = _recorded(record)
    if key.state(now) != "active":
        store.api_keys.put(key)
    elif not store.api_keys.add(key, now):
        store.api_keys.put(replace(key, revoked_at=now))
        log.warning(
            "the key %s of %s is not valid: there are %d active keys with the role %s already; "
            "revoke one of them and make another",
            *(key_id, store.tenant, MAX_ACTIVE, key.role),
        )


def register(store: TenantStore, currency: str) -> None:
    """Register a new tenant with a reporting currency of its own."""
    defaults = store.settings
    origins = (origin.strip() for origin in defaults.cors_origins.split(","))
    store.register(
        TenantConfig(
            currency=currency,
            shards=defaults.shards,
            retention_days=defaults.retention_days,
            cors_origins=tuple(origin for origin in origins if origin),
            time_zone=defaults.time_zone,
        )
    )


def _recorded(record: Mapping[str, Any]) -> ApiKey:
    expires_at = record.get("expires_at")
    return ApiKey(
        key_id=record["key_id"],
        role=record["role"],
        key_hash=record["key_hash"],
        created_at=_instant(record["created_at"]),
        expires_at=_instant(expires_at) if expires_at else None,
    )


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
