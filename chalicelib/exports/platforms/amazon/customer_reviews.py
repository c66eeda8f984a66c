"""Amazon Customer Reviews: tables between tabs in which quotation marks stand for themselves."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.exports.dates import DateFormat, decide_day_order, start_of
from chalicelib.exports.declarations import Becomes, Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import Vocabulary
from chalicelib.exports.identity import digest, object_key
from chalicelib.exports.outcomes import (
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.platforms.amazon.reviews import (
    CHANNEL,
    NO_PEOPLE,
    STARS,
    VOTES_ADD_UP,
    Review,
    review_events,
)
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition
from chalicelib.exports.tables import Row, Table, TableHead, find_head
from chalicelib.exports.values import count, number

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
    "The data set *Amazon Customer Reviews* (amazon-reviews-pds), a file per category and "
    "marketplace; unpack it first",
    "the columns product_id, star_rating and review_date, and most of review_id, helpful_votes, "
    "total_votes and review_body, between tabs",
    (
        Becomes("each row", "one `review` of channel `amazon`"),
        Becomes("star_rating: " + STARS.source, STARS.event),
        Becomes("helpful_votes", "`like`, as many as found the review helpful"),
        Becomes("product_id", "`content_id`"),
        Becomes("review_date", "the day"),
        Becomes("review_id", "the event id"),
        Becomes("total_votes, vine, verified_purchase, texts, customer_id", "nothing"),
    ),
    (
        ("invalid_date", "review_date is no day"),
        ("invalid_number", "the stars or votes are no number, or not one to five stars"),
        ("missing_value", "no product or no day"),
        ("wrong_cell_count", "a line has more or fewer tabs than the header"),
    ),
    (NO_PEOPLE, VOTES_ADD_UP, "Quotation marks do not quote in these files."),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_of_reviews)
    if head is None:
        return None
    literal = replace(head, quoting=head.delimiter != "\t")
    return Recognition(
        len(head.columns.positions),
        head.describe(),
        lambda source, options: _open(source, literal, options),
    )


def _is_of_reviews(head: TableHead) -> bool:
    columns = head.columns
    return len(columns.positions) >= 5 and all(field in columns for field in _REQUIRED)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    rows = _ReviewRows(head, options)
    table = Table(source, head, public_text=rows.public_text)
    rows.dates = DateFormat(
        options.day_order or decide_day_order(head.columns.language, table.sample("day"), None)
    )
    description = ReportDescription(
        CHANNEL, "customer_reviews", source.encoding, head.delimiter, ".", lifetime=True
    )
    reading = Reading(description, iter(()))
    reading.outcomes = table.outcomes(lambda row: "", rows.convert, reading)
    return reading


class _ReviewRows:
    """What the rows of the table mean. No message repeats a cell."""

    def __init__(self, head: TableHead, options: Options) -> None:
        self._at = head.columns.positions
        self._account = options.account
        self.dates = DateFormat(options.day_order)

    def convert(self, row: Row) -> RowOutcome:
        """The events of a review; raises `RowRefused`."""
        product = self._cell(row, "product")
        if not product:
            raise RowRefused("missing_value", "the review does not say of what it is")
        day = self._cell(row, "day")
        if not day:
            raise RowRefused("missing_value", "the review has no day")
        try:
            at = start_of(self.dates.day(day))
        except ValueError:
            raise RowRefused("invalid_date", "review_date is no day") from None
        parts = (self._cell(row, field) for field in ("reviewer", "product", "day", "body"))
        review = Review(
            id=self._cell(row, "review") or digest(object_key(parts)),
            product=product,
            at=at,
            stars=number(self._cell(row, "stars"), "star_rating"),
            helpful=count(self._cell(row, "helpful"), "helpful_votes"),
        )
        return Imported(row.line, review_events(review, self._account))

    def public_text(self, row: Row) -> str:
        """What a refusal may show of a row: cells that cannot be about a person."""
        cells = {field: self._cell(row, field) for field in _SHOWN}
        return ", ".join(
            f"{field}={cell}" for field, cell in cells.items() if _SHOWN[field].fullmatch(cell)
        )

    def _cell(self, row: Row, field: str) -> str:
        position = self._at.get(field)
        return "" if position is None else row.cells[position].strip()


CUSTOMER_REVIEWS = Importer(CHANNEL, _DECLARATION, _recognise)
