"""Reports of e-mail campaigns: Mailchimp and Klaviyo."""

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table

MAILCHIMP = (
    *("Title", "Subject", "Send Date", "Total Recipients", "Times Forwarded", "Unique Opens"),
    *("Open Rate", "Total Opens", "Unique Clicks", "Total Clicks", "Unsubscribes"),
    *("Abuse Complaints", "Unique Id", "Total Orders", "Total Gross Sales", "Total Revenue"),
)
KLAVIYO = (
    *("Campaign Name", "Subject", "Send Time", "Total Recipients", "Unique Placed Order"),
    *("Placed Order Rate", "Revenue", "Unique Opens", "Total Opens", "Unique Clicks"),
    *("Total Clicks", "Unsubscribes", "Spam Complaints Rate", "Campaign ID", "Campaign Channel"),
)


def mailing(opens: int = 310, sent: str = "Mar 01, 2026 10:00 am") -> list[object]:
    counts = [500, 1, 200, "40.00%", opens, 60, 71, 2, 0]
    return ["Spring", "Hello, you", sent, *counts, "ab12", 1, "30.00", "30.00"]


def campaign(channel: str = "email", key: str = "01AB") -> list[object]:
    counts = [500, 2, "0.4%", "58.00", 210, 300, 40, 52, 3, "0%"]
    return ["Spring", "Hello", "2026-03-01 10:00:00", *counts, key, channel]


def test_all_opens_and_clicks_of_a_mailing_count_on_the_day_on_which_it_was_sent() -> None:
    result = read(table(MAILCHIMP, mailing()))

    assert result.counts == {"impression": 310, "click": 71, "share": 1, "unfollow": 2}
    assert set(result.days) == {"2026-03-01"}
    assert all(event["lifetime"] for event in result.events)
    assert {(e["channel"], e["paid"], e["campaign_id"]) for e in result.events} == {
        ("email", False, "ab12")
    }


def test_revenue_that_the_sender_claims_is_no_conversion() -> None:
    for content in (table(MAILCHIMP, mailing()), table(KLAVIYO, campaign())):
        result = read(content)
        assert {event["kind"] for event in result.events} == {"engagement"}

    assert read(table(KLAVIYO, campaign())).summary["claimed_conversions"] == [
        {"count": "2", "value": "58.00", "currency": None}
    ]
    assert read(table(MAILCHIMP, mailing())).summary["claimed_conversions"] == [
        {"count": "1", "value": "30.00", "currency": None}
    ]


def test_a_later_download_restates_a_mailing() -> None:
    first, later = read(table(MAILCHIMP, mailing())), read(table(MAILCHIMP, mailing(opens=400)))

    assert [e["event_id"] for e in first.events] == [e["event_id"] for e in later.events]
    assert later.counts["impression"] == 400


def test_a_text_message_is_of_another_channel_than_an_email() -> None:
    result = read(table(KLAVIYO, campaign(), campaign("sms", "01AC")))

    clicks = {e["channel"]: e["count"] for e in result.events if e["type"] == "click"}
    assert clicks == {"email": 52, "sms": 52}


def test_a_campaign_of_an_unknown_channel_is_refused() -> None:
    result = read(table(KLAVIYO, campaign("carrier pigeon")))

    assert [refused.code for refused in result.refused] == ["unknown_type"]


def test_variants_of_a_campaign_add_up() -> None:
    header = (*KLAVIYO, "Variant Name")

    rows = [[*campaign(), "A"], [*campaign(), "B"]]

    result = read(table(header, *rows))

    assert result.counts["click"] == 104
    reversed_ids = [event["event_id"] for event in read(table(header, *rows[::-1])).events]
    assert sorted(reversed_ids) == sorted(event["event_id"] for event in result.events)
    assert reversed_ids != [event["event_id"] for event in result.events]


@pytest.mark.parametrize("header", [MAILCHIMP, KLAVIYO])
def test_a_mailing_without_its_id_is_not_recognised(header: tuple[str, ...]) -> None:
    without = [name for name in header if name not in ("Unique Id", "Campaign ID")]

    with pytest.raises(ExportRefused) as refusal:
        read(table(without, ["x"] * len(without)))

    assert refusal.value.code == "unknown_platform"
