"""From events to a fit: what the estimators say, as one immutable, JSON-able document.

The document holds all that a later question about a range of days, a goal or a channel needs (see
`services.answers`): daily counts and costs in columns, and per goal the effects, their covariance
and the decays.  Decimal money becomes float64 here, once.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.errors import UnusableInput
from chalicelib.events import Audience, Conversion, Cost, Engagement, Event
from chalicelib.services.credits import count_anonymous, credit_goal
from chalicelib.services.experiments import calibrate_goal, with_experiments, without_goal
from chalicelib.storage.experiments import Experiment

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations

SCHEMA = 1
MAX_WINDOW_DAYS = 3 * 366
SECONDS_PER_DAY = 86_400
Kind = tuple[str, str, bool]
Progress = Callable[[float], None]


@dataclass(slots=True)
class _Goal:
    """Columns of the conversions of one goal: day, time (days since 1970), person (-1:
    anonymous), count, value."""

    day: array[int] = field(default_factory=lambda: array("q"))
    time: array[float] = field(default_factory=lambda: array("d"))
    person: array[int] = field(default_factory=lambda: array("q"))
    count: array[float] = field(default_factory=lambda: array("d"))
    value: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class _Columns:
    """Events of the window in columns; days are counted from an arbitrary origin."""

    kinds: dict[Kind, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    day: array[int] = field(default_factory=lambda: array("q"))
    time: array[float] = field(default_factory=lambda: array("d"))
    kind: array[int] = field(default_factory=lambda: array("q"))
    person: array[int] = field(default_factory=lambda: array("q"))
    count: array[float] = field(default_factory=lambda: array("d"))
    cost_of_kind: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    cost_of_channel: dict[tuple[str, int], float] = field(
        default_factory=lambda: defaultdict(float)
    )
    goals: dict[str, _Goal] = field(default_factory=lambda: defaultdict(_Goal))

    def add(self, event: Event) -> None:
        match event:
            case Engagement():
                self._add_engagement(event)
            case Conversion():
                self._add_conversion(event)
            case Cost():
                first = event.day.toordinal()
                share = float(event.amount.amount) / event.period_days
                for day in range(first, first + event.period_days):
                    self.cost_of_channel[event.channel, day] += share
            case Audience():
                pass

    def _add_engagement(self, event: Engagement) -> None:
        kind = self.kinds.setdefault((event.channel, event.type, event.paid), len(self.kinds))
        day = event.day.toordinal()
        self.day.append(day)
        self.time.append(event.occurred_at.timestamp() / SECONDS_PER_DAY)
        self.kind.append(kind)
        self.person.append(self._number_of(event.user_id if event.consent else None))
        self.count.append(float(event.count))
        if event.cost is not None:
            amount = float(event.cost.amount)
            self.cost_of_kind[kind, day] += amount
            self.cost_of_channel[event.channel, day] += amount

    def _add_conversion(self, event: Conversion) -> None:
        goal = self.goals[event.goal]
        value = float(event.value.amount) if event.value is not None else 0.0
        goal.day.append(event.day.toordinal())
        goal.time.append(event.occurred_at.timestamp() / SECONDS_PER_DAY)
        goal.person.append(self._number_of(event.user_id))
        goal.count.append(0.0 if event.refund else float(event.count))
        goal.value.append(-value if event.refund else value)

    def _number_of(self, user: str | None) -> int:
        return -1 if user is None else self.people.setdefault(user, len(self.people))

    def span(self) -> tuple[dt.date, dt.date]:
        """First and last day on which anybody engaged or converted."""
        days = [column for column in (self.day, *(g.day for g in self.goals.values())) if column]
        if not days:
            raise UnusableInput("there is neither an engagement nor a conversion in the input")
        first = min(min(column) for column in days)
        last = max(max(column) for column in days)
        return dt.date.fromordinal(first), dt.date.fromordinal(last)


def fit_events(
    events: Iterable[Event],
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    experiments: Sequence[Experiment] = (),
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
    columns = _Columns()
    for event in events:
        columns.add(event)
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
    return _document(columns, start, n_days, currency, as_of, fit_id, experiments, progress)


def _document(
    columns: _Columns,
    start: dt.date,
    n_days: int,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    experiments: Sequence[Experiment],
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
        observed = _observe(columns, goal, start, n_days)
        estimates = estimate_goal(observed, _part_of(progress, number, len(names)))
        estimates, tested = calibrate_goal(
            goal, list(columns.kinds), estimates, experiments, (start, end)
        )
        goals[goal] = with_experiments(_goal_document(observed, estimates), tested) | {
            "classical": credit_goal(
                columns, columns.goals[goal], n_kinds=len(columns.kinds), start=start, n_days=n_days
            )
        }
    assert observed is not None  # there is a goal
    anonymous = count_anonymous(columns, n_kinds=len(columns.kinds), start=start, n_days=n_days)
    return {
        "schema": SCHEMA,
        "id": fit_id,
        "as_of": as_of.isoformat(),
        "window": {"from": start.isoformat(), "to": end.isoformat()},
        "currency": currency,
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


def _observe(columns: _Columns, goal: str, start: dt.date, n_days: int) -> Observations:
    """The arrays of one goal; events outside the window are left out."""
    import numpy as np

    from chalicelib.attribution.observations import Observations
    from chalicelib.attribution.panel import People

    first = start.toordinal()
    day = np.frombuffer(columns.day, dtype=np.int64) - first
    kind = np.frombuffer(columns.kind, dtype=np.int64)
    person = np.frombuffer(columns.person, dtype=np.int64)
    count = np.frombuffer(columns.count, dtype=np.float64)
    within = (day >= 0) & (day < n_days)
    n_kinds = len(columns.kinds)
    counts = np.zeros((n_days, n_kinds))
    np.add.at(counts, (day[within], kind[within]), count[within])
    known = within & (person >= 0)
    conversions = columns.goals[goal]
    when = np.frombuffer(conversions.day, dtype=np.int64) - first
    who = np.frombuffer(conversions.person, dtype=np.int64)
    number = np.frombuffer(conversions.count, dtype=np.float64)
    value = np.frombuffer(conversions.value, dtype=np.float64)
    counted = (when >= 0) & (when < n_days)
    outcome = np.zeros(n_days)
    np.add.at(outcome, when[counted], number[counted])
    bought = counted & (who >= 0) & (number > 0)

    first_day = np.full(len(columns.people), n_days, dtype=np.int64)
    np.minimum.at(first_day, person[known], day[known])
    for other in columns.goals.values():
        days = np.frombuffer(other.day, dtype=np.int64) - first
        people = np.frombuffer(other.person, dtype=np.int64)
        seen = (people >= 0) & (days >= 0) & (days < n_days)
        np.minimum.at(first_day, people[seen], days[seen])
    before = (day < 0) & (person >= 0)  # known before the window began: at risk from its first day
    first_day[person[before]] = -1
    journeys = People(
        n_people=len(columns.people),
        n_days=n_days,
        n_kinds=n_kinds,
        touch_person=person[known],
        touch_day=day[known],
        touch_kind=kind[known],
        touch_count=count[known],
        outcome_person=who[bought],
        outcome_day=when[bought],
        outcome_weight=number[bought],
        first_day=first_day,
    )
    identified = np.bincount(kind[known], weights=count[known], minlength=n_kinds).astype(
        np.float64
    )
    return Observations(
        names=tuple(_name(key, columns.kinds) for key in columns.kinds),
        counts=counts,
        identified=identified,
        exposure=np.array([_is_exposure(key, columns.kinds) for key in columns.kinds])
        & (identified == 0),
        people=journeys,
        outcome=outcome,
        order_value=value[counted],
        order_count=number[counted],
    )


def _goal_document(observed: Observations, estimates: GoalEstimates) -> dict[str, Any]:
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
                "reasons": estimates.reasons[kind],
                "warnings": estimates.warnings[kind],
                "sensitivity": None if sensitivity is None else asdict(sensitivity),
            }
            for kind, (method, sensitivity) in enumerate(
                zip(estimates.methods, estimates.sensitivities, strict=True)
            )
        ],
        "covariance": estimates.cov.tolist(),
        "diagnostics": estimates.diagnostics,
    }


def _name(kind: Kind, kinds: Iterable[Kind]) -> str:
    """``channel/type``, with ``paid`` or ``organic`` where the data have both."""
    channel, what, paid = kind
    if (channel, what, not paid) in set(kinds):
        return f"{channel}/{what} ({'paid' if paid else 'organic'})"
    return f"{channel}/{what}"


def _is_exposure(kind: Kind, kinds: Iterable[Kind]) -> bool:
    """Impressions next to other engagements of the same channel are how those came about."""
    channel, what, paid = kind
    return what == "impression" and any(
        other == channel and also == paid and type_ != "impression" for other, type_, also in kinds
    )


def _daily(
    amounts: dict[tuple[Any, int], float], key: object, start: dt.date, n_days: int
) -> list[float]:
    first = start.toordinal()
    return [round(amounts.get((key, first + day), 0.0), 6) for day in range(n_days)]


def _part_of(progress: Progress | None, number: int, total: int) -> Progress | None:
    if progress is None:
        return None
    told = progress
    return lambda share: told((number + share) / total)
