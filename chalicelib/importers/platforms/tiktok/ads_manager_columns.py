"""The columns of TikTok Ads Manager, in English and German."""

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

_PEOPLE = LeftOut("counts people or an average of people, not events")
_PARTS = LeftOut("part of the video views")

COLUMNS = (
    Column(
        "day",
        When("day"),
        en=("By Day", "Date", "Day", "By Hour", "stat_time_day"),
        de=("Nach Tag", "Datum", "Tag", "Nach Stunde"),
    ),
    Column("week", When("week"), en=("By Week", "Week"), de=("Nach Woche", "Woche")),
    Column("month", When("month"), en=("By Month", "Month"), de=("Nach Monat", "Monat")),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Account ID", "Advertiser ID", "Ad account ID"),
        de=("Konto-ID", "Werbekonto-ID"),
    ),
    Column("campaign_id", Key("campaign", sets="campaign_id"), en=("Campaign ID",)),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Kampagne", "Name der Kampagne"),
    ),
    Column(
        "ad_group_id",
        Key("ad_group"),
        en=("Ad group ID", "Adgroup ID", "AdGroup ID"),
        de=("Anzeigengruppen-ID",),
    ),
    Column(
        "ad_group",
        Key("ad_group"),
        en=("Ad group name", "Adgroup name", "Ad group"),
        de=("Anzeigengruppenname", "Anzeigengruppe", "Name der Anzeigengruppe"),
    ),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID",), de=("Anzeigen-ID",)),
    Column(
        "ad",
        Key("ad", sets="content_id"),
        en=("Ad name", "Ad"),
        de=("Anzeigenname", "Anzeige", "Name der Anzeige"),
    ),
    Column("keyword", Key("keyword"), en=("Keyword", "Keyword name"), de=("Keyword",)),
    Column("search_term", Key("search_term"), en=("Search term", "Search terms")),
    Column("age", Key("age", names=False), en=("Age",), de=("Alter",)),
    Column("gender", Key("gender", names=False), en=("Gender",), de=("Geschlecht",)),
    Column(
        "place",
        Key("place", names=False),
        en=("Country/Region", "Country / Region", "Country", "Location", "Subregion"),
        de=("Land/Region", "Land", "Standort"),
    ),
    Column("placement", Key("placement", names=False), en=("Placement",), de=("Platzierung",)),
    Column(
        "device",
        Key("device", names=False),
        en=("Operating system", "OS", "Platform", "Device"),
        de=("Betriebssystem", "Gerät"),
    ),
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions", "Impression"),
        de=("Impressionen", "Impressions", "Impression"),
    ),
    Column(
        "destination_clicks",
        Count("click"),
        en=("Clicks (destination)", "Destination clicks"),
        de=("Klicks (Ziel)", "Klicks (Zielort)", "Klicks (Zielseite)"),
    ),
    Column(
        "clicks",
        Count("click"),
        en=("Clicks (all)", "Clicks", "Click"),
        de=("Klicks (alle)", "Klicks", "Klick"),
        unless=("destination_clicks",),
    ),
    Column(
        "likes",
        Count("like"),
        en=("Paid likes", "Likes"),
        de=("Bezahlte Likes", "Bezahlte „Gefällt mir“-Angaben", "Likes"),
    ),
    Column(
        "comments",
        Count("comment"),
        en=("Paid comments", "Comments"),
        de=("Bezahlte Kommentare", "Kommentare"),
    ),
    Column(
        "shares",
        Count("share"),
        en=("Paid shares", "Shares"),
        de=("Bezahlte Shares", "Geteilte Inhalte", "Shares"),
    ),
    Column(
        "follows",
        Count("follow"),
        en=("Paid followers", "Paid follows", "Follows"),
        de=("Bezahlte Follower", "Follower"),
    ),
    Column("saves", Count("save"), en=("Paid favorites", "Paid saves", "Favorites")),
    Column(
        "video_views",
        Count("view"),
        en=("Video views", "Video view"),
        de=("Videoaufrufe", "Videoansichten"),
    ),
    Column(
        "two_seconds",
        Count("view"),
        en=("2-second video views", "2-Second Video Views", "2s video views"),
        de=("2-Sekunden-Videoaufrufe", "Videoaufrufe (2 Sekunden)"),
        unless=("video_views",),
    ),
    Column(
        "six_seconds",
        Count("view"),
        en=("6-second video views", "6s video views"),
        de=("6-Sekunden-Videoaufrufe", "Videoaufrufe (6 Sekunden)"),
        unless=("video_views", "two_seconds"),
    ),
    Column(
        "focused",
        _PARTS,
        en=(
            "6-second focused views",
            "15-second focused views",
            "6-second views (Focused view)",
            "15-second views (Focused view)",
        ),
        de=("Fokusaufrufe von 6 Sekunden", "Fokusaufrufe von 15 Sekunden"),
    ),
    Column(
        "quartiles",
        _PARTS,
        en=(
            "Video views at 25%",
            "Video views at 50%",
            "Video views at 75%",
            "Video views at 100%",
        ),
        de=("Videoaufrufe bei 25 %", "Videoaufrufe bei 50 %", "Videoaufrufe bei 100 %"),
    ),
    Column("spend", Cost(), en=("Cost", "Total cost", "Spend"), de=("Kosten", "Gesamtkosten")),
    Column("currency", Currency(), en=("Currency", "Account currency"), de=("Währung",)),
    Column(
        "payments",
        Claimed(),
        en=(
            "Complete payment",
            "Total complete payment",
            "Complete payment (website)",
            "Purchases",
            "Purchases (website)",
        ),
        de=("Zahlung abgeschlossen", "Abgeschlossene Zahlungen", "Käufe"),
    ),
    Column(
        "conversions",
        Claimed(),
        en=("Conversions", "Conversion", "Total conversions"),
        de=("Conversions", "Conversion"),
        unless=("payments",),
    ),
    Column(
        "payment_value",
        Claimed(is_value=True),
        en=(
            "Complete payment value",
            "Total complete payment value",
            "Complete payment value (website)",
            "Purchase value (website)",
            "Total purchase value",
        ),
        de=("Wert der abgeschlossenen Zahlungen", "Gesamtwert der abgeschlossenen Zahlungen"),
    ),
    Column("reach", _PEOPLE, en=("Reach",), de=("Reichweite",)),
    Column("frequency", _PEOPLE, en=("Frequency",), de=("Häufigkeit",)),
    Column(
        "profile_visits",
        LeftOut("counts profile visits, not engagement with the ad's content"),
        en=("Paid profile visits", "Profile visits"),
        de=("Bezahlte Profilaufrufe",),
    ),
    Column(
        "of_destination",
        Sign(),
        en=("CPC (destination)", "CTR (destination)"),
        de=("CPC (Ziel)", "CTR (Ziel)"),
    ),
    Column(
        "of_payments",
        Sign(),
        en=(
            "Complete payment ROAS",
            "Total complete payment ROAS",
            "Cost per complete payment",
            "Complete payment ROAS (website)",
        ),
    ),
)

MARKS = tuple(
    together(fields=(field,))
    for field in (
        "destination_clicks",
        "of_destination",
        "of_payments",
        "two_seconds",
        "six_seconds",
        "focused",
    )
)
"""Headings that no other platform's reports have."""
