"""GET /v1/codes: the meaning of every reason, warning, verdict and rejection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.codes import CODES, REJECTIONS
from chalicelib.model.codes.entries import Direction, Rejected, Severity, Use
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


class Codes(TypedDict):
    """Every reason, warning and verdict of answers, and every rejection."""

    codes: list[CodeEntry]
    rejections: list[RejectionEntry]


TABLE = Table(CodeEntry)


def list_codes() -> Codes:
    """Return the registry of codes as an answer."""
    return {
        "codes": [
            {
                "code": one.code,
                "used_as": list(one.used_as),
                "subject": one.subject,
                "title": one.title,
                "meaning": one.meaning,
                "severity": one.severity,
                "may_be": one.may_be,
                "help": one.help,
            }
            for one in CODES.values()
        ],
        "rejections": [
            {
                "code": one.code,
                "used_as": list(one.used_as),
                "title": one.title,
                "meaning": one.meaning,
                "help": one.help,
            }
            for one in REJECTIONS.values()
        ],
    }


def code_rows(answer: Codes) -> Iterator[Row]:
    """Return all entries as flat rows for CSV; cells without a value are empty."""
    return TABLE.rows([*answer["codes"], *answer["rejections"]])
