"""Fields that many answers share: days, instants, codes, estimates.

The shape of an answer is a `TypedDict` in the module that builds the answer. It is declared once:
mypy checks the builder against it, `answer_tables` derives the CSV columns from it, and
`api.openapi` generates the OpenAPI description from its docstring and `Annotated` metadata when the
docs are built. The service does not compile schemas when it starts.

`TypedDict` comes from `typing_extensions` because pydantic reads only that one on Python 3.11.
Shapes with a field ``from`` are declared in the functional form: ``from`` is a keyword.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.events.event_fields import SLUG_PATTERN

Method = Literal["experiment", "within_user", "time_series"]
Reasons = Annotated[
    list[str], Field(description="Codes that explain a missing number or verdict (GET /v1/codes).")
]
Warnings = Annotated[
    list[str], Field(description="Codes with caveats about a number (GET /v1/codes).")
]
UnseenShare = Annotated[
    float | None,
    Field(description="Share of the effect that occurs after the last day of the data."),
]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]
Channel = Annotated[str, Field(pattern=SLUG_PATTERN)]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
CredentialState = Literal["active", "expired", "revoked"]


class Estimate(TypedDict):
    """An estimate with its 95 % interval; null if it cannot be known or has no bound."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


Window = TypedDict("Window", {"from": Day, "to": Day})
Window.__doc__ = "First and last day of a fit, inclusive."

Period = TypedDict("Period", {"from": Day, "to": Day})
Period.__doc__ = "First and last day of an answer, inclusive."


class Failure(TypedDict):
    """Why an import or a fit failed."""

    code: str
    detail: str
