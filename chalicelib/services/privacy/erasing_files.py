"""Erase a person from imports: from uploaded files, rejected rows and file names.

An erasure identifies the person only by a hash; it does not store the user id. To find the person
in a text, the text is split and its pieces are hashed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from chalicelib.storage import table_keys
from chalicelib.storage.erasure_items import Receipt
from chalicelib.storage.import_records import Import
from chalicelib.storage.tenant_store import TenantStore

UPLOADS_KEPT_DAYS = 90 + 7
"""Uploads and rejected rows have expired by then.

The lifetimes are in `infra/stack/data.py` and `REJECTED_ROWS_KEPT_DAYS`.
"""

UPLOAD_DAYS = 1
"""After this time, an announced file can no longer be uploaded."""

ERASED_NAME = "(erased)"

MAX_PIECE = 256
_CELLS = re.compile(r'[,;\t|"\r\n]+')
_WORDS = re.compile(r"[\s,;|\"'/\\:=<>(){}\[\]]+")
_PARTS_OF_A_NAME = re.compile(r"[\s_./-]+|\.(?=\w{1,5}$)")


def erase_from_imports(
    store: TenantStore, receipt: Receipt, now: dt.datetime, has_time: Callable[[], bool]
) -> tuple[Receipt, bool]:
    """Erase a person from the imports, newest first, starting at the receipt's cursor.

    Return the receipt, and whether all imports are done.
    """
    names = _names(store, receipt.person)
    while page := store.imports.newest_first(limit=50, after=receipt.after_import):
        for one in page:
            receipt, is_through = _erase_from(store, receipt, one, names, now, has_time)
            if is_through:
                receipt = replace(receipt, after_import=one.import_id, after_row=None)
            if not (is_through and has_time()):
                return store.erasures.save(receipt), False
        receipt = store.erasures.save(receipt)
    return receipt, True


def pieces_of(text: str) -> set[str]:
    """Return the parts of a text that could be a user id: its cells, its words and itself."""
    found = {text.strip()}
    for pattern in (_CELLS, _WORDS, _PARTS_OF_A_NAME):
        found |= {piece.strip() for piece in pattern.split(text)}
    return {piece for piece in found if 0 < len(piece) <= MAX_PIECE}


def _names(store: TenantStore, person: str) -> Callable[[str], bool]:
    def names(text: str) -> bool:
        return any(store.user_hash(piece) == person for piece in pieces_of(text))

    return names


def _erase_from(
    store: TenantStore,
    receipt: Receipt,
    one: Import,
    names: Callable[[str], bool],
    now: dt.datetime,
    has_time: Callable[[], bool],
) -> tuple[Receipt, bool]:
    created = dt.datetime.fromisoformat(one.created_at)
    if now - created <= dt.timedelta(days=UPLOADS_KEPT_DAYS):
        for touched, place in _suppressed(store, one, receipt.after_row, names):
            receipt = replace(receipt, refused_rows=receipt.refused_rows + touched, after_row=place)
            if not has_time():
                return receipt, False
        if _is_unfinished(one, now):
            receipt = replace(receipt, left_over=True)
        elif (_may_hold_people(one) or _is_named(one, names)) and _remove_upload(store, one):
            receipt = replace(receipt, uploads=receipt.uploads + 1)
    if not _is_unfinished(one, now):
        _rename(store, one, names)
    return receipt, True


def _suppressed(
    store: TenantStore, one: Import, after: str | None, names: Callable[[str], bool]
) -> Iterator[tuple[int, str]]:
    """Yield, per page, the number of rows that named the person, and the next cursor."""
    begun, _, sort = (after or "").partition("/")
    for generation in range(int(begun or 1), one.generations + 1):
        behind = sort if generation == int(begun or 0) else ""
        pages = store.imports.suppress_rejected_rows(
            one.import_id, generation, names, after=behind or None
        )
        for touched, last in pages:
            yield touched, f"{generation}/{last}"


def _is_unfinished(one: Import, now: dt.datetime) -> bool:
    if one.state == "waiting" and not one.etag:
        return now - dt.datetime.fromisoformat(one.created_at) <= dt.timedelta(days=UPLOAD_DAYS)
    return one.state in ("waiting", "running")


def _may_hold_people(one: Import) -> bool:
    from chalicelib.importers import PEOPLELESS

    return (one.report or {}).get("platform") not in PEOPLELESS


def _remove_upload(store: TenantStore, one: Import) -> bool:
    """Remove the file unless another has replaced it; return whether it existed."""
    if not one.etag or store.objects.etag(one.object_key) != one.etag:
        return False
    store.objects.remove(one.object_key)
    return True


def _is_named(one: Import, names: Callable[[str], bool]) -> bool:
    return names(one.filename) or names(one.object_key)


def _rename(store: TenantStore, one: Import, names: Callable[[str], bool]) -> None:
    """Replace a file name that contains the person's id; the file is already removed."""
    if _is_named(one, names):
        key = table_keys.import_object(store.tenant, one.import_id, ERASED_NAME)
        store.imports.save(replace(one, filename=ERASED_NAME, object_key=key))
