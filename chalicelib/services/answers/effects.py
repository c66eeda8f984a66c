"""The effect of each engagement type in a range of a fit's days, and sums of effects."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from typing_extensions import TypedDict

from chalicelib.attribution.power import smallest_detectable
from chalicelib.attribution.sensitivity import Sensitivity
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Estimate, Method
from chalicelib.services.answers.adding_up import impossible_types
from chalicelib.services.answers.hidden_causes import read_sensitivity
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of, rounded
from chalicelib.services.answers.profile import Profile, Unseen
from chalicelib.services.answers.ranges import Range, unknown_value
from chalicelib.services.answers.verdicts import MATERIAL_UNSEEN, Doubt, Part
from chalicelib.services.fitting.fit_documents import (
    EstimateDocument,
    FitDocument,
    GoalDocument,
    KindDocument,
)

NO_CAUSE = frozenset({"exposure_only", "on_the_way"})
"""Reasons of types that are not causes: a sum without them is complete."""
NONE_UNSEEN = Unseen(0.0, 0.0)


class DetectablePerEngagement(TypedDict):
    """The minimum detectable effect of one engagement."""

    conversions_per_engagement: float | None
    value_per_engagement: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One engagement type in a range, with its number of engagements, effect and codes."""

    index: int
    channel: str
    type: EngagementType
    paid: bool
    count: int
    cost: float
    delta: float | None
    scale: float  # mean effect of an engagement in this range, divided by that in the window
    unseen: Unseen
    critical: float
    method: Method | None
    reasons: list[str]
    warnings: list[str]
    sensitivity: Sensitivity | None

    @property
    def name(self) -> str:
        """``channel/type``."""
        return f"{self.channel}/{self.type}"

    def rejected(self, reason: str) -> Effect:
        """Return the same type without its estimate, with the reason."""
        return replace(
            self,
            delta=None,
            method=None,
            sensitivity=None,
            unseen=NONE_UNSEEN,
            reasons=[*self.reasons, reason],
            warnings=[],
        )

    @classmethod
    def absent(cls, channel: str, type_: EngagementType, *, paid: bool) -> Effect:
        """Return a type without engagements in the data."""
        return cls(
            index=-1,
            channel=channel,
            type=type_,
            paid=paid,
            count=0,
            cost=0.0,
            delta=None,
            scale=1.0,
            unseen=NONE_UNSEEN,
            critical=0.0,
            method=None,
            reasons=["no_such_engagement"],
            warnings=[],
            sensitivity=None,
        )


def read_effects(document: FitDocument, goal: str, days: Range) -> list[Effect]:
    """Return every engagement type that occurs in the range.

    Types whose estimates exceed the actual conversions are rejected (`adding_up`).
    """
    fitted = document["goals"][goal]
    found = [
        _read_effect(index, document["decays"], kind, fit, days)
        for index, (kind, fit) in enumerate(
            zip(document["kinds"], fitted["estimates"], strict=True)
        )
        if days.total(kind["counts"]) > 0
    ]
    scales = {effect.index: effect.scale for effect in found}
    impossible = impossible_types(document["kinds"], fitted, days, scales)
    found = [
        effect.rejected("more_than_happened") if effect.index in impossible else effect
        for effect in found
    ]
    return sorted(found, key=lambda e: (e.channel, e.type, e.paid))


def _read_effect(
    index: int,
    decays: list[float],
    kind: KindDocument,
    fit: EstimateDocument,
    days: Range,
) -> Effect:
    """Return one type, with the part of its effect that falls inside the window."""
    scale, unseen, warnings = 1.0, NONE_UNSEEN, list(fit["warnings"])
    if fit["delta"] is not None:
        unseen = Profile.read(decays, fit).unseen(kind["counts"], days)
        scale = scale_of(decays, fit, kind["counts"], days)
        if unseen.mean >= MATERIAL_UNSEEN:
            warnings.append("unseen_effect")
    return Effect(
        index=index,
        channel=kind["channel"],
        type=kind["type"],
        paid=kind["paid"],
        count=int(days.total(kind["counts"])),
        cost=days.total(kind["cost"]),
        delta=None if fit["delta"] is None else fit["delta"] * scale,
        scale=scale,
        unseen=unseen,
        critical=fit["critical"],
        method=fit["method"],
        reasons=list(fit["reasons"]),
        warnings=distinct(warnings),
        sensitivity=read_sensitivity(fit),
    )


def scale_of(decays: list[float], fit: EstimateDocument, counts: list[int], days: Range) -> float:
    """Mean effect of an engagement in a range, divided by that in the whole window.

    Effects after the window are in neither, and the last days of the window have more of these.

    Parameters
    ----------
    counts : list of int
        Engagements per day of the window.
    """
    whole = Range(0, len(counts) - 1, days.start, days.end)
    if (days.first, days.last) == (whole.first, whole.last):
        return 1.0
    profile = Profile.read(decays, fit)
    seen_of_all = 1.0 - profile.unseen(counts, whole).mean
    if seen_of_all <= 0:
        return 1.0
    return (1.0 - profile.unseen(counts, days).mean) / seen_of_all


def find_effect(effects: list[Effect], field: str, name: str, *, paid: bool) -> Effect:
    """Return the effect called `name`, the paid or the organic one if the data have both.

    Raises
    ------
    InvalidFields
        If there is none; the error names `field`.
    """
    found = [effect for effect in effects if effect.name == name]
    if not found:
        raise unknown_value(field, name, sorted({effect.name for effect in effects}))
    return next((effect for effect in found if effect.paid == paid), found[0])


def default_effect(effects: list[Effect], name: str, *, paid: bool) -> Effect:
    """Return the effect called `name`, else the most frequent comparable type.

    If there is no comparable type either, the result has no estimate.
    """
    if any(effect.name == name for effect in effects):
        return find_effect(effects, "", name, paid=paid)
    rivals = [e for e in effects if e.paid == paid and (e.type == "click" or not paid)]
    if rivals:
        return max(rivals, key=lambda e: e.count)
    channel, type_ = name.split("/")
    return Effect.absent(channel, cast("EngagementType", type_), paid=paid)


def per_engagement(effect: Effect, fitted: GoalDocument) -> tuple[Estimate, Estimate]:
    """Conversions and value per engagement, each with its interval."""
    if effect.delta is None:
        return NO_ESTIMATE, NO_ESTIMATE
    return with_value(effect.delta, error_of(effect, fitted), effect.critical, fitted)


def with_value(
    delta: float, error: float, critical: float, fitted: GoalDocument
) -> tuple[Estimate, Estimate]:
    """Conversions and their value, each with its interval, from conversions and their error."""
    mean = fitted["value_mean"]
    conversions = interval_of(delta, error, critical)
    if mean == 0:
        return conversions, NO_ESTIMATE
    value_error = math.sqrt((error * mean) ** 2 + delta**2 * fitted["value_variance"])
    return conversions, interval_of(delta * mean, value_error, critical)


def detectable_per_engagement(
    effect: Effect, fitted: GoalDocument
) -> DetectablePerEngagement | None:
    """Minimum detectable effect of one engagement; None without an estimate."""
    if effect.delta is None:
        return None
    error = error_of(effect, fitted)
    return {
        "conversions_per_engagement": rounded(smallest_detectable(error, effect.critical)),
        "value_per_engagement": rounded(detectable_value(error, effect.critical, fitted)),
    }


def detectable_value(
    error: float, critical: float, fitted: GoalDocument, beyond: float = 0.0
) -> float | None:
    """Minimum detectable value compared with `beyond`, if conversions have the error `error`."""
    mean = abs(fitted["value_mean"])
    if mean == 0:
        return None
    return smallest_detectable(
        error * mean,
        critical,
        beyond=beyond,
        relative_variance=fitted["value_variance"] / mean**2,
    )


@dataclass(frozen=True, slots=True)
class IncrementalSum:
    """Incremental conversions and revenue of several types together, with standard errors."""

    conversions: float
    conversions_error: float
    revenue: float
    revenue_error: float
    critical: float


def add_up(effects: list[Effect], fitted: GoalDocument) -> IncrementalSum | None:
    """Add up the estimated types; None if no type was estimated."""
    known = [(effect, effect.delta) for effect in effects if effect.delta is not None]
    if not known:
        return None
    cov = fitted["covariance"]
    variance = sum(
        cov[e.index][f.index] * e.scale * f.scale * e.count * f.count
        for e, _ in known
        for f, _ in known
    )
    conversions = sum(delta * effect.count for effect, delta in known)
    mean = fitted["value_mean"]
    revenue_variance = variance * mean**2 + conversions**2 * fitted["value_variance"]
    return IncrementalSum(
        conversions,
        math.sqrt(max(variance, 0.0)),
        conversions * mean,
        math.sqrt(max(revenue_variance, 0.0)),
        max(effect.critical for effect, _ in known),
    )


def not_counted(effects: list[Effect]) -> list[str]:
    """Return a warning for each type that is missing in the sum because it was not estimated."""
    return [f"not_counted:{effect.name}" for effect in _missing(effects)]


def doubts_about_missing(effects: list[Effect]) -> list[Doubt]:
    """Return the possible effect of the missing types: at most one conversion per engagement."""
    return [
        Doubt(f"not_counted:{one.name}", part_name(one), up=float(one.count))
        for one in _missing(effects)
    ]


def _missing(effects: list[Effect]) -> list[Effect]:
    return [e for e in effects if e.delta is None and not NO_CAUSE & set(e.reasons)]


def part_name(effect: Effect) -> str:
    """The name of a type that separates paid from organic engagements."""
    return f"{effect.name} (paid)" if effect.paid else effect.name


def parts_of(effects: list[Effect], fitted: GoalDocument) -> list[Part]:
    """Return the estimated types as parts of a sum, for `verdicts.judge`."""
    spent = sum(effect.cost for effect in effects)
    return [
        Part(
            part_name(effect),
            effect.delta * effect.count,
            error_of(effect, fitted) * effect.count,
            effect.critical,
            tuple(effect.warnings),
            effect.unseen.mean,
            effect.unseen.high,
            effect.cost / spent if spent > 0 else 0.0,
        )
        for effect in effects
        if effect.delta is not None
    ]


def error_of(effect: Effect, fitted: GoalDocument) -> float:
    """Standard error of the effect of one engagement in the range."""
    return math.sqrt(fitted["covariance"][effect.index][effect.index]) * effect.scale


def distinct(texts: Iterable[str]) -> list[str]:
    """Each text once, in order of appearance."""
    return list(dict.fromkeys(texts))
