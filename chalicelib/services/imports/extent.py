"""The range of days in which an import may have stored events, saved before it stores them.

A removal searches these days. The days in the checkpoint do not suffice: a run can be killed
between storing events and saving the checkpoint, and a newer version of the file starts with a new
checkpoint.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.services.imports.import_chunks import Chunk
from chalicelib.storage.import_records import Import
from chalicelib.storage.tenant_store import TenantStore


def extended(store: TenantStore, current: Import, chunk: Chunk) -> Import:
    """Extend the import's range by the days of a chunk, and save it if the range changes.

    Raises
    ------
    StoreUnavailable
        If another worker has changed the import.
    """
    earliest, latest = chunk.days(current.earliest, current.latest)
    if (earliest, latest) == (current.earliest, current.latest):
        return current
    return store.imports.save(replace(current, earliest=earliest, latest=latest))
