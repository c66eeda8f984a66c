"""The tests that a plan advises: designed by default, and valued at the error they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.worth_of_tests import free_to_test, least_worth, worth_of_decision
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Channel
from chalicelib.services.answers.design_questions import DesignAsked
from chalicelib.services.answers.design_shapes import DesignVerdict
from chalicelib.services.answers.designed_parts import Designed, verdict_of_test
from chalicelib.services.answers.experiment_designs import design_test
from chalicelib.services.answers.intervals import rounded
from chalicelib.services.answers.planned_goals import PlannedGoals
from chalicelib.services.answers.ranges import read_goal
from chalicelib.services.fitting.fit_documents import FitDocument

DESIGN_PATH = "/v1/experiments/design"
MOST_DESIGNS = 6
"""Tests of further channels, those with less spend, are not designed: a plan takes 0.2 s."""
NOT_TRIED = "design_not_tried"
_UNTESTABLE = frozenset(
    {"frozen_on_request", "no_spend_today", "no_engagements", "costs_not_by_day"}
)
_ORDER: tuple[DesignVerdict, ...] = ("worth_it", "not_estimable", "not_feasible")


class TestWorth(TypedDict):
    """A test of a channel, as it is designed by default, and what it is worth."""

    channel: Channel
    worth: Annotated[
        float | None,
        Field(
            description="Expected value of the better decision over half a year, at the error of "
            "this design; null if the test is not feasible, or its worth is unknown."
        ),
    ]
    type: EngagementType
    paid: bool
    verdict: Annotated[
        DesignVerdict,
        Field(description="Of the design. Tests that are `not_worth_it` are not listed."),
    ]
    reasons: Annotated[
        list[str], Field(description="Why the test is not feasible, or its worth is unknown.")
    ]
    design: Annotated[str, Field(description="Path and query of the design of such a test.")]


def advised(test: TestWorth) -> bool:
    """Whether the test may be recommended: it is worth it, or its worth is unknown."""
    return test["verdict"] != "not_feasible"


def find_tests(
    document: FitDocument,
    goals: PlannedGoals,
    channels: Sequence[PlannedChannel],
    reasons: Mapping[str, list[str]],
    *,
    undecided: bool,
) -> list[TestWorth]:
    """Tests that are worth it, the best one first; then those of unknown worth, and not feasible.

    Parameters
    ----------
    channels, reasons
        Of the plan; the reasons say why a channel is frozen.
    undecided : bool
        Whether channels that may move are candidates, too, because the plan is not sure enough.
    """
    if not goals.has_value or goals.repeat_few:
        return []
    goal = goals.names[0]
    usual = goal == read_goal(document, None)
    more_query = "" if usual else f"&goal={goal}"
    stored = {one["channel"]: one for one in goals.curves[0]["channels"]}
    candidates = [
        one
        for one in channels
        if (
            not _UNTESTABLE & set(reasons[one.name])
            if reasons[one.name]
            else undecided and not one.frozen
        )
    ]
    candidates.sort(key=lambda one: -one.now)
    tests: list[TestWorth] = []
    for number, one in enumerate(candidates):
        type_, paid = stored[one.name]["type"], stored[one.name]["paid"]
        verdict: DesignVerdict = "not_estimable"
        worth, why = None, [NOT_TRIED]
        if number < MOST_DESIGNS:
            asked = DesignAsked(channel=one.name, type=type_, paid=paid)
            _, _, designed = design_test(document, asked, goal=goal)
            verdict, worth = _judge(channels, one, designed, goals.factors[0])
            why = [*designed.obstacles, *designed.unknown]
        if verdict == "not_worth_it":
            continue
        if verdict == "not_estimable" and not why:
            why = ["nothing_to_move"]
        tests.append(
            {
                "channel": one.name,
                "worth": rounded(worth, 2) if verdict == "worth_it" else None,
                "type": type_,
                "paid": paid,
                "verdict": verdict,
                "reasons": why,
                "design": f"{DESIGN_PATH}?channel={one.name}&type={type_}"
                f"&paid={str(paid).lower()}{more_query}",
            }
        )
    return sorted(tests, key=lambda test: (_ORDER.index(test["verdict"]), -(test["worth"] or 0.0)))


def _judge(
    channels: Sequence[PlannedChannel], one: PlannedChannel, designed: Designed, factor: float
) -> tuple[DesignVerdict, float | None]:
    """The verdict on a test, and its worth.

    `factor`: of the plan for the value of the goal that the design measures.
    """
    worth = lost = None
    if designed.error_per_spend and not designed.obstacles:
        error = designed.error_per_spend * factor
        worth = worth_of_decision(channels, one.name, error=error)
    free = free_to_test(one, channels)
    if free.known and designed.days_lost is not None:
        lost = (max(fmean(free.values(one.now)), 0.0) - one.now) * designed.days_lost
    return verdict_of_test(designed, worth, lost, least_worth(channels)), worth
