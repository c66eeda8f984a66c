"""XING API: posts with totals, individual comments, and lists of likers without dates."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
def test_a_rejected_post_does_not_show_people(over: dict[str, Any], code: str) -> None:
    result = read(posts(post(**over), post()))

    assert [(r.row, r.code) for r in result.rejected] == [(1, code)]
    assert "oe" not in result.rejected[0].raw + result.rejected[0].message


@given(
    items=st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)) | st.sampled_from([None, "x"]),
        max_size=20,
    )
)
def test_no_post_is_lost_or_invented(items: list[Any]) -> None:
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
    assert len(result.rejected) == len(items) - len(good)
