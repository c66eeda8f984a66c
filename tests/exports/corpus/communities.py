"""Blogs, forums and comments: who answered, liked or mentioned."""

from __future__ import annotations

import json

TEXTS: dict[str, tuple[str, str]] = {
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
