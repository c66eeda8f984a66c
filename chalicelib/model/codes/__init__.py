"""The registry of codes: every reason, warning, verdict, rejection and problem.

A code has a human title, one sentence about what it means, a severity, and one sentence about what
would help. The documentation, `GET /v1/codes`, the dashboard and the command line read them here,
and so does the rule that lowers verdicts (`services.answers.verdicts`). Pure data: this package
imports no other package of this project.

`REJECTIONS` lists the codes for which a file, a row or an event is rejected, `PROBLEMS` those of
errors of the API. They have titles too.

A code with a subject is emitted with a suffix, as in ``collinear_with:facebook/share``; it is
registered by its stem.
"""

from __future__ import annotations

from chalicelib.model.codes.entries import Code, Direction, Problem, Rejection, Severity, Use
from chalicelib.model.codes.problem_codes import BACKGROUND_ERRORS, EXPERIMENT_ERRORS, PROBLEMS
from chalicelib.model.codes.reason_codes import REASONS
from chalicelib.model.codes.rejection_codes import REJECTIONS, meanings_of
from chalicelib.model.codes.verdict_codes import VERDICTS
from chalicelib.model.codes.warning_codes import WARNINGS

__all__ = [
    "BACKGROUND_ERRORS",
    "CODES",
    "EXPERIMENT_ERRORS",
    "PROBLEMS",
    "REJECTIONS",
    "Code",
    "Direction",
    "Problem",
    "Rejection",
    "Severity",
    "Use",
    "code_of",
    "error_title_of",
    "meanings_of",
    "stem_of",
    "title_of",
]

CODES: dict[str, Code] = {one.code: one for one in (*VERDICTS, *REASONS, *WARNINGS)}
"""Code (the stem, for one with a subject) -> its entry."""


def stem_of(code: str) -> str:
    """Remove the subject from an emitted code: ``collinear_with:x/y`` -> ``collinear_with``."""
    return code.partition(":")[0]


def code_of(code: str) -> Code:
    """Look up an emitted code; raises KeyError if it is not registered."""
    return CODES[stem_of(code)]


def title_of(code: str) -> str:
    """Return the title of an emitted code, with its subject if it has one.

    An unknown code (from a document of a newer version) becomes its words.
    """
    stem, _, subject = code.partition(":")
    title = CODES[stem].title if stem in CODES else stem.replace("_", " ")
    return f"{title}: {subject}" if subject else title


def error_title_of(code: str) -> str:
    """Return the title of an error; an unknown code becomes its words."""
    for listed in (PROBLEMS, BACKGROUND_ERRORS, REJECTIONS):
        if code in listed:
            return listed[code].title
    return code.replace("_", " ").capitalize()
