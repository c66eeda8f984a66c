"""Forums: Discourse and Reddit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read
from tests.importers.test_conservation import check_conservation


def post(number: int = 2, likes: int = 0, **over: Any) -> dict[str, Any]:
    return {
        "id": 80 + number,
        "name": "Ada Doe",
        "username": "doe",
        "created_at": f"2013-02-{min(3 + number, 27):02}T20:26:26.278-05:00",
        "cooked": "<p>Doe says</p>",
        "post_number": number,
        "post_type": 1,
        "reply_count": 9,
        "reads": 34,
        "topic_id": 57,
        "actions_summary": [{"id": 3, "count": 7}, {"id": 2, "count": likes}],
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    } | over


def topic(*posts: Any, **over: Any) -> str:
    fields = {
        "post_stream": {"posts": list(posts), "stream": [p["id"] for p in posts if p]},
        "id": 57,
        "created_at": "2013-02-04T20:26:25.977-05:00",
        "views": 268,
        "reply_count": 9,
        "posts_count": 40,
        "like_count": 70,
    }
    return json.dumps(fields | over)


def listed(number: int = 1, **over: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": "A topic",
        "created_at": "2013-02-04T20:26:25.977-05:00",
        "last_posted_at": "2014-02-04T20:26:25.977-05:00",
        "posts_count": 5,
        "reply_count": 2,
        "views": 100,
        "like_count": 7,
        "archetype": "regular",
    } | over


def topics(*items: Any) -> str:
    return json.dumps({"users": [{"username": "doe"}], "topic_list": {"topics": list(items)}})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (topics(listed(views=-1)), "negative"),
        (topics(listed(like_count="many")), "invalid_number"),
        (topics(listed(created_at="Doe")), "invalid_date"),
        (topics(listed(), 7), "malformed_record"),
        (topic(post(id=None)), "missing_value"),
        (topic(post(), created_at=None), "missing_value"),
    ],
)
def test_a_rejected_record_does_not_show_its_author(content: str, code: str) -> None:
    result = read(content)

    assert [r.code for r in result.rejected] == [code]
    assert "oe" not in result.rejected[0].raw + result.rejected[0].message


# --- Reddit -------------------------------------------------------------------------------------


def submission(name: str = "abc", **over: Any) -> dict[str, Any]:
    fields = {
        "id": name,
        "name": f"t3_{name}",
        "subreddit": "test",
        "subreddit_id": "t5_x",
        "author": "Ada Doe",
        "title": "Doe asks",
        "permalink": f"/r/test/comments/{name}",
        "created_utc": 1534785690.0,
        "score": 83,
        "ups": 90,
        "num_comments": 41,
        "num_crossposts": 3,
        "view_count": None,
    }
    return {"kind": "t3", "data": fields | over}


def comment(name: Any = "c1", replies: Any = "", **over: Any) -> dict[str, Any]:
    fields = {
        "id": name,
        "name": name and f"t1_{name}",
        "subreddit": "test",
        "subreddit_id": "t5_x",
        "author": "Ada Doe",
        "body": "Doe says",
        "link_id": "t3_abc",
        "parent_id": "t3_abc",
        "created_utc": 1534875690,
        "score": 5,
        "replies": replies,
    }
    return {"kind": "t1", "data": fields | over}


def listing(*children: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"modhash": "", "dist": 1, "children": list(children)}}


MORE = {"kind": "more", "data": {"count": 27, "name": "t1_z", "id": "z", "children": ["y", "z"]}}


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        (submission(score="many"), "invalid_number"),
        (submission(num_comments=-2), "negative"),
        (submission(created_utc=None), "missing_value"),
        (comment(created_utc="Doe"), "invalid_date"),
        (comment(None), "missing_value"),
        ({"kind": "t1", "data": "Doe"}, "malformed_record"),
        ("Doe", "malformed_record"),
    ],
)
def test_a_rejected_reddit_record_does_not_show_its_author(thing: Any, code: str) -> None:
    result = read(json.dumps(listing(thing, comment("good"))))

    assert [(r.row, r.code) for r in result.rejected] == [(1, code)]
    assert "oe" not in result.rejected[0].raw + result.rejected[0].message


@given(
    scores=st.lists(st.integers(-(10**6), 10**6) | st.just("?"), max_size=20),
    numbers=st.lists(st.integers(0, 10**6), max_size=20),
)
def test_no_reddit_record_is_lost_or_invented(scores: list[int | str], numbers: list[int]) -> None:
    comments = [comment(f"c{n}", link_id="t3_other", score=score) for n, score in enumerate(scores)]
    submissions = [
        submission(f"s{n}", num_comments=number, score=1, num_crossposts=0)
        for n, number in enumerate(numbers)
    ]

    result = read(json.dumps(listing(*comments, *submissions, MORE, submission("last"))))

    good = [score for score in scores if isinstance(score, int)]
    check_conservation(result, len(scores) + len(numbers) + 2)
    assert result.counts["like"] == 83 + len(numbers) + sum(max(0, score) for score in good)
    assert result.counts["comment"] == 41 + len(good) + sum(numbers)
    assert len(result.rejected) == scores.count("?")


@given(
    likes=st.lists(st.integers(0, 10**6), max_size=20),
    views=st.integers(0, 10**9),
    broken=st.integers(0, 3),
)
def test_no_discourse_post_is_lost_or_invented(likes: list[int], views: int, broken: int) -> None:
    posts = [post(n, likes=number) for n, number in enumerate(likes, start=1)]
    posts += [post(90 + n, created_at="?") for n in range(broken)]

    result = read(topic(*posts, post(99), views=views))

    check_conservation(result, len(posts) + 2)
    assert result.counts.get("impression", 0) == views
    assert result.counts.get("like", 0) == sum(likes)
    assert result.counts["comment"] == max(0, len(likes) - 1) + 1
    assert len(result.rejected) == broken
