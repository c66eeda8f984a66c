"""Reports of paid campaigns, of every platform that sells them."""

from __future__ import annotations

import gzip

from tests.exports.files import google_report, google_row, table
from tests.exports.workbook_files import workbook

TEXTS: dict[str, tuple[str, str]] = {
    "google ads, daily campaigns": (
        "google_ads",
        google_report(google_row(), google_row(campaign="Café", day="2026-06-02", cost="1,000.5")),
    ),
    "google ads, German": (
        "google_ads",
        'Kampagnenbericht\n"1. Juni 2026 - 30. Juni 2026"\nTag,Kampagne,Währungscode,Kosten,Klicks,'
        'Impr.\n2026-06-01,Herbst,EUR,"1.234,50","1.200",9\nGesamt: Kampagnen,,EUR,"1,00",1, --\n',
    ),
    "meta ads, daily": (
        "meta_ads",
        "\ufeff"
        + table(
            (
                "Day",
                "Campaign name",
                "Ad set name",
                "Impressions",
                "Currency",
                "Amount spent (EUR)",
                "Link clicks",
                "Purchases",
                "Purchases conversion value",
                "Reporting starts",
                "Reporting ends",
            ),
            [
                "2026-06-01",
                "Spring",
                "Set",
                1200,
                "EUR",
                10.5,
                12,
                1,
                30,
                "2026-06-01",
                "2026-06-01",
            ],
            [
                "2026-06-02",
                "Spring",
                "Set",
                900,
                "EUR",
                9.25,
                7,
                "",
                "",
                "2026-06-02",
                "2026-06-02",
            ],
        ),
    ),
    "meta ads, German": (
        "meta_ads",
        "Tag;Kampagnenname;Impressionen;Link-Klicks;Ausgegebener Betrag (EUR)\n"
        '2026-06-01;"Herbst; neu";1200;12;10,50\n',
    ),
    "linkedin campaign manager": (
        "linkedin_ads",
        'Ad Performance Report (in UTC)\n"Report Start: September 21, 2026, 12:00 AM"\n'
        '"Report End: September 23, 2026, 11:59 PM"\n"Date Generated: September 23, 2026, 12:40 PM"'
        "\n\nStart Date (in UTC)\tAccount Name\tCurrency\tCampaign ID\tCampaign Name\tAd ID\t"
        "Total Spent\tImpressions\tClicks\tReactions\tComments\tShares\tFollows\n"
        "9/21/2026\tBrand\tEUR\t11\tSpring\t5\t9.36\t340\t1\t2\t0\t0\t1\n"
        "9/22/2026\tBrand\tEUR\t11\tSpring\t5\t8.00\t300\t2\t0\t0\t0\t0\n",
    ),
    "pinterest ads": (
        "pinterest_ads",
        "Date,Campaign name,Ad group name,Spend in account currency,Impressions,Reach,"
        "Outbound clicks,Saves,Engagements,Total conversions (Checkout),"
        "Total order value (Checkout)\n2026-06-15,Spring,Group,0.76,100,99,2,1,2,0,0\n",
    ),
}

BINARIES: dict[str, tuple[str, bytes]] = {
    "gzipped report": ("google_ads", gzip.compress(google_report(google_row()).encode(), mtime=0)),
    "meta ads workbook": (
        "meta_ads",
        workbook(
            {
                "Sheet": [
                    (
                        "Tag",
                        "Kampagnenname",
                        "Impressionen",
                        "Link-Klicks",
                        "Ausgegebener Betrag (EUR)",
                    ),
                    ("2026-06-01", "Herbst", 1200, 12, 10.5),
                ]
            }
        ),
    ),
    "x ads workbook": (
        "twitter_ads",
        workbook(
            {
                "results": [
                    (
                        "Time period",
                        "Campaign",
                        "Impressions",
                        "Spend",
                        "Link clicks",
                        "Likes",
                        "Replies",
                        "Retweets",
                        "Follows",
                    ),
                    ("Apr 1, 2026 - Apr 1, 2026", "Spring", 100.0, "-", 3.0, 1.0, "-", "-", "-"),
                ]
            }
        ),
    ),
}
