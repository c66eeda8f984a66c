"""The columns of Amazon Ads reports, in English and German."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.tables.marks import together

_PARTS = LeftOut("part of the claimed conversions")

_SYMBOLS = ("$", "€", "£", "₹", "¥")


def _money(*names: str) -> tuple[str, ...]:
    """Return headings with and without a currency symbol, e.g. ``7 Day Total Sales ($)``."""
    return names + tuple(f"{name} ({symbol})" for name in names for symbol in _SYMBOLS)


COLUMNS = (
    Column("day", When("day"), en=("Date",), de=("Datum",)),
    Column("from", When("from"), en=("Start Date",), de=("Startdatum", "Anfangsdatum")),
    Column("to", When("to"), en=("End Date",), de=("Enddatum",)),
    Column(
        "portfolio",
        Key("portfolio", names=False),
        en=("Portfolio name", "Portfolio"),
        de=("Portfolioname", "Portfolio-Name"),
    ),
    Column("campaign_id", Key("campaign", sets="campaign_id"), en=("Campaign ID", "Campaign Id")),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign Name", "Campaign"),
        de=("Kampagnenname", "Name der Kampagne", "Kampagne"),
    ),
    Column("ad_group_id", Key("ad_group"), en=("Ad Group ID", "Ad Group Id")),
    Column(
        "ad_group",
        Key("ad_group"),
        en=("Ad Group Name", "Ad Group"),
        de=("Anzeigengruppenname", "Name der Anzeigengruppe", "Anzeigengruppe"),
    ),
    Column("sku", Key("sku"), en=("Advertised SKU",), de=("Beworbene SKU",)),
    Column("asin", Key("asin", sets="content_id"), en=("Advertised ASIN",), de=("Beworbene ASIN",)),
    Column(
        "targeting",
        Key("targeting"),
        en=("Targeting", "Targeting expression"),
        de=("Targeting", "Ausrichtung"),
    ),
    Column(
        "match_type",
        Key("match_type", names=False),
        en=("Match Type",),
        de=("Übereinstimmungstyp", "Match-Typ"),
    ),
    Column(
        "search_term",
        Key("search_term"),
        en=("Customer Search Term", "Search Term"),
        de=("Suchbegriff des Kunden", "Suchbegriff eines Kunden", "Kundensuchbegriff"),
    ),
    Column(
        "placement",
        Key("placement", names=False),
        en=("Placement",),
        de=("Platzierung",),
    ),
    Column(
        "bidding",
        Key("bidding", names=False),
        en=("Bidding strategy", "Cost type"),
        de=("Gebotsstrategie", "Kostentyp"),
    ),
    Column("retailer", Key("retailer", names=False), en=("Retailer",), de=("Einzelhändler",)),
    Column("country", Key("country", names=False), en=("Country",), de=("Land",)),
    Column(
        "impressions", Count("impression"), en=("Impressions",), de=("Impressionen", "Impressions")
    ),
    Column("clicks", Count("click"), en=("Clicks",), de=("Klicks",)),
    Column(
        "video_views",
        Count("view"),
        en=("5 Second Views", "Video Five Second Views"),
        de=("5-Sekunden-Aufrufe",),
    ),
    Column(
        "spend", Cost(), en=_money("Spend", "Total cost", "Cost"), de=("Ausgaben", "Gesamtkosten")
    ),
    Column("currency", Currency(), en=("Currency",), de=("Währung",)),
    Column(
        "orders",
        Claimed(),
        en=("7 Day Total Orders (#)", "14 Day Total Orders (#)"),
        de=("7 Tage Bestellungen gesamt (#)", "14 Tage Bestellungen gesamt (#)"),
    ),
    Column(
        "sales",
        Claimed(is_value=True),
        en=_money("7 Day Total Sales", "14 Day Total Sales"),
        de=("7 Tage Umsatz gesamt", "14 Tage Umsatz gesamt"),
    ),
    Column(
        "units",
        _PARTS,
        en=(
            "7 Day Total Units (#)",
            "14 Day Total Units (#)",
            "7 Day Advertised SKU Units (#)",
            "7 Day Other SKU Units (#)",
            "14 Day New-to-brand Orders (#)",
            "14 Day New-to-brand Units (#)",
            *_money(
                "7 Day Advertised SKU Sales", "7 Day Other SKU Sales", "14 Day New-to-brand Sales"
            ),
        ),
    ),
    Column(
        "acos",
        Sign(),
        en=("Total Advertising Cost of Sales (ACOS)", "Total Advertising Cost of Sales (ACoS)"),
        de=("Umsatzkosten der Werbung (ACOS) gesamt", "Zugeschriebene Umsatzkosten (ACOS)"),
    ),
    Column(
        "roas",
        Sign(),
        en=("Total Return on Advertising Spend (ROAS)", "Total Return on Advertising Spend (RoAS)"),
    ),
    Column(
        "viewable",
        LeftOut("part of the impressions"),
        en=("Viewable Impressions", "Viewable impressions (VCPM)"),
        de=("Sichtbare Impressionen",),
    ),
    Column("purchased", Sign(), en=("Purchased ASIN",), de=("Gekaufte ASIN",)),
    Column(
        "share",
        LeftOut("shares and ranks cannot be added up"),
        en=("Search Term Impression Rank", "Search Term Impression Share"),
    ),
)

MARKS = tuple(
    together(fields=(field,))
    for field in ("orders", "sales", "acos", "roas", "sku", "asin", "purchased", "share")
)
"""Columns that only reports of this platform have."""
