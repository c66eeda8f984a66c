"""Answers from a stored fit: GET /v1/roi, /v1/engagements, /v1/equivalence and similar routes."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Routes
from chalicelib.model.errors import NoFitYet, NotFound, OtherVersion
from chalicelib.services import answers
from chalicelib.services.answers.design_questions import (
    DESIGN_FIELDS,
    DESIGN_PARAMETERS,
    LIMITS,
    WHOLE,
    read_design,
    read_design_query,
    read_paid,
)
from chalicelib.services.answers.plan_bodies import PLAN_FIELDS, read_plan
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.fits import answering_document, named_people
from chalicelib.services.multipliers import AskedPeople, multipliers_among, read_user_ids

views = Routes("answers", "ROI of channels and value of engagements.")
answer_route = partial(
    views.route, "GET", roles=("read",), tabular=True, raises=(NoFitYet, NotFound, OtherVersion)
)


def _asked(call: Call) -> tuple[FitDocument, dict[str, Any]]:
    """The fit that answers a call, with the days and the goal that the call asks for."""
    start, end = call.period()
    goal = call.query.get("goal")
    document = answering_document(call.store, goal, call.query.get("fit"))
    return document, {"start": start, "end": end, "goal": goal}


@answer_route("/v1/roi", params=("from", "to", "goal", "channel", "fit"), answer=answers.Roi)
def get_roi(call: Call) -> Answer:
    """Get the ROI of each channel."""
    document, asked = _asked(call)
    answer = answers.roi(document, channel=call.query.get("channel"), **asked)
    return Answer(answer, rows=answers.roi_rows(answer), columns=answers.ROI_TABLE.columns)


@answer_route(
    "/v1/audiences",
    params=("from", "to", "goal", "channel", "size", "horizon_days", "fit"),
    answer=answers.Audiences,
)
def get_audiences(call: Call) -> Answer:
    """Get what a follower, and a page with its followers, are worth."""
    document, asked = _asked(call)
    answer = answers.audiences(
        document,
        channel=call.query.get("channel"),
        size=call.whole_number("size"),
        horizon_days=call.whole_number("horizon_days"),
        **asked,
    )
    table = answers.AUDIENCES_TABLE
    return Answer(answer, rows=answers.audience_rows(answer), columns=table.columns)


@answer_route(
    "/v1/response-curves",
    params=("goal", "channel", "fit"),
    answer=answers.ResponseCurveAnswer,
)
def get_response_curves(call: Call) -> Answer:
    """Get what each channel would bring at more or less spend."""
    goal = call.query.get("goal")
    document = answering_document(call.store, goal, call.query.get("fit"))
    answer = answers.response_curves(document, goal=goal, channel=call.query.get("channel"))
    table = answers.CURVES_TABLE
    return Answer(answer, rows=answers.curve_rows(answer), columns=table.columns)


@views.route(
    "POST",
    "/v1/plans",
    roles=("read",),
    params=("goal", "fit"),
    body=Body("PlanBody", optional=PLAN_FIELDS, may_be_absent=True),
    answer=answers.BudgetPlan,
    raises=(NoFitYet, NotFound, OtherVersion),
)
def post_plan(call: Call) -> Answer:
    """Plan the budget: move, stay or test first. Nothing is stored."""
    asked = read_plan(call.fields())
    goal = call.query.get("goal")
    document = answering_document(call.store, goal, call.query.get("fit"))
    return Answer(answers.plan_budget(document, asked, goal=goal))


@views.route(
    "GET",
    "/v1/experiments/design",
    roles=("read",),
    params=("goal", *DESIGN_PARAMETERS, "fit"),
    required=("channel",),
    answer=answers.DesignedTest,
    raises=(NoFitYet, NotFound, OtherVersion),
)
def get_design(call: Call) -> Answer:
    """Design a holdout or a switchback: what it would find, and whether it is worth it."""
    numbers = {
        name: call.whole_number(name) if name in WHOLE else call.number(name) for name in LIMITS
    }
    return _designed(call, read_design_query(call.query, numbers, call.date("from")))


@views.route(
    "POST",
    "/v1/experiments/design",
    roles=("read",),
    params=("goal", "fit"),
    body=Body("DesignBody", optional=DESIGN_FIELDS),
    answer=answers.DesignedTest,
    raises=(NoFitYet, NotFound, OtherVersion),
)
def post_design(call: Call) -> Answer:
    """Design an experiment, also a geo test from the past of its regions. Nothing is stored."""
    return _designed(call, read_design(call.fields()))


@views.route(
    "GET",
    "/v1/experiments/switchback",
    roles=("read",),
    params=("goal", "channel", "first_day", "days", "block", "type", "paid", "margin", "fit"),
    required=("channel", "first_day"),
    answer=answers.SwitchbackResult,
    raises=(NoFitYet, NotFound, OtherVersion),
)
def get_switchback(call: Call) -> Answer:
    """Analyse a finished switchback: its schedule is drawn again, its days are in the fit."""
    first_day = call.date("first_day")
    assert first_day is not None  # the route requires it
    numbers = {name: call.whole_number(name) for name in ("days", "block")}
    asked = answers.SwitchbackAsked(
        call.query["channel"],
        first_day,
        **{name: number for name, number in numbers.items() if number is not None},
        type=call.query.get("type"),
        paid=read_paid(call.query),
        margin=call.number("margin"),
    )
    goal = call.query.get("goal")
    document = answering_document(call.store, goal, call.query.get("fit"))
    return Answer(answers.read_switchback(document, asked, goal=goal))


def _designed(call: Call, asked: answers.DesignAsked) -> Answer:
    goal = call.query.get("goal")
    document = answering_document(call.store, goal, call.query.get("fit"))
    designed = answers.design_experiment(
        document, asked, goal=goal, design_by=wiring.design_regions
    )
    return Answer(designed)


@answer_route("/v1/virality", params=("from", "to", "goal", "fit"), answer=answers.Virality)
def get_virality(call: Call) -> Answer:
    """Get how many further shares a share brings, and what it is worth with all that it brings."""
    document, asked = _asked(call)
    people = named_people(call.store, document)
    answer = answers.virality(document, people=people, **asked)
    table = answers.VIRALITY_TABLE
    return Answer(answer, rows=answers.virality_rows(answer), columns=table.columns)


@answer_route(
    "/v1/search-effects",
    params=("from", "to", "goal", "channel", "only_through_search", "rounding", "fit"),
    answer=answers.SearchEffects,
)
def get_search_effects(call: Call) -> Answer:
    """Get what engagements do through search, and what one more star shown does."""
    document, asked = _asked(call)
    answer = answers.search_effects(
        document,
        channel=call.query.get("channel"),
        only_through_search=call.query.get("only_through_search"),
        rounding=call.query.get("rounding"),
        **asked,
    )
    table = answers.SEARCH_EFFECTS_TABLE
    return Answer(answer, rows=answers.search_effect_rows(answer), columns=table.columns)


@views.route(
    "POST",
    "/v1/virality/people",
    params=("fit",),
    body=Body("PeopleBody", required=("user_ids",)),
    answer=AskedPeople,
    raises=(NoFitYet, NotFound, OtherVersion),
)
def post_virality_people(call: Call) -> Answer:
    """Get how many times the shares of an average person each of these people brings."""
    user_ids = read_user_ids(call.fields()["user_ids"])
    document = answering_document(call.store, None, call.query.get("fit"))
    return Answer(multipliers_among(call.store, document, user_ids))


@answer_route("/v1/engagements", params=("from", "to", "goal", "fit"), answer=answers.Engagements)
def get_engagements(call: Call) -> Answer:
    """Get the incremental conversions of each engagement type, one row per type."""
    document, asked = _asked(call)
    answer = answers.engagements(document, **asked)
    rows = answers.engagement_rows(answer)
    return Answer(answer, rows=rows, columns=answers.ENGAGEMENTS_TABLE.columns)


@answer_route(
    "/v1/equivalence",
    params=("engagement", "baseline", "from", "to", "goal", "fit"),
    answer=answers.Equivalence,
)
def get_equivalence(call: Call) -> Answer:
    """Compare the value of one engagement with one engagement of a baseline."""
    document, asked = _asked(call)
    engagement, baseline = call.query.get("engagement"), call.query.get("baseline")
    answer = answers.equivalence(document, engagement=engagement, baseline=baseline, **asked)
    rows = answers.equivalence_rows(answer)
    return Answer(answer, rows=rows, columns=answers.EQUIVALENCE_TABLE.columns)


@answer_route("/v1/equivalences", params=("from", "to", "goal", "fit"), answer=answers.Equivalences)
def get_equivalences(call: Call) -> Answer:
    """Compare the value of every engagement type with every other one."""
    start, end = call.period()
    goal = call.query.get("goal")
    answer = answers.equivalences(
        answering_document(call.store, goal, call.query.get("fit")),
        start=start,
        end=end,
        goal=goal,
    )
    table = answers.EQUIVALENCES_TABLE
    return Answer(answer, rows=table.rows(answer["pairs"]), columns=table.columns)


@answer_route(
    "/v1/decomposition", params=("from", "to", "goal", "fit"), answer=answers.Decomposition
)
def get_decomposition(call: Call) -> Answer:
    """Split the conversions of each day into baseline, context and incremental per channel."""
    document, asked = _asked(call)
    answer = answers.decomposition(document, **asked)
    table = answers.decomposition_table(answer)
    return Answer(answer, rows=table.rows(answer["days"]), columns=table.columns)


@answer_route(
    "/v1/attribution", params=("model", "from", "to", "goal", "fit"), answer=answers.Attribution
)
def get_attribution(call: Call) -> Answer:
    """Compare the credit of classical models with the incremental conversions of each type."""
    document, asked = _asked(call)
    answer = answers.attribution(document, model=call.query.get("model"), **asked)
    columns = answers.attribution_table(answer).columns
    return Answer(answer, rows=answers.attribution_rows(answer), columns=columns)
