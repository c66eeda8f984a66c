"""GET /v1/codes: what every reason, warning and verdict means."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import codes
from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, CACHED, Answer, endpoint

blueprint = Blueprint(__name__)


@blueprint.route("/v1/codes", methods=["GET"], content_types=ANY_TYPE)
@endpoint(tabular=True, public=True)
def get_codes(_call: Call) -> Answer:
    """Every reason, warning and verdict: title, meaning, severity, and what would help."""
    entries = codes.rows()
    rows = [{**one, "used_as": " ".join(one["used_as"] or ())} for one in entries]
    return Answer({"codes": entries}, rows=rows, headers={**CACHED})
