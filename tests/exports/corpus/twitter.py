"""X, Twitter before: posts and days, old and new, and the archive of an account."""

from __future__ import annotations

import json

from tests.exports.files import table

TEXTS: dict[str, tuple[str, str]] = {
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
}
