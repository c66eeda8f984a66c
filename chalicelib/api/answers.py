"""GET /v1/roi, /v1/equivalence and /v1/attribution: answered from one stored fit."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.services import answers
from chalicelib.services.fits import latest_document

blueprint = Blueprint(__name__)


@blueprint.route("/v1/roi", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("from", "to", "goal", "channel"), tabular=True)
def get_roi(call: Call) -> Answer:
    """The return on each channel."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.roi(
        latest_document(call.store, goal),
        start=start,
        end=end,
        goal=goal,
        channel=call.query.get("channel"),
    )
    return Answer(answer, rows=answers.roi_rows(answer))


@blueprint.route("/v1/equivalence", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("engagement", "baseline", "from", "to", "goal"), tabular=True)
def get_equivalence(call: Call) -> Answer:
    """What one engagement is worth in engagements of a baseline."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.equivalence(
        latest_document(call.store, goal),
        engagement=call.query.get("engagement"),
        baseline=call.query.get("baseline"),
        start=start,
        end=end,
        goal=goal,
    )
    return Answer(answer, rows=answers.equivalence_rows(answer))


@blueprint.route("/v1/attribution", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("model", "from", "to", "goal"), tabular=True)
def get_attribution(call: Call) -> Answer:
    """What classical models credit to each kind, next to what it caused."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.attribution(
        latest_document(call.store, goal),
        model=call.query.get("model"),
        start=start,
        end=end,
        goal=goal,
    )
    return Answer(answer, rows=answers.attribution_rows(answer))
