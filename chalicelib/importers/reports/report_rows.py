"""A row of a report -> its outcome: its thing, its numbers, its days, then its events.

What a report says once is settled once: which columns count what, and for each thing that rows are
about (`things`) its ids and the unchanging part of its events. What is left for a row is to look up
its thing, its day and its numbers; that is what makes importing as fast as reading.
"""

from __future__ import annotations

from operator import itemgetter

from chalicelib.importers.covered import Covered
from chalicelib.importers.outcomes import (
    ClaimedConversions,
    Imported,
    NotData,
    RawEvent,
    RowOutcome,
    RowRefused,
)
from chalicelib.importers.reports.layout import Cells, Layout
from chalicelib.importers.reports.report_dating import Dating, Span
from chalicelib.importers.reports.report_events import RowEvents
from chalicelib.importers.reports.row_subjects import Things
from chalicelib.importers.reports.sums import Amounts, Claims, Counts
from chalicelib.importers.reports.totals_rows import TotalsRows
from chalicelib.importers.values.event_identity import Ordinals, ToldTwice
from chalicelib.importers.values.numerals import NumberFormat


class ReportRows:
    """What the rows below a header mean.

    Parameters
    ----------
    ordinals : Ordinals, optional
        The rows of the file so far, where it may hold several tables.

    Attributes
    ----------
    claimed : ClaimedConversions
        What the platform claims, so far.
    days : set of int
        Ordinals of the days that rows are about, also of rows of zeros, so far.
    """

    def __init__(
        self,
        layout: Layout,
        dating: Dating,
        numbers: NumberFormat,
        totals: TotalsRows,
        ordinals: Ordinals | None = None,
    ) -> None:
        self.claimed = ClaimedConversions()
        self._layout = layout
        self._dating = dating
        self._totals = totals
        self._counts = Counts(numbers)
        self._amounts = Amounts(numbers, layout.given_currency)
        self._claims = Claims(numbers, layout.given_currency, self.claimed)
        self._ordinals = ordinals or Ordinals()
        self._things = Things(layout, totals)
        self._events = RowEvents(
            layout, self._counts, self._amounts, is_lifetime=dating.is_lifetime
        )
        named_by = self._things.positions
        self._thing_cells = itemgetter(*named_by) if named_by else None
        self._date_cells = itemgetter(*dating.positions) if dating.positions else None
        self._metrics = [
            (index, metric.position, bool(metric.undone), metric.applies)
            for index, metric in enumerate(layout.metrics)
        ]
        self.days: set[int] = set()
        self._may_stand_alone = layout.audience_at >= 0 or bool(layout.goal)
        self._claims_at = (layout.claimed_at, layout.value_at)
        # Where the first cell names or dates the row, a label of totals in it is no known thing
        # and no known date; elsewhere every row has to be looked at.
        self._is_label_settled = (0 in named_by or 0 in dating.positions) and set(
            totals.breakdowns
        ) <= set(named_by)

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
                thing = self._things.settle(key, cells)
        counts = self._counts
        found: list[tuple[int, int]] = []
        index = 0
        try:
            for index, position, is_net, applies in self._metrics:
                count = counts[cells[position]]
                if count and (applies is None or applies(cells)):
                    if count < 0 and not is_net:
                        raise RowRefused("negative", "below zero")
                    found.append((index, count))
        except RowRefused as error:
            raise RowRefused(error.code, f"{layout.metrics[index].name}: {error.message}") from None
        cost = None
        if layout.cost_at >= 0:
            cost = self._amounts[cells[layout.cost_at], thing.currency]
        claim = None
        claimed_at, value_at = self._claims_at
        if claimed_at >= 0 or value_at >= 0:
            claim = self._claims[
                cells[claimed_at] if claimed_at >= 0 else "",
                cells[value_at] if value_at >= 0 else "",
                thing.currency,
            ]
        if not found and cost is None and claim is None and not self._may_stand_alone:
            self._note_zeros(cells)
            return NotData(row, "no numbers but zeros")
        span = self._dating.spans.get(self._date_cells(cells)) if self._date_cells else None
        if span is None:
            span = self._span_of(cells)
            if span is None:
                return NotData(row, self._totals.reason(cells))
        alone = None
        if self._may_stand_alone:
            if span.is_longer:
                raise RowRefused(
                    "aggregate_period", "conversions and audiences are not spread over days"
                )
            alone = self._events.alone(thing, cells)
        # Nothing above has an effect. Below, only a row of an earlier table rejects this one.
        if span.code not in self.days:
            self.days.update(span.days)
        if not (found or cost or claim or alone):
            return NotData(row, "no numbers but zeros")
        ordinal = 0
        if not layout.is_one_each:
            try:
                if span.is_longer and self._dating.may_overlap:
                    ordinal = self._ordinals.next_over(thing.code, span.days)
                else:
                    ordinal = self._ordinals.next(thing.code, span.code)
            except ToldTwice:
                raise RowRefused(
                    "told_twice",
                    "an earlier table of the file has a row of the same thing and day: import "
                    "them as two files if they are to replace each other, or as one table",
                ) from None
        if claim is not None:
            claim.rows += 1
        if span.is_longer:
            return Imported(row, self._events.of_days(thing, span, ordinal, found, cost), 0, claim)
        events = self._events.of_day(thing, span, ordinal, found, cost)
        if alone:
            self._events.add_alone(events, thing, span, ordinal, alone)
        return Imported(row, tuple(events), 0, claim)

    def coverage(self, *, lists_all_days: bool) -> list[RawEvent]:
        """For which days the report was complete, by what its columns count; see `covered`."""
        layout = self._layout
        parts = (layout.channel, layout.report, layout.account or "-")
        covered = Covered(parts, lists_all_days, days=self.days)
        for metric in layout.metrics:
            covered.add_type(layout.channel, metric.type, metric.paid)
            if metric.undone:
                covered.add_type(layout.channel, metric.undone, metric.paid)
            if layout.paid_at >= 0:
                covered.add_type(layout.channel, metric.type, True)
        if layout.goal:
            covered.add_goal(layout.goal)
        return covered.events()

    def _note_zeros(self, cells: Cells) -> None:
        """Note the days of a row of zeros: it is data of these days, whatever else is wrong."""
        try:
            span = self._span_of(cells)
        except RowRefused:
            return
        if span is not None:
            self.days.update(span.days)

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
