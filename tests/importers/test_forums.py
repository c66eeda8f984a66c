"""Forums: Discourse and Reddit."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
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


def test_a_topic_gives_its_views_replies_and_likes() -> None:
    result = read(topic(post(1, likes=2), post(2, likes=3), post(3)))

    assert result.counts == {"impression": 268, "like": 5, "comment": 2}
    assert {(e["type"], e["occurred_at"]) for e in result.events} == {
        ("impression", "2013-02-05T00:00:00Z"),
        ("like", "2013-02-05T00:00:00Z"),
        ("like", "2013-02-06T00:00:00Z"),
        ("comment", "2013-02-06T01:26:26Z"),
        ("comment", "2013-02-07T01:26:26Z"),
    }
    assert "oe" not in repr(result.events)


@pytest.mark.parametrize(
    "over", [{"user_deleted": True}, {"deleted_at": "2013-02-09T01:00:00Z"}, {"hidden": True}]
)
def test_a_post_that_nobody_sees_is_no_data(over: dict[str, Any]) -> None:
    assert read(topic(post(2, likes=3, **over))).counts == {"impression": 268}


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_an_action_of_a_moderator_is_no_comment(kind: int) -> None:
    assert read(topic(post(2, post_type=kind), post(3, likes=1, post_type=kind))).counts == {
        "impression": 268,
        "like": 1,
    }


def test_further_pages_of_a_topic_are_missed_and_its_views_not_counted_twice() -> None:
    stream = {"posts": [post(1), post(2)], "stream": list(range(30))}
    first = read(topic(post_stream=stream))
    second = read(topic(post_stream=stream | {"posts": [post(3), post(4)]}))

    assert "28 further posts" in first.summary["notes"][0]
    ids = [event["event_id"] for event in first.events + second.events]
    assert len(ids) - len(set(ids)) == 1  # the views


def test_a_list_of_topics_gives_their_totals_without_the_first_posts() -> None:
    result = read(
        topics(listed(), listed(2, posts_count=1), listed(3, archetype="private_message"))
    )

    assert result.counts == {"impression": 200, "like": 14, "comment": 4}
    assert result.days == ["2013-02-05"]
    assert len(result.not_data) == 1


def test_topics_of_two_forums_with_one_number_are_told_apart() -> None:
    other = listed(1, created_at="2013-02-05T20:26:27Z")

    assert read(topics(listed(), other)).counts["impression"] == 200


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
def test_a_record_that_cannot_be_read_is_refused_without_its_author(
    content: str, code: str
) -> None:
    result = read(content)

    assert [r.code for r in result.refused] == [code]
    assert "oe" not in result.refused[0].raw + result.refused[0].message


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


def test_a_thread_counts_comments_by_its_submission_and_votes_of_all() -> None:
    answers = comment("c2", score=-7)
    thread = [listing(submission()), listing(comment(replies=listing(answers, MORE)), MORE)]

    result = read(json.dumps(thread))

    assert result.counts == {"like": 88, "comment": 41, "share": 3}
    assert {e["occurred_at"] for e in result.events} == {
        "2018-08-20T00:00:00Z",
        "2018-08-21T00:00:00Z",
    }
    assert result.summary["rows"] == 5
    assert "oe" not in repr(result.outcomes)


def test_the_thread_restates_what_the_listing_said_of_the_submission() -> None:
    thread = read(json.dumps([listing(submission(score=90)), listing(comment())])).stored
    of_listing = read(json.dumps(listing(submission()))).stored

    assert {e["event_id"] for e in of_listing} < {e["event_id"] for e in thread}


def test_comments_without_their_submission_count_one_by_one() -> None:
    result = read(json.dumps(listing(comment("c1"), comment("c2", score_hidden=True))))

    assert result.counts == {"comment": 2, "like": 5}
    assert {e["content_id"] for e in result.events} == {"t3_abc"}
    assert "2018-08-21T18:21:30Z" in {e["occurred_at"] for e in result.events}


@pytest.mark.parametrize("body", ["[deleted]", "[removed]"])
def test_a_deleted_comment_is_no_data(body: str) -> None:
    assert read(json.dumps(listing(comment(body=body)))).counts == {}


def test_a_score_below_zero_counts_as_none() -> None:
    quiet = submission(score=-4, num_comments=0, num_crossposts=0)

    assert (read(json.dumps(listing(quiet))).events, read(json.dumps(listing(quiet))).refused) == (
        [],
        [],
    )


def test_a_collection_is_read_wherever_its_listing_stands() -> None:
    collection = {"sorted_links": listing(submission("a"), submission("b")), "title": "Doe"}

    assert read(json.dumps(collection)).counts["like"] == 166


def dump(*things: dict[str, Any]) -> str:
    return "".join(json.dumps(thing["data"]) + "\n" for thing in things)


def test_a_dump_of_comments_counts_each_and_shows_no_broken_line() -> None:
    content = dump(comment("c1"), comment("c2", created_utc="1534875690")) + '{"author": "Doe\n'

    result = read(content)

    assert result.counts == {"comment": 2, "like": 10}
    assert [(r.row, r.code, r.raw) for r in result.refused] == [(3, "malformed_record", "")]


def test_a_dump_of_submissions_counts_what_they_say_and_not_the_comments_too() -> None:
    assert read(dump(submission(), comment())).counts == {"like": 88, "comment": 41, "share": 3}
    assert read(dump(comment(), submission())).counts == {"like": 88, "comment": 1, "share": 3}


def test_an_array_and_an_answer_with_data_are_read_as_lines_are() -> None:
    records = [comment("c1")["data"], comment("c2")["data"]]

    assert read(json.dumps(records)).events == read(json.dumps({"data": records})).events
    assert read(json.dumps(records)).counts == {"comment": 2, "like": 10}


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
def test_a_thing_that_cannot_be_read_is_refused_without_its_author(thing: Any, code: str) -> None:
    result = read(json.dumps(listing(thing, comment("good"))))

    assert [(r.row, r.code) for r in result.refused] == [(1, code)]
    assert "oe" not in result.refused[0].raw + result.refused[0].message


@settings(max_examples=100, deadline=None)
@given(
    scores=st.lists(st.integers(-(10**6), 10**6) | st.just("?"), max_size=20),
    numbers=st.lists(st.integers(0, 10**6), max_size=20),
)
def test_things_of_reddit_are_conserved(scores: list[int | str], numbers: list[int]) -> None:
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
    assert len(result.refused) == scores.count("?")


@settings(max_examples=100, deadline=None)
@given(
    likes=st.lists(st.integers(0, 10**6), max_size=20),
    views=st.integers(0, 10**9),
    broken=st.integers(0, 3),
)
def test_posts_of_discourse_are_conserved(likes: list[int], views: int, broken: int) -> None:
    posts = [post(n, likes=number) for n, number in enumerate(likes, start=1)]
    posts += [post(90 + n, created_at="?") for n in range(broken)]

    result = read(topic(*posts, post(99), views=views))

    check_conservation(result, len(posts) + 2)
    assert result.counts.get("impression", 0) == views
    assert result.counts.get("like", 0) == sum(likes)
    assert result.counts["comment"] == max(0, len(likes) - 1) + 1
    assert len(result.refused) == broken


def test_json_without_posts_and_topics_is_refused() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps({"post_stream": None, "topic_list": 3, "x": [post()]}))
    assert refusal.value.code == "unreadable_file"
