"""Fits: a header with the status, and an immutable document with the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from chalicelib.storage import document_items, table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.conditions import NoneOf
from chalicelib.storage.item_versions import check_version, versioned
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table

Status = Literal["queued", "running", "done", "failed"]
ENDED: tuple[Status, ...] = ("done", "failed")
"""Final statuses: a fit with one of these does not change any more."""

Document = Mapping[str, Any]

FIT_SCHEMA = 1
"""Version of the shape of a fit document; the document also contains it, as ``schema``."""


@dataclass(frozen=True, slots=True)
class FitHeader:
    """The status and the request of a fit, without its document."""

    fit_id: str
    requested_at: str
    window_from: str
    window_to: str
    """First and last day of the events to read; once the fit is done, of the fitted events."""
    window_given: bool = False
    """Whether the request chose the window. If not, the window shrinks to the days with events."""
    status: Status = "queued"
    goals: tuple[str, ...] = ()
    """Goals in the document; empty until the document is stored."""
    as_of: str | None = None
    """When the events were read."""
    in_parts: bool = False
    """Whether a state machine reads the events in parts."""
    finished_at: str | None = None
    error: dict[str, str] | None = None
    """``code`` and ``detail`` of the failure."""


class FitStore:
    """The fits of one tenant."""

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant
        self._partition = table_keys.fits_partition(tenant)
        self._results = table_keys.fit_results_partition(tenant)

    def add(self, header: FitHeader) -> bool:
        """Store a new header; return False if one with this id exists."""
        return self._table.put_new(self._item(header))

    def save(self, header: FitHeader) -> bool:
        """Replace a header; return False and change nothing if the stored fit has ended."""
        return self._table.put(
            self._item(header),
            only_if=NoneOf("status", tuple({"S": status} for status in ENDED)),
        )

    def get(self, fit_id: str) -> FitHeader | None:
        """Return the header of a fit, or None."""
        item = self._table.get(self._partition, fit_id, consistent=True)
        return None if item is None else _to_header(item)

    def newest_first(
        self, *, limit: int | None = None, after: str | None = None
    ) -> Iterator[FitHeader]:
        """Return headers, the newest request first; only those older than `after`, if given."""
        for item in self._table.query(self._partition, descending=True, limit=limit, after=after):
            yield _to_header(item)

    def put_document(self, fit_id: str, document: Document) -> bool:
        """Store the document of a fit; return False and change nothing if the fit has one."""
        item: Item = {
            "pk": {"S": self._results},
            "sk": {"S": fit_id},
        }
        item |= document_items.keep(
            document, self._objects, table_keys.document_object(self._tenant, "fits", fit_id)
        )
        return self._table.put_new(versioned(item, FIT_SCHEMA))

    def document(self, fit_id: str) -> Document | None:
        """Return the document of a fit, or None.

        Raises
        ------
        OtherVersion
            If another version of the service wrote the document.
        """
        item = self._table.get(self._results, fit_id)
        if item is None:
            return None
        check_version(item, FIT_SCHEMA, f"the fit {fit_id}", "request a new fit with POST /v1/fits")
        document: Document = document_items.recall(item, self._objects)
        return document

    def _item(self, header: FitHeader) -> Item:
        values = asdict(header)
        fit_id = values.pop("fit_id")
        return to_item(self._partition, fit_id, values)


def _to_header(item: Item) -> FitHeader:
    known = {field.name for field in fields(FitHeader)}
    values = {name: value for name, value in from_item(item).items() if name in known}
    values["goals"] = tuple(values.get("goals", ()))
    return FitHeader(fit_id=item["sk"]["S"], **values)
