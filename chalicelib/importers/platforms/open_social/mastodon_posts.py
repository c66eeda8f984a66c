"""Mastodon: an account's posts with counts, from the archive (`outbox.json`) or the API."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.open_social.social_notes import (
    LIFETIME,
    NO_PEOPLE,
    ONE_OF_BOTH,
    shown_id,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.records.record_fields import count, first_moment, mapping, text
from chalicelib.importers.records.record_report import RecordReport, of_account
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.counters import lifetime_events

CHANNEL = "mastodon"
_NOTES = re.compile(r'"type"\s*:\s*"(?:Note|Question|Article)"')
_STATUS_COUNTS = ("favourites_count", "reblogs_count", "replies_count")

_ARCHIVE = Declaration(
    "Mastodon: posts in an account's archive (outbox.json)",
    "Preferences → Import and export → Request your archive (Einstellungen → Importieren und "
    "Exportieren → Archiv anfordern): the .zip file, or the outbox.json in it",
    "JSON with orderedItems of type Create and objects of type Note",
    (
        Becomes("`object.likes.totalItems`", "`like`"),
        Becomes("`object.shares.totalItems`", "`share`"),
        Becomes("`object.replies.totalItems`", "`comment`"),
        Becomes("`object.id`", "`content_id`, part of the event id"),
        Becomes("`published`", "the day, in UTC"),
        Becomes("items of type Announce", "nothing: the account boosted another account's post"),
    ),
    (
        ("invalid_number", "a count is not a number"),
        ("malformed_record", "an item is not a post"),
        ("missing_value", "a post has no id or no time"),
    ),
    (
        LIFETIME,
        "Archives of older Mastodon versions contain no counts, so their posts are skipped. The "
        "API returns the counts: `/api/v1/accounts/{id}/statuses`.",
        ONE_OF_BOTH,
        NO_PEOPLE,
    ),
    holds_people=True,
)

_STATUSES = Declaration(
    "Mastodon: posts with counts (JSON of the API)",
    "`https://SERVER/api/v1/accounts/{id}/statuses?limit=40`; request further pages with `max_id`",
    "JSON with favourites_count, reblogs_count and replies_count",
    (
        Becomes("`favourites_count`", "`like`"),
        Becomes("`reblogs_count`, `quotes_count`", "`share`"),
        Becomes("`replies_count`", "`comment`"),
        Becomes("`uri`", "`content_id`, part of the event id"),
        Becomes("`created_at`", "the day, in UTC"),
        Becomes("posts with `reblog`", "nothing: the account boosted another account's post"),
    ),
    (
        ("invalid_number", "a count is not a number"),
        ("malformed_record", "a record is not a post"),
        ("missing_value", "a post has no uri or no time"),
    ),
    (
        LIFETIME,
        "The archive produces the same events, so importing both counts nothing twice.",
        "A timeline file looks the same but contains other accounts' posts. Request only the "
        "posts of your own account.",
        ONE_OF_BOTH,
        NO_PEOPLE,
    ),
    holds_people=True,
)


def _archived(item: Any, account: str) -> Converted:
    if not isinstance(item, dict) or not text(item, "type"):
        raise RowRejected("malformed_record", "the record is not an outbox item")
    if text(item, "type") != "Create":
        return "not a post by the account itself"
    post = mapping(item, "object")
    counts = {
        "like": count(mapping(post, "likes"), "totalItems"),
        "share": count(mapping(post, "shares"), "totalItems"),
        "comment": count(mapping(post, "replies"), "totalItems"),
    }
    if not any(counts.values()):
        return "a post without counts, or with only zeros"
    return _events(post, "id", counts, account, post.get("published"), item.get("published"))


def _status(status: Any, account: str) -> Converted:
    if not isinstance(status, dict) or not any(key in status for key in _STATUS_COUNTS):
        raise RowRejected("malformed_record", "the record is not a post with counts")
    if isinstance(status.get("reblog"), dict):
        return "a boost of another account's post"
    counts = {
        "like": count(status, "favourites_count"),
        "share": count(status, "reblogs_count") + count(status, "quotes_count"),
        "comment": count(status, "replies_count"),
    }
    return _events(status, "uri", counts, account, status.get("created_at"))


def _events(
    post: dict[str, Any], key: str, counts: dict[str, int], account: str, *times: Any
) -> Converted:
    address = text(post, key)
    if not address:
        raise RowRejected("missing_value", f"the post has no {key}")
    posted = first_moment(*times)
    return lifetime_events(CHANNEL, posted, counts, "posts", account, address, content_id=address)


MASTODON_ARCHIVE = RecordReport(
    platform=CHANNEL,
    report="posts",
    declaration=_ARCHIVE,
    converter=of_account(_archived),
    shown=shown_id("id"),
    keys=("orderedItems", "published", "object"),
    patterns=(re.compile("activitystreams"), _NOTES),
    hits=30,
    within=("orderedItems",),
    lifetime=True,
).importer()
MASTODON_STATUSES = RecordReport(
    platform=CHANNEL,
    report="posts",
    declaration=_STATUSES,
    converter=of_account(_status),
    shown=shown_id("uri"),
    keys=_STATUS_COUNTS,
    hits=20 + len(_STATUS_COUNTS),
    lifetime=True,
).importer()
