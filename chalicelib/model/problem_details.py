"""The one shape of an error over HTTP: problem details (RFC 9457).

The API, the server on one machine and the template of the gateway in front of AWS Lambda write it.
"""

from __future__ import annotations

from typing import Any

PROBLEM_TYPE = "application/problem+json"


def problem_details(code: str, status: int, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a problem; `type` links to the code's line in the documentation.

    Parameters
    ----------
    code : str
        Stable and machine-readable; the title is made of it.
    detail : str
        One sentence for a person.
    more
        Further members.
    """
    return {
        "type": f"/docs/errors#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
    }
