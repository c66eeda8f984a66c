"""Words in cells of mapped files: engagement types, yes and no, names as slugs."""

from __future__ import annotations

import re

from chalicelib.importers.mappings.mapping_fields import ENGAGEMENTS
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.tables.headings import comparable
from chalicelib.model.events.event_fields import is_slug

TYPE_WORDS = {
    "reaction": "like",
    "+1": "like",
    "favorite": "like",
    "favourite": "like",
    "gefällt mir": "like",
    "retweet": "share",
    "repost": "share",
    "re-share": "share",
    "geteilt": "share",
    "reply": "comment",
    "kommentar": "comment",
    "klick": "click",
    "aufruf": "view",
    "link": "mention",
    "bewertung": "review",
} | {kind: kind for kind in ENGAGEMENTS}
"""Platforms' words for engagement types, singular and without case -> the contract's name."""

_TRUE = frozenset({"true", "yes", "1", "ja", "wahr", "paid", "bezahlt"})
_FALSE = frozenset({"", "false", "no", "0", "nein", "falsch", "organic", "organisch"})
_YES = frozenset({"true", "yes", "y", "1", "ja", "wahr", "granted", "opt-in", "erteilt"})
_NO = frozenset(
    {"", "false", "no", "n", "0", "nein", "falsch", "denied", "opt-out", "widerrufen", "withdrawn"}
)


def slug_of(text: str) -> str:
    """Return a name as the slug of a channel or goal; raise `RowRejected`."""
    slug = re.sub(r"[^a-z0-9]+", "_", comparable(text)).strip("_")
    if not is_slug(slug):
        raise RowRejected("unknown_type", "channels and goals are short names in Latin letters")
    return slug


def type_of(text: str) -> str:
    """Return the engagement type of a word; raise `RowRejected`."""
    word = comparable(text)
    for known in (word, word.removesuffix("s")):
        if known in TYPE_WORDS:
            return TYPE_WORDS[known]
    raise RowRejected("unknown_type", "the type is not one of " + ", ".join(ENGAGEMENTS))


def agrees(text: str) -> bool:
    """Whether a cell is a yes; an empty cell is a no. Raises `RowRejected`."""
    return _one_of(text, _YES, _NO, "the consent is neither yes nor no")


def truth_of(text: str) -> bool:
    """Whether a cell states that something was paid; raises `RowRejected`."""
    return _one_of(text, _TRUE, _FALSE, "paid is neither true nor false")


def _one_of(text: str, yes: frozenset[str], no: frozenset[str], message: str) -> bool:
    word = comparable(text)
    if word not in yes | no:
        raise RowRejected("unknown_type", message)
    return word in yes
