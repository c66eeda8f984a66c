"""Matomo's visits log (`Live.getLastVisitsDetails`): one row per visit.

The log contains personal data: IP addresses, ids, locations. Visits are counted; no personal data
is stored.
"""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.importers.booking import conversion, engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import (
    WITHHELD,
    Imported,
    RawEvent,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
)
from chalicelib.importers.platforms.matomo.matomo_columns import CHANNEL, PLATFORM
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.rows.number_cells import Amounts, Counts
from chalicelib.importers.rows.row_plan import NumberColumn
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import DateFormat, decide_day_order, start_of
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected

VOCABULARY = Vocabulary(
    {
        field: {"en": names}
        for field, names in {
            "visit": ["idVisit", "visit_id"],
            "site": ["idSite"],
            "first": ["firstActionTimestamp"],
            "last": ["lastActionTimestamp", "serverTimestamp"],
            "day": ["serverDate", "lastActionDateTime"],
            "goals": ["goalConversions"],
            "orders": ["totalEcommerceConversions"],
            "revenue": ["totalEcommerceRevenue"],
            "currency": ["siteCurrency"],
            "person": ["visitIp", "visitorId", "userId", "fingerprint"],
            "visitor": ["visitorType", "visitCount", "visitDuration"],
        }.items()
    }
)
MARKS = Marks(("idVisit", "firstActionTimestamp"), vocabulary=VOCABULARY)
_HITS = 20
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(
        glimpse,
        VOCABULARY,
        lambda head: "visit" in head.columns and len(head.columns.positions) >= 3,
    )
    if head is None:
        return None
    return claim_to(
        head,
        MARKS,
        lambda source, options: _open(source, head, options),
        hits=_HITS,
        found="one row per idVisit",
    )


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    if not {"first", "last", "day"} & head.columns.positions.keys():
        raise ExportRejected("no_date", "no column contains the time of the visits")
    table = Table(source, head, public_text=lambda row: WITHHELD)
    order = options.day_order or decide_day_order("", table.sample("day"), None)
    rows = _VisitRows(head, DateFormat(order), options)
    description = ReportDescription(
        PLATFORM,
        "visits",
        source.encoding,
        head.delimiter,
        notes=("No personal data of visitors is stored.",),
    )
    reading = Reading(description, iter(()))
    reading.outcomes = table.outcomes(lambda row: "", rows.convert, reading)
    return reading


class _VisitRows:
    """Converts the rows of the log."""

    def __init__(self, head: TableHead, dates: DateFormat, options: Options) -> None:
        self._at = head.columns.positions
        self._dates = dates
        numbers = NumberFormat(options.decimal_mark or ".")
        self._counts = Counts(numbers)
        self._amounts = Amounts(numbers, NumberColumn(-1, currency=options.currency))
        self._options = options

    def convert(self, row: Row) -> RowOutcome:
        """Return the events of a visit and its conversions; raise `RowRejected`."""
        visit = self._cell(row, "visit")
        if is_blank(visit):
            raise RowRejected("missing_value", "the row has no idVisit")
        at = self._time(row)
        parts = (PLATFORM, "visit", self._options.account or "-", self._cell(row, "site"), visit)
        events = [engagement(CHANNEL, "impression", at, *parts)]
        if goals := self._count(row, "goals"):
            events.append(conversion("lead", at, *parts, "lead", count=goals))
        events += self._orders(row, at, parts)
        return Imported(row.line, tuple(events))

    def _orders(self, row: Row, at: dt.datetime, parts: tuple[str, ...]) -> list[RawEvent]:
        orders = self._count(row, "orders")
        if not orders:
            return []
        value = self._amounts[self._cell(row, "revenue"), self._cell(row, "currency").upper()]
        return [conversion("purchase", at, *parts, "purchase", count=orders, value=value)]

    def _time(self, row: Row) -> dt.datetime:
        """Return the start of the visit, or the day of its last action if only that is known.

        A visit can continue after it was exported, and its event ids must not change.
        """
        first = self._cell(row, "first")
        if not is_blank(first):
            return _instant(first)
        day = self._cell(row, "day")
        if not is_blank(day):
            try:
                return start_of(self._dates.day(day))
            except ValueError as error:
                raise RowRejected("invalid_date", f"the day of the visit: {error}") from None
        last = self._cell(row, "last")
        if is_blank(last):
            raise RowRejected("missing_value", "the visit has no time")
        return start_of(_instant(last).date())

    def _count(self, row: Row, field: str) -> int:
        count = self._counts[self._cell(row, field)]
        if count < 0:
            raise RowRejected("negative", f"{field} is below zero")
        return count

    def _cell(self, row: Row, field: str) -> str:
        position = self._at.get(field)
        return row.cells[position].strip() if position is not None else ""


def _instant(cell: str) -> dt.datetime:
    try:
        if not _SECONDS.fullmatch(cell):
            raise ValueError
        return dt.datetime.fromtimestamp(int(cell), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise RowRejected("invalid_date", "the time is not a Unix time in seconds") from None


VISITS = Importer(
    PLATFORM,
    Declaration(
        title="Matomo: visits log as CSV",
        where=(
            "Visitors → Visits log → Export (Besucher → Besucherlog → Exportieren) → CSV; or the "
            "API: `method=Live.getLastVisitsDetails&format=CSV`"
        ),
        looks_for="the columns idVisit and firstActionTimestamp or serverDate",
        becomes=(
            Becomes("a row", "one `impression` of `company_blog`: the visit"),
            Becomes("firstActionTimestamp, else serverDate", "its time, else its day"),
            Becomes("goalConversions", "`conversion`s, goal `lead`"),
            Becomes(
                "totalEcommerceConversions, totalEcommerceRevenue, siteCurrency",
                "`conversion`s, goal `purchase`, with their value",
            ),
            Becomes("idVisit, idSite", "part of the event id"),
            Becomes("visitIp, visitorId, userId, location, device", "nothing"),
        ),
        rejected=(("no_date", "no column with a time"),),
        notes=(
            "The log and the reports count the same visits. Import only one of them.",
            "Nothing of a rejected row is shown, because it contains personal data.",
        ),
        holds_people=True,
    ),
    _recognise,
    MARKS,
)
