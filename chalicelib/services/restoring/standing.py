"""What a tenant is in the copy and here, and whether the two fit together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chalicelib.model.errors import CannotRestore
from chalicelib.services.privacy.erasing_files import pieces_of
from chalicelib.services.restoring.tally import Restored, Tally
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.event_items import origin_of
from chalicelib.storage.pseudonyms import People
from chalicelib.storage.raw_items import RawItems
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import (
    SETTINGS,
    USER_KEY,
    TenantConfig,
    sealed_key_of,
    to_config,
)
from chalicelib.storage.writer import Patience, persist

Change = Callable[[Item], Item | str]
"""Gives the item that is to be written in place of that of the copy, or why none is."""


def as_it_was(item: Item) -> Item | str:
    """No change."""
    return item


@dataclass(frozen=True, slots=True)
class Standing:
    """A tenant that is being restored.

    Attributes
    ----------
    store : TenantStore
    copy, here : RawItems
    config : TenantConfig
        That of the table, or of the copy where the table has none.
    people : People
        What people are called.
    erased : frozenset of str
        Hashes of people who are marked as erased in either.
    unsettled : tuple of str
        Those of them of whom something may still lie under the hash.
    removed : frozenset of str
        Imports that were removed here; what they stored does not come back.
    clock : callable
        Gives the time, in UTC.
    now : datetime
        When it began.
    dry_run : bool
    patience : Patience
    """

    store: TenantStore
    copy: RawItems
    here: RawItems
    config: TenantConfig
    people: People
    erased: frozenset[str]
    unsettled: tuple[str, ...]
    removed: frozenset[str]
    clock: Callable[[], dt.datetime]
    now: dt.datetime
    dry_run: bool
    patience: Patience

    def is_erased(self, person: str) -> bool:
        """Whether a person was erased, also since this began (known within a minute)."""
        return person in self.erased or persist(lambda: person in self.store.erased, self.patience)

    def names_erased(self, text: str) -> bool:
        """Whether a piece of a text is the id of somebody who was erased."""
        return bool(self.erased) and any(
            self.people.hash_of(piece) in self.erased for piece in pieces_of(text)
        )

    def missing(self, partition: str, tally: Tally) -> Iterator[Item]:
        """The items of a partition of the copy that are not here and have not expired."""
        for one in self.here.compared_with(self.copy, partition):
            tally.copied += 1
            if not one.is_missing:
                continue
            if "ttl" in one.item and int(one.item["ttl"]["N"]) <= self.now.timestamp():
                tally.left_out["expired"] += 1
            elif origin_of(one.item) in self.removed:
                tally.left_out["import_removed"] += 1
            else:
                yield one.item

    def write(self, item: Item, tally: Tally) -> bool:
        """Count a missing item and write it, unless it is here by now or nothing is written."""
        tally.missing += 1
        if self.dry_run or not self.here.add(item):
            return False
        tally.written += 1
        return True

    def restore(self, partition: str, tally: Tally, change: Change = as_it_was) -> None:
        """Write what is missing of a partition."""
        for item in self.missing(partition, tally):
            changed = change(item)
            if isinstance(changed, str):
                tally.left_out[changed] += 1
            else:
                self.write(changed, tally)


def stand(
    store: TenantStore,
    table: str,
    told: Restored,
    *,
    clock: Callable[[], dt.datetime],
    dry_run: bool,
    patience: Patience,
) -> Standing:
    """Compare the tenant in the copy with the one here; register it where it is not known here.

    Raises
    ------
    CannotRestore
        If the copy does not have the tenant, or what it has does not fit what is here.
    MisconfiguredService
        If a key for people is sealed under a root secret that is not known.
    """
    copy, here = store.raw_items(patience, table), store.raw_items(patience)
    partition = table_keys.config_partition(store.tenant)
    settings, sealed = copy.get(partition, SETTINGS), copy.get(partition, USER_KEY)
    if settings is None:
        raise CannotRestore(f"{table} has no tenant {store.tenant}")
    copied_key = None if sealed is None else sealed_key_of(sealed)
    config = _fitting(store, table, to_config(settings), copied_key)
    _register(store, copy, here, told, dry_run=dry_run)
    if not dry_run:  # somebody may have registered the tenant meanwhile
        config = _fitting(store, table, to_config(settings), copied_key)
    now = clock()
    marks = table_keys.erased_partition(store.tenant)
    marked_here = {item["sk"]["S"] for item in here.under(marks)}
    lost = [item["sk"]["S"] for item in copy.under(marks) if item["sk"]["S"] not in marked_here]
    unsettled = [one.person for one in store.erasures.newest_first() if one.checked_at is None]
    return Standing(
        store=store,
        copy=copy,
        here=here,
        config=config,
        people=store.people_of(copied_key),
        erased=frozenset(marked_here.union(lost)),
        unsettled=tuple({*unsettled, *lost}),
        removed=frozenset(
            one.import_id for one in store.imports.newest_first(limit=None) if one.is_removed
        ),
        clock=clock,
        now=now,
        dry_run=dry_run,
        patience=patience,
    )


def _fitting(
    store: TenantStore, table: str, copied: TenantConfig, copied_key: bytes | None
) -> TenantConfig:
    """The configuration that is in force."""
    if not store.hashes_as(copied_key):
        raise CannotRestore(
            f"the people of {store.tenant} are hashed under another key in {table} than here, so "
            "that nobody of the one would be found in the other; nothing of it is restored"
        )
    config = store.items.config()
    if config is None:
        return copied
    for name in ("shards", "currency"):
        there, own = getattr(copied, name), getattr(config, name)
        if there != own:
            raise CannotRestore(
                f"the {name} of {store.tenant}: {there} in {table} and {own} here; events of the "
                "one make no sense in the other, and nothing is restored"
            )
    return replace(config, longest_retention_days=max(config.kept_days, copied.kept_days))


def _register(
    store: TenantStore, copy: RawItems, here: RawItems, told: Restored, *, dry_run: bool
) -> None:
    """The list of tenants, the key for people, the rest of the configuration: in this order, so
    that whatever breaks off, nobody makes the tenant another key (`TenantItems.register`)."""
    listed, tally = told.kinds["list of tenants"], told.kinds["configuration"]
    listed.copied += 1
    if not store.items.is_listed():
        listed.missing += 1
        listed.written += not dry_run and store.items.enter_list()
    found = list(here.compared_with(copy, table_keys.config_partition(store.tenant)))
    for one in sorted(found, key=lambda one: one.item["sk"]["S"] != USER_KEY):
        tally.copied += 1
        if one.is_missing:
            tally.missing += 1
            tally.written += not dry_run and here.add(one.item)
