"""Build events from the numbers, the subject and the days of a row.

The constant fields of an event are settled with its subject (`row_subjects`); a row adds its day,
its numbers and the rest of the id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.importers.booking import Tally, book, cost_event
from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.rows.row_dating import Span
from chalicelib.importers.rows.row_plan import RowPlan
from chalicelib.importers.rows.row_sales import Sale
from chalicelib.importers.rows.row_subjects import Subject
from chalicelib.model.money import Money

_OF_REACH = ("share", "mention")

Found = Sequence[tuple[int, int]]
"""(index of a metric, number) of each metric in a row; no number is zero."""


@dataclass(frozen=True, slots=True)
class RowEvents:
    """Builds the events of a table's rows.

    Attributes
    ----------
    plan : RowPlan
    is_lifetime : bool
        Whether numbers are running totals, whose ids contain no day.
    """

    plan: RowPlan
    is_lifetime: bool

    def of_day(
        self,
        subject: Subject,
        span: Span,
        ordinal: int,
        found: Found,
        cost: Money | None,
        extras: Mapping[str, float],
    ) -> list[RawEvent]:
        """Return the engagements of a row of one day; clicks, else impressions, get the cost."""
        beginning = f"{subject.prefix}:{'' if self.is_lifetime else span.name}:"
        end = f":{ordinal}" if ordinal else ""
        at, (bases, weights, _), named = span.at, subject.bases, subject.named
        carrier, weight = None, 0
        events: list[RawEvent] = []
        for index, count in found:
            event = bases[index] | named
            if count < 0:
                count = -count
                event["type"] = event["event_id"] = self.plan.metrics[index].undone
            event["event_id"] = subject.own_id or beginning + event["event_id"] + end
            event["occurred_at"] = at
            event["count"] = count
            if self.is_lifetime:
                event["lifetime"] = True
            events.append(event)
            if weights[index] > weight:
                carrier, weight = event, weights[index]
        if extras:
            _add_extras(events, extras)
        if carrier is not None and cost is not None:
            carrier["cost"] = cost
        elif cost is not None:
            name, campaign = f"{beginning}cost{end}", subject.campaign
            events.append(
                cost_event(subject.channel, name, at, cost, paid=subject.paid, campaign_id=campaign)
            )
        return events

    def of_days(
        self, subject: Subject, span: Span, ordinal: int, found: Found, cost: Money | None
    ) -> tuple[RawEvent, ...]:
        """Return the events of a row of several days: paid and organic separate, one cost."""
        plan = self.plan
        by_paid: dict[bool, dict[str, int]] = {}
        for index, count in found:
            base = subject.bases.events[index]
            kind = plan.metrics[index].undone if count < 0 else base["type"]
            counts = by_paid.setdefault(base["paid"], {})
            counts[kind] = counts.get(kind, 0) + abs(count)
        if cost is not None:
            by_paid.setdefault(subject.paid, {})
        events: list[RawEvent] = []
        for paid, counts in by_paid.items():
            tally = Tally(
                channel=subject.channel,
                report=plan.report if paid == plan.paid else f"{plan.report}-paid",
                account=subject.account,
                key=subject.key,
                ordinal=ordinal,
                first=span.first,
                last=span.last,
                counts=counts,
                cost=(cost.amount, cost.currency) if cost and paid == subject.paid else None,
                paid=paid,
                campaign_id=subject.campaign,
                content_id=subject.content,
            )
            events += book(tally)
        if subject.region:
            for event in events:
                if event["kind"] == "engagement":
                    event["region"] = subject.region
        return tuple(events)

    def of_sale(self, subject: Subject, span: Span, ordinal: int, sale: Sale) -> RawEvent:
        """Return the conversion of a row; a reversed sale has the id of the original sale."""
        metric = f"{subject.goal}-refund" if sale.is_paid_back else subject.goal
        event: RawEvent = {
            "kind": "conversion",
            "event_id": f"{subject.prefix}:{span.name}:{metric}{f':{ordinal}' if ordinal else ''}",
            "occurred_at": span.at,
            "goal": subject.goal,
            "count": sale.count,
        }
        if sale.value is not None:
            event["value"] = sale.value
        if sale.is_refund:
            event["refund"] = True
        if subject.content:
            event["content_id"] = subject.content
        if subject.region:
            event["region"] = subject.region
        if subject.user and subject.consents:
            event["user_id"] = subject.user
        return event

    def of_audience(self, subject: Subject, span: Span, ordinal: int, size: int) -> RawEvent:
        """Return the audience of a day."""
        end = f":{ordinal}" if ordinal and self.plan.numbers_audiences else ""
        return {
            "kind": "audience",
            "event_id": f"{subject.prefix}:{span.name}:audience{end}",
            "occurred_at": span.at,
            "channel": subject.channel,
            "size": size,
        }


def _add_extras(events: Sequence[RawEvent], extras: Mapping[str, float]) -> None:
    """Add the rating, sentiment and reach of a row to the events that can have them."""
    for event in events:
        for field, number in extras.items():
            if field == "rating" and event["type"] != "review":
                continue
            if field == "reach" and (event["type"] not in _OF_REACH or event["count"] > 1):
                continue
            event[field] = number
