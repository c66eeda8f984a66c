"""The result of a fit in sentences, for people who read one line only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.model import codes
from chalicelib.model.channels import title_of
from chalicelib.report.number_words import bounds_words, count_format, ratio_format

GOALS = {
    "purchase": ("purchase", "purchases"),
    "lead": ("lead", "leads"),
    "signup": ("sign-up", "sign-ups"),
    "application": ("application", "applications"),
}
PLURALS = {"reply": "replies"}
METHODS = {
    "experiment": "experiment",
    "within_user": "same people over time",
    "time_series": "daily totals",
}
"""The methods in the words of a marketer; docs/methods.md explains each."""


def goal_words(goal: str, number: float = 2) -> str:
    """Return the noun of a goal."""
    one, many = GOALS.get(goal, (f"conversion ({goal})", f"conversions ({goal})"))
    return one if number == 1 else many


def type_words(channel: str, type_: str, *, paid: bool, number: float = 2) -> str:
    """Return an engagement type in words: ``Facebook likes``, ``paid Google Ads click``."""
    noun = type_ if number == 1 else PLURALS.get(type_, f"{type_}s")
    return f"{'paid ' if paid else ''}{title_of(channel)} {noun}"


def source_words(source: Mapping[str, Any]) -> str:
    """Return the name of a source of `coverage`: a goal, or an engagement type."""
    if source["goal"] is not None:
        return capital(goal_words(source["goal"]))
    return capital(type_words(source["channel"], source["type"], paid=bool(source["paid"])))


def capital(words: str) -> str:
    """Begin a text with a capital letter."""
    return words[:1].upper() + words[1:]


def method_words(method: str | None) -> str:
    """Return the name of a method; empty without one."""
    return "" if method is None else METHODS.get(method, method.replace("_", " "))


def headline(total: Mapping[str, Any], goal: str) -> str:
    """Return the result in one sentence.

    Parameters
    ----------
    total : mapping
        ``conversions`` and the estimate ``incremental_conversions``.
    goal : str
    """
    happened, estimate = total["conversions"], total["incremental_conversions"]
    noun = goal_words(goal, happened)
    if estimate["estimate"] is None:
        were = "was" if happened == 1 else "were"
        return (
            f"There {were} {happened:,} {noun}. How many of them were incremental cannot be known "
            "from these data."
        )
    form = count_format(*estimate.values())
    bounds = bounds_words(estimate, form)
    were = "was" if happened == 1 else "were"
    sentence = f"Of {happened:,} {noun}, {form(estimate['estimate'])} ({bounds}) {were} incremental"
    low = estimate["ci_low"]
    if low is not None and low > 0:
        return f"{sentence}: they would not have happened without the engagements below."
    return f"{sentence}. The interval includes zero, so it may have been none."


def comparison(answer: Mapping[str, Any]) -> str:
    """Return what one engagement is worth in engagements of the baseline, in a few sentences."""
    one, other = answer["engagement"], answer["baseline"]
    what = type_words(one["channel"], one["type"], paid=one["paid"], number=1)
    unit = type_words(other["channel"], other["type"], paid=other["paid"], number=1)
    units = type_words(other["channel"], other["type"], paid=other["paid"])
    ratio = answer["ratio"]
    if ratio["estimate"] is None and answer["verdict"] in ("worth_more", "worth_less"):
        more = "more" if answer["verdict"] == "worth_more" else "less"
        return (
            f"{capital(with_article(what))} is worth {more} than {with_article(unit)}. The ratio "
            f"cannot be estimated, because {with_article(unit)} may be worth nothing."
        )
    if ratio["estimate"] is None:
        reasons = [codes.title_of(code) for code in answer["reasons"] or [answer["verdict"]]]
        return (
            f"The value of {with_article(what)} in {units} cannot be estimated from "
            f"these data ({'; '.join(dict.fromkeys(reasons))})."
        )
    bounds = bounds_words(ratio, ratio_format)
    return (
        f"{capital(with_article(what))} is worth {ratio_format(ratio['estimate'])} {units} "
        f"(95 % interval {bounds})."
    )


def verdict_words(answer: Mapping[str, Any]) -> str:
    """Return the title of a verdict with the titles of its reasons."""
    title = codes.title_of(answer["verdict"])
    reasons = [codes.title_of(code) for code in answer["reasons"]]
    return f"{title} ({', '.join(reasons)})" if reasons else title


def with_article(words: str) -> str:
    """Return a noun with ``a`` or ``an``."""
    article = "an" if words[0] in "AEIOaeio" or words.startswith("X ") else "a"
    return f"{article} {words}"
