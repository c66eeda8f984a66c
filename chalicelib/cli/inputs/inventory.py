"""What the files contain, as far as it decides which questions can be answered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from chalicelib.model.events import Conversion, Cost, Engagement, Event

ONE_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Stock:
    """The events of an engagement type or a goal.

    Attributes
    ----------
    count : int
        Engagements or conversions, without those of `lifetime`.
    lifetime : int
        Engagements whose days are unknown.
    with_person : int
        How many of `count` have a person.
    value : Decimal
        Of conversions.
    days : set of date
    """

    count: int = 0
    lifetime: int = 0
    with_person: int = 0
    value: Decimal = Decimal()
    days: set[dt.date] = field(default_factory=set)

    @property
    def has_people(self) -> bool:
        """Whether most of the events have a person."""
        return 2 * self.with_person > self.count


@dataclass(slots=True)
class Inventory:
    """The contents of the files.

    Attributes
    ----------
    types : dict
        (channel, type, paid) -> `Stock`.
    goals : dict
        Goal -> `Stock`.
    costs : dict
        Channel -> amount.
    """

    types: dict[tuple[str, str, bool], Stock] = field(default_factory=lambda: defaultdict(Stock))
    goals: dict[str, Stock] = field(default_factory=lambda: defaultdict(Stock))
    costs: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def span(self) -> tuple[dt.date, dt.date] | None:
        """First and last day of all events; None without events."""
        days = [day for one in (*self.types.values(), *self.goals.values()) for day in one.days]
        return (min(days), max(days)) if days else None

    def longest_hole(self, stock: Stock) -> tuple[dt.date, dt.date] | None:
        """Return the longest run of days without data, up to the end of all files.

        The days before its first one do not count: a channel may have begun later.
        """
        if self.span is None or not stock.days:
            return None
        days = sorted({*stock.days, self.span[1] + ONE_DAY})
        first, last = max(pairwise(days), key=lambda pair: pair[1] - pair[0])
        return None if last - first <= ONE_DAY else (first + ONE_DAY, last - ONE_DAY)

    def common_days(self, stock: Stock, goal: Stock) -> int:
        """Return the number of days from the later of both beginnings to the earlier end."""
        if not stock.days or not goal.days:
            return 0
        begin = max(min(stock.days), min(goal.days))
        end = min(max(stock.days), max(goal.days))
        return max((end - begin).days + 1, 0)


def take_inventory(events: Iterable[Event]) -> Inventory:
    """Count the events."""
    found = Inventory()
    for event in events:
        if isinstance(event, Engagement):
            stock = found.types[event.channel, event.type, event.paid]
            if event.cost is not None:
                found.costs[event.channel] += event.cost.amount
            if event.lifetime:
                stock.lifetime += event.count
                continue
        elif isinstance(event, Conversion):
            if event.refund:
                continue
            stock = found.goals[event.goal]
            if event.value is not None:
                stock.value += event.value.amount
        elif isinstance(event, Cost):
            found.costs[event.channel] += event.amount.amount
            continue
        else:
            continue
        stock.count += event.count
        stock.with_person += event.count if event.user_id is not None else 0
        stock.days.add(event.day)
    return found
