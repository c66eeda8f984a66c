"""Bluesky: posts with counts from the API; and the repository, which has no counts."""

from __future__ import annotations

from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, RowRejected
from chalicelib.importers.platforms.open_social.social_notes import (
    LIFETIME,
    NO_PEOPLE,
    ONE_OF_BOTH,
    shown_id,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.record_fields import count, first_moment, mapping, text
from chalicelib.importers.records.record_report import RecordReport, of_account
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.counters import lifetime_events
from chalicelib.model.errors import ExportRejected

CHANNEL = "bluesky"
_COUNTS = ("likeCount", "repostCount", "replyCount")
_WAY_OUT = (
    "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=HANDLE&limit=100 returns "
    "the posts of an account with their counts"
)

_DECLARATION = Declaration(
    "Bluesky: posts with their counts (JSON)",
    f"{_WAY_OUT}; request further pages with `cursor`. app.bsky.feed.getPosts works, too",
    "JSON with app.bsky.feed.post, likeCount, repostCount and replyCount",
    (
        Becomes("`likeCount`", "`like`"),
        Becomes("`repostCount` and `quoteCount`", "`share`"),
        Becomes("`replyCount`", "`comment`"),
        Becomes("`bookmarkCount`", "`save`"),
        Becomes("`uri`", "`content_id`, part of the event id"),
        Becomes("`record.createdAt`, else `indexedAt`", "the day, in UTC"),
        Becomes(
            "reposts of other accounts' posts", "nothing: these counts belong to the other accounts"
        ),
    ),
    (
        ("invalid_number", "a count is not a number"),
        ("malformed_record", "a record is not a post"),
        ("missing_value", "a post has no uri or no time"),
    ),
    (LIFETIME, ONE_OF_BOTH, NO_PEOPLE, "Bluesky does not count impressions or clicks."),
    holds_people=True,
)

_REPOSITORY = Declaration(
    "Bluesky: repository of an account (JSON)",
    "Settings → Account → Export my data (Einstellungen → Konto → Meine Daten exportieren), "
    "converted to JSON; or com.atproto.repo.listRecords",
    "JSON with app.bsky.feed.post records without counts",
    (
        Becomes(
            "records", "nothing: the file contains what the account wrote, not how others reacted"
        ),
    ),
    (("no_counts", "always, because a repository has no counts"),),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or "app.bsky.feed." not in glimpse.text:
        return None
    found = [key for key in _COUNTS if f'"{key}"' in glimpse.text]
    if len(found) < 2:
        return None
    return Recognition(30 + len(found), ", ".join(("app.bsky.feed", *found)), _POSTS.open)


def _post_of(record: Any) -> Any:
    """Return the post; in a feed it is nested in another object."""
    return record.get("post", record) if isinstance(record, dict) else None


def _convert(record: Any, account: str) -> Converted:
    post = _post_of(record)
    if not isinstance(post, dict) or not any(key in post for key in _COUNTS):
        raise RowRejected("malformed_record", "the record is not a post with counts")
    if text(mapping(record, "reason"), "$type").endswith("#reasonRepost"):
        return "a repost of another account's post"
    address = text(post, "uri")
    if not address:
        raise RowRejected("missing_value", "the post has no uri")
    posted = first_moment(mapping(post, "record").get("createdAt"), post.get("indexedAt"))
    counts = {
        "like": count(post, "likeCount"),
        "share": count(post, "repostCount") + count(post, "quoteCount"),
        "comment": count(post, "replyCount"),
        "save": count(post, "bookmarkCount"),
    }
    return lifetime_events(CHANNEL, posted, counts, "posts", account, address, content_id=address)


def _recognise_repository(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or '"app.bsky.feed.post"' not in glimpse.text:
        return None
    return Recognition(10, "app.bsky.feed.post records", _reject)


def _reject(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_counts",
        "the file contains what the account wrote, but no counts of how others reacted. "
        f"{_WAY_OUT}",
    )


_POSTS = RecordReport(
    platform=CHANNEL,
    report="posts",
    declaration=_DECLARATION,
    converter=of_account(_convert),
    shown=lambda record: shown_id("uri")(_post_of(record)),
    within=("feed", "posts"),
    lifetime=True,
)
BLUESKY_POSTS = _POSTS.importer(_recognise)
BLUESKY_REPOSITORY = Importer(CHANNEL, _REPOSITORY, _recognise_repository)
