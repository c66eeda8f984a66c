"""Google reviews of a business: `reviews.json` from Google Takeout, or a response of the API."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.records.record_fields import harmless, mapping, moment, text
from chalicelib.importers.records.record_report import RecordReport, of_account
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.event_identity import digest, object_key
from chalicelib.importers.values.stars import STARS, answered, rating_of, review

CHANNEL = "google_business_profile"
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_NAME = re.compile(r"(?:accounts/[^/]+/)?(locations/[^/]+)/reviews/([^/]+)")
_WORD = re.compile(r'"starRating"\s*:\s*"(?:ONE|TWO|THREE|FOUR|FIVE|STAR_RATING_UNSPECIFIED)"')

_DECLARATION = Declaration(
    "Google Business Profile: reviews (JSON)",
    "Google Takeout (takeout.google.com) → Google Business Profile (Google Unternehmensprofil) → "
    "reviews.json, or the whole archive; or the Business Profile API, `.../reviews`",
    'JSON with starRating (such as "FIVE") and createTime: `{"reviews": [...]}`, an array, or one '
    "review per line",
    (
        Becomes("each of `reviews`", f"one `review` of channel `{CHANNEL}`"),
        Becomes("`starRating`: " + STARS.source, STARS.event),
        Becomes("`createTime`", "the time"),
        Becomes(
            "`reviewId`, else the end of `name`, else a digest of time and author", "the event id"
        ),
        Becomes("the location in `name`", "`content_id`"),
        Becomes(
            "`reviewReply` with a time",
            "one `reply` at `updateTime`; `parent_event_id` is the review",
        ),
        Becomes("`reviewer`, `comment`", "nothing: these fields are not read"),
    ),
    (
        ("invalid_date", "`createTime` is not a time"),
        ("malformed_record", "a record is not a review"),
        ("missing_value", "a review has no time or no stars"),
    ),
    (
        "Events contain no personal data of reviewers. An edited review keeps its time; a later "
        "import updates its stars. An edited reply has the time of the edit.",
        "Reviews that you wrote about other places are in another Takeout file, which is not "
        "imported.",
    ),
    holds_people=True,
)


def _convert(record: Any, account: str) -> Converted:
    if not isinstance(record, dict) or "starRating" not in record:
        raise RowRejected("malformed_record", "the record is not a review")
    name = _NAME.fullmatch(text(record, "name"))
    identity = text(record, "reviewId") or (name[2] if name else "") or _named_by_time(record)
    stars = _STARS.get(text(record, "starRating"))
    if stars is None:
        raise RowRejected("missing_value", "the review has no stars")
    at = moment(record.get("createTime"))
    rating = rating_of(Decimal(stars))
    location = name[1] if name else ""
    found = review(CHANNEL, at, rating, account, identity, content_id=location)
    reply = mapping(record, "reviewReply")
    return (found, *answered(found, reply.get("updateTime"), account, identity))


def _named_by_time(record: dict[str, Any]) -> str:
    """Return an id for a review without one: a digest of its time (nanoseconds) and author."""
    author = text(mapping(record, "reviewer"), "displayName")
    return digest(object_key([text(record, "createTime"), author]))


GOOGLE_REVIEWS = RecordReport(
    platform=CHANNEL,
    report="reviews",
    declaration=_DECLARATION,
    converter=of_account(_convert),
    shown=lambda record: harmless(record, "reviewId", "createTime"),
    keys=("starRating", "createTime"),
    patterns=(_WORD,),
    hits=20,
    within=("reviews",),
).importer()
