"""Google+: archives and the API; people are counted and never kept."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.files import read
from tests.importers.test_conservation import check_conservation

URL = "https://plus.google.com/1234567/posts/AbC-dEf_9"
POSTED = "2015-03-01 18:12:12-0700"
LATER = "2015-03-04 09:00:00+0100"


def person(name: str) -> str:
    return f'<a href="https://plus.google.com/{name}">{name} Doe</a>'


def page(
    likes: str = "",
    shares: str = "",
    comments: tuple[str, ...] = (),
    head: str = "",
    url: str = URL,
) -> str:
    """A post of a Takeout archive as HTML."""
    activity = (f'<div class="plus-oners">+1\'d by: {likes}</div>' if likes else "") + (
        f'<div class="resharers">Reshared by: {shares}</div>' if shares else ""
    )
    answers = "".join(
        f'<div class="comment">{person("eve")}<span class="time"> - {time}</span>'
        f'<div class="comment-content">on 2001-01-01 01:01:01+0000 <span class="time">no</span>'
        "</div></div>"
        for time in comments
    )
    return (
        f'<html><head><meta charset="utf-8"><style>.comment + .comment {{margin: 0}}</style></head>'
        f'<body><div><a class="author" href="https://plus.google.com/1">Ann Author</a> - '
        f'<a target="_blank" href="{url}">{POSTED}</a><span> - Updated: {LATER}</span></div>'
        f'<div class="main-content">{head}</div><div class="visibility">Shared with: Public</div>'
        f'<div class="post-activity">{activity}</div><div class="comments">{answers}</div></body>'
    )


def archived(**over: Any) -> dict[str, Any]:
    """The same post as JSON."""
    someone = {"displayName": "Ann Author", "resourceName": "users/1"}
    return {
        "url": URL,
        "creationTime": POSTED,
        "updateTime": LATER,
        "author": someone,
        "resourceName": "users/1/posts/9",
        "activityId": "z12abc",
        "plusOnes": [{"plusOner": someone}] * 3,
        "reshares": [{"resharer": someone}],
        "comments": [
            {"creationTime": LATER, "author": someone, "commentActivityId": "z12abc#1"},
            {"creationTime": LATER, "author": someone, "commentActivityId": "z12abc#2"},
        ],
        "postAcl": {"isPublic": True},
    } | over


def activity(**over: Any) -> dict[str, Any]:
    """The same post as the API gave it."""
    totals = {
        "replies": {"totalItems": 2},
        "plusoners": {"totalItems": 3},
        "resharers": {"totalItems": 1},
    }
    return {
        "kind": "plus#activity",
        "id": "z12abc",
        "url": URL,
        "published": "2015-03-02T01:12:12.000Z",
        "object": totals,
    } | over


def test_a_page_gives_likes_and_shares_on_the_posts_utc_day_and_comments_on_their_own() -> None:
    people = ", ".join(map(person, "abc"))

    result = read(page(people, person("d"), (LATER, LATER, "2015-03-05 00:30:00+0100")))

    assert result.counts == {"like": 3, "share": 1, "comment": 3}
    assert {(e["type"], e["occurred_at"]) for e in result.events} == {
        ("like", "2015-03-02T00:00:00Z"),
        ("share", "2015-03-02T00:00:00Z"),
        ("comment", "2015-03-04T08:00:00Z"),
        ("comment", "2015-03-04T23:30:00Z"),
    }
    assert {e["content_id"] for e in result.events} == {"AbC-dEf_9"}
    assert result.summary["lifetime"]


@pytest.mark.parametrize(
    ("people", "number"),
    [
        (person("a"), 1),
        (f"{person('a')}, {person('b')}, and 12 others", 14),
        (f"{person('a')} und 1.234 weitere Personen", 1235),
        ("17 people", 17),
        (f"{person('a')}, Somebody Gone, {person('b')}", 3),
        (f"{person('a')}, and {person('b')}.", 2),
    ],
)
def test_people_beyond_the_list_and_without_a_page_count_too(people: str, number: int) -> None:
    assert read(page(people)).counts == {"like": number}


def test_a_post_that_nothing_happened_to_is_no_data() -> None:
    result = read(page())

    assert (result.events, len(result.not_data)) == ([], 1)


def test_what_is_written_in_a_post_is_not_taken_for_what_happened_to_it() -> None:
    text = f'<a href="{URL}x">2001-01-01 01:01:01+0000</a> +1\'d by: &lt;a&gt; <b class="x">'

    assert read(page(person("a"), head=text)).days == ["2015-03-02"]


def test_a_time_that_is_written_in_a_post_does_not_become_the_posts() -> None:
    text = f'<a href="{URL}x">2001-01-01 01:01:01+0000</a>'

    result = read(page(person("a"), head=text).replace(POSTED, "soon"))

    assert [(r.code, r.raw) for r in result.refused] == [("missing_value", "post AbC-dEf_9")]


def test_the_page_the_json_and_the_api_give_the_same_events() -> None:
    def told(content: str) -> set[tuple[str, str, int]]:
        events = read(content).events
        return {(e["event_id"], e["occurred_at"], e["count"]) for e in events}

    from_page = told(page(", ".join(map(person, "abc")), person("d"), (LATER, LATER)))
    from_json = told(json.dumps(archived()))
    from_api = told(json.dumps({"kind": "plus#activityFeed", "items": [activity()]}))

    assert from_page == from_json
    assert len(from_json) == 4
    assert len(from_api & from_json) == 2  # the likes and shares; replies are only a total


def test_a_comment_that_stands_twice_in_a_file_is_one_comment() -> None:
    comments = archived()["comments"]

    assert read(json.dumps(archived(comments=comments * 2))).counts["comment"] == 2


def test_the_list_of_comments_of_the_api_counts_each_and_its_likes() -> None:
    comment = {
        "kind": "plus#comment",
        "id": "z12abc.1",
        "published": "2015-03-04T08:00:00.000Z",
        "inReplyTo": [{"id": "z12abc", "url": URL}],
        "plusoners": {"totalItems": 5},
    }

    result = read(json.dumps({"kind": "plus#commentFeed", "items": [comment]}))

    assert result.counts == {"comment": 1, "like": 5}


def test_a_post_without_activity_id_and_url_is_refused_and_nobody_shown() -> None:
    result = read(json.dumps([archived(url="", activityId=None, comments=[]), archived()]))

    assert [(r.row, r.code) for r in result.refused] == [(1, "missing_value")]
    assert result.counts == {"like": 3, "share": 1, "comment": 2}


@pytest.mark.parametrize(
    "content",
    [
        page(person("a"), person("b"), ("soon", LATER)),
        json.dumps(
            archived(creationTime="never", comments=[{"creationTime": "Doe", "author": "Doe"}])
        ),
        json.dumps({"items": [activity(published="Doe", id="Doe"), "Doe", None, 7]}),
    ],
)
def test_no_person_is_in_an_event_a_refusal_or_a_note(content: str) -> None:
    result = read(content, platform="google_plus")

    assert "Doe" not in repr((result.outcomes, result.summary))
    assert result.refused


def test_a_large_number_of_others_is_refused_and_not_a_crash() -> None:
    crowd = ", ".join(["999999999 others"] * 2000)

    assert [r.code for r in read(page(crowd)).refused] == ["invalid_number"]


@pytest.mark.parametrize(
    "junk", ['<a href="', "<a ", "<!--", "<a b='", "</", "<div class=a ", "&#"]
)
def test_a_page_of_unclosed_tags_takes_no_time(junk: str) -> None:
    assert read(page(person("a")) + junk * 300_000).counts == {"like": 1}


@settings(max_examples=100, deadline=None)
@given(
    likes=st.integers(0, 30),
    others=st.integers(0, 10**6),
    shares=st.integers(0, 30),
    seconds=st.lists(st.integers(0, 59), max_size=20),
)
def test_the_records_of_a_page_are_conserved(
    likes: int, others: int, shares: int, seconds: list[int]
) -> None:
    people = [person(f"p{n}") for n in range(likes)] + [f"and {others:,} others"]
    comments = tuple(f"2015-03-04 09:00:{second:02}+0100" for second in seconds)

    result = read(page(", ".join(people), ", ".join([person("s")] * shares), comments))

    check_conservation(result, 1 + len(seconds))
    wanted = {"like": likes + others, "share": shares, "comment": len(seconds)}
    assert result.counts == {kind: number for kind, number in wanted.items() if number}


@settings(max_examples=100, deadline=None)
@given(
    posts=st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(0, 9), st.lists(st.integers(0, 59)), st.booleans()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_records_of_an_archive_are_conserved(
    posts: list[tuple[int, int, list[int], bool]],
) -> None:
    documents = [
        archived(
            url=f"https://plus.google.com/1/posts/p{n}",
            creationTime=POSTED if dated else None,
            plusOnes=[{}] * likes,
            reshares=[{}] * shares,
            comments=[{"creationTime": f"2015-03-04 09:00:{s:02}Z"} for s in seconds],
        )
        for n, (likes, shares, seconds, dated) in enumerate(posts)
    ]

    result = read(json.dumps(documents), platform="google_plus")

    good = [post for post in posts if post[3]]
    wanted = {
        "like": sum(post[0] for post in good),
        "share": sum(post[1] for post in good),
        "comment": sum(len(post[2]) for post in posts),
    }
    check_conservation(result, len(posts) + wanted["comment"])
    assert result.counts == {kind: number for kind, number in wanted.items() if number}
    assert len(result.refused) == sum(1 for post in posts if not post[3] and post[0] + post[1])
