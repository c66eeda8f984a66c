"""Everything of a tenant but its events and their totals."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import get_args

from chalicelib.services.privacy.erasing_files import ERASED_NAME
from chalicelib.services.restoring.standing import Change, Standing
from chalicelib.services.restoring.tally import Restored, Tally
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.import_items import suppressed
from chalicelib.storage.tenants import Role
from chalicelib.storage.writer import persist

ROLES: tuple[Role, ...] = get_args(Role)


def restore_erasures(standing: Standing, tally: dict[str, Tally]) -> None:
    """Receipts and marks; where a mark was lost, the daily schedule looks for the person again.

    Meanwhile events may have brought the person back. The receipt comes first: a mark that is there
    is not looked at by the next run.
    """
    store = standing.store
    standing.restore(table_keys.erasures_partition(store.tenant), tally["receipts of erasures"])
    for mark in standing.missing(table_keys.erased_partition(store.tenant), tally["erased people"]):
        if not standing.dry_run:
            receipt = store.erasures.get(mark["receipt_id"]["S"])
            if receipt is not None and receipt.checked_at is not None:
                store.erasures.save(replace(receipt, checked_at=None))
        standing.write(mark, tally["erased people"])
    store.erased.look_again()


def restore_keys(standing: Standing, told: Restored) -> None:
    """API keys, and who holds the places of their roles; what is revoked here stays so."""
    store, tally = standing.store, told.kinds["API keys"]
    holders = table_keys.key_holders_partition(store.tenant)
    missing = list(standing.missing(table_keys.api_keys_partition(store.tenant), tally))
    for role in ROLES:
        lost = [item for item in missing if item["role"]["S"] == role]
        bring_back = partial(
            store.api_keys.bring_back,
            role,
            lost,
            standing.copy.get(holders, role),
            standing.now,
            dry_run=standing.dry_run,
        )
        told.revoked_keys += persist(bring_back, standing.patience)
        tally.missing += len(lost)
        tally.written += 0 if standing.dry_run else len(lost)


def restore_documents(standing: Standing, tally: dict[str, Tally]) -> None:
    """Links, mappings, experiments and fits; of these what others need comes first."""
    tenant = standing.store.tenant
    whole = with_its_object(standing)
    standing.restore(table_keys.links_partition(tenant), tally["links"])
    standing.restore(table_keys.mappings_partition(tenant), tally["mappings"])
    counts = table_keys.experiment_counts_partition(tenant)
    standing.restore(counts, tally["counts of experiments"], whole)
    standing.restore(table_keys.experiments_partition(tenant), tally["experiments"], whole)
    standing.restore(table_keys.fit_results_partition(tenant), tally["documents of fits"], whole)
    standing.restore(table_keys.fits_partition(tenant), tally["fits"])


def restore_imports(standing: Standing, tally: dict[str, Tally]) -> None:
    """Imports, then their refused rows: of those only what an import still shows.

    Names of files and rows that name somebody who was erased come back without the text.
    """
    tenant, copy, here = standing.store.tenant, standing.copy, standing.here
    partition = table_keys.imports_partition(tenant)

    def renamed(item: Item) -> Item | str:
        if not any(standing.names_erased(item[name]["S"]) for name in ("filename", "object_key")):
            return item
        key = table_keys.import_object(tenant, item["sk"]["S"], ERASED_NAME)
        return item | {"filename": {"S": ERASED_NAME}, "object_key": {"S": key}}

    def without_people(item: Item) -> Item | str:
        return suppressed(item, standing.names_erased) or item

    standing.restore(partition, tally["imports"], renamed)
    for copied in copy.under(partition):
        if copied["sk"]["S"] in standing.removed:
            continue
        shown = here.get(partition, copied["sk"]["S"]) or copied
        for generation in range(
            _generation(shown, "generation"), _generation(copied, "generations") + 1
        ):
            standing.restore(
                table_keys.refused_rows_partition(tenant, copied["sk"]["S"], generation),
                tally["refused rows"],
                without_people,
            )


def with_its_object(standing: Standing) -> Change:
    """Leaves items out that point to an object of the bucket which is not there any more."""

    def whole(item: Item) -> Item | str:
        if "at" not in item:
            return item
        at = item["at"]["S"]
        found = persist(lambda: standing.store.objects.etag(at), standing.patience)
        return "object_gone" if found is None else item

    return whole


def _generation(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
