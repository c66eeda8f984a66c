"""The posts and comments of Google+ files, and their event ids.

The web page, the JSON and the API response for a post give the same events, because all of them
contain the URL of the post and the second of each comment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.records.record_fields import moment
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.counters import NOTHING_YET, lifetime_events

CHANNEL = "google_plus"
WHERE = (
    "Google closed Google+ in April 2019. Use an archive downloaded from takeout.google.com before "
    'that date: "Takeout/Google+ Stream/Posts" (Google+ Stream/Beiträge)'
)
PEOPLE = "people are counted, but nothing that identifies them is stored"

ADDRESS = re.compile(
    r"plus\.google\.com/(?:u/\d{1,3}/)?([^/?#\s\"'<>]{1,100})/posts/([A-Za-z0-9_-]{1,60})"
)
"""The URL of a post. The groups are the author and the name of the post."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as read from a file, not yet validated.

    Attributes
    ----------
    url, activity_id : str
        Either may be empty.
    created : object
        Time of publication.
    likes, shares, comments : int
        Numbers of +1s, reshares and comments. Comments are zero if the file lists them.
    """

    url: str
    activity_id: str
    created: Any
    likes: int = 0
    shares: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as read from a file, not yet validated.

    Attributes
    ----------
    post : Post
    created : object
    identity : hashable
        Distinguishes comments of the same second.
    """

    post: Post
    created: Any
    identity: Hashable
    likes: int = 0


def converter(account: str) -> Callable[[Post | Comment], Converted]:
    """Return a function that converts the posts and comments of one file to events."""
    same_second: dict[tuple[str, dt.datetime], dict[Hashable, int]] = {}

    def convert(record: Post | Comment) -> Converted:
        if isinstance(record, Post):
            counts = {"like": record.likes, "share": record.shares, "comment": record.comments}
            if not any(counts.values()):
                return NOTHING_YET
            posted = moment(record.created)
            key, content_id = _names_of(record)
            return lifetime_events(
                CHANNEL, posted, counts, account or "-", "post", key, content_id=content_id
            )
        at = moment(record.created)
        key, content_id = _names_of(record.post)
        others = same_second.setdefault((key, at), {})
        place = others.setdefault(record.identity, len(others))
        stamp = f"{at:%Y%m%dT%H%M%S}" + (f"-{place}" if place else "")
        parts = (account or "-", "comment", key, stamp)
        comment = engagement(CHANNEL, "comment", at, *parts, content_id=content_id)
        likes = lifetime_events(CHANNEL, at, {"like": record.likes}, *parts, content_id=content_id)
        return (comment, *likes) if isinstance(likes, tuple) else (comment,)

    return convert


def shown(record: Post | Comment) -> str:
    """Return what a rejected record may show: the post, but no person."""
    post = record.post if isinstance(record, Comment) else record
    address = ADDRESS.search(post.url)
    return f"{type(record).__name__.lower()} {address[2] if address else ''}".strip()


def _names_of(post: Post) -> tuple[str, str]:
    """Return the key of the post in event ids, and its content id."""
    if address := ADDRESS.search(post.url):
        return f"{address[1]}/{address[2]}", address[2]
    if post.activity_id:
        return post.activity_id, post.activity_id
    raise RowRejected("missing_value", "the post has neither a URL nor an activityId")
