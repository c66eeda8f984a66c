"""YouTube Analytics API: JSON responses of `reports.query`. Days are in Pacific Time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import (
    Imported,
    Reading,
    Rejected,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.platforms.youtube.youtube_counts import (
    CHANNEL,
    TYPES,
    day_events,
    type_counts,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import raw_text, read_document
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.values.dates import DateFormat, Period, parse_day, parse_month
from chalicelib.importers.values.event_identity import Ordinals
from chalicelib.model.errors import ExportRejected

_KIND = "youtubeAnalytics#resultTable"
_METRICS = {
    "views": "views",
    "videoThumbnailImpressions": "impressions",
    "likes": "likes",
    "shares": "shares",
    "comments": "comments",
    "subscribersGained": "gained",
    "subscribersLost": "lost",
}
_TOO_MANY = 10**18
_WAY_OUT = "Query the API with dimensions=day (and optionally video)"


_DECLARATION = Declaration(
    "YouTube Analytics API: responses of reports.query",
    (
        "The saved response of `GET https://youtubeanalytics.googleapis.com/v2/reports` with "
        "`dimensions=day` (and optionally `video`) and "
        "`metrics=views,likes,comments,shares,subscribersGained,subscribersLost`"
    ),
    f'JSON with "kind": "{_KIND}"',
    (
        *(Becomes(name, f"`{TYPES[metric]}`") for name, metric in _METRICS.items()),
        Becomes("video", "`content_id`, part of the event id"),
        Becomes("other dimensions", "part of the event id"),
        Becomes("day, month", "the day; a month is rejected, unless you choose to spread it"),
        Becomes("other metrics", "nothing: they are times, averages or revenue"),
    ),
    (
        ("no_date", "a response without the dimension `day` or `month`"),
        ("no_counts", "a response that contains only times, averages or revenue"),
        ("aggregate_period", "a response by month, unless you choose to spread it"),
    ),
    (
        "The API's days are in Pacific Time. They are imported as UTC days.",
        "For the same day and video or channel, the API produces the same events as an export "
        "from YouTube Studio.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or f'"{_KIND}"' not in glimpse.text:
        return None
    return Recognition(100, _KIND, _open)


def _open(source: Source, options: Options) -> Reading:
    document = read_document(source)
    headers, rows = _parts(document)
    names = [str(header.get("name")) for header in headers]
    is_dimension = [header.get("columnType") == "DIMENSION" for header in headers]
    dated_by = next((name for name in ("day", "month") if name in names), "")
    if not any(name in _METRICS for name in names):
        raise ExportRejected("no_counts", f"no metric in the response is a count. {_WAY_OUT}")
    if not dated_by:
        raise ExportRejected("no_date", f"the rows have no day. {_WAY_OUT}")
    if dated_by == "month" and not options.spread:
        raise ExportRejected("aggregate_period", f"each row covers a month. {_WAY_OUT}")
    dimensions = {
        name: index
        for index, name in enumerate(names)
        if is_dimension[index] and name not in ("day", "month")
    }
    description = ReportDescription(
        CHANNEL, "-".join(sorted(dimensions)) or "totals", source.encoding
    )
    columns = _Columns(names, names.index(dated_by), dated_by, dimensions)
    keys = UnreadKeys({*_METRICS, *dimensions, dated_by})
    outcomes = _outcomes(rows, columns, options.account, keys)
    return Reading(description, outcomes, unread=[keys])


def _parts(document: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    if isinstance(document, dict):
        headers, rows = document.get("columnHeaders"), document.get("rows", [])
        are_lists = isinstance(headers, list) and isinstance(rows, list)
        if are_lists and headers and all(isinstance(header, dict) for header in headers):
            return headers, rows
    raise ExportRejected("unreadable_file", "the response has no columnHeaders or no rows")


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    date: int
    dated_by: str
    dimensions: dict[str, int]

    def period(self, row: Sequence[Any]) -> Period:
        text = str(row[self.date])
        if self.dated_by == "month":
            return parse_month(text, DateFormat())
        day = parse_day(text)
        return day, day


def _outcomes(
    rows: list[Any], columns: _Columns, account: str, keys: UnreadKeys
) -> Iterator[RowOutcome]:
    ordinals = Ordinals()
    for number, row in enumerate(rows, start=1):
        try:
            outcome = _convert(number, row, columns, account, ordinals)
        except RowRejected as error:
            yield Rejected(number, raw_text(row), error.code, error.message)
            continue
        if type(outcome) is Imported:
            keys.add(dict(zip(columns.names, row, strict=True)))
        yield outcome


def _convert(
    number: int, row: Any, columns: _Columns, account: str, ordinals: Ordinals
) -> RowOutcome:
    if not isinstance(row, list) or len(row) != len(columns.names):
        raise RowRejected(
            "wrong_cell_count", "the number of values in the row differs from the number of columns"
        )
    try:
        first, last = columns.period(row)
    except ValueError as error:
        raise RowRejected("invalid_date", f"{columns.dated_by}: {error}") from None
    metrics = {
        _METRICS[name]: _count(name, value)
        for name, value in zip(columns.names, row, strict=True)
        if name in _METRICS
    }
    counts = type_counts(metrics)
    if not counts:
        return Skipped(number, NO_NUMBERS)
    dimensions = {name: _name(name, row[index]) for name, index in columns.dimensions.items()}
    return Imported(number, day_events(first, last, dimensions, counts, account, ordinals))


def _name(dimension: str, value: Any) -> str:
    """Return the value of a dimension, e.g. the id of a video."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise RowRejected("missing_value", f"{dimension} is empty")
    return str(value)


def _count(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise RowRejected("invalid_number", f"{name} is not a number")
    if not -_TOO_MANY < value < _TOO_MANY:
        raise RowRejected("invalid_number", f"{name} is not a count")
    if value != int(value):
        raise RowRejected("not_whole", f"{name} is not a whole number")
    return int(value)


ANALYTICS_API = Importer(CHANNEL, _DECLARATION, _recognise)
