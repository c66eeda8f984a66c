"""Google Business Profile performance: by day from the API; the CSV table has no days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered, noting
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.review_sites.google_reviews import CHANNEL
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.json_documents import read_document
from chalicelib.importers.records.record_fields import as_count, listing, mapping, text
from chalicelib.importers.records.records import Converted, outcomes_of
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import start_of
from chalicelib.model.errors import ExportRejected

REPORT = "performance"
METRICS = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": ("impression", "desktop-maps"),
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": ("impression", "desktop-search"),
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": ("impression", "mobile-maps"),
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": ("impression", "mobile-search"),
    "WEBSITE_CLICKS": ("click", "website"),
}
"""Metric of the API -> type of engagement, and a part of the event id that is unique per type."""

_LEFT_OUT = (
    "CALL_CLICKS, BUSINESS_DIRECTION_REQUESTS, BUSINESS_CONVERSATIONS, BUSINESS_BOOKINGS, "
    "BUSINESS_FOOD_ORDERS"
)
_WAY_OUT = (
    "For daily numbers, import the JSON response of the Business Profile Performance API "
    "(fetchMultiDailyMetricsTimeSeries), or set the period of the table in a mapping"
)

_API = Declaration(
    "Google Business Profile: daily performance (JSON of the API)",
    "`GET https://businessprofileperformance.googleapis.com/v1/locations/{id}:"
    "fetchMultiDailyMetricsTimeSeries`, one file per location",
    "JSON with multiDailyMetricTimeSeries, dailyMetric and datedValues",
    (
        Becomes("BUSINESS_IMPRESSIONS_…", "`impression`"),
        Becomes("WEBSITE_CLICKS", "`click`"),
        Becomes(
            _LEFT_OUT,
            "nothing: calls, bookings and orders are goals, not engagements; send them as "
            "conversions from the system that counts them",
        ),
    ),
    (
        ("invalid_date", "the date is not valid, or is a month without a day"),
        ("invalid_number", "the value is not a number"),
        ("unreadable_file", "the JSON is damaged"),
    ),
    (
        "The files do not name their location. Import each location with its own account name.",
        "Google counts each person once a day per surface and calls this an impression.",
        "Website clicks from a profile are also in Search Console if the profile links to the "
        "same property. Use only one of the two for clicks.",
    ),
    holds_people=True,
)

_TABLE = Declaration(
    "Google Business Profile: performance report (CSV)",
    "Business Profile Manager → Performance → Export (Leistung → Exportieren). The file is "
    "recognised but cannot be imported",
    "Store code, Business name, and Google Search - Mobile, Google Maps - Mobile, Directions or "
    "Website clicks",
    (Becomes("each row", "nothing: it covers a period that is only in the file name"),),
    (("no_date", "always, because the file has no days and its period is only in the file name"),),
    ("The second row describes the columns.",),
    holds_people=True,
)

_VOCABULARY = Vocabulary(read_headings(Path(__file__).with_name("performance_columns.tsv")))


_MARKS = Marks(
    (
        *("Google Search - Mobile", "Google Maps - Mobile"),
        together("Store code", "Business name"),
        together(fields=("store", "name")),
    ),
    vocabulary=_VOCABULARY,
)


class _Value(NamedTuple):
    """The value of a metric on a day, as in the API response."""

    metric: str
    date: Any
    value: Any


def _recognise(glimpse: Glimpse) -> Recognition | None:
    keys = ("multiDailyMetricTimeSeries", "dailyMetric", "datedValues")
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in keys):
        return None
    return Recognition(20, ", ".join(keys), _open)


def _open(source: Source, options: Options) -> Reading:
    account = options.account or "-"
    keys = UnreadKeys()
    values = _values(keys.observed_whole(read_document(source)))
    description = ReportDescription(CHANNEL, REPORT, source.encoding)
    reading = Reading(description, iter(()), unread=[keys])
    outcomes = outcomes_of(values, lambda value: _convert(value, account), shown=_shown)
    covered = Covered((CHANNEL, REPORT, account), lists_all_days=False)
    reading.outcomes = noting(outcomes, reading, covered)
    return reading


def _values(document: Any) -> Iterator[_Value]:
    answers = document if isinstance(document, list) else [document]
    for answer in answers:
        for several in listing(answer, "multiDailyMetricTimeSeries"):
            for series in listing(several, "dailyMetricTimeSeries"):
                metric = text(series, "dailyMetric")
                for dated in listing(mapping(series, "timeSeries"), "datedValues"):
                    found = dated if isinstance(dated, dict) else {}
                    yield _Value(metric, found.get("date"), found.get("value"))


def _convert(value: _Value, account: str) -> Converted:
    if value.metric not in METRICS:
        return "a metric that is not an engagement"
    count = as_count(value.value, value.metric)
    if not count:
        return NO_NUMBERS
    kind, part = METRICS[value.metric]
    day = _day(value.date)
    parts = (REPORT, account, part, day.isoformat())
    return (engagement(CHANNEL, kind, start_of(day), *parts, count=count),)


def _day(date: Any) -> dt.date:
    fields = [date.get(name) for name in ("year", "month", "day")] if isinstance(date, dict) else []
    try:
        year, month, day = (one if type(one) is int else -1 for one in fields)
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        raise RowRejected("invalid_date", "the date of a value is not valid") from None


def _shown(value: _Value) -> str:
    return value.metric if value.metric in METRICS else ""


def _recognise_table(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, _VOCABULARY, _is_of_profiles)
    if head is None:
        return None
    return claim_to(head, _MARKS, _reject, hits=10)


def _is_of_profiles(head: TableHead) -> bool:
    columns = head.columns
    return "store" in columns and "name" in columns and len(columns.positions) > 3


def _reject(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_date",
        "the report covers a period that is only in the file name, and its rows have no day. "
        + _WAY_OUT,
    )


DAILY_PERFORMANCE = Importer(CHANNEL, _API, _recognise)
PERFORMANCE_TABLE = Importer(CHANNEL, _TABLE, _recognise_table, _MARKS)
