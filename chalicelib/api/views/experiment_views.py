"""/v1/experiments: register hold-outs and geo tests, list them with what they say."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import JSON, read_body
from chalicelib.model.strict_json import parse_json
from chalicelib.services import experiments
from chalicelib.services.experiments import shown
from chalicelib.services.experiments.experiment_bodies import EXPERIMENT_ID

blueprint = Blueprint(__name__)


@blueprint.route("/v1/experiments", methods=["POST"], content_types=ANY_TYPE)
@endpoint()
def post_experiment(call: Call) -> Answer:
    """Register an experiment, or restate one under its id."""
    _, body = read_body(call.request, (JSON,))
    registered = experiments.register_experiment(
        call.store, parse_json(body), now=call.now, regions_by=wiring.analyse_regions
    )
    found = registered.experiment
    return Answer(
        shown.shown_experiment(found),
        status=201 if registered.created else 200,
        headers={"Location": f"/v1/experiments/{found.experiment_id}"},
    )


@blueprint.route("/v1/experiments", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("limit", "cursor"), tabular=True)
def get_experiments(call: Call) -> Answer:
    """The tenant's experiments with their analysis, by id."""
    page, following = experiments.list_experiments(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(EXPERIMENT_ID)
    )
    listed = [shown.shown_experiment(one) for one in page]
    answer: shown.Experiments = {"experiments": listed, "next": following}
    return Answer(answer, rows=shown.TABLE.rows(listed), columns=shown.TABLE.columns)


@blueprint.route("/v1/experiments/{experiment_id}", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read")
def get_experiment(call: Call, experiment_id: str) -> Answer:
    """One experiment with its analysis."""
    return Answer(shown.shown_experiment(experiments.show_experiment(call.store, experiment_id)))
