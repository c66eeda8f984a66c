"""The sentences of the answer about search and stars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answers.summaries_in_words import words_of


class PathEstimate(Estimate):
    """An estimate of the path, with its bound."""

    at_most: float | None


WHOLE_FROM = 3.0
"""Estimates from here on are shown without decimals."""
MOST_DECIMALS = 6


def cause_sentence(
    *,
    goal: str,
    type_: str,
    paid: bool,
    visits: Estimate,
    conversions: Estimate,
    through: PathEstimate,
    verdict: str,
    reasons: Sequence[str],
) -> str:
    """What one engagement does, in one sentence."""
    one = f"{'a paid ' if paid else _article(type_)}{type_}"
    if verdict == "not_estimable":
        return f"What {one} does cannot be known from these data: {words_of(reasons)}."
    one = one[:1].upper() + one[1:]
    seen = visits["estimate"] is not None
    goals = goal.replace("_", " ") + "s"
    brings = f"{one} brings {_interval(conversions, goals)}"
    if seen:
        visits_too = f"{one} brings {_interval(visits, 'search visits')}"
        brings = f"{visits_too} and {_interval(conversions, goals)}"
    if verdict == "brings_visits_only":
        return f"{visits_too}; an effect on {goals} is not shown."
    if verdict == "inconclusive":
        told = brings if (conversions["ci_low"] or 0.0) > 0 or not seen else visits_too
        return f"{told}, by the interval alone; a warning contradicts it: {words_of(reasons)}."
    if verdict == "no_effect_seen":
        what = f"search visits or {goals}" if seen else goals
        return f"{one} has no effect on {what} that these data show."
    if verdict == "through_search":
        part = _interval(through, "of these")
        return f"{brings}; {part} come through search, if the declared cause has no other way."
    if verdict == "effect_path_unknown" and through["at_most"] is None:
        return f"{brings}; how much of this comes through search is not known."
    if verdict == "effect_path_unknown" and reasons:
        return f"{brings}; a warning contradicts the search visits: {words_of(reasons)}."
    most = _number(through["at_most"], _decimals(conversions["estimate"]))
    if verdict == "not_through_search":
        return f"{brings}; at most {most} of these come through search."
    return f"{brings}; up to {most} of these may have come through search."


def star_sentence(
    effect: Estimate, verdict: str, outcome: str | None, reasons: Sequence[str]
) -> str:
    """What one more star shown does, in one sentence."""
    if verdict == "not_estimable":
        return f"What shown stars do cannot be known from these data: {words_of(reasons)}."
    low, high = _percent(effect["ci_low"]), _percent(effect["ci_high"])
    estimate = _percent(effect["estimate"])
    if verdict == "no_effect_seen":
        found = f"{estimate} % ({low} to {high})"
        return f"An effect of a star more in what is shown is not seen: {found}."
    of_visits = outcome is not None and "/" in outcome
    if (effect["estimate"] or 0.0) < 0:
        what = "search visits" if of_visits else "sales"
        return f"A star more in what is shown changes {what} by {estimate} % ({low} to {high})."
    more = f"brings {estimate} % more search visits" if of_visits else f"sells {estimate} % more"
    return f"A star more in what is shown {more} ({low} to {high})."


def _article(word: str) -> str:
    return "an " if word[:1] in "aeiou" else "a "


def _interval(found: Estimate, what: str) -> str:
    """``6 search visits (5 to 7)``."""
    decimals = _decimals(found["estimate"])
    ends = found["ci_low"], found["ci_high"]
    if _number(ends[0], decimals) == _number(ends[1], decimals):
        decimals += 1
    low, high = _number(found["ci_low"], decimals), _number(found["ci_high"], decimals)
    return f"{_number(found['estimate'], decimals)} {what} ({low} to {high})"


def _decimals(estimate: float | None) -> int:
    """Decimals that show two digits of an estimate below `WHOLE_FROM`."""
    if estimate is None or abs(estimate) >= WHOLE_FROM:
        return 0
    if abs(estimate) < 10.0**-MOST_DECIMALS:
        return 2
    return min(1 - math.floor(math.log10(abs(estimate))), MOST_DECIMALS)


def _number(value: float | None, decimals: int) -> str:
    if value is None:
        return "?"
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not float(text.replace(",", "")) else text


def _percent(share: float | None) -> str:
    return "?" if share is None else _number(100 * share, 0)
