"""Reddit dumps: one submission or comment per line (NDJSON), or an array of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, RecordOutcomes, ReportDescription, RowRejected
from chalicelib.importers.platforms.forums.reddit_things import (
    CHANNEL,
    LEFT_OUT,
    LISTING,
    SCORE_NOTE,
    comment,
    shown,
    submission,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import items_of, lines_of
from chalicelib.importers.records.records import Converted, outcomes_of, outcomes_of_lines

_KEYS = ("created_utc", "subreddit", "score", "author", "id", "subreddit_id")
_OF_COMMENTS = ("link_id", "parent_id", "body")
_OF_SUBMISSIONS = ("num_comments", "title", "selftext")
_DATA = re.compile(r'\s*\{\s*"data"\s*:\s*\[')

_DECLARATION = Declaration(
    "Reddit: dumps of comments or submissions (NDJSON)",
    "Archives such as those of Pushshift, unpacked: a file of comments (RC_...) or of submissions "
    "(RS_...)",
    "lines of JSON with created_utc, subreddit and score, and link_id or num_comments",
    (
        Becomes("a comment (with link_id)", "`comment`, at its own time"),
        Becomes("a comment's parent_id, if it is a comment", "`parent_event_id`"),
        Becomes("a comment's score", "`like`, on the UTC day of the comment"),
        Becomes("a submission: score, num_crossposts", "`like`, `share`, on its UTC day"),
        Becomes("a submission: num_comments", "`comment`, on its UTC day"),
    ),
    (
        ("invalid_number", "a score or count that is not a number"),
        ("malformed_record", "a line that is not a JSON object"),
        ("missing_value", "a record without id or created_utc"),
    ),
    (
        "If a file begins with a comment, comments are counted one by one and num_comments is "
        "ignored. If it begins with a submission, comments are counted by num_comments only.",
        "Import the comments of a subreddit either one by one or as num_comments of its "
        "submissions. Importing both counts them twice.",
        SCORE_NOTE,
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    text = glimpse.text
    if not glimpse.is_json or LISTING.search(text):
        return None
    beginning = text[:100_000]
    found = [key for key in _KEYS if f'"{key}"' in beginning]
    of_a_kind = [key for key in (*_OF_COMMENTS, *_OF_SUBMISSIONS) if f'"{key}"' in beginning]
    if len(found) < (3 if glimpse.named else 4) or len(of_a_kind) < 2:
        return None
    return Recognition(40 + len(found), ", ".join(found + of_a_kind), _open)


def _open(source: Source, options: Options) -> Reading:
    begins_with_comments = _first_kind(source.text)
    report = "reddit-comments" if begins_with_comments else "reddit-submissions"
    description = ReportDescription(CHANNEL, report, source.encoding, lifetime=True)
    convert = _converter(begins_with_comments, options.account)
    outcomes: RecordOutcomes
    if source.text.lstrip().startswith("["):
        items = items_of(source, "item")
        outcomes = outcomes_of(items, convert, shown=shown, left_out=LEFT_OUT)
    elif _DATA.match(source.text):
        items = items_of(source, "data.item")
        outcomes = outcomes_of(items, convert, shown=shown, left_out=LEFT_OUT)
    else:
        outcomes = outcomes_of_lines(lines_of(source), convert, shown=shown, left_out=LEFT_OUT)
    return Reading(description, outcomes)


def _first_kind(text: str) -> bool:
    """Whether the first record of a file is a comment."""
    link, number = text.find('"link_id"'), text.find('"num_comments"')
    return link >= 0 and (number < 0 or link < number)


def _converter(begins_with_comments: bool, account: str) -> Callable[[Any], Converted]:
    def convert(record: Any) -> Converted:
        if not isinstance(record, dict):
            raise RowRejected("malformed_record", "the record is not an object")
        if "link_id" in record:
            return comment(record, account, is_counted=not begins_with_comments)
        return submission(record, account, counts_comments=not begins_with_comments)

    return convert


REDDIT_DUMPS = Importer(CHANNEL, _DECLARATION, _recognise)
