"""GET /v1/codes: what every reason, warning, verdict and rejection means."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, CACHED, Answer, endpoint
from chalicelib.services import code_answers

blueprint = Blueprint(__name__)


@blueprint.route("/v1/codes", methods=["GET"], content_types=ANY_TYPE)
@endpoint(tabular=True, public=True)
def get_codes(_call: Call) -> Answer:
    """Every reason, warning, verdict and rejection: title, meaning, and what would help."""
    answer = code_answers.list_codes()
    rows = code_answers.code_rows(answer)
    return Answer(answer, rows=rows, columns=code_answers.TABLE.columns, headers={**CACHED})
