"""Microformats as JSON (mf2): an entry of a page with its responses, or a single response."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import (
    as_text,
    first_moment,
    listing,
    mapping,
    moment,
)
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.importers.values.counters import NOTHING_YET, lifetime_events
from chalicelib.importers.values.event_identity import event_id
from chalicelib.model.errors import ExportRejected

_ENTRIES = ("h-entry", "h-cite", "h-feed")
_RESPONSES = {
    "like": "like",
    "repost": "share",
    "comment": "comment",
    "bookmark": "save",
    "mention": "mention",
}
_RELATIONS = {
    "like-of": "like",
    "repost-of": "share",
    "in-reply-to": "comment",
    "bookmark-of": "save",
    "mention-of": "mention",
}

_DECLARATION = Declaration(
    "Microformats: entries as mf2 JSON",
    "The output of a microformats parser for a page (php.microformats.io, or granary.io with "
    "output=mf2-json)",
    "JSON with type h-entry (or h-cite, h-feed) and properties",
    (
        Becomes("properties.like", "`like`"),
        Becomes("properties.repost", "`share`"),
        Becomes("properties.comment", "`comment`"),
        Becomes(
            "in-reply-to of a response, if it is another response with a time", "`parent_event_id`"
        ),
        Becomes(
            "an entry with like-of, repost-of, in-reply-to or bookmark-of and without responses",
            "`like`, `share`, `comment`, `save`",
        ),
    ),
    (
        ("no_date", "files without any date"),
        ("invalid_date", "an entry whose `published` is not a valid date"),
        ("missing_value", "an entry or response without `published`, or without url and uid"),
    ),
    (
        "A response with `published` is booked at that time. The others are booked together on the "
        "UTC day of the entry, as lifetime counts that a later file restates.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    if not glimpse.is_json or '"properties"' not in glimpse.text or '"type"' not in glimpse.text:
        return ()
    return tuple(mark for mark in _ENTRIES if f'"{mark}"' in glimpse.text)


@dataclass(frozen=True, slots=True)
class _Response:
    """A response contained in an entry; `dated` if it has its own time."""

    kind: str
    entry: dict[str, Any]
    properties: dict[str, Any]

    @property
    def dated(self) -> bool:
        return bool(_first(self.properties, "published"))


def _open(source: Source, options: Options, channel: str) -> Reading:
    keys = UnreadKeys()
    records = list(_records(keys.observed_whole(read_document(source))))
    if records and not any(
        _first(_properties_of(record), "published", "updated") for record in records
    ):
        raise ExportRejected("no_date", "the file contains no date (published)")
    description = ReportDescription(channel, "microformats", source.encoding, lifetime=True)
    convert = _converter(channel, options.account)
    return Reading(
        description, outcomes_of(records, convert, shown=lambda record: ""), unread=[keys]
    )


def _properties_of(record: dict[str, Any] | _Response) -> dict[str, Any]:
    return record.properties if isinstance(record, _Response) else record


def _records(document: Any) -> Iterator[dict[str, Any] | _Response]:
    """Yield the properties of each entry, then its responses."""
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        if not isinstance(item, dict):
            continue
        waiting.extend((item.get("children"), item.get("items")))
        types = [kind for kind in listing(item, "type") if isinstance(kind, str)]
        entry = mapping(item, "properties")
        if entry and any(kind in ("h-entry", "h-cite") for kind in types):
            yield entry
            for name, kind in _RESPONSES.items():
                for response in listing(entry, name):
                    yield _Response(kind, entry, mapping(response, "properties"))


def _converter(channel: str, account: str) -> Callable[[dict[str, Any] | _Response], Converted]:
    def convert(record: dict[str, Any] | _Response) -> Converted:
        if isinstance(record, _Response):
            return _response(record)
        responses = [
            _Response(kind, record, mapping(response, "properties"))
            for name, kind in _RESPONSES.items()
            for response in listing(record, name)
        ]
        if responses:
            counts: dict[str, int] = {}
            for response in responses:
                if not response.dated:
                    counts[response.kind] = counts.get(response.kind, 0) + 1
            if not counts:
                return "an entry: its responses are counted at their own times"
            parts = ("microformats", account or "-", "entry", _identity(record))
            return lifetime_events(channel, _time(record), counts, *parts, content_id=_page(record))
        kind = next((kind for name, kind in _RELATIONS.items() if listing(record, name)), "")
        if not kind:
            return NOTHING_YET
        parts = ("microformats", account or "-", "answer", _identity(record))
        return (engagement(channel, kind, _time(record), *parts, content_id=_target(record)),)

    def _response(response: _Response) -> Converted:
        if not response.dated:
            _time(response.entry)
            return ()
        at = moment(_first(response.properties, "published"))
        identity = _first(response.properties, "uid", "url")
        if not identity:
            raise RowRejected("missing_value", "the response has neither url nor uid")
        answers = ("microformats", account or "-", "answer")
        other = _answered(response)
        parent = event_id(channel, *answers, *other) if other else ""
        page = _page(response.entry)
        return (
            engagement(
                channel, response.kind, at, *answers, identity, content_id=page, parent=parent
            ),
        )

    return convert


def _first(properties: dict[str, Any], *names: str) -> str:
    """Return the first value of the first property that has one."""
    values = (as_text(value) for name in names for value in listing(properties, name)[:1])
    return next(filter(None, values), "")


def _answered(response: _Response) -> tuple[str, str] | None:
    """Return the identity and the kind of the dated response that a response answers."""
    addresses = {
        as_text(value) or _first(mapping(value, "properties"), "url")
        for value in listing(response.properties, "in-reply-to")
    }
    for name, kind in _RESPONSES.items():
        for other in listing(response.entry, name):
            properties = mapping(other, "properties")
            names = {_first(properties, "uid"), _first(properties, "url")} - {""}
            if names & addresses and _first(properties, "published"):
                return _first(properties, "uid", "url"), kind
    return None


def _time(properties: dict[str, Any]) -> Any:
    return first_moment(_first(properties, "published"), _first(properties, "updated"))


def _identity(properties: dict[str, Any]) -> str:
    identity = _first(properties, "uid", "url")
    if not identity:
        raise RowRejected("missing_value", "the entry has neither url nor uid")
    return identity


def _page(properties: dict[str, Any]) -> str:
    return page_of(_first(properties, "url", "uid"))


def _target(properties: dict[str, Any]) -> str:
    """Return the URL of the page that an entry responds to."""
    for name in _RELATIONS:
        for value in listing(properties, name)[:1]:
            return page_of(as_text(value) or _first(mapping(value, "properties"), "url"))
    return ""


MICROFORMATS = SiteExport(_DECLARATION, _find, 20, _open)
