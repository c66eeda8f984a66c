"""Klaviyo: reports of e-mail and text message campaigns as CSV."""

from __future__ import annotations

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Channel,
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
_PEOPLE = LeftOut("numbers or shares of people, not events")

COLUMNS = (
    Column("sent", When("posted"), en=("Send Time", "Send Date")),
    Column("id", Key("campaign", sets="campaign_id"), en=("Campaign ID", "Message ID")),
    Column("name", Sign(), en=("Campaign Name",)),
    Column("variant", Key("variant", names=False), en=("Variant Name",)),
    Column(
        "channel",
        Channel(
            {
                "email": "email",
                "sms": "sms",
                "mms": "sms",
                "push": "push",
                "mobile push": "push",
                "push notification": "push",
                "whatsapp": "whatsapp",
            }
        ),
        en=("Campaign Channel", "Channel"),
    ),
    Column("opens", Count("impression"), en=("Total Opens",)),
    Column("clicks", Count("click"), en=("Total Clicks",)),
    Column("unsubscribes", Count("unfollow"), en=("Unsubscribes",)),
    Column("orders", Claimed(), en=("Unique Placed Order",)),
    Column("revenue", Claimed(is_value=True), en=("Revenue",)),
    Column("people", _PEOPLE, en=("Unique Opens", "Unique Clicks", "Open Rate", "Click Rate")),
    Column(
        "deliveries",
        LeftOut("messages sent, not engagements"),
        en=("Total Recipients", "Successful Deliveries", "Bounces"),
    ),
    Column("order_rate", Sign(), en=("Placed Order Rate",)),
    Column("complaint_rate", Sign(), en=("Spam Complaints Rate",)),
    Column("complaints", LeftOut("complaints"), en=("Spam Complaints",)),
    Column("winner", Sign(), en=("Winning Variant?",)),
)
_MARKS = tuple(
    together(fields=(field,)) for field in ("orders", "order_rate", "complaint_rate", "winner")
)


KLAVIYO = TableReport(
    platform="klaviyo",
    channel=CHANNEL,
    report="klaviyo",
    columns=COLUMNS,
    holds_people=True,
    needs=("sent", "id"),
    needs_one_of=("opens", "clicks"),
    marks=_MARKS,
    title="Klaviyo: campaign reports",
    where="Klaviyo → Campaigns → Options → Export campaigns, or Analytics → Campaign performance",
    looks_for=(
        "Send Time, Campaign ID, Total Opens or Total Clicks, and one column that only Klaviyo "
        "has: Unique Placed Order, Placed Order Rate, Spam Complaints Rate or Winning Variant?"
    ),
    rejected=(
        ("invalid_date", "a send time that is not a valid date"),
        ("undecidable_format", "send times that may be day/month or month/day"),
        ("unknown_type", "a campaign with an unknown channel"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day on which the campaign was sent; a later "
        "export replaces them.",
        "An open is counted as an impression. E-mail programs that load images automatically "
        "report opens of e-mails that were not read.",
        "Text messages have the channel `sms`, push messages `push`.",
        "Placed orders and revenue are conversions that Klaviyo claims. They appear only in the "
        "summary.",
        "The rows of a campaign's variants are added up.",
    ),
)
IMPORTERS = (KLAVIYO.importer(),)
