"""The sentence of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.model.channels import title_of
from chalicelib.services.answers.planned_tests import advised
from chalicelib.services.answers.summaries_in_words import words_of

if TYPE_CHECKING:
    from chalicelib.services.answers.budget_plans import BudgetPlan, PlannedSpend


def sentence_of(answer: BudgetPlan) -> str:
    """What to do, what it brings, and how sure that is."""
    match answer["verdict"]:
        case "not_estimable":
            return f"No plan can be made from these data: {words_of(answer['reasons'])}."
        case "move":
            return f"{_moves(answer)} is expected to bring {_gain(answer)}{_frozen(answer)}."
        case "stay" if nothing_may_rise(answer):
            return (
                "Keep today's division: no channel may get more, because none has ever had more "
                f"for two weeks. What more would bring is not known{_frozen(answer)}."
            )
        case "stay" if answer["reasons"]:
            return (
                f"Keep today's division. The best plan would bring {_gain(answer)}. That is not "
                "sure enough to move money, and no test of usual size would settle it"
                f"{_frozen(answer)}."
            )
        case "stay":
            return (
                "No division of this budget is expected to bring at least 1 % of the spend more "
                f"than today's{_frozen(answer)}."
            )
    if answer["test_first"] and answer["test_first"][0]["worth"] is not None:
        first = title_of(answer["test_first"][0]["channel"])
        advice = f"a test of {first} is worth more than a move"
    else:
        advice = "an experiment would settle it"
    return (
        f"The best plan would bring {_gain(answer)}. That is not sure enough to move money: "
        f"{advice}{_frozen(answer)}."
    )


def nothing_may_rise(answer: BudgetPlan) -> bool:
    """Whether no other division was considered, because no channel may spend more than today."""
    gain = answer["gain"]
    return (
        answer["compared_with"] == "now"
        and not gain["estimate"]
        and not gain["ci_high"]
        and all(
            one["bounds"][1] - one["now"] < 0.005 for one in answer["channels"] if not one["frozen"]
        )
    )


def cases_words(chance: float) -> str:
    """A chance in words; draws are too few to call a plan certain."""
    if chance > 0.994:
        return "more than 99 of 100 cases"
    if chance < 0.006:
        return "fewer than 1 of 100 cases"
    return f"{round(100 * chance)} of 100 cases"


def _moves(answer: BudgetPlan) -> str:
    up = [one for one in answer["channels"] if one["plan"] - one["now"] >= 0.005]
    down = [one for one in answer["channels"] if one["now"] - one["plan"] >= 0.005]
    more = sum(one["plan"] - one["now"] for one in up)
    less = sum(one["now"] - one["plan"] for one in down)
    currency = answer["currency"]
    if up and down:
        amount = _amount(max(more, less))
        return (
            f"Moving {amount} {currency} a day from {_titles(down)} to {_titles(up)}"
            if abs(more - less) < 0.05 * max(more, less)
            else f"Spending {_amount(less)} {currency} a day less on {_titles(down)} and "
            f"{_amount(more)} {currency} more on {_titles(up)}"
        )
    if up:
        return f"Spending {_amount(more)} {currency} a day more on {_titles(up)}"
    return f"Spending {_amount(less)} {currency} a day less on {_titles(down)}"


def _titles(channels: list[PlannedSpend]) -> str:
    return _joined([title_of(one["channel"]) for one in channels])


def _joined(titles: list[str]) -> str:
    """Join titles: A, B and C."""
    if len(titles) < 2:
        return "".join(titles)
    return f"{', '.join(titles[:-1])} and {titles[-1]}"


def _gain(answer: BudgetPlan) -> str:
    gain = answer["gain"]
    days = "1 day" if answer["days"] == 1 else f"{answer['days']} days"
    unit = answer["currency"] if answer["gain_is_in"] == "currency" else "conversions"
    return (
        f"{_amount(gain['estimate'])} {unit} in {days} "
        f"({_amount(gain['ci_low'])} to {_amount(gain['ci_high'])}; better than now in "
        f"{cases_words(answer['chance_better'] or 0.0)})"
    )


def _frozen(answer: BudgetPlan) -> str:
    waiting = [title_of(one["channel"]) for one in answer["test_first"] if advised(one)]
    frozen = [
        title_of(one["channel"])
        for one in answer["channels"]
        if one["frozen"] and title_of(one["channel"]) in waiting
    ]
    if not frozen:
        return ""
    verb = "stays" if len(frozen) == 1 else "stay"
    pronoun = "it brings" if len(frozen) == 1 else "they bring"
    return f"; {_joined(frozen)} {verb} until a test says what {pronoun}"


def _amount(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.2f}"
