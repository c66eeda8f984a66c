"""Bluesky and Mastodon: posts with their counts, and notifications."""

import json
from typing import Any

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read
from tests.importers.workbook_files import zipped

URI = "at://did:plc:abc/app.bsky.feed.post/3k"


def bluesky_post(**over: object) -> dict[str, Any]:
    return {
        "uri": URI,
        "cid": "bafy",
        "author": {"did": "did:plc:abc", "handle": "acme.example", "displayName": "Acme"},
        "record": {
            "$type": "app.bsky.feed.post",
            "createdAt": "2026-05-04T23:30:00.000Z",
            "text": "Chairs",
        },
        "likeCount": 12,
        "repostCount": 3,
        "replyCount": 4,
        "quoteCount": 2,
        "indexedAt": "2026-05-04T23:30:01.000Z",
    } | over


def test_a_feed_of_bluesky_gives_the_counts_of_own_posts() -> None:
    repost = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"handle": "acme.example"}}
    feed = {"feed": [{"post": bluesky_post()}, {"post": bluesky_post(), "reason": repost}]}

    result = read(json.dumps(feed))

    assert result.counts == {"like": 12, "share": 5, "comment": 4}
    assert {(e["channel"], e["content_id"], e["lifetime"]) for e in result.events} == {
        ("bluesky", URI, True)
    }
    assert result.days == ["2026-05-04"]
    assert [outcome.reason for outcome in result.not_data] == ["a repost of another account's post"]


def test_a_later_feed_restates_a_post() -> None:
    first = read(json.dumps({"posts": [bluesky_post()]}))
    later = read(json.dumps({"feed": [{"post": bluesky_post(likeCount=90)}]}))

    assert {e["event_id"] for e in first.events} == {e["event_id"] for e in later.events}


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"uri": ""}, "missing_value"),
        ({"likeCount": "many"}, "invalid_number"),
        ({"likeCount": -1}, "negative"),
        ({"record": {}, "indexedAt": "soon"}, "invalid_date"),
    ],
)
def test_a_post_that_cannot_be_read_is_refused_without_its_text(
    over: dict[str, object], code: str
) -> None:
    result = read(json.dumps({"posts": [bluesky_post(**over), bluesky_post()]}))

    assert [refused.code for refused in result.refused] == [code]
    assert "Chairs" not in result.refused[0].raw
    assert result.counts["like"] == 12


def test_a_repository_of_bluesky_is_refused_because_it_has_no_counts() -> None:
    record = {"uri": URI, "cid": "bafy", "value": {"$type": "app.bsky.feed.post", "text": "Hi"}}

    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps({"records": [record]}))

    assert refusal.value.code == "no_counts"
    assert "getAuthorFeed" in refusal.value.detail


def bluesky_notification(reason: str, number: int) -> dict[str, Any]:
    return {
        "uri": f"at://did:plc:x{number}/app.bsky.feed.like/1",
        "cid": "bafy",
        "author": {"handle": "ada.example"},
        "reason": reason,
        "reasonSubject": URI,
        "record": {"$type": "app.bsky.feed.like"},
        "indexedAt": "2026-05-05T10:00:00.000Z",
    }


def test_notifications_of_bluesky_are_engagements_at_their_time() -> None:
    reasons = ("like", "repost", "quote", "reply", "mention", "follow", "starterpack-joined")
    found = [bluesky_notification(reason, n) for n, reason in enumerate(reasons)]

    result = read(json.dumps({"notifications": found}))

    assert result.counts == {"like": 1, "share": 2, "comment": 1, "mention": 1, "follow": 1}
    assert {e["occurred_at"] for e in result.events} == {"2026-05-05T10:00:00Z"}
    assert len(result.not_data) == 1
    assert "ada" not in json.dumps(result.events)


def outbox(*items: dict[str, Any]) -> str:
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "orderedItems": list(items),
        }
    )


def created(number: int, *, likes: int | None = 6, kind: str = "Create") -> dict[str, Any]:
    """An item of an outbox; archives of older versions have no counts."""
    address = f"https://social.example/users/acme/statuses/{number}"
    note: dict[str, Any] = {
        "id": address,
        "type": "Note",
        "published": "2026-05-04T09:15:30Z",
        "content": "<p>Chairs</p>",
    }
    if likes is not None:
        note |= {"likes": {"totalItems": likes}, "shares": {"totalItems": 2}}
    return {
        "id": f"{address}/activity",
        "type": kind,
        "published": "2026-05-04T09:15:30Z",
        "object": note if kind == "Create" else "https://other.example/1",
    }


def test_the_archive_of_mastodon_gives_the_counts_that_it_has() -> None:
    content = zipped(
        {
            "outbox.json": outbox(created(1), created(2, likes=None), created(3, kind="Announce")),
            "likes.json": json.dumps({"orderedItems": ["https://other.example/9"]}),
        }
    )

    result = read(content)

    assert result.counts == {"like": 6, "share": 2}
    assert [outcome.reason for outcome in result.not_data] == [
        "a post without counts, or with nothing but zeros",
        "no post of the account's own",
    ]


def status(**over: object) -> dict[str, Any]:
    return {
        "id": "1",
        "uri": "https://social.example/users/acme/statuses/1",
        "created_at": "2026-05-04T09:15:30.000Z",
        "account": {"acct": "acme"},
        "content": "<p>Chairs</p>",
        "favourites_count": 8,
        "reblogs_count": 2,
        "replies_count": 1,
        "reblog": None,
        "in_reply_to_id": None,
    } | over


def test_statuses_of_the_api_restate_the_archive() -> None:
    result = read(json.dumps([status(), status(uri="https://o.example/2", reblog=status())]))

    assert result.counts == {"like": 8, "share": 2, "comment": 1}
    archived = {e["event_id"] for e in read(outbox(created(1))).events}
    assert archived <= {e["event_id"] for e in result.events}


def test_notifications_of_mastodon_tell_answers_from_mentions() -> None:
    def notification(number: int, kind: str, **of_status: object) -> dict[str, Any]:
        return {
            "id": str(number),
            "type": kind,
            "created_at": "2026-05-05T10:00:00.000Z",
            "account": {"acct": "ada@other.example"},
            "status": status(**of_status) if kind != "follow" else None,
        }

    content = [
        notification(1, "favourite"),
        notification(2, "reblog"),
        notification(3, "mention", in_reply_to_id="1"),
        notification(4, "mention"),
        notification(5, "follow"),
        notification(6, "poll"),
    ]

    result = read(json.dumps(content))

    assert result.counts == {"like": 1, "share": 1, "comment": 1, "mention": 1, "follow": 1}
    assert "ada" not in json.dumps(result.events)
    assert result.summary["report"] == "notifications"


@pytest.mark.parametrize(
    "content",
    [
        {"likeCount": 3, "repostCount": 1, "replyCount": 0},
        {"orderedItems": [{"type": "Note", "published": "2026-05-04T09:15:30Z", "object": {}}]},
        [{"favourites_count": 3, "id": 1}],
        [{"type": "favourite", "created_at": "2026-05-04", "account": {}}],
        {"notifications": [{"reason": "like", "uri": "https://x.example", "indexedAt": "x"}]},
    ],
)
def test_look_alikes_are_not_claimed(content: object) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps(content))

    assert refusal.value.code == "unknown_platform"
