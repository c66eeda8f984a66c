"""Convert a row of a table to its outcome: its subject, numbers and days, then its events.

Everything that is the same for a table is decided once: which columns count what (`row_plan`), and
the ids and constant event fields of each subject (`row_subjects`). For each row only its subject,
day and numbers are looked up, which makes importing about as fast as reading.

A rejected row changes no state: no ordinal, no claim, no day of the coverage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter

from chalicelib.importers.outcomes import (
    Claim,
    ClaimedConversions,
    Imported,
    RowRejected,
    Skipped,
)
from chalicelib.importers.rows.number_cells import Amounts, Claims, Counts
from chalicelib.importers.rows.row_dating import Dating, Span
from chalicelib.importers.rows.row_events import Found, RowEvents
from chalicelib.importers.rows.row_plan import Cells, NumberColumn, RowPlan
from chalicelib.importers.rows.row_sales import Sale, Sales
from chalicelib.importers.rows.row_subjects import Subject, Subjects
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.event_identity import Ordinals, RepeatedRow
from chalicelib.importers.values.numerals import NumberFormat

NO_NUMBERS = "all numbers are zero or empty"


class RowEngine:
    """Converts the rows below a header.

    Parameters
    ----------
    subjects : Subjects
    totals : TotalsRows
    ordinals : Ordinals, optional
        The earlier rows of the file, if it may contain several tables.
    left_out : callable, optional
        Returns why the mapping excludes a row, or an empty string; called for every row.

    Attributes
    ----------
    plan : RowPlan
    dating : Dating
    numbers : NumberFormat
    claimed : ClaimedConversions
        The platform's claims so far.
    days : set of int
        Ordinals of the days of rows so far, including rows of zeros.
    reason_to_skip : callable
        Returns why a row is not data, or an empty string; also takes short rows, padded.
    negative : dict of str to (int, int)
        For columns whose negative numbers are skipped: heading -> how many occurred in imported
        rows, and the first of these rows.
    """

    def __init__(
        self,
        plan: RowPlan,
        subjects: Subjects,
        dating: Dating,
        numbers: NumberFormat,
        totals: TotalsRows,
        ordinals: Ordinals | None = None,
        left_out: Callable[[Cells], str] | None = None,
    ) -> None:
        self.claimed = ClaimedConversions()
        self.days: set[int] = set()
        self.negative: dict[str, tuple[int, int]] = {}
        self.dating = dating
        self.numbers = numbers
        self.plan = plan
        self._subjects = subjects
        self._totals = totals
        self.reason_to_skip = (
            totals.reason if left_out is None else partial(_reason, left_out, totals)
        )
        self._counts = Counts(numbers)
        self._costs = Amounts(numbers, plan.cost) if plan.cost else None
        self._claims = Claims(numbers, plan.currency, self.claimed)
        self._sales = Sales(plan.sales, self._counts, numbers) if plan.sales else None
        self._ordinals = ordinals or Ordinals()
        self._events = RowEvents(plan, dating.is_lifetime)
        named_by = subjects.positions
        self._subject_cells = itemgetter(*named_by) if named_by else None
        self._date_cells = itemgetter(*dating.positions) if dating.positions else None
        self._metrics = [
            (index, metric.position, bool(metric.undone), metric.applies)
            for index, metric in enumerate(plan.metrics)
            if metric.position >= 0
        ]
        self._once = [(i, 1) for i, metric in enumerate(plan.metrics) if metric.position < 0]
        self._may_stand_alone = plan.sales is not None or plan.audience is not None
        self._may_claim = plan.claimed_at >= 0 or plan.claimed_value_at >= 0
        # If the first cell is part of the subject or the date, a totals label in it is neither a
        # known subject nor a known date. Otherwise every row must be checked for a label.
        self._is_label_settled = (
            left_out is None
            and (0 in named_by or 0 in dating.positions)
            and set(totals.breakdowns) <= set(named_by)
        )

    def convert(self, row: int, cells: Cells) -> Imported | Skipped:
        """Return the outcome of a row; raise `RowRejected` without having changed any state."""
        plan = self.plan
        key = self._subject_cells(cells) if self._subject_cells else ()
        subject = self._subjects.get(key)
        if subject is None or not self._is_label_settled:
            reason = self.reason_to_skip(cells)
            if reason:
                return Skipped(row, reason)
            if subject is None:
                subject = self._subjects.settle(key, cells)
        counts, metrics = self._counts, plan.metrics
        found: list[tuple[int, int]] = []
        negative: list[int] = []
        try:
            for index, position, is_net, applies in self._metrics:
                count = counts[cells[position]]
                if count and (applies is None or applies(cells)):
                    if count > 0 or is_net:
                        found.append((index, count))
                    elif metrics[index].skips_negative:
                        negative.append(index)
                    else:
                        raise RowRejected("negative", "below zero")
        except RowRejected as error:
            raise RowRejected(error.code, f"{metrics[index].name}: {error.message}") from None
        if plan.adds_up:
            found = _added_up(found + self._once, subject)
        cost, costs = None, self._costs
        if costs is not None:
            cost = costs[cells[costs.position], subject.currency]
        claim = self._claim(cells, subject) if self._may_claim else None
        sale, has_audience = None, False
        if self._may_stand_alone:
            sale = self._sales.of(cells, subject.currency) if self._sales is not None else None
            audience = plan.audience
            has_audience = audience is not None and not is_blank(cells[audience.position])
        is_empty = not (found or cost or claim or sale or has_audience)
        if is_empty and not plan.needs_day:
            if negative:
                raise RowRejected("negative", f"{plan.metrics[negative[0]].name}: below zero")
            self._note_zeros(cells)
            return Skipped(row, NO_NUMBERS)
        span = self.dating.spans.get(self._date_cells(cells)) if self._date_cells else None
        if span is None:
            span = self._span_of(cells)
            if span is None:
                return Skipped(row, self._totals.reason(cells))
        if span.is_longer:
            self._check_spread(subject, is_of_one_day=bool(sale) or has_audience)
        size = self._size(cells, plan.audience) if has_audience and plan.audience else None
        extras = self._extras(cells) if plan.extras and found else {}
        ordinal = 0 if is_empty else self._ordinal(subject, span, sale)
        # No code above changes state, because until here the row may be rejected.
        if span.is_longer or span.code not in self.days:
            self.days.update(span.days)
        if is_empty:
            return Skipped(row, NO_NUMBERS)
        if claim is not None:
            claim.rows += 1
        if negative:
            self._note_negative(row, negative)
        if span.is_longer:
            return Imported(
                row, self._events.of_days(subject, span, ordinal, found, cost), 0, claim
            )
        events = self._events.of_day(subject, span, ordinal, found, cost, extras)
        if sale is not None:
            events.append(self._events.of_sale(subject, span, ordinal, sale))
        if size is not None:
            events.append(self._events.of_audience(subject, span, ordinal, size))
        return Imported(row, tuple(events), 0, claim)

    def _claim(self, cells: Cells, subject: Subject) -> Claim | None:
        plan = self.plan
        return self._claims[
            cells[plan.claimed_at] if plan.claimed_at >= 0 else "",
            cells[plan.claimed_value_at] if plan.claimed_value_at >= 0 else "",
            subject.currency,
        ]

    def _size(self, cells: Cells, column: NumberColumn) -> int:
        """Return the size of an audience; raise `RowRejected`."""
        size = self._counts.read(column, cells)
        if size < 0:
            named = f"{column.name}:" if column.name else "the size of the audience is"
            raise RowRejected("negative", f"{named} below zero")
        return size

    def _extras(self, cells: Cells) -> dict[str, float]:
        """Return the rating, sentiment and reach of a row; raise `RowRejected`."""
        extras: dict[str, float] = {}
        for field, position in self.plan.extras:
            if field == "reach":
                if not is_blank(cells[position]):
                    extras[field] = self._size(cells, NumberColumn(position, field))
                continue
            try:
                number = self.numbers.number(cells[position])
            except ValueError as error:
                raise RowRejected("invalid_number", f"{field}: {error}") from None
            if number is not None:
                extras[field] = float(number)
        return extras

    def _check_spread(self, subject: Subject, *, is_of_one_day: bool) -> None:
        """Raise `RowRejected` if a row of several days must not be spread over them."""
        if self.plan.needs_day:
            raise RowRejected(
                "aggregate_period", "conversions and audiences cannot be spread over days"
            )
        if is_of_one_day or subject.user or subject.own_id:
            raise RowRejected("aggregate_period", "only counts and costs can be spread over days")

    def _ordinal(self, subject: Subject, span: Span, sale: Sale | None) -> int:
        """Return a number that distinguishes rows of one subject and day; raise `RowRejected`."""
        if self.plan.is_one_each:
            return 0
        if self.plan.has_ids:
            what = 2 * (sale is not None and sale.is_paid_back) + subject.paid
            if self._ordinals.next(subject.code, what):
                raise RowRejected(
                    "repeated_id",
                    "an earlier row has the same event_id. If it identifies a post, product or "
                    "other object of several rows, map it to content_id or campaign_id instead",
                )
            return 0
        try:
            if span.is_longer and self.dating.may_overlap:
                return self._ordinals.next_over(subject.code, span.days)
            return self._ordinals.next(subject.code, span.code)
        except RepeatedRow:
            raise RowRejected(
                "told_twice",
                "an earlier table of the file has a row for the same object and day. Import two "
                "files if the later one is to replace the earlier one; otherwise merge the tables",
            ) from None

    def _note_negative(self, row: int, indexes: Sequence[int]) -> None:
        """Record the negative numbers that were skipped in an imported row."""
        for index in indexes:
            name = self.plan.metrics[index].name
            number, first = self.negative.get(name, (0, row))
            self.negative[name] = number + 1, first

    def _note_zeros(self, cells: Cells) -> None:
        """Record the days of a row of zeros, which is data for these days if they are readable."""
        try:
            span = self._span_of(cells)
        except RowRejected:
            return
        if span is not None:
            self.days.update(span.days)

    def _span_of(self, cells: Cells) -> Span | None:
        """Return the days of a row; None for a totals row with its label in the date column."""
        if self._date_cells is None:
            return self.dating.of_report()
        try:
            return self.dating.spans[self._date_cells(cells)]
        except RowRejected:
            if self._totals.is_undated_remainder(cells):
                return self.dating.of_report()
            if self._totals.reason(cells):
                return None
            raise


def _reason(left_out: Callable[[Cells], str], totals: TotalsRows, cells: Cells) -> str:
    """Return why a row is not data, in a file with rows that the mapping excludes."""
    if not any(map(str.strip, cells)):
        return "blank line"
    return left_out(cells) or totals.reason(cells)


def _added_up(found: Found, subject: Subject) -> list[tuple[int, int]]:
    """Add up the numbers of a row by engagement type."""
    slots = subject.bases.slots
    sums: dict[int, int] = {}
    for index, count in found:
        sums[slots[index]] = sums.get(slots[index], 0) + count
    return list(sums.items())
