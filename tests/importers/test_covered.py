"""The days for which a file is complete."""

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
    table,
)

FIRST = dt.date(2026, 6, 1)
PAGE = ("Date", "Daily New Likes", "Daily Unlikes", "Daily Total Impressions")


def spans(result: Read) -> set[tuple[str, str, str]]:
    """Return source, first and last day of each coverage event."""
    return {
        (f"{one.get('channel', '')}/{one.get('type', one.get('goal'))}", one["from"], one["to"])
        for one in result.coverage
    }


def page(days: Iterable[int], likes: int = 3) -> str:
    """Return the daily insights of a Facebook page."""
    described = ["", *["Daily: words"] * 3]
    rows = [[f"{FIRST + dt.timedelta(days=day)}", likes, 0, 70] for day in days]
    return table(PAGE, described, *rows)


def ads(days: Iterable[int], **over: object) -> str:
    rows = [google_row(day=f"{FIRST + dt.timedelta(days=day)}", **over) for day in days]
    return google_report(*rows)


def test_days_missing_from_a_daily_report_are_not_covered() -> None:
    june_and_august = [*range(30), *range(61, 92)]
    found = {(first, to) for _, first, to in spans(read(page(june_and_august)))}
    assert found == {("2026-06-01", "2026-06-30"), ("2026-08-01", "2026-08-31")}


def test_an_archive_covers_the_days_of_each_of_its_members() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("june.csv", ads(range(30)))
        archive.writestr("august.csv", ads(range(61, 92)))
    found = {(first, to) for _, first, to in spans(read(packed.getvalue()))}
    assert found == {("2026-06-01", "2026-06-30"), ("2026-08-01", "2026-08-31")}


@pytest.mark.parametrize("ends", [(15, 31), (31, 15)])
def test_periods_that_begin_on_one_day_are_all_covered(ends: tuple[int, int]) -> None:
    header = ("Reporting starts", "Reporting ends", "Campaign name", "Impressions")
    rows = [["2026-08-01", f"2026-08-{end}", f"C{end}", 3000] for end in ends]

    result = read(table(header, *rows), spread=True)

    assert result.days[-1] == "2026-08-31"
    assert {(first, to) for _, first, to in spans(result)} == {("2026-08-01", "2026-08-31")}


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
def test_only_long_gaps_in_complete_daily_reports_split_the_coverage(
    days: Iterable[int], lists_all_days: bool, runs: int
) -> None:
    assert len(covered(days, lists_all_days=lists_all_days)) == runs


def test_coverage_is_limited_to_ten_years() -> None:
    first, second = covered([0, 4_000], lists_all_days=False)
    assert first["to"] == str(FIRST + dt.timedelta(days=3_659))
    assert second["from"] == str(FIRST + dt.timedelta(days=3_660))
