"""The body of every HTTP error: problem details (RFC 9457).

The API, the server on one machine and the template of the API gateway use it.
"""

from __future__ import annotations

from typing import Any

from chalicelib.model.codes import error_title_of

PROBLEM_TYPE = "application/problem+json"


def problem_details(code: str, status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Make the body of a problem; `type` links to the code's line in the documentation.

    Parameters
    ----------
    code : str
        Stable and machine-readable; the registry of codes has its title.
    status : int
        The HTTP status.
    detail : str
        One sentence for a person.
    more
        Further members.
    """
    return {
        "type": f"/docs/errors#{code}",
        "title": error_title_of(code),
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
    }
