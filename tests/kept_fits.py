"""Fits that are kept without having been run."""

from __future__ import annotations

from typing import Any

from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.tenant_store import TenantStore


def keep_fit(
    store: TenantStore, fit_id: str, document: dict[str, Any], *, window_given: bool = False
) -> None:
    """Keep a fit that is done, with its document."""
    window = document.get("window", {"from": "2026-03-01", "to": "2026-03-14"})
    header = FitHeader(
        fit_id,
        requested_at=f"{window['to']}T12:00:00Z",
        window_from=window["from"],
        window_to=window["to"],
        window_given=window_given,
        status="done",
        goals=tuple(sorted(document["goals"])),
    )
    store.fits.add(header)
    store.fits.put_document(fit_id, document)
