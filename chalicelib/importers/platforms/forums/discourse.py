"""Discourse (JSON): a topic with its posts, and lists of topics with their totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import RawEvent, Reading, ReportDescription, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import (
    as_count,
    count,
    harmless,
    listing,
    moment,
    text,
)
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.importers.values.counters import NOTHING_YET, lifetime_events
from chalicelib.model.errors import ExportRejected

_CHANNEL = "community"
_TOPIC_KEYS = ("post_stream", "post_number", "topic_id", "actions_summary", "cooked", "reads")
_LIST_KEYS = ("topic_list", "topics", "posts_count", "views", "like_count", "last_posted_at")
_LIKE = 2
"""The id of likes in a post's actions_summary; other ids are flags and bookmarks."""

_REGULAR = 1
"""The type of a regular post; 2 to 4 are actions of moderators and whispers."""
_POSTS = "the posts are counted one by one"
_LEFT_OUT = {
    **dict.fromkeys(("posts_count", "reply_count", "like_count"), _POSTS),
    "post_stream.posts.reply_count": _POSTS,
    "details": "about links, people or other topics",
}

_DECLARATION = Declaration(
    "Discourse: a topic, or a list of topics (JSON)",
    "The URL of a topic or a list with .json appended: https://forum.example/t/123.json "
    "(further posts: ?page=2), https://forum.example/latest.json, .../c/news/5.json",
    "JSON with post_stream.posts[] (post_number, actions_summary), or with topic_list.topics[]",
    (
        Becomes("topic: views", "`impression`, on the UTC day of the topic"),
        Becomes("posts[] from post_number 2 on", "`comment`, at its own time"),
        Becomes(
            "posts[].reply_to_post_number",
            "`parent_event_id`: the post that it answers, if the file contains it",
        ),
        Becomes("posts[].actions_summary with id 2: count", "`like`, on the UTC day of the post"),
        Becomes("topic_list.topics[]: views", "`impression`, on the UTC day of the topic"),
        Becomes("topic_list.topics[]: like_count", "`like`, on the UTC day of the topic"),
        Becomes("topic_list.topics[]: posts_count - 1", "`comment`, on the UTC day of the topic"),
        Becomes("reads, reply_count, score", "not imported: the other counts include them"),
        Becomes(
            "deleted and hidden posts, actions of moderators, private messages", "not imported"
        ),
    ),
    (
        ("invalid_number", "a count that is not a number"),
        ("missing_value", "a topic or post without id or created_at"),
        ("unreadable_file", "JSON with neither posts nor topics"),
    ),
    (
        "Views and likes are lifetime counts: a later file restates an earlier one.",
        "In the file of a topic, replies are counted one by one and the totals of the topic are "
        "ignored. A list has only totals. Import a topic from one of the two, not from both.",
        "A long topic is split into pages. Import all of them; a note reports missing posts.",
        "Files do not name their forum. A topic is identified by its number and the second of its "
        "creation.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json:
        return None
    for keys in (_TOPIC_KEYS, _LIST_KEYS):
        found = [key for key in keys if f'"{key}"' in glimpse.text]
        if len(found) >= (2 if glimpse.named else 4):
            return Recognition(40 + len(found), ", ".join(found), _open)
    return None


@dataclass(frozen=True, slots=True)
class _Record:
    """A topic or a post; `is_listed` for a topic of a list, which has only totals."""

    kind: str
    fields: Any
    is_listed: bool = False


def _open(source: Source, options: Options) -> Reading:
    keys = UnreadKeys(left_out=_LEFT_OUT)
    document = keys.observed_whole(read_document(source))
    records, notes = _records(document)
    report = "topics" if any(record.is_listed for record in records) else "topic"
    description = ReportDescription(_CHANNEL, report, source.encoding, lifetime=True, notes=notes)
    outcomes = outcomes_of(
        records,
        _converter(options.account, _posts_by_number(records)),
        shown=lambda record: harmless(record.fields, "id", "post_number", "created_at"),
    )
    return Reading(description, outcomes, unread=[keys])


def _records(document: Any) -> tuple[list[_Record], tuple[str, ...]]:
    """Return the records of a document, and notes on it."""
    if isinstance(document, dict):
        stream, topics = document.get("post_stream"), document.get("topic_list")
        if isinstance(stream, dict):
            posts = listing(stream, "posts")
            records = [_Record("topic", document), *(_Record("post", post) for post in posts)]
            missing = len(listing(stream, "stream")) - len(posts)
            notes = (f"{missing} more posts of the topic are on other pages",)
            return records, notes if missing > 0 else ()
        if isinstance(topics, dict):
            listed = listing(topics, "topics")
            return [_Record("topic", topic, is_listed=True) for topic in listed], ()
        for key in ("latest_posts", "posts"):
            if isinstance(document.get(key), list):
                return [_Record("post", post) for post in document[key]], ()
    raise ExportRejected("unreadable_file", "the JSON has neither post_stream nor topic_list")


def _posts_by_number(records: Iterable[_Record]) -> dict[tuple[str, str], Any]:
    """Return (topic, number in the topic) -> post."""
    return {
        (text(record.fields, "topic_id"), text(record.fields, "post_number")): record.fields
        for record in records
        if record.kind == "post"
    }


def _converter(
    account: str, posts: Mapping[tuple[str, str], dict[str, Any]]
) -> Callable[[_Record], Converted]:
    forum = account or "-"

    def convert(record: _Record) -> Converted:
        if not isinstance(record.fields, dict):
            raise RowRejected("malformed_record", f"the {record.kind} is not an object")
        if record.kind == "post":
            return _with_parent(record.fields, _post(record.fields))
        return _topic(record.fields, record.is_listed)

    def _topic(topic: dict[str, Any], is_listed: bool) -> Converted:
        if topic.get("archetype") == "private_message":
            return "a private message"
        counts = {"impression": count(topic, "views")}
        if is_listed:
            counts["like"] = count(topic, "like_count")
            counts["comment"] = max(0, count(topic, "posts_count") - 1)
        if not any(counts.values()):
            return NOTHING_YET
        identity = _identity(topic)
        posted = moment(topic.get("created_at"))
        parts = ("discourse", forum, "topic", identity, _stamp(posted))
        return lifetime_events(_CHANNEL, posted, counts, *parts, content_id=f"t/{identity}")

    def _with_parent(post: dict[str, Any], converted: Converted) -> Converted:
        number = text(post, "reply_to_post_number")
        answered = posts.get((text(post, "topic_id"), number)) if number else None
        if answered is None or not _is_comment(converted):
            return converted
        try:
            parent = _post(answered)
        except RowRejected:
            return converted  # the answered post is rejected in its own place
        if not _is_comment(parent):
            return converted
        comment, *likes = converted
        return (comment | {"parent_event_id": parent[0]["event_id"]}, *likes)

    def _post(post: dict[str, Any]) -> Converted:
        if post.get("deleted_at") or post.get("user_deleted") is True:
            return "a deleted post"
        if post.get("hidden") is True:
            return "a post hidden by the community"
        number = count(post, "post_number")
        identity = _identity(post)
        at = moment(post.get("created_at"))
        topic = text(post, "topic_id")
        content_id = f"t/{topic}" if topic else ""
        parts = ("discourse", forum, "post", identity, _stamp(at))
        likes = lifetime_events(_CHANNEL, at, {"like": _likes(post)}, *parts, content_id=content_id)
        events = likes if isinstance(likes, tuple) else ()
        if number == 1:
            return events or "the topic's first post"
        if as_count(post.get("post_type", _REGULAR), "post_type") != _REGULAR:
            return events or "an action of a moderator"
        comment = engagement(_CHANNEL, "comment", at, *parts, content_id=content_id)
        return (comment, *events)

    return convert


def _is_comment(converted: Converted) -> TypeGuard[tuple[RawEvent, ...]]:
    """Whether the first event of a post is a comment, which other posts may answer."""
    return not isinstance(converted, str) and bool(converted) and converted[0]["type"] == "comment"


def _likes(post: dict[str, Any]) -> int:
    for action in listing(post, "actions_summary"):
        if isinstance(action, dict) and action.get("id") == _LIKE:
            return count(action, "count")
    return 0


def _identity(record: dict[str, Any]) -> str:
    identity = text(record, "id")
    if not identity:
        raise RowRejected("missing_value", "the record has no id")
    return identity


def _stamp(at: dt.datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"


DISCOURSE = Importer(_CHANNEL, _DECLARATION, _recognise)
