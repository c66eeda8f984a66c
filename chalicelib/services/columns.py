"""Events in columns: what a fit reads, in some tens of bytes an event."""

from __future__ import annotations

import datetime as dt
from array import array
from collections import defaultdict
from dataclasses import dataclass, field

from chalicelib.days import SECONDS_PER_DAY
from chalicelib.errors import UnusableInput
from chalicelib.events import Audience, Conversion, Cost, Engagement, Event

Kind = tuple[str, str, bool]


@dataclass(slots=True)
class GoalColumns:
    """Columns of the conversions of one goal: day, time (days since 1970), person (-1:
    anonymous), count, value."""

    day: array[int] = field(default_factory=lambda: array("q"))
    time: array[float] = field(default_factory=lambda: array("d"))
    person: array[int] = field(default_factory=lambda: array("q"))
    count: array[float] = field(default_factory=lambda: array("d"))
    value: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Columns:
    """Events of the window in columns; days are ordinals.

    `costs` has the channel, first and last day and amount of every cost event.
    """

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
    costs: list[tuple[str, int, int, float]] = field(default_factory=list)
    goals: dict[str, GoalColumns] = field(default_factory=lambda: defaultdict(GoalColumns))

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
                last = first + event.period_days - 1
                self.costs.append((event.channel, first, last, float(event.amount.amount)))
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
