"""Google+ Takeout as JSON: one document per post, with the people who reacted to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.google_plus.google_plus_activity import (
    CHANNEL,
    PEOPLE,
    WHERE,
    Comment,
    Post,
    converter,
    shown,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import listing, text
from chalicelib.importers.records.records import outcomes_of
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.model.errors import ExportRejected

_MARKS = (
    *('"creationTime"', '"activityId"', '"postAcl"', '"resourceName"', '"updateTime"'),
    *('"plusOnes"', '"reshares"', "plus.google.com/"),
)

_DECLARATION = Declaration(
    "Google+: posts of a Takeout archive as JSON",
    WHERE,
    "JSON with creationTime, activityId, postAcl and plusOnes or reshares",
    (
        Becomes("plusOnes[]", "`like`, on the UTC day of the post"),
        Becomes("reshares[]", "`share`, on the UTC day of the post"),
        Becomes("comments[].creationTime", "`comment`, at its own time"),
        Becomes("the post itself, poll", "not imported"),
    ),
    (
        ("missing_value", "a post or comment without a time, or without url and activityId"),
        ("unreadable_file", "JSON that contains something other than posts"),
    ),
    (
        f"{PEOPLE.capitalize()}.",
        "+1s and reshares have no time of their own, so they are lifetime counts.",
        "The web page of the same post gives the same events, so importing both counts nothing "
        "twice.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or _MARKS[0] not in glimpse.text:
        return None
    found = [mark for mark in _MARKS if mark in glimpse.text]
    if len(found) < (2 if glimpse.named else 4):
        return None
    return Recognition(50 + len(found), ", ".join(found), _open)


def _open(source: Source, options: Options) -> Reading:
    keys = UnreadKeys()
    document = keys.observed_whole(read_document(source))
    posts = document if isinstance(document, list) else [document]
    if not all(isinstance(post, dict) for post in posts):
        raise ExportRejected("unreadable_file", "the file contains something other than posts")
    description = ReportDescription(CHANNEL, "posts", source.encoding, lifetime=True)
    convert = converter(options.account)
    return Reading(description, outcomes_of(_records(posts), convert, shown=shown), unread=[keys])


def _records(posts: list[dict[str, Any]]) -> Iterator[Post | Comment]:
    for raw in posts:
        post = Post(
            url=text(raw, "url"),
            activity_id=text(raw, "activityId"),
            created=raw.get("creationTime"),
            likes=len(listing(raw, "plusOnes")),
            shares=len(listing(raw, "reshares")),
        )
        yield post
        for place, comment in enumerate(listing(raw, "comments")):
            created = comment.get("creationTime") if isinstance(comment, dict) else None
            yield Comment(post, created, text(comment, "commentActivityId") or place)


TAKEOUT = Importer(CHANNEL, _DECLARATION, _recognise)
