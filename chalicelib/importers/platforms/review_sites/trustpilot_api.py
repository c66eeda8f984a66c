"""Trustpilot: reviews from its API (`GET /v1/business-units/{id}/reviews`)."""

from __future__ import annotations

from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.review_sites.trustpilot_table import (
    CHANNEL,
    NO_PEOPLE,
    SAME_REVIEW,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Recognition
from chalicelib.importers.records.record_fields import harmless, mapping, moment, text
from chalicelib.importers.records.record_report import RecordReport, of_account
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.stars import STARS, answered, rating_of, review
from chalicelib.importers.values.values import number

_KEYS = ("stars", "createdAt", "consumer")
_MARKS = ("businessUnit", "numberOfLikes", "reportData", "companyReply", "trustpilot.com")

_DECLARATION = Declaration(
    "Trustpilot: company reviews (JSON of the API)",
    "`GET https://api.trustpilot.com/v1/business-units/{id}/reviews`",
    "JSON with stars, createdAt and consumer, and businessUnit, companyReply or numberOfLikes: an "
    "API response, an array, or one review per line",
    (
        Becomes("each of `reviews`", f"one `review` of channel `{CHANNEL}`"),
        Becomes("`stars`: " + STARS.source, STARS.event),
        Becomes("`createdAt`", "the time"),
        Becomes("`id`", "the event id"),
        Becomes("`businessUnit.id`", "`content_id`"),
        Becomes("`numberOfLikes`", "nothing: counts people who found the review useful"),
        Becomes(
            "`companyReply` with a time",
            "one `reply` at `createdAt`; `parent_event_id` is the review",
        ),
        Becomes("`consumer`, `title`, `text`", "nothing: these fields are not read"),
    ),
    (
        ("invalid_date", "`createdAt` is not a time"),
        ("invalid_number", "the number of stars is not between one and five"),
        ("malformed_record", "a record is not a review"),
        ("missing_value", "a review has no id, no time or no stars"),
    ),
    (NO_PEOPLE, SAME_REVIEW),
    holds_people=True,
)


def _convert(record: Any, account: str) -> Converted:
    if not isinstance(record, dict) or "stars" not in record:
        raise RowRejected("malformed_record", "the record is not a review")
    identity = text(record, "id")
    if not identity:
        raise RowRejected("missing_value", "the review has no id")
    rating = rating_of(number(record["stars"], "stars"))
    if rating is None:
        raise RowRejected("missing_value", "the review has no stars")
    at = moment(record.get("createdAt"))
    company = text(mapping(record, "businessUnit"), "id")
    found = review(CHANNEL, at, rating, account, identity, content_id=company)
    reply = mapping(record, "companyReply")
    return (found, *answered(found, reply.get("createdAt"), account, identity))


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in _KEYS):
        return None
    marks = [mark for mark in _MARKS if mark in glimpse.text]
    if not marks:
        return None
    found = (*_KEYS, *marks)
    return Recognition(10 + len(found), ", ".join(found), _REPORT.open)


_REPORT = RecordReport(
    platform=CHANNEL,
    report="reviews",
    declaration=_DECLARATION,
    converter=of_account(_convert),
    shown=lambda record: harmless(record, "id", "createdAt", "stars"),
    within=("reviews",),
)
TRUSTPILOT_API = _REPORT.importer(_recognise)
