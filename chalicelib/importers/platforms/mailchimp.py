"""Mailchimp: campaign reports of an audience as CSV."""

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
_PEOPLE = LeftOut("counts people or shares of people, not events")

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
        LeftOut("counts what was sent, not what people did"),
        en=("Total Recipients", "Successful Deliveries", "Soft Bounces", "Total Bounces"),
    ),
    Column("complaints", LeftOut("complaints"), en=("Abuse Complaints",)),
    Column("forwarded_opens", LeftOut("part of the opens"), en=("Forwarded Opens",)),
    Column("likes", LeftOut("likes on Facebook"), en=("Times Liked on Facebook",)),
    Column("gross", LeftOut("repeats the claimed revenue"), en=("Total Gross Sales",)),
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
        "Send Date, Unique Id, Total Opens or Total Clicks, and a column that only Mailchimp "
        "writes: Abuse Complaints, Times Forwarded, Forwarded Opens"
    ),
    rejected=(
        ("invalid_date", "the send date is not a date"),
        ("undecidable_format", "the send dates could be day/month or month/day"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day the campaign was sent. A later export "
        "replaces them.",
        "An open becomes an impression. Some mail programs load images automatically, Apple Mail "
        "since 2021, so e-mails that were never read count as opened.",
        "Orders and revenue are claimed by Mailchimp. They appear in the summary only, never as "
        "events.",
        "The headings come from Mailchimp's English interface.",
    ),
)
IMPORTERS = (MAILCHIMP.importer(),)
