"""Snapchat Ads: Ads Manager reports as CSV."""

from __future__ import annotations

from chalicelib.importers.reports.report import TableReport
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
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together

CHANNEL = "snapchat_ads"
COLUMNS = (
    Column("day", When("day"), en=("Date", "Day"), de=("Datum", "Tag")),
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
    Column("from", When("from"), en=("Start Time", "Start Date"), de=("Startzeit", "Startdatum")),
    Column(
        "to",
        When("to", ends_before=True),
        en=("End Time", "End Date"),
        de=("Endzeit", "Enddatum"),
    ),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Ad Account ID", "Ad Account Id"),
        de=("Werbekonto-ID",),
    ),
    Column(
        "campaign_id",
        Key("campaign", sets="campaign_id"),
        en=("Campaign ID", "Campaign Id"),
        de=("Kampagnen-ID",),
    ),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign Name", "Campaign"),
        de=("Kampagnenname", "Name der Kampagne"),
    ),
    Column(
        "ad_set_id",
        Key("ad_set"),
        en=("Ad Set ID", "Ad Set Id", "Ad Squad ID", "Ad Squad Id"),
        de=("Anzeigengruppen-ID",),
    ),
    Column(
        "ad_set",
        Key("ad_set"),
        en=("Ad Set Name", "Ad Set"),
        de=("Anzeigengruppenname", "Name der Anzeigengruppe"),
    ),
    Column("ad_squad", Key("ad_set"), en=("Ad Squad Name", "Ad Squad")),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID", "Ad Id"), de=("Anzeigen-ID",)),
    Column("ad", Key("ad", sets="content_id"), en=("Ad Name", "Ad"), de=("Anzeigenname",)),
    Column("age", Key("age", names=False), en=("Age", "Age Bucket"), de=("Alter",)),
    Column("gender", Key("gender", names=False), en=("Gender",), de=("Geschlecht",)),
    Column("place", Key("place", names=False), en=("Country", "Region", "DMA"), de=("Land",)),
    Column("system", Key("system", names=False), en=("Operating System", "OS")),
    Column(
        "impressions",
        Count("impression"),
        en=("Paid Impressions", "Impressions"),
        de=("Bezahlte Impressions", "Bezahlte Impressionen", "Impressions"),
    ),
    Column(
        "swipes",
        Count("click"),
        en=("Swipe Ups", "Swipe-Ups", "Swipes", "Swipe Up"),
        de=("Swipe-ups", "Hochwischen"),
    ),
    Column("clicks", Count("click"), en=("Clicks",), de=("Klicks",), unless=("swipes",)),
    Column(
        "video_views",
        Count("view"),
        en=("Video Views", "2 Second Video Views"),
        de=("Videoaufrufe",),
    ),
    Column("shares", Count("share"), en=("Shares",)),
    Column("saves", Count("save"), en=("Saves",)),
    Column(
        "spend",
        Cost(),
        en=("Amount Spent", "Spend"),
        de=("Ausgegebener Betrag", "Ausgaben"),
    ),
    Column("currency", Currency(), en=("Currency", "Account Currency"), de=("Währung",)),
    Column("purchases", Claimed(), en=("Purchases", "Conversion Purchases"), de=("Käufe",)),
    Column(
        "value",
        Claimed(is_value=True),
        en=("Purchases Value", "Conversion Purchases Value"),
        de=("Kaufwert",),
    ),
    Column(
        "people",
        LeftOut("counts people or an average of people, not events"),
        en=("Paid Reach", "Reach", "Paid Frequency", "Frequency"),
        de=("Bezahlte Reichweite", "Reichweite"),
    ),
    Column(
        "of_swipes",
        Sign(),
        en=("eCPSU", "Swipe Up Rate", "Swipe-Up Rate", "Paid eCPM", "Cost per Swipe Up"),
    ),
    Column("stories", LeftOut("part of the impressions"), en=("Story Opens", "Paid Story Opens")),
)
_MARKS = (
    *(together(fields=(field,)) for field in ("swipes", "of_swipes", "ad_squad", "stories")),
    together("Paid Impressions", "Amount Spent"),
)
_LEVELS = ("ad", "ad_set", "ad_squad", "campaign")


class SnapchatReport(TableReport):
    """An Ads Manager report. Campaign rows repeat the numbers of their ads."""

    def name_in(self, columns: Columns) -> str:
        """The level of the rows. "Ad squad" is the older name of an ad set."""
        return super().name_in(columns).replace("squad", "set")


SNAPCHAT_ADS = SnapchatReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=_LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs=("spend", "impressions"),
    needs_one_of=("campaign", "campaign_id", "ad_set_id", "ad", "ad_id"),
    marks=_MARKS,
    paid=True,
    title="Snapchat Ads: Ads Manager reports",
    where=(
        "Snapchat Ads Manager → Reports (Berichte) → breakdown by Day (Tag), columns Amount Spent, "
        "Paid Impressions, Swipe Ups or Clicks, Currency → Export → .csv"
    ),
    looks_for=(
        "Amount Spent or Spend, Paid Impressions, and a column that only Snapchat writes: Swipe "
        "Ups, eCPSU, Swipe Up Rate, Paid eCPM, Ad Squad Name, Story Opens"
    ),
    rejected=(
        ("no_date", "reports without a day or a start and end time"),
        ("aggregate_period", "rows whose Start Time and End Time are several days apart"),
        ("no_currency", "Amount Spent but no currency in the file; pass it with `--currency`"),
        ("unknown_platform", "no column is specific to Snapchat; name the platform"),
    ),
    remarks=(
        "A swipe up becomes a click.",
        "Days are in the account's time zone. An End Time at midnight ends the previous day.",
        "The headings come from Snapchat's help pages, not from a real export.",
    ),
)
IMPORTERS = (SNAPCHAT_ADS.importer(),)
