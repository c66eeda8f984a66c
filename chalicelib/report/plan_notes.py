"""What a reader must know next to the sentence of a plan or of a design, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.model.channels import title_of
from chalicelib.model.codes import title_of as title_of_code
from chalicelib.report.findings import Answer
from chalicelib.report.plan_section import words_of_tests
from chalicelib.report.remarks import remarks_on


def lines_of_plan(plan: Answer) -> tuple[str, ...]:
    """The sentence, the spends, the reasons for spends that stay, the tests and the remarks."""
    return tuple(_paragraphs(plan))


def lines_of_design(design: Answer) -> tuple[str, ...]:
    """The sentence and the remarks."""
    return (design["sentence"], *_remarks(design))


def _paragraphs(plan: Answer) -> Iterator[str]:
    yield plan["sentence"]
    if plan["channels"]:
        yield _joined(f"Spend per day in {plan['currency']}:", map(_spend, plan["channels"]))
    if plan["test_first"]:
        yield _joined("Tests, by what they are worth:", words_of_tests(plan))
    yield from _remarks(plan)


def _spend(one: Answer) -> str:
    now, then = f"{one['now']:,.2f}", f"{one['plan']:,.2f}"
    words = f"{title_of(one['channel'])}: {now}"
    if now != then:
        words += f" -> {then}"
    if one["frozen"]:
        reasons = "; ".join(map(title_of_code, one["reasons"])) or "no response curve"
        words += f", stays ({reasons})"
    return words


def _remarks(answer: Answer) -> Iterator[str]:
    lines = [f"{one.line}. {one.help}".strip() for one in remarks_on(answer)]
    if lines:
        yield "\n".join(lines)


def _joined(title: str, lines: Iterator[str] | list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])
