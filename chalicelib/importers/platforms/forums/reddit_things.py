"""Convert Reddit's submissions and comments to events, in the same way for every kind of file."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.records.record_fields import count, harmless, moment, signed_count, text
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.unread_keys import OF_ANOTHER
from chalicelib.importers.values.counters import NOTHING_YET, lifetime_events
from chalicelib.importers.values.event_identity import event_id

CHANNEL = "community"
SUBMISSION = "t3"
COMMENT = "t1"
LISTING = re.compile(r'"kind"\s*:\s*"Listing"')
_GONE = frozenset({"[deleted]", "[removed]"})

SCORE_NOTE = (
    "A score is upvotes minus downvotes and includes the author's own vote. A negative score "
    "counts as zero."
)

LEFT_OUT = {
    **dict.fromkeys(("ups", "downs"), "score is read instead"),
    **dict.fromkeys(("subreddit_subscribers", "crosspost_parent_list"), OF_ANOTHER),
}
"""Key of a submission or comment -> why it is not read."""


def submission(fields: dict[str, Any], account: str, *, counts_comments: bool = True) -> Converted:
    """Return the counts of a submission, booked on its UTC day."""
    counts = {
        "like": _score(fields),
        "comment": count(fields, "num_comments") if counts_comments else 0,
        "share": count(fields, "num_crossposts"),
        "impression": count(fields, "view_count"),
    }
    if not any(counts.values()):
        return NOTHING_YET
    name = _name(fields, SUBMISSION)
    posted = moment(fields.get("created_utc"))
    return lifetime_events(CHANNEL, posted, counts, "reddit", account or "-", name, content_id=name)


def comment(fields: dict[str, Any], account: str, *, is_counted: bool = False) -> Converted:
    """Return a comment, booked at its own time, and its score.

    Parameters
    ----------
    is_counted : bool
        Whether num_comments of its submission includes it.
    """
    if text(fields, "body") in _GONE:
        return "a deleted comment"
    name = _name(fields, COMMENT)
    at = moment(fields.get("created_utc"))
    content_id = text(fields, "link_id")
    parts = ("reddit", account or "-", name)
    liked = lifetime_events(CHANNEL, at, {"like": _score(fields)}, *parts, content_id=content_id)
    likes = liked if isinstance(liked, tuple) else ()
    if is_counted:
        return likes or "a comment: num_comments of its submission includes it"
    answered = text(fields, "parent_id")
    is_reply = answered.startswith(f"{COMMENT}_")
    parent = event_id(CHANNEL, *parts[:-1], answered, "comment") if is_reply else ""
    reply = engagement(CHANNEL, "comment", at, *parts, content_id=content_id, parent=parent)
    return (reply, *likes)


def shown(fields: Any) -> str:
    """Return the fields that a rejected submission or comment may show."""
    return harmless(fields, "name", "id", "created_utc")


def _score(fields: dict[str, Any]) -> int:
    if fields.get("score_hidden") is True:
        return 0
    score = fields.get("score")
    return max(0, signed_count(fields.get("ups") if score is None else score, "score"))


def _name(fields: dict[str, Any], kind: str) -> str:
    """Return the full name, e.g. ``t3_98vj9e``."""
    identity = text(fields, "id").removeprefix(f"{kind}_")
    name = f"{kind}_{identity}" if identity else text(fields, "name")
    if not name:
        raise RowRejected("missing_value", "the record has neither id nor name")
    return name
