"""The content workbook of a LinkedIn member: what tells of days, and what adds them up again."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
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


def audiences(result: Read) -> list[tuple[str, int]]:
    return [(e["occurred_at"][:10], e["size"]) for e in result.events if e["kind"] == "audience"]


def test_impressions_and_new_followers_are_read_by_day_and_nothing_is_added_up_again() -> None:
    result = read(content())

    assert result.counts == {"impression": 50, "follow": 7}
    assert result.days[0] == "2025-08-07"
    assert {e["channel"] for e in result.events} == {"linkedin"}
    assert any("DISCOVERY, TOP POSTS, DEMOGRAPHICS" in note for note in result.summary["notes"])


def test_all_followers_are_an_audience_on_the_day_that_the_line_names() -> None:
    result = read(content())

    assert audiences(result) == [("2026-08-05", 782)]
    assert result.summary["to"] == "2026-08-05"
    assert [(o.part, o.row) for o in result.outcomes] == [
        *((0, row) for row in (2, 3, 4)),
        *((1, row) for row in (1, 4, 5)),
    ]


@pytest.mark.parametrize(
    ("total", "day"),
    [
        (("Total followers on 13/5/2026:", 782), None),
        (("Total followers on August 5, 2026:", "782"), "2026-08-05"),
        (("Follower:innen gesamt am 05.08.2026:", 782), "2026-08-05"),
    ],
)
def test_the_day_of_the_audience_is_written_as_the_days_below(
    total: tuple[object, ...], day: str | None
) -> None:
    result = read(content(total=total))

    assert audiences(result) == ([(day, 782)] if day else [])
    assert [o.code for o in result.refused] == ([] if day else ["invalid_date"])


@pytest.mark.parametrize(("size", "code"), [("many", "invalid_number"), (-1, "negative")])
def test_an_audience_that_is_none_is_refused_and_the_days_are_read(size: object, code: str) -> None:
    result = read(content(total=("Total followers on 8/5/2026:", size)))

    assert [o.code for o in result.refused] == [code]
    assert result.counts == {"impression": 50, "follow": 7}


def test_german_sheets_are_known_by_their_headings() -> None:
    result = read(
        workbook(
            Interaktionen=[("Datum", "Impressions", "Interaktionen"), ("3.4.2026", "1.200", 3)],
            Leute=[("Datum", "Neue Follower:innen"), ("3.4.2026", 2)],
        )
    )

    assert result.counts == {"impression": 1200, "follow": 2}
    assert result.days == ["2026-04-03"]


def test_days_and_impressions_alone_are_anybodys_unless_the_platform_is_named() -> None:
    lines = table(HEADER, *DAYS)

    with pytest.raises(ExportRefused) as refusal:
        read(lines)

    assert refusal.value.code == "unknown_platform"
    assert read(lines, platform="linkedin").counts == {"impression": 50}


def test_a_workbook_without_days_says_what_is_missing() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(content(engagement=[("Impressions", 50)], follower_header=("Month", "Followers")))

    assert refusal.value.code == "no_date"


def test_the_same_day_in_a_later_export_restates_it() -> None:
    first = {e["event_id"] for e in read(content()).events}
    later = {e["event_id"] for e in read(content(engagement=[HEADER, *reversed(DAYS)])).events}

    assert first == later


counts = st.integers(0, 10**6)
days = st.dates(dt.date(2015, 1, 1), dt.date(2026, 6, 30))


@settings(max_examples=60, deadline=None)
@given(
    shown=st.dictionaries(days, counts, max_size=20),
    gained=st.dictionaries(days, counts, max_size=20),
)
def test_days_of_members_are_conserved(
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
