"""Fits: a header that says how far one is, and its immutable document."""

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
"""A fit of one of these stays as it is."""

Document = Mapping[str, Any]

FIT_SCHEMA = 1
"""Version of the shape of a fit document; it is in the document, too, as ``schema``."""


@dataclass(frozen=True, slots=True)
class FitHeader:
    """What is known about a fit without its document.

    Attributes
    ----------
    fit_id, requested_at : str
    status : {'queued', 'running', 'done', 'failed'}
    window_from, window_to : str
        First and last day of the events that are read; of those that are fitted, once it is done.
    window_given : bool
        Whether somebody chose the window; else it shrinks to the days that there are events for.
    goals : tuple of str
        Goals that the document answers for; empty until it is there.
    as_of : str, optional
        When the events were read.
    in_parts : bool
        Whether a state machine has them read, in parts.
    finished_at : str, optional
    error : dict, optional
        ``code`` and ``detail`` of a failure.
    """

    fit_id: str
    requested_at: str
    window_from: str
    window_to: str
    window_given: bool = False
    status: Status = "queued"
    goals: tuple[str, ...] = ()
    as_of: str | None = None
    in_parts: bool = False
    finished_at: str | None = None
    error: dict[str, str] | None = None


class FitStore:
    """The fits of one tenant."""

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant

    def add(self, header: FitHeader) -> bool:
        """Keep a new header; False if there is one with this id."""
        return self._table.put_new(self._item(header))

    def save(self, header: FitHeader) -> bool:
        """Write a header in place of the one before; False if that had ended, and it stays."""
        return self._table.put(
            self._item(header),
            only_if=NoneOf("status", tuple({"S": status} for status in ENDED)),
        )

    def get(self, fit_id: str) -> FitHeader | None:
        """The header of a fit, or None."""
        item = self._table.get(table_keys.fits_partition(self._tenant), fit_id, consistent=True)
        return None if item is None else _to_header(item)

    def newest_first(
        self, *, limit: int | None = None, after: str | None = None
    ) -> Iterator[FitHeader]:
        """Headers, those asked for last first, older than `after` if given."""
        partition = table_keys.fits_partition(self._tenant)
        for item in self._table.query(partition, descending=True, limit=limit, after=after):
            yield _to_header(item)

    def put_document(self, fit_id: str, document: Document) -> bool:
        """Keep the document of a fit; False if it has one, which stays as it is."""
        item: Item = {
            "pk": {"S": table_keys.fit_results_partition(self._tenant)},
            "sk": {"S": fit_id},
        }
        item |= document_items.keep(
            document, self._objects, table_keys.document_object(self._tenant, "fits", fit_id)
        )
        return self._table.put_new(versioned(item, FIT_SCHEMA))

    def document(self, fit_id: str) -> Document | None:
        """The document of a fit, or None.

        Raises
        ------
        OtherVersion
            If another version of the service made it.
        """
        item = self._table.get(table_keys.fit_results_partition(self._tenant), fit_id)
        if item is None:
            return None
        check_version(item, FIT_SCHEMA, f"the fit {fit_id}", "request a new fit with POST /v1/fits")
        document: Document = document_items.recall(item, self._objects)
        return document

    def _item(self, header: FitHeader) -> Item:
        values = asdict(header)
        fit_id = values.pop("fit_id")
        return to_item(table_keys.fits_partition(self._tenant), fit_id, values)


def _to_header(item: Item) -> FitHeader:
    known = {field.name for field in fields(FitHeader)}
    values = {name: value for name, value in from_item(item).items() if name in known}
    values["goals"] = tuple(values.get("goals", ()))
    return FitHeader(fit_id=item["sk"]["S"], **values)
