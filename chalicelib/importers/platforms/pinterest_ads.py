"""Pinterest Ads: Ads Manager reports as CSV."""

from __future__ import annotations

from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.grain import grain_of
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    When,
)
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period, decide_day_order

CHANNEL = "pinterest_ads"

COLUMNS = (
    Column("day", When("day"), en=("Date", "Day"), de=("Datum", "Tag")),
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Ad account ID", "Advertiser ID"),
        de=("Werbekonto-ID", "ID des Werbekontos"),
    ),
    Column(
        "campaign_id",
        Key("campaign", sets="campaign_id"),
        en=("Campaign ID",),
        de=("Kampagnen-ID",),
    ),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Name der Kampagne", "Kampagne"),
    ),
    Column("ad_group_id", Key("ad_group"), en=("Ad group ID",), de=("Anzeigengruppen-ID",)),
    Column(
        "ad_group",
        Key("ad_group"),
        en=("Ad group name", "Ad group"),
        de=("Anzeigengruppenname", "Name der Anzeigengruppe", "Anzeigengruppe"),
    ),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID",), de=("Anzeigen-ID",)),
    Column(
        "ad", Key("ad"), en=("Ad name", "Ad"), de=("Anzeigenname", "Name der Anzeige", "Anzeige")
    ),
    Column(
        "pin",
        Key("pin", sets="content_id"),
        en=("Pin ID", "Promoted Pin ID", "Organic Pin ID"),
        de=("Pin-ID",),
    ),
    Column("keyword", Key("keyword", names=False), en=("Keyword",)),
    Column("age", Key("age", names=False), en=("Age", "Age bucket"), de=("Alter",)),
    Column("gender", Key("gender", names=False), en=("Gender",), de=("Geschlecht",)),
    Column("device", Key("device", names=False), en=("Device", "App type"), de=("Gerät",)),
    Column(
        "location",
        Key("location", names=False),
        en=("Country", "Location", "Region", "Metro"),
        de=("Land", "Standort"),
    ),
    Column("placement", Key("placement", names=False), en=("Placement",), de=("Platzierung",)),
    Column(
        "interest",
        Key("interest", names=False),
        en=("Interest", "Targeted interest"),
        de=("Interesse",),
    ),
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions", "Paid impressions"),
        de=("Impressions", "Impressionen", "Bezahlte Impressions"),
    ),
    Column(
        "outbound_clicks",
        Count("click"),
        en=("Outbound clicks", "Paid outbound clicks"),
        de=("Ausgehende Klicks", "Bezahlte ausgehende Klicks"),
    ),
    Column(
        "pin_clicks",
        Count("click"),
        en=("Pin clicks", "Paid pin clicks", "Clicks"),
        de=("Pin-Klicks", "Klicks auf Pins", "Klicks auf den Pin", "Klicks"),
        unless=("outbound_clicks",),
    ),
    Column(
        "saves",
        Count("save"),
        en=("Saves", "Paid saves"),
        de=("Gemerkte Pins", "Merken", "Gemerkt", "Gespeichert"),
    ),
    Column("comments", Count("comment"), en=("Comments",), de=("Kommentare",)),
    Column(
        "video_views",
        Count("view"),
        en=("Video views", "Paid video views"),
        de=("Videoaufrufe", "Videoansichten"),
    ),
    Column(
        "spend",
        Cost(),
        en=("Spend in account currency", "Spend"),
        de=("Ausgaben in Kontowährung", "Ausgaben in der Kontowährung", "Ausgaben"),
    ),
    Column(
        "currency",
        Currency(),
        en=("Account currency", "Currency", "Currency code"),
        de=("Kontowährung", "Währung"),
    ),
    Column(
        "conversions",
        Claimed(),
        en=("Total conversions (Checkout)", "Total conversions", "Conversions"),
        de=(
            "Conversions insgesamt (Checkout)",
            "Gesamtzahl der Conversions (Checkout)",
            "Conversions insgesamt",
        ),
    ),
    Column(
        "conversion_value",
        Claimed(is_value=True),
        en=("Total order value (Checkout)", "Total order value", "Total conversion value"),
        de=("Gesamtbestellwert (Checkout)", "Gesamtbestellwert"),
    ),
    Column(
        "engagements",
        LeftOut("sums clicks and saves, or counts people instead of events"),
        en=("Engagements",),
        de=("Interaktionen",),
    ),
    Column(
        "reach",
        LeftOut("sums clicks and saves, or counts people instead of events"),
        en=("Reach",),
        de=("Reichweite",),
    ),
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
