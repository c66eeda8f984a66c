"""The rows of a file that is read by a mapping -> events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from operator import itemgetter

from chalicelib.importers.booking import Tally, book
from chalicelib.importers.mappings.mapped_columns import ChosenRows
from chalicelib.importers.mappings.mapped_sales import Sale, Sales, SignedAmounts
from chalicelib.importers.mappings.mapped_subjects import PLATFORM, Thing, Things
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.mappings.mapping_fields import COUNTS
from chalicelib.importers.outcomes import Imported, NotData, RawEvent, RowRefused
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report_dating import Dating, Span
from chalicelib.importers.reports.sums import Amounts, Counts
from chalicelib.importers.reports.totals_rows import TotalsRows
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.event_identity import Ordinals
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.money import Money

Cells = Sequence[str]
Found = Dictionary[tuple[str, bool], int]
"""(type, whether it was paid) -> how many."""


class MappedRows:
    """What the rows of a mapped file mean.

    Parameters
    ----------
    at : dict of str to int
        Heading of the mapping -> index of its column.
    currencies : dict of str to str
        Field of an amount -> currency, where neither the row nor the cell names one.
    """

    def __init__(
        self,
        mapping: Mapping,
        at: dict[str, int],
        currencies: dict[str, str],
        dating: Dating,
        numbers: NumberFormat,
        totals: TotalsRows,
        options: Options,
    ) -> None:
        self.dating = dating
        self.numbers = numbers
        self.totals = totals
        self.chosen = ChosenRows(mapping, at)
        self._counts = Counts(numbers)
        self._amounts = Amounts(numbers, currencies["cost"])
        self._ordinals = Ordinals()
        by_field = {field: at[name] for name, field in mapping.columns.items()}
        self._at = by_field
        self._things = Things(mapping, by_field, options)
        self._wide = [
            (at[name], field.removeprefix("paid_"), field.startswith("paid_"), name)
            for name, field in mapping.columns.items()
            if field in COUNTS
        ]
        self._date_cells = itemgetter(*dating.positions) if dating.positions else lambda cells: ()
        self._is_long = "type" in by_field or "type" in mapping.constants
        each = mapping.each_row
        self._each = (each.removeprefix("paid_"), each.startswith("paid_")) if each else None
        self._sales = Sales(
            by_field,
            self.chosen,
            self._counts,
            SignedAmounts(numbers, currencies["value"]),
            SignedAmounts(numbers, currencies["refunded"]),
            each_row=each == "conversion",
            refund_if_negative=mapping.refund_if_negative,
        )
        self._negative: dict[str, tuple[int, int]] = {}

    def notes(self) -> list[str]:
        """What a person should know after the last row."""
        notes = [
            f"The column {name!r} has numbers below zero, which were not imported: {cells} "
            f"cell{'s' if cells > 1 else ''}, the first in row {row}."
            for name, (cells, row) in self._negative.items()
        ]
        return notes + self.chosen.unseen()

    def reason_to_skip(self, cells: Cells) -> str:
        """Why a row is no data, or an empty text."""
        return self.chosen.left_out(cells) or self.totals.reason(cells)

    def convert(self, row: int, cells: Cells) -> Imported | NotData:
        """The outcome of a row; raises `RowRefused`."""
        if not any(map(str.strip, cells)):
            return NotData(row, "blank line")
        if reason := self.reason_to_skip(cells):
            return NotData(row, reason)
        thing = self._things.of(cells)
        found, negative = self._found(thing, cells)
        cost = self._cost(cells, thing)
        sale = self._sales.of(cells, thing.currency) if self._sales.are_there else None
        has_audience = "audience" in self._at and not is_blank(cells[self._at["audience"]])
        if not (found or cost or sale or has_audience):
            if negative:
                raise RowRefused("negative", f"{negative[0]}: below zero")
            return NotData(row, "no numbers but zeros")
        span = self.dating.spans[self._date_cells(cells)]
        if span.first != span.last and (sale or has_audience or thing.user):
            raise RowRefused("aggregate_period", "only counts and costs are spread over days")
        size = self._size(cells) if has_audience else None
        extras = self._extras(cells) if found else {}
        ordinal = self._ordinal(thing, span, sale)  # nothing refuses the row below
        if span.first != span.last:
            events = self._spread(thing, span, ordinal, found, cost)
        else:
            events = self._of_a_day(thing, span, ordinal, found, cost, sale, extras)
            if size is not None:
                events.append(_audience(thing, span, size, ordinal))
        for name in negative:
            number, first = self._negative.get(name, (0, row))
            self._negative[name] = number + 1, first
        return Imported(row, tuple(events))

    def _found(self, thing: Thing, cells: Cells) -> tuple[Found, list[str]]:
        """The engagements of a row, and the headings whose cells are below zero."""
        found: dict[tuple[str, bool], int] = {}
        negative = []
        counted = []
        for position, kind, is_paid, name in self._wide:
            count = self._count(cells[position], name)
            if count < 0:
                negative.append(name)
            elif count:
                counted.append((kind, is_paid or thing.paid, count))
        if self._is_long:
            count = self._count(cells[self._at["count"]], "count") if "count" in self._at else 1
            if count < 0:
                raise RowRefused("negative", "count: below zero")
            counted.append((thing.type, thing.paid, count))
        elif self._each and self._each[0] != "conversion":
            counted.append((self._each[0], self._each[1] or thing.paid, 1))
        for kind, paid, count in counted:
            if count:
                found[kind, paid] = found.get((kind, paid), 0) + count
        return found, negative

    def _ordinal(self, thing: Thing, span: Span, sale: Sale | None) -> int:
        """What tells a row from others that are about the same; raises `RowRefused`."""
        if "event_id" not in self._at:
            if span.is_longer and self.dating.may_overlap:
                return self._ordinals.next_over(thing.code, span.days)
            return self._ordinals.next(thing.code, span.code)
        is_paid_back = sale is not None and sale.is_refund and sale.value is not None
        if self._ordinals.next(thing.code, 2 * is_paid_back + thing.paid):
            raise RowRefused(
                "repeated_id",
                "an earlier row has the same event_id. What several rows are about, as a post or a "
                "product, is the content_id or campaign_id",
            )
        return 0

    def _of_a_day(
        self,
        thing: Thing,
        span: Span,
        ordinal: int,
        found: Found,
        cost: Money | None,
        sale: Sale | None,
        extras: dict[str, float],
    ) -> list[RawEvent]:
        end = f":{ordinal}" if ordinal else ""
        prefix = f"{thing.prefix}:{span.name}"
        events = []
        for (kind, paid), count in found.items():
            name = f"{prefix}:{'paid-' if paid else ''}{kind}{end}"
            events.append(_engagement(thing, kind, paid, count, name, span.at, extras))
        if cost is not None:
            self._add_cost(events, thing, cost, f"{prefix}:cost{end}", span.at)
        if sale is not None:
            events.append(_conversion(thing, sale, prefix, end, span.at))
        return events

    def _extras(self, cells: Cells) -> dict[str, float]:
        """The stars and the sentiment of a row; raises `RowRefused`."""
        extras: dict[str, float] = {}
        for field in ("rating", "sentiment"):
            if field not in self._at:
                continue
            try:
                number = self.numbers.number(cells[self._at[field]])
            except ValueError as error:
                raise RowRefused("invalid_number", f"{field}: {error}") from None
            if number is not None:
                extras[field] = float(number)
        return extras

    def _size(self, cells: Cells) -> int:
        size = self._count(cells[self._at["audience"]], "audience")
        if size < 0:
            raise RowRefused("negative", "audience: below zero")
        return size

    def _add_cost(
        self, events: list[RawEvent], thing: Thing, cost: Money, name: str, at: dt.datetime
    ) -> None:
        for carrier in ("click", "impression"):
            for event in events:
                if event["type"] == carrier:
                    event["cost"] = cost
                    return
        event = {
            "kind": "cost",
            "event_id": name,
            "occurred_at": at,
            "channel": thing.channel,
            "amount": cost,
            "paid": thing.paid,
        }
        if thing.campaign:
            event["campaign_id"] = thing.campaign
        events.append(event)

    def _spread(
        self,
        thing: Thing,
        span: Span,
        ordinal: int,
        found: Found,
        cost: Money | None,
    ) -> list[RawEvent]:
        events: list[RawEvent] = []
        for paid in sorted({p for _, p in found} | ({thing.paid} if cost else set())):
            tally = Tally(
                channel=thing.channel,
                report=f"{PLATFORM}-paid" if paid else PLATFORM,
                account=thing.account,
                key=thing.key,
                ordinal=ordinal,
                first=span.first,
                last=span.last,
                counts={kind: count for (kind, p), count in found.items() if p == paid},
                cost=(cost.amount, cost.currency) if cost and paid == thing.paid else None,
                paid=paid,
                campaign_id=thing.campaign,
                content_id=thing.content,
            )
            events += book(tally)
        return events

    def _count(self, cell: str, name: str) -> int:
        try:
            return self._counts[cell]
        except RowRefused as error:
            raise RowRefused(error.code, f"{name}: {error.message}") from None

    def _cost(self, cells: Cells, thing: Thing) -> Money | None:
        position = self._at.get("cost")
        if position is None:
            return None
        try:
            return self._amounts[cells[position], thing.currency]
        except RowRefused as error:
            raise RowRefused(error.code, f"cost: {error.message}") from None


def _engagement(
    thing: Thing,
    kind: str,
    paid: bool,
    count: int,
    name: str,
    at: dt.datetime,
    extras: dict[str, float],
) -> RawEvent:
    event: RawEvent = {
        "kind": "engagement",
        "event_id": name,
        "occurred_at": at,
        "channel": thing.channel,
        "type": kind,
        "paid": paid,
        "count": count,
    }
    if thing.campaign:
        event["campaign_id"] = thing.campaign
    if thing.content:
        event["content_id"] = thing.content
    if thing.user:
        event["user_id"] = thing.user
        if not thing.consents:
            event["consent"] = False
    for field, number in extras.items():
        if field != "rating" or kind == "review":
            event[field] = number
    return event


def _audience(thing: Thing, span: Span, size: int, ordinal: int) -> RawEvent:
    end = f":{ordinal}" if ordinal else ""
    return {
        "kind": "audience",
        "event_id": f"{thing.prefix}:{span.name}:audience{end}",
        "occurred_at": span.at,
        "channel": thing.channel,
        "size": size,
    }


def _conversion(thing: Thing, sale: Sale, prefix: str, end: str, at: dt.datetime) -> RawEvent:
    """The event of a sale; one that was taken back as a whole has the id that the sale had."""
    is_paid_back = sale.is_refund and sale.value is not None
    event: RawEvent = {
        "kind": "conversion",
        "event_id": f"{prefix}:{thing.goal}{'-refund' if is_paid_back else ''}{end}",
        "occurred_at": at,
        "goal": thing.goal,
        "count": sale.count,
    }
    if sale.value is not None:
        event["value"] = sale.value
    if sale.is_refund:
        event["refund"] = True
    if thing.user and thing.consents:
        event["user_id"] = thing.user
    return event
