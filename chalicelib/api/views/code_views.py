"""GET /v1/codes: the meaning of every reason, warning, verdict, rejection and problem."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.responses import CACHED, Answer
from chalicelib.api.routes import Routes
from chalicelib.services import code_answers

views = Routes("codes", "Meanings of reasons, warnings, verdicts, rejections and errors.")


@views.route(
    "GET",
    "/v1/codes",
    params=("language",),
    tabular=True,
    public=True,
    answer=code_answers.Codes,
)
def get_codes(call: Call) -> Answer:
    """List every reason, warning, verdict, rejection and error: title, meaning, what would help."""
    answer = code_answers.list_codes(code_answers.parse_language(call.query.get("language", "en")))
    rows = code_answers.code_rows(answer)
    return Answer(answer, rows=rows, columns=code_answers.TABLE.columns, headers={**CACHED})
