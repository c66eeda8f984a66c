"""YouTube Studio, advanced mode: `Table data`, `Totals` and `Chart data` as CSV.

Totals and chart files have a day in each row and are imported. Table files have no days: their
counts belong to a period that is only in the name of the zip file. Booking these counts on the day
of publication would be wrong, so table files are rejected with a message that names the right file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.importers.platforms.youtube.youtube_columns import (
    COLUMNS,
    DIMENSIONS,
    METRICS,
    TYPICAL,
)
from chalicelib.importers.platforms.youtube.youtube_counts import CHANNEL, WAY_OUT
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.grain import grain_of
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period, decide_day_order
from chalicelib.importers.values.event_identity import event_id
from chalicelib.model.errors import ExportRejected

_DIMENSIONS = tuple(column.field for column in DIMENSIONS)
_TYPICAL = tuple(column.field for column in TYPICAL)
_IDENTIFYING = (*(column.field for column in METRICS), *_TYPICAL)
_SUFFICIENT = ("views", "watch_time", "subscribers")
_OF_STUDIO = ("age", "gender", "subscribed", "traffic_source", "gained", "lost")
_BARE = 2


class StudioReport(TableReport):
    """Totals or chart data."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        return _is_studio(head, named=False)

    def accepts_named(self, head: TableHead) -> bool:
        """Whether a header fits when the user names the platform: one known number is enough."""
        return _is_studio(head, named=True)

    def has_form(self, head: TableHead) -> bool:
        """Whether the table has only a day and one number, as the totals of a channel do."""
        columns = head.columns
        has_one = any(field in columns for field in _SUFFICIENT)
        return "day" in columns and len(columns.names) == _BARE and has_one

    def name_in(self, columns: Columns) -> str:
        """Return the dimensions of the rows."""
        return "-".join(field for field in _DIMENSIONS if field in columns) or self.report

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """Prefer the totals among the files of one download; the chart data are part of them."""
        has_parts = any(field in columns for field in _DIMENSIONS)
        return "youtube_studio" if "day" in columns else "", 0 if has_parts else 1

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return notes on files that must not be imported together, and on net subscribers."""
        notes = []
        if any(field in columns for field in _DIMENSIONS):
            notes.append(
                "The chart data are part of the channel's totals. Import only one of the two, or "
                "these views count twice."
            )
        is_net = "gained" not in columns and "lost" not in columns
        if "subscribers" in columns and is_net:
            notes.append(_NET)
        return tuple(notes)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Detect weeks and months, which Studio writes under the heading of days."""
        if "day" not in columns.positions:
            raise ExportRejected(
                "no_date",
                "a table file does not contain the days of its numbers, and the day of "
                f"publication is not the day of a view. {way_out}",
            )
        cells = list(dict.fromkeys(c for (c,) in columns.cells([columns.positions["day"]])))
        order = options.day_order or decide_day_order(columns.language, cells, None)
        dated = columns.with_unit(grain_of(cells, order))
        return super().decide_dating(dated, period, options, way_out)

    def subject_key(self, name: str, names: Sequence[str]) -> str:
        """Return the name of the channel or a video in event ids."""
        if not names:
            return "channel"
        return event_id(names[0]) if name == "video" else ""

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Return a function that gives the reason why a row is not data."""
        return _is_footer


_NET = (
    "Subscribers are gained minus lost subscribers, so there are too few follows and unfollows. "
    "Add the metrics Subscribers gained and Subscribers lost to the export."
)


def _is_studio(head: TableHead, *, named: bool) -> bool:
    columns = head.columns
    first = next(iter(columns.positions))
    if columns.positions[first] != 0 or first not in (*_DIMENSIONS, "day"):
        return False
    if not any(field in columns for field in _IDENTIFYING):
        return False
    if len(columns.positions) == len(columns.names):
        return named or any(field in columns for field in (*_SUFFICIENT, *_TYPICAL))
    return len(columns.positions) >= 3 and any(field in columns for field in _TYPICAL)


def _is_footer(cells: Cells) -> str:
    """Return why a row is not data: a note on hidden videos fills only the first column."""
    first = cells[0]
    if first[:1].isdigit() or any(map(str.strip, cells[1:])) or not first.strip():
        return ""
    return "line below the table"


STUDIO = StudioReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="totals",
    columns=COLUMNS,
    holds_people=True,
    marks=(
        *(together(heading, fields=("views",)) for heading in ("Geography", "Geografie")),
        *(together(fields=(field,)) for field in (*_TYPICAL, *_OF_STUDIO)),
        *(together(fields=(field, "views")) for field in ("content_type", "device", "system")),
    ),
    decimal_mark=".",
    title="YouTube Studio: totals and chart data (advanced mode)",
    where=(
        "YouTube Studio → Analytics → Advanced mode (Erweiterter Modus) → Day (Tag) below the "
        "chart → Export current view (Aktuelle Ansicht exportieren) → .csv: the zip file, or one "
        "file in it: Totals.csv (Gesamtwerte.csv: one row per day) or Chart data.csv "
        "(Diagrammdaten.csv: per day and video)"
    ),
    way_out=WAY_OUT,
    looks_for=(
        "Date (Datum) or Content (Video, Videos) in the first column, then columns such as Views "
        "(Aufrufe) and Watch time (Wiedergabezeit)"
    ),
    becomes=(
        Becomes(
            "the row Total / Gesamt, the line below the table, rows of zeros",
            "no data",
        ),
    ),
    rejected=(
        (
            "no_date",
            "Table data.csv (Tabellendaten.csv), whose counts belong to a period that is only in "
            "the name of the zip file",
        ),
        ("no_counts", "tables of percentages"),
        ("aggregate_period", "charts by week or month, unless you choose to spread them"),
    ),
    remarks=(
        "Chart data are part of the totals, so importing both counts twice. From a zip file, only "
        "the totals are read.",
        "Impressions are impressions of thumbnails. Clicks are not calculated from the "
        "click-through rate.",
        "German headings contain soft hyphens. Numbers have a decimal point in every language.",
        "Responses of the Analytics API produce the same events for the same days and videos.",
    ),
)
