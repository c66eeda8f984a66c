"""The registry of codes: every reason, warning and verdict that an answer can carry.

A code has a human title, one sentence about what it means, a severity, and one sentence about what
would help. The documentation, `GET /v1/codes`, the dashboard and the command line read them here,
and so does the rule that lowers verdicts (`services.answers.verdicts`). Pure data: this package
imports nothing else of the house.

`REJECTIONS` has the codes for which a file, a row or an event is rejected, with titles, too.

A code with a subject is emitted with a suffix, as in ``collinear_with:facebook/share``; it is
registered by its stem.
"""

from __future__ import annotations

from chalicelib.model.codes.entries import Code, Direction, Rejection, Severity, Use
from chalicelib.model.codes.reason_codes import REASONS
from chalicelib.model.codes.rejection_codes import REJECTIONS, meanings_of
from chalicelib.model.codes.verdict_codes import VERDICTS
from chalicelib.model.codes.warning_codes import WARNINGS

__all__ = [
    "CODES",
    "REJECTIONS",
    "Code",
    "Direction",
    "Rejection",
    "Severity",
    "Use",
    "code_of",
    "meanings_of",
    "stem_of",
    "title_of",
]

CODES: dict[str, Code] = {one.code: one for one in (*VERDICTS, *REASONS, *WARNINGS)}
"""Code (the stem, for one with a subject) -> its entry."""


def stem_of(code: str) -> str:
    """The registered part of a code as emitted: ``collinear_with:x/y`` -> ``collinear_with``."""
    return code.partition(":")[0]


def code_of(code: str) -> Code:
    """The entry of a code as emitted; raises KeyError if it is not registered."""
    return CODES[stem_of(code)]


def title_of(code: str) -> str:
    """The title of a code as emitted, with its subject if it has one.

    A code that this version does not know (of a document from a newer one) is shown in words.
    """
    stem, _, subject = code.partition(":")
    title = CODES[stem].title if stem in CODES else stem.replace("_", " ")
    return f"{title}: {subject}" if subject else title
