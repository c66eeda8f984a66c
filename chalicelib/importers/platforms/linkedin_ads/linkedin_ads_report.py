"""LinkedIn Ads: the performance reports of Campaign Manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import chain

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.linkedin_ads.linkedin_ads_columns import COLUMNS, TYPICAL
from chalicelib.importers.platforms.linkedin_ads.linkedin_ads_counts import VIRAL
from chalicelib.importers.platforms.linkedin_ads.preamble import (
    is_nothing_else,
    is_titled,
    stated_period,
)
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.glimpses import HEADER_WITHIN, Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period, decide_day_order, parse_day

CHANNEL = "linkedin_ads"
HITS = 5
"""No other platform has such lines above a table, or such headings."""

LONGEST_GAP_DAYS = 7
"""Two rows further apart, the later on the first of a month, are months and not days."""

WAY_OUT = (
    "For daily rows: in Campaign Manager choose Export > Time breakdown > Daily (Exportieren > "
    "Zeitraum aufschlüsseln > Täglich)"
)


def _is_report(head: TableHead) -> bool:
    columns = head.columns
    if not any(field in columns for field in ("impressions", "clicks", "spent", "conversions")):
        return False
    if len(columns.positions) < 3:
        return False
    return _is_in_utc(head) or any(field in columns for field in TYPICAL)


def _is_in_utc(head: TableHead) -> bool:
    columns = head.columns
    is_dated = "day" in columns and "utc)" in columns.name("day").casefold()
    return is_dated or is_titled(head.preamble_lines)


_DAYS_IN_UTC = tuple(
    heading
    for column in COLUMNS
    if column.field == "day"
    for headings in column.headings.values()
    for heading in headings
    if heading.endswith("UTC)")
)


def _are_months(columns: DateColumns, report: Period | None, options: Options) -> bool:
    cells = list(dict.fromkeys(chain(*columns.cells([columns.positions["day"]]))))
    order = options.day_order or decide_day_order(columns.language, cells, report, english="mdy")
    days: set[dt.date] = set()
    for cell in cells:
        try:
            days.add(parse_day(cell, order))
        except ValueError:
            continue
    first, *later = sorted(days) or [dt.date.min]
    if not later or any(day.day != 1 for day in later):
        return False
    if first.day != 1 and (report is None or first != report[0]):
        return False
    return len(later) > 1 or (later[0] - first).days > LONGEST_GAP_DAYS


class LinkedInAdsReport(TableReport):
    """A report of Campaign Manager."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a report."""
        return _is_report(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether the lines above the table are those of a report."""
        return is_titled(head.preamble_lines)

    def name_in(self, columns: Columns) -> str:
        """What the rows are about, in the words of 2026."""
        if "ad_id" in columns or "ad" in columns:
            return "ad"
        has_set = "ad_set_id" in columns or "ad_set" in columns
        has_group = "group_id" in columns or "group" in columns
        has_campaign = "campaign_id" in columns or "campaign" in columns
        if has_set or (has_group and has_campaign):
            return "ad-set"
        return "campaign" if has_group or has_campaign else self.report

    def period_above(self, head: TableHead) -> Period | None:
        """The period that the lines above the header state."""
        return stated_period(head.preamble_lines, head.columns.language)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """A report by month has the first day of each in *Start Date*."""
        if "day" in columns.positions and _are_months(columns, period, options):
            columns = columns.with_unit("month")
        return super().decide_dating(columns, period, options, way_out)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """How viral numbers are counted."""
        if not any(field.startswith("viral_") for field in columns.positions):
            return ()
        return (
            "Viral numbers are what members shared of the ads on their own: counted as not paid, "
            "beside the paid ones, which do not contain them.",
        )


REPORT = LinkedInAdsReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    columns=COLUMNS,
    holds_people=False,
    marks=(
        *_DAYS_IN_UTC,
        together(fields=("landing",)),
        together(any_of=tuple(column.field for column in VIRAL)),
        together(
            fields=("spent",),
            any_of=("group", "group_id", "account", "account_id", "reactions", "averages"),
        ),
    ),
    paid=True,
    hits=HITS,
    title="LinkedIn Ads: performance reports of Campaign Manager",
    where=(
        "Campaign Manager → Campaigns, Ad Sets or Ads (Kampagnen, Anzeigengruppen, Anzeigen) → "
        "Export (Exportieren) → Performance → Time breakdown: Daily (Täglich): .csv"
    ),
    looks_for=(
        "a title that ends in (in UTC) and lines with dates above the table; Start Date (in UTC), "
        "Total Spent, Impressions, Clicks (Startdatum, Gesamtausgaben, Impressions, Klicks)"
    ),
    way_out=WAY_OUT,
    dates_are_starts=True,
    english="mdy",
    becomes=(Becomes("Report Start, Report End (above the table)", "the period of the report"),),
    refused=(
        ("not_additive", "demographics, whose members may be in several segments"),
        ("aggregate_period", "rows of the whole period or of a month, dated by its first day"),
        ("no_currency", "a cost without a currency beside it; name it with `--currency`"),
        ("undecidable_format", "a period in words of a language that is not known"),
    ),
    remarks=(
        "Since 2026 campaign groups are called campaigns, and campaigns ad sets: `campaign_id` is "
        "the wider of the two under either name, and an ad keeps its event ids.",
        "Days are UTC days.",
        "Viral impressions, clicks, reactions ... are counted beside the paid ones, as not paid.",
        "*Leads* are claimed conversions where the report has no column *Conversions*.",
        "A file that ends after the lines above the table is a report of nothing: no event.",
        "English, German, Dutch, French and Spanish headings are known. English reports write "
        "9/8/2026 for September 8, where neither the period nor another day tells.",
    ),
)
_TABLE = REPORT.importer()


def _recognise(glimpse: Glimpse) -> Recognition | None:
    claim = _TABLE.recognise(glimpse)
    if claim is not None:
        return claim
    lines = _first_lines(glimpse)
    if not is_nothing_else(lines):
        return None
    return Recognition(
        HITS, "the lines above a report", lambda source, options: _open_empty(source, lines)
    )


def _first_lines(glimpse: Glimpse) -> Sequence[str]:
    """The lines of a file, if it has no more than may stand above a table."""
    lines = glimpse.text[:10_000].splitlines()
    for sheet in glimpse.sheets[:1]:
        lines = [" ".join(cells) for cells in glimpse.sheet_top(sheet)]
    return lines if len(lines) < HEADER_WITHIN else ()


def _open_empty(source: Source, lines: Sequence[str]) -> Reading:
    period = stated_period(lines, "")
    report = ReportDescription(
        CHANNEL,
        "empty",
        source.encoding,
        period_from=period[0] if period else None,
        period_to=period[1] if period else None,
        notes=("The report has no table: nothing was shown in its period.",),
    )
    return Reading(report, iter(()))


LINKEDIN_ADS = Importer(CHANNEL, _TABLE.declaration, _recognise, _TABLE.marks, _TABLE.accepts)
