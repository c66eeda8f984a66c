"""Tables that combine several platforms: no row is imported under the wrong channel."""

from __future__ import annotations

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table

GOOGLE = ("Day", "Campaign", "Currency code", "Impr.", "Clicks", "Cost")
META = ("Day", "Campaign name", "Impressions", "Link clicks", "Amount spent (EUR)")
LINKEDIN = ("Start Date (in UTC)", "Campaign Name", "Currency", "Total Spent", "Clicks")
TIKTOK = ("Date", "Campaign name", "Cost (EUR)", "Impressions", "Clicks (destination)")
PINTEREST = (
    *("Date", "Campaign name", "Spend in account currency", "Account currency"),
    *("Saves", "Impressions"),
)
VALUES = {
    **dict.fromkeys(("Day", "Date", "Start Date (in UTC)"), "2026-06-13"),
    **dict.fromkeys(("Currency code", "Currency", "Account currency"), "EUR"),
    **dict.fromkeys(("Campaign", "Campaign name", "Campaign Name"), "Brand"),
    "Cost": "7.50",
}


def merge(header: tuple[str, ...], heading: str, *sources: str) -> str:
    """Return a table with a row of each source, named in a column with this heading."""
    rows = [[*(VALUES.get(name, "7") for name in header), source] for source in sources]
    return table((*header, heading), *rows)


@pytest.mark.parametrize(
    ("header", "heading", "own", "other"),
    [
        (GOOGLE, "Source", "Google Ads", "Meta"),
        (GOOGLE, "Data source name", "google_ads", "facebook_ads"),
        (GOOGLE, "Quelle", "Google", "Microsoft Advertising"),
        (META, "Platform", "instagram", "Google Ads"),
        (META, "Plattform", "Facebook", "TikTok"),
        (META, "Account name", "Meta Ads", "Google Ads"),
        (LINKEDIN, "Channel", "LinkedIn", "Facebook"),
        (TIKTOK, "媒体", "TikTok", "X"),
        (PINTEREST, "Kanaal", "Pinterest", "Taboola - Native"),
    ],
)
def test_a_table_with_rows_of_another_platform_is_rejected(
    header: tuple[str, ...], heading: str, own: str, other: str
) -> None:
    for sources in ((own, other), (other, other)):
        with pytest.raises(ExportRejected, match=heading) as rejection:
            read(merge(header, heading, *sources))
        assert rejection.value.code == "unknown_platform"

    assert not read(merge(header, heading, own, own)).rejected


def test_a_row_of_another_platform_far_below_is_rejected() -> None:
    rows = [["2026-06-13", "Brand " * 20, "EUR", "7", "7", "7.50", "Google Ads"]] * 20_000
    other = ["2026-06-13", "Spring", "EUR", "100", "10", "5.00", "Meta Ads"]

    result = read(table((*GOOGLE, "Source"), *rows, other))

    assert [row.code for row in result.rejected] == ["unknown_type"]
    assert result.counts == {"impression": 140_000, "click": 140_000}


@pytest.mark.parametrize(
    ("header", "heading", "sources"),
    [
        (META, "Platform", ("facebook", "Instagram", "audience_network", "Threads", "Unknown")),
        (GOOGLE, "Network (with search partners)", ("Google search", "YouTube", "Search partners")),
        (GOOGLE, "Network", ("Google search", "YouTube", "Search partners")),
        (GOOGLE, "Account name", ("Meta Design", "Amazon Travel", "Reddit")),
        (META, "Ad set name", ("Google", "TikTok look-alike")),
        (META, "Publisher platform", ("Meta Audience Network", "Metaverse", "Xbox")),
    ],
)
def test_placements_accounts_and_campaigns_are_not_mistaken_for_platforms(
    header: tuple[str, ...], heading: str, sources: tuple[str, ...]
) -> None:
    assert not read(merge(header, heading, *sources)).rejected
