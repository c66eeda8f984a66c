"""Read imports: one, a page of them, and the rejected rows of one."""

from __future__ import annotations

from chalicelib.model.errors import NotFound
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import Import, RejectedRow
from chalicelib.storage.tenant_store import TenantStore


def show_import(store: TenantStore, import_id: str) -> Import:
    """Return one import; raises NotFound."""
    found = store.imports.get(import_id) if table_keys.is_time_ordered_id(import_id) else None
    if found is None:
        raise NotFound("there is no such import")
    return found


def list_imports(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[Import], str | None]:
    """Return a page of imports, newest first, and the next cursor (None at the end)."""
    found = store.imports.newest_first(limit=limit + 1, after=after)
    page = found[:limit]
    return page, (page[-1].import_id if len(found) > limit else None)


def list_rejected_rows(
    store: TenantStore, import_id: str, *, limit: int, after: str | None = None
) -> tuple[list[RejectedRow], str | None]:
    """Return a page of the rejected rows of an import; raises NotFound for an unknown import."""
    generation = show_import(store, import_id).generation
    found = store.imports.rejected_rows(import_id, generation, limit=limit + 1, after=after)
    rows = list(found)
    page = rows[:limit]
    return page, (page[-1].cursor if len(rows) > limit else None)
