"""An upload, opened as the export that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.model.errors import ExportRefused, InvalidFields
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
        What the reader recognised.
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
        ExportRefused, ObjectGoneError, StoreUnavailable
        """
        try:
            yield from self._reader
        except ExportRefused:
            self._stream.check()
            raise
        self._stream.check()

    def reject(self, outcome: Imported) -> None:
        """A row is rejected by admission: it has no part in the summary."""
        self._reader.reject(outcome)

    def coverage(self) -> list[dict[str, Any]]:
        """For which days the file is complete, as raw events; complete after the iteration."""
        found: list[dict[str, Any]] = self._reader.coverage()
        return found

    def summary(self) -> dict[str, Any]:
        """What the reader says about the whole file; complete after the iteration."""
        return _plain(self._reader.summary())


def open_reading(
    store: TenantStore,
    asked: Import | Replay,
    stream: ObjectReader,
    read_export: ReadExport | None = None,
) -> Reading:
    """Recognise an export and open it.

    Parameters
    ----------
    asked : Import or Replay
        Whose options are meant.
    read_export : callable, optional
        In place of `exports.read_export`.

    Raises
    ------
    ExportRefused, ObjectGoneError, StoreUnavailable
    """
    from chalicelib.importers import parse_mapping
    from chalicelib.importers import read_export as read_any_export

    try:
        reader = (read_export or read_any_export)(
            stream,
            platform=asked.platform,
            currency=asked.currency or store.config.currency,
            spread=asked.spread,
            account=asked.account,
            mapping=None if asked.mapping is None else parse_mapping(asked.mapping),
        )
    except InvalidFields as error:
        raise ExportRefused("unusable_mapping", error.detail) from error
    except ExportRefused:
        stream.check()
        raise
    return Reading(reader, stream)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, numbers as int or Decimal."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str), parse_float=Decimal)
    return plain
