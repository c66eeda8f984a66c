"""Generated reports of any length for the benchmark, in the formats of the platforms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FIRST_DAY = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Report:
    """A kind of report."""

    name: str
    head: str
    """Everything above the first row."""
    row: Callable[[int], str]
    """The n-th row as a line."""
    delimiter: str = ","
    encoding: str = "utf-8"
    mapping: dict[str, Any] | None = None
    """For a file of one's own."""

    def file(self, rows: int) -> bytes:
        """A file with this many rows."""
        return (self.head + "".join(map(self.row, range(rows)))).encode(self.encoding)


def _day(n: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=n // 50 % 600)


def _count(n: int, most: int) -> int:
    """A number that looks random."""
    return 1 + n * 7919 % 10_007 % most


def _money(n: int) -> str:
    return f"{_count(n, 9_999) / 100:.2f}"


def _google(n: int) -> str:
    return (
        f"Brand {n % 50},{1000 + n % 50},{_day(n)},EUR,{_money(n)},{_count(n, 99)},"
        f'"{1000 + _count(n, 8999):,}",{n % 9}.50\n'
    )


def _keywords(n: int) -> str:
    return (
        f"Brand {n % 5},Group {n % 40},chairs {n},Exact match,{_day(n)},EUR,{_money(n)},"
        f"{_count(n, 9)},{_count(n, 900)}\n"
    )


def _meta(n: int) -> str:
    day = _day(n)
    return (
        f'{day},"Spring, {n % 50}",{1000 + n % 50},{_count(n, 900)},1.2,{_count(n, 9000)},EUR,'
        f"{_money(n)},{_count(n, 90)},{_count(n, 60)},{n % 3 or ''},{day},{day}\n"
    )


def _linkedin(n: int) -> str:
    day = _day(n)
    return (
        f"{day.month}/{day.day}/{day.year}\tBrand\tEUR\t{n % 50}\tSpring {n % 50}\t{n % 50}\t"
        f"{_money(n)}\t{_count(n, 9000)}\t{_count(n, 90)}\t{n % 5}\t{n % 3}\t0\t{n % 2}\n"
    )


def _posts(n: int) -> str:
    day = _day(n)
    return (
        f'{10**18 + n},"{day:%a, %b} {day.day}, {day.year}",Text {n},https://x.test/{n},'
        f"{_count(n, 9000)},{_count(n, 90)},9,0,0,{n % 2},{n % 4},{n % 3},5,1,{n % 6},0,0\n"
    )


def _pinterest(n: int) -> str:
    return (
        f"{_day(n)},Campaign {n % 50},Group {n % 50},{_money(n)},{_count(n, 900)},9,"
        f"{_count(n, 9)},{n % 3},4,0,0\n"
    )


def _chart(n: int) -> str:
    return f"{_day(n)},video{n % 50},Title {n % 50},{_count(n, 900)}\n"


def _orders(n: int) -> str:
    created = f"{_day(n)} {n % 24:02}:{n % 60:02}:13 +0200"
    return f"#{n},a@b.test,paid,{created},EUR,90.00,{_money(n)},{created},1,Chair,A,B,0.00,{n},1,\n"


def _reviews(n: int) -> str:
    return (
        f'US\t{n}\tR{n}\tB{n % 500}\t1\tA "chair\tHome\t{1 + n % 5}\t{n % 3}\t{n % 3}\tN\tY\tx\tx\t'
        f"{_day(n)}\n"
    )


def _own(n: int) -> str:
    day = _day(n)
    return (
        f"{day:%d.%m.%Y};Kampagne {n % 50};{_count(n, 9000)};{_count(n, 90)};"
        f"{_money(n).replace('.', ',')};{n % 7}\n"
    )


REPORTS = {
    report.name: report
    for report in (
        Report(
            "google_ads",
            'Campaign report\n"January 1, 2025 - December 31, 2026"\nCampaign,Campaign ID,Day,'
            "Currency code,Cost,Clicks,Impr.,Conversions\n",
            _google,
        ),
        Report(
            "google_ads keywords",
            'Keyword report\n"January 1, 2025 - December 31, 2026"\nCampaign,Ad group,Keyword,'
            "Match type,Day,Currency code,Cost,Clicks,Impr.\n",
            _keywords,
        ),
        Report(
            "meta_ads",
            "Day,Campaign name,Campaign ID,Reach,Frequency,Impressions,Currency,Amount spent (EUR),"
            "Clicks (all),Link clicks,Purchases,Reporting starts,Reporting ends\n",
            _meta,
        ),
        Report(
            "linkedin_ads",
            "Ad Performance Report (in UTC)\n\nStart Date (in UTC)\tAccount Name\tCurrency\t"
            "Campaign ID\tCampaign Name\tAd ID\tTotal Spent\tImpressions\tClicks\tReactions\t"
            "Comments\tShares\tFollows\n",
            _linkedin,
            delimiter="\t",
            encoding="utf-16",
        ),
        Report(
            "twitter posts",
            "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,"
            "New follows,Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,"
            "Permalink Clicks\n",
            _posts,
        ),
        Report(
            "pinterest_ads",
            "Date,Campaign name,Ad group name,Spend in account currency,Impressions,Reach,"
            "Outbound clicks,Saves,Engagements,Total conversions (Checkout),"
            "Total order value (Checkout)\n",
            _pinterest,
        ),
        Report("youtube chart", "Date,Content,Video title,Views\n", _chart),
        Report(
            "shopify orders",
            "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,"
            "Lineitem quantity,Lineitem name,Billing Name,Shipping Address1,Refunded Amount,Id,"
            "Phone,Notes\n",
            _orders,
        ),
        Report(
            "amazon reviews",
            "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\t"
            "product_category\tstar_rating\thelpful_votes\ttotal_votes\tvine\tverified_purchase\t"
            "review_headline\treview_body\treview_date\n",
            _reviews,
            delimiter="\t",
        ),
        Report(
            "a table of one's own",
            "Datum;Kampagne;Impressionen;Klicks;Kosten;Interessant\n",
            _own,
            delimiter=";",
            mapping={
                "columns": {
                    "Datum": "day",
                    "Kampagne": "campaign_id",
                    "Impressionen": "paid_impression",
                    "Klicks": "paid_click",
                    "Kosten": "cost",
                    "Interessant": "like",
                },
                "constants": {"channel": "xing", "currency": "EUR"},
            },
        ),
    )
}
