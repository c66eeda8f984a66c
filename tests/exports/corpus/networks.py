"""LinkedIn, YouTube, Google+ and XING: channels, pages, posts, job ads."""

from __future__ import annotations

import json

from tests.exports.linkedin_files import workbook
from tests.exports.workbook_files import zipped

TEXTS: dict[str, tuple[str, str]] = {
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
}

BINARIES: dict[str, tuple[str, bytes]] = {
    "linkedin followers": (
        "linkedin",
        workbook(
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
        workbook(
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
        workbook(
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
        workbook(
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
}
