"""Facebook Page Insights until 2021, by post and by day, and their traps."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.workbook_files import workbook

POST = ("Post ID", "Permalink", "Post Message", "Type", "Posted")
TOTAL = "Lifetime Post Total Impressions"
ORGANIC = "Lifetime Post Organic Impressions"
PAID = "Lifetime Post Paid Impressions"
STORIES = "Lifetime Post Stories by action type - "
PEOPLE = "Lifetime Talking About This (Post) by action type - "


def posts(columns: dict[str, Sequence[object]], *, posted: str = "01/19/2017 09:03:47 AM") -> str:
    """A post per number in the columns, below two header rows."""
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


def test_the_counts_of_a_post_are_booked_on_its_day() -> None:
    result = read(posts({TOTAL: [60], STORIES + "like": [4]}))

    assert result.counts == {"impression": 60, "like": 4}
    assert result.days == ["2017-01-19"]
    assert {event["channel"] for event in result.events} == {"facebook"}
    assert {event["content_id"] for event in result.events} == {"77_0"}
    assert result.summary["lifetime"] is True
    assert [outcome.reason for outcome in result.not_data] == ["descriptions of the columns"]


def test_a_later_export_restates_a_post() -> None:
    ids = [{e["event_id"] for e in read(posts({TOTAL: [n]})).events} for n in (60, 75)]

    assert ids[0] == ids[1]


def test_a_total_and_its_parts_are_counted_once_and_the_paid_part_is_paid() -> None:
    result = read(posts({TOTAL: [100], ORGANIC: [70], PAID: [30]}))

    assert by_paid(result, "impression") == {False: 70, True: 30}


def test_impressions_that_are_neither_organic_nor_paid_are_not_lost() -> None:
    viral = "Lifetime Post Viral Impressions"

    result = read(posts({TOTAL: [100], ORGANIC: [50], viral: [20], PAID: [30]}))

    assert by_paid(result, "impression") == {False: 70, True: 30}


def test_without_a_total_its_parts_are_taken_and_without_parts_the_total() -> None:
    parts = read(posts({ORGANIC: [70], PAID: [30]}))
    total = read(posts({TOTAL: [100]}))
    no_organic = read(posts({TOTAL: [100], PAID: [30]}))

    assert by_paid(parts, "impression") == {False: 70, True: 30}
    assert by_paid(total, "impression") == {False: 100, True: 0}
    assert by_paid(no_organic, "impression") == {False: 70, True: 30}


def test_a_paid_part_above_its_total_is_refused() -> None:
    result = read(posts({TOTAL: [100, 10], PAID: [101, 0]}))

    assert [refused.code for refused in result.refused] == ["negative"]
    assert result.counts == {"impression": 10}


@pytest.mark.parametrize("kind", ["like", "comment", "share"])
def test_actions_are_preferred_to_the_people_who_acted(kind: str) -> None:
    both = read(posts({PEOPLE + kind: [2], STORIES + kind: [3]}))
    people = read(posts({PEOPLE + kind: [2]}))

    assert both.counts == {kind: 3}
    assert people.counts == {kind: 2}


def test_link_clicks_are_preferred_to_all_consumptions_and_people_are_never_clicks() -> None:
    links = "Lifetime Post Consumptions by type - link clicks"
    other = "Lifetime Post Consumptions by type - other clicks"
    all_of_them, people = "Lifetime Post Consumptions", "Lifetime Post Consumers"

    assert read(posts({people: [5], all_of_them: [9], links: [4], other: [5]})).counts == {
        "click": 4
    }
    assert read(posts({people: [5], all_of_them: [9], other: [5]})).counts == {"click": 9}


@pytest.mark.parametrize("first_is_total", [True, False])
def test_of_two_columns_of_one_name_the_views_are_read_and_not_the_viewers(
    first_is_total: bool,
) -> None:
    name = "Lifetime Organic Video Views"
    first, second = (12, 7) if first_is_total else (7, 12)
    content = table(
        [*POST, TOTAL, name, name],
        ["77_1", "", "", "Video", "01/19/2017 09:03:47 AM", 60, first, second],
    )

    assert read(content).counts == {"impression": 60, "view": 12}


def test_an_undecidable_date_is_a_question_unless_the_user_answers() -> None:
    content = posts({TOTAL: [60]}, posted="01/05/2017 09:03:47 AM")

    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.code == "undecidable_format"
    assert "day/month or month/day?" in refusal.value.detail


def test_a_refusal_shows_neither_text_nor_link_of_a_post() -> None:
    [refused] = read(posts({TOTAL: ["many"]})).refused

    assert refused.raw == "Post ID=77_0, Posted=01/19/2017 09:03:47 AM"


def test_a_post_that_reads_like_a_description_is_a_post() -> None:
    header = ("Post Message", "Post ID", "Posted", TOTAL)
    content = table(header, ["Daily: our tip", "77_1", "01/19/2017 09:03:47 AM", 60])

    assert read(content).counts == {"impression": 60}


def test_a_workbook_of_one_sheet_is_read_as_the_text() -> None:
    header = [*POST, TOTAL, STORIES + "like"]
    described = ["", "", "", "", "", "Lifetime: impressions", "Lifetime: stories"]
    cells = ["77_1", "", "Hi", "Link", "01/19/2017 09:03:47 AM", 60, 3]

    book = read(workbook({"Key Metrics": [header, described, cells]}))

    assert book.events == read(table(header, described, cells)).events


def test_in_a_workbook_the_actions_stand_on_sheets_of_their_own() -> None:
    post = ["77_1", "", "Hi", "Link", "01/19/2017 09:03:47 AM"]
    sheets = {
        "Key Metrics": [[*POST, TOTAL, "Lifetime Post Consumptions"], [*post, 60, 9]],
        "Lifetime Talking About This(Pos": [[*POST, "share", "like"], [*post, 1, 2]],
        "Lifetime Post Stories by action": [[*POST, "share", "like"], [*post, 5, 6]],
        "Lifetime Post Consumptions by t": [[*POST, "link clicks", "other clicks"], [*post, 4, 5]],
    }

    result = read(workbook(sheets))

    assert result.counts == {"impression": 60, "share": 5, "like": 6, "click": 4}
    assert len(result.events) == 4
    assert len(result.outcomes) == 3
    assert [outcome.part for outcome in result.outcomes] == [0, 1, 2]


PAGE = ("Date", "Lifetime Total Likes", "Daily New Likes", "Daily Unlikes")


def test_a_day_of_the_page_gives_followers_gained_lost_and_had() -> None:
    described = ["", "Lifetime: The total number of people", "Daily: new", "Daily: un"]

    result = read(table(PAGE, described, ["2020-05-05", 1000, 3, 1]))

    assert result.counts == {"follow": 3, "unfollow": 1}
    [audience] = [event for event in result.events if event["kind"] == "audience"]
    assert audience["size"] == 1000
    assert audience["channel"] == "facebook"
    assert len(result.not_data) == 1
    assert result.summary["report"] == "page"


def test_only_days_are_added_up_not_weeks_and_not_28_days() -> None:
    header = (
        *PAGE,
        *("Daily Total Impressions", "Weekly Total Impressions", "28 Days Total Impressions"),
        *("Daily Paid Impressions", "28 Days Paid Impressions", "Daily Organic impressions"),
    )
    cells = ["2020-05-05", 1000, 3, 1, 550, 900, 6000, 50, 100, 500]

    result = read(table(header, cells))

    assert by_paid(result, "impression") == {False: 500, True: 50}


def test_a_page_of_two_thousand_columns_is_no_matter_of_minutes() -> None:
    header = [*PAGE, *(f"28 Days Something - {n}" for n in range(2000))]
    rows = [[f"2020-05-{day:02}", 1000, 3, 1, *range(2000)] for day in range(1, 32)]
    started = time.perf_counter()

    result = read(table(header, ["", *["Daily: words"] * 2003], *rows))

    assert result.counts == {"follow": 93, "unfollow": 31}
    assert time.perf_counter() - started < 10


numbers = st.integers(0, 10**6)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=20))
def test_posts_are_conserved(rows: list[tuple[int, int, int, int]]) -> None:
    columns: dict[str, Sequence[object]] = {
        TOTAL: [organic + paid for organic, paid, _, _ in rows],
        PAID: [paid for _, paid, _, _ in rows],
        STORIES + "like": [likes for _, _, likes, _ in rows],
        PEOPLE + "like": [people for _, _, _, people in rows],
    }

    result = read(posts(columns))

    assert len(result.outcomes) == len(rows) + 1
    assert result.refused == []
    assert by_paid(result, "impression") == {
        False: sum(row[0] for row in rows),
        True: sum(row[1] for row in rows),
    }
    assert result.counts.get("like", 0) == sum(row[2] for row in rows)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(numbers, numbers, numbers), max_size=28))
def test_days_of_a_page_are_conserved(rows: list[tuple[int, int, int]]) -> None:
    days = [[f"2020-02-{n:02}", *row] for n, row in enumerate(rows, start=1)]

    result = read(table(PAGE, *days))

    assert len(result.outcomes) == len(rows)
    assert result.refused == result.not_data == []
    assert result.counts.get("follow", 0) == sum(row[1] for row in rows)
    assert result.counts.get("unfollow", 0) == sum(row[2] for row in rows)
    assert sum(event["kind"] == "audience" for event in result.events) == len(rows)
