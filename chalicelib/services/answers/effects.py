"""What a fit says about a range of its days: effects, goals, ranges, and intervals for people."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.attribution.sensitivity import Sensitivity
from chalicelib.attribution.settling import smallest_detectable
from chalicelib.errors import FieldError, InvalidFields
from chalicelib.services.answers.hidden_causes import read_sensitivity

NOTHING_KNOWN: dict[str, float | None] = {"estimate": None, "ci_low": None, "ci_high": None}


@dataclass(frozen=True, slots=True)
class Range:
    """Days of the fit's window that a question is about: indexes [first, last]."""

    first: int
    last: int
    start: dt.date
    end: dt.date

    def total(self, daily: list[Any]) -> float:
        """Sum of a daily series over the range."""
        return float(sum(daily[self.first : self.last + 1]))


@dataclass(frozen=True, slots=True)
class Effect:
    """One kind in a range: engagements, conversions per engagement and their variance."""

    index: int
    channel: str
    type: str
    paid: bool
    count: int
    cost: float
    delta: float | None
    scale: float  # how much of the window's mean effect an engagement of this range has
    critical: float
    method: str | None
    reasons: list[str]
    warnings: list[str]
    sensitivity: Sensitivity | None

    @property
    def name(self) -> str:
        """``channel/type``."""
        return f"{self.channel}/{self.type}"

    @classmethod
    def absent(cls, channel: str, type_: str, *, paid: bool) -> Effect:
        """A kind that does not occur: nothing is known of it, and that is the reason."""
        return cls(
            index=-1,
            channel=channel,
            type=type_,
            paid=paid,
            count=0,
            cost=0.0,
            delta=None,
            scale=1.0,
            critical=0.0,
            method=None,
            reasons=["no_such_engagement"],
            warnings=[],
            sensitivity=None,
        )


def read_effects(document: dict[str, Any], goal: str, days: Range) -> list[Effect]:
    """Every kind that occurs in the range, as the fit sees it."""
    decays = document["decays"]
    n_days = len(document["goals"][goal]["conversions"])
    found = []
    for index, (kind, fit) in enumerate(
        zip(document["kinds"], document["goals"][goal]["estimates"], strict=True)
    ):
        count = days.total(kind["counts"])
        if count == 0:
            continue
        scale = 1.0
        if fit["delta"] is not None and (days.first, days.last) != (0, n_days - 1):
            profile = _profile(decays, fit["decay_weights"], n_days)
            whole = Range(0, n_days - 1, days.start, days.end)
            scale = _mean_profile(profile, kind["counts"], days) / _mean_profile(
                profile, kind["counts"], whole
            )
        found.append(
            Effect(
                index=index,
                channel=kind["channel"],
                type=kind["type"],
                paid=kind["paid"],
                count=int(count),
                cost=days.total(kind["cost"]),
                delta=None if fit["delta"] is None else fit["delta"] * scale,
                scale=scale,
                critical=fit["critical"],
                method=fit["method"],
                reasons=list(fit["reasons"]),
                warnings=list(fit["warnings"]),
                sensitivity=read_sensitivity(fit),
            )
        )
    return sorted(found, key=lambda e: (e.channel, e.type, e.paid))


def _profile(decays: list[float], weights: list[float], n_days: int) -> list[float]:
    """Share of an engagement's effect that falls inside the window, per day of the engagement."""
    return [
        sum(w * (1.0 - theta ** (n_days - day)) for theta, w in zip(decays, weights, strict=True))
        for day in range(n_days)
    ]


def _mean_profile(profile: list[float], counts: list[int], days: Range) -> float:
    pairs = list(zip(profile, counts, strict=True))[days.first : days.last + 1]
    return sum(p * n for p, n in pairs) / sum(n for _, n in pairs)


def read_range(document: dict[str, Any], start: dt.date | None, end: dt.date | None) -> Range:
    """The days that are asked about; raises InvalidFields outside the fit's window."""
    first = dt.date.fromisoformat(document["window"]["from"])
    last = dt.date.fromisoformat(document["window"]["to"])
    start, end = start or first, end or last
    errors = []
    if not first <= start <= last:
        errors.append(("/from", f"the fit covers {first} to {last}"))
    if not first <= end <= last:
        errors.append(("/to", f"the fit covers {first} to {last}"))
    if start > end:
        errors.append(("/from", "the range ends before it begins"))
    if errors:
        raise InvalidFields(
            f"the range {start} to {end} cannot be answered from this fit",
            tuple(FieldError(where, "out_of_range", message) for where, message in errors),
        )
    return Range((start - first).days, (end - first).days, start, end)


def read_goal(document: dict[str, Any], goal: str | None) -> str:
    """The goal, or the usual one for None; raises InvalidFields for one that is not in the fit."""
    goals = sorted(document["goals"])
    if goal is None:
        return "purchase" if "purchase" in goals else goals[0]
    if goal not in goals:
        raise unknown_value("goal", goal, goals)
    return goal


def find_effect(effects: list[Effect], field: str, name: str, *, paid: bool) -> Effect:
    """The effect called `name`, the `paid` one or the organic one where the data have both.

    Raises
    ------
    InvalidFields
        Naming `field`, if there is none.
    """
    found = [effect for effect in effects if effect.name == name]
    if not found:
        raise unknown_value(field, name, sorted({effect.name for effect in effects}))
    return next((effect for effect in found if effect.paid == paid), found[0])


def usual_effect(effects: list[Effect], name: str, *, paid: bool) -> Effect:
    """`name` where the data have it, else the most frequent kind that could take its place.

    An absent one where there is none.
    """
    if any(effect.name == name for effect in effects):
        return find_effect(effects, "", name, paid=paid)
    rivals = [e for e in effects if e.paid == paid and (e.type == "click" or not paid)]
    if rivals:
        return max(rivals, key=lambda e: e.count)
    channel, what = name.split("/")
    return Effect.absent(channel, what, paid=paid)


def unknown_value(field: str, given: str, known: list[str]) -> InvalidFields:
    """The error for a name that the fit does not know."""
    message = f"{given!r} is not in the fit; known: {', '.join(known) or 'none'}"
    return InvalidFields(
        f"unknown {field}: {message}", (FieldError(f"/{field}", "unknown_value", message),)
    )


def interval_of(estimate: float, error: float, critical: float) -> dict[str, float | None]:
    """An estimate with its interval, from its standard error and the quantile."""
    return {
        "estimate": rounded(estimate),
        "ci_low": rounded(estimate - critical * error),
        "ci_high": rounded(estimate + critical * error),
    }


def rounded(value: float | None, digits: int = 6) -> float | None:
    """Rounded for people; what is not finite is not known."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits) + 0.0


def flat(name: str, interval: dict[str, float | None]) -> dict[str, float | None]:
    """An interval as three columns of a flat row."""
    return {
        name: interval["estimate"],
        f"{name}_ci_low": interval["ci_low"],
        f"{name}_ci_high": interval["ci_high"],
    }


def per_engagement(
    effect: Effect, fitted: dict[str, Any]
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Conversions and value per engagement, each with its interval."""
    if effect.delta is None:
        return NOTHING_KNOWN, NOTHING_KNOWN
    variance = fitted["covariance"][effect.index][effect.index] * effect.scale**2
    mean = fitted["value_mean"]
    conversions = interval_of(effect.delta, math.sqrt(variance), effect.critical)
    if mean == 0:
        return conversions, NOTHING_KNOWN
    value_error = math.sqrt(variance * mean**2 + effect.delta**2 * fitted["value_variance"])
    return conversions, interval_of(effect.delta * mean, value_error, effect.critical)


def detectable_per_engagement(
    effect: Effect, fitted: dict[str, Any]
) -> dict[str, float | None] | None:
    """The smallest effect of one engagement that the data could have shown; None if refused."""
    if effect.delta is None:
        return None
    error = math.sqrt(fitted["covariance"][effect.index][effect.index]) * effect.scale
    return {
        "conversions_per_engagement": rounded(smallest_detectable(error, effect.critical)),
        "value_per_engagement": rounded(detectable_value(error, effect.critical, fitted)),
    }


def detectable_value(
    error: float, critical: float, fitted: dict[str, Any], beyond: float = 0.0
) -> float | None:
    """The smallest value told from `beyond`, for conversions with a standard error of `error`."""
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
class Caused:
    """What the engagements of several kinds caused together: sums, and standard errors of them."""

    conversions: float
    conversions_error: float
    revenue: float
    revenue_error: float
    critical: float


def add_up(effects: list[Effect], fitted: dict[str, Any]) -> Caused | None:
    """The sum over the kinds that were estimated; None where none was."""
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
    return Caused(
        conversions,
        math.sqrt(max(variance, 0.0)),
        conversions * mean,
        math.sqrt(max(revenue_variance, 0.0)),
        max(effect.critical for effect, _ in known),
    )


def not_counted(effects: list[Effect]) -> list[str]:
    """Warnings for the kinds that are missing in the sum because they could not be estimated."""
    return [
        f"not_counted:{effect.name}"
        for effect in effects
        if effect.delta is None and "exposure_only" not in effect.reasons
    ]


def distinct(texts: Iterable[str]) -> list[str]:
    """Each text once, in order of appearance."""
    return list(dict.fromkeys(texts))
