"""Mastodon: notifications (`/api/v1/notifications`), each imported as an engagement."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.platforms.open_social.mastodon_posts import CHANNEL
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

TYPES = {
    "favourite": "like",
    "reblog": "share",
    "quote": "share",
    "mention": "comment",
    "follow": "follow",
}
_KIND = re.compile(rf'"type"\s*:\s*"(?:{"|".join(TYPES)})"')

_DECLARATION = Declaration(
    "Mastodon: notifications (JSON of the API)",
    "`https://SERVER/api/v1/notifications`, called with the account's own token",
    'JSON with type (such as "favourite"), created_at, account and status',
    (
        *(
            Becomes(f"type {name}", f"`{kind}`")
            for name, kind in TYPES.items()
            if name != "mention"
        ),
        Becomes(
            "type mention",
            "`comment` if the post is a reply, else `mention`",
        ),
        Becomes("`id`", "part of the event id"),
        Becomes("`status.uri`", "`content_id`"),
        Becomes(
            "`status.in_reply_to_id`",
            "`parent_event_id`: the quote or mention that it answers, if it is in the file",
        ),
        Becomes("`created_at`", "the time"),
        Becomes("other types (poll, update, status, requests)", "nothing"),
    ),
    (
        ("malformed_record", "a record is not a notification"),
        ("missing_value", "a notification has no id or no time"),
    ),
    (
        ONE_OF_BOTH,
        NO_PEOPLE,
        "A boost names the original post, never the boost that led to it. So boosts have no "
        "parent.",
        "Ids are unique on one server only. Import each account with its own account name.",
    ),
    holds_people=True,
)


def _convert(record: Any, account: str) -> Converted:
    found = mapping({"of": record}, "of")
    status = mapping(found, "status")
    types = TYPES | ({} if status.get("in_reply_to_id") else {"mention": "mention"})
    return notified(
        CHANNEL,
        record,
        types,
        text(found, "type"),
        text(found, "id"),
        found.get("created_at"),
        "notifications",
        account,
        content_id=text(status, "uri"),
    )


def _name(record: Any) -> str:
    """Return the id of a post by somebody else, which other posts may answer."""
    is_theirs = text(record, "type") in ("mention", "quote")
    return text(mapping(record, "status"), "id") if is_theirs else ""


def _answered(record: Any) -> str:
    is_theirs = text(record, "type") in ("mention", "quote")
    return text(mapping(record, "status"), "in_reply_to_id") if is_theirs else ""


MASTODON_NOTIFICATIONS = RecordReport(
    platform=CHANNEL,
    report="notifications",
    declaration=_DECLARATION,
    converter=of_account(_convert),
    shown=shown_id("id"),
    keys=("type", "created_at", "account", "acct"),
    patterns=(_KIND,),
    hits=40,
    within=("notifications",),
    references=References(_name, _answered),
).importer()
