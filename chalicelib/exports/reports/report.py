"""A kind of report, declared: from its columns to an importer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from chalicelib.errors import ExportRefused
from chalicelib.exports.cells import is_blank
from chalicelib.exports.dates import Period, parse_period
from chalicelib.exports.declarations import Becomes, Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.further_tables import Rest
from chalicelib.exports.headings import Columns
from chalicelib.exports.marks import Mark, Marks
from chalicelib.exports.numerals import (
    DecimalMark,
    NumberFormat,
    check_grouping,
    decide_number_format,
)
from chalicelib.exports.outcomes import (
    NotData,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRefused,
    Skipped,
)
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition
from chalicelib.exports.reports.columns import (
    Audience,
    Channel,
    Claimed,
    Column,
    Converted,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Net,
    Repeats,
    Sign,
    When,
    becomes_of,
    languages_of,
    vocabulary_of,
)
from chalicelib.exports.reports.damaged_ids import Change, repair_of
from chalicelib.exports.reports.dating import DateColumns, Dating, decide_dating
from chalicelib.exports.reports.layout import Cells, Layout, Metric
from chalicelib.exports.reports.merged_platforms import MergedPlatforms
from chalicelib.exports.reports.rows import ReportRows
from chalicelib.exports.reports.subtotals import Subtotals, find_subtotals
from chalicelib.exports.reports.successive import (
    RowsSeen,
    TableKind,
    open_sheets_alike,
    open_tables,
)
from chalicelib.exports.reports.totals import TotalsRows
from chalicelib.exports.tables import Row, Table, TableHead, claim_to, find_head
from chalicelib.exports.unread import UnreadColumns

Applies = Callable[[Columns], Callable[[Cells], bool] | None]
Convert = Callable[[int, Cells], RowOutcome]
Prepare = Callable[[Columns, NumberFormat], Callable[[Cells], Cells] | None]

_ID_OR_NUMBER = re.compile(
    r"[A-Za-z]?\d[\d.,+E_/:-]*(?: \d\d?:\d\d(?::\d\d)?)?(?: ?[AaPp][Mm])?|-*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """A kind of report: a table in which each row tells of a thing on a day.

    Attributes
    ----------
    platform, channel : str
        The slug that the user names; the channel of the events.
    report : str or callable
        The kind of report, a part of every event id; from the header where there are several.
    columns : tuple of Column
    accept : callable
        Whether a header is one of this kind. Cheap.
    marks, form : tuple and callable
        As in `marks.Marks`: what only this platform's tables have.
    accept_named : callable, optional
        The same where the user named the platform: weak evidence is then enough.
    title, where, looks_for : str
        As in `Declaration`.
    paid : bool
        Whether the report as a whole is of ads.
    hits : int
        Added to the number of known columns: for a header that only this kind of report has.
    way_out : str
        Where to click for rows by day; by default `where`.
    nameless_are_totals : bool
        Whether a row without names is one of totals even if it has a date.
    dates_are_starts : bool
        Whether the platform, where a report is not by day, dates each row with the report's start.
    is_one_each : bool
        Whether two rows of one thing are the same row twice, as posts with ids, and not two parts.
    key : callable, optional
        What an event id calls a thing, from the kind of report and the thing's names; by default a
        digest of them. At most 40 letters, digits, ``_`` and ``-``, or what `event_id` gives.
    shown : tuple of str
        Fields, all that a refusal shows of a row, where rows hold people or what they wrote; if
        empty, the whole row is shown.
    decimal_mark : str
        Where the platform writes one whatever the language; else the file decides.
    applies : mapping of str to callable
        Field of a count -> from the header, a function that says whether a row's number counts.
    prepare : callable
        From the header and the number format, a function that changes the cells of a row before
        they are read, where a column does not stand for itself; None where nothing is to change.
    period : callable
        The period that the lines above the header state.
    decide_dating : callable
        In place of `dating.decide_dating`.
    check : callable, optional
        Looks at a table before its rows are read; may raise `ExportRefused`.
    is_description : callable, optional
        Why a row is no data, for what only this report has; empty if it is.
    sheet : callable
        In a workbook, which sheets may hold the report, by their names.
    any_sheet : bool
        Whether another sheet is read where none of these holds it.
    group : callable
        From the header, `group` and `preference` of `Recognition`.
    notes : callable
        What a person should know, from the header.
    becomes : tuple of Becomes
        Lines of the documentation beside those of the columns.
    refused, remarks : tuple
        As `refused` and `notes` of `Declaration`.
    """

    platform: str
    channel: str
    report: str | Callable[[Columns], str]
    columns: tuple[Column, ...]
    accept: Callable[[TableHead], bool]
    title: str
    where: str
    looks_for: str
    marks: tuple[str | Mark, ...] = ()
    form: Callable[[TableHead], bool] | None = None
    accept_named: Callable[[TableHead], bool] | None = None
    paid: bool = False
    hits: int = 0
    way_out: str = ""
    nameless_are_totals: bool = False
    dates_are_starts: bool = False
    is_one_each: bool = False
    key: Callable[[str, Sequence[str]], str] | None = None
    shown: tuple[str, ...] = ()
    decimal_mark: DecimalMark | Literal[""] = ""
    applies: Mapping[str, Applies] = field(default_factory=dict)
    prepare: Prepare = lambda columns, numbers: None
    period: Callable[[TableHead], Period | None] = lambda head: period_above(head)
    decide_dating: Callable[..., Dating] = decide_dating
    check: Callable[[Table], None] | None = None
    is_description: Callable[[Cells], str] | None = None
    sheet: Callable[[str], bool] = lambda name: True
    any_sheet: bool = False
    group: Callable[[Columns], tuple[str, int]] = lambda columns: ("", 0)
    notes: Callable[[Columns], tuple[str, ...]] = lambda columns: ()
    becomes: tuple[Becomes, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def all_marks(self) -> Marks:
        """The marks, with the vocabulary by whose fields they are named."""
        return Marks(self.marks, self.form, vocabulary_of(self.columns))

    def importer(self) -> Importer:
        """The importer of this kind of report."""
        vocabulary = vocabulary_of(self.columns)
        marks = self.all_marks
        declaration = Declaration(
            self.title,
            self.where,
            self.looks_for,
            becomes_of(self.columns) + self.becomes,
            self.refused,
            self.remarks,
            languages_of(self.columns),
        )

        def recognise(glimpse: Glimpse) -> Recognition | None:
            accept = self.accept_named if glimpse.named and self.accept_named else self.accept
            head = find_head(glimpse, vocabulary, accept, sheet=self.sheet)
            if head is None and self.any_sheet:
                head = find_head(glimpse, vocabulary, accept)
            if head is None:
                return None
            return claim_to(
                head,
                marks,
                lambda source, options: self._open_file(source, head, options),
                hits=self.hits,
                group=self.group(head.columns),
            )

        return Importer(self.platform, declaration, recognise, marks, self.accept)

    def open(self, source: Source, head: TableHead, options: Options) -> Reading:
        """Opens a table whose header was found, and those of its kind above and below it.

        Raises
        ------
        ExportRefused
        """
        return open_tables(self._kind(head), source, head, options, RowsSeen())

    def _open_file(self, source: Source, head: TableHead, options: Options) -> Reading:
        """As `open`, and the sheets of the same form beside the one that was found."""
        if head.sheet:
            return open_sheets_alike(self._kind(head), source, head, options, self.sheet)
        return self.open(source, head, options)

    def _kind(self, first: TableHead) -> TableKind:
        """What is asked of tables beside the first: a mark, or no column that it does not have.

        Where the first has no mark, because the user named the platform, none is asked for.
        """
        marks, names = self.all_marks, set(first.columns.names)
        needs_mark = bool(marks.count_in(first))

        def accept(head: TableHead) -> bool:
            if needs_mark and not (names.issuperset(head.columns.names) or marks.count_in(head)):
                return False
            return self.accept(head)

        return TableKind(vocabulary_of(self.columns), accept, self._open_table, self._form)

    def _form(self, head: TableHead) -> object:
        read = columns_read(self.columns, head.columns)
        about = frozenset(f for f, (_, c) in read.items() if isinstance(c.role, Key | When))
        return self.report if isinstance(self.report, str) else self.report(head.columns), about

    def _open_table(
        self, source: Source | Rest, head: TableHead, options: Options, seen: RowsSeen
    ) -> Reading:
        """Opens one table; raises `ExportRefused`."""
        columns = head.columns
        way_out = self.way_out or self.where
        read = columns_read(self.columns, columns)
        check_additive(columns, read, way_out)
        layout = self._layout(columns, read, options)
        if not layout.metrics and not _has_other_numbers(layout):
            raise ExportRefused(
                "no_counts",
                f"no column of the report counts anything. {way_out}",
            )
        naming = [
            p for p, c in read.values() if isinstance(c.role, Key | When | Currency | Channel)
        ]
        table = Table(source, head, public_text=self._public_text(columns), naming=naming)
        period = self.period(head)
        dating = self.decide_dating(
            date_columns(table, read),
            period,
            options,
            way_out,
            dates_are_starts=self.dates_are_starts,
        )
        numbers = self._numbers(table, read, options)
        table.decimal_mark = numbers.decimal_mark
        totals = TotalsRows(
            names=layout.names,
            dates=tuple(dating.positions),
            numbers=number_columns(layout),
            nameless_are_totals=self.nameless_are_totals,
            breakdowns=breakdowns_in(table, read, layout),
            subtotals=_subtotals(table, layout, dating, numbers),
        )
        table.unread = UnreadColumns(
            columns.names,
            *_unread(self.columns, columns, read),
            may_hold_people=bool(self.shown),
        )
        rows = ReportRows(layout, dating, numbers, totals, seen[layout.channel])
        merged = MergedPlatforms(self.platform, columns, read) if self.paid else None
        if merged:
            merged.check(table)
        if self.check is not None:
            self.check(table)
        check_currency(table, layout, numbers)
        description = ReportDescription(
            self.platform,
            layout.report,
            source.encoding,
            head.delimiter,
            numbers.decimal_mark,
            period[0] if period else None,
            period[1] if period else None,
            lifetime=dating.is_lifetime,
            notes=self.notes(columns) + dating.notes,
        )
        reading = Reading(description, iter(()), rows.claimed)
        reading.skipped += other_sheets(source, head.sheet)
        every = [rows]
        convert: Convert = rows.convert
        channel = next(((p, c.role) for p, c in read.values() if isinstance(c.role, Channel)), None)
        if channel is not None:
            others = {
                slug: ReportRows(replace(layout, channel=slug), dating, numbers, totals, seen[slug])
                for slug in channel[1].slugs.values()
            }
            every = [*([] if channel[1].is_needed else every), *others.values()]
            by_channel = {slug: other.convert for slug, other in others.items()}
            convert = _by_channel(*channel, convert, by_channel)
        reading.outcomes = table.cell_outcomes(
            self._skip(rows),
            self._prepared(
                convert,
                columns,
                numbers,
                self._repair(table, read, lifetime=dating.is_lifetime),
                merged,
            ),
            reading,
            begin_again=seen.begin_table,
        )
        if channel is not None:
            reading.outcomes = _claiming(
                reading.outcomes, reading, [other for other in every if other is not rows]
            )
        if dating.has_days:
            reading.outcomes = self._covering(reading.outcomes, reading, every)
        return reading

    def _covering(
        self, outcomes: Iterator[RowOutcome], reading: Reading, every: Sequence[ReportRows]
    ) -> Iterator[RowOutcome]:
        """The outcomes of a daily report, which has its coverage after the last one."""
        yield from outcomes
        for rows in every:
            reading.coverage += rows.coverage(lists_all_days=not self.paid)

    def _skip(self, rows: ReportRows) -> Callable[[Cells], str]:
        describes = self.is_description
        if describes is None:
            return rows.reason_to_skip
        return lambda cells: describes(cells) or rows.reason_to_skip(cells)

    def _repair(
        self, table: Table, read: Mapping[str, tuple[int, Column]], *, lifetime: bool
    ) -> Change | None:
        """What puts damaged ids right. A post has one date, however often it is in a file."""
        keys = [p for p, c in read.values() if isinstance(c.role, Key) and c.role.sets != "account"]
        dates = [p for p, c in read.values() if isinstance(c.role, When)] if lifetime else []
        return repair_of(keys, table.first_rows, dates)

    def _prepared(
        self,
        convert: Convert,
        columns: Columns,
        numbers: NumberFormat,
        repair: Change | None,
        merged: MergedPlatforms | None,
    ) -> Convert:
        """`convert` for rows as they stand in the file."""
        prepare, describes = self.prepare(columns, numbers), self.is_description
        if prepare is None and describes is None and repair is None and not merged:
            return convert

        def convert_prepared(line: int, cells: Cells) -> RowOutcome:
            reason = describes(cells) if describes else ""
            if reason:
                return NotData(line, reason)
            if merged:
                merged.check_row(cells)
            if repair:
                cells = repair(cells)
            return convert(line, prepare(cells) if prepare else cells)

        return convert_prepared

    def _public_text(self, columns: Columns) -> Callable[[Row], str] | None:
        if not self.shown:
            return None
        at = columns.positions
        shown = [(columns.name(field), at[field]) for field in self.shown if field in at]
        return lambda row: ", ".join(f"{name}={_harmless(row.cells[p])}" for name, p in shown)

    def _numbers(
        self, table: Table, read: Mapping[str, tuple[int, Column]], options: Options
    ) -> NumberFormat:
        if options.decimal_mark:
            return NumberFormat(options.decimal_mark)
        fields = [
            name
            for name, (_, column) in read.items()
            if isinstance(column.role, Count | Net | Cost | Audience | Converted)
        ]
        counts = [name for name in fields if isinstance(read[name][1].role, Count | Net | Audience)]
        if self.decimal_mark:
            check_grouping(self.decimal_mark, table.sample(*counts))
            return NumberFormat(self.decimal_mark)
        return decide_number_format(
            table.head.columns.language, table.sample(*fields), table.sample(*counts)
        )

    def _layout(
        self, columns: Columns, read: Mapping[str, tuple[int, Column]], options: Options
    ) -> Layout:
        def at(*roles: object) -> int:
            return next((p for p, column in read.values() if column.role in roles), -1)

        def sets(what: str) -> int:
            return next((p for p, role in keys if role.sets == what), -1)

        keys = [(p, key) for p, c in read.values() if (key := _key_of(c)) is not None]
        cost_field = next((f for f, (_, c) in read.items() if isinstance(c.role, Cost)), "")
        goals = [c.role for _, c in read.values() if isinstance(c.role, Converted)]
        report = self.report if isinstance(self.report, str) else self.report(columns)
        return Layout(
            channel=self.channel,
            report=report,
            account=options.account,
            paid=self.paid,
            metrics=tuple(self._metrics(columns, read)),
            keys=tuple(p for p, role in keys if role.sets != "account"),
            settles=self._settles(columns),
            names=tuple(p for p, role in keys if role.names),
            campaign=sets("campaign_id"),
            content=sets("content_id"),
            account_at=sets("account"),
            currency_at=at(Currency()),
            cost_at=at(Cost()),
            audience_at=at(Audience()),
            claimed_at=at(Claimed()),
            value_at=at(Claimed(is_value=True)),
            paid_at=next((p for p, role in keys if role.makes_paid), -1),
            goal=goals[0].goal if goals else "",
            converted_at=at(*(goal for goal in goals if not goal.is_value)),
            worth_at=at(*(goal for goal in goals if goal.is_value)),
            heading_currency=columns.currencies.get(cost_field, ""),
            given_currency=options.currency,
            nameless_are_totals=self.nameless_are_totals,
            is_one_each=self.is_one_each,
            key=partial(self.key, report) if self.key else None,
        )

    def _settles(self, columns: Columns) -> tuple[int, ...]:
        """The first column, where it names a thing beside its id: totals have their label there."""
        first = [c for c in self.columns if columns.positions.get(c.field) == 0]
        return (0,) if any(isinstance(c.role, Key | Sign) for c in first) else ()

    def _metrics(
        self, columns: Columns, read: Mapping[str, tuple[int, Column]]
    ) -> Sequence[Metric]:
        metrics = []
        for name, (position, column) in read.items():
            role = column.role
            applies = self.applies[name](columns) if name in self.applies else None
            heading = columns.names[position]
            if isinstance(role, Count):
                paid = self.paid if role.paid is None else role.paid
                metrics.append(
                    Metric(name, position, heading, role.type, "", paid, applies, role.part)
                )
            elif isinstance(role, Net):
                metrics.append(
                    Metric(name, position, heading, role.type, role.undone, self.paid, applies)
                )
        return metrics


def columns_read(declared: Sequence[Column], columns: Columns) -> dict[str, tuple[int, Column]]:
    """The columns of a header that are read: field -> (index, declaration), as declared.

    Left out are those beside which a better one stands, and all but the first of a group of keys.
    """
    read: dict[str, tuple[int, Column]] = {}
    groups: set[str] = set()
    for column in declared:
        position = columns.positions.get(column.field)
        if position is None or column.field in read:
            continue
        if any(other in columns for other in column.unless):
            continue
        if isinstance(column.role, Key):
            if column.role.group in groups:
                continue
            groups.add(column.role.group)
        read[column.field] = position, column
    return read


def _key_of(column: Column) -> Key | None:
    """What a column names, if it names anything."""
    role = column.role
    if isinstance(role, Channel):
        return role.key
    return role if isinstance(role, Key) else None


def date_columns(table: Table, read: Mapping[str, tuple[int, Column]]) -> DateColumns:
    """The date columns of a table."""
    dated = {
        column.role.unit: position
        for position, column in read.values()
        if isinstance(column.role, When)
    }
    columns = table.head.columns
    names = {unit: columns.names[position] for unit, position in dated.items()}
    things = tuple(position for position, column in read.values() if isinstance(column.role, Key))
    ends_before = any(
        column.role.ends_before for _, column in read.values() if isinstance(column.role, When)
    )
    return DateColumns(dated, names, columns.language, table.sample_cells, things, ends_before)


def _by_channel(
    position: int, role: Channel, otherwise: Convert, by_channel: Mapping[str, Convert]
) -> Convert:
    """A conversion of each row by what its channel's cell says."""

    def convert(line: int, cells: Cells) -> RowOutcome:
        name = role.name(cells[position])
        if is_blank(name):
            outcome = otherwise(line, cells)
            if role.is_needed and not isinstance(outcome, NotData):
                raise RowRefused("missing_value", "the row does not say which network it is of")
            return outcome
        if name not in role.slugs:
            known = ", ".join(dict.fromkeys(role.slugs.values()))
            raise RowRefused("unknown_type", f"the row is of none of {known}")
        return by_channel[role.slugs[name]](line, cells)

    return convert


def check_additive(columns: Columns, read: Mapping[str, tuple[int, Column]], way_out: str) -> None:
    """Refuses a report whose rows show the same engagements several times."""
    for position, column in read.values():
        if isinstance(column.role, Repeats):
            raise ExportRefused(
                "not_additive",
                f"the column {columns.names[position]}: {column.role.why}. Export the report "
                f"without it. {way_out}",
            )


def _claiming(
    outcomes: Iterator[RowOutcome], reading: Reading, others: Sequence[ReportRows]
) -> Iterator[RowOutcome]:
    """The outcomes of a report of several channels, all of which claim."""
    yield from outcomes
    for rows in others:
        reading.claimed.add_all(rows.claimed)


def number_columns(layout: Layout) -> tuple[int, ...]:
    """The columns of which at least one is filled in a row of data."""
    others = (layout.cost_at, layout.audience_at, layout.converted_at, layout.worth_at)
    return tuple(m.position for m in layout.metrics) + tuple(p for p in others if p >= 0)


def _unread(
    declared: Sequence[Column], columns: Columns, read: Mapping[str, tuple[int, Column]]
) -> tuple[set[int], dict[int, str]]:
    """The columns of a header that are read, and why known ones are not."""
    done = {p for p, column in read.values() if not isinstance(column.role, LeftOut)}
    why = {p: c.role.why for p, c in read.values() if isinstance(c.role, LeftOut)}
    for column in declared:
        position = columns.positions.get(column.field)
        if position is None or column.field in read:
            continue
        if isinstance(column.role, Key):
            done.add(position)
        else:
            others = [columns.name(other) for other in column.unless if other in columns]
            why[position] = f"{', '.join(others)} is read instead"
    return done - why.keys(), why


def other_sheets(source: Source | Rest, sheet: str) -> list[Skipped]:
    """The sheets of a workbook beside the one that is read."""
    sheets = source.workbook.sheets if sheet and source.workbook else ()
    return [Skipped("sheet", one[:100], f"{sheet[:100]} is read") for one in sheets if one != sheet]


def breakdowns_in(
    table: Table, read: Mapping[str, tuple[int, Column]], layout: Layout
) -> tuple[int, ...]:
    """The columns that split what a report is about, as far as the beginning of it fills them.

    So does a column of words that is not read, left of all numbers, which only one row leaves
    empty: the one that adds up the others.
    """
    split = [
        position
        for position, column in read.values()
        if isinstance(column.role, Key) and not column.role.names and column.role.sets != "account"
    ]
    known = {*table.head.columns.positions.values(), *split}
    first_number = min(number_columns(layout), default=0)
    unread = [p for p in range(first_number) if p not in known]
    rows = (
        list(table.sample_cells([*split, *unread]))
        if len(split) + len(unread) > 1
        else [(cell,) for (cell,) in table.sample_cells([*split, *unread])]
    )
    filled = [p for i, p in enumerate(split) if any(row[i].strip() for row in rows)]
    for index, position in enumerate(unread, start=len(split)):
        words = [row[index] for row in rows if any(map(str.isalpha, row[index]))]
        if len(rows) > 1 and len(words) >= len(rows) - 1:
            filled.append(position)
    return tuple(filled)


def _subtotals(
    table: Table, layout: Layout, dating: Dating, numbers: NumberFormat
) -> Subtotals | None:
    """The rows of a table that are sums of others; posts with ids are none."""
    if len(layout.keys) < 2 or layout.is_one_each:
        return None
    positions = [*layout.keys, *dating.positions, *number_columns(layout)]
    rows = table.sample_cells(positions)
    return find_subtotals(rows, layout.keys, len(dating.positions), numbers)


def period_above(head: TableHead) -> Period | None:
    """The first line above a header that is a period."""
    lines = (line.strip(f"{head.delimiter} ") for line in head.preamble_lines)
    return next(filter(None, map(parse_period, lines)), None)


def check_currency(table: Table, layout: Layout, numbers: NumberFormat) -> None:
    """Refuses a file whose money has no currency anywhere, before its first row is refused."""
    has_money = layout.cost_at >= 0 or layout.worth_at >= 0
    if not has_money or layout.heading_currency or layout.given_currency or layout.currency_at >= 0:
        return
    for (cell,) in table.sample_cells([max(layout.cost_at, layout.worth_at)]):
        try:
            amount, named = numbers.money(cell)
        except ValueError:
            continue
        if amount and not named:
            heading = table.head.columns.names[max(layout.cost_at, layout.worth_at)]
            raise ExportRefused(
                "no_currency",
                f"the report has money ({heading}) but no currency: add a column with it to the "
                "report, or name the currency",
            )


def _harmless(cell: str) -> str:
    """A cell that is an id, a number or a time; a damaged row may have words in their place."""
    text = cell.strip()[:40]
    return text if _ID_OR_NUMBER.fullmatch(text) or parse_period(text) else "(withheld)"


def _has_other_numbers(layout: Layout) -> bool:
    return layout.cost_at >= 0 or layout.audience_at >= 0 or bool(layout.goal)
