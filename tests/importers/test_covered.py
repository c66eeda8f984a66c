"""For which days a file is complete."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest

from chalicelib.importers.covered import Covered
from tests.importers.files import (
    Read,
    google_report,
    google_row,
    read,
    shop_export,
    shop_row,
    table,
)

FIRST = dt.date(2026, 6, 1)
PAGE = ("Date", "Daily New Likes", "Daily Unlikes", "Daily Total Impressions")


def spans(result: Read) -> set[tuple[str, str, str]]:
    """Source, first and last day of each coverage."""
    return {
        (f"{one.get('channel', '')}/{one.get('type', one.get('goal'))}", one["from"], one["to"])
        for one in result.coverage
    }


def page(days: Iterable[int], likes: int = 3) -> str:
    """A Facebook page's insights by day."""
    described = ["", *["Daily: words"] * 3]
    rows = [[f"{FIRST + dt.timedelta(days=day)}", likes, 0, 70] for day in days]
    return table(PAGE, described, *rows)


def ads(days: Iterable[int], **over: object) -> str:
    rows = [google_row(day=f"{FIRST + dt.timedelta(days=day)}", **over) for day in days]
    return google_report(*rows)


def test_a_report_of_ads_covers_its_days_and_those_without_delivery() -> None:
    assert spans(read(ads([0, 1, 12, 20]))) == {
        ("google_ads/impression", "2026-06-01", "2026-06-21"),
        ("google_ads/click", "2026-06-01", "2026-06-21"),
    }


def test_rows_of_zeros_are_days_with_data() -> None:
    zeros = google_row(day="2026-06-09", clicks="0", impressions="0", cost="0", conversions="0")
    result = read(google_report(google_row(), zeros))
    assert {to for _, _, to in spans(result)} == {"2026-06-09"}


def test_a_column_of_zeros_is_covered_too() -> None:
    result = read(page(range(20), likes=0))
    assert ("facebook/follow", "2026-06-01", "2026-06-20") in spans(result)
    assert "follow" not in result.counts


def test_days_that_a_daily_report_leaves_out_are_not_covered() -> None:
    june_and_august = [*range(30), *range(61, 92)]
    found = {(first, to) for _, first, to in spans(read(page(june_and_august)))}
    assert found == {("2026-06-01", "2026-06-30"), ("2026-08-01", "2026-08-31")}


def test_orders_cover_the_goal_from_the_first_to_the_last() -> None:
    created = ["2026-05-13 10:00:00 +0200", "2026-06-20 10:00:00 +0200"]
    rows = [shop_row(name=f"#{n}", id=f"{n}", created=at) for n, at in enumerate(created)]
    assert spans(read(shop_export(*rows))) == {("/purchase", "2026-05-13", "2026-06-20")}


def test_the_same_file_again_has_the_same_ids_and_another_account_has_others() -> None:
    ids = [
        {one["event_id"] for one in read(ads(days), account=account).coverage}
        for days, account in (
            (range(5), "a"),
            (range(4, -1, -1), "a"),
            (range(6), "a"),
            (range(5), "b"),
        )
    ]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]
    assert not ids[0] & ids[3]


def test_the_members_of_an_archive_cover_what_each_covers() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("june.csv", ads(range(30)))
        archive.writestr("august.csv", ads(range(61, 92)))
    found = {(first, to) for _, first, to in spans(read(packed.getvalue()))}
    assert found == {("2026-06-01", "2026-06-30"), ("2026-08-01", "2026-08-31")}


def test_posts_cover_nothing_and_their_counts_are_marked() -> None:
    header = ("Post ID", "Permalink", "Post Message", "Type", "Posted")
    total = "Lifetime Post Total Impressions"
    row = ["77_1", "https://facebook.test/1", "Hello", "Link", "01/19/2017 09:03:47 AM", 60]
    described = ["", "", "", "", "", "Lifetime: the number"]
    result = read(table((*header, total), described, row))
    assert result.coverage == []
    assert {event["lifetime"] for event in result.events} == {True}


def test_daily_counts_are_not_marked() -> None:
    assert not any("lifetime" in event for event in read(ads(range(3))).events)


def covered(days: Iterable[int], *, lists_all_days: bool = True) -> list[dict[str, Any]]:
    made = Covered(("xing", "report", "-"), lists_all_days)
    made.add_goal("lead")
    made.days.update(FIRST.toordinal() + day for day in days)
    return made.events()


@pytest.mark.parametrize(
    ("days", "lists_all_days", "runs"),
    [
        ([*range(10), *range(16, 30)], True, 1),
        ([*range(10), *range(17, 30)], True, 2),
        ([*range(10), *range(17, 30)], False, 1),
        (range(0, 100, 9), True, 1),
        ([*range(0, 40, 2), *range(60, 100, 2)], True, 1),
        ([], True, 0),
    ],
    ids=["short", "long", "of ads", "rare", "every other day", "none"],
)
def test_only_long_holes_of_reports_that_list_every_day_part_the_coverage(
    days: Iterable[int], lists_all_days: bool, runs: int
) -> None:
    assert len(covered(days, lists_all_days=lists_all_days)) == runs


def test_a_coverage_of_more_than_ten_years_is_cut() -> None:
    first, second = covered([0, 4_000], lists_all_days=False)
    assert first["to"] == str(FIRST + dt.timedelta(days=3_659))
    assert second["from"] == str(FIRST + dt.timedelta(days=3_660))
