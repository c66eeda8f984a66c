"""Spotify Ads Manager (Ad Studio): campaign reports as CSV."""

from __future__ import annotations

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
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

CHANNEL = "spotify_ads"
_PARTS = LeftOut("counts how far people listened: part of the impressions")

COLUMNS = (
    Column("day", When("day"), en=("Date", "Day"), de=("Datum", "Tag")),
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Ad account ID", "Account ID"),
    ),
    Column("campaign_id", Key("campaign", sets="campaign_id"), en=("Campaign ID",)),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Kampagne"),
    ),
    Column("ad_set_id", Key("ad_set"), en=("Ad set ID",)),
    Column(
        "ad_set",
        Key("ad_set"),
        en=("Ad set name", "Ad set"),
        de=("Name des Anzeigensets", "Anzeigenset", "Anzeigengruppe"),
    ),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID",)),
    Column(
        "ad", Key("ad", sets="content_id"), en=("Ad name", "Ad"), de=("Anzeigenname", "Anzeige")
    ),
    Column("age", Key("age", names=False), en=("Age",), de=("Alter",)),
    Column("gender", Key("gender", names=False), en=("Gender",), de=("Geschlecht",)),
    Column("genre", Key("genre", names=False), en=("Genre", "Music genre"), de=("Genre",)),
    Column("platform", Key("platform", names=False), en=("Platform", "Device"), de=("Plattform",)),
    Column("place", Key("place", names=False), en=("Country", "Region", "City"), de=("Land",)),
    Column(
        "impressions",
        Count("impression"),
        en=("Impressions", "Ads served", "Ad impressions"),
        de=("Impressions", "Impressionen", "Ausgelieferte Anzeigen"),
    ),
    Column("clicks", Count("click"), en=("Clicks",), de=("Klicks",)),
    Column("video_views", Count("view"), en=("Video views",), de=("Videoaufrufe",)),
    Column("spend", Cost(), en=("Spend", "Spent", "Amount spent"), de=("Ausgaben",)),
    Column("currency", Currency(), en=("Currency",), de=("Währung",)),
    Column(
        "quartiles",
        _PARTS,
        en=("First quartiles", "Midpoints", "Third quartiles", "First quartile", "Third quartile"),
    ),
    Column("completes", _PARTS, en=("Completes", "Ad completes", "Complete listens")),
    Column("skips", _PARTS, en=("Skips",)),
    Column(
        "listens",
        LeftOut("counts what people listened to after the ad"),
        en=("Paid listens", "New listeners", "Intent rate"),
    ),
    Column(
        "off_platform",
        LeftOut("part of the impressions"),
        en=("Off Spotify impressions", "Off-Spotify impressions", "Off-platform impressions"),
    ),
    Column(
        "people",
        LeftOut("counts people or an average of people, not events"),
        en=("Reach", "Frequency"),
        de=("Reichweite", "Häufigkeit"),
    ),
    Column("rates", Sign(), en=("Completion rate", "Ad completion rate"), de=("Abschlussrate",)),
)
_MARKS = tuple(
    together(fields=(field,)) for field in ("quartiles", "listens", "off_platform", "completes")
)
_LEVELS = ("ad", "ad_set", "campaign")


SPOTIFY_ADS = TableReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="campaign",
    levels=_LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs=("impressions",),
    needs_one_of=tuple(field for level in _LEVELS for field in (level, f"{level}_id")),
    marks=_MARKS,
    paid=True,
    title="Spotify Ads Manager (Ad Studio): campaign reports",
    where=(
        "Spotify Ads Manager → Reporting → Export → Daily (Täglich), columns Impressions, Clicks, "
        "Spend and First quartiles or Completes → .csv. If the file contains no currency, pass "
        "the account's currency with `--currency`"
    ),
    looks_for=(
        "Campaign, Ad set or Ad name, Impressions, and a column that only Spotify writes: First "
        "quartiles, Midpoints, Completes, Paid listens, New listeners, Off Spotify impressions"
    ),
    rejected=(
        ("no_date", "reports that are not by day and have no start and end date"),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("unknown_platform", "no column is specific to Spotify; name the platform"),
    ),
    remarks=(
        "Each served ad becomes an impression, however far people listened.",
        "The headings come from Spotify's documentation, not from a real export.",
    ),
)
IMPORTERS = (SPOTIFY_ADS.importer(),)
