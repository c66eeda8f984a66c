"""The budget in the one-page report: the plan's sentence, its moves, and the tests before it.

Moves are shown only if the verdict is `move`: every other division is no advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.model.channels import title_of
from chalicelib.model.codes import title_of as title_of_code
from chalicelib.report.findings import Answer, Findings
from chalicelib.report.html_parts import escaped, fact_list, remark_list
from chalicelib.report.number_words import Shown, counted, money_format, valued
from chalicelib.report.remarks import remarks_on
from chalicelib.report.sentences import capital, goal_words, type_words
from chalicelib.services.answers.plan_sentences import cases_words
from chalicelib.services.answers.summaries_in_words import words_of

CENT = 0.005
TESTS_TITLE = "Tests, by what they are worth"
OLD_FIT = "An earlier version made this fit, without response curves. Request a new fit for a plan."


def plan_section(findings: Findings) -> str:
    """Return the section; empty if no channel has a cost."""
    plan = findings.plan
    if plan is None:
        return f"<section><h2>The budget</h2><p>{OLD_FIT}</p></section>"
    if not plan["channels"]:
        return ""
    tone = "good" if plan["verdict"] == "move" else "open"
    facts = fact_list(_facts(plan))
    return (
        "<section><h2>The budget</h2><p>Whether moving money between the channels would bring "
        f"more in {plan['days']} days, and how sure that is.</p>"
        f'<p class="big">{escaped(plan["sentence"])}</p>'
        f'<p class="verdict {tone}">{escaped(title_of_code(plan["verdict"]))}</p>'
        + (f'<dl class="facts">{facts}</dl>' if facts else "")
        + f"{_moves(plan)}{_tests(plan)}{_frozen(plan)}{remark_list(remarks_on(plan))}</section>"
    )


def words_of_tests(plan: Answer) -> list[str]:
    """Return the tests in words, the best one first; those that cannot be run last."""

    def words(one: Answer) -> str:
        if one["verdict"] == "not_feasible":
            return f"cannot be run: {words_of(one['reasons'])}"
        if one["worth"] is None:
            return f"worth unknown: {words_of(one['reasons'])}"
        amount = money_format(plan["currency"], one["worth"])(one["worth"])
        return f"worth {amount} in half a year, before the cost of the test"

    return [
        f"{capital(type_words(one['channel'], one['type'], paid=one['paid']))}: {words(one)}"
        for one in plan["test_first"]
    ]


def _facts(plan: Answer) -> Iterator[tuple[str, Shown]]:
    gain, next_one = plan["gain"], plan["next_euro"]
    if gain["estimate"] or gain["ci_high"]:
        name = "Gain" if plan["verdict"] == "move" else "Gain of the best plan, not proposed"
        yield f"{name}, in {plan['days']} days", _amount(plan, gain)
        yield "Better in", Shown(cases_words(plan["chance_better"]), "")
        worst = {"estimate": plan["worst_5_percent"], "ci_low": None, "ci_high": None}
        yield "Mean of the worst 5 %", Shown(_amount(plan, worst).value, "")
    if next_one["channel"] is not None:
        decided = next_one["verdict"] != "undecided"
        best = title_of(next_one["channel"])
        words = f"{best} in {cases_words(next_one['chance_best'])}"
        value = best if decided else title_of_code("undecided")
        yield f"Where the next {plan['currency']} brings most", Shown(value, words)


def _amount(plan: Answer, estimate: Answer) -> Shown:
    if plan["gain_is_in"] == "currency":
        return valued(estimate, plan["currency"])
    words = counted(estimate)
    return Shown(f"{words.value} {goal_words(plan['goal'])}", words.bounds)


def _moves(plan: Answer) -> str:
    if plan["verdict"] != "move":
        return ""
    moved = [one for one in plan["channels"] if abs(one["plan"] - one["now"]) >= CENT]
    form = money_format("", *(one["now"] for one in moved))
    rows = "".join(
        f'<tr><th scope="row">{escaped(title_of(one["channel"]))}</th>'
        f'<td class="n">{escaped(form(one["now"]))}</td>'
        f'<td class="n">{escaped(form(one["plan"]))}</td>'
        f'<td class="n">{"&uarr;" if one["plan"] > one["now"] else "&darr;"} '
        f"{escaped(form(abs(one['plan'] - one['now'])))}</td></tr>"
        for one in moved
    )
    heads = "".join(
        f'<th scope="col" class="n">{name}</th>' for name in ("Today", "Plan", "Change")
    )
    return (
        f'<div class="wide"><table><caption>Spend per day in {escaped(plan["currency"])}</caption>'
        f'<thead><tr><th scope="col">Channel</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        "</div>"
    )


def _tests(plan: Answer) -> str:
    lines = "".join(f"<li>{escaped(line)}.</li>" for line in words_of_tests(plan))
    return f'<h3>{TESTS_TITLE}</h3><ol class="help">{lines}</ol>' if lines else ""


def _frozen(plan: Answer) -> str:
    """Return the channels whose spend stays, with the reasons."""
    lines = "".join(
        f"<li>{escaped(title_of(one['channel']))}: "
        f"{escaped('; '.join(map(title_of_code, one['reasons'])) or 'no response curve')}</li>"
        for one in plan["channels"]
        if one["frozen"]
    )
    return f'<h3>Channels whose spend stays</h3><ul class="help">{lines}</ul>' if lines else ""
