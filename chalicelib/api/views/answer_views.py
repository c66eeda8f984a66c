"""Answers from a stored fit: GET /v1/roi, /v1/engagements, /v1/equivalence and their like."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.services import answers
from chalicelib.services.fitting.fits import answering_document

blueprint = Blueprint(__name__)


@blueprint.route("/v1/roi", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("from", "to", "goal", "channel", "fit"), tabular=True)
def get_roi(call: Call) -> Answer:
    """The return on each channel."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.roi(
        answering_document(call.store, goal, call.query.get("fit")),
        start=start,
        end=end,
        goal=goal,
        channel=call.query.get("channel"),
    )
    return Answer(answer, rows=answers.roi_rows(answer), columns=answers.ROI_TABLE.columns)


@blueprint.route("/v1/engagements", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("from", "to", "goal", "fit"), tabular=True)
def get_engagements(call: Call) -> Answer:
    """What each engagement type brought, one row per type."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.engagements(
        answering_document(call.store, goal, call.query.get("fit")),
        start=start,
        end=end,
        goal=goal,
    )
    rows = answers.engagement_rows(answer)
    return Answer(answer, rows=rows, columns=answers.ENGAGEMENTS_TABLE.columns)


@blueprint.route("/v1/equivalence", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("engagement", "baseline", "from", "to", "goal", "fit"), tabular=True)
def get_equivalence(call: Call) -> Answer:
    """What one engagement is worth in engagements of a baseline."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.equivalence(
        answering_document(call.store, goal, call.query.get("fit")),
        engagement=call.query.get("engagement"),
        baseline=call.query.get("baseline"),
        start=start,
        end=end,
        goal=goal,
    )
    rows = answers.equivalence_rows(answer)
    return Answer(answer, rows=rows, columns=answers.EQUIVALENCE_TABLE.columns)


@blueprint.route("/v1/decomposition", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("from", "to", "goal", "fit"), tabular=True)
def get_decomposition(call: Call) -> Answer:
    """Conversions per day: baseline, context and what each channel brought."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.decomposition(
        answering_document(call.store, goal, call.query.get("fit")),
        start=start,
        end=end,
        goal=goal,
    )
    table = answers.decomposition_table(answer)
    return Answer(answer, rows=table.rows(answer["days"]), columns=table.columns)


@blueprint.route("/v1/attribution", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("model", "from", "to", "goal", "fit"), tabular=True)
def get_attribution(call: Call) -> Answer:
    """What classical models credit to each kind, next to what it caused."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.attribution(
        answering_document(call.store, goal, call.query.get("fit")),
        model=call.query.get("model"),
        start=start,
        end=end,
        goal=goal,
    )
    columns = answers.attribution_table(answer).columns
    return Answer(answer, rows=answers.attribution_rows(answer), columns=columns)
