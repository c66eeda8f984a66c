"""Search results, results of Meta's pages, social suites, reviews, open social networks."""

from __future__ import annotations

import json

from tests.exports.workbook_files import zipped

_SEARCH_DAYS = (
    "Date,Clicks,Impressions,CTR,Position\n2026-06-01,12,640,1.88%,14.2\n2026-06-02,0,505,0%,15\n"
)

TEXTS: dict[str, tuple[str, str]] = {
    "search console by day": ("search_console", _SEARCH_DAYS),
    "meta results": (
        "facebook",
        'sep=,\n"Facebook follows"\n"Date","Primary"\n"2026-06-01T00:00:00","3"\n'
        '"2026-06-02T00:00:00","0"\n\n"Instagram link clicks"\n"Date","Primary"\n'
        '"2026-06-01T00:00:00","12"\n',
    ),
    "hootsuite posts": (
        "hootsuite",
        "Post performance\n\nDate (GMT),Post ID,Post Message,Post Permalink,Post Type,"
        "Social Network,Impressions,Likes,Post Link Clicks\n"
        '2026-06-01 14:30,7_8,Hi,https://facebook.example/7,Photo,Facebook,"1,200",60,30\n'
        "2026-06-02 09:00,9,Ho,https://instagram.example/9,Reel,Instagram,500,25,\n",
    ),
    "sprout posts": (
        "sprout_social",
        "Date,Post ID,Network,Content Type,Sent by,Impressions,Paid Impressions,Reactions\n"
        "06/15/2026 10:05 am,178900,Instagram,Reel,Jane,2000,50,100\n",
    ),
    "sprout profiles": (
        "sprout_social",
        "Date,Network,Profile,Audience,Audience Gained,Audience Lost,Impressions\n"
        '06/15/2026,LinkedIn,Acme,"10,000",15,3,"4,500"\n',
    ),
    "buffer posts": (
        "buffer",
        "Date,Update,Service,Service Link,Impressions,Likes\n"
        "2026-06-02T08:00:00Z,Hi,twitter,https://x.com/acme/status/17,800,15\n",
    ),
    "agorapulse posts": (
        "agorapulse",
        "Publishing date,Publishing time,Message,Link,Impressions,Reactions\n"
        "25/06/2026,17:45,Bonjour,https://www.facebook.com/1/posts/2,500,30\n",
    ),
    "later posts": (
        "later",
        "Posted At,Caption,Media Type,Post URL,Impressions,Likes\n"
        '"Jun 5, 2026 6:15 PM",Cafe,Video,https://www.tiktok.com/@acme/video/7,300,20\n',
    ),
    "metricool posts": (
        "metricool",
        "Date;Content;URL;Impressions;Likes;Saved;Interactions\n"
        "25/06/2026;Hola;https://www.instagram.com/p/x;120;9;1;10\n",
    ),
    "metricool profiles": (
        "metricool",
        "Date;Network;Followers;Gained followers;Lost followers;Impressions\n"
        "25/06/2026;Instagram;2345;12;-3;1200\n",
    ),
    "trustpilot reviews": (
        "trustpilot",
        "Domain Url,Review Id,Review Created (UTC),Review Username,Review Content,Review Stars\n"
        "acme.example,64f0,2026-06-04 09:15:30,Ada,Fine,4\n",
    ),
    "trustpilot api": (
        "trustpilot",
        json.dumps(
            {
                "reviews": [
                    {
                        "id": "64f0",
                        "consumer": {"displayName": "Ada"},
                        "businessUnit": {"id": "b1"},
                        "stars": 5,
                        "createdAt": "2026-06-04T09:15:30Z",
                    }
                ]
            }
        ),
    ),
    "google reviews": (
        "google_business_profile",
        json.dumps(
            {
                "reviews": [
                    {
                        "name": "accounts/1/locations/22/reviews/AbC",
                        "reviewer": {"displayName": "Ada"},
                        "starRating": "TWO",
                        "createTime": "2026-06-04T09:15:30.123Z",
                    }
                ]
            }
        ),
    ),
    "google business performance api": (
        "google_business_profile",
        json.dumps(
            {
                "multiDailyMetricTimeSeries": [
                    {
                        "dailyMetricTimeSeries": [
                            {
                                "dailyMetric": "WEBSITE_CLICKS",
                                "timeSeries": {
                                    "datedValues": [
                                        {"date": {"year": 2026, "month": 6, "day": 1}, "value": "9"}
                                    ]
                                },
                            }
                        ]
                    }
                ]
            }
        ),
    ),
    "bluesky posts": (
        "bluesky",
        json.dumps(
            {
                "feed": [
                    {
                        "post": {
                            "uri": "at://did:plc:abc/app.bsky.feed.post/3k",
                            "record": {"createdAt": "2026-06-04T23:30:00.000Z"},
                            "likeCount": 12,
                            "repostCount": 3,
                            "replyCount": 4,
                        }
                    }
                ]
            }
        ),
    ),
    "bluesky notifications": (
        "bluesky",
        json.dumps(
            {
                "notifications": [
                    {
                        "uri": "at://did:plc:x/app.bsky.graph.follow/1",
                        "cid": "bafy",
                        "reason": "follow",
                        "indexedAt": "2026-06-05T10:00:00.000Z",
                    }
                ]
            }
        ),
    ),
    "mastodon outbox": (
        "mastodon",
        json.dumps(
            {
                "@context": "https://www.w3.org/ns/activitystreams",
                "type": "OrderedCollection",
                "orderedItems": [
                    {
                        "type": "Create",
                        "published": "2026-06-04T09:15:30Z",
                        "object": {
                            "id": "https://social.example/users/acme/statuses/1",
                            "type": "Note",
                            "likes": {"totalItems": 6},
                        },
                    }
                ],
            }
        ),
    ),
    "mastodon statuses": (
        "mastodon",
        json.dumps(
            [
                {
                    "uri": "https://social.example/users/acme/statuses/1",
                    "created_at": "2026-06-04T09:15:30.000Z",
                    "favourites_count": 8,
                    "reblogs_count": 2,
                    "replies_count": 1,
                }
            ]
        ),
    ),
    "mastodon notifications": (
        "mastodon",
        json.dumps(
            [
                {
                    "id": "5",
                    "type": "favourite",
                    "created_at": "2026-06-05T10:00:00.000Z",
                    "account": {"acct": "ada"},
                    "status": {"uri": "https://social.example/users/acme/statuses/1"},
                }
            ]
        ),
    ),
}

BINARIES: dict[str, tuple[str, bytes]] = {
    "search console zip": (
        "search_console",
        zipped(
            {
                "Chart.csv": _SEARCH_DAYS,
                "Queries.csv": "Top queries,Clicks,Impressions,CTR,Position\nchair,7,30,2.3%,8.1\n",
                "Filters.csv": "Filter,Value\nSearch type,Web\nDate,Last 3 months\n",
            }
        ),
    ),
}
