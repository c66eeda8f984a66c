"""Ads reports from Snapchat, Reddit and Spotify."""

from itertools import pairwise

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table

SNAPCHAT = (
    *("Date", "Campaign ID", "Campaign Name", "Currency", "Amount Spent", "Paid Impressions"),
    *("Swipe Ups", "Clicks", "eCPSU", "Purchases", "Purchases Value"),
)
SNAP_ROW = ["2026-03-01", "ab-1", "Spring", "EUR", "6.10", 2400, 37, 44, "0.16", 1, "19.00"]
REDDIT = (
    *("Date", "Campaign Name", "Ad Group Name", "Impressions", "Clicks", "Amount Spent (USD)"),
    *("eCPM", "Upvotes", "Downvotes", "Comment Upvotes"),
)
REDDIT_ROW = ["2026-03-01", "Spring", "Makers", 3300, 21, "9.99", "3.03", 4, 1, 9]
SPOTIFY = (
    *("Date", "Campaign name", "Ad set name", "Currency", "Spend", "Impressions", "Reach"),
    *("First quartiles", "Completes", "Clicks"),
)
SPOTIFY_ROW = ["2026-03-01", "Spring", "Pop", "EUR", "14.00", 1000, 800, 980, 940, 6]

CASES = {
    "snapchat_ads": (SNAPCHAT, SNAP_ROW, {"impression": 2400, "click": 37}, "6.10", "EUR"),
    "reddit_ads": (REDDIT, REDDIT_ROW, {"impression": 3300, "click": 21, "like": 4}, "9.99", "USD"),
    "spotify_ads": (SPOTIFY, SPOTIFY_ROW, {"impression": 1000, "click": 6}, "14.00", "EUR"),
}


def snapchat_times(*periods: tuple[str, str]) -> str:
    header = ("Start Time", "End Time", *SNAPCHAT[1:])
    return table(header, *([*period, *SNAP_ROW[1:]] for period in periods))


@pytest.mark.parametrize("offset", ["-07:00", "+02:00", "Z"])
def test_a_period_that_ends_at_midnight_ends_on_the_day_before(offset: str) -> None:
    midnights = [f"2026-03-0{day}T00:00:00.000{offset}" for day in (1, 2, 3)]
    days = list(pairwise(midnights))

    daily = read(snapchat_times(*days))
    spread = read(snapchat_times((midnights[0], midnights[2])), spread=True)

    assert daily.counts == {"impression": 4800, "click": 74}
    assert daily.days == spread.days == ["2026-03-01", "2026-03-02"]


@pytest.mark.parametrize("platform", CASES)
@pytest.mark.parametrize(("heading", "last"), [("Week", "2026-03-07"), ("Month", "2026-03-31")])
def test_a_row_of_a_week_or_month_covers_that_period(
    platform: str, heading: str, last: str
) -> None:
    header, row, counts, _, _ = CASES[platform]
    content = table((heading, *header[1:]), row)

    with pytest.raises(ExportRejected) as rejection:
        read(content)
    result = read(content, spread=True)

    assert rejection.value.code == "aggregate_period"
    assert result.counts == counts
    assert (result.summary["from"], result.summary["to"]) == ("2026-03-01", last)
