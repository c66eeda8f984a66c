"""What the generations of Google+ files share: a post, its comments, and the ids of both.

The web page, the JSON and the answer of the API about one post give the same events, because all of
them name the post's address and the second of a comment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.records.record_fields import moment
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.counters import NOTHING_YET, lifetime_events

CHANNEL = "google_plus"
WHERE = (
    "Google closed Google+ in April 2019; what is left are archives that were downloaded from "
    'takeout.google.com before: "Takeout/Google+ Stream/Posts" (Google+ Stream/Beiträge)'
)
PEOPLE = "people are counted; who they are is never kept"

ADDRESS = re.compile(
    r"plus\.google\.com/(?:u/\d{1,3}/)?([^/?#\s\"'<>]{1,100})/posts/([A-Za-z0-9_-]{1,60})"
)
"""The address of a post: whose it is, and its name."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a file tells of it; nothing is checked yet.

    Attributes
    ----------
    url, activity_id : str
        Either may be empty.
    created : object
        When it was published.
    likes, shares, comments : int
        +1s and reshares; comments only where the file counts them instead of showing them.
    """

    url: str
    activity_id: str
    created: Any
    likes: int = 0
    shares: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as a file tells of it.

    Attributes
    ----------
    post : Post
    created : object
    identity : hashable
        What tells two records of the same second apart.
    """

    post: Post
    created: Any
    identity: Hashable
    likes: int = 0


def converter(account: str) -> Callable[[Post | Comment], Converted]:
    """A function that makes the events of posts and comments of one file."""
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
    """What a refusal may show of a record: the post, and nobody."""
    post = record.post if isinstance(record, Comment) else record
    address = ADDRESS.search(post.url)
    return f"{type(record).__name__.lower()} {address[2] if address else ''}".strip()


def _names_of(post: Post) -> tuple[str, str]:
    """(what identifies the post, its content id)"""
    if address := ADDRESS.search(post.url):
        return f"{address[1]}/{address[2]}", address[2]
    if post.activity_id:
        return post.activity_id, post.activity_id
    raise RowRefused("missing_value", "the post has no address, so that it cannot be told apart")
