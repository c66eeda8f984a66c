"""The way into this room: a stream in, one outcome per row out, then a summary."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
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
    Refused,
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
from chalicelib.model.errors import ExportRefused

_AT_ONCE = 1_000
_MOST_REASONS = 30
_OWNERS = Owners(IMPORTERS)
_NO_ROWS = (
    "The file holds no rows or records: nothing happened in the period that was chosen, or the "
    "download was cut off. Choose a period with data and download it again."
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
    if currency is not None and not is_currency(currency):
        raise ExportRefused("no_currency", f"{currency!r} is no currency: three capitals, as EUR")
    importers = importers_of(IMPORTERS, platform)
    options = Options(currency or "", spread, account or "", mapping)

    def recognise(source: Source) -> tuple[str, Recognition]:
        if mapping is not None and mapping.columns:
            return PLATFORM, mapped(mapping)
        try:
            glimpse = Glimpse(source, named=platform != "auto")
            claim = best_claim(importers, glimpse, _OWNERS)
            if claim is None:
                raise unknown_file(importers, glimpse)
            return claim
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
        self._imported = self._refused = 0
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
            elif type(outcome) is Refused:
                self._refused += 1
            elif type(outcome) is Skipped:
                self._note(outcome.reason)
            if len(ids) >= _AT_ONCE:
                self._ids.add(ids)
                ids.clear()
            yield outcome
        self._ids.add(ids)
        if not (self._imported or self._refused or self._not_data):
            self._reading.notes.append(_NO_ROWS)

    def reject(self, outcome: Imported) -> None:
        """Takes a row out of the summary again, because one of its events breaks the contract.

        Call it once for each such row, before `summary`.

        Parameters
        ----------
        outcome : Imported
            As the iteration has yielded it.
        """
        self._imported -= 1
        self._refused += 1
        self._ids.withdraw([event["event_id"] for event in outcome.events])
        for event in outcome.events:
            self._days[event["occurred_at"].date()] -= 1
            if "period_days" in event:
                self._days[_last_day_of(event)] -= 1
        if outcome.claim is not None:
            self._reading.claimed.withdraw(outcome.claim)

    def coverage(self) -> list[RawEvent]:
        """For which days the file is complete, as events; complete after the iteration."""
        return list(self._reading.coverage)

    def summary(self) -> dict[str, Any]:
        """What was read; complete after the iteration.

        Returns
        -------
        dict
            JSON-able: platform, report, rows (below the header), events (those with different ids,
            which is what is stored), rejected, not_data, from and to (days of the events, None
            without any), lifetime, claimed_conversions (what the ad platform claims for itself:
            rows of count, value and currency), notes; and what was not read: no_data (rows per
            reason), unread_columns (heading, sum, why, and as `metric` whether it looks like one
            that is missing), unread_more (how many further ones), skipped (sheets, tables and
            files with the reason), unpaid_orders (count, value and currency), warnings.
        """
        unread = Unread(self._reading.unread)
        days = [day.isoformat() for day, events in self._days.items() if events]
        return {
            "platform": self.report.platform,
            "report": self.report.report,
            "rows": self._imported + self._refused + self._not_data.total(),
            "events": self._ids.count(),
            "rejected": self._refused,
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
        """Counts a row without data by its reason, without what the row itself says of it."""
        reason = reason.split(":", 1)[0]
        if reason not in self._not_data and len(self._not_data) >= _MOST_REASONS:
            reason = "other reasons"
        self._not_data[reason] += 1


def _last_day_of(event: RawEvent) -> dt.date:
    first: dt.date = event["occurred_at"].date()
    return first + dt.timedelta(days=event["period_days"] - 1)
