"""The parts of a fit document: what estimators and columns say, JSON-able."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.source_coverage import SourceDays

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations


def brought_document(children: Mapping[int, float] | None) -> dict[str, Any]:
    """Direct children per engagement of a type, by the index of their type."""
    if not children:
        return {}
    return {"brought": [[kind, round(number, 9)] for kind, number in children.items()]}


def type_documents(
    columns: Columns, observed: Observations, start: dt.date
) -> list[dict[str, Any]]:
    """Engagement types with their daily counts and costs."""
    return [
        {
            "channel": channel,
            "type": kind,
            "paid": paid,
            "counts": [int(n) for n in observed.counts[:, number]],
            "identified": int(observed.identified[number]),
            "cost": daily_amounts(columns.cost_of_kind, number, start, observed.outcome.size),
        }
        for (channel, kind, paid), number in columns.kinds.items()
    ]


def coverage_document(
    columns: Columns,
    names: Sequence[str],
    types: Sequence[SourceDays],
    goals: Mapping[str, SourceDays],
    start: dt.date,
) -> list[dict[str, Any]]:
    """Goals first, then engagement types: what is known of the days of each."""
    shown: list[dict[str, Any]] = [
        {"source": goal, "goal": goal, "channel": None, "type": None, "paid": None}
        | one.shown(start)
        for goal, one in goals.items()
    ]
    for (channel, type_, paid), name, one in zip(columns.kinds, names, types, strict=True):
        about = {"goal": None, "channel": channel, "type": type_, "paid": paid}
        shown.append({"source": name} | about | one.shown(start))
    return shown


def goal_document(
    observed: Observations, estimates: GoalEstimates, start: dt.date
) -> dict[str, Any]:
    from chalicelib.attribution.within_user.panel_columns import days_of_blocks

    return {
        "conversions": [int(n) for n in observed.outcome],
        "value_mean": estimates.value_mean,
        "value_variance": estimates.value_variance,
        "estimates": [
            {
                "method": method,
                "delta": float(estimates.delta[kind]) if method is not None else None,
                "critical": float(estimates.critical[kind]),
                "decay_weights": [round(float(w), 6) for w in estimates.decay_weights[kind]],
                "late_share": round(float(estimates.late_share[kind].sum()), 6),
                "late_days": days_of_blocks(estimates.late_share[kind]),
                "reasons": estimates.reasons[kind],
                "warnings": estimates.warnings[kind],
                "sensitivity": None if sensitivity is None else asdict(sensitivity),
            }
            for kind, (method, sensitivity) in enumerate(
                zip(estimates.methods, estimates.sensitivities, strict=True)
            )
        ],
        "covariance": estimates.cov.tolist(),
        "diagnostics": _dated(estimates.diagnostics, start),
    }


def _dated(diagnostics: dict[str, Any], start: dt.date) -> dict[str, Any]:
    """The diagnostics with dates in place of days of the window."""
    return diagnostics | {
        name: [
            span | {end: _day(start, span[end]) for end in ("from", "to")}
            for span in diagnostics[name]
        ]
        for name in ("shocks", "joint_runs")
        if name in diagnostics
    }


def _day(start: dt.date, number: int) -> str:
    return (start + dt.timedelta(days=int(number))).isoformat()


def costs_outside(columns: Columns, start: dt.date, end: dt.date) -> dict[str, float]:
    """Costs per channel that lie wholly before the first or after the last day of the window."""
    outside: dict[str, Decimal] = defaultdict(Decimal)
    for channel, first, last, amount in columns.costs:
        if last < start.toordinal() or first > end.toordinal():
            outside[channel] += amount
    return {channel: round(float(amount), 6) for channel, amount in sorted(outside.items())}


def daily_amounts(
    amounts: dict[tuple[Any, int], Decimal], key: object, start: dt.date, n_days: int
) -> list[float]:
    first = start.toordinal()
    return [round(float(amounts.get((key, first + day), 0)), 6) for day in range(n_days)]
