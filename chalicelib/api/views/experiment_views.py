"""/v1/experiments: register hold-outs and geo tests, list them with what they say."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.services import experiments
from chalicelib.services.experiments.experiment_bodies import EXPERIMENT_ID
from chalicelib.storage.experiment_items import Experiment

COLUMNS = (
    "id",
    "name",
    "kind",
    "channel",
    "type",
    "paid",
    "goal",
    "from",
    "to",
    "engagements",
    "method",
    "incremental_conversions",
    "incremental_conversions_ci_low",
    "incremental_conversions_ci_high",
    "conversions_per_engagement",
    "conversions_per_engagement_ci_low",
    "conversions_per_engagement_ci_high",
    "p_value",
    "reasons",
    "warnings",
    "registered_at",
    "restated_at",
)

views = Routes("experiments", "Hold-outs and geo tests.")


@views.route(
    "POST",
    "/v1/experiments",
    body=Body("ExperimentBody"),
    answer="Experiment",
    statuses=(200, 201),
    creates=True,
)
def post_experiment(call: Call) -> Answer:
    """Register an experiment, or restate one under its id."""
    registered = experiments.register_experiment(
        call.store, call.json(), now=call.now, regions_by=wiring.analyse_regions
    )
    found = registered.experiment
    return Answer(
        _told(found),
        status=201 if registered.created else 200,
        headers={"Location": f"/v1/experiments/{found.experiment_id}"},
    )


@views.route(
    "GET",
    "/v1/experiments",
    roles=("read",),
    page=Page(EXPERIMENT_ID),
    tabular=True,
    answer="Experiments",
)
def get_experiments(call: Call) -> Answer:
    """The tenant's experiments with their analysis, by id."""
    page, following = experiments.list_experiments(
        call.store, limit=call.limit(), after=call.cursor()
    )
    return Answer(
        {"experiments": [_told(one) for one in page], "next": following},
        rows=experiments.experiment_rows(page),
        columns=COLUMNS,
    )


@views.route("GET", "/v1/experiments/{experiment_id}", roles=("read",), answer="Experiment")
def get_experiment(call: Call, experiment_id: str) -> Answer:
    """One experiment with its analysis."""
    return Answer(_told(experiments.show_experiment(call.store, experiment_id)))


def _told(one: Experiment) -> dict[str, Any]:
    return {
        "id": one.experiment_id,
        **one.what,
        "registered_at": one.registered_at,
        "restated_at": one.restated_at,
        "analysis": one.analysis,
    }
