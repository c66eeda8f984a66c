"""One small file of every kind that is imported: what is fuzzed, and what recognition is held to.

Made up in code in the shapes that the platforms give their files; no line is a platform's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

from tests.exports.files import google_report, google_row, shop_export, shop_item, shop_row, table
from tests.exports.workbook_files import workbook, zipped

TEXTS: dict[str, tuple[str, str]] = {}
"""Name -> (platform, text)."""

BINARIES: dict[str, tuple[str, bytes]] = {}
"""Name -> (platform, bytes): workbooks and archives."""


def sheets(**named: Sequence[Sequence[object]]) -> bytes:
    """An xlsx of some sheets; an underscore in a name stands for a blank."""
    return workbook({name.replace("_", " "): rows for name, rows in named.items()})


def lines(*records: object) -> str:
    """NDJSON."""
    return "".join(json.dumps(record) + "\n" for record in records)


TEXTS |= {
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
    "facebook posts until 2021": (
        "facebook",
        table(
            (
                "Post ID",
                "Permalink",
                "Post Message",
                "Type",
                "Posted",
                "Lifetime Post Total Reach",
                "Lifetime Post Total Impressions",
                "Lifetime Post Organic Impressions",
                "Lifetime Post Paid Impressions",
                "Lifetime Post Stories by action type - like",
            ),
            ["", "", "", "", "", "Lifetime: The total number", "Lifetime: Impressions", "", "", ""],
            [
                "1_2",
                "https://facebook.test/2",
                "Hello",
                "Photo",
                "01/19/2017 09:03:47 AM",
                50,
                60,
                60,
                0,
                1,
            ],
        ),
    ),
    "facebook page until 2021": (
        "facebook",
        table(
            (
                "Date",
                "Lifetime Total Likes",
                "Daily New Likes",
                "Daily Unlikes",
                "Daily Total Impressions",
                "Weekly Total Impressions",
                "28 Days Total Impressions",
            ),
            ["", "Lifetime: The total number of people", "Daily: new", "Daily: un", "", "", ""],
            ["2020-05-05", 1000, 3, 1, 550, 900, 6000],
        ),
    ),
    "business suite, facebook": (
        "facebook",
        table(
            (
                "Post ID",
                "Page ID",
                "Page name",
                "Title",
                "Publish time",
                "Permalink",
                "Post type",
                "Views",
                "Reactions",
                "Comments",
                "Shares",
                "Total clicks",
                "Link clicks",
            ),
            [
                "100",
                "7",
                "Page",
                "Hi",
                "09/27/2026 18:30",
                "https://fb.test/1",
                "Reel",
                "1,250",
                5,
                1,
                0,
                9,
                4,
            ],
        ),
    ),
    "business suite, instagram": (
        "instagram",
        table(
            (
                "Post ID",
                "Account ID",
                "Account username",
                "Account name",
                "Description",
                "Publish time",
                "Permalink",
                "Post type",
                "Data comment",
                "Date",
                "Views",
                "Reach",
                "Likes",
                "Shares",
                "Follows",
                "Comments",
                "Saves",
            ),
            [
                "17",
                "8",
                "brand",
                "Brand",
                "Hi",
                "09/27/2026 18:30",
                "https://ig.test/p/1",
                "IG image",
                "",
                "Lifetime",
                300,
                200,
                20,
                1,
                2,
                3,
                4,
            ],
        ),
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
    "x, by post until 2023": (
        "twitter",
        table(
            (
                "Tweet id",
                "Tweet permalink",
                "Tweet text",
                "time",
                "impressions",
                "engagements",
                "engagement rate",
                "retweets",
                "replies",
                "likes",
                "url clicks",
                "follows",
                "media views",
                "promoted impressions",
                "promoted likes",
            ),
            [
                "8490",
                "https://twitter.test/8490",
                "Hi",
                "2017-04-04 00:00 +0000",
                "29.0",
                "1.0",
                "0.03",
                "1.0",
                "0.0",
                "2.0",
                "1.0",
                "0",
                "0",
                "-",
                "-",
            ],
        ),
    ),
    "x, by day until 2023": (
        "twitter",
        table(
            (
                "Date",
                "Tweets published",
                "impressions",
                "engagements",
                "engagement rate",
                "retweets",
                "replies",
                "likes",
                "url clicks",
                "follows",
                "promoted impressions",
            ),
            ["2017-04-03", "3", "145.0", "9.0", "0.062", "1.0", "0.0", "0.0", "8.0", "0", "-"],
        ),
    ),
    "x, account overview": (
        "twitter",
        "Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,Replies,"
        'Reposts,Profile visits,Create Post,Video views,Media views\n"Tue, Aug 26, 2025",444,4,29,'
        '0,0,1,0,6,0,4,0,0,0\n"Mon, Aug 25, 2025",8893,19,164,5,0,5,0,7,0,104,8,0,0',
    ),
    "x, content": (
        "twitter",
        table(
            (
                "Post id",
                "Date",
                "Post text",
                "Post Link",
                "Impressions",
                "Likes",
                "Engagements",
                "Bookmarks",
                "Shares",
                "New follows",
                "Replies",
                "Reposts",
                "Profile visits",
                "Detail Expands",
                "URL Clicks",
                "Hashtag Clicks",
                "Permalink Clicks",
            ),
            [
                "9370005213976500178",
                "Sat, Aug 15, 2026",
                "Hi",
                "https://x.test/1",
                44,
                1,
                3,
                0,
                0,
                0,
                1,
                0,
                0,
                1,
                0,
                0,
                0,
            ],
        ),
    ),
    "x archive": (
        "twitter",
        "window.YTD.tweets.part0 = "
        + json.dumps(
            [
                {
                    "tweet": {
                        "id_str": "158",
                        "id": "158",
                        "full_text": "Hi",
                        "created_at": "Wed Oct 19 20:07:25 +0000 2022",
                        "favorite_count": "3",
                        "retweet_count": "1",
                    }
                }
            ]
        ),
    ),
    "youtube totals": (
        "youtube",
        "Date,Views,Watch time (hours)\n2026-06-01,10,1.5\n2026-06-02,12,1.7\n",
    ),
    "youtube chart": (
        "youtube",
        "Datum,Videos,Videotitel,Auf\u00adru\u00adfe\n2026-06-01, -td1OgsnW1k,Titel,10\n",
    ),
    "youtube analytics api": (
        "youtube",
        json.dumps(
            {
                "kind": "youtubeAnalytics#resultTable",
                "columnHeaders": [
                    {"name": "day", "columnType": "DIMENSION", "dataType": "STRING"},
                    {"name": "views", "columnType": "METRIC", "dataType": "INTEGER"},
                ],
                "rows": [["2026-06-01", 10], ["2026-06-02", 12]],
            }
        ),
    ),
    "pinterest ads": (
        "pinterest_ads",
        "Date,Campaign name,Ad group name,Spend in account currency,Impressions,Reach,"
        "Outbound clicks,Saves,Engagements,Total conversions (Checkout),"
        "Total order value (Checkout)\n2026-06-15,Spring,Group,0.76,100,99,2,1,2,0,0\n",
    ),
    "shopify orders": (
        "shopify",
        shop_export(shop_row(), shop_item(), shop_row(name="#2", id="2", status="pending")),
    ),
    "shopify sales": (
        "shopify",
        "Day,Product title,Gross sales,Discounts,Returns,Net sales,Taxes,Total sales,Orders\n"
        "2026-06-01,Chair,100,0,0,100,10,110,1\n2026-06-01,,0,0,0,0,0,5,0\n",
    ),
    "shopify order": (
        "shopify",
        json.dumps(
            {
                "id": 82,
                "created_at": "2026-06-01T10:00:00+02:00",
                "total_price": "100.00",
                "currency": "EUR",
                "financial_status": "paid",
                "line_items": [{"id": 1, "price": "100.00"}],
            }
        ),
    ),
    "woocommerce orders": (
        "woocommerce",
        '\ufeffDate,"Order #",Status,Customer,"Customer type","Product(s)","Items sold",'
        'Coupon(s),"N. Revenue"\n"2026-06-01 10:15:00",1234,completed,"Ada L",new,"1× Chair",1,,'
        "49.9\n",
    ),
    "segment": (
        "segment",
        lines(
            {
                "type": "track",
                "event": "Order Completed",
                "messageId": "m1",
                "anonymousId": "a1",
                "timestamp": "2026-06-01T10:00:00Z",
                "receivedAt": "2026-06-01T10:00:01Z",
                "properties": {"order_id": "17", "total": 40.5, "currency": "EUR"},
            },
            {
                "type": "track",
                "event": "Page Read",
                "messageId": "m2",
                "timestamp": "2026-06-01T10:00:00Z",
                "receivedAt": "2026-06-01T10:00:01Z",
                "properties": {},
            },
        ),
    ),
    "meta conversions": (
        "meta_conversions",
        json.dumps(
            {
                "data": [
                    {
                        "event_name": "Purchase",
                        "event_time": 1780300800,
                        "event_id": "e1",
                        "action_source": "website",
                        "user_data": {"em": ["0" * 64]},
                        "custom_data": {"value": 40.5, "currency": "EUR"},
                    }
                ]
            }
        ),
    ),
    "ga4 bigquery": (
        "ga4",
        lines(
            {
                "event_date": "20260601",
                "event_timestamp": "1780300800000000",
                "event_name": "page_view",
                "event_params": [{"key": "ga_session_id", "value": {"int_value": "5"}}],
                "user_pseudo_id": "1.2",
            },
            {
                "event_date": "20260601",
                "event_timestamp": "1780300801000000",
                "event_name": "purchase",
                "event_params": [{"key": "currency", "value": {"string_value": "EUR"}}],
                "ecommerce": {"purchase_revenue": 12.5, "transaction_id": "T1"},
                "user_pseudo_id": "1.2",
            },
        ),
    ),
    "ga4 report": (
        "ga4",
        "# ----------------------------------------\n# Account: Brand\n# Property: Blog\n"
        "# ----------------------------------------\n\n# All Users\n# Start date: 20260601\n"
        "# End date: 20260603\nNth day,Views\n0000,10\n0001,12\n0002,9\n",
    ),
    "matomo by day": (
        "matomo",
        "Datum,Eindeutige Besucher,Besuche,Aktionen\n2026-06-01,8,10,31\n2026-06-02,9,12,40\n",
    ),
    "amazon 2014": (
        "amazon",
        lines(
            {
                "reviewerID": "A1",
                "asin": "B01",
                "helpful": [2, 3],
                "reviewText": "x",
                "overall": 4.0,
                "summary": "x",
                "unixReviewTime": 1393545600,
                "reviewTime": "02 28, 2014",
            }
        ),
    ),
    "amazon 2023": (
        "amazon",
        lines(
            {
                "rating": 5.0,
                "title": "x",
                "text": "x",
                "images": [],
                "asin": "B01",
                "parent_asin": "B00",
                "user_id": "AE1",
                "timestamp": 1588687728923,
                "helpful_vote": 1,
                "verified_purchase": True,
            }
        ),
    ),
    "amazon tsv": (
        "amazon",
        "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\t"
        "product_category\tstar_rating\thelpful_votes\ttotal_votes\tvine\tverified_purchase\t"
        "review_headline\treview_body\treview_date\n"
        'US\t1\tR1\tB01\t2\tA "chair\tHome\t4\t2\t3\tN\tY\tx\tx<br />x\t2015-08-31\n',
    ),
    "google plus html": (
        "google_plus",
        '<!DOCTYPE html><html><head><title>Post</title></head><body><div class="header">'
        '<a class="author" href="https://plus.google.com/1">Ada</a>'
        '<a href="https://plus.google.com/1/posts/abc">2013-06-27 19:20:46-0700</a></div>'
        '<div class="main-content">x</div><div class="visibility">Public</div>'
        '<div class="post-activity"><div class="plus-oners">+1\'d by: '
        '<a href="https://plus.google.com/2">B</a>, <a href="https://plus.google.com/3">C</a></div>'
        '<div class="resharers">Reshared by: <a href="https://plus.google.com/4">D</a></div></div>'
        '<div class="comments"><div class="comment"><a class="author" '
        'href="https://plus.google.com/5">E</a><span class="time">2013-06-28 10:00:00-0700</span>'
        '<div class="comment-content">x</div></div></div></body></html>',
    ),
    "google plus json": (
        "google_plus",
        json.dumps(
            {
                "url": "https://plus.google.com/1/posts/abc",
                "creationTime": "2018-06-01 10:00:00+0000",
                "updateTime": "2018-06-01 10:00:00+0000",
                "author": {"displayName": "Ada"},
                "content": "x",
                "comments": [
                    {
                        "creationTime": "2018-06-01 11:00:00+0000",
                        "author": {"displayName": "B"},
                        "content": "x",
                    }
                ],
                "plusOnes": [{"plusOner": {"displayName": "C"}}],
                "reshares": [{"resharer": {"displayName": "D"}}],
                "activityId": "z12",
                "postAcl": {"isPublic": True},
            }
        ),
    ),
    "xing group posts": (
        "xing",
        json.dumps(
            {
                "posts": {
                    "total": 1,
                    "items": [
                        {
                            "id": "17_a",
                            "created_at": "2016-08-23T10:00:00Z",
                            "content": "x",
                            "comment_count": 1,
                            "like_count": 2,
                            "author": {"display_name": "Ada"},
                        }
                    ],
                }
            }
        ),
    ),
    "xing job ads": (
        "xing",
        "ID,Order ID,Product Type,Job Code,Posting URL,Activated At,Date ID,Impressions,Clicks\n"
        "1,2,classic,J1,https://xing.test/1,2026-05-01,2026-06-01,100,5\n",
    ),
    "wordpress": (
        "company_blog",
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>B</title>'
        "<wp:wxr_version>1.2</wp:wxr_version><item><title>P</title><link>https://b.test/p</link>"
        "<wp:post_id>5</wp:post_id><wp:post_date_gmt>2026-06-01 10:00:00</wp:post_date_gmt>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:comment>"
        "<wp:comment_id>7</wp:comment_id><wp:comment_author>Ada</wp:comment_author>"
        "<wp:comment_date_gmt>2026-06-02 10:00:00</wp:comment_date_gmt>"
        "<wp:comment_content>x</wp:comment_content><wp:comment_approved>1</wp:comment_approved>"
        "<wp:comment_type></wp:comment_type></wp:comment></item></channel></rss>",
    ),
    "atom comments": (
        "company_blog",
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:thr="http://purl.org/syndication/thread/1.0"><title>Comments</title>'
        "<entry><id>tag:b.test,2026:c1</id><published>2026-06-02T10:00:00Z</published>"
        '<thr:in-reply-to ref="tag:b.test,2026:p1" href="https://b.test/p"/><content>x</content>'
        "</entry></feed>",
    ),
    "rss comments": (
        "company_blog",
        '<?xml version="1.0"?><rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
        "<channel><title>B</title><item><title>P</title><link>https://b.test/p</link>"
        "<guid>https://b.test/?p=1</guid><pubDate>Mon, 01 Jun 2026 10:00:00 +0000</pubDate>"
        "<slash:comments>3</slash:comments></item></channel></rss>",
    ),
    "disqus": (
        "community",
        '<?xml version="1.0" encoding="utf-8"?><disqus xmlns="http://disqus.com" '
        'xmlns:dsq="http://disqus.com/disqus-internals"><category dsq:id="1"><forum>b</forum>'
        '</category><thread dsq:id="2"><id/><link>https://b.test/p</link><title>P</title></thread>'
        '<post dsq:id="3"><id/><message>x</message><createdAt>2026-06-01T10:00:00Z</createdAt>'
        "<isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>Ada</name></author>"
        '<thread dsq:id="2"/></post></disqus>',
    ),
    "discourse topic": (
        "community",
        json.dumps(
            {
                "post_stream": {
                    "posts": [
                        {
                            "id": 1,
                            "username": "ada",
                            "created_at": "2026-06-01T10:00:00.000Z",
                            "post_number": 1,
                            "post_type": 1,
                            "reply_count": 1,
                            "reads": 9,
                            "topic_id": 5,
                            "actions_summary": [{"id": 2, "count": 3}],
                        },
                        {
                            "id": 2,
                            "username": "b",
                            "created_at": "2026-06-01T11:00:00.000Z",
                            "post_number": 2,
                            "post_type": 1,
                            "reply_count": 0,
                            "reads": 4,
                            "topic_id": 5,
                            "actions_summary": [],
                        },
                    ],
                    "stream": [1, 2],
                },
                "id": 5,
                "title": "T",
                "posts_count": 2,
                "created_at": "2026-06-01T10:00:00.000Z",
                "views": 20,
                "like_count": 3,
                "reply_count": 1,
            }
        ),
    ),
    "webmentions": (
        "community",
        json.dumps(
            {
                "type": "feed",
                "name": "Webmentions",
                "children": [
                    {
                        "type": "entry",
                        "author": {"type": "card", "name": "Ada"},
                        "url": "https://a.test/1",
                        "published": None,
                        "wm-received": "2026-06-01T10:00:00Z",
                        "wm-id": 7,
                        "wm-source": "https://a.test/1",
                        "wm-target": "https://b.test/p",
                        "wm-property": "like-of",
                        "wm-private": False,
                    }
                ],
            }
        ),
    ),
    "mf2": (
        "community",
        json.dumps(
            {
                "type": ["h-entry"],
                "properties": {
                    "url": ["https://b.test/p"],
                    "published": ["2026-06-01T10:00:00Z"],
                    "like": [{"type": ["h-cite"], "properties": {"url": ["https://a.test/1"]}}],
                },
            }
        ),
    ),
    "reddit thread": (
        "community",
        json.dumps(
            [
                {
                    "kind": "Listing",
                    "data": {
                        "children": [
                            {
                                "kind": "t3",
                                "data": {
                                    "id": "p1",
                                    "name": "t3_p1",
                                    "subreddit": "brand",
                                    "score": 5,
                                    "ups": 5,
                                    "num_comments": 1,
                                    "num_crossposts": 0,
                                    "created_utc": 1780300800.0,
                                    "permalink": "/r/brand/p1",
                                    "view_count": None,
                                },
                            }
                        ]
                    },
                },
                {
                    "kind": "Listing",
                    "data": {
                        "children": [
                            {
                                "kind": "t1",
                                "data": {
                                    "id": "c1",
                                    "name": "t1_c1",
                                    "score": 2,
                                    "created_utc": 1780304400.0,
                                    "replies": "",
                                    "parent_id": "t3_p1",
                                },
                            }
                        ]
                    },
                },
            ]
        ),
    ),
    "isso": (
        "community",
        json.dumps(
            [
                {
                    "id": "/p",
                    "title": "P",
                    "comments": [
                        {
                            "email": None,
                            "remote_addr": "127.0.0.0",
                            "website": None,
                            "created": "2026-06-01 10:00:00",
                            "author": "Ada",
                            "id": 1,
                            "text": "x",
                        }
                    ],
                }
            ]
        ),
    ),
}

BINARIES |= {
    "linkedin followers": (
        "linkedin",
        sheets(
            New_followers=[
                (
                    "Date",
                    "Sponsored followers",
                    "Organic followers",
                    "Auto-invited followers",
                    "Total followers",
                ),
                ("02/12/2026", 1, 5, 2, 8),
                ("02/13/2026", 0, 4, 0, 4),
            ],
            Location=[("Location", "Total followers"), ("Berlin", 70)],
        ),
    ),
    "linkedin visitors": (
        "linkedin",
        sheets(
            Visitor_metrics=[
                (
                    "Date",
                    "Overview page views (total)",
                    "Overview unique visitors (total)",
                    "Total page views (desktop)",
                    "Total page views (mobile)",
                    "Total page views (total)",
                    "Total unique visitors (total)",
                ),
                ("02/13/2026", 5, 4, 3, 2, 5, 4),
            ]
        ),
    ),
    "linkedin updates": (
        "linkedin",
        sheets(
            Metrics=[
                ("Aggregated engagement metrics for your organic and sponsored content",),
                (
                    "Date",
                    "Impressions (organic)",
                    "Impressions (sponsored)",
                    "Impressions (total)",
                    "Clicks (organic)",
                    "Clicks (sponsored)",
                    "Clicks (total)",
                    "Reactions (organic)",
                    "Reactions (sponsored)",
                    "Reactions (total)",
                    "Comments (total)",
                    "Reposts (total)",
                ),
                ("02/13/2026", 100, 20, 120, 5, 1, 6, 3, 0, 3, 1, 1),
            ]
        ),
    ),
    "linkedin member content": (
        "linkedin",
        sheets(
            DISCOVERY=[("Overall Performance", "8/7/2025 - 8/5/2026"), ("Impressions", 100)],
            ENGAGEMENT=[("Date", "Impressions", "Engagements"), ("8/17/2025", 60, 2)],
            FOLLOWERS=[
                ("Total followers on 8/5/2026:", 782),
                (),
                ("Date", "New followers"),
                ("8/17/2025", 3),
            ],
        ),
    ),
    "meta ads workbook": (
        "meta_ads",
        sheets(
            Sheet=[
                (
                    "Tag",
                    "Kampagnenname",
                    "Impressionen",
                    "Link-Klicks",
                    "Ausgegebener Betrag (EUR)",
                ),
                ("2026-06-01", "Herbst", 1200, 12, 10.5),
            ]
        ),
    ),
    "x ads workbook": (
        "twitter_ads",
        sheets(
            results=[
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
        ),
    ),
    "youtube zip": (
        "youtube",
        zipped(
            {
                "Table data.csv": "Content,Video title,Views\nTotal,,22\nabc,T,22\n",
                "Totals.csv": "Date,Views,Watch time (hours)\n2026-06-01,10,1\n2026-06-02,12,1\n",
                "Chart data.csv": "Date,Content,Video title,Views\n2026-06-01,abc,T,10\n",
            }
        ),
    ),
    "gzipped report": ("google_ads", gzip.compress(google_report(google_row()).encode(), mtime=0)),
}

FILES: dict[str, tuple[str, bytes]] = {
    name: (platform, text.encode()) for name, (platform, text) in TEXTS.items()
} | BINARIES
"""Name -> (platform, bytes)."""
