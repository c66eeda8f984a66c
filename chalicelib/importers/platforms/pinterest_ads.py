"""Pinterest Ads: reports of the Ads Manager as CSV."""

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
        LeftOut("the sum of clicks and saves, or people instead of events"),
        en=("Engagements",),
        de=("Interaktionen",),
    ),
    Column(
        "reach",
        LeftOut("the sum of clicks and saves, or people instead of events"),
        en=("Reach",),
        de=("Reichweite",),
    ),
)

_OF_PINS = ("pin", "pin_clicks", "saves")


class PinterestReport(TableReport):
    """A report of Ads Manager."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a report."""
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
        """A report by week or month has the first day of each in *Date*."""
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
    title="Pinterest Ads: reports of the Ads Manager",
    where=(
        "Ads → Reporting → Custom report (Anzeigen → Berichte → Benutzerdefinierter Bericht), "
        "Granularity Day (Tag), columns Spend, Impressions, Outbound clicks, Saves → Export "
        "(Exportieren) → .csv. Name the account's currency with `--currency`: the file does not"
    ),
    looks_for=(
        "Spend in account currency, Impressions, Campaign name or Ad group name, and Outbound "
        "clicks, Pin clicks or Saves"
    ),
    refused=(
        ("no_date", "reports without a date"),
        ("aggregate_period", "reports by week or month: three dates or more, all a week apart"),
        ("no_currency", "Spend without a currency in the file; name it with `--currency`"),
        ("damaged_id", "ids that a spreadsheet rounded"),
    ),
    remarks=(
        "Rows of the same day, campaign and ad group are parts of it and all count.",
        "Pin clicks are taken only where the report has no outbound clicks: they count those who "
        "stayed on Pinterest too.",
        "Days are taken as UTC days, which is how Pinterest counts unless told otherwise.",
    ),
)
IMPORTERS = (PINTEREST_ADS.importer(),)
