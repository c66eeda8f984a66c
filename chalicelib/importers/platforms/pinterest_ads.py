"""Pinterest Ads: Ads Manager reports as CSV."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.grain import grain_of
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period, decide_day_order

CHANNEL = "pinterest_ads"
_SUMS = LeftOut("sums clicks and saves, or counts people instead of events")

COLUMNS = columns_from(
    Path(__file__).with_name("pinterest_ads_columns.tsv"),
    Column("ad", Key("ad")),
    Column("pin", Key("pin", sets="content_id")),
    Column("outbound_clicks", Count("click")),
    Column("pin_clicks", Count("click"), unless=("outbound_clicks",)),
    Column("engagements", _SUMS),
    Column("reach", _SUMS),
)

_OF_PINS = ("pin", "pin_clicks", "saves")


class PinterestReport(TableReport):
    """A Pinterest Ads Manager report."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        columns = head.columns
        if "spend" not in columns or "impressions" not in columns:
            return False
        is_named = any(
            field in columns for field in ("campaign", "campaign_id", "ad_group", "ad", "pin")
        )
        return is_named and (
            any(field in columns for field in _OF_PINS)
            or columns.name("spend").casefold() == "spend in account currency"
        )

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Detect weekly and monthly reports: *Date* then contains the first day of each period."""
        if "day" in columns.positions:
            cells = [cell for (cell,) in columns.cells([columns.positions["day"]])]
            order = options.day_order or decide_day_order(columns.language, cells, period)
            columns = columns.with_unit(grain_of(cells, order, at_least=3))
        return super().decide_dating(columns, period, options, way_out)


PINTEREST_ADS = PinterestReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="ads",
    columns=COLUMNS,
    holds_people=False,
    marks=(
        *("Spend in account currency", "Ausgaben in Kontowährung", "Ausgaben in der Kontowährung"),
        *("Pin clicks", "Paid pin clicks", "Pin-Klicks", "Klicks auf Pins", "Klicks auf den Pin"),
        *("Promoted Pin ID", "Organic Pin ID", "Gemerkte Pins"),
        *("Total conversions (Checkout)", "Total order value (Checkout)"),
        together("Pin ID", fields=("spend",)),
        together("Pin-ID", fields=("spend",)),
        together("Saves", fields=("spend", "outbound_clicks")),
        together("Paid outbound clicks", "Paid saves"),
    ),
    paid=True,
    title="Pinterest Ads: Ads Manager reports",
    where=(
        "Ads → Reporting → Custom report (Anzeigen → Berichte → Benutzerdefinierter Bericht), "
        "Granularity Day (Tag), columns Spend, Impressions, Outbound clicks, Saves → Export "
        "(Exportieren) → .csv. Pass the account's currency with `--currency`: the file does not "
        "contain it"
    ),
    looks_for=(
        "Spend in account currency, Impressions, Campaign name or Ad group name, and Outbound "
        "clicks, Pin clicks or Saves"
    ),
    rejected=(
        ("no_date", "reports without a date"),
        (
            "aggregate_period",
            "weekly or monthly reports: at least three dates, all a week or a month apart",
        ),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("damaged_id", "ids that a spreadsheet has rounded"),
    ),
    remarks=(
        "Several rows for the same day, campaign and ad group are parts of a total; all of them "
        "count.",
        "Pin clicks are used only if the report has no outbound clicks, because they include "
        "clicks that stay on Pinterest.",
        "Days are read as UTC days, Pinterest's default setting.",
    ),
)
IMPORTERS = (PINTEREST_ADS.importer(),)
