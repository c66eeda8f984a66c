"""The content workbook of a LinkedIn member: daily rows, and sheets that repeat them as totals."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.importers.files import read
from tests.importers.linkedin_files import workbook
from tests.importers.test_conservation import check_conservation

HEADER = ("Date", "Impressions", "Engagements")
DAYS = [("9/18/2025", 20, 3), ("8/7/2025", 30, 0), ("8/9/2025", 0, 0)]
URL = "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000001"


def content(
    *,
    engagement: Sequence[Sequence[object]] = (HEADER, *DAYS),
    total: Sequence[object] = ("Total followers on 8/5/2026:", 782),
    followers: Sequence[Sequence[object]] = (("8/7/2025", 3), ("8/20/2025", 4)),
    follower_header: Sequence[str] = ("Date", "New followers"),
) -> bytes:
    posts = [
        ("Maximum of 50 posts available to include in this list",),
        (),
        ("Post URL", "Post publish date", "Engagements", None) * 2,
        (URL, "8/7/2025", 3, None, URL, "8/7/2025", 50),
    ]
    return workbook(
        DISCOVERY=[("Overall Performance", "8/7/2025 - 8/5/2026"), ("Impressions", 50)],
        ENGAGEMENT=engagement,
        TOP_POSTS=posts,
        FOLLOWERS=[total, (), follower_header, *followers],
        DEMOGRAPHICS=[("Top Demographics", "Value", "Percentage"), ("Job titles", "Ops", "< 1%")],
    )


counts = st.integers(0, 10**6)
days = st.dates(dt.date(2015, 1, 1), dt.date(2026, 6, 30))


@given(
    shown=st.dictionaries(days, counts, max_size=20),
    gained=st.dictionaries(days, counts, max_size=20),
)
def test_no_day_of_a_member_is_lost_or_invented(
    shown: dict[dt.date, int], gained: dict[dt.date, int]
) -> None:
    def cell(day: dt.date) -> str:
        return f"{day.month}/{day.day}/{day.year}"

    result = read(
        content(
            engagement=[HEADER, *((cell(day), n, n // 2) for day, n in shown.items())],
            total=("Total followers", ""),
            followers=[(cell(day), n) for day, n in gained.items()],
        )
    )

    engagement = [o for o in result.outcomes if o.part == 0]
    assert len(engagement) == len(shown)
    assert len(result.outcomes) == len(shown) + len(gained)
    assert result.counts.get("impression", 0) == sum(shown.values())
    assert result.counts.get("follow", 0) == sum(gained.values())
    if not gained:
        check_conservation(result, len(shown))
