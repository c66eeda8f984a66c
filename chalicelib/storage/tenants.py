"""Tenants: their configuration, the list of them, and what an API key is."""

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
"""A `tag` stands in web pages and may send events only; `ingest` may import files as well."""
KeyState = Literal["active", "expired", "revoked"]
SETTINGS = "settings"
USER_KEY = "user-key"


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """What a tenant has chosen.

    Attributes
    ----------
    currency : str
        The one reporting currency.
    shards : int
        Over how many partitions a day's events are spread. Fixed for ever: keys depend on it.
    retention_days : int
        How long raw events are kept.
    cors_origins : tuple of str
        Origins from which a browser may call, or ``*``.
    time_zone : str
        IANA name of the zone that decides on which day an instant is.
    roles : dict of str to str
        What engagement types are to the models, where that is not as usual: by ``channel/type`` or
        by channel, one of `channels.ROLES`.
    country : str
        ISO 3166-1 code of the country whose public holidays fits know; empty for none.
    user_ids : str
        What a `user_id` is: ``people``, ``devices``, or empty where nothing was said.
    fit_window_days : int
        Length of the default window of a fit, which ends yesterday; 0 for the service's own.
    longest_retention_days : int
        The longest that it ever was, 0 if that is now: events from then may still be there.
    """

    currency: str
    shards: int
    retention_days: int
    cors_origins: tuple[str, ...] = ()
    longest_retention_days: int = 0
    time_zone: str = "UTC"
    roles: dict[str, str] = field(default_factory=dict)
    country: str = ""
    user_ids: str = ""
    fit_window_days: int = 0

    @property
    def kept_days(self) -> int:
        """How many days back there may be events."""
        return max(self.retention_days, self.longest_retention_days)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is kept: never the secret, only its keyed hash.

    Attributes
    ----------
    key_id : str
    role : {'ingest', 'read', 'admin'}
    key_hash : str
        Hexadecimal.
    created_at : datetime
    revoked_at : datetime, optional
    expires_at : datetime, optional
        From when on the key is none any more.
    """

    key_id: str
    role: Role
    key_hash: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None

    def state(self, now: dt.datetime) -> KeyState:
        """What the key is good for; one that was revoked stays so when its time is over, too."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active"


class TenantItems:
    """Configuration of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def config(self) -> TenantConfig | None:
        """The stored configuration, or None for a tenant that is not known yet."""
        item = self._table.get(table_keys.config_partition(self._tenant), SETTINGS, consistent=True)
        return None if item is None else _to_config(item)

    def register(self, config: TenantConfig, sealed_user_key: bytes) -> TenantConfig:
        """Enter the tenant into the list and keep its first configuration; the one there wins.

        The list comes first: a tenant without configuration is registered again at its next use, a
        tenant with configuration but not in the list would never be fitted. The key for people
        comes before the configuration: a tenant with a configuration always has its key.
        """
        self._table.put(to_item(table_keys.REGISTRY_PARTITION, self._tenant, {}))
        if self.config() is None:
            self.keep_user_key(sealed_user_key)
        item = to_item(table_keys.config_partition(self._tenant), SETTINGS, asdict(config))
        if self._table.put_new(item):
            return config
        there = self.config()
        return config if there is None else there

    def user_key(self) -> bytes | None:
        """The sealed key under which the tenant's people are hashed, or None."""
        item = self._table.get(table_keys.config_partition(self._tenant), USER_KEY, consistent=True)
        return None if item is None else base64.b64decode(item["sealed"]["S"])

    def keep_user_key(self, sealed: bytes) -> bytes:
        """Keep a first sealed key; returns the one that is kept: the one there wins."""
        item = to_item(
            table_keys.config_partition(self._tenant), USER_KEY, {"sealed": _text_of(sealed)}
        )
        if self._table.put_new(item):
            return sealed
        return self.user_key() or sealed

    def replace_user_key(self, there: bytes, sealed: bytes) -> bool:
        """Keep the key sealed anew; False if somebody else has done that since."""
        return self._table.update(
            table_keys.config_partition(self._tenant),
            USER_KEY,
            only_if=Equals("sealed", {"S": _text_of(there)}),
            assign={"sealed": {"S": _text_of(sealed)}},
        )

    def configure(self, config: TenantConfig) -> None:
        """Replace the configuration.

        Raises
        ------
        ValueError
            If the number of shards would change.
        """
        there = self.config()
        longest = max(config.kept_days, there.kept_days if there is not None else 0)
        config = replace(
            config, longest_retention_days=longest if longest > config.retention_days else 0
        )
        kept = self._table.put(
            to_item(table_keys.config_partition(self._tenant), SETTINGS, asdict(config)),
            only_if=Equals("shards", {"N": str(config.shards)}),
        )
        if not kept:
            raise ValueError("the number of shards of a tenant cannot change")


def _to_config(item: Item) -> TenantConfig:
    """The configuration that an item holds."""
    stored = from_item(item)
    return TenantConfig(
        currency=stored["currency"],
        shards=stored["shards"],
        retention_days=stored["retention_days"],
        cors_origins=tuple(stored.get("cors_origins", ())),
        longest_retention_days=stored.get("longest_retention_days", 0),
        time_zone=stored.get("time_zone", "UTC"),
        roles=dict(stored.get("roles", {})),
        country=stored.get("country", ""),
        user_ids=stored.get("user_ids", ""),
        fit_window_days=stored.get("fit_window_days", 0),
    )


def _text_of(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode("ascii")


def list_tenants(table: Table) -> Iterator[str]:
    """Every tenant that was ever registered, by name."""
    for item in table.query(table_keys.REGISTRY_PARTITION):
        yield item["sk"]["S"]
