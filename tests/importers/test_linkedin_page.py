"""LinkedIn company pages: workbooks of followers, visitors and content."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers import Imported
from tests.importers import workbook_files
from tests.importers.files import read, table
from tests.importers.linkedin_files import workbook
from tests.importers.old_workbooks import old_workbook
from tests.importers.test_conservation import check_conservation

FOLLOWERS = (
    *("Date", "Sponsored followers", "Organic followers", "Auto-invited followers"),
    "Total followers",
)
DAILY = (
    *("Date", "Impressions (organic)", "Impressions (sponsored)", "Impressions (total)"),
    *("Unique impressions (organic)", "Clicks (organic)", "Clicks (sponsored)", "Clicks (total)"),
    *("Reactions (organic)", "Reactions (sponsored)", "Reactions (total)"),
    *("Comments (organic)", "Comments (sponsored)", "Comments (total)"),
    *("Reposts (organic)", "Reposts (sponsored)", "Reposts (total)", "Engagement rate (total)"),
)
POSTS = (
    *("Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date"),
    *("Impressions", "Views (Excluding offsite video views)", "Clicks", "Likes", "Comments"),
    *("Reposts", "Follows", "Engagement rate"),
)
LINK = "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000001"
POST = ("Big news", LINK, "Organic", "", "Ada Lovelace", "06/10/2026", 50, 7, 4, 3, 2, 1, 1, 0.2)
ABOUT = "Aggregated engagement metrics for your organic and sponsored posts"


def followers(*rows: Sequence[object], header: Sequence[str] = FOLLOWERS) -> bytes:
    return workbook(
        New_followers=[header, *rows],
        Location=[("Location", "Total followers"), ("Berlin", 70)],
        Seniority=[("Seniority", "Total followers"), ("Senior", 50)],
    )


def test_an_xls_workbook_gives_the_same_events_as_xlsx() -> None:
    sheets = {
        "New followers": [FOLLOWERS, ("02/12/2021", 1, 4, 0, 5)],
        "Location": [("Location", "Total followers"), ("Berlin", 70)],
    }
    old, new = read(old_workbook(sheets)), read(workbook_files.workbook(sheets))

    assert old.outcomes == new.outcomes
    assert old.summary == new.summary
    assert old.counts == {"follow": 5}


counts = st.integers(0, 10**6)
days = st.dates(dt.date(2015, 1, 1), dt.date(2026, 6, 30))


@given(rows=st.dictionaries(days, st.tuples(counts, counts, counts), max_size=20))
def test_no_follower_is_lost_or_invented(rows: dict[dt.date, tuple[int, int, int]]) -> None:
    cells = [(f"{day:%m/%d/%Y}", *parts, sum(parts)) for day, parts in rows.items()]

    result = read(followers(*cells, ("no day", 1, 1, 1, 3)))

    check_conservation(result, len(rows) + 1)
    assert len(result.rejected) == 1
    assert result.counts.get("follow", 0) == sum(map(sum, rows.values()))


@given(
    rows=st.dictionaries(days, st.lists(counts, min_size=10, max_size=10), min_size=1, max_size=20)
)
def test_no_content_row_is_lost_or_invented(rows: dict[dt.date, list[int]]) -> None:
    cells = []
    for day, numbers in rows.items():
        split = [
            n for at in range(0, 10, 2) for n in (*numbers[at : at + 2], sum(numbers[at : at + 2]))
        ]
        cells.append([f"{day:%m/%d/%Y}", *split[:3], 1, *split[3:], 0.5])

    result = read(workbook(Metrics=[(ABOUT,), DAILY, *cells], All_posts=[POSTS, POST]))

    check_conservation(result, len(rows))
    kinds = ("impression", "click", "like", "comment", "share")
    assert [result.counts.get(kind, 0) for kind in kinds] == [
        sum(numbers[n] + numbers[n + 1] for numbers in rows.values()) for n in range(0, 10, 2)
    ]


@given(posts=st.lists(st.tuples(st.integers(1, 9), days, counts, counts), max_size=20))
def test_no_post_is_lost_or_invented(posts: list[tuple[int, dt.date, int, int]]) -> None:
    rows = [
        ("T", f"{LINK}{n}", "Organic", "", "A", f"{day:%m/%d/%Y}", shown, 0, clicks, *[0] * 5)
        for n, day, shown, clicks in posts
    ]

    result = read(table(POSTS, *rows))

    check_rows = [outcome for outcome in result.outcomes if isinstance(outcome, Imported)]
    assert len(result.outcomes) == len(rows)
    assert len(check_rows) == sum(bool(shown or clicks) for _, _, shown, clicks in posts)
    last = {(n, day): (shown, clicks) for n, day, shown, clicks in posts if shown}
    assert result.counts.get("impression", 0) == sum(shown for shown, _ in last.values())
