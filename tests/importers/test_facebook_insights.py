"""Facebook Page Insights until 2021, by post and by day."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import Read, read, table

POST = ("Post ID", "Permalink", "Post Message", "Type", "Posted")
TOTAL = "Lifetime Post Total Impressions"
PAID = "Lifetime Post Paid Impressions"
STORIES = "Lifetime Post Stories by action type - "
PEOPLE = "Lifetime Talking About This (Post) by action type - "


def posts(columns: dict[str, Sequence[object]], *, posted: str = "01/19/2017 09:03:47 AM") -> str:
    """A table with two header rows and one post for each row of numbers."""
    header = [*POST, *columns]
    described = ["", "", "", "", "", *(f"Lifetime: the number of {name}" for name in columns)]
    rows = [
        [f"77_{n}", f"https://facebook.test/{n}", "Hello\nAda", "Link", posted, *cells]
        for n, cells in enumerate(zip(*columns.values(), strict=True))
    ]
    return "\ufeff" + table(header, described, *rows)


def by_paid(result: Read, kind: str) -> dict[bool, int]:
    sums = {False: 0, True: 0}
    for event in result.stored:
        if event.get("type") == kind:
            sums[event["paid"]] += event["count"]
    return sums


@pytest.mark.parametrize("kind", ["like", "comment", "share"])
def test_counts_of_actions_take_precedence_over_counts_of_people(kind: str) -> None:
    both = read(posts({PEOPLE + kind: [2], STORIES + kind: [3]}))
    people = read(posts({PEOPLE + kind: [2]}))

    assert both.counts == {kind: 3}
    assert people.counts == {kind: 2}


PAGE = ("Date", "Lifetime Total Likes", "Daily New Likes", "Daily Unlikes")


def test_a_table_of_two_thousand_columns_is_read_in_seconds() -> None:
    header = [*PAGE, *(f"28 Days Something - {n}" for n in range(2000))]
    rows = [[f"2020-05-{day:02}", 1000, 3, 1, *range(2000)] for day in range(1, 32)]
    started = time.perf_counter()

    result = read(table(header, ["", *["Daily: words"] * 2003], *rows))

    assert result.counts == {"follow": 93, "unfollow": 31}
    assert time.perf_counter() - started < 10


numbers = st.integers(0, 10**6)


@given(rows=st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=20))
def test_no_post_is_lost_or_invented(rows: list[tuple[int, int, int, int]]) -> None:
    columns: dict[str, Sequence[object]] = {
        TOTAL: [organic + paid for organic, paid, _, _ in rows],
        PAID: [paid for _, paid, _, _ in rows],
        STORIES + "like": [likes for _, _, likes, _ in rows],
        PEOPLE + "like": [people for _, _, _, people in rows],
    }

    result = read(posts(columns))

    assert len(result.outcomes) == len(rows) + 1
    assert result.rejected == []
    assert by_paid(result, "impression") == {
        False: sum(row[0] for row in rows),
        True: sum(row[1] for row in rows),
    }
    assert result.counts.get("like", 0) == sum(row[2] for row in rows)


@given(rows=st.lists(st.tuples(numbers, numbers, numbers), max_size=28))
def test_no_day_of_a_page_is_lost_or_invented(rows: list[tuple[int, int, int]]) -> None:
    days = [[f"2020-02-{n:02}", *row] for n, row in enumerate(rows, start=1)]

    result = read(table(PAGE, *days))

    assert len(result.outcomes) == len(rows)
    assert result.rejected == result.not_data == []
    assert result.counts.get("follow", 0) == sum(row[1] for row in rows)
    assert result.counts.get("unfollow", 0) == sum(row[2] for row in rows)
    assert sum(event["kind"] == "audience" for event in result.events) == len(rows)
