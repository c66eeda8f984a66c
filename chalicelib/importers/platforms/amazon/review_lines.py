"""Amazon reviews collected by McAuley et al.: one review per line, in three generations.

2014 has `overall`, `helpful` and `unixReviewTime` (seconds). 2018 has `vote` instead of `helpful`.
2023 has `rating`, `helpful_vote` and `timestamp` (milliseconds).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.amazon.python_lines import with_dictionaries
from chalicelib.importers.platforms.amazon.reviews import CHANNEL, NO_PEOPLE, VOTES_ADD_UP, Reviews
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import items_of, lines_of
from chalicelib.importers.records.records import Converted, outcomes_of, outcomes_of_lines
from chalicelib.importers.values.dates import start_of
from chalicelib.importers.values.event_identity import digest, object_key
from chalicelib.importers.values.stars import STARS, rating_of
from chalicelib.importers.values.values import (
    count,
    epoch,
    first_filled,
    first_name,
    list_of,
    number,
)

_STARS = ("overall", "rating")
_PRODUCT = ("asin", "parent_asin")
_REVIEWER = ("reviewerID", "user_id")
_MILLISECONDS = ("timestamp", "sort_timestamp")
_GENERATIONS = (
    ("reviewerID", "asin", "overall", "unixReviewTime", "reviewText"),
    ("parent_asin", "user_id", "rating", "timestamp", "helpful_vote", "verified_purchase"),
)
_MIN_KEYS = 4
_KEY = re.compile(r"""["'](\w{1,40})["']\s*:""")
_DAY = re.compile(r"(\d\d?) (\d\d?), (\d{4})")
_SHOWN = ("asin", "overall", "rating", "helpful", "vote", "helpful_vote", "unixReviewTime")

_DECLARATION = Declaration(
    "Amazon: reviews as JSON lines (McAuley 2014, 2018, 2023)",
    "The data sets *Amazon product data* and *Amazon Reviews* of the McAuley lab, one file per "
    "category; unpack it first",
    "lines of JSON (or of Python dictionaries) with reviewerID, asin, overall, unixReviewTime "
    "and reviewText; or with user_id, parent_asin, rating, timestamp, helpful_vote and "
    "verified_purchase",
    (
        Becomes("each line", "one `review` of channel `amazon`"),
        Becomes("`overall`, `rating`: " + STARS.source, STARS.event),
        Becomes(
            "`helpful` (the first number), `vote`, `helpful_vote`",
            "`like`, one per helpful vote; the number of all votes is not imported",
        ),
        Becomes("`asin`, else `parent_asin`", "`content_id`"),
        Becomes(
            "`unixReviewTime` (seconds), else `reviewTime`; `timestamp` (milliseconds)", "the time"
        ),
        Becomes("reviewer, product and time", "the event id, as one digest of all three"),
        Becomes("names, texts, pictures, `verified`, `style`", "not read"),
    ),
    (
        ("invalid_date", "the time is not valid, or is before Amazon opened"),
        ("invalid_number", "stars or votes are not numbers, or the stars are not one to five"),
        ("malformed_record", "the line is neither JSON nor a Python dictionary"),
        ("missing_value", "the product or the time is missing"),
        ("negative", "the number of votes is below zero"),
        ("not_whole", "the number of votes is not a whole number"),
    ),
    (
        NO_PEOPLE,
        VOTES_ADD_UP,
        "Lines with the same reviewer, product and time are the same review and count once.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.text.lstrip("\ufeff \t\r\n[").startswith("{"):
        return None
    keys = set(_KEY.findall(glimpse.text[:100_000]))
    known = max(([key for key in keys_ if key in keys] for keys_ in _GENERATIONS), key=len)
    if len(known) < _MIN_KEYS:
        return None
    return Recognition(len(known), ", ".join(known), _open)


def _open(source: Source, options: Options) -> Reading:
    reviews = Reviews(options.account)

    def convert(record: Any) -> Converted:
        return _events(reviews, record)

    description = ReportDescription(CHANNEL, "reviews", source.encoding, lifetime=True)
    if source.text.lstrip("\ufeff \t\r\n").startswith("["):
        return Reading(description, outcomes_of(items_of(source, "item"), convert, shown=_shown))
    lines = with_dictionaries(lines_of(source))
    return Reading(description, outcomes_of_lines(lines, convert, shown=_shown))


def _events(reviews: Reviews, record: Any) -> Converted:
    if not isinstance(record, dict):
        raise RowRejected("malformed_record", "the line is not a review")
    product = first_name(record, *_PRODUCT)
    if not product:
        raise RowRejected("missing_value", "the review has no product")
    at = _time(record)
    reviewer = first_name(record, *_REVIEWER)
    return reviews.events(
        digest(object_key((reviewer or _text_of(record), product, at.isoformat()))),
        product,
        at,
        rating_of(number(first_filled(record, *_STARS), "the rating")),
        _helpful(record),
    )


def _text_of(record: dict[str, Any]) -> str:
    """Return the texts, which identify a review if the reviewer is not given."""
    texts = [record.get(key) for key in ("reviewText", "summary", "title", "text")]
    return json.dumps(texts, default=str)


def _time(record: dict[str, Any]) -> dt.datetime:
    milliseconds = first_filled(record, *_MILLISECONDS)
    if milliseconds is not None:
        return epoch(milliseconds, "timestamp", per_second=1000)
    seconds = record.get("unixReviewTime")
    if seconds is not None:
        return epoch(seconds, "unixReviewTime")
    day = record.get("reviewTime")
    if day is None:
        raise RowRejected("missing_value", "the review has no time")
    match = _DAY.fullmatch(day) if isinstance(day, str) else None
    try:
        if match:
            return start_of(dt.date(int(match[3]), int(match[1]), int(match[2])))
    except ValueError:
        pass
    raise RowRejected("invalid_date", "reviewTime is not a valid date")


def _helpful(record: dict[str, Any]) -> int:
    votes = record.get("helpful")
    if votes is None:
        return count(first_filled(record, "helpful_vote", "vote"), "the votes")
    if not isinstance(votes, list) or len(votes) > 2:
        raise RowRejected("invalid_number", "helpful is not a pair [helpful votes, all votes]")
    return count(votes[0], "the votes") if votes else 0


def _shown(record: Any) -> str:
    """Return the product and the numbers of a review, omitting values of any other form."""
    if not isinstance(record, dict):
        return ""
    parts = []
    for key in _SHOWN:
        value = record.get(key)
        words = [str(one) for one in (list_of(value) or [value]) if one is not None][:2]
        if words and all(re.fullmatch(r"[A-Z0-9.,-]{1,20}", word) for word in words):
            parts.append(f"{key}={'/'.join(words)}")
    return ", ".join(parts)


REVIEW_LINES = Importer(CHANNEL, _DECLARATION, _recognise)
