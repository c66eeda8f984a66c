"""Blogs: WordPress, feeds, Disqus, Isso, webmentions and microformats."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
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


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_approved_comment_counts_at_its_gmt_time(version: str) -> None:
    result = read(wordpress(wp_comment(), wp_comment(2, comment_type="comment"), version=version))

    assert result.counts == {"comment": 2}
    assert {(e["occurred_at"], e["content_id"], e["channel"]) for e in result.events} == {
        ("2011-01-18T23:40:14Z", "https://blog.example/a-post", "company_blog")
    }
    assert result.summary["rows"] == 4


def test_an_export_of_comments_alone_restates_those_of_the_whole_blog() -> None:
    comment = wp_comment(7, extra="<wp:comment_post_ID>31</wp:comment_post_ID>")
    alone = wordpress().replace("<item>", comment + "<item>", 1)
    alone = alone[: alone.index("<item>")] + "</channel></rss>"

    result = read(alone)

    assert result.counts == {"comment": 1}
    assert result.events[0]["content_id"] == "post 31"
    assert result.summary["rows"] == 1
    assert result.events[0]["event_id"] == read(wordpress(wp_comment(7))).events[0]["event_id"]


@pytest.mark.parametrize("state", ["0", "hold", "spam", "trash", "post-trashed"])
def test_a_comment_that_was_not_approved_is_no_data(state: str) -> None:
    result = read(wordpress(wp_comment(comment_approved=state)))

    assert (result.events, result.refused, len(result.not_data)) == ([], [], 3)


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
def test_types_of_comments_become_types_of_engagement(kind: str, event: str) -> None:
    assert read(wordpress(wp_comment(comment_type=kind))).counts == {event: 1}


def test_a_note_of_a_plugin_is_no_data() -> None:
    assert read(wordpress(wp_comment(comment_type="order_note"))).counts == {}


@pytest.mark.parametrize(("stars", "rating"), [("4", 4), ("9", None), ("good", None)])
def test_a_review_has_its_rating(stars: str, rating: int | None) -> None:
    meta = f"<wp:meta_key>rating</wp:meta_key><wp:meta_value>{stars}</wp:meta_value>"
    review = wp_comment(comment_type="review", extra=f"<wp:commentmeta>{meta}</wp:commentmeta>")

    assert read(wordpress(review)).events[0].get("rating") == rating


def test_without_a_gmt_time_the_day_counts() -> None:
    comment = wp_comment(comment_date_gmt="0000-00-00 00:00:00")

    assert read(wordpress(comment)).events[0]["occurred_at"] == "2011-01-19T00:00:00Z"


def test_comments_of_two_blogs_are_told_apart_and_those_of_one_are_not() -> None:
    def ids(content: str, **options: str) -> set[str]:
        return {event["event_id"] for event in read(content, **options).events}

    ours, theirs = wordpress(wp_comment()), wordpress(wp_comment(), blog="https://other.example")

    assert ids(ours) != ids(theirs)
    assert ids(ours, account="blog") == ids(theirs, account="blog")


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"comment_approved": "maybe"}, "malformed_record"),
        ({"comment_id": ""}, "missing_value"),
        ({"comment_date_gmt": "Doe", "comment_date": "Doe"}, "invalid_date"),
        ({"comment_date_gmt": "", "comment_date": ""}, "missing_value"),
    ],
)
def test_a_comment_that_cannot_be_read_is_refused_without_its_author(
    over: dict[str, str], code: str
) -> None:
    result = read(wordpress(wp_comment(9, **over), wp_comment()))

    assert [(r.row, r.code) for r in result.refused] == [(2, code)]
    assert "Doe" not in repr(result.outcomes)
    assert result.counts == {"comment": 1}


def test_entities_that_unfold_are_refused() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(ExportRefused) as refusal:
        read(wordpress(wp_comment()).replace("<rss", f"{bomb}<rss", 1))
    assert refusal.value.code == "entity_expansion"


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


def test_an_entry_that_answers_a_post_is_a_comment_on_its_utc_day() -> None:
    result = read(atom(atom_reply(2), atom_reply(3)))

    assert result.counts == {"comment": 2}
    assert result.days == ["2020-05-02"]
    assert {e["content_id"] for e in result.events} == {"https://blog.example/1"}
    assert not result.summary["lifetime"]


@pytest.mark.parametrize(
    "counter",
    [
        "<thr:total>5</thr:total>",
        '<link rel="replies" href="https://blog.example/1/feed" thr:count="5"/>',
        '<link rel="replies" type="text/html" href="x" thr:count="5"/>'
        '<link rel="replies" type="application/atom+xml" href="y" thr:count="5"/>'
        "<thr:total>5</thr:total>",
    ],
)
def test_a_post_that_counts_its_comments_is_a_lifetime_count_of_its_day(counter: str) -> None:
    result = read(atom(atom_entry(1, counter)))

    assert result.counts == {"comment": 5}
    assert result.summary["lifetime"]
    assert result.days == ["2020-05-02"]


def test_comments_are_counted_by_themselves_or_by_their_post_and_never_twice() -> None:
    post = atom_entry(1, "<thr:total>2</thr:total>")

    result = read(atom(post, atom_reply(2, "<thr:total>9</thr:total>"), atom_reply(3)))

    assert result.counts == {"comment": 2}
    assert len(result.not_data) == 1


def test_a_backup_of_blogger_counts_comments_even_if_the_posts_fill_its_beginning() -> None:
    kind = '<category term="http://schemas.google.com/blogger/2008/kind#{}"/>'
    post = atom_entry(1, kind.format("post") + "<thr:total>5</thr:total>" + "x" * (1 << 20))

    assert read(atom(post, atom_reply(2, kind.format("comment")))).counts == {"comment": 1}


def test_the_newer_backup_of_blogger_names_types_and_states() -> None:
    def entry(number: int, kind: str, state: str) -> str:
        fields = {"type": kind, "status": state, "parent": "7"}
        space = 'xmlns="http://schemas.google.com/blogger/2018"'
        inner = (f"<{name} {space}>{value}</{name}>" for name, value in fields.items())
        return atom_entry(number, "".join(inner))

    result = read(
        atom(entry(1, "POST", "LIVE"), entry(2, "COMMENT", "LIVE"), entry(3, "COMMENT", "SPAM"))
    )

    assert (result.counts, len(result.not_data)) == ({"comment": 1}, 2)


@pytest.mark.parametrize("title", ["Comments on: A post", "Kommentare zu: Ein Beitrag"])
def test_an_rss_feed_of_comments_counts_each(title: str) -> None:
    result = read(
        rss(rss_item(1, place="#comment-8"), rss_item(1, place="#comment-9"), title=title)
    )

    assert result.counts == {"comment": 2}
    assert {e["occurred_at"] for e in result.events} == {"2011-01-19T04:30:00Z"}
    assert {e["content_id"] for e in result.events} == {"https://blog.example/1"}


def test_an_rss_feed_of_posts_counts_what_they_say() -> None:
    items = (rss_item(1, "<slash:comments>4</slash:comments>"), rss_item(2), rss_item(3))

    result = read(rss(*items))

    assert result.counts == {"comment": 4}
    assert len(result.not_data) == 2


def test_a_blog_about_comments_is_no_feed_of_comments() -> None:
    item = rss_item(1, "<slash:comments>4</slash:comments>")

    assert read(rss(item, title="Comments on Politics")).counts == {"comment": 4}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (rss(rss_item(1, "<slash:comments>many</slash:comments>")), "invalid_number"),
        (atom(atom_reply(2).replace("2020-05-01T23:30:00-05:00", "Doe")), "invalid_date"),
        (
            atom(atom_reply(2).replace("<published>2020-05-01T23:30:00-05:00</published>", "")),
            "missing_value",
        ),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused_without_its_author(
    content: str, code: str
) -> None:
    result = read(content)

    assert [r.code for r in result.refused] == [code]
    assert "Doe" not in repr(result.outcomes)


def test_a_feed_without_comments_is_not_recognised() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(rss(rss_item(1)).replace(_RSS, ""))
    assert refusal.value.code == "unknown_platform"


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


def test_disqus_posts_are_comments_on_the_link_of_their_thread() -> None:
    result = read(disqus(disqus_post(), disqus_post(2, thread=999)))

    assert result.counts == {"comment": 2}
    assert [e["content_id"] for e in result.events] == ["https://blog.example/a", "999"]
    assert {e["channel"] for e in result.events} == {"community"}


@pytest.mark.parametrize(
    "over", [{"isDeleted": "true"}, {"isSpam": "true"}, {"isApproved": "false"}]
)
def test_a_disqus_post_that_nobody_sees_is_no_data(over: dict[str, str]) -> None:
    assert read(disqus(disqus_post(**over))).counts == {}


def test_a_disqus_post_without_a_time_is_refused_without_its_author() -> None:
    result = read(disqus(disqus_post(5, createdAt="Doe")))

    assert [(r.row, r.code, r.raw) for r in result.refused] == [(2, "invalid_date", "post 5")]


# --- Isso ---------------------------------------------------------------------------------------


def isso_comment(**over: Any) -> dict[str, Any]:
    return {
        "id": 0,
        "author": "Ada Doe",
        "email": "doe@example.org",
        "remote_addr": "127.0.0.1",
        "website": "https://doe.example",
        "created": "2005-02-24 23:03:37",
        "text": "Doe says",
    } | over


def test_isso_comments_count_on_their_day_and_are_told_apart_by_thread() -> None:
    threads = [
        {"id": "/a/", "title": "A", "comments": [isso_comment(), isso_comment(id=1)]},
        {"id": "/b/", "title": "B", "comments": [isso_comment(), None]},
        {"id": "/c/", "title": "C", "comments": []},
    ]

    result = read(json.dumps(threads))

    assert result.counts == {"comment": 3}
    assert {e["occurred_at"] for e in result.events} == {"2005-02-24T00:00:00Z"}
    assert [r.code for r in result.refused] == ["malformed_record"]
    assert result.summary["rows"] == 7


# --- webmentions --------------------------------------------------------------------------------


def mention(number: int = 1, said: str = "like-of", **over: Any) -> dict[str, Any]:
    return {
        "type": "entry",
        "author": {"name": "Ada Doe", "url": "https://doe.example"},
        "url": f"https://doe.example/{number}",
        "published": None,
        "wm-received": "2019-08-30T20:29:18Z",
        "wm-id": number,
        "wm-source": f"https://doe.example/{number}",
        "wm-target": "https://blog.example/a#like",
        "wm-property": said,
        "wm-private": False,
    } | over


def webmentions(*children: Any) -> str:
    return json.dumps({"type": "feed", "name": "Webmentions", "children": list(children)})


@pytest.mark.parametrize(
    ("said", "event"),
    [
        ("like-of", "like"),
        ("repost-of", "share"),
        ("in-reply-to", "comment"),
        ("mention-of", "mention"),
        ("bookmark-of", "save"),
    ],
)
def test_a_webmention_becomes_what_it_says(said: str, event: str) -> None:
    result = read(webmentions(mention(said=said)))

    assert result.counts == {event: 1}
    assert result.events[0]["content_id"] == "https://blog.example/a"


@pytest.mark.parametrize("over", [{"wm-property": "rsvp"}, {"wm-private": True}])
def test_answers_to_invitations_and_private_mentions_are_no_data(over: dict[str, Any]) -> None:
    result = read(webmentions(mention(**over)))

    assert (result.events, len(result.not_data)) == ([], 1)


@pytest.mark.parametrize(
    ("published", "at"),
    [
        (None, "2019-08-30T20:29:18Z"),
        ("not yet", "2019-08-30T20:29:18Z"),
        ("2019-08-22T23:37:32-08:00", "2019-08-23T07:37:32Z"),
        ("2019-08-22T23:37:32", "2019-08-22T00:00:00Z"),
    ],
)
def test_a_mention_without_published_counts_when_it_was_received(
    published: str | None, at: str
) -> None:
    assert read(webmentions(mention(published=published))).events[0]["occurred_at"] == at


def test_the_older_format_gives_the_same_events() -> None:
    old = {
        "source": "https://doe.example/1",
        "verified": True,
        "verified_date": "2019-08-30T20:29:18+00:00",
        "id": 1,
        "private": False,
        "data": {"author": {"name": "Ada Doe"}, "url": "https://doe.example/1"},
        "activity": {"type": "like", "sentence": "Ada Doe liked"},
        "target": "https://blog.example/a",
    }

    assert read(json.dumps({"links": [old]})).events == read(webmentions(mention())).events


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"wm-property": "Doe"}, "malformed_record"),
        ({"wm-received": "Doe"}, "invalid_date"),
        ({"wm-received": None}, "missing_value"),
        ({"wm-id": None, "wm-source": None, "url": None}, "missing_value"),
    ],
)
def test_a_mention_that_cannot_be_read_is_refused_without_its_author(
    over: dict[str, Any], code: str
) -> None:
    result = read(webmentions(mention(), mention(2, **over), "Doe"))

    assert [r.code for r in result.refused] == [code, "malformed_record"]
    assert "oe" not in "".join(r.raw + r.message for r in result.refused[:1])
    assert "doe" not in repr(result.events)


# --- microformats -------------------------------------------------------------------------------


def entry(**properties: Any) -> dict[str, Any]:
    return {
        "type": ["h-entry"],
        "properties": {"url": ["https://blog.example/a"]} | properties,
    }


def answer(**properties: Any) -> dict[str, Any]:
    author = {
        "type": ["h-card"],
        "properties": {"name": ["Ada Doe"], "url": ["https://doe.example"]},
    }
    return {"type": ["h-cite"], "properties": {"author": [author]} | properties}


def test_answers_without_a_time_count_on_the_day_of_the_entry() -> None:
    page = entry(
        published=["2012-12-05T23:58:26-02:00"],
        like=[answer(), answer(), "https://doe.example/like"],
        repost=[answer(published=["2012-12-09"], url=["https://doe.example/repost"])],
    )

    result = read(json.dumps({"items": [page], "rels": {}}))

    assert result.counts == {"like": 3, "share": 1}
    assert result.days == ["2012-12-06", "2012-12-09"]
    assert result.summary["rows"] == 5
    assert "doe" not in repr(result.outcomes)


def test_an_answer_by_itself_is_one_engagement() -> None:
    repost = entry(
        **{"repost-of": [answer(url=["https://blog.example/b"])], "published": ["2012-12-05"]}
    )

    assert read(json.dumps(repost)).counts == {"share": 1}


def test_likes_that_nothing_dates_are_refused() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps(entry(like=[answer(), answer()])))
    assert refusal.value.code == "no_date"


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
def test_naming_the_platform_books_to_the_other_channel(content: str, channel: str) -> None:
    usual, named = read(content), read(content, platform=channel)

    assert named.counts == usual.counts
    assert {e["channel"] for e in named.events} == {channel}
    assert {e["channel"] for e in usual.events} != {channel}


states = st.lists(st.sampled_from(["good", "withheld", "bad"]), max_size=20)


def check_states(result: Read, states: list[str], others: int, kind: str = "comment") -> None:
    check_conservation(result, len(states) + others)
    assert result.counts.get(kind, 0) == states.count("good")
    assert len(result.refused) == states.count("bad")
    assert len(result.not_data) == states.count("withheld") + others


@settings(max_examples=100, deadline=None)
@given(states=states)
def test_comments_of_blogs_are_conserved(states: list[str]) -> None:
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


@settings(max_examples=100, deadline=None)
@given(counters=st.lists(st.integers(0, 10**6) | st.just("?"), max_size=20))
def test_counters_of_feeds_are_conserved(counters: list[int | str]) -> None:
    items = [
        rss_item(n, f"<slash:comments>{counter}</slash:comments>")
        for n, counter in enumerate([*counters, 1])
    ]

    result = read(rss(*items))

    check_conservation(result, len(counters) + 1)
    assert result.counts == {"comment": 1 + sum(c for c in counters if isinstance(c, int))}
    assert len(result.refused) == counters.count("?")
