"""/v1/experiments: register holdouts and geo tests, and list them with their results."""

from __future__ import annotations

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.services import experiments
from chalicelib.services.experiments import shown
from chalicelib.services.experiments.experiment_bodies import EXPERIMENT_ID

views = Routes("experiments", "Holdouts and geo tests.")


@views.route(
    "POST",
    "/v1/experiments",
    body=Body("ExperimentBody"),
    answer=shown.Experiment,
    statuses=(200, 201),
    creates=True,
)
def post_experiment(call: Call) -> Answer:
    """Register an experiment, or restate one with the same id."""
    registered = experiments.register_experiment(
        call.store, call.json(), now=call.now, regions_by=wiring.analyse_regions
    )
    found = registered.experiment
    return Answer(
        shown.shown_experiment(found),
        status=201 if registered.created else 200,
        headers={"Location": f"/v1/experiments/{found.experiment_id}"},
    )


@views.route(
    "GET",
    "/v1/experiments",
    roles=("read",),
    page=Page(EXPERIMENT_ID, by_link=True),
    tabular=True,
    answer=shown.Experiments,
)
def get_experiments(call: Call) -> Answer:
    """List the experiments with their analysis, by id."""
    page, following = experiments.list_experiments(
        call.store, limit=call.limit(), after=call.cursor()
    )
    listed = [shown.shown_experiment(one) for one in page]
    answer: shown.Experiments = {"experiments": listed, "next": following}
    return Answer(answer, rows=shown.TABLE.rows(listed), columns=shown.TABLE.columns)


@views.route("GET", "/v1/experiments/{experiment_id}", roles=("read",), answer=shown.Experiment)
def get_experiment(call: Call, experiment_id: str) -> Answer:
    """Get an experiment with its analysis."""
    return Answer(shown.shown_experiment(experiments.show_experiment(call.store, experiment_id)))
