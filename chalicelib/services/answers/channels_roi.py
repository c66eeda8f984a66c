"""ROI per channel, from a fit document alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.attribution.settling import smallest_detectable
from chalicelib.services.answers.effects import (
    NOTHING_KNOWN,
    Effect,
    Range,
    add_up,
    detectable_per_engagement,
    detectable_value,
    distinct,
    flat,
    interval_of,
    not_counted,
    per_engagement,
    read_effects,
    read_goal,
    read_range,
    rounded,
    unknown_value,
)
from chalicelib.services.answers.hidden_causes import sentence


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
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    effects = read_effects(document, goal, days)
    names = sorted({effect.channel for effect in effects} | set(document["costs"]))
    if channel is not None and channel not in names:
        raise unknown_value("channel", channel, names)
    fitted = document["goals"][goal]
    return {
        "fit": {key: document[key] for key in ("id", "as_of", "window")},
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "channels": [
            _channel(name, [e for e in effects if e.channel == name], document, goal, days)
            for name in names
            if channel is None or name == channel
        ],
        "diagnostics": fitted["diagnostics"],
    }


def roi_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels of a ROI answer as flat rows, for CSV."""
    rows = []
    for channel in answer["channels"]:
        row: dict[str, Any] = {"channel": channel["channel"], "cost": channel["cost"]}
        for name in ("incremental_conversions", "incremental_revenue", "roi"):
            row |= flat(name, channel[name])
        shown = channel["smallest_detectable_effect"] or {}
        row["roi_smallest_detectable"] = shown.get("roi")
        row |= {key: channel[key] for key in ("verdict", "method")}
        row |= {key: " ".join(channel[key]) for key in ("reasons", "warnings")}
        row["currency"] = answer["currency"]
        rows.append(row)
    return rows


def _channel(
    name: str,
    effects: list[Effect],
    document: dict[str, Any],
    goal: str,
    days: Range,
) -> dict[str, Any]:
    fitted = document["goals"][goal]
    cost = days.total(document["costs"].get(name, []))
    outside = document.get("costs_outside", {}).get(name, 0.0)
    no_cost = "no_cost" if outside == 0 else "cost_outside_window"
    known = [effect for effect in effects if effect.delta is not None]
    answer: dict[str, Any] = {
        "channel": name,
        "cost": rounded(cost, 2),
        "cost_outside_window": rounded(outside, 2),
        "incremental_conversions": NOTHING_KNOWN,
        "incremental_revenue": NOTHING_KNOWN,
        "roi": NOTHING_KNOWN,
        "smallest_detectable_effect": None,
        "verdict": "not_estimable",
        "method": None,
        "reasons": [],
        "warnings": [],
        "engagements": [_engagement(effect, fitted, goal) for effect in effects],
    }
    caused = add_up(effects, fitted)
    if caused is None:
        answer["reasons"] = distinct(r for e in effects for r in e.reasons) or ["no_engagements"]
        if cost == 0:
            answer["reasons"] = [*answer["reasons"], no_cost]
        return answer
    mean = fitted["value_mean"]
    revenue, revenue_error, critical = caused.revenue, caused.revenue_error, caused.critical
    error = caused.conversions_error
    answer["incremental_conversions"] = interval_of(caused.conversions, error, critical)
    if mean != 0:
        answer["incremental_revenue"] = interval_of(revenue, revenue_error, critical)
    answer["smallest_detectable_effect"] = _detectable(error, critical, fitted, cost)
    answer["method"] = max(known, key=lambda e: e.count).method
    answer["warnings"] = distinct(
        [warning for e in known for warning in e.warnings]
        + not_counted(effects)
        + (["cost_outside_window"] if outside > 0 else [])
    )
    if cost <= 0:
        answer["reasons"] = [no_cost]
        return answer
    if mean == 0:
        answer["reasons"] = ["no_value"]
        return answer
    gain = interval_of(revenue / cost - 1.0, revenue_error / cost, critical)
    answer["roi"] = gain
    assert gain["ci_low"] is not None
    assert gain["ci_high"] is not None
    if gain["ci_low"] > 0:
        answer["verdict"] = "profitable"
    elif gain["ci_high"] < 0 and not any(w.startswith("not_counted:") for w in answer["warnings"]):
        answer["verdict"] = "unprofitable"
    else:  # all of the cost against a part of what it brought is no loss yet
        answer["verdict"] = "inconclusive"
    return answer


def _detectable(
    error: float, critical: float, fitted: dict[str, Any], cost: float
) -> dict[str, float | None]:
    """The smallest effects of a channel that the data could have shown; of ROI, to be above 0."""
    gained = detectable_value(error, critical, fitted, beyond=cost) if cost > 0 else None
    return {
        "incremental_conversions": rounded(smallest_detectable(error, critical)),
        "incremental_revenue": rounded(detectable_value(error, critical, fitted)),
        "roi": None if gained is None else rounded(gained / cost - 1.0),
    }


def _engagement(effect: Effect, fitted: dict[str, Any], goal: str) -> dict[str, Any]:
    conversions, value = per_engagement(effect, fitted)
    return {
        "type": effect.type,
        "paid": effect.paid,
        "count": effect.count,
        "conversions_per_engagement": conversions,
        "value_per_engagement": value,
        "smallest_detectable_effect": detectable_per_engagement(effect, fitted),
        "sensitivity": _sensitivity(effect, goal),
        "method": effect.method,
        "reasons": effect.reasons,
        "warnings": effect.warnings,
    }


def _sensitivity(effect: Effect, goal: str) -> dict[str, Any] | None:
    """What a hidden cause would have to be like, in numbers and in words."""
    found = effect.sensitivity
    if found is None or effect.delta is None:
        return None
    return {
        "measure": found.measure,
        "value": rounded(found.value, 4),
        "value_ci": rounded(found.value_ci, 4),
        "sentence": sentence(found, effect.name, goal=goal, lowers=effect.delta < 0),
    }
