"""Answers to questions, from a stored fit alone: effect times counts in the range of days.

Pure standard library; one fit document in, the contract's shape out.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from chalicelib.attribution.ratio import fieller, growth_until_settled, tost
from chalicelib.errors import FieldError, InvalidFields

EQUIVALENCE_MARGIN = 0.2
NOTHING_KNOWN: dict[str, float | None] = {"estimate": None, "ci_low": None, "ci_high": None}


@dataclass(frozen=True, slots=True)
class _Range:
    """Days of the fit's window that a question is about: indexes [first, last]."""

    first: int
    last: int
    start: dt.date
    end: dt.date

    def total(self, daily: list[Any]) -> float:
        return float(sum(daily[self.first : self.last + 1]))


@dataclass(frozen=True, slots=True)
class _Effect:
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

    @property
    def name(self) -> str:
        return f"{self.channel}/{self.type}"


def roi(
    document: dict[str, Any],
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
    channel: str | None = None,
) -> dict[str, Any]:
    """ROI per channel, in the shape of ``GET /v1/roi``.

    Parameters
    ----------
    document : dict
        A fit document of `services.estimation`.
    start, end : date, optional
        Days the question is about, inside the fit's window; None: the window's ends.
    goal : str, optional
        None: ``purchase`` where there is one, else the first goal.
    channel : str, optional
        Only this channel.

    Raises
    ------
    InvalidFields
        For a range outside the window, an unknown goal or channel.
    """
    days = _range(document, start, end)
    goal = _goal(document, goal)
    effects = _effects(document, goal, days)
    names = sorted({effect.channel for effect in effects} | set(document["costs"]))
    if channel is not None and channel not in names:
        raise _unknown("channel", channel, names)
    fitted = document["goals"][goal]
    return {
        "fit": {key: document[key] for key in ("id", "as_of", "window")},
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "channels": [
            _channel(name, [e for e in effects if e.channel == name], document, fitted, days)
            for name in names
            if channel is None or name == channel
        ],
        "diagnostics": fitted["diagnostics"],
    }


def equivalence(
    document: dict[str, Any],
    *,
    engagement: str | None = None,
    baseline: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> dict[str, Any]:
    """What one engagement is worth in another, in the shape of ``GET /v1/equivalence``.

    Parameters
    ----------
    document : dict
        A fit document.
    engagement, baseline : str
        ``channel/type``; of a kind that is both paid and organic in the data, the paid one for
        clicks and the organic one else.  None: ``facebook/like`` and ``google_ads/click`` where the
        data have them, else the most frequent organic kind and paid click.
    start, end, goal
        As for `roi`.

    Raises
    ------
    InvalidFields
        For a range outside the window, an unknown goal or engagement.
    """
    days = _range(document, start, end)
    goal = _goal(document, goal)
    effects = _effects(document, goal, days)
    one = _find(effects, "engagement", engagement or _usual(effects, "facebook/like", paid=False))
    other = _find(effects, "baseline", baseline or _usual(effects, "google_ads/click", paid=True))
    fitted = document["goals"][goal]
    cost = _cost_per_engagement(document, effects, other, days)
    answer: dict[str, Any] = {
        "engagement": _side(one, fitted),
        "baseline": {**_side(other, fitted), "cost_per_engagement": _rounded(cost)},
        "ratio": NOTHING_KNOWN,
        "equivalent_media_cost": NOTHING_KNOWN,
        "verdict": "not_estimable",
        "equivalence_margin": EQUIVALENCE_MARGIN,
        "p_equivalence": None,
        "needed": None,
        "method": one.method,
        "reasons": [f"{e.name}: {reason}" for e in (one, other) for reason in e.reasons],
        "warnings": [f"{e.name}: {warning}" for e in (one, other) for warning in e.warnings],
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "confidence": document["confidence"],
        "fit": {key: document[key] for key in ("id", "as_of", "window")},
    }
    if one.delta is None or other.delta is None:
        return answer
    if one.index == other.index:
        return answer | {
            "ratio": {"estimate": 1.0, "ci_low": 1.0, "ci_high": 1.0},
            "verdict": "equivalent",
            "p_equivalence": 0.0,
        }
    return answer | _compare(one, other, fitted, cost, days)


def _compare(
    one: _Effect, other: _Effect, fitted: dict[str, Any], cost: float | None, days: _Range
) -> dict[str, Any]:
    assert one.delta is not None
    assert other.delta is not None
    cov = fitted["covariance"]
    a, b = one.delta, other.delta
    var_a = cov[one.index][one.index] * one.scale**2
    var_b = cov[other.index][other.index] * other.scale**2
    var_ab = cov[one.index][other.index] * one.scale * other.scale
    critical = max(one.critical, other.critical)
    interval = fieller(a, b, var_a, var_b, var_ab, critical)
    test = tost(a, b, var_a, var_b, var_ab, EQUIVALENCE_MARGIN)
    if test.equivalent:
        verdict = "equivalent"
    elif interval.shape == "everything":
        verdict = "inconclusive"
    elif interval.low is not None and interval.low > 1.0:
        verdict = "worth_more"
    elif interval.high is not None and interval.high < 1.0:
        verdict = "worth_less"
    else:
        verdict = "inconclusive"
    needed = None
    if verdict == "inconclusive":
        growth = growth_until_settled(a, b, var_a, var_b, var_ab, EQUIVALENCE_MARGIN, critical)
        if growth is not None:
            window_days = days.last - days.first + 1
            needed = {
                "days": math.ceil((growth - 1.0) * window_days),
                "engagements": math.ceil((growth - 1.0) * one.count),
            }
    ratio = {
        "estimate": _rounded(interval.estimate),
        "ci_low": _rounded(interval.low),
        "ci_high": _rounded(interval.high),
    }
    media = NOTHING_KNOWN
    if cost is not None:
        media = {
            key: None if value is None else _rounded(value * cost) for key, value in ratio.items()
        }
    return {
        "ratio": ratio,
        "equivalent_media_cost": media,
        "verdict": verdict,
        "p_equivalence": _rounded(test.p_value),
        "needed": needed,
        "method": one.method if one.method == other.method else f"{one.method}+{other.method}",
        "reasons": [] if interval.shape == "bounded" else [f"ratio_{interval.shape}"],
    }


def roi_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels of a ROI answer as flat rows, for CSV."""
    rows = []
    for channel in answer["channels"]:
        row: dict[str, Any] = {"channel": channel["channel"], "cost": channel["cost"]}
        for name in ("incremental_conversions", "incremental_revenue", "roi"):
            row |= _flat(name, channel[name])
        row |= {key: channel[key] for key in ("verdict", "method")}
        row |= {key: " ".join(channel[key]) for key in ("reasons", "warnings")}
        row["currency"] = answer["currency"]
        rows.append(row)
    return rows


def equivalence_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """An equivalence answer as one flat row, for CSV."""
    row: dict[str, Any] = {}
    for side in ("engagement", "baseline"):
        row[side] = f"{answer[side]['channel']}/{answer[side]['type']}"
        row |= _flat(f"{side}_value", answer[side]["value"])
    row["baseline_cost_per_engagement"] = answer["baseline"]["cost_per_engagement"]
    for name in ("ratio", "equivalent_media_cost"):
        row |= _flat(name, answer[name])
    row |= {key: answer[key] for key in ("verdict", "equivalence_margin", "p_equivalence")}
    needed = answer["needed"] or {"days": None, "engagements": None}
    row |= {"needed_days": needed["days"], "needed_engagements": needed["engagements"]}
    row["method"] = answer["method"]
    row |= {key: " ".join(answer[key]) for key in ("reasons", "warnings")}
    return [row]


def _channel(
    name: str,
    effects: list[_Effect],
    document: dict[str, Any],
    fitted: dict[str, Any],
    days: _Range,
) -> dict[str, Any]:
    cost = days.total(document["costs"].get(name, []))
    known = [effect for effect in effects if effect.delta is not None]
    answer: dict[str, Any] = {
        "channel": name,
        "cost": _rounded(cost, 2),
        "incremental_conversions": NOTHING_KNOWN,
        "incremental_revenue": NOTHING_KNOWN,
        "roi": NOTHING_KNOWN,
        "verdict": "not_estimable",
        "method": None,
        "reasons": [],
        "warnings": [],
        "engagements": [_engagement(effect, fitted) for effect in effects],
    }
    if not known:
        answer["reasons"] = _distinct(r for e in effects for r in e.reasons) or ["no_engagements"]
        if cost == 0:
            answer["reasons"] = [*answer["reasons"], "no_cost"]
        return answer
    conversions = sum(e.delta * e.count for e in known if e.delta is not None)
    cov = fitted["covariance"]
    variance = sum(
        cov[e.index][f.index] * e.scale * f.scale * e.count * f.count for e in known for f in known
    )
    critical = max(e.critical for e in known)
    mean = fitted["value_mean"]
    revenue = conversions * mean
    revenue_error = math.sqrt(
        max(variance * mean**2 + conversions**2 * fitted["value_variance"], 0.0)
    )
    answer["incremental_conversions"] = _interval(conversions, math.sqrt(variance), critical)
    answer["incremental_revenue"] = _interval(revenue, revenue_error, critical)
    answer["method"] = max(known, key=lambda e: e.count).method
    answer["warnings"] = _distinct(
        [warning for e in known for warning in e.warnings]
        + [
            f"not_counted:{e.name}"
            for e in effects
            if e.delta is None and "exposure_only" not in e.reasons
        ]
    )
    if cost <= 0:
        answer["reasons"] = ["no_cost"]
        return answer
    if mean == 0:
        answer["reasons"] = ["no_value"]
        return answer
    gain = _interval(revenue / cost - 1.0, revenue_error / cost, critical)
    answer["roi"] = gain
    assert gain["ci_low"] is not None
    assert gain["ci_high"] is not None
    if gain["ci_low"] > 0:
        answer["verdict"] = "profitable"
    elif gain["ci_high"] < 0:
        answer["verdict"] = "unprofitable"
    else:
        answer["verdict"] = "inconclusive"
    return answer


def _engagement(effect: _Effect, fitted: dict[str, Any]) -> dict[str, Any]:
    conversions, value = _per_engagement(effect, fitted)
    return {
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "method": effect.method,
        "reasons": effect.reasons,
        "warnings": effect.warnings,
    }


def _side(effect: _Effect, fitted: dict[str, Any]) -> dict[str, Any]:
    return {
        "channel": effect.channel,
        "type": effect.type,
        "paid": effect.paid,
        "value": _per_engagement(effect, fitted)[1],
    }


def _per_engagement(
    effect: _Effect, fitted: dict[str, Any]
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Conversions and value per engagement, each with its interval."""
    if effect.delta is None:
        return NOTHING_KNOWN, NOTHING_KNOWN
    variance = fitted["covariance"][effect.index][effect.index] * effect.scale**2
    mean = fitted["value_mean"]
    value_error = math.sqrt(variance * mean**2 + effect.delta**2 * fitted["value_variance"])
    return (
        _interval(effect.delta, math.sqrt(variance), effect.critical),
        _interval(effect.delta * mean, value_error, effect.critical),
    )


def _effects(document: dict[str, Any], goal: str, days: _Range) -> list[_Effect]:
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
            whole = _Range(0, n_days - 1, days.start, days.end)
            scale = _mean_profile(profile, kind["counts"], days) / _mean_profile(
                profile, kind["counts"], whole
            )
        found.append(
            _Effect(
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
            )
        )
    return sorted(found, key=lambda e: (e.channel, e.type, e.paid))


def _profile(decays: list[float], weights: list[float], n_days: int) -> list[float]:
    """Share of an engagement's effect that falls inside the window, per day of the engagement."""
    return [
        sum(w * (1.0 - theta ** (n_days - day)) for theta, w in zip(decays, weights, strict=True))
        for day in range(n_days)
    ]


def _mean_profile(profile: list[float], counts: list[int], days: _Range) -> float:
    pairs = list(zip(profile, counts, strict=True))[days.first : days.last + 1]
    return sum(p * n for p, n in pairs) / sum(n for _, n in pairs)


def _cost_per_engagement(
    document: dict[str, Any], effects: list[_Effect], effect: _Effect, days: _Range
) -> float | None:
    """What one engagement of the baseline cost: its own costs, else the channel's if it is its
    only paid click."""
    if effect.cost > 0:
        return effect.cost / effect.count
    channel = days.total(document["costs"].get(effect.channel, []))
    rivals = [e for e in effects if e.channel == effect.channel and e.type == effect.type]
    if channel > 0 and effect.paid and len(rivals) == 1:
        return channel / effect.count
    return None


def _range(document: dict[str, Any], start: dt.date | None, end: dt.date | None) -> _Range:
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
    return _Range((start - first).days, (end - first).days, start, end)


def _goal(document: dict[str, Any], goal: str | None) -> str:
    goals = sorted(document["goals"])
    if goal is None:
        return "purchase" if "purchase" in goals else goals[0]
    if goal not in goals:
        raise _unknown("goal", goal, goals)
    return goal


def _find(effects: list[_Effect], field: str, name: str) -> _Effect:
    found = [effect for effect in effects if effect.name == name]
    if not found:
        raise _unknown(field, name, sorted({effect.name for effect in effects}))
    wanted_paid = name.endswith("/click")
    return next((effect for effect in found if effect.paid == wanted_paid), found[0])


def _usual(effects: list[_Effect], name: str, *, paid: bool) -> str:
    """`name` where the data have it, else the most frequent kind that could take its place."""
    rivals = [e for e in effects if e.paid == paid and (e.type == "click" or not paid)]
    if any(e.name == name for e in effects) or not rivals:
        return name
    return max(rivals, key=lambda e: e.count).name


def _unknown(field: str, given: str, known: list[str]) -> InvalidFields:
    message = f"{given!r} is not in the fit; known: {', '.join(known) or 'none'}"
    return InvalidFields(
        f"unknown {field}: {message}", (FieldError(f"/{field}", "unknown_value", message),)
    )


def _interval(estimate: float, error: float, critical: float) -> dict[str, float | None]:
    return {
        "estimate": _rounded(estimate),
        "ci_low": _rounded(estimate - critical * error),
        "ci_high": _rounded(estimate + critical * error),
    }


def _rounded(value: float | None, digits: int = 6) -> float | None:
    """Rounded for people; what is not finite is not known."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits) + 0.0


def _flat(name: str, interval: dict[str, float | None]) -> dict[str, float | None]:
    return {
        name: interval["estimate"],
        f"{name}_ci_low": interval["ci_low"],
        f"{name}_ci_high": interval["ci_high"],
    }


def _distinct(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
