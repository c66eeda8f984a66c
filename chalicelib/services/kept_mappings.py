"""Saved column mappings of a tenant: validate, save, list and choose them by name."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from typing_extensions import TypedDict

from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError, InvalidFields, NotFound
from chalicelib.services.answer_fields import Instant
from chalicelib.services.answer_tables import Column, Table
from chalicelib.storage.mapping_items import StoredMapping
from chalicelib.storage.table_keys import is_mapping_name
from chalicelib.storage.tenant_store import TenantStore

MAX_MAPPING_BYTES = 50_000
"""An import holds a copy of its mapping and writes it at each checkpoint."""


class KeptMapping(TypedDict):
    """A mapping with its name."""

    name: str
    saved_at: Instant
    mapping: dict[str, Any]


class Mappings(TypedDict):
    """A page of mappings."""

    mappings: list[KeptMapping]
    next: str | None


TABLE = Table(
    KeptMapping,
    *("name", "saved_at"),
    Column("mapping", "columns", write=lambda mapping: len(mapping.get("columns", {}))),
)


def save_mapping(
    store: TenantStore, name: str, raw: Any, *, now: dt.datetime
) -> tuple[StoredMapping, bool]:
    """Save a mapping under a name, replacing an earlier one. Imports keep their copies.

    Returns
    -------
    (StoredMapping, bool)
        The saved mapping, and whether the name is new.

    Raises
    ------
    InvalidFields
        If the name or the mapping is invalid.
    """
    if not is_mapping_name(name):
        raise InvalidFields(
            "the name of the mapping is invalid",
            (
                FieldError(
                    "/name", "invalid_format", "a small letter, then a-z 0-9 _ -, 64 at most"
                ),
            ),
        )
    mapping = checked_mapping(raw)
    is_new = not store.mappings.holds(name)
    saved_at = stamp(now)
    stored = StoredMapping(name, mapping, saved_at)
    store.mappings.save(stored)
    return stored, is_new


def show_mapping(store: TenantStore, name: str) -> StoredMapping:
    """Return one mapping; raises NotFound."""
    found = store.mappings.get(name) if is_mapping_name(name) else None
    if found is None:
        raise NotFound("there is no such mapping")
    return found


def shown_mapping(stored: StoredMapping) -> KeptMapping:
    """A mapping in an answer."""
    return {"name": stored.name, "saved_at": stored.saved_at, "mapping": stored.mapping}


def list_mappings(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[StoredMapping], str | None]:
    """A page of mappings by name, and where the next one begins (None at the end)."""
    found = list(store.mappings.by_name(limit=limit + 1, after=after))
    page = found[:limit]
    return page, (page[-1].name if len(found) > limit else None)


def remove_mapping(store: TenantStore, name: str) -> None:
    """Remove a mapping; raises NotFound."""
    show_mapping(store, name)
    store.mappings.remove(name)


def chosen_mapping(store: TenantStore, chosen: Any) -> tuple[dict[str, Any] | None, str | None]:
    """Return the mapping that a request chose, and its name if it was chosen by name.

    `chosen`: the name of a saved mapping, a mapping, or None.

    Raises
    ------
    InvalidFields
        With pointers into ``/mapping``.
    """
    if chosen is None:
        return None, None
    if not isinstance(chosen, str):
        return checked_mapping(chosen, at="/mapping"), None
    found = store.mappings.get(chosen) if is_mapping_name(chosen) else None
    if found is None:
        raise InvalidFields(
            "there is no mapping of this name",
            (
                FieldError(
                    "/mapping",
                    "unknown_value",
                    "unknown name; store it first with PUT /v1/mappings/{name}",
                ),
            ),
        )
    return found.mapping, found.name


def checked_mapping(raw: Any, *, at: str = "") -> dict[str, Any]:
    """Validate a mapping and return it in normalised form.

    `at`: JSON pointer to the mapping in the request.

    Raises
    ------
    InvalidFields
    """
    from chalicelib.importers import parse_mapping

    wrong = _check_formats(raw, at)
    if wrong:
        raise InvalidFields("this is not a mapping", wrong)
    try:
        mapping = parse_mapping(raw).as_json()
    except InvalidFields as error:
        moved = [FieldError(at + one.pointer, one.code, one.message) for one in error.errors]
        raise InvalidFields(error.detail, tuple(moved)) from error
    if len(json.dumps(mapping, ensure_ascii=False).encode()) > MAX_MAPPING_BYTES:
        message = f"at most {MAX_MAPPING_BYTES} bytes"
        raise InvalidFields("the mapping is too long", (FieldError(at, "too_long", message),))
    return mapping


def _check_formats(raw: Any, at: str) -> tuple[FieldError, ...]:
    """Return errors for formats that are false but not text: 0, false, an empty list."""
    if not isinstance(raw, dict):
        return ()
    return tuple(
        FieldError(f"{at}/{name}", "wrong_type", "must be text")
        for name in ("dates", "decimal_mark", "each_row")
        if name in raw and not isinstance(raw[name], str)
    )
