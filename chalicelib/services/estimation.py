"""From events to a fit: what the estimators say, as one immutable, JSON-able document.

The document holds all that a later question about a range of days, a goal or a channel needs (see
`services.answers`): daily counts and costs in columns, and per goal the effects, their covariance
and the decays.  Decimal money becomes float64 here, once.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.days import MAX_WINDOW_DAYS
from chalicelib.errors import UnusableInput
from chalicelib.events import Event
from chalicelib.services.columns import Columns
from chalicelib.services.credits import count_anonymous, credit_goal
from chalicelib.services.experiments import calibrate_goal, with_experiments, without_goal
from chalicelib.services.observing import observe
from chalicelib.settings import MAX_PEOPLE
from chalicelib.storage.experiments import Experiment

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

SCHEMA = 1
Progress = Callable[[float], None]


def fit_events(
    events: Iterable[Event],
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    experiments: Sequence[Experiment] = (),
    max_people: int = MAX_PEOPLE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fit all goals in the events.

    Parameters
    ----------
    events : iterable of Event
        Pseudonymised or not: a `user_id` only has to be the same for the same person.
    window : (date, date) or None
        First and last day, inclusive; None: from the first to the last engagement or conversion.
    currency : str
        The currency of all money in the events.
    as_of : datetime
        When the events were read.
    fit_id : str
    experiments : sequence of Experiment, optional
        Combined with the estimates of the kinds that they tested.
    max_people : int, optional
        Of more people than that only a sample is followed day by day; intervals widen accordingly.
    progress : callable, optional
        Told the share of the work done, in [0, 1].

    Returns
    -------
    dict
        The fit document (JSON-able, no NaN).

    Raises
    ------
    UnusableInput
        If nothing is left to fit: no engagement, no conversion, a window of over three years.
    """
    columns = Columns()
    for event in events:
        columns.add(event)
    return fit_columns(
        columns,
        window=window,
        currency=currency,
        as_of=as_of,
        fit_id=fit_id,
        experiments=experiments,
        max_people=max_people,
        progress=progress,
    )


def fit_columns(
    columns: Columns,
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    experiments: Sequence[Experiment] = (),
    max_people: int = MAX_PEOPLE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fit all goals in columns of events; everything as in `fit_events`."""
    start, end = window or columns.span()
    n_days = (end - start).days + 1
    if not 1 <= n_days <= MAX_WINDOW_DAYS:
        raise UnusableInput(
            f"a window has 1 to {MAX_WINDOW_DAYS} days; from {start} to {end} are {n_days}"
        )
    if not columns.goals:
        raise UnusableInput("there is no conversion in the input: nothing that could be caused")
    if not columns.kinds:
        raise UnusableInput("there is no engagement in the input: nothing to cause anything")
    header = {
        "schema": SCHEMA,
        "id": fit_id,
        "as_of": as_of.isoformat(),
        "currency": currency,
    }
    found = header | _document(columns, start, n_days, experiments, max_people, progress)
    if window is None:  # nobody asked to leave them out
        found["costs_outside"] = _costs_outside(columns, start, end)
    return found


def _document(
    columns: Columns,
    start: dt.date,
    n_days: int,
    experiments: Sequence[Experiment],
    max_people: int,
    progress: Progress | None,
) -> dict[str, Any]:
    from chalicelib.attribution.adstock import DECAYS
    from chalicelib.attribution.draft import LEVEL
    from chalicelib.attribution.estimates import estimate_goal

    goals = {}
    observed = None
    names = sorted(columns.goals)
    end = start + dt.timedelta(days=n_days - 1)
    for number, goal in enumerate(names):
        observed = observe(columns, goal, start, n_days, max_people=max_people)
        estimates = estimate_goal(observed, _part_of(progress, number, len(names)))
        estimates, tested = calibrate_goal(
            goal, list(columns.kinds), estimates, experiments, (start, end)
        )
        goals[goal] = with_experiments(_goal_document(observed, estimates, start), tested) | {
            "classical": credit_goal(
                columns,
                columns.goals[goal],
                n_kinds=len(columns.kinds),
                start=start,
                n_days=n_days,
            )
        }
    assert observed is not None  # there is a goal
    anonymous = count_anonymous(
        columns, n_kinds=len(columns.kinds), start=start, n_days=n_days, apart=columns.apart
    )
    return {
        "window": {"from": start.isoformat(), "to": end.isoformat()},
        "confidence": LEVEL,
        "decays": DECAYS.tolist(),
        "kinds": [
            {
                "channel": channel,
                "type": kind,
                "paid": paid,
                "counts": [int(n) for n in observed.counts[:, number]],
                "identified": int(observed.identified[number]),
                "anonymous": anonymous[number],
                "cost": _daily(columns.cost_of_kind, number, start, n_days),
            }
            for (channel, kind, paid), number in columns.kinds.items()
        ],
        "costs": {
            channel: _daily(columns.cost_of_channel, channel, start, n_days)
            for channel in sorted({channel for channel, _ in columns.cost_of_channel})
        },
        "goals": goals,
        "experiments_without_goal": without_goal(experiments, goals),
    }


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
