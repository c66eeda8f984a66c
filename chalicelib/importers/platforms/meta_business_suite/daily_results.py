"""Meta Business Suite, Results: stacked tables, each with one count by day.

::

    sep=,
    "Facebook follows"
    "Date","Primary"
    "2026-05-01T00:00:00","3"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.bytes.delimited import records_of as records_in
from chalicelib.importers.covered import Covered
from chalicelib.importers.outcomes import (
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
    rejection,
)
from chalicelib.importers.platforms.meta_business_suite.result_titles import (
    COUNTED,
    LEFT_OUT,
    ResultTitle,
    is_header,
    is_known,
    read_title,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.tables.table_records import text_records
from chalicelib.importers.values.dates import parse_day, start_of
from chalicelib.importers.values.numerals import NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected

REPORT = "results"
HITS = 20
"""High, because no other platform writes a title above the headings Date and Primary."""

_WHERE = (
    "Meta Business Suite → Insights → Overview or Results (Insights → Übersicht oder Ergebnisse) → "
    "the menu of a chart → Export as CSV (Als CSV exportieren)"
)


def _titles(kind: str) -> str:
    shown = [by[kind][0] for by in COUNTED.values() if kind in by]
    return " / ".join(dict.fromkeys(shown))


_DECLARATION = Declaration(
    "Meta Business Suite: daily results (views, follows, link clicks)",
    _WHERE,
    "a title such as Facebook follows above the headings Date and Primary (Datum, Data, Fecha)",
    (
        *(Becomes(f"title {_titles(kind)}", f"`{kind}`") for kind in COUNTED["en"]),
        *(
            Becomes("title " + ", ".join(titles[:3]), f"nothing: {why}")
            for why, titles in LEFT_OUT["en"].items()
        ),
        Becomes("Facebook, Instagram or Threads in a title", "the channel"),
        Becomes("columns after Primary", "nothing: they contain the period of comparison"),
    ),
    (
        ("no_counts", "every table is about reach, viewers, visits or interactions"),
        (
            "no_channel",
            "two tables count the same metric and do not name their networks; or a title in an "
            "archive has no network",
        ),
        ("invalid_date", "a row has no readable day"),
    ),
    (
        "If a title has no network (Views, Follows), the network of the file's other titles is "
        "used, else the platform that you name, else Facebook. A note in the summary mentions it.",
        "Daily views include views of ads. The content exports count the same follows and views. "
        "Import only one of the two.",
        "The files do not name their page. Import each page with its own account name.",
        "The English, Portuguese and Spanish titles come from public code, the German ones from "
        "Meta's interface. *Seguidores* counts the new followers of a day.",
    ),
    holds_people=True,
)


@dataclass(slots=True)
class _Series:
    """A table of the file and its channel. `covered` is None if the table is not read."""

    title: ResultTitle
    channel: str
    rows: int = 0
    covered: Covered | None = None


@dataclass(slots=True)
class _Tables:
    """Assigns the records of a file to its tables, in the order of the file.

    Attributes
    ----------
    channel : str
        The channel of tables whose title names no network.
    series : list
        The tables so far.
    others : int
        The number of rows in tables without days.
    """

    channel: str
    account: str
    series: list[_Series] = field(default_factory=list)
    others: int = 0
    _title: str = ""
    _is_open: bool = False

    def place(self, cells: Sequence[str]) -> _Series | str:
        """Return the table of a row, or the type of a record that is not a row.

        The types are ``blank``, ``title``, ``header``, and ``other`` for a row of a table without
        days.
        """
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            self._is_open = False
            return "blank"
        if is_header(list(cells)):
            self._begin()
            return "header"
        if len(filled) == 1:
            self._title, self._is_open = filled[0], False
            return "title"
        if not self._is_open:
            self.others += 1
            return "other"
        return self.series[-1]

    def _begin(self) -> None:
        title = read_title(self._title)
        channel = title.network or self.channel
        one = _Series(title, channel)
        if title.type:
            one.covered = Covered((channel, REPORT, self.account or "-"), lists_all_days=False)
            one.covered.add_type(channel, title.type, False)
        self.series.append(one)
        self._title, self._is_open = "", True


def _recognise(glimpse: Glimpse, channel: str) -> Recognition | None:
    if glimpse.magic or glimpse.is_json or glimpse.is_xml or glimpse.is_html:
        return None
    for delimiter in DELIMITERS:
        if any(_begins(above, cells) for above, cells in pairwise(glimpse.top(delimiter))):
            return Recognition(
                HITS,
                "a title above Date and Primary",
                partial(_open, delimiter=delimiter, named=channel, is_named=glimpse.named),
            )
    return None


def _begins(above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether two records are a known title and the header of its table."""
    filled = [cell for cell in above if cell.strip()]
    return len(filled) == 1 and is_header(list(cells)) and is_known(read_title(filled[0]))


def _open(
    source: Source, options: Options, *, delimiter: str, named: str, is_named: bool
) -> Reading:
    seen = _Tables("", options.account)
    values: list[str] = []
    for cells in records_in(source.text, delimiter):
        if isinstance(seen.place(cells), _Series):
            values += cells[1:2]
    channel, notes = _network_of(seen.series, named)
    if notes and source.level and not is_named:
        raise ExportRejected(
            "no_channel",
            "the archive contains a table whose title names no network, and may contain the same "
            "table for another network. Name the platform, facebook or instagram",
        )
    _check(seen.series, channel, source)
    numbers = decide_number_format("en", values)
    description = ReportDescription(
        named, REPORT, source.encoding, delimiter, numbers.decimal_mark, notes=notes
    )
    reading = Reading(description, iter(()))
    tables = _Tables(channel, options.account)
    reading.outcomes = _outcomes(source, delimiter, tables, numbers, reading)
    return reading


def _network_of(series: Sequence[_Series], named: str) -> tuple[str, tuple[str, ...]]:
    """Return the channel of titles that name no network, and the notes on it."""
    networks = {one.title.network for one in series} - {""}
    channel = networks.pop() if len(networks) == 1 else named
    open_titles = [one.title.text for one in series if not one.title.network and one.title.type]
    if not open_titles or channel != named:
        return channel, ()
    return channel, (
        f"The file does not name the network of {', '.join(open_titles[:5])}. It was imported as "
        f"{channel}. For another network, name the platform, e.g. instagram.",
    )


def _check(series: Sequence[_Series], channel: str, source: Source) -> None:
    """Reject a file that contains no readable table, or the same count twice."""
    counted: set[tuple[str, str]] = set()
    for one in series:
        what = one.title.network or channel, one.title.type
        if one.title.type and what in counted:
            raise ExportRejected(
                "no_channel",
                f"two tables of the file count {what[1]}s and do not name their networks. Import "
                "each table as a separate file",
            )
        counted.add(what)
    if source.complete and not any(one.title.type for one in series):
        why = "; ".join(f"{one.title.shown}: {one.title.why_not}" for one in series[:6])
        raise ExportRejected("no_counts", f"no table of the file can be imported ({why}). {_WHERE}")


def _outcomes(
    source: Source, delimiter: str, tables: _Tables, numbers: NumberFormat, reading: Reading
) -> Iterator[RowOutcome]:
    counts = Counts(numbers)
    for line, cells, flaw, raw in text_records(source, delimiter, reading):
        found = tables.place(cells) if flaw is None else None
        if isinstance(found, str):
            if found == "blank":
                yield Skipped(line, "blank line")
            elif found == "other":
                yield Skipped(line, "a row in a table without days")
            continue
        try:
            if flaw is not None:
                raise flaw
            assert found is not None
            yield _outcome(line, cells, found, tables.account, counts)
        except RowRejected as error:
            yield rejection(line, raw(), error)
    if tables.others:
        reading.notes.append(f"{tables.others} rows in tables without days were not read.")
    for one in tables.series:
        if one.covered is not None:
            reading.coverage += one.covered.events()
        elif one.rows:
            reading.notes.append(
                f"{one.rows} rows of {one.title.shown} were not read: {one.title.why_not}."
            )


def _outcome(
    line: int, cells: Sequence[str], series: _Series, account: str, counts: Counts
) -> RowOutcome:
    series.rows += 1
    title = series.title
    if series.covered is None:
        return Skipped(line, f"{title.shown}: {title.why_not}")
    if len(cells) < 2:
        raise RowRejected("wrong_cell_count", "a row needs a day and a number")
    try:
        day = parse_day(cells[0])
    except ValueError as error:
        raise RowRejected("invalid_date", f"Date: {error}") from None
    count = counts[cells[1]]
    if count < 0:
        raise RowRejected("negative", "the number is below zero")
    series.covered.days.add(day.toordinal())
    if not count:
        return Skipped(line, NO_NUMBERS)
    parts = (REPORT, account or "-", day.isoformat())
    return Imported(
        line, (engagement(series.channel, title.type, start_of(day), *parts, count=count),)
    )


def _usual(glimpse: Glimpse) -> Recognition | None:
    return _recognise(glimpse, "facebook")


def _when_named(channel: str) -> Callable[[Glimpse], Recognition | None]:
    """Return a recogniser for another network, whose files look the same: users must name it."""
    return lambda glimpse: _recognise(glimpse, channel) if glimpse.named else None


RESULTS = Importer("facebook", _DECLARATION, _usual)
RESULTS_OF_INSTAGRAM = Importer(
    "instagram",
    Declaration(
        "Meta Business Suite: daily Instagram results, with `--platform instagram`",
        _WHERE,
        "the same files as for Facebook, if you name the platform",
        (
            Becomes(
                "each table",
                "the same as for Facebook; titles without a network count as Instagram",
            ),
        ),
        holds_people=True,
    ),
    _when_named("instagram"),
)
