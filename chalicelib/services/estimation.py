"""From events to a fit: what the estimators say, as one immutable, JSON-able document.

The document holds all that a later question about a range of days, a goal or a channel needs (see
`services.answers`): daily counts and costs in columns, and per goal the effects, their covariance
and the decays.  Decimal money becomes float64 here, once.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.days import MAX_WINDOW_DAYS, zone_of
from chalicelib.errors import UnusableInput
from chalicelib.events import Event
from chalicelib.services.columns import NOBODY, Columns
from chalicelib.services.coverage import (
    SourceDays,
    common_coverage,
    cover_goal,
    cover_types,
    coverage_warnings,
)
from chalicelib.services.credits import count_anonymous, credit_goal
from chalicelib.services.day_parts import part_days
from chalicelib.services.edges import Brought, spillover_warnings
from chalicelib.services.experiments import calibrate_goal, with_experiments, without_goal
from chalicelib.services.holidays import public_holidays
from chalicelib.services.observing import observe
from chalicelib.services.windows import Window, find_window
from chalicelib.settings import MAX_PEOPLE
from chalicelib.storage.experiments import Experiment

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

SCHEMA = 1
Progress = Callable[[float], None]
Inspect = Callable[[str, "Observations", "GoalEstimates"], None]


def fit_events(
    events: Iterable[Event],
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    within: tuple[dt.date, dt.date] | None = None,
    experiments: Sequence[Experiment] = (),
    max_people: int = MAX_PEOPLE,
    roles: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    country: str | None = None,
    progress: Progress | None = None,
    inspect: Inspect | None = None,
) -> dict[str, Any]:
    """Fit all goals in the events.

    Parameters
    ----------
    events : iterable of Event
        Pseudonymised or not: a `user_id` only has to be the same for the same person.
    window : (date, date) or None
        First and last day, inclusive; None: see `windows.find_window`.
    currency : str
        The currency of all money in the events.
    as_of : datetime
        When the events were read.
    fit_id : str
    within : (date, date), optional
        Where there is no window: days beyond are not in it.
    experiments : sequence of Experiment, optional
        Combined with the estimates of the kinds that they tested.
    max_people : int, optional
        Of more people than that only a sample is followed day by day; intervals widen accordingly.
    roles : mapping of str to str, optional
        Roles of engagement types that differ from the usual ones; see `observing.observe`.
    country : str, optional
        ISO 3166-1 code of the country whose public holidays the models of totals know.
    time_zone : str, optional
        The IANA name of the zone that decides days; UTC by default.
    progress : callable, optional
        Told the share of the work done, in [0, 1].
    inspect : callable, optional
        Called with each goal, its observations and its estimates.

    Returns
    -------
    dict
        The fit document (JSON-able, no NaN).

    Raises
    ------
    UnusableInput
        If nothing is left to fit: no engagement, no conversion, a window of over three years.
    """
    columns = Columns(zone=zone_of(time_zone))
    for event in events:
        columns.add(event)
    return fit_columns(
        columns,
        window=window,
        currency=currency,
        as_of=as_of,
        fit_id=fit_id,
        within=within,
        experiments=experiments,
        max_people=max_people,
        roles=roles,
        country=country,
        progress=progress,
        inspect=inspect,
    )


def fit_columns(
    columns: Columns,
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    within: tuple[dt.date, dt.date] | None = None,
    experiments: Sequence[Experiment] = (),
    max_people: int = MAX_PEOPLE,
    roles: Mapping[str, str] | None = None,
    country: str | None = None,
    progress: Progress | None = None,
    inspect: Inspect | None = None,
) -> dict[str, Any]:
    """Fit all goals in columns of events; everything as in `fit_events`."""
    found_window = Window(*window) if window else find_window(columns, MAX_WINDOW_DAYS, within)
    start, end = found_window.start, found_window.end
    n_days = (end - start).days + 1
    if not 1 <= n_days <= MAX_WINDOW_DAYS:
        raise UnusableInput(
            f"a window has 1 to {MAX_WINDOW_DAYS} days; from {start} to {end} are {n_days}"
        )
    if not columns.goals:
        raise UnusableInput("there is no conversion in the input: nothing that could be caused")
    if not columns.kinds:
        raise UnusableInput("there is no engagement in the input: nothing to cause anything")
    if country:
        days = public_holidays(country, start, n_days)
        columns.surroundings = columns.surroundings.with_holidays(days)
    header = {
        "schema": SCHEMA,
        "id": fit_id,
        "as_of": as_of.isoformat(),
        "currency": currency,
    }
    found = header | _document(
        columns, found_window, n_days, experiments, max_people, roles, progress, inspect
    )
    if window is None:  # nobody asked to leave them out
        found["costs_outside"] = _costs_outside(columns, start, end)
    return found


def _document(
    columns: Columns,
    window: Window,
    n_days: int,
    experiments: Sequence[Experiment],
    max_people: int,
    roles: Mapping[str, str] | None,
    progress: Progress | None,
    inspect: Inspect | None,
) -> dict[str, Any]:
    from chalicelib.attribution.adstock import DECAYS
    from chalicelib.attribution.draft import LEVEL
    from chalicelib.attribution.estimates import estimate_goal

    goals = {}
    observed = None
    names = sorted(columns.goals)
    start, end = window.start, window.end
    declared = list(columns.surroundings.declared.values())
    context = columns.surroundings.context(start, n_days)
    types: list[SourceDays] | None = None
    kinds: list[dict[str, Any]] = []
    covered_goals = {}
    brought = columns.edges.brought(start.toordinal(), n_days)
    for number, goal in enumerate(names):
        observed = observe(columns, goal, start, n_days, max_people=max_people, roles=roles)
        if types is None:
            types = cover_types(list(columns.kinds), observed.counts.T.tolist(), declared, start)
        covered = covered_goals[goal] = cover_goal(goal, observed.outcome.tolist(), declared, start)
        observed = replace(observed, coverage=common_coverage(types, covered), context=context)
        estimates = estimate_goal(observed, _part_of(progress, number, len(names)))
        for source, warnings in zip(types, estimates.warnings, strict=True):
            warnings += [w for w in coverage_warnings(source, covered) if w not in warnings]
        _warn_of_spillover(columns, estimates, brought)
        if window.outside:
            days = [day.isoformat() for day in window.outside]
            estimates.diagnostics["outliers_outside_window"] = days
        estimates, tested = calibrate_goal(
            goal, list(columns.kinds), estimates, experiments, (start, end)
        )
        if inspect is not None:
            inspect(goal, observed, estimates)
        shown = with_experiments(_goal_document(observed, estimates, start), tested)
        kinds = kinds or _kind_documents(columns, observed, start)
        goals[goal] = shown | {
            "decomposition": part_days(observed, estimates, shown, kinds, start),
            "classical": credit_goal(
                columns,
                columns.goals[goal],
                n_kinds=len(columns.kinds),
                start=start,
                n_days=n_days,
            ),
        }
    assert observed is not None  # there is a goal
    assert types is not None
    gathered = columns.lifetime_kinds()
    apart = dict(columns.apart) | {
        (kind, day, NOBODY): count
        for (kind, day), count in columns.lifetime.items()
        if kind in gathered
    }
    anonymous = count_anonymous(
        columns, n_kinds=len(columns.kinds), start=start, n_days=n_days, apart=apart
    )
    return {
        "coverage": _coverage_document(columns, observed.names, types, covered_goals, start),
        "annotations": columns.surroundings.shown_annotations(start, end),
        "window": {"from": start.isoformat(), "to": end.isoformat()},
        "confidence": LEVEL,
        "decays": DECAYS.tolist(),
        "kinds": [
            kind | {"anonymous": credits} | _brought_document(brought.get(number))
            for number, (kind, credits) in enumerate(zip(kinds, anonymous, strict=True))
        ],
        "costs": {
            channel: _daily(columns.cost_of_channel, channel, start, n_days)
            for channel in sorted({channel for channel, _ in columns.cost_of_channel})
        },
        "goals": goals,
        "experiments_without_goal": without_goal(experiments, goals),
    }


def _warn_of_spillover(columns: Columns, estimates: GoalEstimates, brought: Brought) -> None:
    for (_, what, _), number in columns.kinds.items():
        estimates.warnings[number] += spillover_warnings(
            what, estimates.methods[number], brought.get(number, {}), estimates.methods
        )


def _brought_document(children: Mapping[int, float] | None) -> dict[str, Any]:
    """Direct children per engagement of a type, by the index of their type."""
    if not children:
        return {}
    return {"brought": [[kind, round(number, 9)] for kind, number in children.items()]}


def _kind_documents(
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
            "cost": _daily(columns.cost_of_kind, number, start, observed.outcome.size),
        }
        for (channel, kind, paid), number in columns.kinds.items()
    ]


def _coverage_document(
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


def _goal_document(
    observed: Observations, estimates: GoalEstimates, start: dt.date
) -> dict[str, Any]:
    from chalicelib.attribution.panel_columns import days_of_blocks

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
    if "shocks" not in diagnostics:
        return diagnostics
    shocks = [
        shock
        | {end: (start + dt.timedelta(days=int(shock[end]))).isoformat() for end in ("from", "to")}
        for shock in diagnostics["shocks"]
    ]
    return diagnostics | {"shocks": shocks}


def _costs_outside(columns: Columns, start: dt.date, end: dt.date) -> dict[str, float]:
    """Costs per channel that lie wholly before the first or after the last day of the window."""
    outside: dict[str, Decimal] = defaultdict(Decimal)
    for channel, first, last, amount in columns.costs:
        if last < start.toordinal() or first > end.toordinal():
            outside[channel] += amount
    return {channel: round(float(amount), 6) for channel, amount in sorted(outside.items())}


def _daily(
    amounts: dict[tuple[Any, int], Decimal], key: object, start: dt.date, n_days: int
) -> list[float]:
    first = start.toordinal()
    return [round(float(amounts.get((key, first + day), 0)), 6) for day in range(n_days)]


def _part_of(progress: Progress | None, number: int, total: int) -> Progress | None:
    if progress is None:
        return None
    told = progress
    return lambda share: told((number + share) / total)
