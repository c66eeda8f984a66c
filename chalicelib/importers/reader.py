"""The entry point of the importers: reads a stream, yields one outcome per row, then a summary."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.members import read_archive
from chalicelib.importers.distinct import DistinctIds
from chalicelib.importers.mappings.mapped import mapped
from chalicelib.importers.mappings.mapped_subjects import PLATFORM
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.outcomes import (
    Imported,
    RawEvent,
    Reading,
    Rejected,
    ReportDescription,
    RowOutcome,
    Skipped,
)
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.importer_choice import best_claim, importers_of
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.recognition.unknown_files import unknown_file
from chalicelib.importers.tables.marks import Owners
from chalicelib.importers.tables.unread import Unread
from chalicelib.model.currencies import is_currency
from chalicelib.model.errors import ExportRejected

_AT_ONCE = 1_000
_MOST_REASONS = 30
_OWNERS = Owners(IMPORTERS)
_NO_ROWS = (
    "The file contains no rows or records: the chosen period has no data, or the download was "
    "incomplete. Choose a period with data and download it again."
)
_NO_DAY = dt.date.min


def read_export(
    stream: BinaryIO,
    *,
    platform: str = "auto",
    currency: str | None = None,
    spread: bool = False,
    account: str | None = None,
    mapping: Mapping | None = None,
    brand_terms: Sequence[str] = (),
) -> ExportReader:
    """Recognise an export by its content and open it.

    Gzip files are unpacked. In a zip archive, every member that is an export of one platform is
    read.

    Parameters
    ----------
    stream : binary file
        Read from its current position to its end, and not closed. It need not be seekable;
        archives and workbooks in streams that are not seekable are copied to a temporary file.
    platform : str
        A platform's slug, or ``auto`` to recognise it by the content.
    currency : str, optional
        ISO 4217 code for amounts, if the file does not name a currency.
    spread : bool
        Spread rows of several days over their days instead of rejecting them.
    account : str, optional
        The platform's account, if the file does not name it; a part of every event id.
    mapping : Mapping, optional
        The user's meanings of the columns, or the format of dates and numbers.
    brand_terms : sequence of str, optional
        Words that make a search query one for the brand.

    Raises
    ------
    ExportRejected
        With a code of `errors.EXPORT_REJECTIONS`, if the file as a whole cannot be imported.
    """
    if currency is not None and not is_currency(currency):
        raise ExportRejected(
            "no_currency", f"{currency!r} is not a currency; use three capital letters such as EUR"
        )
    importers = importers_of(IMPORTERS, platform)
    options = Options(currency or "", spread, account or "", mapping, (), tuple(brand_terms))

    def recognise(source: Source) -> tuple[str, Recognition]:
        if mapping is not None and mapping.columns:
            return PLATFORM, mapped(mapping)
        try:
            glimpse = Glimpse(source, named=platform != "auto")
            claim = best_claim(importers, glimpse, _OWNERS)
            if claim is None:
                raise unknown_file(importers, glimpse)
            return claim
        except ExportRejected:
            source.check_for_a_bomb()
            raise

    source = Source(stream)
    if source.archive is not None:
        return ExportReader(read_archive(source, recognise, options))
    return ExportReader(recognise(source)[1].open(source, options))


class ExportReader:
    """An opened export. Iterate once; every row yields exactly one outcome.

    Attributes
    ----------
    report : ReportDescription
        Known before the first row.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.report: ReportDescription = reading.report
        self._imported = self._rejected = 0
        self._not_data: Counter[str] = Counter()
        self._ids = DistinctIds()
        self._days: dict[dt.date, int] = {}

    def __iter__(self) -> Iterator[RowOutcome]:
        latest, day = None, _NO_DAY
        days, ids = self._days, []
        for outcome in self._reading.outcomes:
            if type(outcome) is Imported:
                self._imported += 1
                for event in outcome.events:
                    ids.append(event["event_id"])
                    at = event["occurred_at"]
                    if at is not latest:  # a row's events share their instant
                        latest, day = at, at.date()
                    days[day] = days.get(day, 0) + 1
                    if "period_days" in event:
                        last = _last_day_of(event)
                        days[last] = days.get(last, 0) + 1
            elif type(outcome) is Rejected:
                self._rejected += 1
            elif type(outcome) is Skipped:
                self._note(outcome.reason)
            if len(ids) >= _AT_ONCE:
                self._ids.add(ids)
                ids.clear()
            yield outcome
        self._ids.add(ids)
        if not (self._imported or self._rejected or self._not_data):
            self._reading.notes.append(_NO_ROWS)

    def reject(self, outcome: Imported) -> None:
        """Remove a row from the summary because one of its events violates the contract.

        Call it once for each such row, before `summary`.

        Parameters
        ----------
        outcome : Imported
            As yielded by the iteration.
        """
        self._imported -= 1
        self._rejected += 1
        self._ids.withdraw([event["event_id"] for event in outcome.events])
        for event in outcome.events:
            self._days[event["occurred_at"].date()] -= 1
            if "period_days" in event:
                self._days[_last_day_of(event)] -= 1
        if outcome.claim is not None:
            self._reading.claimed.withdraw(outcome.claim)

    def coverage(self) -> list[RawEvent]:
        """Return the days for which the file is complete, as events; complete after iteration."""
        return list(self._reading.coverage)

    def summary(self) -> dict[str, Any]:
        """Return what was read; complete after iteration.

        Returns
        -------
        dict
            JSON-able: platform, report, rows (below the header), events (distinct ids, as they are
            stored), rejected, not_data, from and to (days of the events, None without any),
            lifetime, claimed_conversions (conversions that the ad platform claims: rows of count,
            value and currency), notes; and what was not read: no_data (rows per reason),
            unread_columns (heading, sum, reason, and `metric`: whether it looks like a missing
            metric), unread_more (number of further ones), skipped (sheets, tables and files with
            the reason), unpaid_orders (count, value and currency), warnings.
        """
        unread = Unread(self._reading.unread)
        days = [day.isoformat() for day, events in self._days.items() if events]
        return {
            "platform": self.report.platform,
            "report": self.report.report,
            "rows": self._imported + self._rejected + self._not_data.total(),
            "events": self._ids.count(),
            "rejected": self._rejected,
            "not_data": self._not_data.total(),
            "from": min(days, default=None),
            "to": max(days, default=None),
            "lifetime": self.report.lifetime,
            "claimed_conversions": self._reading.claimed.as_rows(),
            "notes": [*self.report.notes, *self._reading.notes],
            "no_data": [
                {"reason": reason, "rows": rows} for reason, rows in self._not_data.most_common()
            ],
            "unread_columns": unread.as_rows(),
            "unread_more": unread.left_out,
            "skipped": [one._asdict() for one in self._reading.skipped],
            "unpaid_orders": self._reading.unpaid.as_rows(),
            "warnings": unread.warnings(),
        }

    def _note(self, reason: str) -> None:
        """Count a row without data by its reason, without details of the row after a colon."""
        reason = reason.split(":", 1)[0]
        if reason not in self._not_data and len(self._not_data) >= _MOST_REASONS:
            reason = "other reasons"
        self._not_data[reason] += 1


def _last_day_of(event: RawEvent) -> dt.date:
    first: dt.date = event["occurred_at"].date()
    return first + dt.timedelta(days=event["period_days"] - 1)
