"""Klaviyo: campaign reports as CSV, of e-mail and of text messages."""

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
_PEOPLE = LeftOut("people, or shares of them, and not events")

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
        LeftOut("what was sent, and not what people did"),
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
        "Send Time, Campaign ID, Total Opens or Total Clicks, and a column that only Klaviyo has: "
        "Unique Placed Order, Placed Order Rate, Spam Complaints Rate, Winning Variant?"
    ),
    refused=(
        ("invalid_date", "a send time that is none"),
        ("undecidable_format", "send times that may be day/month or month/day"),
        ("unknown_type", "a campaign of a channel that is not known"),
    ),
    remarks=(
        "The counts are those since a campaign was sent, booked on the day on which it was sent; a "
        "later export replaces them.",
        "An open is an impression. Programs that load pictures by themselves open e-mails that "
        "nobody reads.",
        "Text messages are of the channel `sms`, push messages of `push`.",
        "Placed orders and revenue are what Klaviyo claims: of the summary only.",
        "The rows of the variants of a campaign are parts of it and add up.",
    ),
)
IMPORTERS = (KLAVIYO.importer(),)
