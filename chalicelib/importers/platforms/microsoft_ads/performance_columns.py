"""The columns of Microsoft Advertising: API names and the English and German headings."""

from __future__ import annotations

from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Role,
    When,
)
from chalicelib.importers.tables.marks import together

_RATES = LeftOut("shares and averages cannot be summed")


def _both(
    field: str,
    role: Role,
    *names: str,
    de: tuple[str, ...] = (),
    unless: tuple[str, ...] = (),
) -> Column:
    """Return a column whose API name is the heading without spaces, such as ``AdGroupId``."""
    bare = (name.replace(" ", "").replace(".", "") for name in names)
    known = {name.casefold(): name for name in (*names, *bare)}
    return Column(field, role, en=tuple(known.values()), de=de, unless=unless)


COLUMNS = (
    _both("period", When("day"), "Gregorian date", "TimePeriod"),
    _both(
        "day",
        When("day"),
        "Day",
        "Date",
        de=("Tag", "Datum", "Gregorianisches Datum"),
        unless=("period",),
    ),
    _both("week", When("week"), "Week", de=("Woche",)),
    _both("month", When("month"), "Month", de=("Monat",)),
    _both(
        "account_id",
        Key("account", sets="account", names=False),
        "Account ID",
        "Account number",
        de=("Konto-ID", "Kontonummer"),
    ),
    _both(
        "account",
        Key("account", sets="account", names=False),
        "Account name",
        "Account",
        de=("Kontoname", "Konto"),
    ),
    _both("campaign_id", Key("campaign", sets="campaign_id"), "Campaign ID", de=("Kampagnen-ID",)),
    _both(
        "campaign",
        Key("campaign", sets="campaign_id"),
        "Campaign name",
        "Campaign",
        de=("Kampagnenname", "Kampagne"),
    ),
    _both("ad_group_id", Key("ad_group"), "Ad group ID", de=("Anzeigengruppen-ID",)),
    _both(
        "ad_group",
        Key("ad_group"),
        "Ad group name",
        "Ad group",
        de=("Anzeigengruppenname", "Anzeigengruppe"),
    ),
    _both("ad_id", Key("ad", sets="content_id"), "Ad ID", de=("Anzeigen-ID",)),
    _both("ad", Key("ad"), "Ad title", "Ad name", de=("Anzeigentitel",)),
    _both("keyword_id", Key("keyword"), "Keyword ID", de=("Keyword-ID", "Schlüsselwort-ID")),
    _both("keyword", Key("keyword"), "Keyword", de=("Schlüsselwort", "Stichwort")),
    _both(
        "search_term",
        Key("search_term"),
        "Search term",
        "Search query",
        de=("Suchbegriff", "Suchanfrage"),
    ),
    _both("bid_match_type", Key("bid_match", names=False), "Bid match type"),
    _both(
        "match_type",
        Key("match", names=False),
        "Delivered match type",
        de=("Ausgelieferter Übereinstimmungstyp",),
    ),
    _both("product", Key("product"), "Merchant product ID", "Item ID"),
    _both(
        "network",
        Key("network", names=False),
        "Network",
        "Ad distribution",
        de=("Netzwerk", "Anzeigenverteilung"),
    ),
    _both("position", Key("position", names=False), "Top vs. other", "Top vs other"),
    _both("device", Key("device", names=False), "Device type", de=("Gerätetyp",)),
    _both("system", Key("system", names=False), "Device OS", de=("Betriebssystem des Geräts",)),
    _both(
        "place",
        Key("place", names=False),
        "Country or region",
        "Country/region",
        de=("Land oder Region", "Land/Region"),
    ),
    _both("state", Key("state", names=False), "State", "State/province"),
    _both("city", Key("city", names=False), "City", de=("Stadt",)),
    _both("age", Key("age", names=False), "Age group", de=("Altersgruppe",)),
    _both("gender", Key("gender", names=False), "Gender", de=("Geschlecht",)),
    _both("language", Key("language", names=False), "Language", de=("Sprache",)),
    _both("goal", Key("goal", names=False), "Goal", "Goal type", de=("Ziel",)),
    _both(
        "impressions",
        Count("impression"),
        "Impressions",
        "Impr.",
        de=("Impressionen", "Impressions"),
    ),
    _both("clicks", Count("click"), "Clicks", de=("Klicks",)),
    _both("video_views", Count("view"), "Video views", de=("Videoaufrufe",)),
    _both("spend", Cost(), "Spend", "Cost", de=("Ausgaben", "Kosten")),
    _both("currency", Currency(), "Currency code", "Currency", de=("Währungscode", "Währung")),
    _both(
        "conversions",
        Claimed(),
        "Conversions qualified",
        "Conversions",
        "Conv.",
        de=("Conversions",),
    ),
    _both(
        "all_conversions",
        Claimed(),
        "All conversions qualified",
        "All conversions",
        "All conv.",
        de=("Alle Conversions",),
    ),
    _both("revenue", Claimed(is_value=True), "Revenue", "Conv. value", de=("Umsatz", "Ertrag")),
    _both("all_revenue", Claimed(is_value=True), "All revenue", de=("Gesamtumsatz",)),
    _both("rates", _RATES, "Absolute top impression rate percent", "Top impression rate percent"),
)

MARKS = (
    *(together(fields=(field,)) for field in ("period", "bid_match_type", "match_type")),
    *(together(name, "Spend") for name in ("AccountName", "AccountId", "CampaignName")),
    *(together(name, "Spend") for name in ("Impr.", "Conv.", "Avg. CPC")),
)
"""Headings that no other platform's reports have."""

REPEATED = frozenset(
    {
        *("click type", "clicktype", "clicktypeid", "ad extension id", "adextensionid"),
        *("ad extension type", "adextensiontype", "adextensiontypeid", "adextensionitemid"),
        *("asset id", "assetid", "asset content", "assetcontent", "asset type", "assettype"),
    }
)
"""Headings of reports that have an impression in several rows."""
