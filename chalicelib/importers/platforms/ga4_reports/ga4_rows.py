"""Convert rows of a Google Analytics 4 table to events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from chalicelib.importers.booking import Tally, book, conversion, money
from chalicelib.importers.outcomes import Imported, RawEvent, RowOutcome, RowRejected, Skipped
from chalicelib.importers.platforms.ga4_reports.ga4_channels import (
    UNASSIGNED,
    Origin,
    group_name,
    origin_of,
    split_source_medium,
)
from chalicelib.importers.platforms.ga4_reports.ga4_headings import TIMES
from chalicelib.importers.platforms.ga4_reports.ga4_plan import (
    ANY_GOAL,
    EVENT_TYPES,
    NOUNS,
    Task,
    Use,
)
from chalicelib.importers.platforms.ga4_reports.ga4_shape import Shape
from chalicelib.importers.platforms.ga4_reports.placing import place
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.rows.totals_rows import LABEL
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.tables.unread import UnreadColumns
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import DateFormat, Period, start_of
from chalicelib.importers.values.event_identity import Ordinals, code_of, digest, object_key
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.money import Money

PLATFORM = "ga4"
CHANNEL = "company_blog"
"""The channel of page views: a Google Analytics property is the user's own website."""

Cells = Sequence[str]


class _Worth(NamedTuple):
    """Money of a row; below zero if refunds exceed sales."""

    amount: Decimal
    currency: str


class _Moment(NamedTuple):
    """The key and the period of a row, and the number of earlier rows with the same ones."""

    key: str
    period: Period
    ordinal: int


class TableRows:
    """Converts the rows of one table."""

    def __init__(
        self, shape: Shape, task: Task, numbers: NumberFormat, dates: DateFormat, options: Options
    ) -> None:
        self._shape = shape
        self._task = task
        self._dates = dates
        self._at = shape.columns.positions
        self._counts = Counts(numbers)
        self._numbers = numbers
        self._currency = options.currency
        self._ordinals = Ordinals()
        self._account = shape.preamble.property or options.account
        self._width = len(shape.table.header)
        self._key_names = shape.names_of_keys()
        self.unread = self._unread_columns()

    def _unread_columns(self) -> UnreadColumns:
        """Return the columns that are not read as a count, a dimension or a date."""
        uses = self._task.uses + self._task.rejected
        fields = {use.metric for use in uses} | {use.worth for use in uses} | set(TIMES)
        read = {self._at[field] for field in fields if field in self._at}
        users = self._at.get("users", -1)
        unread = UnreadColumns(
            self._shape.table.header,
            read | set(self._shape.keys) | set(self._shape.dimensions.values()),
            {users: "people are not engagements"},
            may_hold_people=self.holds_people,
        )
        unread.decimal_mark = self._numbers.decimal_mark
        return unread

    @property
    def holds_people(self) -> bool:
        """Whether a column contains ids of people."""
        return "person" in self._shape.dimensions

    def convert(self, line: int, cells: Cells) -> RowOutcome:
        """Return the outcome of a row; raises `RowRejected`."""
        reason = self._task.reason or self._why_no_data(cells)
        if reason:
            return Skipped(line, reason)
        width = self._width
        if len(cells) != width and (len(cells) < width or any(map(str.strip, cells[width:]))):
            raise RowRejected("wrong_cell_count", f"{len(cells)} cells under {width} headings")
        wanted = self._task.uses or self._task.rejected
        numbers = {use: self._number(use, cells) for use in wanted}
        worth = {use: self._worth(use.worth, cells) for use in numbers if use.worth}
        if self._task.money and self._worth(self._task.money, cells):
            raise RowRejected("value_without_order", "revenue without the number of purchases")
        if not any(numbers.values()) and not any(worth.values()):
            return Skipped(line, NO_NUMBERS)
        if not self._task.uses:
            self._reject()
        period = self._period(cells)
        values = {use: self._value(use, numbers[use], found) for use, found in worth.items()}
        moment = self._moment(cells, period)  # nothing rejects the row below
        events: list[RawEvent] = []
        for use in self._task.uses:
            if use.supply == "conversion":
                is_refund = _is_refund(worth.get(use))
                value = values.get(use)
                events += self._conversions(use, numbers[use], value, is_refund, cells, moment)
            elif numbers[use]:
                events += book(self._tally(use, numbers[use], cells, moment))
        return Imported(line, tuple(events))

    def _why_no_data(self, cells: Cells) -> str:
        """Return why a row repeats the numbers of others; empty if it does not."""
        last = comparable(cells[-1])
        if len(cells) > self._width and LABEL.match(last):
            return "totals row"
        first = next((index for index, cell in enumerate(cells) if cell.strip()), 0)
        group = comparable(_cell(cells, self._shape.overlapping))
        if group and group != self._shape.group:
            return "another segment, comparison or date range"
        time = self._at.get(self._shape.time, -1)
        label = comparable(cells[first])
        if LABEL.fullmatch(label) and (time < 0 or first == time or not _cell(cells, time)):
            return "totals row"
        names = [time] if time >= 0 else list(self._shape.keys)
        if names and not any(_cell(cells, index) for index in [*names, *self._shape.keys]):
            return "totals row without a label"
        return ""

    def _number(self, use: Use, cells: Cells) -> int:
        if use.by_event and use.metric == "event_count" and not self._kind(use, cells):
            return 0
        position = self._at[use.metric]
        heading = self._shape.columns.names[position]
        try:
            count = self._counts[cells[position]]
        except RowRejected as error:
            raise RowRejected(error.code, f"{heading}: {error.message}") from None
        if count < 0:
            raise RowRejected("negative", f"{heading} is below zero")
        return count

    def _worth(self, field: str, cells: Cells) -> _Worth | None:
        try:
            amount, named = self._numbers.money(cells[self._at[field]])
        except ValueError as error:
            heading = self._shape.columns.name(field)
            raise RowRejected("invalid_number", f"{heading}: {error}") from None
        if not amount:
            return None
        currency = self._shape.columns.currencies.get(field, "") or named or self._currency
        if not currency:
            raise RowRejected("no_currency", "an amount without a currency")
        return _Worth(amount, currency)

    def _kind(self, use: Use, cells: Cells) -> str:
        """Return the engagement type or goal of a row's event; empty if it is not counted."""
        name = _cell(cells, self._shape.dimensions.get("event", -1))
        return EVENT_TYPES[use.supply].get(name, "")

    def _reject(self) -> None:
        shape, use = self._shape, self._task.rejected[0]
        if not shape.is_dated:
            raise RowRejected("missing_value", f"these {NOUNS[use.supply]} have no date")
        raise RowRejected("aggregate_period", f"these {NOUNS[use.supply]} cover more than a day")

    def _moment(self, cells: Cells, period: Period) -> _Moment:
        key = object_key([*self._key_names, *(self._key_cell(cells, i) for i in self._shape.keys)])
        return _Moment(key, period, self._ordinals.next(code_of(key), period[0].toordinal()))

    def _key_cell(self, cells: Cells, index: int) -> str:
        cell = cells[index].strip()
        return group_name(cell) if index == self._shape.dimensions.get("group", -1) else cell

    def _period(self, cells: Cells) -> Period:
        """Return the first and last day of a row; raises `RowRejected`."""
        time, report = self._shape.time, self._shape.preamble.period
        if not time:
            assert report is not None
            return report
        cell = _cell(cells, self._at[time])
        if not cell:
            raise RowRejected("missing_value", f"{self._shape.columns.name(time)} is empty")
        try:
            return place(time, cell, self._dates, report)
        except ValueError as error:
            heading = self._shape.columns.name(time)
            raise RowRejected("invalid_date", f"{heading}: {error}") from None

    def _tally(self, use: Use, count: int, cells: Cells, moment: _Moment) -> Tally:
        dimensions = self._shape.dimensions
        origin = self._origin(cells) if use.metric == "sessions" else Origin(CHANNEL)
        return Tally(
            channel=origin.channel,
            report=f"{PLATFORM}-{use.metric.replace('_', '-')}",
            account=self._account,
            key=digest(moment.key),
            ordinal=moment.ordinal,
            first=moment.period[0],
            last=moment.period[1],
            counts={use.supply: count},
            paid=origin.paid,
            campaign_id=_named(_cell(cells, dimensions.get("campaign", -1))),
            content_id=public_path(_named(_cell(cells, dimensions.get("page", -1)))),
        )

    def _origin(self, cells: Cells) -> Origin:
        at = self._shape.dimensions
        group = _cell(cells, at.get("group", -1))
        source, medium = _cell(cells, at.get("source", -1)), _cell(cells, at.get("medium", -1))
        if "source_medium" in at:
            source, medium = split_source_medium(_cell(cells, at["source_medium"]))
        return origin_of(group, source, medium) if group or source or medium else UNASSIGNED

    def _value(self, use: Use, count: int, worth: _Worth | None) -> Money | None:
        """Return the value of a row's conversions or of its refund; raises `RowRejected`."""
        if worth is None:
            return None
        if not count and not _is_refund(worth):
            raise RowRejected("value_without_order", f"revenue without {NOUNS[use.supply]}")
        return money(abs(worth.amount), worth.currency)

    def _conversions(
        self,
        use: Use,
        count: int,
        value: Money | None,
        is_refund: bool,
        cells: Cells,
        moment: _Moment,
    ) -> list[RawEvent]:
        """Return the conversions of a row, and a refund if its money is below zero."""
        goal = "purchase" if use.metric == "purchases" else self._kind(use, cells) or ANY_GOAL
        parts = [PLATFORM, use.metric.replace("_", "-"), self._account or "-", digest(moment.key)]
        parts.append(moment.period[0].isoformat())
        end = [str(moment.ordinal)] if moment.ordinal else []
        at = start_of(moment.period[0])
        events: list[RawEvent] = []
        if count:
            paid = None if is_refund else value
            events.append(conversion(goal, at, *parts, goal, *end, value=paid, count=count))
        if is_refund:
            events.append(
                conversion(goal, at, *parts, f"{goal}-refund", *end, value=value, refund=True)
            )
        return events


def _is_refund(worth: _Worth | None) -> bool:
    """Whether refunds exceed sales."""
    return worth is not None and worth.amount < 0


def public_path(name: str) -> str:
    """Return the path or title of a page; remove queries and names with e-mail addresses."""
    path = re.split(r"[?#]", name, maxsplit=1)[0].strip()
    return "" if "@" in path else path


def _named(cell: str) -> str:
    return "" if is_blank(cell) or cell in ("(not set)", "(other)") else cell


def _cell(cells: Cells, index: int) -> str:
    return cells[index].strip() if 0 <= index < len(cells) else ""
