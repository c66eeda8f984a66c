"""YouTube Studio, advanced mode: `Table data`, `Totals` and `Chart data` as CSV.

Totals and chart files have a day in each row and are imported. A table file has none: its counts
belong to a period that only the name of the zip file told. Booked on the day of publication they
would make daily numbers that never were, so it is refused and the user told what to download.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from chalicelib.errors import ExportRefused
from chalicelib.exports.cells import bare_id
from chalicelib.exports.dates import DateFormat, decide_day_order
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import Columns, Vocabulary, comparable
from chalicelib.exports.identity import Ordinals
from chalicelib.exports.numerals import FractionalCount, NumberFormat
from chalicelib.exports.outcomes import (
    Imported,
    NotData,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.periods import RowPeriods
from chalicelib.exports.platforms.youtube.counts import (
    CHANNEL,
    WAY_OUT,
    day_events,
    type_counts,
)
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition
from chalicelib.exports.tables import Row, Table, TableHead, find_head

_DIMENSIONS = {
    "video": {"en": ["Content", "Video", "Videos"], "de": ["Video", "Videos", "Inhalte"]},
    "country": {"en": ["Geography"], "de": ["Geografie", "Region"]},
    "subscribed": {"en": ["Subscription status"], "de": ["Abostatus"]},
    "age": {"en": ["Viewer age"], "de": ["Alter der Zuschauer"]},
    "gender": {"en": ["Viewer gender"], "de": ["Geschlecht der Zuschauer"]},
    "traffic_source": {"en": ["Traffic source"], "de": ["Zugriffsquelle"]},
    "device": {"en": ["Device type"], "de": ["Gerätetyp"]},
    "system": {"en": ["Operating system"], "de": ["Betriebssystem"]},
    "content_type": {"en": ["Content type"], "de": ["Inhaltstyp"]},
}
_METRICS = {
    "views": {"en": ["Views"], "de": ["Aufrufe"]},
    "impressions": {"en": ["Impressions"], "de": ["Impressionen"]},
    "likes": {"en": ["Likes"], "de": ["Likes", '"Mag ich"-Bewertungen']},
    "shares": {"en": ["Shares"], "de": ["Geteilt", "Geteilte Inhalte"]},
    "comments": {"en": ["Comments added", "Comments"], "de": ["Hinzugefügte Kommentare"]},
    "gained": {"en": ["Subscribers gained"], "de": ["Gewonnene Abonnenten"]},
    "lost": {"en": ["Subscribers lost"], "de": ["Verlorene Abonnenten"]},
    "subscribers": {"en": ["Subscribers"], "de": ["Abonnenten"]},
}
_TYPICAL = {
    "title": {"en": ["Video title"], "de": ["Videotitel"]},
    "published": {
        "en": ["Video publish time"],
        "de": ["Veröffentlichungszeitpunkt des Videos"],
    },
    "watch_time": {"en": ["Watch time (hours)"], "de": ["Wiedergabezeit (Stunden)"]},
    "view_duration": {
        "en": ["Average view duration"],
        "de": ["Durchschnittliche Wiedergabedauer"],
    },
    "thumbnail_rate": {
        "en": ["Impressions click-through rate (%)"],
        "de": ["Klickrate der Impressionen (%)"],
    },
    "view_share": {"en": ["Views (%)"], "de": ["Aufrufe (%)"]},
    "watch_time_share": {
        "en": ["Watch time (hours) (%)"],
        "de": ["Wiedergabezeit (Stunden) (%)"],
    },
    "viewed_share": {
        "en": ["Average percentage viewed (%)"],
        "de": ["Durchschnittliche Wiedergabe in Prozent (%)"],
    },
}
_FURTHER = {
    "day": {"en": ["Date"], "de": ["Datum"]},
    "duration": {"en": ["Duration"], "de": ["Dauer"]},
    "revenue": {"en": ["Estimated revenue"], "de": ["Geschätzter Umsatz"]},
}
VOCABULARY = Vocabulary(_DIMENSIONS | _METRICS | _TYPICAL | _FURTHER)
_TELLING_ALONE = ("views", "watch_time", "subscribers")
_TOTALS = frozenset({"total", "gesamt"})
_MONTH = re.compile(r"\d{4}-\d\d")
_POINT = NumberFormat(".")  # Studio writes a decimal point in every language


_DECLARATION = Declaration(
    "YouTube Studio: advanced mode",
    "",
    (
        "Date (Datum) or Content (Video, Videos) in the first column, then Views (Aufrufe), "
        "Watch time (Wiedergabezeit) and the like"
    ),
    (),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, lambda head: _is_studio(head, glimpse.named))
    if head is None:
        return None
    columns = head.columns
    return Recognition(
        len(columns.positions),
        head.describe(),
        lambda source, options: _open(source, head, options),
        group="youtube_studio" if "day" in columns else "",
        preference=0 if any(dimension in columns for dimension in _DIMENSIONS) else 1,
    )


def _is_studio(head: TableHead, named: bool) -> bool:
    columns = head.columns
    first = next(iter(columns.positions))
    if columns.positions[first] != 0 or not (first in _DIMENSIONS or first == "day"):
        return False
    if sum(field in columns for field in (*_METRICS, *_TYPICAL)) == 0:
        return False
    if len(columns.positions) == len(columns.names):
        return named or any(field in columns for field in (*_TELLING_ALONE, *_TYPICAL))
    return len(columns.positions) >= 3 and any(field in columns for field in _TYPICAL)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    columns = head.columns
    if not any(metric in columns for metric in _METRICS):
        raise ExportRefused("no_counts", f"the file holds percentages and averages only. {WAY_OUT}")
    if "day" not in columns:
        raise ExportRefused(
            "no_date",
            "a table file does not say on which days its numbers happened: the day of "
            f"publication is not the day of a view. {WAY_OUT}",
        )
    table = Table(source, head)
    rows = _StudioRows(columns, _decide_periods(table, options.spread), options)
    description = ReportDescription(
        CHANNEL,
        "-".join(sorted(rows.dimensions)) or "totals",
        source.encoding,
        head.delimiter,
        _POINT.decimal_mark,
        notes=_notes(rows) + rows.periods.notes(),
    )
    reading = Reading(description, iter(()))
    reading.outcomes = table.outcomes(rows.reason_to_skip, rows.convert, reading)
    return reading


def _decide_periods(table: Table, spread: bool) -> RowPeriods:
    """How the column Date dates a row: Studio writes weeks and months under the same heading."""
    columns = table.head.columns
    cells = list(dict.fromkeys(table.sample("day")))
    dates = DateFormat(decide_day_order(columns.language, cells, None))
    field = "month" if any(_MONTH.fullmatch(cell.strip()) for cell in cells) else "day"
    if field == "day":
        days = sorted({day for cell in cells if (day := _day_or_none(cell, dates))})
        step = min(((b - a).days for a, b in pairwise(days)), default=1)
        field = "day" if step < 7 else "week" if step < 28 else "month"
    if field != "day" and not spread:
        raise ExportRefused("aggregate_period", f"each row covers a {field}. {WAY_OUT}")
    return RowPeriods(field, columns.positions["day"], dates, None, spread)


def _day_or_none(cell: str, dates: DateFormat) -> dt.date | None:
    try:
        return dates.day(cell)
    except ValueError:
        return None


def _notes(rows: _StudioRows) -> tuple[str, ...]:
    if not rows.dimensions:
        return ()
    return (
        "The chart data are a part of the channel's totals: import either them or the totals, "
        "or these views count twice.",
    )


class _StudioRows:
    """What the rows of a totals or chart file mean."""

    def __init__(self, columns: Columns, periods: RowPeriods, options: Options) -> None:
        at = columns.positions
        self._columns = columns
        self.periods = periods
        self._account = options.account
        self._day = at["day"]
        self._metrics = {name: at[name] for name in _METRICS if name in at}
        self._ordinals = Ordinals()
        self.dimensions = {name: at[name] for name in _DIMENSIONS if name in at}

    def reason_to_skip(self, row: Row) -> str:
        """Why a row is no data: it holds the totals, or is the line below the table."""
        first = row.cells[0]
        if comparable(first) in _TOTALS or comparable(row.cells[self._day]) in _TOTALS:
            return "totals row"
        if not any(map(str.strip, row.cells[1:])) and not first[:1].isdigit():
            return "line below the table"
        return ""

    def convert(self, row: Row) -> RowOutcome:
        """The events of a row; raises `RowRefused`."""
        counts = type_counts({name: self._count(row, name) for name in self._metrics})
        first, last = self.periods.of_row(row)
        if not counts:
            return NotData(row.line, "no numbers but zeros")
        dimensions = {name: bare_id(row.cells[at]) for name, at in self.dimensions.items()}
        if "" in dimensions.values():
            raise RowRefused("missing_value", "the row does not say what was viewed")
        events = day_events(first, last, dimensions, counts, self._account, self._ordinals)
        return Imported(row.line, events)

    def _count(self, row: Row, metric: str) -> int | None:
        cell = row.cells[self._metrics[metric]]
        name = self._columns.name(metric)
        try:
            return _POINT.count(cell)
        except FractionalCount as error:
            raise RowRefused("not_whole", f"{name} {cell[:40]!r}: {error}") from None
        except ValueError as error:
            raise RowRefused("invalid_number", f"{name} {cell[:40]!r}: {error}") from None


STUDIO = Importer(CHANNEL, _DECLARATION, _recognise)
