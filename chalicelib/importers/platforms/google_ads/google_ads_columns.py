"""The columns of Google Ads reports.

This module has the English and German headings; other languages have their own modules.

A row is identified by columns that are the same in two downloads of the same day, not by status,
bids or metrics.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.importers.platforms.google_ads.ad_texts import AD_TEXTS, ad_texts
from chalicelib.importers.platforms.google_ads.google_translations import TRANSLATIONS
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Repeats,
    Sign,
    When,
)
from chalicelib.importers.reports.translations import translated, words_of
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable

_GERMAN_TEXTS = ad_texts(
    headline=("Anzeigentitel", "Überschrift"),
    long_headline=("Langer Anzeigentitel", "Lange Überschrift"),
    description=("Textzeile", "Beschreibung"),
    final_url=("Finale URL",),
    path=("Pfad",),
)
"""German headings of the text of an ad."""

REPEATED = (
    Column(
        "click_type",
        Repeats("an impression is shown once for each link of the ad"),
        en=("Click type",),
        de=("Klicktyp",),
    ),
    Column(
        "conversion_action",
        Repeats("impressions and costs do not belong to a single conversion action"),
        en=("Conversion action", "Conversion category", "Conversion source"),
        de=("Conversion-Aktion", "Conversion-Kategorie", "Conversion-Quelle"),
    ),
    Column(
        "asset",
        Repeats("each asset of an ad shows the impressions, clicks and costs of the whole ad"),
        en=(
            *("Asset", "Asset ID", "Asset name", "Asset type", "Asset status", "Asset source"),
            *("Asset field type", "Field type", "Level of asset"),
        ),
        de=("Asset", "Asset-ID", "Asset-Name", "Asset-Typ", "Asset-Status", "Asset-Feldtyp"),
    ),
    Column(
        "extension",
        Repeats("each extension of an ad shows the impressions of the whole ad"),
        en=(
            *("Extension", "Ad extension", "Extension type", "Upgraded extension", "Feed item ID"),
            *("Sitelink", "Sitelink text", "Callout text", "Callout", "Placeholder type"),
            *("Structured snippet header", "Structured snippet values", "Promotion target"),
        ),
        de=(
            *("Erweiterung", "Anzeigenerweiterung", "Erweiterungstyp", "Sitelink-Text", "Sitelink"),
            *("Zusatzinformation", "Feedelement-ID", "Snippet-Titel"),
        ),
    ),
    Column(
        "audience",
        Repeats("a person may be in several audience segments"),
        en=(
            *("Audience", "Audience name", "Audience segment", "Audience segment type"),
            *("Audience ID", "User list", "User interest"),
        ),
        de=("Zielgruppe", "Zielgruppenname", "Zielgruppensegment", "Zielgruppen-ID"),
    ),
)
"""Segments whose rows cannot be added up: reports show ``--`` as their total."""

_COLUMNS = (
    Column("day", When("day"), en=("Day", "Date"), de=("Tag", "Datum")),
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
    Column("quarter", When("quarter"), en=("Quarter",), de=("Quartal",)),
    Column("year", When("year"), en=("Year",), de=("Jahr",)),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Customer ID", "External customer ID"),
        de=("Kundennummer",),
    ),
    Column(
        "account",
        Key("account", sets="account", names=False),
        en=("Account", "Account name"),
        de=("Konto", "Kontoname"),
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
        en=("Campaign", "Campaign name"),
        de=("Kampagne", "Kampagnenname"),
    ),
    Column(
        "campaign_state", Sign(), en=("Campaign state", "Campaign status"), de=("Kampagnenstatus",)
    ),
    Column("campaign_group", Sign(), en=("Campaign Group ID", "Campaign Group Name")),
    Column("campaign_type", Sign(), en=("Campaign type",), de=("Kampagnentyp",)),
    Column("ad_group_id", Key("ad_group"), en=("Ad group ID",), de=("Anzeigengruppen-ID",)),
    Column("ad_group", Key("ad_group"), en=("Ad group", "Ad group name"), de=("Anzeigengruppe",)),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID",), de=("Anzeigen-ID",)),
    Column("ad", Key("ad", names=False), en=("Ad", "Ad name"), de=("Anzeige", "Anzeigenname")),
    Column("ad_type", Sign(), en=("Ad type",), de=("Anzeigentyp",)),
    Column("keyword_id", Key("keyword", names=False), en=("Keyword ID",), de=("Keyword-ID",)),
    Column(
        "keyword", Key("keyword"), en=("Keyword", "Search keyword"), de=("Keyword", "Suchkeyword")
    ),
    Column(
        "match_type",
        Key("match_type", names=False),
        en=("Match type", "Search terms match type"),
        de=("Keyword-Option", "Übereinstimmungstyp"),
    ),
    Column("search_term", Key("search_term"), en=("Search term",), de=("Suchbegriff",)),
    Column("asset_group", Key("asset_group"), en=("Asset group",), de=("Asset-Gruppe",)),
    Column("device", Key("device", names=False), en=("Device",), de=("Gerät",)),
    Column(
        "network",
        Key("network", names=False),
        en=("Network", "Network (with search partners)"),
        de=("Werbenetzwerk", "Werbenetzwerk (mit Suchpartnern)"),
    ),
    Column(
        "hour",
        Key("hour", names=False),
        en=("Hour of day", "Hour of the day"),
        de=("Tageszeit", "Stunde"),
    ),
    *REPEATED,
    Column(
        "location",
        Key("location", names=False),
        en=("Country/Territory", "Location"),
        de=("Land/Gebiet", "Standort"),
    ),
    Column(
        "impressions",
        Count("impression"),
        en=("Impr.", "Impressions"),
        de=("Impr.", "Impressionen"),
    ),
    Column(
        "views",
        Count("view"),
        en=("Views", "Video views", "TrueView views"),
        de=("Aufrufe", "Videoaufrufe", "TrueView-Aufrufe"),
    ),
    Column("clicks", Count("click"), en=("Clicks",), de=("Klicks",)),
    Column(
        "interactions",
        Count("click"),
        en=("Interactions",),
        de=("Interaktionen",),
        unless=("clicks",),
    ),
    Column("interaction_rate", Sign(), en=("Interaction rate",), de=("Interaktionsrate",)),
    Column("cost", Cost(), en=("Cost",), de=("Kosten",)),
    Column(
        "converted_cost",
        Cost(),
        en=("Cost (Converted currency)",),
        de=("Kosten (umgerechnete Währung)",),
        unless=("cost",),
    ),
    Column(
        "converted_currency",
        Currency(),
        en=("Converted currency code", "Account code"),
        de=("Umgerechneter Währungscode", "Code der umgerechneten Währung"),
        unless=("cost",),
    ),
    Column(
        "currency", Currency(), en=("Currency code", "Currency"), de=("Währungscode", "Währung")
    ),
    Column("conversions", Claimed(), en=("Conversions",), de=("Conversions",)),
    Column(
        "conversion_value",
        Claimed(is_value=True),
        en=("Conv. value", "Conversion value", "Total conv. value"),
        de=("Conv.-Wert", "Conversion-Wert"),
    ),
    Column(
        "average_cost",
        LeftOut("averages cannot be added up"),
        en=("Avg. CPC", "Avg. cost"),
        de=("Durchschn. CPC", "Durchschn. Kosten"),
    ),
    *(
        Column(
            f"text_{name}",
            Key("ad_text_" + name, names=False),
            en=(name,),
            de=_GERMAN_TEXTS.get(f"text_{name}", ()),
            unless=("ad_id",),
        )
        for name in AD_TEXTS
    ),
)

COLUMNS = translated(_COLUMNS, TRANSLATIONS)

COUNTS = ("impressions", "clicks", "interactions", "cost", "converted_cost")
"""A report must have one of these fields."""

TYPICAL_FIELDS = (
    "campaign_state",
    "campaign_group",
    "campaign_type",
    "ad_group",
    "search_term",
    "match_type",
    "interaction_rate",
    "average_cost",
    "currency",
)
"""Without a line with the period, a report must have one of these fields to be recognised."""

LEVELS = (
    ("search_term", "search_term"),
    ("keyword", "keyword"),
    ("ad_id", "ad"),
    ("ad", "ad"),
    ("ad_type", "ad"),
    ("asset_group", "asset_group"),
    ("ad_group", "ad_group"),
    ("campaign", "campaign"),
)
"""Column -> kind of report, the finest first. The title is not used: users can change it."""


def _lower(what: str) -> list[str]:
    """Return words of the other languages in the form of `headings.comparable`."""
    return [comparable(word) for word in words_of(TRANSLATIONS, what)]


_ALL_TIME = ("all time", "gesamter zeitraum", "gesamte zeit", *_lower("all time"))
ALL_TIME = re.compile("|".join(map(re.escape, _ALL_TIME)))
_VIDEO = ("demand gen", "discovery", "youtube", "trueview", "bumper")
VIDEO = re.compile("|".join((r"\bvideo", *map(re.escape, (*_VIDEO, *_lower("video"))))))
"""Types of campaigns and ads whose interactions are mostly views."""


def counts_interactions(columns: Columns) -> Callable[[Cells], bool]:
    """Return a test for rows whose interactions are clicks, for reports without Clicks."""
    at = columns.positions
    kinds = [at[field] for field in ("campaign_type", "ad_type") if field in at]
    views = at.get("views")

    def applies(cells: Cells) -> bool:
        if views is not None and cells[views].strip("0 -,.").strip():
            return False
        return not any(VIDEO.search(cells[kind].casefold()) for kind in kinds)

    return applies
