"""XING job ads: the performance report (CSV), one row per ad and day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from chalicelib.importers.booking import Tally, book
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import (
    Claim,
    ClaimedConversions,
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Columns, Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.cells import bare_id
from chalicelib.importers.values.dates import DateFormat, decide_day_order
from chalicelib.importers.values.event_identity import Ordinals, object_key
from chalicelib.importers.values.numerals import FractionalCount, NumberFormat, decide_number_format
from chalicelib.model.events import MAX_COUNT

CHANNEL = "xing"
VOCABULARY = Vocabulary(read_headings(Path(__file__).with_name("xing_jobs_columns.tsv")))
MARKS = Marks(
    (
        together(fields=("product",), any_of=("order", "code", "url", "reply", "activated")),
        together(fields=("code",), any_of=("order", "url", "reply", "activated")),
        together(fields=("reply",), any_of=("order", "url", "activated")),
        together(fields=("url",), any_of=("order", "activated")),
    ),
    vocabulary=VOCABULARY,
)
_SIGNS = ("order", "code", "product", "url", "reply", "activated")
_TYPES = {"impressions": "impression", "clicks": "click", "saves": "save"}

_DECLARATION = Declaration(
    "XING job ads: performance report (CSV)",
    "The report on job ads that are posted by XML feed or API. XING's tech support gives you its "
    "address on request",
    "the columns ID, Date ID and Impressions (Impressionen) and two of Order ID, Product Type, Job "
    "Code, Posting URL, Reply Setting, Activated At",
    (
        Becomes("Impressions / Impressionen", "`impression`, paid"),
        Becomes("Clicks, Views / Klicks, Aufrufe", "`click`, paid"),
        Becomes("Bookmarks / Gemerkt", "`save`, paid"),
        Becomes(
            "Applications, Apply Clicks / Bewerbungen",
            "`claimed_conversions` in the summary, never events: XING claims them",
        ),
        Becomes("Date ID / Datum", "the day"),
        Becomes("ID", "`content_id`, part of the event id"),
        Becomes("Order ID", "`campaign_id`"),
        Becomes("Activated At, Title, Company Name, City, Level", "nothing"),
    ),
    (
        ("invalid_date", "Date ID is not a date"),
        ("invalid_number", "a count is not a number"),
        ("missing_value", "the row has no id or no day"),
        ("negative", "a count is negative"),
        ("not_whole", "a count is not a whole number"),
        ("undecidable_format", "the dates could be day/month or month/day"),
    ),
    ("The report covers the ads of the last 90 days, each from its first day.",),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_of_job_ads)
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options))


def _is_of_job_ads(head: TableHead) -> bool:
    columns = head.columns
    if not all(field in columns for field in ("id", "day", "impressions")):
        return False
    return sum(field in columns for field in _SIGNS) >= 2


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    columns = head.columns
    table = Table(source, head)
    numbers = decide_number_format(
        columns.language, table.sample(*_TYPES), given=options.decimal_mark
    )
    order = options.day_order or decide_day_order(columns.language, table.sample("day"), None)
    rows = _JobAdRows(
        columns, DateFormat(order), numbers, options.account, Ordinals(), ClaimedConversions()
    )
    description = ReportDescription(
        CHANNEL, "job_ads", source.encoding, head.delimiter, numbers.decimal_mark
    )
    table.decimal_mark = numbers.decimal_mark
    reading = Reading(description, iter(()), rows.claimed)
    reading.outcomes = table.outcomes(lambda row: "", rows.convert, reading)
    return reading


@dataclass(frozen=True, slots=True)
class _JobAdRows:
    """Converts the rows of the report."""

    columns: Columns
    dates: DateFormat
    numbers: NumberFormat
    account: str
    ordinals: Ordinals
    claimed: ClaimedConversions

    def convert(self, row: Row) -> RowOutcome:
        """Return the engagements of an ad on a day; raise `RowRejected`."""
        ad, code = bare_id(self._cell(row, "id")), bare_id(self._cell(row, "code"))
        if not (ad or code):
            raise RowRejected("missing_value", "the row has neither an ad id nor a job code")
        day_cell = self._cell(row, "day")
        if not day_cell:
            raise RowRejected("missing_value", "the row has no day")
        try:
            day = self.dates.day(day_cell)
        except ValueError as error:
            raise RowRejected("invalid_date", f"{self.columns.name('day')}: {error}") from None
        counts = {kind: self._count(row, field) for field, kind in _TYPES.items()}
        applications = self._count(row, "applications")
        if not applications and not any(counts.values()):
            return Skipped(row.line, NO_NUMBERS)
        order = bare_id(self._cell(row, "order"))
        key = object_key((ad, order, code))
        tally = Tally(
            channel=CHANNEL,
            report="job_ads",
            account=self.account,
            key=key,
            ordinal=self.ordinals.next_of(key, day),
            first=day,
            last=day,
            counts=counts,
            paid=True,
            campaign_id=order,
            content_id=ad or code,
        )
        events = book(tally)
        claim = Claim(Decimal(applications), Decimal(0), "")
        self.claimed.add(claim.count, claim.value, claim.currency)
        return Imported(row.line, events, claim=claim)

    def _count(self, row: Row, field: str) -> int:
        try:
            count = self.numbers.count(self._cell(row, field)) or 0
        except FractionalCount as error:
            raise RowRejected("not_whole", f"{self.columns.name(field)}: {error}") from None
        except ValueError as error:
            raise RowRejected("invalid_number", f"{self.columns.name(field)}: {error}") from None
        if count < 0:
            raise RowRejected("negative", f"{self.columns.name(field)} is negative")
        if count > MAX_COUNT:
            raise RowRejected("invalid_number", f"{self.columns.name(field)} is above {MAX_COUNT}")
        return count

    def _cell(self, row: Row, field: str) -> str:
        position = self.columns.positions.get(field)
        return "" if position is None else row.cells[position].strip()


IMPORTERS = (Importer(CHANNEL, _DECLARATION, _recognise, MARKS, _is_of_job_ads),)
