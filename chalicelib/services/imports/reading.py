"""Recognise and open an uploaded export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.model.errors import ExportRejected, InvalidFields
from chalicelib.storage.import_records import Import, Replay
from chalicelib.storage.objects import ObjectReader
from chalicelib.storage.tenant_store import TenantStore

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import Imported, RowOutcome

ReadExport = Callable[..., Any]


class Reading:
    """An opened export.

    Attributes
    ----------
    report : dict
        The recognition report of the reader.
    parts : list of str
        Names of the sheets or archive members.
    """

    def __init__(self, reader: Any, stream: ObjectReader) -> None:
        self._reader = reader
        self._stream = stream
        self.report = _plain(asdict(reader.report))
        self.parts: list[str] = self.report["parts"]

    def __iter__(self) -> Iterator[RowOutcome]:
        """One outcome per row.

        Raises
        ------
        ExportRejected, ObjectGoneError, StoreUnavailable
        """
        try:
            yield from self._reader
        except ExportRejected:
            self._stream.check()
            raise
        self._stream.check()

    def reject(self, outcome: Imported) -> None:
        """Exclude a row that admission rejected from the summary."""
        self._reader.reject(outcome)

    def coverage(self) -> list[dict[str, Any]]:
        """Return the coverage of the file as raw events. Call it after the iteration."""
        found: list[dict[str, Any]] = self._reader.coverage()
        return found

    def summary(self) -> dict[str, Any]:
        """Return the summary of the whole file. Call it after the iteration."""
        return _plain(self._reader.summary())


def open_reading(
    store: TenantStore,
    options: Import | Replay,
    stream: ObjectReader,
    read_export: ReadExport | None = None,
) -> Reading:
    """Recognise an export and open it.

    Parameters
    ----------
    options : Import or Replay
        The reading options.
    read_export : callable, optional
        Replaces `importers.read_export`.

    Raises
    ------
    ExportRejected, ObjectGoneError, StoreUnavailable
    """
    from chalicelib.importers import parse_mapping
    from chalicelib.importers import read_export as read_any_export

    try:
        reader = (read_export or read_any_export)(
            stream,
            platform=options.platform,
            currency=options.currency or store.config.currency,
            spread=options.spread,
            account=options.account,
            mapping=None if options.mapping is None else parse_mapping(options.mapping),
            brand_terms=store.config.brand_terms,
        )
    except InvalidFields as error:
        raise ExportRejected("unusable_mapping", error.detail) from error
    except ExportRejected:
        stream.check()
        raise
    return Reading(reader, stream)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Convert values to JSON types, with numbers as int or Decimal."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str), parse_float=Decimal)
    return plain
