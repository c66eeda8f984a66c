"""GET /v1/experiments/switchback: a finished switchback, from a fit document without numpy.

The schedule is drawn again from the first day, as in its design. Conversions and costs per day come
from the document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from chalicelib.attribution.experiments.switchback import Switchback
from chalicelib.attribution.experiments.switchback_design import LEAST_KNOWN, LONG, quantile_of
from chalicelib.attribution.experiments.switchback_reading import (
    LEAST_FOUND,
    SwitchbackReading,
    read_switchback_test,
)
from chalicelib.model.channels import title_of
from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answers.designed_parts import CLAIMS, claims_effects
from chalicelib.services.answers.designed_switchbacks import WEEK, weekly_pattern, without_weeks
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.planned_goals import read_curves
from chalicelib.services.answers.ranges import read_goal, refer_to
from chalicelib.services.answers.summaries_in_words import words_of
from chalicelib.services.answers.switchback_questions import SwitchbackAsked
from chalicelib.services.answers.switchback_shapes import (
    RegisteredSwitchback,
    SwitchbackResult,
    SwitchbackVerdict,
)
from chalicelib.services.answers.tested_channels import (
    TestedChannel,
    covered_conversions,
    covered_days,
    quiet_days,
    tested_channel,
)
from chalicelib.services.fitting.fit_documents import FitDocument

NOT_FOLLOWED = "schedule_not_followed"
OFF_AT_MOST, ON_AT_LEAST = 0.1, 0.5
"""Spend of a day off and of a day on, relative to the mean of the days on."""
MOST_WRONG_DAYS = 0.2
"""Share of the days against the schedule from which on the test is not analysed."""
LEAST_PAST = 4 * WEEK
"""Days before the test from which the weekly pattern is estimated."""


def read_switchback(
    document: FitDocument, asked: SwitchbackAsked, *, goal: str | None = None
) -> SwitchbackResult:
    """A finished switchback in the shape of ``GET /v1/experiments/switchback``.

    Raises
    ------
    InvalidFields
        If the goal, the channel or the type is not in the fit.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    goal = read_goal(document, goal)
    channel = tested_channel(
        document, goal, asked.channel, asked.type, paid=asked.paid, margin=asked.margin or 1.0
    )
    has_value = bool(read_curves(document, goal)["has_value"])
    answer: SwitchbackResult = {
        "fit": refer_to(document),
        "channel": channel.channel,
        "type": channel.type,
        "paid": channel.paid,
        "goal": goal,
        "currency": document["currency"],
        "first_day": asked.first_day.isoformat(),
        "days": asked.days,
        "block": asked.block,
        "decay": None,
        "days_used": None,
        "spend_on": None,
        "spend_off": None,
        "days_against_schedule": [],
        "conversions_per_currency_unit": NO_ESTIMATE,
        "value_per_currency_unit": NO_ESTIMATE,
        "incremental_roas": NO_ESTIMATE,
        "p_value": None,
        "false_positives_in_pseudo_tests": None,
        "pseudo_tests": 0,
        "verdict": "not_estimable",
        "reasons": [],
        "warnings": [],
        "sentence": "",
        "register": None,
    }
    answer["reasons"] = _analyse(document, asked, channel, answer, has_value=has_value)
    answer["sentence"] = _sentence(answer)
    return answer


def _analyse(
    document: FitDocument,
    asked: SwitchbackAsked,
    channel: TestedChannel,
    answer: SwitchbackResult,
    *,
    has_value: bool,
) -> list[str]:
    """Fill the answer; the reasons why the test cannot be analysed or settles nothing."""
    goal = answer["goal"]
    start, end = covered_days(document, goal)
    if asked.first_day < start or asked.last_day > end:
        return ["test_days_not_covered"]
    if not channel.decays:
        return ["duration_unknown"]
    decay = quantile_of(channel.decays, 0.5)
    answer["decay"] = rounded(decay, 4)
    on = Switchback.drawn(asked.days, asked.block, 1.0, decay, asked.first_day.toordinal()).on
    spends = _of_days(document, document["costs"].get(asked.channel, []), asked)
    wrong = _check_spend(answer, on, spends, asked.first_day)
    contrast = (answer["spend_on"] or 0.0) - (answer["spend_off"] or 0.0)
    if wrong > MOST_WRONG_DAYS * asked.days or contrast <= 0.0:
        return [NOT_FOLLOWED]
    place = (asked.first_day - start).days
    counts = covered_conversions(document, goal)
    known = quiet_days(document, start, end)
    during, before = slice(place, place + asked.days), slice(0, place)
    days_used = sum(known[during])
    answer["days_used"] = days_used
    if days_used < LEAST_KNOWN * asked.days:
        return ["annotated_days_too_many"]
    by_past = place >= LEAST_PAST
    estimated = before if by_past else during
    pattern = weekly_pattern(counts[estimated], known[estimated])
    shift = place if by_past else 0
    found = read_switchback_test(
        [n - pattern[(shift + day) % WEEK] for day, n in enumerate(counts[during])],
        Switchback(on, contrast, decay),
        asked.block,
        known=known[during],
        past=without_weeks(counts[before], known[before]),
        past_known=known[before],
        longest=quantile_of(channel.decays, LONG),
    )
    value = document["goals"][goal]["value_mean"] if has_value else None
    _show(answer, found, value, asked.margin)
    answer["warnings"] = _warnings(asked, channel, found, wrong, value, by_past=by_past)
    answer["register"] = _registered(document, asked, answer, on, contrast, found)
    if claims_effects(answer["false_positives_in_pseudo_tests"], answer["pseudo_tests"]):
        answer["verdict"] = "inconclusive"
        answer["register"] = None
        return [CLAIMS]
    answer["verdict"] = _verdict(found, None if value is None else value * (asked.margin or 1.0))
    return []


def _of_days(
    document: FitDocument, series: Sequence[float], asked: SwitchbackAsked
) -> Sequence[float]:
    """The part of a series of the window during the test; zeros without a series."""
    place = (asked.first_day - dt.date.fromisoformat(document["window"]["from"])).days
    return series[place : place + asked.days] or [0.0] * asked.days


def _check_spend(
    answer: SwitchbackResult, on: Sequence[bool], spends: Sequence[float], first: dt.date
) -> int:
    """Fill in the spend, and count the days against the schedule."""
    mean_on = fmean(spend for spend, one in zip(spends, on, strict=True) if one)
    mean_off = fmean(spend for spend, one in zip(spends, on, strict=True) if not one)
    answer["spend_on"], answer["spend_off"] = rounded(mean_on, 2), rounded(mean_off, 2)
    wrong = [
        day
        for day, (spend, one) in enumerate(zip(spends, on, strict=True))
        if (spend < ON_AT_LEAST * mean_on if one else spend > OFF_AT_MOST * mean_on)
    ]
    answer["days_against_schedule"] = [
        (first + dt.timedelta(days=day)).isoformat() for day in wrong
    ]
    return len(wrong)


def _show(
    answer: SwitchbackResult, found: SwitchbackReading, value: float | None, margin: float | None
) -> None:
    measured = found.measured

    def per_unit(factor: float) -> Estimate:
        return {
            "estimate": rounded(measured.estimate * factor),
            "ci_low": rounded(measured.low * factor),
            "ci_high": rounded(measured.high * factor),
        }

    answer["conversions_per_currency_unit"] = per_unit(1.0)
    if value is not None:
        answer["incremental_roas"] = per_unit(value)
        answer["value_per_currency_unit"] = per_unit(value * (margin or 1.0))
    answer["p_value"] = rounded(measured.p_value, 6)
    if found.pseudo_tests is not None:
        answer["pseudo_tests"] = found.pseudo_tests.count
        claims = rounded(found.pseudo_tests.false_positives, 4)
        answer["false_positives_in_pseudo_tests"] = claims


def _warnings(
    asked: SwitchbackAsked,
    channel: TestedChannel,
    found: SwitchbackReading,
    wrong: int,
    value: float | None,
    *,
    by_past: bool,
) -> list[str]:
    warnings = {
        NOT_FOLLOWED: wrong > 0,
        "no_pseudo_tests": found.pseudo_tests is None,
        "duration_of_other_channels": channel.decays_assumed,
        "effect_may_last_longer": found.found_if_longer < LEAST_FOUND,
        "blocks_not_whole_weeks": asked.block % WEEK > 0 and not by_past,
        "revenue_is_not_margin": value is not None and asked.margin is None,
    }
    return [code for code, holds in warnings.items() if holds]


def _verdict(found: SwitchbackReading, value: float | None) -> SwitchbackVerdict:
    """`value`: of a conversion after the margin; None if it has none."""
    measured = found.measured
    if measured.low > 0.0:
        return "effective"
    pays_at_most = None if value is None else measured.high * value
    if measured.high >= 0.0 and pays_at_most is not None and pays_at_most < 1.0:
        return "no_effect_seen"
    return "inconclusive"


def _registered(
    document: FitDocument,
    asked: SwitchbackAsked,
    answer: SwitchbackResult,
    on: Sequence[bool],
    contrast: float,
    found: SwitchbackReading,
) -> RegisteredSwitchback | None:
    """The whole effect of the days on, and their additional engagements; None without any."""
    counts = next(
        _of_days(document, kind["counts"], asked)
        for kind in document["kinds"]
        if (kind["channel"], kind["type"], kind["paid"])
        == (answer["channel"], answer["type"], answer["paid"])
    )
    days_on = sum(on)
    rest = fmean(n for n, one in zip(counts, on, strict=True) if not one)
    engagements = round(sum(n for n, one in zip(counts, on, strict=True) if one) - rest * days_on)
    if engagements <= 0:
        return None
    spend = contrast * days_on
    body: dict[str, Any] = {
        "kind": "holdout",
        "name": f"switchback from {answer['first_day']}, {asked.days} days",
        **{name: answer[name] for name in ("channel", "type", "paid", "goal")},
        "from": answer["first_day"],
        "to": asked.last_day.isoformat(),
        "engagements": engagements,
        "effect": {
            "incremental_conversions": rounded(found.measured.estimate * spend),
            "standard_error": rounded(found.measured.variance**0.5 * spend),
        },
    }
    return body  # type: ignore[return-value]


def _sentence(answer: SwitchbackResult) -> str:
    name = title_of(answer["channel"])
    if answer["verdict"] == "not_estimable":
        return f"This switchback of {name} cannot be analysed: {words_of(answer['reasons'])}."
    currency = answer["currency"]
    has_value = answer["incremental_roas"]["estimate"] is not None
    shown = answer["value_per_currency_unit" if has_value else "conversions_per_currency_unit"]
    unit = currency if has_value else "conversions"
    text = (
        f"1 {currency} spent on {name} brought {shown['estimate']:.3g} {unit} in this test "
        f"({shown['ci_low']:.3g} to {shown['ci_high']:.3g})"
    )
    if answer["reasons"]:
        return f"{text}. That cannot be trusted: {words_of(answer['reasons'])}."
    match answer["verdict"]:
        case "effective":
            return f"{text}. The effect is shown."
        case "no_effect_seen":
            return f"{text}. No effect is seen, and one that pays for the spend is excluded."
        case _:
            return f"{text}. That settles nothing: it may be nothing, and it may be more."
