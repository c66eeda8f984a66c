"""API keys between processes: `keys create` writes records, a running service takes them over.

A record holds what the table would hold: never a key, only its keyed hash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.embedded.installation import Installation, KeyFile
from chalicelib.settings import Settings
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import ApiKey, TenantConfig, TenantItems


class _RecordedItems(TenantItems):
    """Keeps a tenant's keys as records of an installation; knows only what it was given."""

    def __init__(self, installation: Installation, tenant: str) -> None:
        self._installation = installation
        self._name = tenant
        self._given: TenantConfig | None = None

    def config(self) -> TenantConfig | None:
        return self._given

    def register(self, config: TenantConfig, _sealed_user_key: bytes) -> TenantConfig:
        self._given = config
        return config

    def put_api_key(self, key: ApiKey) -> None:
        currency = self._given.currency if self._given else None
        self._installation.add_key_record(
            {
                "tenant": self._name,
                "currency": currency,
                "key_id": key.key_id,
                "role": key.role,
                "key_hash": key.key_hash,
                "created_at": key.created_at.isoformat(),
            }
        )


def recorded_currency(installation: Installation, tenant: str) -> str | None:
    """The reporting currency with which a tenant was recorded first; None for a new tenant."""
    records = KeyFile(installation).new_records()
    own = (record["currency"] for record in records if record["tenant"] == tenant)
    return next((currency for currency in own if currency), None)


def recording_store(
    installation: Installation, tenant: str, settings: Settings, root_secret: bytes
) -> TenantStore:
    """A store of a tenant that can do one thing: keep an API key as a record.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
    """
    store = TenantStore(None, "", None, "", tenant, settings, root_secret=lambda: root_secret)
    store.items = _RecordedItems(installation, tenant)
    return store


def adopt(record: Mapping[str, Any], store_of: Callable[[str], TenantStore]) -> None:
    """Put a recorded key into the tenant's store, unless it is there (perhaps revoked) already.

    A tenant that is new is registered with the record's currency.
    """
    store = store_of(record["tenant"])
    if record["currency"] and not store.is_registered():
        register(store, record["currency"])
    if store.items.api_key(record["key_id"]) is None:
        store.items.put_api_key(
            ApiKey(
                key_id=record["key_id"],
                role=record["role"],
                key_hash=record["key_hash"],
                created_at=dt.datetime.fromisoformat(record["created_at"]),
            )
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
        )
    )
