"""The way into this room: a stream in, one outcome per row out, then a summary."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from chalicelib.errors import ExportRefused
from chalicelib.exports.decoding import Source
from chalicelib.exports.mapping import Mapping
from chalicelib.exports.members import read_archive
from chalicelib.exports.outcomes import (
    Imported,
    RawEvent,
    Reading,
    Refused,
    ReportDescription,
    RowOutcome,
)
from chalicelib.exports.platforms import IMPORTERS
from chalicelib.exports.recognition import (
    Glimpse,
    Options,
    Recognition,
    best_claim,
    importers_of,
)

_CURRENCY = re.compile(r"[A-Z]{3}")


def read_export(
    stream: BinaryIO,
    *,
    platform: str = "auto",
    currency: str | None = None,
    spread: bool = False,
    account: str | None = None,
    mapping: Mapping | None = None,
) -> ExportReader:
    """Recognises an export by its content and opens it.

    What gzip has packed is read as what is inside; of a zip archive, every member that is an export
    of one platform.

    Parameters
    ----------
    stream : binary file
        Read from where it stands to its end, and not closed. It need not be seekable; of archives
        and workbooks that are not, a temporary copy is made.
    platform : str
        A platform's slug, where the content alone is not to decide.
    currency : str, optional
        ISO 4217 code of amounts for which the file names none.
    spread : bool
        Spread rows of several days over their days instead of refusing them.
    account : str, optional
        The platform's account, where the file names none; a part of every event id.
    mapping : Mapping, optional
        What the user says of the columns, or of how dates and numbers are written.

    Raises
    ------
    ExportRefused
        With a code of `errors.EXPORT_REFUSALS`, if the file as a whole cannot be imported.
    """
    if currency is not None and not _CURRENCY.fullmatch(currency):
        raise ExportRefused("no_currency", f"{currency!r} is no currency: three capitals, as EUR")
    importers = importers_of(IMPORTERS, platform)
    options = Options(currency or "", spread, account or "", mapping)

    def recognise(source: Source) -> tuple[str, Recognition]:
        try:
            return best_claim(importers, Glimpse(source, named=platform != "auto"))
        except ExportRefused:
            source.check_for_a_bomb()
            raise

    source = Source(stream)
    if source.archive is not None:
        return ExportReader(read_archive(source, recognise, options))
    return ExportReader(recognise(source)[1].open(source, options))


class ExportReader:
    """An opened export. Iterate once; every row ends as exactly one outcome.

    Attributes
    ----------
    report : ReportDescription
        What is known before the first row.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.report: ReportDescription = reading.report
        self._rows = self._events = self._refused = self._not_data = 0
        self._first: dt.date | None = None
        self._last: dt.date | None = None

    def __iter__(self) -> Iterator[RowOutcome]:
        for outcome in self._reading.outcomes:
            self._rows += 1
            if isinstance(outcome, Imported):
                for event in outcome.events:
                    self._count(event)
            elif isinstance(outcome, Refused):
                self._refused += 1
            else:
                self._not_data += 1
            yield outcome

    def summary(self) -> dict[str, Any]:
        """What was read; complete after the iteration.

        Returns
        -------
        dict
            JSON-able: platform, report, rows (below the header), events, rejected, not_data, from
            and to (days of the events, None without any), lifetime, claimed_conversions (what the
            ad platform claims for itself: rows of count, value and currency), notes.
        """
        return {
            "platform": self.report.platform,
            "report": self.report.report,
            "rows": self._rows,
            "events": self._events,
            "rejected": self._refused,
            "not_data": self._not_data,
            "from": self._first and self._first.isoformat(),
            "to": self._last and self._last.isoformat(),
            "lifetime": self.report.lifetime,
            "claimed_conversions": self._reading.claimed.as_rows(),
            "notes": [*self.report.notes, *self._reading.notes],
        }

    def _count(self, event: RawEvent) -> None:
        self._events += 1
        day = last = event["occurred_at"].date()  # importers write times in UTC
        if (days := event.get("period_days", 1)) > 1:
            last = day + dt.timedelta(days=days - 1)
        if self._first is None or day < self._first:
            self._first = day
        if self._last is None or last > self._last:
            self._last = last
