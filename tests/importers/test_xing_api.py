"""XING's API: posts with totals, comments one by one, and likers that nobody can date."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read
from tests.importers.test_conservation import check_conservation


def post(**over: Any) -> dict[str, Any]:
    return {
        "id": "101_ab",
        "title": "Ada Doe asks",
        "created_at": "2016-07-22T23:41:58+02:00",
        "updated_at": "2016-08-22T09:41:58Z",
        "permissions": ["READ"],
        "author": {"id": "1_doe"},
        "user_liked": False,
        "like_count": 7,
        "comment_count": 2,
    } | over


def comment(**over: Any) -> dict[str, Any]:
    fields = post(**{"id": "201_ab", "created_at": "2016-08-23T12:21:53Z"} | over)
    return {key: value for key, value in fields.items() if key != "comment_count"}


def posts(*items: Any) -> str:
    return json.dumps({"posts": {"total": 527, "items": list(items)}})


def comments(*items: Any) -> str:
    return json.dumps({"comments": {"total": 99, "items": list(items)}})


def test_a_posts_counters_are_lifetime_counts_of_its_utc_day() -> None:
    result = read(posts(post()))

    assert result.counts == {"like": 7, "comment": 2}
    assert result.days == ["2016-07-22"]
    assert result.summary["lifetime"]
    assert [e["content_id"] for e in result.events] == ["101_ab", "101_ab"]


def test_a_later_answer_restates_the_counters() -> None:
    earlier, later = read(posts(post())).events, read(posts(post(like_count=9))).events

    assert [e["event_id"] for e in earlier] == [e["event_id"] for e in later]
    assert later[0]["count"] == 9


def test_a_single_post_is_read_as_a_list_of_one() -> None:
    assert read(json.dumps({"post": post()})).events == read(posts(post())).events


def test_a_list_is_known_by_few_keys_and_a_post_by_more() -> None:
    bare = {"id": "1_a", "created_at": "2016-08-23T10:00:00Z", "like_count": 2, "comment_count": 1}

    assert read(posts(bare)).counts == {"like": 2, "comment": 1}
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps({"post": bare}))
    assert refusal.value.code == "unknown_platform"


def test_the_total_of_a_list_is_not_counted() -> None:
    quiet = post(like_count=0, comment_count=0)

    assert (read(posts(quiet)).events, len(read(posts(quiet)).not_data)) == ([], 1)


def test_comments_count_one_by_one_at_their_own_time_with_their_likes() -> None:
    result = read(comments(comment(like_count=3), comment(id="202_ab", like_count=0)))

    assert result.counts == {"comment": 2, "like": 3}
    assert {e["occurred_at"] for e in result.events if e["type"] == "comment"} == {
        "2016-08-23T12:21:53Z"
    }


@pytest.mark.parametrize(
    "likes", [{"total": 6, "users": [{"id": "1_doe"}]}, {"users": [], "total": 0}]
)
def test_likers_without_a_day_are_refused(likes: dict[str, Any]) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps({"likes": likes}))
    assert refusal.value.code == "no_date"
    assert "doe" not in refusal.value.detail


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"like_count": -1}, "negative"),
        ({"like_count": 1.5}, "not_whole"),
        ({"comment_count": "some"}, "invalid_number"),
        ({"like_count": 10**13}, "invalid_number"),
        ({"created_at": "Doe"}, "invalid_date"),
        ({"created_at": None}, "missing_value"),
        ({"id": {}}, "missing_value"),
    ],
)
def test_a_post_that_cannot_be_read_is_refused_without_its_people(
    over: dict[str, Any], code: str
) -> None:
    result = read(posts(post(**over), post()))

    assert [(r.row, r.code) for r in result.refused] == [(1, code)]
    assert "oe" not in result.refused[0].raw + result.refused[0].message


@pytest.mark.parametrize("held", [None, 7, "x", {"items": 3}])
def test_an_answer_without_records_is_refused(held: Any) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(json.dumps({"posts": held, "post": None, "x": post()}), platform="xing")
    assert refusal.value.code in ("unreadable_file", "unknown_platform")


@settings(max_examples=100, deadline=None)
@given(
    items=st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)) | st.sampled_from([None, "x"]),
        max_size=20,
    )
)
def test_posts_are_conserved(items: list[Any]) -> None:
    records = [
        post(id=f"{n}_x", like_count=item[0], comment_count=item[1])
        if isinstance(item, tuple)
        else item
        for n, item in enumerate(items)
    ]
    good = [item for item in items if isinstance(item, tuple)]

    result = read(posts(*records, post(id="last", like_count=1, comment_count=1)))

    check_conservation(result, len(items) + 1)
    assert result.counts == {
        "like": 1 + sum(likes for likes, _ in good),
        "comment": 1 + sum(answers for _, answers in good),
    }
    assert len(result.refused) == len(items) - len(good)
