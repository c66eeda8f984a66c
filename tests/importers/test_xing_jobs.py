"""XING's performance report on job ads."""

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, counts

HEADER = (
    *("ID", "Order ID", "Product Type", "Job Code", "Posting URL", "Reply Setting", "Title"),
    *("Activated At", "Date ID", "Impressions", "Clicks", "Applications"),
)


def make_row(**over: object) -> list[object]:
    row = {
        "id": "901",
        "order": "77",
        "product": "Pro",
        "code": "J-1",
        "url": "https://example.org/jobs/901",
        "reply": "url",
        "title": "Engineer",
        "activated": "2026-05-01",
        "day": "20260512",
        "impressions": "250",
        "clicks": "12",
        "applications": "3",
    }
    return list((row | over).values())


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["1", "2"]), st.integers(1, 28), counts, counts), max_size=20
    )
)
def test_no_row_of_job_ads_is_lost_or_invented(rows: list[tuple[str, int, int, int]]) -> None:
    cells = [
        make_row(id=ad, day=f"2026-06-{day:02}", impressions=shown, clicks=clicks)
        for ad, day, shown, clicks in rows
    ]

    result = read(table(HEADER, *cells))

    check_conservation(result, len(rows))
    assert result.rejected == []
    assert result.counts.get("impression", 0) == sum(row[2] for row in rows)
    assert result.counts.get("click", 0) == sum(row[3] for row in rows)
