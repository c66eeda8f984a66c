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
from chalicelib.importers.records.record_report import RecordReport, of_account
from chalicelib.importers.records.records import Converted

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
        Becomes("other reasons", "nothing"),
    ),
    (
        ("malformed_record", "a record is not a notification"),
        ("missing_value", "a notification has no uri or no time"),
    ),
    (ONE_OF_BOTH, NO_PEOPLE),
    holds_people=True,
)


def _convert(record: Any, account: str) -> Converted:
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
    )


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
).importer()
