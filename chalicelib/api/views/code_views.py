"""GET /v1/codes: the meaning of every reason, warning, verdict and rejection."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.responses import CACHED, Answer
from chalicelib.api.routes import Routes
from chalicelib.services import code_answers

views = Routes("codes", "Meanings of reasons, warnings, verdicts and rejections.")


@views.route("GET", "/v1/codes", tabular=True, public=True, answer=code_answers.Codes)
def get_codes(_call: Call) -> Answer:
    """List every reason, warning, verdict and rejection: title, meaning, and what would help."""
    answer = code_answers.list_codes()
    rows = code_answers.code_rows(answer)
    return Answer(answer, rows=rows, columns=code_answers.TABLE.columns, headers={**CACHED})
