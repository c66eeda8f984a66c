"""GET /v1/codes: the meaning of every reason, warning, verdict, rejection and problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.codes import (
    BACKGROUND_ERRORS,
    CODES,
    EXPERIMENT_ERRORS,
    PROBLEMS,
    REJECTIONS,
)
from chalicelib.model.codes.code_languages import LANGUAGES, Language, text_of
from chalicelib.model.codes.entries import Direction, Rejected, Severity, Use
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.answer_tables import Row, Table


class CodeEntry(TypedDict):
    """One reason, warning or verdict."""

    code: Annotated[str, Field(description="For a code with a subject, the part before the colon.")]
    used_as: list[Use]
    subject: Annotated[
        str | None, Field(description="What the suffix after the colon names, if there is one.")
    ]
    title: str
    meaning: str
    severity: Severity
    may_be: Annotated[
        Direction | None,
        Field(description="In which direction the estimate may be wrong."),
    ]
    help: Annotated[str, Field(description="What would help.")]


class RejectionEntry(TypedDict):
    """Why a file, a row of a file or an event is rejected, or why an import failed."""

    code: str
    used_as: list[Rejected]
    title: str
    meaning: str
    help: Annotated[str, Field(description="What to do.")]


class ProblemEntry(TypedDict):
    """An error of a request, a fit or an experiment."""

    code: str
    title: str
    meaning: str
    help: Annotated[str, Field(description="What to do.")]


class Codes(TypedDict):
    """Every reason, warning and verdict of answers, every rejection and every error."""

    language: Annotated[Language, Field(description="The language of titles and sentences.")]
    codes: list[CodeEntry]
    rejections: list[RejectionEntry]
    problems: list[ProblemEntry]


TABLE = Table(CodeEntry)


def parse_language(text: str) -> Language:
    """Return the language of the texts; raises InvalidFields for an unknown one."""
    for one in LANGUAGES:
        if text == one:
            return one
    error = FieldError("/language", "unknown_value", f"one of {', '.join(LANGUAGES)}")
    raise InvalidFields("the query is invalid", (error,))


def list_codes(language: Language = "en") -> Codes:
    """Return the registry of codes as an answer, in a language."""
    return {
        "language": language,
        "codes": [
            {
                "code": one.code,
                "used_as": list(one.used_as),
                "subject": one.subject,
                "title": text.title,
                "meaning": text.meaning,
                "severity": one.severity,
                "may_be": one.may_be,
                "help": text.help,
            }
            for one in CODES.values()
            for text in (text_of(one, language),)
        ],
        "rejections": [
            {
                "code": one.code,
                "used_as": list(one.used_as),
                "title": text.title,
                "meaning": text.meaning,
                "help": text.help,
            }
            for one in REJECTIONS.values()
            for text in (text_of(one, language),)
        ],
        "problems": [
            {"code": one.code, "title": text.title, "meaning": text.meaning, "help": text.help}
            for listed in (PROBLEMS, BACKGROUND_ERRORS, EXPERIMENT_ERRORS)
            for one in listed.values()
            for text in (text_of(one, language),)
        ],
    }


def code_rows(answer: Codes) -> Iterator[Row]:
    """Return all entries as flat rows for CSV; cells without a value are empty."""
    return TABLE.rows([*answer["codes"], *answer["rejections"], *answer["problems"]])
