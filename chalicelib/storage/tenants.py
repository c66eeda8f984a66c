"""Tenants: their configuration, the list of tenants, and the record of an API key."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import Equals
from chalicelib.storage.table import Table

Role = Literal["tag", "ingest", "read", "admin"]
"""A `tag` key is visible in web pages and can only send events; `ingest` can also import files."""
KeyState = Literal["active", "expired", "revoked"]
SETTINGS = "settings"
USER_KEY = "user-key"


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """The configuration of a tenant."""

    currency: str
    """The reporting currency."""
    shards: int
    """Number of partitions for the events of a day. It cannot change, because keys depend on it."""
    retention_days: int
    """Number of days for which raw events are stored."""
    cors_origins: tuple[str, ...] = ()
    """Origins from which browsers may call the API, or ``*``."""
    longest_retention_days: int = 0
    """The longest earlier retention, because events from that time may still be stored; 0 if the
    current retention is the longest.
    """
    time_zone: str = "UTC"
    """IANA name of the time zone that determines the day of an event."""
    roles: dict[str, str] = field(default_factory=dict)
    """Roles of engagement types in the models, where they differ from the defaults: by
    ``channel/type`` or by channel, one of `channels.ROLES`.
    """
    country: str = ""
    """ISO 3166-1 code of the country whose public holidays are used in fits; empty for none."""
    user_ids: str = ""
    """What a `user_id` identifies: ``people``, ``devices``, or empty if not configured."""
    fit_window_days: int = 0
    """Length of the default window of a fit, which ends yesterday; 0 for the service's default."""
    webhook_url: str = ""
    """Address to which changed verdicts are sent; empty for none. It may contain a secret."""
    brand_terms: tuple[str, ...] = ()
    """Words that make a search query one for the brand, such as its name and its misspellings."""

    @property
    def kept_days(self) -> int:
        """Number of past days that may have events."""
        return max(self.retention_days, self.longest_retention_days)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as stored: a keyed hash instead of the secret."""

    key_id: str
    role: Role
    key_hash: str
    """Hexadecimal."""
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    """When the key becomes invalid."""

    def state(self, now: dt.datetime) -> KeyState:
        """Return the state of the key; a revoked key remains revoked after its expiry."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active"


class TenantItems:
    """The configuration and the key for people of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant
        self._partition = table_keys.config_partition(tenant)

    def config(self) -> TenantConfig | None:
        """Return the stored configuration, or None for a tenant that is not registered."""
        item = self._table.get(self._partition, SETTINGS, consistent=True)
        return None if item is None else _to_config(item)

    def register(self, config: TenantConfig, sealed_user_key: bytes) -> TenantConfig:
        """Register the tenant and return its configuration; an existing one is not replaced.

        The order of the writes matters. The list of tenants is first: a tenant without
        configuration is registered again at its next use, but a tenant missing from the list would
        never be fitted. The key for people is written before the configuration, so that every
        tenant with a configuration has a key.
        """
        self._table.put(to_item(table_keys.REGISTRY_PARTITION, self._tenant, {}))
        if self.config() is None:
            self.keep_user_key(sealed_user_key)
        item = to_item(self._partition, SETTINGS, asdict(config))
        if self._table.put_new(item):
            return config
        stored = self.config()
        return config if stored is None else stored

    def user_key(self) -> bytes | None:
        """Return the sealed key for the tenant's people, or None."""
        item = self._table.get(self._partition, USER_KEY, consistent=True)
        return None if item is None else base64.b64decode(item["sealed"]["S"])

    def keep_user_key(self, sealed: bytes) -> bytes:
        """Store the first sealed key and return the stored one; an existing key is not replaced."""
        item = to_item(self._partition, USER_KEY, {"sealed": _text_of(sealed)})
        if self._table.put_new(item):
            return sealed
        return self.user_key() or sealed

    def replace_user_key(self, previous: bytes, sealed: bytes) -> bool:
        """Replace the sealed key; return False if it is no longer `previous`."""
        return self._table.update(
            self._partition,
            USER_KEY,
            only_if=Equals("sealed", {"S": _text_of(previous)}),
            assign={"sealed": {"S": _text_of(sealed)}},
        )

    def configure(self, config: TenantConfig) -> None:
        """Replace the configuration.

        Raises
        ------
        ValueError
            If the number of shards would change.
        """
        stored = self.config()
        longest = max(config.kept_days, stored.kept_days if stored is not None else 0)
        config = replace(
            config, longest_retention_days=longest if longest > config.retention_days else 0
        )
        written = self._table.put(
            to_item(self._partition, SETTINGS, asdict(config)),
            only_if=Equals("shards", {"N": str(config.shards)}),
        )
        if not written:
            raise ValueError("a tenant's number of shards cannot change")


def _to_config(item: Item) -> TenantConfig:
    stored = from_item(item)
    return TenantConfig(
        currency=stored["currency"],
        shards=stored["shards"],
        retention_days=stored["retention_days"],
        cors_origins=tuple(stored.get("cors_origins", ())),
        longest_retention_days=stored.get("longest_retention_days", 0),
        webhook_url=stored.get("webhook_url", ""),
        time_zone=stored.get("time_zone", "UTC"),
        roles=dict(stored.get("roles", {})),
        country=stored.get("country", ""),
        user_ids=stored.get("user_ids", ""),
        fit_window_days=stored.get("fit_window_days", 0),
        brand_terms=tuple(stored.get("brand_terms", ())),
    )


def _text_of(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode("ascii")


def list_tenants(table: Table) -> Iterator[str]:
    """Yield all tenants that were ever registered, ordered by name."""
    for item in table.query(table_keys.REGISTRY_PARTITION):
        yield item["sk"]["S"]
