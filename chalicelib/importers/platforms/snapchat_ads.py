"""Snapchat Ads: Ads Manager reports as CSV."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Column,
    Count,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.marks import together

CHANNEL = "snapchat_ads"
COLUMNS = columns_from(
    Path(__file__).with_name("snapchat_ads_columns.tsv"),
    Column("to", When("to", ends_before=True)),
    Column("ad_squad", Key("ad_set")),
    Column("swipes", Count("click")),
    Column("clicks", Count("click"), unless=("swipes",)),
    Column("of_swipes", Sign()),
    Column("stories", LeftOut("part of the impressions")),
)
_MARKS = (
    *(together(fields=(field,)) for field in ("swipes", "of_swipes", "ad_squad", "stories")),
    together("Paid Impressions", "Amount Spent"),
)
_LEVELS = ("ad", "ad_set", ("ad_squad", "ad-set"), "campaign")
"""An ad squad is the older name of an ad set. Campaign rows repeat the numbers of their ads."""


SNAPCHAT_ADS = TableReport(
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
