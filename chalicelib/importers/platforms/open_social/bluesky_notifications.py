"""Bluesky: notifications (`listNotifications`), each imported as an engagement at its time."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.platforms.open_social.bluesky_posts import CHANNEL
from chalicelib.importers.platforms.open_social.social_notes import (
    NO_PEOPLE,
    ONE_OF_BOTH,
    notified,
    shown_id,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.records.record_fields import mapping, text
from chalicelib.importers.records.record_report import (
    RecordReport,
    References,
    of_account,
)
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.event_identity import event_id

TYPES = {
    "like": "like",
    "repost": "share",
    "quote": "share",
    "reply": "comment",
    "mention": "mention",
    "follow": "follow",
}
_REASON = re.compile(rf'"reason"\s*:\s*"(?:{"|".join(TYPES)})"')

_DECLARATION = Declaration(
    "Bluesky: notifications (JSON)",
    "`app.bsky.notification.listNotifications`, called with the account's own session",
    'JSON with notifications, reason (such as "like"), indexedAt and at:// addresses',
    (
        *(Becomes(f"reason {reason}", f"`{kind}`") for reason, kind in TYPES.items()),
        Becomes("`uri`", "part of the event id"),
        Becomes("`reasonSubject`", "`content_id`: the post that the notification is about"),
        Becomes("`indexedAt`", "the time"),
        Becomes(
            "`record.via` of a like or repost",
            "`parent_event_id`: the repost that led to it",
        ),
        Becomes(
            "`record.reply.parent`",
            "`parent_event_id`: the reply, quote or mention that it answers, if it is in the file",
        ),
        Becomes("other reasons", "nothing"),
    ),
    (
        ("malformed_record", "a record is not a notification"),
        ("missing_value", "a notification has no uri or no time"),
    ),
    (
        ONE_OF_BOTH,
        NO_PEOPLE,
        "`via` is only present if the app recorded it. So the parents of reposts are incomplete.",
    ),
    holds_people=True,
)


def _convert(record: Any, account: str) -> Converted:
    via = text(mapping(mapping(record, "record"), "via"), "uri")
    is_repost = "/app.bsky.feed.repost/" in via
    return notified(
        CHANNEL,
        record,
        TYPES,
        text(record, "reason"),
        text(record, "uri"),
        mapping({"of": record}, "of").get("indexedAt"),
        "notifications",
        account,
        content_id=text(record, "reasonSubject"),
        parent=event_id(CHANNEL, "notifications", account, via, "share") if is_repost else "",
    )


def _name(record: Any) -> str:
    """Return the address of a post by somebody else, which other posts may answer."""
    return text(record, "uri") if text(record, "reason") in ("reply", "quote", "mention") else ""


def _answered(record: Any) -> str:
    return text(mapping(mapping(mapping(record, "record"), "reply"), "parent"), "uri")


BLUESKY_NOTIFICATIONS = RecordReport(
    platform=CHANNEL,
    report="notifications",
    declaration=_DECLARATION,
    converter=of_account(_convert),
    shown=shown_id("uri"),
    keys=("reason", "indexedAt", "uri", "cid"),
    patterns=(re.compile("at://"), _REASON),
    hits=30,
    within=("notifications",),
    references=References(_name, _answered),
).importer()
