"""Responses of the Google+ API (closed in 2019): activities with totals, lists of comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.google_plus.google_plus_activity import (
    CHANNEL,
    Comment,
    Post,
    converter,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import count, harmless, listing, mapping, text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.model.errors import ExportRejected

_KINDS = ('"plus#activity', '"plus#comment', '"plus#activityFeed"', '"plus#commentFeed"')
_TOTALS = ('"plusoners"', '"resharers"', '"replies"', '"totalItems"')

_DECLARATION = Declaration(
    "Google+ API: activities.list, activities.get and comments.list",
    "Responses of www.googleapis.com/plus/v1 that a program saved before 2019",
    "JSON with plusoners, resharers and replies, each with totalItems, or of kind plus#activity",
    (
        Becomes("object.plusoners.totalItems", "`like`, on the UTC day of the activity"),
        Becomes("object.resharers.totalItems", "`share`, on the UTC day of the activity"),
        Becomes("object.replies.totalItems", "`comment`, on the UTC day of the activity"),
        Becomes("items[] of comments.list", "`comment`, at its own time; its +1s: `like`"),
    ),
    (
        ("invalid_number", "a total that is not a whole number"),
        ("missing_value", "an activity or comment without `published`, `url` or `id`"),
    ),
    (
        "Import either activities, whose totals include their comments, or lists of comments "
        "(including those in a Takeout archive). Importing both counts comments twice.",
        "Counts are lifetime totals: a later response restates an earlier one.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json:
        return None
    kinds = [kind for kind in _KINDS if kind in glimpse.text]
    totals = [total for total in _TOTALS if total in glimpse.text]
    if not kinds and len(totals) < (2 if glimpse.named else 4):
        return None
    return Recognition(60 + len(kinds) + len(totals), ", ".join(kinds + totals), _open)


def _open(source: Source, options: Options) -> Reading:
    document = read_document(source)
    items = document.get("items", [document]) if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise ExportRejected("unreadable_file", "the response has no items[]")
    description = ReportDescription(CHANNEL, "api", source.encoding, lifetime=True)
    convert = _converter(options.account)
    outcomes = outcomes_of(items, convert, shown=lambda item: harmless(item, "id", "published"))
    return Reading(description, outcomes)


def _converter(account: str) -> Callable[[Any], Converted]:
    book = converter(account)

    def convert(item: Any) -> Converted:
        if not isinstance(item, dict):
            raise RowRejected("malformed_record", "the item is not an object")
        published, identity = item.get("published"), text(item, "id")
        if text(item, "kind") == "plus#comment":
            parent = (listing(item, "inReplyTo") or [None])[0]
            post = Post(text(parent, "url"), text(parent, "id"), None)
            likes = _total(item, "plusoners")
            return book(Comment(post, published, identity or object(), likes))
        counted = mapping(item, "object") or item
        return book(
            Post(
                url=text(item, "url"),
                activity_id=identity,
                created=published,
                likes=_total(counted, "plusoners"),
                shares=_total(counted, "resharers"),
                comments=_total(counted, "replies"),
            )
        )

    return convert


def _total(holder: Any, name: str) -> int:
    return count(mapping(holder, name), "totalItems")


API = Importer(CHANNEL, _DECLARATION, _recognise)
