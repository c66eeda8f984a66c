"""GET and POST /v1/experiments/design: an experiment before it begins, judged by its own analysis.

Holdouts and switchbacks need no numerical library. The numbers of a geo test are made by
`services.experiments.geo_designing`, which may run in another process.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

from chalicelib.attribution.experiments.holdout_design import POWER
from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answers.design_questions import DEFAULT_DAYS, DesignAsked, DesignKind
from chalicelib.services.answers.design_sentences import sentence_of_design
from chalicelib.services.answers.design_shapes import DesignedTest
from chalicelib.services.answers.designed_geo_tests import design_geo
from chalicelib.services.answers.designed_holdouts import design_holdout
from chalicelib.services.answers.designed_parts import (
    CLAIMS,
    Designed,
    Subject,
    claims_effects,
    verdict_of_test,
)
from chalicelib.services.answers.designed_switchbacks import design_switchback_of
from chalicelib.services.answers.intervals import rounded
from chalicelib.services.answers.planned_goals import read_curves
from chalicelib.services.answers.ranges import read_goal, refer_to
from chalicelib.services.answers.tested_channels import (
    NOT_BY_DAY,
    TestedChannel,
    covered_conversions,
    covered_days,
    quiet_days,
    recent_conversions,
    tested_channel,
)
from chalicelib.services.experiments.geo_designing import GeoDesigning, design_regions
from chalicelib.services.fitting.fit_documents import FitDocument


def design_experiment(
    document: FitDocument,
    asked: DesignAsked,
    *,
    goal: str | None = None,
    design_by: GeoDesigning = design_regions,
) -> DesignedTest:
    """An experiment in the shape of ``GET /v1/experiments/design``.

    Parameters
    ----------
    design_by : callable
        Makes the numbers of a geo test. The default loads numpy and scipy; processes without them
        pass another function.

    Raises
    ------
    InvalidFields
        If the goal, the channel or the type is not in the fit, or a value is of another kind of
        experiment.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    kind, subject, designed = design_test(document, asked, goal=goal, design_by=design_by)
    return _judged(document, kind, subject, designed, margin_given=asked.margin is not None)


def design_test(
    document: FitDocument,
    asked: DesignAsked,
    *,
    goal: str | None = None,
    design_by: GeoDesigning = design_regions,
) -> tuple[DesignKind, Subject, Designed]:
    """The design before its worth is judged; parameters and errors as in `design_experiment`."""
    goal = read_goal(document, goal)
    subject = _subject(document, goal, asked)
    kind = asked.kind or _default_kind(subject.channel)
    asked = asked.with_kind(kind)
    days = DEFAULT_DAYS[kind] if asked.days is None else asked.days
    match kind:
        case "holdout":
            known = document["goals"][goal].get("people")
            designed = design_holdout(subject, asked, days, known)
        case "switchback":
            designed = design_switchback_of(
                subject,
                asked,
                days,
                noise=read_curves(document, goal)["noise"],
                past=covered_conversions(document, goal),
                known=quiet_days(document, *covered_days(document, goal)),
                after=dt.date.fromisoformat(document["window"]["to"]),
            )
        case "geo":
            assert asked.series is not None  # `DesignAsked` checks it
            designed = design_geo(subject, asked, days, asked.series, design_by)
    if claims_effects(designed.false_positives, designed.pseudo_tests):
        designed = replace(designed, obstacles=(*designed.obstacles, CLAIMS))
    return kind, subject, designed


def _subject(document: FitDocument, goal: str, asked: DesignAsked) -> Subject:
    margin = 1.0 if asked.margin is None else asked.margin
    has_value = bool(read_curves(document, goal)["has_value"])
    first, last = (dt.date.fromisoformat(document["window"][end]) for end in ("from", "to"))
    return Subject(
        goal=goal,
        conversions=recent_conversions(document, goal),
        value=document["goals"][goal]["value_mean"] * margin if has_value else 1.0,
        has_value=has_value,
        window_days=(last - first).days + 1,
        channel=None
        if asked.channel is None
        else tested_channel(
            document, goal, asked.channel, asked.type, paid=asked.paid, margin=margin
        ),
    )


def _default_kind(channel: TestedChannel | None) -> DesignKind:
    if channel is None:
        return "geo"
    return "switchback" if channel.spend is not None and channel.decays else "holdout"


def _judged(
    document: FitDocument,
    kind: DesignKind,
    subject: Subject,
    designed: Designed,
    *,
    margin_given: bool,
) -> DesignedTest:
    channel = subject.channel
    worth, why_not = _worth(document, subject, designed)
    costs, saved, cost_reasons = _costs(subject, designed)
    lost = _probably_lost(subject, designed)
    net = None
    if worth is not None and costs is not None and not designed.obstacles:
        net = worth - costs + (saved or 0.0)
    expected = designed.expected
    answer: DesignedTest = {
        "fit": refer_to(document),
        "kind": kind,
        "channel": None if channel is None else channel.channel,
        "type": None if channel is None else channel.type,
        "paid": None if channel is None else channel.paid,
        "goal": subject.goal,
        "currency": document["currency"],
        "days": designed.days,
        "people": designed.people,
        "control_share": designed.control_share,
        "rate": rounded(designed.rate, 9),
        "regions": designed.regions,
        "first_day": designed.first_day,
        "on_days": designed.on_days,
        "block": designed.block,
        "decay": rounded(designed.decay, 4),
        "smallest_detectable_effect": rounded(designed.smallest),
        "effect_is_in": designed.unit,
        "expected_effect": _estimate(expected),
        "power": POWER,
        "false_positives_in_pseudo_tests": rounded(designed.false_positives, 4),
        "pseudo_tests": designed.pseudo_tests,
        "costs": rounded(costs, 2),
        "spend_saved": rounded(saved, 2),
        "worth": rounded(worth, 2),
        "net_worth": rounded(net, 2),
        "verdict": verdict_of_test(
            designed, worth, lost, math.inf if channel is None else channel.least_worth
        ),
        "reasons": [
            *designed.obstacles,
            *designed.unknown,
            *([] if designed.obstacles or designed.unknown else [*why_not, *cost_reasons]),
            *(channel.reasons if channel is not None else ()),
        ],
        "warnings": _warnings(subject, designed, margin_given=margin_given),
        "sentence": "",
    }
    answer["sentence"] = sentence_of_design(answer)
    return answer


def _estimate(bounds: tuple[float | None, float | None, float | None]) -> Estimate:
    return {
        "estimate": rounded(bounds[0]),
        "ci_low": rounded(bounds[1]),
        "ci_high": rounded(bounds[2]),
    }


def _worth(
    document: FitDocument, subject: Subject, designed: Designed
) -> tuple[float | None, list[str]]:
    """The worth of the design, or why it is not known."""
    channel = subject.channel
    if channel is None:
        return None, ["channel_not_given"]
    if channel.spend is None:
        return None, [] if NOT_BY_DAY in channel.reasons else ["no_spend_to_move"]
    if not subject.has_value:
        return None, ["goal_without_value"]
    if not channel.channels:
        return None, ["few_independent_draws"]
    if not designed.error_per_spend:
        return None, []
    worth = channel.worth(designed.error_per_spend)
    return worth, [] if worth is not None else ["nothing_to_move"]


def _costs(subject: Subject, designed: Designed) -> tuple[float | None, float | None, list[str]]:
    """Value lost and spend saved while the channel is held out, and why the former is unknown.

    For a channel that plans do not trust, the value lost is the mean of what the worth of the test
    assumes; without any estimate it is not known.
    """
    channel = subject.channel
    if channel is None or designed.days_lost is None:
        return None, None, []
    saved = None if channel.spend is None else channel.spend * designed.days_lost
    if not subject.has_value:
        return None, saved, []
    if channel.brings is None or channel.likely is None:
        return None, saved, ["costs_unknown"]
    return max(channel.likely, 0.0) * subject.value * designed.days_lost, saved, []


def _probably_lost(subject: Subject, designed: Designed) -> float | None:
    """Value lost less spend saved, also where the value is only assumed."""
    channel = subject.channel
    if channel is None or channel.likely is None or designed.days_lost is None:
        return None
    value = max(channel.likely, 0.0) * subject.value
    return (value - (channel.spend or 0.0)) * designed.days_lost


def _warnings(subject: Subject, designed: Designed, *, margin_given: bool) -> list[str]:
    warnings = list(designed.warnings)
    expected = designed.expected[0]
    if (
        designed.smallest is not None
        and not designed.obstacles
        and expected is not None
        and math.isfinite(expected)
        and designed.smallest > abs(expected)
    ):
        warnings.append("may_not_be_found")
    false = designed.false_positives
    if designed.smallest is not None and false is None:
        warnings.append("no_pseudo_tests")
    if subject.channel is not None and subject.has_value and not margin_given:
        warnings.append("revenue_is_not_margin")
    return warnings
