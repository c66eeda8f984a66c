"""Google+: archives and the API. People are counted but not stored."""

import json
from typing import Any

import pytest
from hypothesis import given
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
    """The same post in a response of the API."""
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
def test_people_without_a_profile_and_unlisted_people_are_counted(people: str, number: int) -> None:
    assert read(page(people)).counts == {"like": number}


def test_a_very_large_number_of_others_is_rejected() -> None:
    crowd = ", ".join(["999999999 others"] * 2000)

    assert [r.code for r in read(page(crowd)).rejected] == ["invalid_number"]


@pytest.mark.parametrize(
    "junk", ['<a href="', "<a ", "<!--", "<a b='", "</", "<div class=a ", "&#"]
)
def test_a_page_of_unclosed_tags_is_read_quickly(junk: str) -> None:
    assert read(page(person("a")) + junk * 300_000).counts == {"like": 1}


@given(
    likes=st.integers(0, 30),
    others=st.integers(0, 10**6),
    shares=st.integers(0, 30),
    seconds=st.lists(st.integers(0, 59), max_size=20),
)
def test_no_record_of_a_page_is_lost_or_invented(
    likes: int, others: int, shares: int, seconds: list[int]
) -> None:
    people = [person(f"p{n}") for n in range(likes)] + [f"and {others:,} others"]
    comments = tuple(f"2015-03-04 09:00:{second:02}+0100" for second in seconds)

    result = read(page(", ".join(people), ", ".join([person("s")] * shares), comments))

    check_conservation(result, 1 + len(seconds))
    wanted = {"like": likes + others, "share": shares, "comment": len(seconds)}
    assert result.counts == {kind: number for kind, number in wanted.items() if number}


@given(
    posts=st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(0, 9), st.lists(st.integers(0, 59)), st.booleans()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_record_of_an_archive_is_lost_or_invented(
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
    assert len(result.rejected) == sum(1 for post in posts if not post[3] and post[0] + post[1])
