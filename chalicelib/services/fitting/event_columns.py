"""Events in columns: the input of a fit, in a few tens of bytes per event.

`Columns.extend` appends the columns of other events. The result equals the columns of all events,
added one set after the other.
"""

from __future__ import annotations

import datetime as dt
import zlib
from array import array
from collections import defaultdict
from collections.abc import Collection
from dataclasses import astuple, dataclass, field
from decimal import Decimal

from chalicelib.model.days import SECONDS_PER_DAY
from chalicelib.model.events import (
    MAY_BE_OTHERS,
    Annotation,
    Audience,
    Control,
    Conversion,
    Cost,
    Coverage,
    Engagement,
    Event,
    is_ours,
)
from chalicelib.services.fitting.declared_columns import (
    COUNT,
    MONEY,
    Amount,
    Declared,
    column,
    sums,
)
from chalicelib.services.fitting.edges import SPREADING, Edges
from chalicelib.services.fitting.product_rows import ProductRows
from chalicelib.services.fitting.region_counts import RegionCounts
from chalicelib.services.fitting.share_rows import ShareRows
from chalicelib.services.fitting.surroundings import Surroundings

SMALLEST_SHARE = Decimal("1e-12")
"""A day's share of a cost is rounded to this, so that sums of shares are exact."""

ANONYMOUS, NOT_FOLLOWED = -1, -2
"""Values used instead of a person's index: no person, or a person outside the sample."""

SAMPLE_PARTS = 1_024
"""People are sampled in this many equal parts, by a hash of their id: the same in every fit."""

_SMALLEST_VALUE = 10**8
"""One unit of currency, in the smallest unit of an amount."""

Kind = tuple[str, str, bool]


@dataclass(slots=True)
class OrderSums:
    """Sums over conversions that are in no column; integers, so their order does not matter."""

    records: int = 0
    """Number of records, without refunds."""
    count: int = 0
    """Number of conversions in the records; 0 for refunds."""
    value: int = 0
    """Their value less refunds, in 10^-8 of the currency, as in `product` and `value_squared`."""
    count_squared: int = 0
    product: int = 0
    value_squared: int = 0
    """Sums of squares of a record's count and value, and of their products."""

    def add(self, count: int, amount: Decimal) -> None:
        """Add a record; a refund has a count of 0 and a negative amount."""
        value = int(amount * _SMALLEST_VALUE)
        self.extend(OrderSums(int(count > 0), count, value, count**2, count * value, value**2))

    def extend(self, other: OrderSums) -> OrderSums:
        """Add the sums of other records; returns itself."""
        self.records += other.records
        self.count += other.count
        self.value += other.value
        self.count_squared += other.count_squared
        self.product += other.product
        self.value_squared += other.value_squared
        return self

    @property
    def moments(self) -> tuple[float, float, float, float, float, float]:
        """All sums, with values in the currency, in the order of the attributes."""
        one = _SMALLEST_VALUE
        return (
            float(self.records),
            float(self.count),
            self.value / one,
            float(self.count_squared),
            self.product / one,
            self.value_squared / one**2,
        )


SIZE = Amount(lambda: (0.0, 0), max, list, tuple)
"""The latest size of an audience, after its time (days since 1970); the larger of equal times."""

ORDERS = Amount(OrderSums, OrderSums.extend, astuple, lambda raw: OrderSums(*raw))


@dataclass(slots=True)
class GoalColumns(Declared):
    """Columns of the conversions of one goal: day, time (days since 1970), person, count, value.

    Conversions without a person, and of people outside the sample, are sums in `apart`, by day and
    person status. A person who was erased later is `ANONYMOUS` in the columns.
    """

    day: array[int] = column("q")
    time: array[float] = column("d")
    person: array[int] = column("q", "people")
    count: array[float] = column("d")
    value: array[float] = column("d")
    apart: dict[tuple[int, int], OrderSums] = sums(ORDERS, None, None)


@dataclass(slots=True)
class Columns(Declared):
    """Events of the window in columns; days are ordinals.

    `costs` has the channel, first day, last day and amount of each cost event. Money is decimal, so
    sums do not depend on the order of events.

    Only people in the first `followed` of `SAMPLE_PARTS` have their own rows. Engagements of other
    people, and without a person, are counts in `apart`: by type, day and person status
    (`ANONYMOUS` or `NOT_FOLLOWED`).

    `lifetime` has anonymous counts that have accumulated since the day of a post, by type and
    day. Replies of the brand and texts about others are not counted, but their costs are.

    `edges` has engagements that may have children, and engagements that name a parent, for the same
    share of parents as that of the sampled people.

    `regions` has the counts of events that carry a region, with or without a person.

    `audiences` has the latest size of each channel's audience on a day. `shares` has every share,
    with or without a person. `products` has what was bought, reviewed and found by search, if
    events name it by a `content_id`.

    `zone` determines the day of an instant; None: UTC. Daily totals are booked at midnight UTC and
    keep their day (`is_booked`).
    """

    followed: int = SAMPLE_PARTS
    kinds: dict[Kind, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    day: array[int] = column("q")
    time: array[float] = column("d")
    kind: array[int] = column("q", "kinds")
    person: array[int] = column("q", "people")
    count: array[float] = column("d")
    apart: dict[tuple[int, int, int], float] = sums(COUNT, "kinds", None, None)
    cost_of_kind: dict[tuple[int, int], Decimal] = sums(MONEY, "kinds", None)
    cost_of_channel: dict[tuple[str, int], Decimal] = sums(MONEY, None, None)
    costs: list[tuple[str, int, int, Decimal]] = field(default_factory=list)
    goals: dict[str, GoalColumns] = field(default_factory=lambda: defaultdict(GoalColumns))
    lifetime: dict[tuple[int, int], float] = sums(COUNT, "kinds", None)
    edges: Edges = field(default_factory=Edges)
    surroundings: Surroundings = field(default_factory=Surroundings)
    regions: RegionCounts = field(default_factory=RegionCounts)
    audiences: dict[tuple[str, int], tuple[float, int]] = sums(SIZE, None, None)
    shares: ShareRows = field(default_factory=ShareRows)
    products: ProductRows = field(default_factory=ProductRows)
    zone: dt.tzinfo | None = None

    def add(self, event: Event) -> None:
        match event:
            case Engagement():
                self._add_engagement(event)
            case Conversion():
                self._add_conversion(event)
            case Cost():
                first = self._day_of(event, None)
                share = (event.amount.amount / event.period_days).quantize(SMALLEST_SHARE)
                for day in range(first, first + event.period_days):
                    self.cost_of_channel[event.channel, day] += share
                last = first + event.period_days - 1
                self.costs.append((event.channel, first, last, event.amount.amount))
            case Coverage() | Annotation() | Control():
                self.surroundings.add(event, self._day_of(event, None))
            case Audience():
                at = event.occurred_at.timestamp() / SECONDS_PER_DAY
                where = event.channel, self._day_of(event, None)
                self.audiences[where] = max(self.audiences[where], (at, event.size))

    def extend(self, other: Columns, *, without: Collection[str] = ()) -> None:
        """Append the events of other columns, as if they had been added here one by one.

        `without`: people whose events become anonymous.
        """
        self.surroundings.extend(other.surroundings)
        people = [ANONYMOUS if one in without else self._number_of(one) for one in other.people]
        people += [NOT_FOLLOWED, ANONYMOUS]  # targets of the indexes -2 and -1
        kinds = [self.kinds.setdefault(kind, len(self.kinds)) for kind in other.kinds]
        numbers = {"kinds": kinds, "people": people}
        self.extend_declared(other, numbers)
        for mine, theirs in zip(self.tables, other.tables, strict=True):
            mine.extend_declared(theirs, numbers)
        for name, goal in other.goals.items():
            self.goals[name].extend_declared(goal, numbers)
        self.costs.extend(other.costs)

    @property
    def tables(self) -> tuple[Declared, ...]:
        """Tables with their own declarations that do not depend on the goals."""
        return self.edges.parents, self.edges.children, self.regions, self.shares, self.products

    def _add_engagement(self, event: Engagement) -> None:
        zone, what, user = self.zone, event.type, event.user_id if event.consent else None
        day = event.day.toordinal() if zone is None else self._day_of(event, user)
        cost = event.cost
        if what in MAY_BE_OTHERS and not is_ours(event):
            if cost is not None:
                self.cost_of_channel[event.channel, day] += cost.amount
            return
        kind = self.kinds.setdefault((event.channel, what, event.paid), len(self.kinds))
        person = self._number_of(user)
        if person >= 0:
            at = event.occurred_at if zone is None else self._local(event)
            self.day.append(day)
            self.time.append(at.timestamp() / SECONDS_PER_DAY)
            self.kind.append(kind)
            self.person.append(person)
            self.count.append(float(event.count))
        elif event.lifetime:
            self.lifetime[kind, day] += event.count
        else:
            self.apart[kind, day, person] += event.count
        if (what in SPREADING or event.parent_event_id is not None) and not event.lifetime:
            self.edges.add(event, kind, day, self.followed / SAMPLE_PARTS)
        if what == "share" and not event.lifetime:
            self.shares.add(event, kind, person)
        if event.content_id is not None and not event.lifetime:
            self.products.add_engagement(event, day)
        if event.region is not None and not event.lifetime:
            self.regions.engagements[kind, day, event.region] += event.count
        if cost is not None:
            self.cost_of_kind[kind, day] += cost.amount
            self.cost_of_channel[event.channel, day] += cost.amount

    def _add_conversion(self, event: Conversion) -> None:
        goal = self.goals[event.goal]
        user = event.user_id
        day = event.day.toordinal() if self.zone is None else self._day_of(event, user)
        value = event.value.amount if event.value is not None else Decimal()
        count, value = (0, -value) if event.refund else (event.count, value)
        if event.region is not None:
            self.regions.conversions[event.goal, day, event.region] += count
        if event.content_id is not None:
            self.products.add_sale(event.goal, event.content_id, day, count)
        person = self._number_of(user)
        if person < 0:
            goal.apart[day, person].add(count, value)
        else:
            goal.day.append(day)
            at = event.occurred_at if self.zone is None else self._local(event)
            goal.time.append(at.timestamp() / SECONDS_PER_DAY)
            goal.person.append(person)
            goal.count.append(float(count))
            goal.value.append(float(value))

    def _day_of(self, event: Event, user: str | None) -> int:
        at = event.occurred_at
        if self.zone is None or (user is None and is_booked(at)):
            return at.toordinal()
        return at.astimezone(self.zone).toordinal()

    def _local(self, event: Event) -> dt.datetime:
        """The local time of an event in the zone, as if it were UTC."""
        return event.occurred_at.astimezone(self.zone).replace(tzinfo=dt.UTC)

    def _number_of(self, user: str | None) -> int:
        if user is None:
            return ANONYMOUS
        known = self.people.get(user)
        if known is not None:
            return known
        if self.followed < SAMPLE_PARTS and sample_part(user) >= self.followed:
            return NOT_FOLLOWED
        return self.people.setdefault(user, len(self.people))

    def days_of_sources(self) -> dict[int, int]:
        """Number of engagement types and goals with events on a day, by the day's ordinal."""
        import numpy as np

        found: dict[int, int] = defaultdict(int)
        day = np.frombuffer(self.day, dtype=np.int64)
        kind = np.frombuffer(self.kind, dtype=np.int64)
        n_kinds = max(len(self.kinds), 1)
        pairs = set(np.unique(day * n_kinds + kind).tolist())
        pairs |= {day * n_kinds + kind for kind, day, _ in self.apart}
        pairs |= {day * n_kinds + kind for kind, day in self.lifetime}
        for pair in pairs:
            found[pair // n_kinds] += 1
        for goal in self.goals.values():
            days = set(np.unique(np.frombuffer(goal.day, dtype=np.int64)).tolist())
            for one in days | {day for day, _ in goal.apart}:
                found[one] += 1
        return dict(found)

    def lifetime_kinds(self) -> frozenset[int]:
        """Types with lifetime counts only; for other types the lifetime counts are not used."""
        import numpy as np

        if not self.lifetime:
            return frozenset()
        seen = np.bincount(np.frombuffer(self.kind, dtype=np.int64))
        dated = {kind for kind, _, _ in self.apart}.union(np.flatnonzero(seen).tolist())
        return frozenset({kind for kind, _ in self.lifetime} - dated)


def is_booked(at: dt.datetime) -> bool:
    """Whether an instant is midnight UTC, at which importers book the totals of a day."""
    return not (at.hour or at.minute or at.second or at.microsecond)


def sample_part(user: str) -> int:
    """The part of `SAMPLE_PARTS` that a person belongs to."""
    return zlib.crc32(user.encode()) % SAMPLE_PARTS
