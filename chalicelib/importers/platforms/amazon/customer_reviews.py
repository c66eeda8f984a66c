"""Amazon Customer Reviews: tab-separated tables in which quotation marks do not quote."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import (
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.platforms.amazon.reviews import CHANNEL, NO_PEOPLE, VOTES_ADD_UP, Reviews
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.dates import DateFormat, decide_day_order, start_of
from chalicelib.importers.values.event_identity import digest, object_key
from chalicelib.importers.values.stars import STARS, rating_of
from chalicelib.importers.values.values import count, number

VOCABULARY = Vocabulary(
    {
        "review": {"en": ["review_id"]},
        "reviewer": {"en": ["customer_id"]},
        "product": {"en": ["product_id"]},
        "parent": {"en": ["product_parent"]},
        "stars": {"en": ["star_rating"]},
        "helpful": {"en": ["helpful_votes"]},
        "votes": {"en": ["total_votes"]},
        "day": {"en": ["review_date"]},
        "verified": {"en": ["verified_purchase"]},
        "headline": {"en": ["review_headline"]},
        "body": {"en": ["review_body"]},
        "marketplace": {"en": ["marketplace"]},
        "category": {"en": ["product_category"]},
    }
)
MARKS = Marks((together("product_id", "star_rating", "review_date"),), vocabulary=VOCABULARY)
REMEMBERED = 10_000
"""Cache size for parsed days, stars and votes, which repeat throughout a file."""

_REQUIRED = ("product", "stars", "day")
_SHOWN = {
    "review": re.compile(r"R[A-Z0-9]{5,20}"),
    "product": re.compile(r"[A-Z0-9]{10}"),
    "stars": re.compile(r"\d"),
    "helpful": re.compile(r"\d{1,9}"),
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
}

_DECLARATION = Declaration(
    "Amazon Customer Reviews (TSV)",
    "The data set *Amazon Customer Reviews* (amazon-reviews-pds), one file per category and "
    "marketplace; unpack it first",
    "tab-separated columns product_id, star_rating and review_date, and most of review_id, "
    "helpful_votes, total_votes and review_body",
    (
        Becomes("each row", "one `review` of channel `amazon`"),
        Becomes("star_rating: " + STARS.source, STARS.event),
        Becomes("helpful_votes", "`like`, one per helpful vote"),
        Becomes("product_id", "`content_id`"),
        Becomes("review_date", "the day"),
        Becomes("review_id", "the event id"),
        Becomes("total_votes, vine, verified_purchase, texts, customer_id", "not imported"),
    ),
    (
        ("invalid_date", "review_date is not a valid date"),
        ("invalid_number", "stars or votes are not numbers, or the stars are not one to five"),
        ("missing_value", "the product or the day is missing"),
        ("wrong_cell_count", "a line has more or fewer tabs than the header"),
    ),
    (NO_PEOPLE, VOTES_ADD_UP, "In these files quotation marks are ordinary characters."),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_of_reviews)
    if head is None:
        return None
    literal = replace(head, quoting=head.delimiter != "\t")
    return claim_to(head, MARKS, lambda source, options: _open(source, literal, options))


def _is_of_reviews(head: TableHead) -> bool:
    columns = head.columns
    return len(columns.positions) >= 5 and all(field in columns for field in _REQUIRED)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    table = Table(source, head, public_text=lambda row: rows.public_text(row))
    order = options.day_order or decide_day_order(head.columns.language, table.sample("day"), None)
    rows = _ReviewRows(head, DateFormat(order), Reviews(options.account))
    description = ReportDescription(
        CHANNEL, "customer_reviews", source.encoding, head.delimiter, ".", lifetime=True
    )
    reading = Reading(description, iter(()))
    reading.outcomes = table.cell_outcomes(lambda cells: "", rows.convert, reading)
    return reading


class _ReviewRows:
    """Converts rows of the table to events. Messages never repeat a cell."""

    def __init__(self, head: TableHead, dates: DateFormat, reviews: Reviews) -> None:
        self._at = at = head.columns.positions
        self._dates = dates
        self._reviews = reviews
        self._instant = lru_cache(REMEMBERED)(self._read_day)
        self._rating = lru_cache(REMEMBERED)(_read_stars)
        self._helpful = lru_cache(REMEMBERED)(lambda cell: count(cell.strip(), "helpful_votes"))
        self._product, self._day, self._stars = at["product"], at["day"], at["stars"]
        self._review, self._votes = at.get("review"), at.get("helpful")

    def convert(self, line: int, cells: Sequence[str]) -> RowOutcome:
        """Return the events of a review; raises `RowRejected`."""
        product = cells[self._product].strip()
        if not product:
            if not any(map(str.strip, cells)):
                return Skipped(line, "blank line")
            raise RowRejected("missing_value", "the review has no product")
        at = self._instant(cells[self._day])
        rating = self._rating(cells[self._stars])
        helpful = 0 if self._votes is None else self._helpful(cells[self._votes])
        review = "" if self._review is None else cells[self._review].strip()
        if not review:
            parts = (self._cell(cells, field) for field in ("reviewer", "product", "day", "body"))
            review = digest(object_key(parts))
        return Imported(line, self._reviews.events(review, product, at, rating, helpful))

    def _read_day(self, cell: str) -> dt.datetime:
        if not cell.strip():
            raise RowRejected("missing_value", "the review has no day")
        try:
            return start_of(self._dates.day(cell.strip()))
        except ValueError:
            raise RowRejected("invalid_date", "review_date is not a valid date") from None

    def public_text(self, row: Row) -> str:
        """Return the cells that a rejected row may show: those that cannot identify a person."""
        cells = {field: self._cell(row.cells, field) for field in _SHOWN}
        return ", ".join(
            f"{field}={cell}" for field, cell in cells.items() if _SHOWN[field].fullmatch(cell)
        )

    def _cell(self, cells: Sequence[str], field: str) -> str:
        position = self._at.get(field)
        return "" if position is None else cells[position].strip()


def _read_stars(cell: str) -> float | None:
    return rating_of(number(cell.strip(), "star_rating"))


CUSTOMER_REVIEWS = Importer(CHANNEL, _DECLARATION, _recognise, MARKS, _is_of_reviews)
