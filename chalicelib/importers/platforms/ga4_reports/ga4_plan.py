"""Choose the tables of a file that supply impressions, clicks and conversions.

A file contains the same page views by day, by page and by event. To count nothing twice,
impressions, clicks and conversions are each read from one table: the one with the finest days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.importers.platforms.ga4_reports.ga4_headings import is_landing_page
from chalicelib.importers.platforms.ga4_reports.ga4_shape import Preamble, Shape
from chalicelib.importers.values.dates import Period

Supply = Literal["impression", "click", "conversion"]
SUPPLIES: tuple[Supply, ...] = ("impression", "click", "conversion")
NOUNS: Mapping[Supply, str] = {
    "impression": "page views",
    "click": "clicks",
    "conversion": "conversions",
}

EVENT_TYPES: Mapping[Supply, Mapping[str, str]] = {
    "impression": {"page_view": "impression", "screen_view": "impression"},
    "click": {"click": "click"},
    "conversion": {
        "purchase": "purchase",
        "in_app_purchase": "purchase",
        "ecommerce_purchase": "purchase",
        "generate_lead": "lead",
        "sign_up": "signup",
    },
}
"""For each supply: name of an event -> its engagement type or goal."""

MAX_DOWNLOADS = 100
"""Maximum number of downloads that are read from one file."""

MAX_SHAPES = 5_000
"""Maximum number of tables of a download that are planned together; later tables are planned one
by one as they are read."""

OVERLAP = "overlapping segments, comparisons or date ranges, which cannot be added up"

ANY_GOAL = "lead"
"""The goal of key events without a name in the report."""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a table can supply, and the column that supplies it.

    Attributes
    ----------
    supply : str
    metric : str
        Field of the number.
    by_event : bool
        Whether the event's name determines which rows count, and as which type or goal.
    worth : str
        Field of the conversions' money; empty without one.
    """

    supply: Supply
    metric: str
    by_event: bool = False
    worth: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """The use of one table.

    Attributes
    ----------
    uses : tuple of Use
        What is read from it.
    rejected : tuple of Use
        What no other table supplies and this one cannot, because its rows cover more than a day.
    money : str
        Field of money for which no table has the number of purchases.
    reason : str
        Why its rows are not data, if none of the above applies.
    """

    uses: tuple[Use, ...] = ()
    rejected: tuple[Use, ...] = ()
    money: str = ""
    reason: str = ""


@dataclass(slots=True)
class Plan:
    """The use of each table of a file.

    Attributes
    ----------
    may_spread : bool
        Whether engagements of a longer period may be spread over its days.
    readers : mapping
        Supply -> the table that it is read from.
    unreadable : mapping
        Supply -> the best table that has it, if that table cannot be read.
    """

    may_spread: bool
    readers: dict[Supply, Shape] = field(default_factory=dict)
    unreadable: dict[Supply, Shape] = field(default_factory=dict)
    _uses: dict[Supply, Use] = field(default_factory=dict)

    def assign(self, shapes: Iterable[Shape]) -> None:
        """Choose the best of these tables for each supply that has no reader yet."""
        found: dict[Supply, list[tuple[tuple[int, ...], Shape, Use]]] = {}
        for shape in shapes:
            for use in uses_of(shape):
                rank = (shape.rank, use.by_event, not use.worth, len(shape.keys), shape.table.line)
                found.setdefault(use.supply, []).append((rank, shape, use))
        for supply, candidates in found.items():
            if supply in self.readers:
                continue
            candidates.sort(key=lambda candidate: candidate[0])
            readable = [c for c in candidates if self._is_readable(c[1], supply)]
            _, shape, use = (readable or candidates)[0]
            self._uses[supply] = use
            (self.readers if readable else self.unreadable)[supply] = shape
            if readable:
                self.unreadable.pop(supply, None)

    @property
    def uses(self) -> tuple[Use, ...]:
        """Everything that is read, from any table."""
        return tuple(self._uses[supply] for supply in self.readers)

    @property
    def worth(self) -> str:
        """The money field of the conversions that are read; empty without one."""
        return self._uses["conversion"].worth if "conversion" in self.readers else ""

    def task_of(self, shape: Shape) -> Task:
        """Return the use of a table."""
        uses = tuple(self._uses[s] for s, reader in self.readers.items() if reader is shape)
        rejected = tuple(self._uses[s] for s, other in self.unreadable.items() if other is shape)
        if uses or rejected:
            return Task(uses, rejected)
        money = worth_of(shape)
        if money and not uses_of(shape) and shape.is_daily and not self.worth:
            return Task(money=money)
        return Task(reason=self._reason(shape))

    def overlapping(self, shapes: Iterable[Shape]) -> list[tuple[Supply, Shape]]:
        """Return the tables that repeat what another table supplies."""
        return [
            (use.supply, shape)
            for shape in shapes
            for use in uses_of(shape)
            if use.supply in self.readers and self.readers[use.supply] is not shape
        ]

    def _is_readable(self, shape: Shape, supply: Supply) -> bool:
        if not shape.is_dated:
            return False
        spread = self.may_spread and shape.may_be_spread and supply != "conversion"
        return shape.is_daily or spread

    def _reason(self, shape: Shape) -> str:
        uses = uses_of(shape)
        if uses:
            supply = uses[0].supply
            other = self.readers.get(supply) or self.unreadable.get(supply)
            line = other.table.line if other else 0
            return f"repeated {NOUNS[supply]}: those of the table in line {line} are read"
        if not shape.is_additive:
            return OVERLAP
        metrics = shape.metrics
        if metrics == ("users",):
            return "people are not engagements"
        if metrics == ("sessions",):
            return "sessions without their channel"
        return "a table without a metric that is imported"


@dataclass(slots=True)
class Download:
    """Tables of one property with overlapping periods, which may repeat numbers, and their plan."""

    property: str
    period: Period | None
    plan: Plan
    shapes: list[Shape] = field(default_factory=list)

    def extend_to(self, preamble: Preamble) -> bool:
        """Add the period of a table to the download; False if it belongs to another download."""
        if preamble.property != self.property:
            return False
        if preamble.period is None or self.period is None:
            self.period = self.period or preamble.period
            return True
        (first, last), (start, end) = self.period, preamble.period
        if end < first or last < start:
            return False
        self.period = min(first, start), max(last, end)
        return True


class Plans:
    """A plan for each download in a file, which may contain those of several days or properties.

    Parameters
    ----------
    may_spread : bool
        As for `Plan`.
    shapes : sequence of Shape
        The tables of the file.
    """

    def __init__(self, may_spread: bool, shapes: Sequence[Shape]) -> None:
        self._may_spread = may_spread
        self._downloads: list[Download] = []
        self._by_line: dict[int, Plan] = {}
        for shape in shapes:
            self._add(shape)
        for download in self._downloads:
            download.plan.assign(download.shapes)

    def __iter__(self) -> Iterator[tuple[Plan, list[Shape]]]:
        """Iterate over the plans, each with its tables."""
        return ((download.plan, download.shapes) for download in self._downloads)

    @property
    def uses(self) -> tuple[Use, ...]:
        """Everything that is read, from all downloads."""
        return tuple(use for plan, _ in self for use in plan.uses)

    @property
    def readers(self) -> list[Shape]:
        """The tables that are read."""
        return [shape for plan, _ in self for shape in plan.readers.values()]

    def task_of(self, shape: Shape) -> Task:
        """Return the use of a table; add the table to a plan if it is new."""
        line = shape.table.line
        if line not in self._by_line:
            self._add(shape)
            if line in self._by_line:
                self._by_line[line].assign([shape])
        plan = self._by_line.get(line)
        if plan is None:
            return Task(reason=f"more than {MAX_DOWNLOADS} downloads in one file")
        return plan.task_of(shape)

    def _add(self, shape: Shape) -> None:
        preamble = shape.preamble
        download = next((one for one in self._downloads if one.extend_to(preamble)), None)
        if download is None:
            if len(self._downloads) >= MAX_DOWNLOADS:
                return
            plan = Plan(self._may_spread)
            download = Download(preamble.property, preamble.period, plan)
            self._downloads.append(download)
        if len(download.shapes) < MAX_SHAPES:
            download.shapes.append(shape)
        self._by_line[shape.table.line] = download.plan


def uses_of(shape: Shape) -> list[Use]:
    """Return everything that a table can supply."""
    if not shape.table.rows or "audience" in shape.dimensions or "item" in shape.dimensions:
        return []  # a person can be in several audiences, and an order can contain several items
    if not shape.is_additive:
        return []
    has = shape.columns.positions
    events = shape.events_named() if "event_count" in has else set()
    worth = worth_of(shape)
    uses: dict[Supply, Use] = {}
    for supply in SUPPLIES:
        if events & EVENT_TYPES[supply].keys():
            uses[supply] = Use(supply, "event_count", True, worth if supply == "conversion" else "")
    if "views" in has:
        uses["impression"] = Use("impression", "views")
    if "sessions" in has and _has_origins(shape):
        uses["click"] = Use("click", "sessions")
    if "purchases" in has:
        uses["conversion"] = Use("conversion", "purchases", worth=worth)
    elif "key_events" in has:
        by_event = "event" in shape.dimensions
        uses["conversion"] = Use("conversion", "key_events", by_event, worth)
    return list(uses.values())


def worth_of(shape: Shape) -> str:
    """Return a table's money field; empty without one."""
    return next((f for f in ("purchase_revenue", "total_revenue") if f in shape.columns), "")


def _has_origins(shape: Shape) -> bool:
    """Whether each session is in one row only, with the channel that it came from."""
    kinds = shape.dimensions.keys()
    if "event" in kinds:
        return False
    if "page" in kinds and not is_landing_page(shape.table.header[shape.dimensions["page"]]):
        return False
    return "group" in kinds or "source_medium" in kinds or {"source", "medium"} <= kinds
