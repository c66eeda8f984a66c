"""webmention.io: mentions of a site's pages on other sites, as JF2 and in the older format."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.json_documents import items_of
from chalicelib.importers.records.record_fields import first_moment, harmless, mapping, text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.model.errors import ExportRejected

_JF2_KEYS = ("wm-property", "wm-target", "wm-source", "wm-received", "wm-id")
_OLD_KEYS = ("links", "verified_date", "target", "source", "activity")
_LIST = re.compile(r'"(children|links)"\s*:\s*\[')
_KINDS = {
    **dict.fromkeys(("like-of", "like", "favorite", "reacji"), "like"),
    **dict.fromkeys(("repost-of", "repost", "share"), "share"),
    **dict.fromkeys(("in-reply-to", "reply", "comment"), "comment"),
    **dict.fromkeys(("mention-of", "mention", "link", "quotation-of", "quotation"), "mention"),
    **dict.fromkeys(("bookmark-of", "bookmark"), "save"),
    **dict.fromkeys(("follow-of", "follow"), "follow"),
}
_PROPERTIES = tuple(kind for kind in _KINDS if "-" in kind)
_NO_ENGAGEMENTS = frozenset({"rsvp", "invite", "invitee"})

_DECLARATION = Declaration(
    "webmention.io: mentions as JSON (JF2, and the older `links`)",
    "https://webmention.io/api/mentions.jf2?domain=...&token=... (or mentions.json), page by page",
    "JSON with wm-property, wm-target and wm-received; or links with verified_date and target",
    (
        Becomes("like-of", "`like`"),
        Becomes("repost-of", "`share`"),
        Becomes("in-reply-to", "`comment`"),
        Becomes("mention-of, link", "`mention`"),
        Becomes("bookmark-of", "`save`"),
        Becomes("rsvp, private mentions", "not imported"),
    ),
    (
        ("invalid_date", "a mention for which neither published nor wm-received is a valid date"),
        ("malformed_record", "a mention of an unknown type"),
        ("missing_value", "a mention without any time, or without wm-id and source"),
    ),
    (
        "The time is `published` or, if that is missing (as for most likes), `wm-received` "
        "(`verified_date`). If a time has no time zone, only its day is used.",
        "A mention is identified by its wm-id. `content_id` is the page that is mentioned.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    if not glimpse.is_json:
        return ()
    for keys in (_JF2_KEYS, _OLD_KEYS):
        found = tuple(key for key in keys if f'"{key}"' in glimpse.text)
        if len(found) >= (2 if glimpse.named else 4):
            return found
    return ()


def _open(source: Source, options: Options, channel: str) -> Reading:
    description = ReportDescription(channel, "webmentions", source.encoding)
    outcomes = outcomes_of(
        items_of(source, _place_of_mentions(source.text)),
        _converter(channel, options.account),
        shown=lambda mention: harmless(mention, "wm-id", "wm-received", "id", "verified_date"),
    )
    return Reading(description, outcomes)


def _place_of_mentions(text: str) -> str:
    if text.lstrip().startswith("["):
        return "item"
    if match := _LIST.search(text):
        return f"{match[1]}.item"
    raise ExportRejected("unreadable_file", "the JSON has neither children[] nor links[]")


def _converter(channel: str, account: str) -> Callable[[Any], Converted]:
    def convert(mention: Any) -> Converted:
        if not isinstance(mention, dict):
            raise RowRejected("malformed_record", "the mention is not an object")
        if mention.get("wm-private") is True or mention.get("private") is True:
            return "a private mention"
        name = _property_of(mention)
        if name in _NO_ENGAGEMENTS:
            return "a response to an invitation"
        kind = _KINDS.get(name)
        if kind is None:
            raise RowRejected("malformed_record", "the type of the mention is unknown")
        data = mapping(mention, "data")
        at = first_moment(
            mention.get("published"),
            data.get("published"),
            data.get("published_ts"),
            mention.get("wm-received"),
            mention.get("verified_date"),
        )
        target = text(mention, "wm-target") or text(mention, "target")
        identity = text(mention, "wm-id") or text(mention, "id")
        if not identity:
            source = text(mention, "wm-source") or text(mention, "source") or text(mention, "url")
            if not source:
                raise RowRejected("missing_value", "the mention has neither wm-id nor wm-source")
            identity = f"{source}\n{target}"
        parts = ("webmention", account or "-", identity)
        return (engagement(channel, kind, at, *parts, content_id=page_of(target)),)

    return convert


def _property_of(mention: dict[str, Any]) -> str:
    name = text(mention, "wm-property") or text(mapping(mention, "activity"), "type")
    return name or next((name for name in _PROPERTIES if name in mention), "")


WEBMENTIONS = SiteExport(_DECLARATION, _find, 60, _open)
