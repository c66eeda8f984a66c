"""Blogs: WordPress, feeds, Disqus, Isso, webmentions and microformats."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import Read, read
from tests.importers.test_conservation import check_conservation

WP = "http://wordpress.org/export"


def wp_comment(number: int = 1, *, extra: str = "", **over: str) -> str:
    fields = {
        "comment_id": str(number),
        "comment_author": "Ada Doe",
        "comment_author_email": "doe@example.org",
        "comment_date": "2011-01-19 01:40:14",
        "comment_date_gmt": "2011-01-18 23:40:14",
        "comment_content": "Doe says",
        "comment_approved": "1",
        "comment_type": "",
    } | over
    inner = "".join(f"<wp:{key}>{value}</wp:{key}>" for key, value in fields.items())
    return f"<wp:comment>{inner}{extra}</wp:comment>"


def wordpress(*comments: str, version: str = "1.2", blog: str = "https://blog.example") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress" -->
<rss version="2.0" xmlns:wp="{WP}/{version}/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Blog</title><link>{blog}</link><wp:wxr_version>{version}</wp:wxr_version>
<wp:base_site_url>https://site.example</wp:base_site_url><wp:base_blog_url>{blog}</wp:base_blog_url>
<item><title>A post</title><link>{blog}/a-post</link>
<wp:post_id>1</wp:post_id>{"".join(comments)}</item>
<item><title>A page</title><link>{blog}/page</link><wp:post_id>2</wp:post_id></item>
</channel></rss>"""


@pytest.mark.parametrize("state", ["0", "hold", "spam", "trash", "post-trashed"])
def test_an_unapproved_comment_is_not_data(state: str) -> None:
    result = read(wordpress(wp_comment(comment_approved=state)))

    assert (result.events, result.rejected, len(result.not_data)) == ([], [], 3)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("pingback", "mention"),
        ("trackback", "mention"),
        ("webmention", "mention"),
        ("like", "like"),
        ("repost", "share"),
        ("bookmark", "save"),
        ("review", "review"),
    ],
)
def test_a_comments_type_decides_the_engagement_type(kind: str, event: str) -> None:
    assert read(wordpress(wp_comment(comment_type=kind))).counts == {event: 1}


# --- feeds --------------------------------------------------------------------------------------

_ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
_RSS = 'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'


def atom(*entries: str, title: str = "A blog") -> str:
    total = (
        "<os:totalResults xmlns:os='http://a9.com/-/spec/opensearchrss/1.0/'>30</os:totalResults>"
    )
    return (
        f"<?xml version='1.0'?><feed {_ATOM}><title>{title}</title>{total}{''.join(entries)}</feed>"
    )


def atom_entry(number: int, inner: str, published: str = "2020-05-01T23:30:00-05:00") -> str:
    return (
        f"<entry><id>tag:blog.example,2020:{number}</id><published>{published}</published>"
        f"<author><name>Ada Doe</name></author><title>Doe</title>{inner}"
        f'<link rel="alternate" href="https://blog.example/{number}"/></entry>'
    )


def atom_reply(number: int, inner: str = "") -> str:
    reply = f'<thr:in-reply-to ref="tag:blog.example,2020:1" href="https://blog.example/1"/>{inner}'
    return atom_entry(number, reply)


def rss(*items: str, title: str = "A blog") -> str:
    return (
        f'<rss version="2.0" {_RSS}><channel><title>{title}</title>{"".join(items)}</channel></rss>'
    )


def rss_item(number: int, inner: str = "", place: str = "") -> str:
    return (
        f"<item><title>By: Ada Doe</title><link>https://blog.example/{number}{place}</link>"
        f"<guid>https://blog.example/?p={number}{place}</guid>{inner}"
        f"<pubDate>Tue, 18 Jan 2011 23:30:00 -0500</pubDate></item>"
    )


def test_comments_after_many_posts_of_a_blogger_backup_are_counted() -> None:
    kind = '<category term="http://schemas.google.com/blogger/2008/kind#{}"/>'
    post = atom_entry(1, kind.format("post") + "<thr:total>5</thr:total>" + "x" * (1 << 20))

    assert read(atom(post, atom_reply(2, kind.format("comment")))).counts == {"comment": 1}


# --- Disqus -------------------------------------------------------------------------------------


def disqus(*posts: str) -> str:
    return f"""<?xml version="1.0"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><title>General</title></category>
<thread dsq:id="7"><id/><link>https://blog.example/a</link><createdAt>2012-12-12T12:12:12Z</createdAt>
<author><name>Ada Doe</name></author></thread>{"".join(posts)}</disqus>"""


def disqus_post(number: Any = 1, thread: int = 7, **over: str) -> str:
    fields = {"createdAt": "2013-10-10T19:20:29Z", "isDeleted": "false", "isSpam": "false"} | over
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return (
        f'<post dsq:id="{number}"><id/>{inner}<author><name>Doe</name></author>'
        f'<ipAddress>127.0.0.1</ipAddress><thread dsq:id="{thread}"/></post>'
    )


# --- webmentions --------------------------------------------------------------------------------


def mention(number: int = 1, relation: str = "like-of", **over: Any) -> dict[str, Any]:
    return {
        "type": "entry",
        "author": {"name": "Ada Doe", "url": "https://doe.example"},
        "url": f"https://doe.example/{number}",
        "published": None,
        "wm-received": "2019-08-30T20:29:18Z",
        "wm-id": number,
        "wm-source": f"https://doe.example/{number}",
        "wm-target": "https://blog.example/a#like",
        "wm-property": relation,
        "wm-private": False,
    } | over


def webmentions(*children: Any) -> str:
    return json.dumps({"type": "feed", "name": "Webmentions", "children": list(children)})


# --- microformats -------------------------------------------------------------------------------


def entry(**properties: Any) -> dict[str, Any]:
    return {
        "type": ["h-entry"],
        "properties": {"url": ["https://blog.example/a"]} | properties,
    }


# --- the other channel, and conservation --------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "channel"),
    [
        (wordpress(wp_comment()), "community"),
        (atom(atom_reply(2)), "community"),
        (disqus(disqus_post()), "company_blog"),
        (webmentions(mention()), "company_blog"),
    ],
)
def test_naming_the_platform_changes_the_channel(content: str, channel: str) -> None:
    usual, named = read(content), read(content, platform=channel)

    assert named.counts == usual.counts
    assert {e["channel"] for e in named.events} == {channel}
    assert {e["channel"] for e in usual.events} != {channel}


states = st.lists(st.sampled_from(["good", "withheld", "bad"]), max_size=20)


def check_states(result: Read, states: list[str], others: int, kind: str = "comment") -> None:
    check_conservation(result, len(states) + others)
    assert result.counts.get(kind, 0) == states.count("good")
    assert len(result.rejected) == states.count("bad")
    assert len(result.not_data) == states.count("withheld") + others


@given(states=states)
def test_no_comment_of_a_blog_is_lost_or_invented(states: list[str]) -> None:
    of_wordpress: dict[str, dict[str, str]] = {
        "good": {},
        "withheld": {"comment_approved": "spam"},
        "bad": {"comment_date": "?", "comment_date_gmt": "?"},
    }
    of_disqus = {"good": {}, "withheld": {"isSpam": "true"}, "bad": {"createdAt": "?"}}
    of_mentions: dict[str, dict[str, Any]] = {
        "good": {},
        "withheld": {"wm-private": True},
        "bad": {"wm-property": "?"},
    }

    check_states(
        read(wordpress(*(wp_comment(n, **of_wordpress[s]) for n, s in enumerate(states)))),
        states,
        2,
    )
    check_states(
        read(disqus(*(disqus_post(n, **of_disqus[s]) for n, s in enumerate(states)))), states, 1
    )
    check_states(
        read(
            webmentions(
                *(mention(n, **of_mentions[s]) for n, s in enumerate(states)), mention(99, "rsvp")
            )
        ),
        states,
        1,
        "like",
    )


@given(counters=st.lists(st.integers(0, 10**6) | st.just("?"), max_size=20))
def test_no_counter_of_a_feed_is_lost_or_invented(counters: list[int | str]) -> None:
    items = [
        rss_item(n, f"<slash:comments>{counter}</slash:comments>")
        for n, counter in enumerate([*counters, 1])
    ]

    result = read(rss(*items))

    check_conservation(result, len(counters) + 1)
    assert result.counts == {"comment": 1 + sum(c for c in counters if isinstance(c, int))}
    assert len(result.rejected) == counters.count("?")
