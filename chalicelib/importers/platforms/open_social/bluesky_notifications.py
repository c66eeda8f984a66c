"""Bluesky: notifications (`listNotifications`), each imported as an engagement at its time."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.open_social.bluesky_posts import CHANNEL
from chalicelib.importers.platforms.open_social.social_notes import (
    NO_PEOPLE,
    ONE_OF_BOTH,
    notified,
    shown_id,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.record_fields import mapping, text
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.shapes import record_outcomes

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


def _recognise(glimpse: Glimpse) -> Recognition | None:
    keys = ("reason", "indexedAt", "uri", "cid")
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in keys):
        return None
    if "at://" not in glimpse.text or not _REASON.search(glimpse.text):
        return None
    return Recognition(30, ", ".join(keys), _open)


def _open(source: Source, options: Options) -> Reading:
    description = ReportDescription(CHANNEL, "notifications", source.encoding)
    outcomes = record_outcomes(
        source,
        lambda record: _convert(record, options.account or "-"),
        shown_id("uri"),
        within=("notifications",),
    )
    return Reading(description, outcomes)


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


BLUESKY_NOTIFICATIONS = Importer(CHANNEL, _DECLARATION, _recognise)
