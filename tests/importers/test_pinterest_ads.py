"""Pinterest ads reports."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

HEADER = (
    *("Date", "Campaign name", "Ad group name", "Spend in account currency", "Impressions"),
    *("Reach", "Outbound clicks", "Saves", "Engagements", "Total conversions (Checkout)"),
    "Total order value (Checkout)",
)


def pin_row(**over: object) -> list[object]:
    """A row under `HEADER`."""
    row = {
        "day": "2026-06-15",
        "campaign": "Spring | 2026",
        "group": "Group | 20:56 UTC",
        "spend": "0.76",
        "impressions": 100,
        "reach": 99,
        "clicks": 2,
        "saves": 1,
        "engagements": 3,
        "conversions": 1,
        "value": "19.90",
    }
    return list((row | over).values())


@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from("ab"),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.integers(0, 10**7),
        ),
        max_size=25,
    ),
    bad=st.integers(0, 3),
)
def test_no_row_is_lost_or_invented(rows: list[tuple[int, str, int, int, int]], bad: int) -> None:
    cells = [
        pin_row(
            day=f"2026-06-{day:02}",
            campaign=name,
            impressions=shown,
            clicks=clicks,
            spend=f"{cents / 100:.2f}",
        )
        for day, name, shown, clicks, cents in rows
    ]
    cells += [pin_row(clicks="many")] * bad

    result = read(table(HEADER, *cells, []), currency="EUR")

    check_conservation(result, len(cells) + 1)
    assert totals(result, "impression", "click") == [
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
    ]
    assert result.cost == Decimal(sum(row[4] for row in rows)) / 100
    assert len(result.rejected) == bad
