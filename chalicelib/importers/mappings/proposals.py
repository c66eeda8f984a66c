"""Propose a mapping for a table that no importer recognises, as far as its headings allow.

Unknown values are marked `TO_FILL_IN`, which `parse_mapping` rejects. The channel is never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.mappings.mapped_columns import currency_in
from chalicelib.importers.mappings.mapping import MAX_COLUMNS, MAX_NAME_CHARACTERS
from chalicelib.importers.mappings.mapping_fields import COUNTS, NUMBERS, TO_FILL_IN
from chalicelib.importers.mappings.meanings import meanings_of
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer
from chalicelib.importers.tables.generic_headings import GENERIC
from chalicelib.importers.tables.headings import Columns, comparable, plain
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import DayOrder, decide_day_order, parse_day, parse_instant
from chalicelib.importers.values.numerals import decide_number_format, without_currency
from chalicelib.model.errors import ExportRejected

MAX_WIDTH = 1_000
"""Columns of a table that a person can map by hand; no platform's export has as many."""

_MOST_ROWS = 200
_FEWEST_HEADINGS = 2
_DATED = ("day", "time", "from", "to", "period")
_PERIODS = (("from", "to"), ("period",))
_TOTALS = frozenset({"total", "gesamt", "gesamtsumme", "totale", "totaal", "suma", "合計"})
"""The total of an order is the amount paid; in other tables it could be anything."""

_MONEY = ("cost", "value", "refunded")
_CHANNEL = f"{TO_FILL_IN}: where this happened, such as facebook, newsletter or google_maps"
_STATUS = f"{TO_FILL_IN}: values of rows that must not count, such as failed; or remove"
_EACH_ROW = f"{TO_FILL_IN}: conversion, or the engagement type that each row is; or remove"
_CURRENCY = f"{TO_FILL_IN}: the currency, such as EUR"
_CLOCK = re.compile(r"\d:\d\d")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping for the user to check and complete.

    Attributes
    ----------
    mapping : dict
        As `parse_mapping` accepts it, once nothing in it is marked.
    unread : tuple of str
        Headings of the columns that it does not read. They may contain people's names.
    """

    mapping: dict[str, Any]
    unread: tuple[str, ...]

    def with_all_columns(self) -> dict[str, Any]:
        """Return the mapping with every column of the file, the unread ones as `ignored`."""
        columns = self.mapping["columns"] | dict.fromkeys(self.unread, "ignored")
        return self.mapping | {"columns": columns}


def propose_mapping(
    stream: BinaryIO, importers: Sequence[Importer], *, currency: str | None = None
) -> Proposal | None:
    """Propose a mapping for a table; None if no row looks like a header.

    Parameters
    ----------
    stream : binary file
        Seekable; read from its current position.
    importers : sequence of Importer
        Their vocabularies are used in addition to `generic_headings`.
    currency : str, optional
        For amounts, if the file names no currency.

    Raises
    ------
    ExportRejected
        If the file is neither text nor a workbook.
    """
    source = Source(stream)
    head = None if source.archive is not None else _header(Glimpse(source), importers)
    if head is None:
        return None
    return _Proposing(Table(source, head), importers, currency or "").proposal()


def _header(glimpse: Glimpse, importers: Sequence[Importer]) -> TableHead | None:
    """Return the row with the most headings that have a meaning."""
    if glimpse.is_json or glimpse.is_xml or glimpse.is_html:
        return None
    best: tuple[int, TableHead] | None = None
    for delimiter, sheet, top in _tops(glimpse):
        for index, cells in enumerate(top):
            if len(cells) > MAX_WIDTH:
                continue
            known = sum(bool(meanings_of(cell, importers)) for cell in cells)
            if known >= _FEWEST_HEADINGS and (best is None or known > best[0]):
                columns = Columns({}, {}, GENERIC.read(cells).language, tuple(map(plain, cells)))
                above = tuple(map(tuple, top[:index]))
                best = known, TableHead(delimiter, index, columns, above, sheet)
    return best[1] if best else None


def _tops(glimpse: Glimpse) -> Iterator[tuple[str, str, list[list[str]]]]:
    if glimpse.sheets:
        yield from (("", sheet, glimpse.sheet_top(sheet)) for sheet in glimpse.sheets)
    elif not glimpse.magic:
        yield from ((delimiter, "", glimpse.top(delimiter)) for delimiter in DELIMITERS)


class _Proposing:
    """Derives the meaning of each column of a table."""

    def __init__(self, table: Table, importers: Sequence[Importer], currency: str) -> None:
        self._table = table
        self._names = table.head.columns.names
        self._same = Counter(map(comparable, self._names))
        self._currency = currency
        self._status: list[str] = []
        self._columns = self._meant(importers)

    def proposal(self) -> Proposal:
        mapping: dict[str, Any] = {"columns": dict(self._columns)}
        if constants := self._constants():
            mapping["constants"] = constants
        has = set(self._columns.values())
        if not has & (NUMBERS | {"rating"}):
            mapping["each_row"] = _EACH_ROW
        if self._status and has & {"value", "conversions"}:
            mapping["exclude"] = {self._status[0]: [_STATUS]}
        mapping |= self._format()
        named = set(map(comparable, self._columns))
        unread = [
            key
            for at, name in enumerate(self._names)
            if (key := self._key(at)) and comparable(name) not in named
        ]
        return Proposal(mapping, tuple(islice(unread, MAX_COLUMNS - len(self._columns))))

    def _meant(self, importers: Sequence[Importer]) -> dict[str, str]:
        """Return heading -> meaning in a mapping."""
        columns: dict[str, str] = {}
        taken: set[str] = set()
        for at, name in enumerate(self._names):
            meanings = meanings_of(name, importers)
            key = self._key(at)
            if not meanings or not key:
                continue
            if meanings == ("status",):
                self._status.append(key)
                continue
            meaning = meanings[0] if len(meanings) == 1 else _one_of(meanings)
            if meaning in ("day", "time"):
                meaning = self._day_or_time(at)
            if meaning in taken and meaning in COUNTS:
                first = next(k for k, m in columns.items() if m == meaning)
                meaning = (
                    f"{TO_FILL_IN}: {meaning}, if these are not included in {first!r}, to which "
                    "they are added; else ignored"
                )
            elif meaning in taken:
                continue
            taken.add(meaning)
            columns[key] = meaning
        has = set(columns.values())
        if "value" not in has and "event_id" in has and ("currency" in has or self._status):
            totals = (at for at, name in enumerate(self._names) if comparable(name) in _TOTALS)
            columns |= {self._key(at): "value" for at in islice(totals, 1) if self._key(at)}
        return self._dated(columns)

    def _dated(self, columns: dict[str, str]) -> dict[str, str]:
        """Keep one way of dating; if no heading has a date, find a column of days by its cells."""
        has = set(columns.values())
        ways = [("day",), ("time",), *_PERIODS]
        way = next((way for way in ways if has.issuperset(way)), ())
        if not way and (at := self._column_of_days()) >= 0:
            way = ("day",)
            columns[self._key(at)] = "day"
        return {k: m for k, m in columns.items() if m not in _DATED or m in way}

    def _key(self, at: int) -> str:
        """Return the key of a column in a mapping: its heading, or its number if ambiguous."""
        name = self._names[at]
        if not name or len(name) > MAX_NAME_CHARACTERS:
            return ""
        return name if self._same[comparable(name)] == 1 else f"#{at + 1}"

    def _cells(self, at: int) -> list[str]:
        rows = islice(self._table.sample_cells([at]), _MOST_ROWS)
        return [cell for (cell,) in rows if not is_blank(cell)]

    def _day_or_time(self, at: int) -> str:
        """Return ``time`` if all times of a column have an offset, else ``day``."""
        cells = self._cells(at)[:20]
        return "time" if cells and all(map(_is_instant, cells)) else "day"

    def _column_of_days(self) -> int:
        """Return the first column in which nearly every cell is a day; -1 if there is none."""
        for at in range(len(self._names)):
            cells = self._cells(at)
            days = sum(map(_is_day, cells))
            if self._key(at) and days and days >= 0.9 * len(cells):
                return at
        return -1

    def _constants(self) -> dict[str, Any]:
        has = set(self._columns.values())
        constants: dict[str, Any] = {}
        counts = has & (COUNTS | {"cost", "audience", "rating"})
        is_marked = any(meaning.startswith(TO_FILL_IN) for meaning in has)
        if "channel" not in has and (counts or is_marked or not has & {"value", "conversions"}):
            constants["channel"] = _CHANNEL
        if "rating" in has:
            constants["type"] = "review"
        if "cost" in has:
            constants["paid"] = True
        if not has & set(_DATED):
            constants["from"] = f"{TO_FILL_IN}: the first day of the report, such as 2026-06-01"
            constants["to"] = f"{TO_FILL_IN}: the last day of the report"
        if has & set(_MONEY) and "currency" not in has and not self._names_currency():
            constants["currency"] = self._currency or _CURRENCY
        return constants

    def _names_currency(self) -> bool:
        """Whether headings or cells of the amounts name a currency."""
        at = self._positions(_MONEY)
        if all(currency_in(self._names[position]) for position in at):
            return True
        cells = [cell for position in at for cell in self._cells(position)[:20]]
        return bool(cells) and all(without_currency(cell)[1] not in ("", "$") for cell in cells)

    def _format(self) -> dict[str, str]:
        """Return the format fields that the file leaves ambiguous."""
        found = {}
        language = self._table.head.columns.language
        days = [cell for at in self._positions(_DATED) for cell in self._cells(at)]
        try:
            decide_day_order(language, days, None)
        except ExportRejected:
            found["dates"] = f"{TO_FILL_IN}: dmy or mdy"
        numbers = [cell for at in self._positions(tuple(NUMBERS)) for cell in self._cells(at)]
        try:
            decide_number_format("", numbers)
        except ExportRejected:
            found["decimal_mark"] = f"{TO_FILL_IN}: . or ,"
        return found

    def _positions(self, meanings: Sequence[str]) -> list[int]:
        keys = {key for key, meaning in self._columns.items() if meaning in meanings}
        return [at for at in range(len(self._names)) if self._key(at) in keys]


def _one_of(meanings: Sequence[str]) -> str:
    return f"{TO_FILL_IN}: {' or '.join(meanings)}"


def _is_day(cell: str) -> bool:
    orders: tuple[DayOrder, ...] = ("dmy", "mdy")
    for order in orders:
        try:
            parse_day(cell, order)
        except ValueError:
            continue
        return True
    return False


def _is_instant(cell: str) -> bool:
    if not _CLOCK.search(cell):
        return False
    try:
        parse_instant(cell)
    except ValueError:
        return False
    return True
