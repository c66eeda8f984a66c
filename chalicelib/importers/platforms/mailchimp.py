"""Mailchimp: the campaign reports of a list as CSV."""

from __future__ import annotations

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Count,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.tables.marks import together

CHANNEL = "email"
_PEOPLE = LeftOut("people, or shares of them, and not events")

COLUMNS = (
    Column("sent", When("posted"), en=("Send Date", "Send Time")),
    Column("id", Key("campaign", sets="campaign_id"), en=("Unique Id",)),
    Column("title", Sign(), en=("Title", "Campaign Title", "Campaign Name")),
    Column("opens", Count("impression"), en=("Total Opens",)),
    Column("clicks", Count("click"), en=("Total Clicks",)),
    Column("forwards", Count("share"), en=("Times Forwarded",)),
    Column("unsubscribes", Count("unfollow"), en=("Unsubscribes",)),
    Column("orders", Claimed(), en=("Total Orders",)),
    Column("revenue", Claimed(is_value=True), en=("Total Revenue",)),
    Column("people", _PEOPLE, en=("Unique Opens", "Unique Clicks", "Open Rate", "Click Rate")),
    Column(
        "deliveries",
        LeftOut("what was sent, and not what people did"),
        en=("Total Recipients", "Successful Deliveries", "Soft Bounces", "Total Bounces"),
    ),
    Column("complaints", LeftOut("complaints"), en=("Abuse Complaints",)),
    Column("forwarded_opens", LeftOut("a part of the opens"), en=("Forwarded Opens",)),
    Column("likes", LeftOut("likes of Facebook's"), en=("Times Liked on Facebook",)),
    Column("gross", LeftOut("the claimed revenue again"), en=("Total Gross Sales",)),
)
_MARKS = tuple(
    together(fields=(field,)) for field in ("complaints", "forwards", "forwarded_opens", "likes")
)


MAILCHIMP = TableReport(
    platform="mailchimp",
    channel=CHANNEL,
    report="mailchimp",
    columns=COLUMNS,
    holds_people=True,
    needs=("sent", "id"),
    needs_one_of=("opens", "clicks"),
    marks=_MARKS,
    title="Mailchimp: campaign reports",
    where=(
        "Mailchimp → Campaigns → Analytics or Reports → Export all as CSV (Kampagnen → Berichte → "
        "Alle als CSV exportieren): campaigns.csv"
    ),
    looks_for=(
        "Send Date, Unique Id, Total Opens or Total Clicks, and a column that only Mailchimp has: "
        "Abuse Complaints, Times Forwarded, Forwarded Opens"
    ),
    refused=(
        ("invalid_date", "a send date that is none"),
        ("undecidable_format", "send dates that may be day/month or month/day"),
    ),
    remarks=(
        "The counts are those since a campaign was sent, booked on the day on which it was sent; a "
        "later export replaces them.",
        "An open is an impression. Programs that load pictures by themselves open e-mails that "
        "nobody reads, and Apple's Mail has since 2021.",
        "Orders and revenue are what Mailchimp claims: of the summary only.",
        "The headings are known from Mailchimp's English interface.",
    ),
)
IMPORTERS = (MAILCHIMP.importer(),)
