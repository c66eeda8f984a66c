"""TikTok: ads reports, the daily overview, and an account's videos."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.platforms.tiktok.yearless import year_given
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

ADS = (
    *("By Day", "Campaign name", "Ad group name", "Cost (EUR)", "Impressions"),
    *("Clicks (destination)", "Clicks (all)", "CTR (destination)"),
    *("Complete payment", "Complete payment value"),
)
OVERVIEW = ("Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares")


def ad_row(**over: object) -> list[object]:
    """A row under `ADS`."""
    row = {
        "day": "2026-03-01",
        "campaign": "Spring",
        "group": "Group",
        "cost": "8.25",
        "impressions": 3100,
        "clicks": 61,
        "all": 77,
        "rate": "1.97%",
        "payments": 1,
        "value": "12.40",
    }
    return list((row | over).values())


def code_of(content: str, **options: object) -> str:
    with pytest.raises(ExportRejected) as rejection:
        read(content, **options)
    return rejection.value.code


@pytest.mark.parametrize("day", ["8 de marzo", "March 8", "8. März", "3月8日", "8 mars"])
def test_days_without_a_year_need_a_year_from_the_user(day: str) -> None:
    content = table(OVERVIEW, [day, 7, 0, 1, 0, 0])

    assert code_of(content) == "undecidable_format"


@pytest.mark.parametrize("year", ["2026", 2026])
def test_a_year_given_by_the_user_dates_days_without_one(year: object) -> None:
    mapping = Mapping(constants={"year": year})  # type: ignore[dict-item]
    days = ["8 de marzo", "3月9日"]

    assert year_given(mapping, days) == 2026


def test_days_across_a_new_year_are_rejected_even_with_a_given_year() -> None:
    with pytest.raises(ExportRejected) as rejection:
        year_given(Mapping(constants={"year": "2026"}), ["December 30", "December 31", "January 1"])

    assert "turn of a year" in rejection.value.detail


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=20
    ),
    bad=st.integers(0, 3),
)
def test_no_row_of_ads_is_lost_or_invented(rows: list[tuple[int, int, int]], bad: int) -> None:
    cells = [ad_row(day=f"2026-03-{d:02}", impressions=i, clicks=c) for d, i, c in rows]
    cells += [ad_row(clicks="many", payments=50)] * bad

    result = read(table(ADS, *cells, []))

    check_conservation(result, len(cells) + 1)
    assert totals(result, "impression", "click") == [
        sum(row[1] for row in rows),
        sum(row[2] for row in rows),
    ]
    assert len(result.rejected) == bad
