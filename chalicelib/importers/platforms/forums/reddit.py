"""Reddit: threads, listings, search results and collections from reddit.com/....json."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.forums.reddit_things import (
    CHANNEL,
    COMMENT,
    LEFT_OUT,
    LISTING,
    SCORE_NOTE,
    SUBMISSION,
    comment,
    shown,
    submission,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import mapping, text
from chalicelib.importers.records.records import Converted, outcomes_of

_KEYS = ("children", "created_utc", "score", "subreddit", "num_comments", "permalink", "ups")

_DECLARATION = Declaration(
    "Reddit: threads and listings (JSON)",
    "The URL of a thread, a subreddit, a search or a collection with .json appended: "
    "https://www.reddit.com/r/NAME/comments/ID.json, https://www.reddit.com/r/NAME/new.json",
    'JSON with "kind": "Listing" and children that have created_utc and score',
    (
        Becomes("t3 (submission): score", "`like`, on the UTC day of the submission"),
        Becomes("t3: num_comments", "`comment`, on the UTC day of the submission"),
        Becomes("t3: num_crossposts", "`share`, on the UTC day of the submission"),
        Becomes("t3: view_count", "`impression`, on the UTC day of the submission"),
        Becomes("t1 (comment): score", "`like`, on the UTC day of the comment"),
        Becomes("t1 whose submission is not in the file", "`comment`, at its own time"),
        Becomes("parent_id of such a t1, if it is a comment", "`parent_event_id`"),
        Becomes("t1 whose submission is in the file", "not imported: num_comments includes it"),
        Becomes("more, and other kinds", "not imported"),
    ),
    (
        ("invalid_number", "a score or count that is not a number"),
        ("malformed_record", "a child of a listing without kind or data"),
        ("missing_value", "a submission or comment without id or created_utc"),
    ),
    (
        "Counts are lifetime totals: a later file, whether thread or listing, restates an earlier "
        "one. Comments are counted by num_comments because a file rarely contains all of them.",
        SCORE_NOTE,
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not LISTING.search(glimpse.text):
        return None
    found = [key for key in _KEYS if f'"{key}"' in glimpse.text]
    if len(found) < (1 if glimpse.named else 4):
        return None
    return Recognition(60 + len(found), "Listing, " + ", ".join(found), _open)


def _open(source: Source, options: Options) -> Reading:
    things = list(_things(read_document(source)))
    description = ReportDescription(CHANNEL, "reddit", source.encoding, lifetime=True)
    outcomes = outcomes_of(
        things,
        _converter(_submissions_of(things), options.account),
        shown=lambda thing: shown(mapping(thing, "data")),
        left_out={f"data.{key}": why for key, why in LEFT_OUT.items()},
    )
    return Reading(description, outcomes)


def _things(document: Any) -> Iterator[Any]:
    """Yield the children of all listings, each comment before its replies."""
    waiting: list[tuple[bool, Any]] = [(False, document)]
    while waiting:
        is_child, value = waiting.pop()
        kind, data = text(value, "kind"), mapping(value, "data")
        if kind == "Listing":
            children = data.get("children")
            if isinstance(children, list):
                waiting.extend((True, child) for child in reversed(children))
        elif is_child:
            yield value
            waiting.append((False, data.get("replies")))
        elif isinstance(value, list):
            waiting.extend((False, item) for item in reversed(value))
        elif isinstance(value, dict):
            waiting.extend((False, item) for item in reversed(value.values()))


def _submissions_of(things: list[Any]) -> frozenset[str]:
    """Return the full names of the submissions with a num_comments."""
    counting = (
        mapping(thing, "data")
        for thing in things
        if text(thing, "kind") == SUBMISSION and mapping(thing, "data").get("num_comments")
    )
    return frozenset(f"{SUBMISSION}_{text(fields, 'id')}" for fields in counting)


def _converter(submissions: frozenset[str], account: str) -> Callable[[Any], Converted]:
    def convert(thing: Any) -> Converted:
        kind, fields = text(thing, "kind"), mapping(thing, "data")
        if not kind or not fields:
            raise RowRejected("malformed_record", "the child of the listing has no kind or no data")
        if kind == SUBMISSION:
            return submission(fields, account)
        if kind == COMMENT:
            fields.get("replies")  # marks the key as read: the replies are separate records
            is_counted = text(fields, "link_id") in submissions
            return comment(fields, account, is_counted=is_counted)
        return "neither a submission nor a comment"

    return convert


REDDIT = Importer(CHANNEL, _DECLARATION, _recognise)
