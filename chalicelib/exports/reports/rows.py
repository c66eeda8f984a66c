"""A row of a report -> its events.

What a report says once is settled once: which columns count what, and for each thing that rows are
about (a campaign, a post) its ids and the unchanging part of its events. What is left for a row is
to look up its thing, its day and its numbers; that is what makes importing as fast as reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from chalicelib.exports.booking import Tally, book
from chalicelib.exports.cells import bare_id, checked_id, is_blank
from chalicelib.exports.headings import comparable
from chalicelib.exports.identity import (
    Ordinals,
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)
from chalicelib.exports.numerals import NumberFormat
from chalicelib.exports.outcomes import (
    ClaimedConversions,
    Imported,
    NotData,
    RawEvent,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.reports.dating import Dating, Span
from chalicelib.exports.reports.layout import Cells, Layout
from chalicelib.exports.reports.sums import Amounts, Claims, Counts
from chalicelib.exports.reports.totals import TotalsRows
from chalicelib.money import Money

THINGS_KEPT = 5_000
"""So many things are kept settled; a report of more settles the others anew."""

CURRENCIES_KEPT = 100
_WEIGHTS = {"click": 2, "impression": 1}

MAX_HEAD_CHARACTERS = 60
"""So that the digest of the thing, day, metric and ordinal fit behind it."""


class _Sort(NamedTuple):
    """What all ads have in common, and all that are none.

    Attributes
    ----------
    bases : list of dict
        For each metric the part of its event that is always the same.
    weights : list of int
        How well a row's cost goes with each; with 0 not at all.
    """

    bases: list[RawEvent]
    weights: list[int]


@dataclass(slots=True)
class _Thing:
    """What rows are about, settled.

    Attributes
    ----------
    prefix : str
        The beginning of its event ids.
    key : str
        What its event ids call it.
    code : int
        A number that stands for it.
    sort : _Sort
    """

    prefix: str
    key: str
    code: int
    account: str
    campaign: str
    content: str
    currency: str
    sort: _Sort


class ReportRows:
    """What the rows below a header mean.

    Attributes
    ----------
    claimed : ClaimedConversions
        What the platform claims, so far.
    """

    def __init__(
        self, layout: Layout, dating: Dating, numbers: NumberFormat, totals: TotalsRows
    ) -> None:
        self.claimed = ClaimedConversions()
        self._layout = layout
        self._dating = dating
        self._totals = totals
        self._counts = Counts(numbers)
        self._amounts = Amounts(numbers, layout.given_currency)
        self._claims = Claims(numbers, layout.given_currency, self.claimed)
        self._ordinals = Ordinals()
        self._things: dict[Any, _Thing] = {}
        self._accounts: dict[str, tuple[str, int]] = {}
        extra = [p for p in (layout.account_at, layout.currency_at) if p >= 0]
        thing_cells = dict.fromkeys([*layout.keys, *layout.settles, *extra])
        self._thing_cells = itemgetter(*thing_cells) if thing_cells else None
        self._date_cells = itemgetter(*dating.positions) if dating.positions else None
        self._metrics = [
            (index, metric.position, bool(metric.undone), metric.applies)
            for index, metric in enumerate(layout.metrics)
        ]
        self._currencies: dict[str, str] = {}
        self._sort = _sort_of(list(_bases(layout)), layout.paid)
        self._ads = _sort_of([base | {"paid": True} for base in self._sort.bases], layout.paid)
        self._may_stand_alone = layout.audience_at >= 0 or bool(layout.goal)
        self._claims_at = (layout.claimed_at, layout.value_at)
        # Where the first cell names or dates the row, a label of totals in it is no known thing
        # and no known date; elsewhere every row has to be looked at.
        self._is_label_settled = 0 in thing_cells or 0 in dating.positions

    def reason_to_skip(self, cells: Cells) -> str:
        """Why a row is no data, or an empty text; sees short rows too, filled up."""
        return self._totals.reason(cells)

    def convert(self, row: int, cells: Cells) -> RowOutcome:
        """The outcome of a row; raises `RowRefused`."""
        layout = self._layout
        key = self._thing_cells(cells) if self._thing_cells else ""
        thing = self._things.get(key)
        if thing is None or not self._is_label_settled:
            reason = self._totals.reason(cells)
            if reason:
                return NotData(row, reason)
            if thing is None:
                thing = self._settle(key, cells)
        counts = self._counts
        found: list[tuple[int, int]] = []
        index = 0
        try:
            for index, position, is_net, applies in self._metrics:
                count = counts[cells[position]]
                if count and (applies is None or applies(cells)):
                    if count < 0 and not is_net:
                        raise RowRefused("negative", f"{count} is below zero")
                    found.append((index, count))
        except RowRefused as error:
            raise RowRefused(error.code, f"{layout.metrics[index].name} {error.message}") from None
        cost = None
        if layout.cost_at >= 0:
            cost = self._amounts[cells[layout.cost_at], thing.currency]
        claimed_at, value_at = self._claims_at
        if claimed_at >= 0 or value_at >= 0:
            claim = self._claims[
                cells[claimed_at] if claimed_at >= 0 else "",
                cells[value_at] if value_at >= 0 else "",
                thing.currency,
            ]
            if claim is not None:
                claim.rows += 1
        if not found and cost is None and not self._may_stand_alone:
            return NotData(row, "no numbers but zeros")
        span = self._dating.spans.get(self._date_cells(cells)) if self._date_cells else None
        if span is None:
            span = self._span_of(cells)
            if span is None:
                return NotData(row, self._totals.reason(cells))
        ordinal = 0
        if not layout.is_one_each:
            ordinal = self._ordinals.next(thing.code, span.code)
        if span.is_longer:
            if self._may_stand_alone:
                raise RowRefused(
                    "aggregate_period", "conversions and audiences are not spread over days"
                )
            return Imported(row, self._spread(thing, span, ordinal, found, cost))
        events = self._events(thing, span, ordinal, found, cost)
        if self._may_stand_alone:
            self._add_audience(events, thing, span, cells)
            self._add_conversions(events, thing, span, ordinal, cells)
            if not events:
                return NotData(row, "no numbers but zeros")
        return Imported(row, tuple(events))

    def _events(
        self,
        thing: _Thing,
        span: Span,
        ordinal: int,
        found: Sequence[tuple[int, int]],
        cost: Money | None,
    ) -> list[RawEvent]:
        """The engagements of a row of one day; its cost with the clicks, else the impressions."""
        beginning = f"{thing.prefix}:{'' if self._dating.is_lifetime else span.name}:"
        end = f":{ordinal}" if ordinal else ""
        at, (bases, weights) = span.at, thing.sort
        campaign, content = thing.campaign, thing.content
        carrier, weight = None, 0
        events: list[RawEvent] = []
        for index, count in found:
            event = bases[index].copy()
            if count < 0:
                count = -count
                event["type"] = event["event_id"] = self._layout.metrics[index].undone
            event["event_id"] = beginning + event["event_id"] + end
            event["occurred_at"] = at
            event["count"] = count
            if campaign:
                event["campaign_id"] = campaign
            if content:
                event["content_id"] = content
            events.append(event)
            if weights[index] > weight:
                carrier, weight = event, weights[index]
        if carrier is not None and cost is not None:
            carrier["cost"] = cost
        elif cost is not None:
            events.append(self._cost_event(thing, span, f"{beginning}cost{end}", cost))
        return events

    def _cost_event(self, thing: _Thing, span: Span, event_id: str, cost: Money) -> RawEvent:
        event: RawEvent = {
            "kind": "cost",
            "event_id": event_id,
            "occurred_at": span.at,
            "channel": self._layout.channel,
            "amount": cost,
            "paid": self._layout.paid,
        }
        if thing.campaign:
            event["campaign_id"] = thing.campaign
        return event

    def _spread(
        self,
        thing: _Thing,
        span: Span,
        ordinal: int,
        found: Sequence[tuple[int, int]],
        cost: Money | None,
    ) -> tuple[RawEvent, ...]:
        """The events of a row of several days: paid and organic counts apart, the cost once."""
        layout = self._layout
        by_paid: dict[bool, dict[str, int]] = {}
        for index, count in found:
            metric = layout.metrics[index]
            kind = metric.undone if count < 0 else metric.type
            counts = by_paid.setdefault(thing.sort.bases[index]["paid"], {})
            counts[kind] = counts.get(kind, 0) + abs(count)
        if cost is not None:
            by_paid.setdefault(layout.paid, {})
        events: list[RawEvent] = []
        for paid, counts in by_paid.items():
            tally = Tally(
                channel=layout.channel,
                report=layout.report if paid == layout.paid else f"{layout.report}-paid",
                account=thing.account,
                key=thing.key,
                ordinal=ordinal,
                first=span.first,
                last=span.last,
                counts=counts,
                cost=(cost.amount, cost.currency) if cost and paid == layout.paid else None,
                paid=paid,
                campaign_id=thing.campaign,
                content_id=thing.content,
            )
            events += book(tally)
        return tuple(events)

    def _add_audience(
        self, events: list[RawEvent], thing: _Thing, span: Span, cells: Cells
    ) -> None:
        position = self._layout.audience_at
        if position < 0 or is_blank(cells[position]):
            return
        cell = cells[position]
        size = self._counts[cell]
        if size < 0:
            raise RowRefused("negative", f"an audience of {size}")
        events.append(
            {
                "kind": "audience",
                "event_id": f"{thing.prefix}:{span.name}:audience",
                "occurred_at": span.at,
                "channel": self._layout.channel,
                "size": size,
            }
        )

    def _add_conversions(
        self, events: list[RawEvent], thing: _Thing, span: Span, ordinal: int, cells: Cells
    ) -> None:
        layout = self._layout
        if not layout.goal:
            return
        worth = None
        if layout.worth_at >= 0:
            worth = self._amounts[cells[layout.worth_at], thing.currency]
        count = 1
        if layout.converted_at >= 0:
            count = self._counts[cells[layout.converted_at]]
        if count < 0:
            raise RowRefused("negative", f"{count} conversions")
        if not count:
            if worth is not None:
                raise RowRefused("value_without_order", "money without a conversion")
            return
        end = f":{ordinal}" if ordinal else ""
        event: RawEvent = {
            "kind": "conversion",
            "event_id": f"{thing.prefix}:{span.name}:{layout.goal}{end}",
            "occurred_at": span.at,
            "goal": layout.goal,
            "count": count,
        }
        if worth is not None:
            event["value"] = worth
        events.append(event)

    def _span_of(self, cells: Cells) -> Span | None:
        """The days of a row; None for one of totals, whose label stands in place of its date."""
        if self._date_cells is None:
            return self._dating.of_report()
        try:
            return self._dating.spans[self._date_cells(cells)]
        except RowRefused:
            if self._totals.is_undated_remainder(cells):
                return self._dating.of_report()
            if self._totals.reason(cells):
                return None
            raise

    def _settle(self, key_cells: Any, cells: Cells) -> _Thing:
        layout = self._layout
        remainder = self._totals.remainder(cells)
        if not remainder and self._totals.is_nameless(cells):
            raise RowRefused("missing_value", "the row does not say what it is about")
        names = [remainder] if remainder else [checked_id(cells[p]) for p in layout.keys]
        account = _id(cells, layout.account_at) or layout.account
        campaign = remainder or _id(cells, layout.campaign)
        content = "" if remainder else _id(cells, layout.content)
        named = digest(object_key(names))
        key = layout.key(names) if layout.key else named
        head, number = self._account(account)
        is_ad = layout.paid_at >= 0 and not is_blank(cells[layout.paid_at])
        thing = _Thing(
            prefix=f"{head}:{key}",
            key=key,
            code=number ^ int(named[:15], 16),
            account=account,
            campaign=short_name(campaign) if campaign else "",
            content=short_name(content) if content else "",
            currency=self._currency(cells),
            sort=self._ads if is_ad else self._sort,
        )
        if not is_blank(cells[0]) and not remainder:
            if len(self._things) >= THINGS_KEPT:
                self._things.clear()
            self._things[key_cells] = thing
        return thing

    def _account(self, account: str) -> tuple[str, int]:
        """The beginning of the event ids of an account, and a number that stands for it."""
        known = self._accounts.get(account)
        if known is None:
            head = event_id(self._layout.channel, self._layout.report, account or "-")
            if len(head) > MAX_HEAD_CHARACTERS:
                head = event_id(self._layout.channel, digest(head))
            known = self._accounts[account] = head, code_of(account)
        return known

    def _currency(self, cells: Cells) -> str:
        """The row's currency as the file or the caller names it; a cell's symbol comes after."""
        layout = self._layout
        if layout.currency_at < 0:
            return layout.heading_currency
        cell = cells[layout.currency_at]
        known = self._currencies.get(cell)
        if known is not None:
            return known
        code = cell.strip().upper()
        if is_blank(code):
            return layout.heading_currency
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise RowRefused("no_currency", f"{comparable(code)[:40]!r} is no currency")
        if len(self._currencies) < CURRENCIES_KEPT:
            self._currencies[cell] = code
        return code


def _bases(layout: Layout) -> Iterator[RawEvent]:
    """For each metric what its events have in common; the id is what the metric adds to it."""
    taken: set[str] = set()
    for metric in layout.metrics:
        name = metric.name_in(layout.paid)
        if name in taken:  # a second column of the same type
            name = f"{name}-{metric.field}"
        taken.add(name)
        yield {
            "kind": "engagement",
            "event_id": name,
            "occurred_at": None,
            "channel": layout.channel,
            "type": metric.type,
            "paid": metric.paid,
            "count": 0,
        }


def _sort_of(bases: list[RawEvent], paid: bool) -> _Sort:
    return _Sort(bases, [_weight(base, paid) for base in bases])


def _weight(event: RawEvent, paid: bool) -> int:
    """How well a row's cost goes with an event: best with clicks, else with impressions.

    What an ad reaches for nothing, as LinkedIn's viral clicks, has cost nothing.
    """
    return _WEIGHTS.get(event["type"], 0) if event["paid"] is paid else 0


def _id(cells: Cells, position: int) -> str:
    if position < 0 or is_blank(cells[position]):
        return ""
    return bare_id(cells[position])
