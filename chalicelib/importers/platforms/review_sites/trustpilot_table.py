"""Trustpilot: downloaded reviews of a company or its products, as CSV or workbook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import (
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
from chalicelib.importers.records.record_fields import moment
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.dates import DateFormat, decide_day_order, start_of
from chalicelib.importers.values.stars import STARS, rating_of, review
from chalicelib.importers.values.values import number

CHANNEL = "trustpilot"
HITS = 10
NO_PEOPLE = (
    "Events contain no personal data of reviewers: no name, text or e-mail address. For a "
    "rejected row, only the review's id, time and stars are shown."
)
SAME_REVIEW = (
    "The download and the API produce the same events, identified by Trustpilot's review id and "
    "the second of the review."
)

VOCABULARY = Vocabulary(
    {
        "review": {"en": ["Review Id"]},
        "created": {"en": ["Review Created (UTC)", "Review Created"]},
        "stars": {"en": ["Review Stars"]},
        "company": {"en": ["Domain Url", "Business Unit Id"]},
        "source": {"en": ["Source Of Review"]},
        "people": {"en": ["Review Username", "Review User Email", "Review Consumer User Id"]},
        "text": {"en": ["Review Title", "Review Content"]},
        "product_review": {"en": ["review_id"]},
        "product_stars": {"en": ["stars"]},
        "product_created": {"en": ["created_at"]},
        "product": {"en": ["product_sku", "product_name"]},
        "consumer": {"en": ["consumer_name", "consumer_id"]},
    }
)
MARKS = Marks(
    (
        together("Review Id", "Review Stars"),
        together(fields=("product_review", "product_stars", "product_created", "consumer")),
    ),
    vocabulary=VOCABULARY,
)
_SHOWN = {
    "review": re.compile(r"[A-Za-z0-9-]{1,40}"),
    "created": re.compile(r"[\dTZ:./ -]{1,30}"),
    "stars": re.compile(r"\d"),
}
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?(\.\d+)?$")

_DECLARATION = Declaration(
    "Trustpilot: company or product reviews (CSV, workbook)",
    "Trustpilot Business → Reviews → Download reviews (Bewertungen → Bewertungen herunterladen)",
    "Review Id, Review Stars and Review Created (UTC); or review_id, stars, created_at, "
    "product_sku and consumer_name",
    (
        Becomes("each row", f"one `review` of channel `{CHANNEL}`"),
        Becomes("Review Stars: " + STARS.source, STARS.event),
        Becomes("Review Created (UTC)", "the time"),
        Becomes("Review Id", "the event id"),
        Becomes("product_sku, product_name", "`content_id`"),
        Becomes("Domain Url, Business Unit Id", "`content_id` of a company review"),
        Becomes(
            "names, e-mail addresses, titles, texts, replies", "nothing: these columns are not read"
        ),
    ),
    (
        ("invalid_date", "the time cannot be read"),
        ("invalid_number", "the number of stars is not between one and five"),
        ("missing_value", "a review has no id, no time or no stars"),
        ("undecidable_format", "the days could be day/month or month/day"),
    ),
    (
        NO_PEOPLE,
        SAME_REVIEW,
        "Times are UTC. A date without a time of day is imported as that day.",
        "Invitations are not reviews. Their download is not recognised.",
        "The headings come from public code, not from a real Trustpilot file.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_of_reviews)
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options), hits=HITS)


def _is_of_reviews(head: TableHead) -> bool:
    columns = head.columns
    company = ("review", "created", "stars")
    product = ("product_review", "product_created", "product_stars", "product", "consumer")
    return any(all(field in columns for field in fields) for fields in (company, product))


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    rows = _Rows(head, options)
    table = Table(source, head, public_text=rows.public_text)
    days = (cell.split(" ")[0] for cell in table.sample(rows.created_field))
    rows.dates = DateFormat(options.day_order or decide_day_order("en", days, None))
    description = ReportDescription(CHANNEL, "reviews", source.encoding, head.delimiter, ".")
    reading = Reading(description, iter(()))
    reading.outcomes = table.cell_outcomes(lambda cells: "", rows.convert, reading)
    return reading


class _Rows:
    """Converts the rows of the table. Messages never contain a cell."""

    def __init__(self, head: TableHead, options: Options) -> None:
        at = head.columns.positions
        is_product = "review" not in at
        prefix = "product_" if is_product else ""
        self.created_field = f"{prefix}created"
        self.dates = DateFormat("")
        self._at = {name: at[f"{prefix}{name}"] for name in _SHOWN}
        self._content = at.get("product" if is_product else "company")
        self._account = options.account or "-"

    def convert(self, line: int, cells: Sequence[str]) -> RowOutcome:
        """Return the review of a row; raise `RowRejected`."""
        if not any(map(str.strip, cells)):
            return Skipped(line, "blank line")
        identity = self._cell(cells, "review")
        if not identity:
            raise RowRejected("missing_value", "the review has no id")
        rating = rating_of(number(self._cell(cells, "stars"), "the stars"))
        if rating is None:
            raise RowRejected("missing_value", "the review has no stars")
        at = self._moment(self._cell(cells, "created"))
        content = "" if self._content is None else cells[self._content].strip()
        event = review(CHANNEL, at, rating, self._account, identity, content_id=content)
        return Imported(line, (event,))

    def _moment(self, cell: str) -> dt.datetime:
        """Return the time in UTC; the start of the day for other date formats."""
        try:
            return moment(f"{cell} UTC" if _CLOCK.search(cell) else cell)
        except RowRejected as rejected:
            if rejected.code == "missing_value":
                raise
        try:
            return start_of(self.dates.day(cell))
        except ValueError:
            raise RowRejected("invalid_date", "the time of the review cannot be read") from None

    def public_text(self, row: Row) -> str:
        """Return the cells of a rejected row to show: only those without personal data."""
        cells = {name: self._cell(row.cells, name) for name in _SHOWN}
        return ", ".join(f"{name}={c}" for name, c in cells.items() if _SHOWN[name].fullmatch(c))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return cells[self._at[name]].strip()


TRUSTPILOT_TABLE = Importer(CHANNEL, _DECLARATION, _recognise, MARKS)
