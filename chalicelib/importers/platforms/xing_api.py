"""XING API: posts of groups and pages with their totals, and comments on a post."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import count, harmless, moment, text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.values.counters import lifetime_events
from chalicelib.model.errors import ExportRejected

_CHANNEL = "xing"
_KEYS = ("user_liked", "like_count", "comment_count", "created_at", "updated_at", "permissions")
_HOLDER = re.compile(r'"(?:posts?|comments?)"\s*:\s*[{\[]')
_LIST = re.compile(r'"(?:posts|comments)"\s*:\s*\{\s*"(?:total|items)"')
_LIKERS = re.compile(r'\s*\{\s*"likes"\s*:\s*\{\s*"(?:total|users)"')

_DECLARATION = Declaration(
    "XING API: group posts and comments",
    "Saved responses of api.xing.com/v1 (groups/forums/posts, posts/:id, posts/:id/comments)",
    "JSON with posts, post or comments that contain created_at, user_liked and like_count",
    (
        Becomes("posts.items[], post: like_count", "`like`, on the UTC day of the post"),
        Becomes("posts.items[], post: comment_count", "`comment`, on the UTC day of the post"),
        Becomes("comments.items[]", "one `comment` each, at its own time"),
        Becomes("comments.items[]: like_count", "`like`, on the UTC day of the comment"),
        Becomes("total", "nothing: it counts records on other pages, too"),
    ),
    (
        ("no_date", "lists of likers (likes.total), which contain neither a day nor a post"),
        ("invalid_number", "a count is not a number"),
        ("missing_value", "a record has no id or no created_at"),
    ),
    (
        "Counts are lifetime totals. A later response replaces the earlier one.",
        "Import either the posts, which count their comments, or the individual comments. "
        "Importing both counts each comment twice.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json:
        return None
    if _LIKERS.match(glimpse.text) and '"users"' in glimpse.text:
        return Recognition(40, "likes, total and users", _reject_likers)
    found = [key for key in _KEYS if f'"{key}"' in glimpse.text]
    enough = 2 if glimpse.named else 3 if _LIST.search(glimpse.text) else 4
    if not _HOLDER.search(glimpse.text) or len(found) < enough:
        return None
    return Recognition(40 + len(found), ", ".join(found), _open)


def _reject_likers(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_date",
        "a list of likers contains neither the time of a like nor the post. Import the response "
        "with the post itself, which counts the likes (like_count)",
    )


def _open(source: Source, options: Options) -> Reading:
    kind, records = _records(read_document(source))
    description = ReportDescription(_CHANNEL, kind, source.encoding, lifetime=kind == "posts")
    outcomes = outcomes_of(
        records,
        _converter(kind, options.account),
        shown=lambda record: harmless(record, "id", "created_at"),
    )
    return Reading(description, outcomes)


def _records(document: Any) -> tuple[str, list[Any]]:
    """(``posts`` or ``comments``, the records)"""
    for key, kind in (
        ("posts", "posts"),
        ("post", "posts"),
        ("comments", "comments"),
        ("comment", "comments"),
    ):
        held = document.get(key) if isinstance(document, dict) else None
        if isinstance(held, list):
            return kind, held
        if isinstance(held, dict):
            items = held.get("items", [held])
            if isinstance(items, list):
                return kind, items
    raise ExportRejected("unreadable_file", "the response contains neither posts nor comments")


def _converter(kind: str, account: str) -> Callable[[Any], Converted]:
    def convert(record: Any) -> Converted:
        identity = text(record, "id")
        if not identity:
            raise RowRejected("missing_value", "the record has no id")
        at = moment(record.get("created_at"))
        parts = (account or "-", kind.removesuffix("s"), identity)
        likes = count(record, "like_count")
        if kind == "posts":
            counts = {"like": likes, "comment": count(record, "comment_count")}
            return lifetime_events(_CHANNEL, at, counts, *parts, content_id=identity)
        post = text(record, "post_id")
        comment = engagement(_CHANNEL, "comment", at, *parts, content_id=post)
        liked = lifetime_events(_CHANNEL, at, {"like": likes}, *parts, content_id=post)
        return (comment, *liked) if isinstance(liked, tuple) else (comment,)

    return convert


IMPORTERS = (Importer(_CHANNEL, _DECLARATION, _recognise),)
