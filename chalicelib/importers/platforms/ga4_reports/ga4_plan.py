"""Which table of a file is read for what.

A file shows the same page views by day, by page and by event. Only one table supplies the
impressions, one the clicks and one the conversions: the one with the finest days, so that nothing
is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.importers.platforms.ga4_reports.ga4_headings import names_arrival
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
"""For each supply the events that are counted, and the type or goal that they become."""

MAX_DOWNLOADS = 100
"""So many downloads in one file are told apart."""

MAX_SHAPES = 5_000
"""So many tables of one are planned together; a later one is planned for when it comes."""

OVERLAP = "segments, comparisons or date ranges that overlap: no sum of them is a number of visits"

ANY_GOAL = "lead"
"""The goal of key events that have no name in the report."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a table could supply, and by which column.

    Attributes
    ----------
    supply : str
    metric : str
        Field of the number.
    by_event : bool
        Whether the event's name says which rows count, and as what.
    worth : str
        Field of the money of conversions; empty without one.
    """

    supply: Supply
    metric: str
    by_event: bool = False
    worth: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with a table.

    Attributes
    ----------
    uses : tuple of Use
        What is read of it.
    refused : tuple of Use
        What nothing else supplies either, but this cannot: its rows are of no single day.
    money : str
        Field of money that no table tells the number of purchases of.
    reason : str
        Why its rows are no data, where nothing of this is the case.
    """

    uses: tuple[Use, ...] = ()
    refused: tuple[Use, ...] = ()
    money: str = ""
    reason: str = ""


@dataclass(slots=True)
class Plan:
    """What is done with each table of a file.

    Parameters
    ----------
    may_spread : bool
        Whether engagements of a longer period may be spread over its days.
    """

    may_spread: bool
    readers: dict[Supply, Shape] = field(default_factory=dict)
    refusers: dict[Supply, Shape] = field(default_factory=dict)
    _uses: dict[Supply, Use] = field(default_factory=dict)

    def assign(self, shapes: Iterable[Shape]) -> None:
        """Finds for each supply that is still open the best of some tables."""
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
            (self.readers if readable else self.refusers)[supply] = shape
            if readable:
                self.refusers.pop(supply, None)

    @property
    def uses(self) -> tuple[Use, ...]:
        """What is read, whichever table supplies it."""
        return tuple(self._uses[supply] for supply in self.readers)

    @property
    def worth(self) -> str:
        """The field of the money of the conversions that are read; empty without one."""
        return self._uses["conversion"].worth if "conversion" in self.readers else ""

    def task_of(self, shape: Shape) -> Task:
        """What is done with a table."""
        uses = tuple(self._uses[s] for s, reader in self.readers.items() if reader is shape)
        refused = tuple(self._uses[s] for s, other in self.refusers.items() if other is shape)
        if uses or refused:
            return Task(uses, refused)
        money = worth_of(shape)
        if money and not uses_of(shape) and shape.is_daily and not self.worth:
            return Task(money=money)
        return Task(reason=self._reason(shape))

    def overlapping(self, shapes: Iterable[Shape]) -> list[tuple[Supply, Shape]]:
        """Tables that hold once more what another one supplies."""
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
            other = self.readers.get(supply) or self.refusers.get(supply)
            line = other.table.line if other else 0
            return f"{NOUNS[supply]} once more: those of the table in line {line} are taken"
        if not shape.is_additive:
            return OVERLAP
        metrics = shape.metrics
        if metrics == ("users",):
            return "people are no engagements"
        if metrics == ("sessions",):
            return "sessions without the channel that brought them"
        return "a table of nothing that is imported"


@dataclass(slots=True)
class Download:
    """The tables of one property whose periods overlap, which may tell the same, and their plan."""

    property: str
    period: Period | None
    plan: Plan
    shapes: list[Shape] = field(default_factory=list)

    def has_place_for(self, preamble: Preamble) -> bool:
        """Whether a table below a preamble is of this download; if so, its days are too."""
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
    """A plan for each download in a file: people paste those of several days or properties.

    Parameters
    ----------
    may_spread : bool
        As of `Plan`.
    shapes : sequence of Shape
        The tables of the file.
    """

    def __init__(self, may_spread: bool, shapes: Sequence[Shape]) -> None:
        self._may_spread = may_spread
        self._downloads: list[Download] = []
        self._by_line: dict[int, Plan] = {}
        for shape in shapes:
            self._find_place(shape)
        for download in self._downloads:
            download.plan.assign(download.shapes)

    def __iter__(self) -> Iterator[tuple[Plan, list[Shape]]]:
        """The plans with the tables that they are for."""
        return ((download.plan, download.shapes) for download in self._downloads)

    @property
    def uses(self) -> tuple[Use, ...]:
        """What is read of all of them."""
        return tuple(use for plan, _ in self for use in plan.uses)

    @property
    def readers(self) -> list[Shape]:
        """The tables that are read."""
        return [shape for plan, _ in self for shape in plan.readers.values()]

    def task_of(self, shape: Shape) -> Task:
        """What is done with a table; one that is new is planned for."""
        line = shape.table.line
        if line not in self._by_line:
            self._find_place(shape)
            if line in self._by_line:
                self._by_line[line].assign([shape])
        plan = self._by_line.get(line)
        if plan is None:
            return Task(reason=f"more than {MAX_DOWNLOADS} downloads in one file")
        return plan.task_of(shape)

    def _find_place(self, shape: Shape) -> None:
        preamble = shape.preamble
        download = next((one for one in self._downloads if one.has_place_for(preamble)), None)
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
    """What a table could supply."""
    if not shape.table.rows or "audience" in shape.dimensions or "item" in shape.dimensions:
        return []  # people are in several audiences, and an order holds several items
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
    if "sessions" in has and _tells_of_arrivals(shape):
        uses["click"] = Use("click", "sessions")
    if "purchases" in has:
        uses["conversion"] = Use("conversion", "purchases", worth=worth)
    elif "key_events" in has:
        by_event = "event" in shape.dimensions
        uses["conversion"] = Use("conversion", "key_events", by_event, worth)
    return list(uses.values())


def worth_of(shape: Shape) -> str:
    """The field of money; empty if a table has none."""
    return next((f for f in ("purchase_revenue", "total_revenue") if f in shape.columns), "")


def _tells_of_arrivals(shape: Shape) -> bool:
    """Whether each session stands in one row, with the channel that brought it."""
    kinds = shape.dimensions.keys()
    if "event" in kinds:
        return False
    if "page" in kinds and not names_arrival(shape.table.header[shape.dimensions["page"]]):
        return False
    return "group" in kinds or "source_medium" in kinds or {"source", "medium"} <= kinds
