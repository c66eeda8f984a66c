"""LinkedIn Ads: performance reports of Campaign Manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import chain

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.linkedin_ads.linkedin_ads_columns import (
    COLUMNS,
    TYPICAL,
    VIRAL,
)
from chalicelib.importers.platforms.linkedin_ads.preamble import (
    is_empty_report,
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
"""Weight of a match, as no other platform has these headings or lines above a table."""

LONGEST_GAP_DAYS = 7
"""If two rows are further apart and the later is on the first of a month, the rows are months."""

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
        """Whether a header belongs to a Campaign Manager report."""
        return _is_report(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether the lines above the table begin with a report's title."""
        return is_titled(head.preamble_lines)

    def name_in(self, columns: Columns) -> str:
        """Return the level of the report's rows, by the names used since 2026."""
        if "ad_id" in columns or "ad" in columns:
            return "ad"
        has_set = "ad_set_id" in columns or "ad_set" in columns
        has_group = "group_id" in columns or "group" in columns
        has_campaign = "campaign_id" in columns or "campaign" in columns
        if has_set or (has_group and has_campaign):
            return "ad-set"
        return "campaign" if has_group or has_campaign else self.report

    def period_above(self, head: TableHead) -> Period | None:
        """Return the period given in the lines above the header."""
        return stated_period(head.preamble_lines, head.columns.language)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Decide the dating; a report by month has the first day of each month in *Start Date*."""
        if "day" in columns.positions and _are_months(columns, period, options):
            columns = columns.with_unit("month")
        return super().decide_dating(columns, period, options, way_out)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return a note on viral numbers."""
        if not any(field.startswith("viral_") for field in columns.positions):
            return ()
        return (
            "Viral numbers come from members who shared an ad. They are counted as not paid, in "
            "addition to the paid numbers, which do not include them.",
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
    rejected=(
        ("not_additive", "demographics, where a member may be in several segments"),
        ("aggregate_period", "rows for the whole period or for a month, dated by its first day"),
        ("no_currency", "a cost without a currency in the file; pass it with `--currency`"),
        ("undecidable_format", "a period written in an unknown language"),
    ),
    remarks=(
        "In 2026 LinkedIn renamed campaign groups to campaigns, and campaigns to ad sets. Under "
        "both names, `campaign_id` is the wider of the two levels, and an ad keeps its event ids.",
        "Days are UTC days.",
        "Viral impressions, clicks, reactions ... are counted as not paid, in addition to the paid "
        "ones.",
        "*Leads* are claimed conversions if the report has no column *Conversions*.",
        "A file without a table below the first lines is an empty report and gives no events.",
        "Headings are known in English, German, Dutch, French and Spanish. In English reports, "
        "9/8/2026 is September 8, unless the period or another day shows the opposite.",
    ),
)
_TABLE = REPORT.importer()


def _recognise(glimpse: Glimpse) -> Recognition | None:
    claim = _TABLE.recognise(glimpse)
    if claim is not None:
        return claim
    lines = _first_lines(glimpse)
    if not is_empty_report(lines):
        return None
    return Recognition(
        HITS, "the lines above a report", lambda source, options: _open_empty(source, lines)
    )


def _first_lines(glimpse: Glimpse) -> Sequence[str]:
    """Return the lines of a file if there are few enough to be the lines above a table."""
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
        notes=("The report has no table: no ad was shown in its period.",),
    )
    return Reading(report, iter(()))


LINKEDIN_ADS = Importer(CHANNEL, _TABLE.declaration, _recognise, _TABLE.marks, _TABLE.accepts)
