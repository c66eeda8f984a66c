"""GET /v1/codes: what every reason, warning, verdict and rejection means."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, CACHED, Answer, endpoint
from chalicelib.model import codes

blueprint = Blueprint(__name__)


@blueprint.route("/v1/codes", methods=["GET"], content_types=ANY_TYPE)
@endpoint(tabular=True, public=True)
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
