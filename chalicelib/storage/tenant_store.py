"""All stores of one tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from chalicelib.model.errors import MisconfiguredService
from chalicelib.model.events import Event
from chalicelib.settings import Settings
from chalicelib.storage import pseudonyms, table_keys
from chalicelib.storage.announced_items import AnnouncedAlarms
from chalicelib.storage.api_key_items import ApiKeyStore
from chalicelib.storage.erasure_items import ErasedPeople, ErasureStore
from chalicelib.storage.event_store import EventStore, where_of
from chalicelib.storage.experiment_items import ExperimentStore
from chalicelib.storage.fit_items import FitStore
from chalicelib.storage.fit_part_items import FitParts
from chalicelib.storage.import_items import ImportStore
from chalicelib.storage.import_quotas import ImportQuotas
from chalicelib.storage.link_items import LinkStore
from chalicelib.storage.mapping_items import MappingStore
from chalicelib.storage.message_items import MessageStore
from chalicelib.storage.multiplier_items import MultiplierStore
from chalicelib.storage.objects import Objects
from chalicelib.storage.rate_limit_items import RateCounts
from chalicelib.storage.table import Table
from chalicelib.storage.tenants import TenantConfig, TenantItems
from chalicelib.storage.total_items import TotalsStore
from chalicelib.storage.writer import Patience


class TenantStore:
    """The stores of one tenant. They give no access to data of other tenants.

    Parameters
    ----------
    settings : Settings
        Defaults for a tenant that has no configuration yet.
    root_secret : callable
        Returns the secret under which API keys are hashed and the tenant's key for people is
        sealed. Called on first use.
    other_secrets : callable
        Returns the earlier root secrets that may still be in use, the oldest last. Called if
        `root_secret` does not match.

    Raises
    ------
    ValueError
        If `tenant` is not a valid name.
    """

    def __init__(
        self,
        table: Table,
        objects: Objects,
        tenant: str,
        settings: Settings,
        *,
        root_secret: Callable[[], bytes],
        other_secrets: Callable[[], Sequence[bytes]] = tuple,
        patience: Patience | None = None,
    ) -> None:
        if not table_keys.is_tenant(tenant):
            raise ValueError(f"{tenant!r} is not a tenant name")
        self.tenant = tenant
        self.settings = settings
        self.root_secret = root_secret
        self._other_secrets = other_secrets
        self._table = table
        self._patience = patience or Patience(budget_seconds=settings.write_seconds)
        self.objects = objects
        self.items = TenantItems(self._table, tenant)
        self.links = LinkStore(self._table, tenant)
        self.rates = RateCounts(self._table, tenant)
        self.api_keys = ApiKeyStore(self._table, tenant)
        self.imports = ImportStore(self._table, tenant, self._patience)
        self.import_quotas = ImportQuotas(self._table, tenant, self._patience)
        self.mappings = MappingStore(self._table, tenant, self._patience)
        self.fits = FitStore(self._table, self.objects, tenant)
        self.multipliers = MultiplierStore(self._table, tenant)
        self.fit_parts = FitParts(self.objects, tenant)
        self.experiments = ExperimentStore(self._table, self.objects, tenant)
        self.totals = TotalsStore(self._table, self.objects, tenant)
        self.announced = AnnouncedAlarms(self._table, tenant)
        self.messages = MessageStore(self._table, tenant)
        self.erasures = ErasureStore(self._table, tenant)
        self.erased = ErasedPeople(self.erasures)

    def is_registered(self) -> bool:
        """Return whether the tenant has a configuration."""
        return "config" in self.__dict__ or self.items.config() is not None

    @cached_property
    def config(self) -> TenantConfig:
        """The tenant's configuration; the first use registers the tenant with the defaults."""
        stored = self.items.config()
        if stored is not None:
            return stored
        return self.register_with(self.settings.currency)

    def register_with(self, currency: str) -> TenantConfig:
        """Register the tenant with a reporting currency and otherwise the defaults."""
        origins = (origin.strip() for origin in self.settings.cors_origins.split(","))
        return self.register(
            TenantConfig(
                currency=currency,
                shards=self.settings.shards,
                retention_days=self.settings.retention_days,
                cors_origins=tuple(origin for origin in origins if origin),
                time_zone=self.settings.time_zone,
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
        """Return the events from `start` to `end` (inclusive), ordered by shard and day."""
        return self.events.between(start, end)

    def register(self, config: TenantConfig) -> TenantConfig:
        """Register the tenant with its first configuration and a new key for its people."""
        sealed = pseudonyms.seal(pseudonyms.new_key(), self.root_secret(), self.tenant)
        return self.items.register(config, sealed)

    def root_secrets(self) -> Iterator[bytes]:
        """Yield the root secret, then the earlier ones, which are loaded only if needed."""
        yield self.root_secret()
        yield from self._other_secrets()

    def user_hash(self, user_id: str) -> str:
        """Return the hash of a person's id: 128 bits under the tenant's key, in base64url."""
        return self._hash_of(user_id)

    def trace_of(self, user: str, where: str) -> str:
        """Return the trace of an erased person's event; `where` is from `event_store.where_of`."""
        return pseudonyms.trace_of_event(user, where, self._user_key)

    def trace_of_erased(self, user: str, event: Event) -> str | None:
        """Return the trace of an event if its person was erased, or None; `user` is the hash."""
        if user not in self.erased:
            return None
        rest = table_keys.event_sort_rest(event.occurred_at, event.event_id)
        return self.trace_of(user, where_of(event.day, rest))

    def renew_user_key(self) -> bool:
        """Seal the key for people under the current root secret if it is under an earlier one.

        Return whether the key was replaced.
        """
        sealed = self._sealed_user_key()
        key = self._unsealed(sealed)
        newest = self.root_secret()
        if pseudonyms.unseal(sealed, newest, self.tenant) is not None:
            return False
        return self.items.replace_user_key(sealed, pseudonyms.seal(key, newest, self.tenant))

    @cached_property
    def _hash_of(self) -> Callable[[str], str]:
        return pseudonyms.hasher_of_people(self._user_key)

    @cached_property
    def _user_key(self) -> bytes:
        return self._unsealed(self._sealed_user_key())

    def _sealed_user_key(self) -> bytes:
        _ = self.config  # registers a new tenant, which creates its key
        sealed = self.items.user_key()
        if sealed is None:
            raise MisconfiguredService(f"the table has no key for the people of {self.tenant}")
        return sealed

    def _unsealed(self, sealed: bytes) -> bytes:
        for secret in self.root_secrets():
            key = pseudonyms.unseal(sealed, secret, self.tenant)
            if key is not None:
                return key
        raise MisconfiguredService(
            f"the key for the people of {self.tenant} is sealed under an unknown root secret; add "
            "that secret to LIKEWORTH_PREVIOUS_SECRETS"
        )
