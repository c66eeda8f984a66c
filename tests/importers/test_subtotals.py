"""Rows that add up other rows of the same name are found by their numbers alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.importers import parse_mapping
from tests.importers.files import google_report, read, table

META = ("Day", "Campaign name", "Age", "Gender", "Impressions", "Link clicks", "Amount spent (EUR)")
DAY = "2026-06-13"
PARTS = [
    [DAY, "Brand", "25-34", "male", 2000, 20, "10.10"],
    [DAY, "Brand", "25-34", "female", 1000, 10, "5.05"],
    [DAY, "Brand", "35-44", "male", 400, 4, "2.00"],
    [DAY, "Spring", "25-34", "female", 500, 5, "2.50"],
]
BY_AGE = [
    [DAY, "Brand", "25-34", "", 3000, 30, "15.15"],
    [DAY, "Brand", "35-44", "", 400, 4, "2.00"],
    [DAY, "Spring", "25-34", "", 500, 5, "2.50"],
]
BY_CAMPAIGN = [
    [DAY, "Brand", "", "", 3400, 34, "17.15"],
    [DAY, "Spring", "", "", 500, 5, "2.50"],
]
COUNTS = {"impression": 3900, "click": 39}


@pytest.mark.parametrize(
    "rows",
    [
        [*BY_CAMPAIGN, *PARTS],
        [*PARTS, *BY_AGE],
        [*BY_CAMPAIGN, *BY_AGE, *PARTS],
        [*PARTS[:3], BY_CAMPAIGN[0], PARTS[3], BY_CAMPAIGN[1]],
        [["All" if cell == "" else cell for cell in row] for row in BY_CAMPAIGN] + PARTS,
    ],
    ids=["first", "last", "two levels", "in between", "All"],
)
def test_a_row_that_is_the_sum_of_others_of_its_name_adds_nothing(rows: list[list[object]]) -> None:
    result = read(table(META, *rows))

    assert result.counts == COUNTS
    assert result.cost == Decimal("19.65")
    assert not result.refused
    assert {r.reason for r in result.not_data} == {"a sum of other rows of the same name"}


def test_rows_without_an_age_that_are_no_sums_are_data() -> None:
    unknown = [[DAY, "Brand", "", "", 70, 1, "0.30"], [DAY, "Spring", "", "", 500, 5, "2.50"]]

    assert read(table(META, *PARTS, *unknown)).counts == {"impression": 4470, "click": 45}


def test_a_single_small_row_may_equal_another_by_chance() -> None:
    rows = [[DAY, "Brand", "25-34", "male", 1, 0, "0"], [DAY, "Brand", "", "", 1, 0, "0"]]

    assert read(table(META, *rows)).counts == {"impression": 2}


def test_a_sum_of_one_part_on_a_day_of_its_own_is_found_among_others() -> None:
    header = ("Day", "Campaign", "Device", "Currency code", "Cost", "Impr.", "Clicks")
    rows = [
        [f"2026-06-{day}", "Brand", device, "EUR", f"{cost}.50", f"1,{cost}0", cost]
        for day in (13, 14, 15)
        for device, cost in (("Computers", day), ("", day))
    ]

    result = read(google_report(*rows, header=header))

    assert result.counts == {"impression": 3420, "click": 42}


def test_campaigns_without_ad_groups_beside_others_with_them_are_data() -> None:
    header = ("Day", "Campaign", "Ad group", "Currency code", "Cost", "Impr.", "Clicks")
    rows = [
        [DAY, "Brand", "Core", "EUR", "7.50", 100, 10],
        [DAY, "PMax", "", "EUR", "7.50", 100, 10],
    ]

    assert read(google_report(*rows, header=header)).counts == {"impression": 200, "click": 20}


SPLIT = {
    "columns": {
        "Day": "day",
        "Campaign": "campaign_id",
        "Ad": "content_id",
        "Clicks": "paid_click",
        "Spend": "cost",
    },
    "constants": {"channel": "facebook", "currency": "EUR"},
    "decimal_mark": ".",
}
SPLIT_HEADER = ("Day", "Campaign", "Ad", "Clicks", "Spend")


def mapped_clicks(*rows: tuple[object, ...], **more: str) -> tuple[int, set[str]]:
    """All clicks of a mapped table, and why rows were left out."""
    mapping = parse_mapping({**SPLIT, "columns": SPLIT["columns"] | more})
    result = read(table((*SPLIT_HEADER, *more), *rows), mapping=mapping)
    clicks = sum(event["count"] for event in result.stored if event["kind"] == "engagement")
    return clicks, {row.reason for row in result.not_data}


def test_a_mapped_row_that_adds_up_the_parts_of_a_campaign_is_no_data() -> None:
    rows = [
        ("2026-06-01", "Spring", "A", 30, "3.00"),
        ("2026-06-01", "Spring", "B", 20, "2.50"),
        ("2026-06-01", "Spring", "", 50, "5.50"),
        ("2026-06-02", "Spring", "A", 10, "1.00"),
        ("2026-06-02", "Spring", "B", 5, "0.50"),
        ("2026-06-02", "Spring", "All", 15, "1.50"),
    ]

    assert mapped_clicks(*rows) == (65, {"a sum of other rows of the same name"})


def test_a_mapped_row_without_a_part_that_adds_nothing_up_stays() -> None:
    rows = [
        ("2026-06-01", "Spring", "A", 30, "3.00"),
        ("2026-06-01", "Spring", "B", 20, "2.50"),
        ("2026-06-01", "Spring", "", 7, "0.70"),
    ]

    assert mapped_clicks(*rows) == (57, set())


def test_mapped_rows_with_ids_of_their_own_are_sums_of_nothing() -> None:
    rows = [
        ("2026-06-01", "Spring", "A", 30, "3.00", "e1"),
        ("2026-06-01", "Spring", "B", 20, "2.50", "e2"),
        ("2026-06-01", "Spring", "", 50, "5.50", "e3"),
    ]

    assert mapped_clicks(*rows, Id="event_id") == (100, set())
