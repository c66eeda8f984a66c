"""Everything a tenant's use case needs from storage, bound to that tenant."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from chalicelib.events import Event
from chalicelib.settings import Settings
from chalicelib.storage import keys
from chalicelib.storage.events import EventStore
from chalicelib.storage.experiments import ExperimentStore
from chalicelib.storage.fits import FitStore
from chalicelib.storage.imports import ImportStore
from chalicelib.storage.mappings import MappingStore
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table
from chalicelib.storage.tenants import TenantConfig, TenantItems
from chalicelib.storage.totals import TotalsStore
from chalicelib.storage.writer import Patience


class TenantStore:
    """The rooms of one tenant; nothing reachable from here belongs to another.

    Parameters
    ----------
    client, s3 : botocore clients
        Of ``dynamodb`` and ``s3``.
    table, bucket : str
    tenant : str
        A slug.
    settings : Settings
        Defaults of a tenant that is not configured yet.
    root_secret : callable
        Gives the secret from which the tenant's key is derived; called when first needed.
    patience : Patience
        For writes of many items; `write_seconds` of the settings if absent.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        s3: Any,
        bucket: str,
        tenant: str,
        settings: Settings,
        *,
        root_secret: Callable[[], bytes],
        patience: Patience | None = None,
    ) -> None:
        if not keys.is_tenant(tenant):
            raise ValueError(f"{tenant!r} is no name of a tenant")
        self.tenant = tenant
        self.settings = settings
        self.root_secret = root_secret
        self._table = Table(client, table)
        self._patience = patience or Patience(budget_seconds=settings.write_seconds)
        self.objects = Objects(s3, bucket)
        self.items = TenantItems(self._table, tenant)
        self.imports = ImportStore(self._table, tenant, self._patience)
        self.mappings = MappingStore(self._table, tenant, self._patience)
        self.fits = FitStore(self._table, self.objects, tenant)
        self.experiments = ExperimentStore(self._table, self.objects, tenant)
        self.totals = TotalsStore(self._table, self.objects, tenant)

    def is_registered(self) -> bool:
        """Whether the tenant has been used before."""
        return "config" in self.__dict__ or self.items.config() is not None

    @cached_property
    def config(self) -> TenantConfig:
        """The tenant's configuration; registers the tenant, with the defaults, at its first use."""
        stored = self.items.config()
        if stored is not None:
            return stored
        origins = (origin.strip() for origin in self.settings.cors_origins.split(","))
        return self.items.register(
            TenantConfig(
                currency=self.settings.currency,
                shards=self.settings.shards,
                retention_days=self.settings.retention_days,
                cors_origins=tuple(origin for origin in origins if origin),
            )
        )

    @cached_property
    def events(self) -> EventStore:
        """The tenant's events."""
        return EventStore(
            self._table,
            self.tenant,
            shards=self.config.shards,
            retention_days=self.config.retention_days,
            patience=self._patience,
        )

    def iter_events(self, start: dt.date, end: dt.date) -> Iterator[Event]:
        """The events from `start` to `end` (inclusive), shard by shard, day by day."""
        return self.events.between(start, end)

    def user_hash(self, user_id: str) -> str:
        """What is stored in place of a person's id: 128 bits under the tenant's key, base64url."""
        digest = hmac.digest(self._tenant_key, user_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")

    @cached_property
    def _tenant_key(self) -> bytes:
        return hmac.digest(self.root_secret(), b"tenant:" + self.tenant.encode(), hashlib.sha256)
