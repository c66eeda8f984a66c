"""Ids that a spreadsheet has rounded: taken from the link, or rejected; never merged in silence."""

from __future__ import annotations

import pytest

from tests.importers.files import read, table
from tests.importers.workbook_files import workbook

POSTS = ("Post ID", "Page ID", "Publish time", "Permalink", "Impressions", "Reactions")
TWEETS = ("Post id", "Date", "Post text", "Post Link", "Impressions", "Likes", "URL Clicks")


def post(id_: object, day: int, link: str = "https://www.facebook.com/p") -> list[object]:
    return [id_, "100064000000001", f"05/{day:02}/2026 09:00", link, 100, 10]


def tweet(id_: object, link: str) -> list[object]:
    return [id_, "2026-05-13", "a text", link, 100, 5, 1]


def status(id_: str) -> str:
    return f"https://x.com/somebody/status/{id_}"


@pytest.mark.parametrize(
    "written", ["1.94925E+18", "1,94925E+18", "'1.94925E+18", "1949250000000000000"]
)
def test_an_id_that_is_damaged_is_taken_from_the_link(written: str) -> None:
    names = ("1949250000000000017", "1949250000000000042")
    damaged = table(TWEETS, *(tweet(written, status(name)) for name in names))
    sound = table(TWEETS, *(tweet(name, status(name)) for name in names))

    assert read(damaged).events == read(sound).events
    assert not read(damaged).refused


def test_an_id_that_is_a_number_of_a_workbook_is_taken_from_the_link() -> None:
    name = "1949250123456789017"
    rows = [TWEETS, tweet(1949250123456789017, status(name))]

    result = read(workbook({"posts": rows}))

    assert {event["content_id"] for event in result.events} == {name}


def test_a_link_with_another_id_repairs_nothing() -> None:
    content = table(TWEETS, tweet("1.94925E+18", status("1777250000000000017")))

    assert [row.code for row in read(content).refused] == ["damaged_id"]


def test_posts_that_share_a_rounded_id_are_rejected_and_do_not_replace_each_other() -> None:
    rows = [post("122158000000000000", day) for day in (1, 1, 13)]

    result = read(table(POSTS, *rows))

    assert not result.events
    assert [row.code for row in result.refused] == ["damaged_id"] * 3


def test_sixteen_digits_are_rounded_if_one_id_has_several_dates() -> None:
    rows = [post("1784000000000120", 1), post("1784000000000120", 13), post("1784000000000127", 2)]

    result = read(table(POSTS, *rows))

    assert [row.code for row in result.refused] == ["damaged_id"] * 2


def test_ids_of_which_some_end_in_zeros_are_ids() -> None:
    names = ["122158000000000000", "122158000000000127"]

    result = read(table(POSTS, *(post(name, 13) for name in names)))

    assert {event["content_id"] for event in result.events} == set(names)


def test_an_ad_of_sixteen_digits_with_a_zero_at_the_end_has_many_days() -> None:
    header = ("Day", "Ad ID", "Ad name", "Impressions", "Amount spent (EUR)")
    rows = [[f"2026-05-{day:02}", "2384900000000010", "A", 100, 1] for day in range(1, 29)]

    assert read(table(header, *rows)).counts == {"impression": 2800}


def test_ids_of_ads_that_were_rounded_are_rejected() -> None:
    header = ("Day", "Ad ID", "Ad name", "Impressions", "Amount spent (EUR)")
    rows = [["2026-05-01", f"12021{n}345678901000", "A", 100, 1] for n in range(3)]

    assert [row.code for row in read(table(header, *rows)).refused] == ["damaged_id"] * 3


def test_an_id_that_is_guarded_as_a_formula_is_the_same_id() -> None:
    name = "1949250000000000017"
    guarded = table(TWEETS, tweet(f'="{name}"', status(name)))

    assert read(guarded).events == read(table(TWEETS, tweet(name, status(name)))).events
