"""GET /v1/codes: what every reason, warning, verdict and rejection means."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.responses import CACHED, Answer
from chalicelib.api.routes import Routes
from chalicelib.model import codes

views = Routes("codes", "Reasons, warnings, verdicts and rejections in words.")


@views.route("GET", "/v1/codes", tabular=True, public=True, answer="Codes")
def get_codes(_call: Call) -> Answer:
    """Every reason, warning, verdict and rejection: title, meaning, and what would help."""
    entries, rejections = codes.rows(), codes.rejection_rows()
    rows = [
        {**one, "used_as": " ".join(one["used_as"] or ())}
        for listed in (entries, rejections)
        for one in listed
    ]
    return Answer(
        {"codes": entries, "rejections": rejections},
        rows=rows,
        columns=tuple(entries[0]),
        headers={**CACHED},
    )
