"""Between which days an import may have stored events, noted before it stores them.

A removal searches these days. The days that an import shows are those of its checkpoint, and do not
suffice: a run may be killed after it stored events and before its checkpoint, and a newer version
of the file begins with a new checkpoint.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.services.imports.import_chunks import Chunk
from chalicelib.storage.import_records import Import
from chalicelib.storage.tenant_store import TenantStore


def extended(store: TenantStore, current: Import, chunk: Chunk) -> Import:
    """The import with the days of a chunk that is to be stored; saved if that changes anything.

    Raises
    ------
    StoreUnavailable
        Another worker has moved the import on.
    """
    earliest, latest = chunk.days(current.earliest, current.latest)
    if (earliest, latest) == (current.earliest, current.latest):
        return current
    return store.imports.save(replace(current, earliest=earliest, latest=latest))
