"""Isso's generic comment format, to which comments of other services can be converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.json_documents import items_of
from chalicelib.importers.records.record_fields import harmless, listing, moment, text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.records.unread_keys import UnreadKeys

_KEYS = ("comments", "created", "remote_addr", "website", "text", "author")
_ALWAYS = ("comments", "created", "text")

_DECLARATION = Declaration(
    "Isso: comments in its generic JSON format",
    "The input format of `isso import -t generic`, written by converters for other comment "
    "services",
    "a JSON array of threads whose comments have created, text, author and remote_addr",
    (
        Becomes("comments[]", "`comment`, on the day of `created`"),
        Becomes("a thread without comments", "not imported"),
    ),
    (
        ("invalid_date", "a comment whose `created` is not a valid date"),
        ("malformed_record", "a thread or comment that is not an object"),
        ("missing_value", "a thread without id, or a comment without `created`"),
    ),
    (
        "`created` has no time zone, so a comment is booked on its day at midnight UTC.",
        "A comment is identified by its thread, its number and `created`.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    text = glimpse.text
    found = tuple(key for key in _KEYS if f'"{key}"' in text)
    if not glimpse.is_json or not text.lstrip().startswith("["):
        return ()
    if len(found) < (3 if glimpse.named else 5) or any(key not in found for key in _ALWAYS):
        return ()
    return found


def _open(source: Source, options: Options, channel: str) -> Reading:
    description = ReportDescription(channel, "isso", source.encoding)
    convert = _converter(channel, options.account)
    keys = UnreadKeys()
    outcomes = outcomes_of(
        _records(items_of(source, "item"), keys),
        convert,
        shown=lambda record: harmless(record[1], "id", "created"),
    )
    return Reading(description, outcomes, unread=[keys])


def _records(threads: Iterator[Any], keys: UnreadKeys) -> Iterator[tuple[Any, Any]]:
    """Yield (thread, None), then (thread, comment) for each comment."""
    for plain in threads:
        thread = keys.observed(plain)
        yield thread, None
        for comment in listing(thread, "comments"):
            yield thread, comment if isinstance(comment, dict) else {}
        keys.add(plain)


def _converter(channel: str, account: str) -> Callable[[tuple[Any, Any]], Converted]:
    def convert(record: tuple[Any, Any]) -> Converted:
        thread, comment = record
        if comment is None:
            if not isinstance(thread, dict):
                raise RowRejected("malformed_record", "the thread is not an object")
            return "a thread: its comments are counted"
        if not comment:
            raise RowRejected("malformed_record", "the comment is empty or not an object")
        page, identity = text(thread, "id"), text(comment, "id")
        if not page:
            raise RowRejected("missing_value", "the thread of the comment has no id")
        at = moment(comment.get("created"))
        parts = ("isso", account or "-", page, identity or "-", str(comment.get("created")))
        return (engagement(channel, "comment", at, *parts, content_id=page_of(page) or page),)

    return convert


ISSO = SiteExport(_DECLARATION, _find, 20, _open)
