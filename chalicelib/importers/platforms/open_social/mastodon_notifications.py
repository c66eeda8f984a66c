"""Mastodon: notifications (`/api/v1/notifications`), each imported as an engagement."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.open_social.mastodon_posts import CHANNEL
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
        "Ids are unique on one server only. Import each account with its own account name.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    keys = ("type", "created_at", "account", "acct")
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in keys):
        return None
    if not _KIND.search(glimpse.text):
        return None
    return Recognition(40, ", ".join(keys), _open)


def _open(source: Source, options: Options) -> Reading:
    description = ReportDescription(CHANNEL, "notifications", source.encoding)
    outcomes = record_outcomes(
        source,
        lambda record: _convert(record, options.account or "-"),
        shown_id("id"),
        within=("notifications",),
    )
    return Reading(description, outcomes)


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


MASTODON_NOTIFICATIONS = Importer(CHANNEL, _DECLARATION, _recognise)
