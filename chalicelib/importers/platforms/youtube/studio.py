"""YouTube Studio, advanced mode: `Table data`, `Totals` and `Chart data` as CSV.

Totals and chart files have a day in each row and are imported. A table file has none: its counts
belong to a period that only the name of the zip file told. Booked on the day of publication they
would make daily numbers that never were, so it is refused and the user told what to download.
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
from chalicelib.model.errors import ExportRefused

_DIMENSIONS = tuple(column.field for column in DIMENSIONS)
_TYPICAL = tuple(column.field for column in TYPICAL)
_TELLING = (*(column.field for column in METRICS), *_TYPICAL)
_TELLING_ALONE = ("views", "watch_time", "subscribers")
_OF_STUDIO = ("age", "gender", "subscribed", "traffic_source", "gained", "lost")
_BARE = 2


class StudioReport(TableReport):
    """Totals or chart data."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a report."""
        return _is_studio(head, named=False)

    def accepts_named(self, head: TableHead) -> bool:
        """One number of Studio's is then enough."""
        return _is_studio(head, named=True)

    def has_form(self, head: TableHead) -> bool:
        """A day and one number: the totals of a channel, whose headings are all that there is."""
        columns = head.columns
        has_one = any(field in columns for field in _TELLING_ALONE)
        return "day" in columns and len(columns.names) == _BARE and has_one

    def name_in(self, columns: Columns) -> str:
        """What the rows are about."""
        return "-".join(field for field in _DIMENSIONS if field in columns) or self.report

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """Of the files of one download the totals are preferred, of which the chart is a part."""
        has_parts = any(field in columns for field in _DIMENSIONS)
        return "youtube_studio" if "day" in columns else "", 0 if has_parts else 1

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Which files must not be imported together."""
        if not any(field in columns for field in _DIMENSIONS):
            return ()
        return (
            "The chart data are a part of the channel's totals: import either them or the totals, "
            "or these views count twice.",
        )

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Studio writes weeks and months under the heading of days too."""
        if "day" not in columns.positions:
            raise ExportRefused(
                "no_date",
                "a table file does not say on which days its numbers happened: the day of "
                f"publication is not the day of a view. {way_out}",
            )
        cells = list(dict.fromkeys(c for (c,) in columns.cells([columns.positions["day"]])))
        order = options.day_order or decide_day_order(columns.language, cells, None)
        dated = columns.with_unit(grain_of(cells, order))
        return super().decide_dating(dated, period, options, way_out)

    def subject_key(self, name: str, names: Sequence[str]) -> str:
        """What an event id calls the channel, or a video."""
        if not names:
            return "channel"
        return event_id(names[0]) if name == "video" else ""

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Why a row is no data."""
        return _is_footer


def _is_studio(head: TableHead, *, named: bool) -> bool:
    columns = head.columns
    first = next(iter(columns.positions))
    if columns.positions[first] != 0 or first not in (*_DIMENSIONS, "day"):
        return False
    if not any(field in columns for field in _TELLING):
        return False
    if len(columns.positions) == len(columns.names):
        return named or any(field in columns for field in (*_TELLING_ALONE, *_TYPICAL))
    return len(columns.positions) >= 3 and any(field in columns for field in _TYPICAL)


def _is_footer(cells: Cells) -> str:
    """The line below a table of more videos than are shown stands alone in the first column."""
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
    title="YouTube Studio: totals and chart data of the advanced mode",
    where=(
        "YouTube Studio → Analytics → Advanced mode (Erweiterter Modus) → Day (Tag) below the "
        "chart → Export current view (Aktuelle Ansicht exportieren) → .csv: the zip file, or "
        "of its files Totals.csv (Gesamtwerte.csv: one row per day) or Chart data.csv "
        "(Diagrammdaten.csv: per day and video)"
    ),
    way_out=WAY_OUT,
    looks_for=(
        "Date (Datum) or Content (Video, Videos) in the first column, then Views (Aufrufe), "
        "Watch time (Wiedergabezeit) and the like"
    ),
    becomes=(
        Becomes(
            "the row Total / Gesamt, the line below the table, rows of zeros",
            "no data",
        ),
    ),
    refused=(
        (
            "no_date",
            "Table data.csv (Tabellendaten.csv): its counts belong to a period that only the zip "
            "file's name tells",
        ),
        ("no_counts", "tables of percentages"),
        ("aggregate_period", "charts by week or month, unless spread"),
    ),
    remarks=(
        "Chart data are a part of the totals: importing both counts twice. Of a zip file only the "
        "totals are read.",
        "Impressions are those of thumbnails. Clicks are not counted from their rate.",
        "German headings hold soft hyphens; numbers have a decimal point in every language.",
        "An answer of the Analytics API restates the same days and videos.",
    ),
)
