"""POST /v1/plans: where the next euro goes, from a fit document alone and without numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.plans.plan_decision import SMALL, SURE, Interval, Plan, decide
from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.stored_curves import MOVE_AT_MOST
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.answer_fields import Channel, Estimate, Reasons, Warnings
from chalicelib.services.answer_tables import Column, Table
from chalicelib.services.answers.intervals import NO_ESTIMATE, cost_per_unit, rounded
from chalicelib.services.answers.plan_sentences import sentence_of
from chalicelib.services.answers.planned_goals import PlannedGoals, read_planned_goals
from chalicelib.services.answers.planned_tests import TestWorth, advised, find_tests
from chalicelib.services.answers.ranges import OfFit, refer_to, unknown_value
from chalicelib.services.fitting.fit_documents import FitDocument

DEFAULT_PLAN_DAYS = 28
MAX_PLAN_DAYS = 365
MAX_BUDGET = 1e12
MAX_GOALS = 20
LEAST_VALUE, MOST_VALUE = 1e-6, 1e9
"""Limits of the value of a conversion."""

NO_TEST = "no_test_would_settle_it"

PlanVerdict = Literal["move", "stay", "test_first", "not_estimable"]


class PlannedSpend(TypedDict):
    """A channel in a plan, in amounts per day."""

    channel: Channel
    now: float
    plan: float
    bounds: Annotated[list[float], Field(description="Lowest and highest spend of the plan.")]
    marginal_return: Annotated[
        Estimate, Field(description="Value of the next euro at today's spend.")
    ]
    next_conversion_costs: Annotated[
        Estimate,
        Field(description="Cost of the next incremental conversion; null if they have a value."),
    ]
    frozen: bool
    reasons: Reasons


class NextEuroAnswer(TypedDict):
    """Where the next euro brings most."""

    channel: Channel | None
    chance_best: float | None
    verdict: Annotated[
        str, Field(description="The channel if it is best in 9 of 10 draws, else `undecided`.")
    ]


class BudgetPlan(OfFit):
    """A plan for the budget of the channels with cost.

    ``gain`` is for all days, of the plan considered: that of ``plan`` if the verdict is `move`.
    """

    goal: Annotated[str, Field(description="The goal; of several the first.")]
    goals: Annotated[
        dict[str, float] | None,
        Field(description="Several goals: value of a conversion, or factor of its own value."),
    ]
    days: int
    currency: str
    budget_per_day: float
    compared_with: Literal["now", "now_scaled_to_budget"]
    verdict: PlanVerdict
    gain: Estimate
    gain_is_in: Literal["currency", "conversions"]
    chance_better: float | None
    worst_5_percent: Annotated[
        float | None, Field(description="Mean gain of the worst 5 % of the draws.")
    ]
    channels: list[PlannedSpend]
    next_euro: NextEuroAnswer
    test_first: list[TestWorth]
    reasons: Reasons
    warnings: Warnings
    sentence: str


PLAN_TABLE = Table(
    PlannedSpend,
    *("channel", "now", "plan"),
    Column("bounds", "bounds", lambda bounds: "/".join(f"{bound:g}" for bound in bounds)),
    *("marginal_return", "next_conversion_costs", "frozen", "reasons"),
)


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What a caller asks of a plan.

    Raises
    ------
    InvalidFields
        If a value is outside its limits.
    """

    budget: float | None = None
    """For all days; None: as now."""
    days: int = DEFAULT_PLAN_DAYS
    freeze: tuple[str, ...] = ()
    move_at_most: float = MOVE_AT_MOST
    free: bool = False
    margin: float | None = None
    sure: float = SURE
    goals: Mapping[str, float] | None = None
    """Several goals: the value of a conversion, or the factor of the value that it carries."""

    def __post_init__(self) -> None:
        """Check the limits."""
        limits: tuple[tuple[str, float | None, float, float], ...] = (
            ("budget", self.budget, 0.0, MAX_BUDGET),
            ("days", self.days, 1, MAX_PLAN_DAYS),
            ("move_at_most", self.move_at_most, 0.01, 1.0),
            ("margin", self.margin, 0.001, 1.0),
            ("sure", self.sure, 0.5, 0.999),
        )
        for name, value, least, most in limits:
            if value is not None and not least <= value <= most:
                hint = " (0.4 is 40 %)" if name == "margin" else ""
                message = f"must be from {least:g} to {most:g}{hint}"
                raise _wrong(name, "out_of_range", message)
        if self.goals is not None:
            if not 1 <= len(self.goals) <= MAX_GOALS:
                raise _wrong("goals", "out_of_range", f"must be 1 to {MAX_GOALS} goals")
            for name, value in self.goals.items():
                if not LEAST_VALUE <= value <= MOST_VALUE:
                    message = f"must be from {LEAST_VALUE:g} to {MOST_VALUE:g}"
                    raise _wrong(f"goals/{name}", "out_of_range", message)
        if self.free and self.budget is not None:
            raise _wrong("budget", "unknown_field", "has no use if the budget is free")


def plan_budget(document: FitDocument, asked: PlanAsked, *, goal: str | None = None) -> BudgetPlan:
    """A plan in the shape of ``POST /v1/plans``.

    Raises
    ------
    InvalidFields
        If the goal or a channel is not in the fit, or a free budget is asked for a goal without
        value.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    goals = read_planned_goals(document, goal, asked.goals, asked.margin)
    for name in asked.freeze:
        if name not in goals.known:
            raise unknown_value("freeze", name, goals.known)
    if asked.free and not goals.has_value:
        raise _wrong("free", "unknown_value", "conversions of this goal have no value")
    reasons = goals.reasons(asked.freeze)
    channels = goals.channels({name for name, why in reasons.items() if why}, asked.move_at_most)
    now = sum(one.now for one in channels)
    change = 0.0 if asked.budget is None else asked.budget / asked.days - now
    if abs(change) < 0.005:  # less than a cent a day
        change = 0.0
    small = None
    if not goals.has_value:
        small = SMALL * sum(fmean(one.values(one.now)) for one in channels if one.known)
    found = None
    if goals.repeat_few:
        why = ["few_independent_draws"]
    else:
        found = decide(channels, change=change, free=asked.free, sure=asked.sure, small=small)
        why = _reasons_without(channels, change, asked) if found is None else []
    verdict: PlanVerdict = "not_estimable" if found is None else found.verdict
    undecided = verdict == "test_first"
    tests = find_tests(document, goals, channels, reasons, undecided=undecided)
    if undecided and goals.has_value and not any(advised(one) for one in tests):
        verdict, why = "stay", [NO_TEST]
    answer: BudgetPlan = {
        "fit": refer_to(document),
        "goal": goals.names[0],
        "goals": None if asked.goals is None else dict(asked.goals),
        "days": asked.days,
        "currency": document["currency"],
        "budget_per_day": rounded(_spent(channels, found), 2) or 0.0,
        "compared_with": "now_scaled_to_budget" if change else "now",
        "verdict": verdict,
        "gain": NO_ESTIMATE if found is None else _estimate(found.gain, asked.days, 2),
        "gain_is_in": "currency" if goals.has_value else "conversions",
        "chance_better": None if found is None else rounded(found.chance_better, 3),
        "worst_5_percent": None if found is None else rounded(found.worst * asked.days, 2),
        "channels": [
            _channel(one, found, reasons[one.name], has_value=goals.has_value) for one in channels
        ],
        "next_euro": _next_euro(found),
        "test_first": tests,
        "reasons": why,
        "warnings": _warnings(goals, asked),
        "sentence": "",
    }
    answer["sentence"] = sentence_of(answer)
    return answer


def _wrong(field: str, code: str, message: str) -> InvalidFields:
    return InvalidFields(f"{field} {message}", (FieldError(f"/{field}", code, message),))


def _reasons_without(
    channels: Sequence[PlannedChannel], change: float, asked: PlanAsked
) -> list[str]:
    movable = [one for one in channels if not one.frozen]
    if len(movable) < (1 if asked.free or change else 2):
        return ["nothing_to_move"]
    return ["budget_out_of_reach"]


def _warnings(goals: PlannedGoals, asked: PlanAsked) -> list[str]:
    warnings = []
    if goals.counts_revenue and asked.margin is None:
        warnings.append("revenue_is_not_margin")
    return warnings


def _spent(channels: Sequence[PlannedChannel], found: Plan | None) -> float:
    if found is None:
        return sum(one.now for one in channels)
    return sum(found.spends.values())


def _channel(
    one: PlannedChannel, found: Plan | None, reasons: list[str], *, has_value: bool
) -> PlannedSpend:
    marginal = None if found is None or one.frozen else found.marginals.get(one.name)
    next_unit = NO_ESTIMATE if marginal is None else _estimate(marginal, 1, 4 if has_value else 6)
    bounds = [one.now, one.now] if one.frozen else [one.low, one.high]
    return {
        "channel": one.name,
        "now": _money(one.now),
        "plan": _money(one.now if found is None else found.spends[one.name]),
        "bounds": [_money(bound) for bound in bounds],
        "marginal_return": next_unit,
        "next_conversion_costs": NO_ESTIMATE if has_value else cost_per_unit(1.0, next_unit),
        "frozen": one.frozen,
        "reasons": reasons,
    }


def _next_euro(found: Plan | None) -> NextEuroAnswer:
    if found is None or found.next_euro is None:
        return {"channel": None, "chance_best": None, "verdict": "undecided"}
    one = found.next_euro
    return {
        "channel": one.channel,
        "chance_best": rounded(one.chance_best, 3),
        "verdict": one.channel if one.chance_best >= SURE else "undecided",
    }


def _estimate(found: Interval, factor: float, digits: int) -> Estimate:
    return {
        "estimate": rounded(found.estimate * factor, digits),
        "ci_low": rounded(found.low * factor, digits),
        "ci_high": rounded(found.high * factor, digits),
    }


def _money(amount: float) -> float:
    return round(amount, 2)
