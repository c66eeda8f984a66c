"""What a row says of its thing and its days -> events.

What never changes of an event is settled with its thing (`things`); a row adds its day, its numbers
and the rest of the id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.importers.booking import Tally, book
from chalicelib.importers.outcomes import RawEvent, RowRefused
from chalicelib.importers.reports.layout import Cells, Layout
from chalicelib.importers.reports.report_dating import Span
from chalicelib.importers.reports.row_subjects import Thing
from chalicelib.importers.reports.sums import Amounts, Counts
from chalicelib.importers.values.cells import is_blank
from chalicelib.model.money import Money


class Alone(NamedTuple):
    """What a row tells of beside engagements.

    Attributes
    ----------
    audience : int, optional
    conversions : int
    worth : Money, optional
        The value of the conversions.
    """

    audience: int | None
    conversions: int
    worth: Money | None


class RowEvents:
    """Makes the events of a report's rows.

    Parameters
    ----------
    counts, amounts : Counts, Amounts
        Read the cells of audiences and conversions.
    is_lifetime : bool
        Whether numbers are running totals, whose ids name no day.
    """

    def __init__(
        self, layout: Layout, counts: Counts, amounts: Amounts, *, is_lifetime: bool
    ) -> None:
        self._layout = layout
        self._counts = counts
        self._amounts = amounts
        self._is_lifetime = is_lifetime

    def of_day(
        self,
        thing: Thing,
        span: Span,
        ordinal: int,
        found: Sequence[tuple[int, int]],
        cost: Money | None,
    ) -> list[RawEvent]:
        """The engagements of a row of one day; its cost with the clicks, else the impressions."""
        beginning = f"{thing.prefix}:{'' if self._is_lifetime else span.name}:"
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
            if self._is_lifetime:
                event["lifetime"] = True
            events.append(event)
            if weights[index] > weight:
                carrier, weight = event, weights[index]
        if carrier is not None and cost is not None:
            carrier["cost"] = cost
        elif cost is not None:
            events.append(self._cost_event(thing, span, f"{beginning}cost{end}", cost))
        return events

    def _cost_event(self, thing: Thing, span: Span, event_id: str, cost: Money) -> RawEvent:
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

    def of_days(
        self,
        thing: Thing,
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

    def alone(self, thing: Thing, cells: Cells) -> Alone | None:
        """The audience and the conversions that the row tells of; raises `RowRefused`.

        None if it tells of neither.
        """
        layout = self._layout
        size = count = None
        if layout.audience_at >= 0 and not is_blank(cells[layout.audience_at]):
            size = self._counts[cells[layout.audience_at]]
            if size < 0:
                raise RowRefused("negative", "the size of the audience is below zero")
        worth = None
        if layout.goal:
            if layout.worth_at >= 0:
                worth = self._amounts[cells[layout.worth_at], thing.currency]
            count = 1
            if layout.converted_at >= 0:
                count = self._counts[cells[layout.converted_at]]
            if count < 0:
                raise RowRefused("negative", "the number of conversions is below zero")
            if not count and worth is not None:
                raise RowRefused("value_without_order", "money without a conversion")
        return Alone(size, count or 0, worth) if size is not None or count else None

    def add_alone(
        self, events: list[RawEvent], thing: Thing, span: Span, ordinal: int, alone: Alone
    ) -> None:
        """Adds the events of an audience and of conversions."""
        layout = self._layout
        if alone.audience is not None:
            events.append(
                {
                    "kind": "audience",
                    "event_id": f"{thing.prefix}:{span.name}:audience",
                    "occurred_at": span.at,
                    "channel": layout.channel,
                    "size": alone.audience,
                }
            )
        if not alone.conversions:
            return
        end = f":{ordinal}" if ordinal else ""
        event: RawEvent = {
            "kind": "conversion",
            "event_id": f"{thing.prefix}:{span.name}:{layout.goal}{end}",
            "occurred_at": span.at,
            "goal": layout.goal,
            "count": alone.conversions,
        }
        if alone.worth is not None:
            event["value"] = alone.worth
        events.append(event)
