"""GET /v1/equivalence: one engagement's value in terms of another, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Literal, cast

from typing_extensions import TypedDict

from chalicelib.attribution import power
from chalicelib.attribution.ratio import RatioInterval, fieller, tost
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import (
    Channel,
    Estimate,
    Method,
    Period,
    Reasons,
    UnseenShare,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers import questions
from chalicelib.services.answers.cascades import Worth, read_worth
from chalicelib.services.answers.effects import (
    NO_CAUSE,
    Effect,
    default_effect,
    distinct,
    find_effect,
    read_effects,
)
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.needed import NOT_SETTLED, Needed, needed_for
from chalicelib.services.answers.ranges import OfFit, Range, read_goal, read_range, refer_to
from chalicelib.services.answers.verdicts import judge, unseen_share
from chalicelib.services.fitting.fit_documents import FitDocument, GoalDocument

EQUIVALENCE_MARGIN = 0.2
DEFAULT_ENGAGEMENT, DEFAULT_BASELINE = "facebook/like", "google_ads/click"
ITSELF: Estimate = {"estimate": 1.0, "ci_low": 1.0, "ci_high": 1.0}
WEAKEST_FIRST: tuple[Method, ...] = ("time_series", "within_user", "experiment")

EquivalenceVerdict = Literal[
    "worth_more", "worth_less", "equivalent", "too_early", "inconclusive", "not_estimable"
]


class Side(TypedDict):
    """One of the two engagement types of a comparison."""

    channel: Channel
    type: EngagementType
    paid: bool
    value: Estimate
    unseen_share: UnseenShare
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class Baseline(Side):
    """The engagement type to compare with."""

    cost_per_engagement: float | None


Excluded = TypedDict("Excluded", {"from": float | None, "to": float | None})
Excluded.__doc__ = "Ratios between these two values are ruled out."


class DetectableRatio(TypedDict):
    """The smallest distance of the ratio from 1 that the data could have detected."""

    ratio: float | None


class Comparison(TypedDict):
    """The comparison of two engagement types."""

    engagement: Side
    baseline: Baseline
    ratio: Estimate
    ratio_excluded: Excluded | None
    equivalent_media_cost: Estimate
    verdict: EquivalenceVerdict
    equivalence_margin: float
    p_equivalence: float | None
    needed: Needed | None
    smallest_detectable_effect: DetectableRatio | None
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class OfGoal(TypedDict):
    """The goal of an answer, and the confidence of its intervals."""

    goal: str
    confidence: float


class Equivalence(Comparison, Period, OfGoal, OfFit):
    """The value of one engagement, in engagements of the baseline."""


class Pair(TypedDict):
    """What one engagement is worth in engagements of a baseline, without the details."""

    engagement: str
    baseline: str
    ratio: Estimate
    verdict: EquivalenceVerdict
    reasons: Reasons
    warnings: Warnings


class Equivalences(Period, OfGoal, OfFit):
    """The value of every engagement type in engagements of every other one."""

    equivalence_margin: float
    warnings: Warnings
    types: list[str]
    pairs: list[Pair]


class Compared(TypedDict):
    """The comparison of two types that were both estimated."""

    ratio: Estimate
    ratio_excluded: Excluded | None
    verdict: EquivalenceVerdict
    p_equivalence: float | None
    needed: Needed | None
    smallest_detectable_effect: DetectableRatio | None
    reasons: Reasons


def _name_of(side: Side) -> str:
    return f"{side['channel']}/{side['type']}"


EQUIVALENCE_TABLE = Table(
    Equivalence,
    Column("engagement", "engagement", write=_name_of),
    Column("engagement.value", "engagement_value"),
    Column("baseline", "baseline", write=_name_of),
    Column("baseline.value", "baseline_value"),
    Column("baseline.cost_per_engagement", "baseline_cost_per_engagement"),
    *("ratio", "equivalent_media_cost", "verdict", "equivalence_margin", "p_equivalence"),
    *("needed", "ratio_excluded"),
    Column("smallest_detectable_effect.ratio", "ratio_smallest_detectable"),
    *("method", "reasons", "warnings"),
)

EQUIVALENCES_TABLE = Table(Pair, *Pair.__annotations__)


def equivalence(
    document: FitDocument,
    *,
    engagement: str | None = None,
    baseline: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> Equivalence:
    """Compare one engagement with another, in the shape of ``GET /v1/equivalence``.

    Parameters
    ----------
    engagement, baseline : str
        ``channel/type``. If the data have both a paid and an organic type of that name, the
        engagement is the organic one and the baseline the paid one. None: ``facebook/like`` and
        ``google_ads/click`` if the data have them, else the most frequent organic type and the most
        frequent paid click.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal or an engagement is unknown.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    effects = read_effects(document, goal, days)
    one = _choose_side(effects, "engagement", engagement, DEFAULT_ENGAGEMENT, paid=False)
    other = _choose_side(effects, "baseline", baseline, DEFAULT_BASELINE, paid=True)
    return _answer(one, other, effects, document, goal, days, settles=True)


def equivalences(
    document: FitDocument,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> Equivalences:
    """Compare every engagement type with every other one, as in ``GET /v1/equivalences``.

    Types that are not causes of conversions are left out. Types without an estimate are part of
    `types`, but of no pair. The data that would settle an open question are part of `equivalence`
    only: to compute them for every pair would take too long.

    Parameters
    ----------
    document : FitDocument
    start, end, goal
        As for `roi`.

    Raises
    ------
    InvalidFields
        If the range has no day of the window, or the goal is unknown.
    """
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    effects = read_effects(document, goal, days)
    causes = [effect for effect in effects if not NO_CAUSE & set(effect.reasons)]
    estimated = distinct(effect.name for effect in causes if effect.delta is not None)
    chosen = {
        name: tuple(find_effect(effects, "", name, paid=paid) for paid in (False, True))
        for name in estimated
    }
    answers = [
        _answer(chosen[one][0], chosen[other][1], effects, document, goal, days, settles=False)
        for one in estimated
        for other in estimated
        if one != other
    ]
    return {
        "types": distinct(effect.name for effect in causes),
        "pairs": [_pair(answer) for answer in answers],
        "equivalence_margin": EQUIVALENCE_MARGIN,
        "warnings": days.warnings,
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "confidence": document["confidence"],
        "fit": refer_to(document),
    }


def _pair(answer: Equivalence) -> Pair:
    return {
        "engagement": _name_of(answer["engagement"]),
        "baseline": _name_of(answer["baseline"]),
        "ratio": answer["ratio"],
        "verdict": answer["verdict"],
        "reasons": [reason for reason in answer["reasons"] if reason != "no_baseline_cost"],
        "warnings": answer["warnings"],
    }


def _answer(
    one: Effect,
    other: Effect,
    effects: list[Effect],
    document: FitDocument,
    goal: str,
    days: Range,
    *,
    settles: bool,
) -> Equivalence:
    """Return the comparison; `settles`: with the data that would settle it (slow)."""
    fitted = document["goals"][goal]
    cost = _cost_per_engagement(document, effects, other, days)
    first, second = sides = (
        read_worth(one, effects, document, goal),
        read_worth(other, effects, document, goal),
    )
    reasons = [reason for side in sides for reason in side.root.reasons]
    if cost is None:
        reasons.append("no_baseline_cost")
    if fitted["value_mean"] == 0:
        reasons.append("no_value")
    elif fitted["value_mean"] < 0:
        reasons.append("refunds_exceed_sales")
    answer: Equivalence = {
        "engagement": _side(first, fitted),
        "baseline": {**_side(second, fitted), "cost_per_engagement": rounded(cost)},
        "ratio": NO_ESTIMATE,
        "ratio_excluded": None,
        "equivalent_media_cost": NO_ESTIMATE,
        "verdict": "not_estimable",
        "equivalence_margin": EQUIVALENCE_MARGIN,
        "p_equivalence": None,
        "needed": None,
        "smallest_detectable_effect": None,
        "method": _method_of(sides),
        "reasons": distinct(reasons),
        "warnings": distinct(
            [warning for side in sides for warning in _warnings_of(side)] + days.warnings
        ),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "confidence": document["confidence"],
        "fit": refer_to(document),
    }
    if one.delta is None or other.delta is None or fitted["value_mean"] < 0:
        return answer
    if one.index == other.index:
        return answer | {
            "ratio": ITSELF,
            "equivalent_media_cost": _media_cost(ITSELF, cost),
            "verdict": "equivalent",
            "p_equivalence": 0.0,
        }
    compared = _compare(first, second, document, goal, settles=settles)
    compared["reasons"] = distinct([*compared["reasons"], *answer["reasons"]])
    if "baseline_below_zero" not in compared["reasons"]:
        answer["equivalent_media_cost"] = _media_cost(compared["ratio"], cost)
    return {**answer, **compared}


def _choose_side(
    effects: list[Effect], field: str, requested: str | None, default: str, *, paid: bool
) -> Effect:
    """Return the requested type, else the default; without any, a type without an estimate."""
    if requested is not None:
        return find_effect(effects, field, requested, paid=paid)
    return default_effect(effects, default, paid=paid)


def _method_of(sides: Iterable[Worth]) -> Method | None:
    """The method of the comparison: the weakest method of all effects in it."""
    methods = set[Method | None]().union(*(side.methods for side in sides))
    if None in methods:
        return None
    return next(method for method in WEAKEST_FIRST if method in methods)


def _media_cost(ratio: Estimate, cost: float | None) -> Estimate:
    if cost is None:
        return NO_ESTIMATE
    estimate, low, high = (
        None if value is None else rounded(value * cost)
        for value in (ratio["estimate"], ratio["ci_low"], ratio["ci_high"])
    )
    return {"estimate": estimate, "ci_low": low, "ci_high": high}


def equivalence_rows(answer: Equivalence) -> Iterator[Row]:
    """Return an equivalence answer as one flat row, for CSV."""
    return EQUIVALENCE_TABLE.rows([answer])


def _compare(
    one: Worth, other: Worth, document: FitDocument, goal: str, *, settles: bool
) -> Compared:
    """Return the ratio, the verdict and the data needed to settle it, for two estimated types."""
    fitted = document["goals"][goal]
    pair = (
        one.delta,
        other.delta,
        one.covariance(one, fitted),
        other.covariance(other, fitted),
        one.covariance(other, fitted),
    )
    critical = max(one.critical, other.critical)
    interval = fieller(*pair, critical)
    test = tost(*pair, EQUIVALENCE_MARGIN, critical)
    compared = power.Comparison(*pair, EQUIVALENCE_MARGIN, critical)
    question = questions.Equivalence(compared)
    parts = [part for side in (0, 1) for part in (one, other)[side].parts(fitted, side)]
    verdict = judge(question, parts, [*one.doubts(0), *other.doubts(1)])
    needed = None
    lacks_data = settles and verdict.lacks_data
    if lacks_data:
        needed = needed_for(question, [document["kinds"][one.root.index]["counts"]])
    reasons = [] if interval.shape == "bounded" else [f"ratio_{interval.shape}"]
    if interval.shape == "bounded" and other.delta < 0:
        reasons.append("baseline_below_zero")
    if lacks_data and needed is None:
        reasons.append(NOT_SETTLED)
    reasons += verdict.reasons
    detectable = power.smallest_detectable_ratio(compared)
    return {
        "ratio": {
            "estimate": rounded(interval.estimate),
            "ci_low": rounded(interval.low),
            "ci_high": rounded(interval.high),
        },
        "ratio_excluded": _excluded(interval),
        "verdict": cast("EquivalenceVerdict", verdict.name),
        "p_equivalence": rounded(test.p_value),
        "needed": needed,
        "smallest_detectable_effect": None
        if detectable is None
        else {"ratio": rounded(detectable)},
        "reasons": reasons,
    }


def _excluded(interval: RatioInterval) -> Excluded | None:
    if interval.excluded is None:
        return None
    low, high = interval.excluded
    return {"from": rounded(low), "to": rounded(high)}


def _side(worth: Worth, fitted: GoalDocument) -> Side:
    effect = worth.root
    return {
        "channel": effect.channel,
        "type": effect.type,
        "paid": effect.paid,
        "value": worth.per_engagement(fitted)[1],
        "unseen_share": rounded(unseen_share(worth.parts(fitted)), 4) if worth.members else None,
        "method": _method_of([worth]),
        "reasons": effect.reasons,
        "warnings": _warnings_of(worth),
    }


def _warnings_of(worth: Worth) -> list[str]:
    return [*worth.warnings, *(["descendants_included"] if worth.has_descendants else [])]


def _cost_per_engagement(
    document: FitDocument, effects: list[Effect], effect: Effect, days: Range
) -> float | None:
    """Return the cost of one engagement of the baseline; None if it is not known.

    It is the type's own cost, else the cost of the channel if the type is its only paid click.
    """
    if effect.cost > 0:
        return effect.cost / effect.count
    channel = days.total(document["costs"].get(effect.channel, []))
    rivals = [e for e in effects if e.channel == effect.channel and e.type == effect.type]
    if channel > 0 and effect.paid and len(rivals) == 1:
        return channel / effect.count
    return None
