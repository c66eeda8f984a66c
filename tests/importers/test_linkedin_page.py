"""LinkedIn company pages: followers, visitors, content, and the traps of their workbooks."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers import Imported
from chalicelib.importers.mappings.mapping import parse_mapping
from chalicelib.model.errors import ExportRefused
from tests.importers import workbook_files
from tests.importers.files import Read, read, table
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
DAY = ("06/15/2026", 100, 20, 120, 80, 5, 1, 6, 3, 2, 5, 1, 0, 1, 2, 1, 3, 0.125)
POSTS = (
    *("Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date"),
    *("Impressions", "Views (Excluding offsite video views)", "Clicks", "Likes", "Comments"),
    *("Reposts", "Follows", "Engagement rate"),
)
LINK = "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000001"
POST = ("Big news", LINK, "Organic", "", "Ada Lovelace", "06/10/2026", 50, 7, 4, 3, 2, 1, 1, 0.2)
ABOUT = "Aggregated engagement metrics for your organic and sponsored posts"


def refusal_of(content: str | bytes, **options: object) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value


def followers(*rows: Sequence[object], header: Sequence[str] = FOLLOWERS) -> bytes:
    return workbook(
        New_followers=[header, *rows],
        Location=[("Location", "Total followers"), ("Berlin", 70)],
        Seniority=[("Seniority", "Total followers"), ("Senior", 50)],
    )


def paid_and_not(result: Read) -> dict[tuple[str, bool], int]:
    sums: dict[tuple[str, bool], int] = {}
    for event in result.stored:
        key = event["type"], event["paid"]
        sums[key] = sums.get(key, 0) + event["count"]
    return sums


def test_new_followers_are_the_sponsored_the_organic_and_the_invited_and_not_the_total() -> None:
    result = read(followers(("02/12/2026", 1, 5, 2, 8), ("02/13/2026", 0, 4, 3, 7)))

    assert paid_and_not(result) == {("follow", True): 1, ("follow", False): 14}
    assert len(result.stored) == 5
    assert result.days == ["2026-02-12", "2026-02-13"]


def test_the_total_of_the_day_counts_where_its_parts_are_missing_and_is_no_audience() -> None:
    result = read(followers(("02/13/2026", 8), header=("Date", "Total followers")))

    assert result.counts == {"follow": 8}
    assert {event["kind"] for event in result.events} == {"engagement"}


def test_more_people_leaving_than_coming_are_unfollows() -> None:
    result = read(followers(("02/13/2026", 0, -2, 1, -1)))

    assert result.counts == {"unfollow": 2, "follow": 1}


def test_what_the_followers_are_like_is_no_data_and_every_sheet_that_is_not_read_is_named() -> None:
    result = read(followers(("02/13/2026", 0, 4, 0, 4)))

    assert result.counts == {"follow": 4}
    assert result.summary["rows"] == 1
    assert any("Location, Seniority" in note for note in result.summary["notes"])


def test_the_last_sheet_may_come_first_and_have_another_name() -> None:
    content = workbook(
        Orte=[("Ort", "Follower gesamt")], Tabelle=[FOLLOWERS, ("05/13/2026", 0, 9, 0, 9)]
    )

    assert read(content).counts == {"follow": 9}


@pytest.mark.parametrize("word", ["Follower", "Follower:innen"])
def test_german_headings_have_german_days(word: str) -> None:
    header = ("Datum", f"Gesponserte {word}", f"Organische {word}", f"{word} gesamt")

    result = read(workbook(Neue_Follower=[header, ("03.04.2026", 1, 5, 6)]))

    assert paid_and_not(result) == {("follow", True): 1, ("follow", False): 5}
    assert result.days == ["2026-04-03"]


def test_english_days_are_month_first_even_where_no_day_tells() -> None:
    content = followers(("03/04/2026", 0, 4, 0, 4))

    assert read(content).days == ["2026-03-04"]
    answer = parse_mapping({"dates": "dmy"})
    assert read(content, mapping=answer).days == ["2026-04-03"]


def test_a_day_above_twelve_has_the_last_word() -> None:
    content = followers(("25/02/2026", 0, 4, 0, 4), ("03/02/2026", 0, 1, 0, 1))

    assert read(content).days == ["2026-02-03", "2026-02-25"]


def test_days_that_a_spreadsheet_made_of_the_text_are_the_same_days() -> None:
    text = read(followers(("02/13/2026", 0, 4, 0, 4)))
    typed = read(followers((dt.datetime(2026, 2, 13), 0, 4, 0, 4)))  # noqa: DTZ001

    assert typed.events == text.events


def test_visits_to_the_page_are_not_mixed_with_impressions_of_posts() -> None:
    header = (
        *("Date", "Overview page views (total)", "Jobs page views (total)"),
        *("Total page views (desktop)", "Total page views (mobile)", "Total page views (total)"),
        "Total unique visitors (total)",
    )
    content = workbook(
        Visitor_metrics=[header, ("02/13/2026", 5, 2, 4, 3, 7, 4)],
        Location=[("Location", "Total views"), ("Berlin", 7)],
    )

    result = read(content)

    assert [(e["channel"], e["type"], e["count"]) for e in result.events] == [
        ("linkedin_page", "impression", 7)
    ]
    assert result.summary["platform"] == "linkedin"


def test_page_views_on_computers_and_phones_add_up_where_there_is_no_total() -> None:
    header = ("Date", "Total page views (desktop)", "Total page views (mobile)")

    result = read(workbook(Visitor_metrics=[header, ("02/13/2026", 4, 3)]))

    assert result.counts == {"impression": 7}


def test_content_is_read_by_day_in_its_parts_below_a_line_that_describes_it() -> None:
    result = read(workbook(Metrics=[(ABOUT,), DAILY, DAY]))

    assert paid_and_not(result) == {
        ("impression", False): 100,
        ("impression", True): 20,
        ("click", False): 5,
        ("click", True): 1,
        ("like", False): 3,
        ("like", True): 2,
        ("comment", False): 1,
        ("share", False): 2,
        ("share", True): 1,
    }
    assert result.summary["lifetime"] is False


def test_totals_of_the_day_count_where_the_parts_are_missing() -> None:
    header = ("Date", "Impressions (total)", "Clicks (total)", "Reactions (organic)")

    result = read(workbook(Metrics=[header, ("02/13/2026", 100, 5, 3)]))

    assert result.counts == {"impression": 100, "click": 5, "like": 3}


def test_german_content_is_read_by_day() -> None:
    header = (
        *("Datum", "Impressions (organisch)", "Impressions (gesponsert)", "Impressions (gesamt)"),
        *("Klicks (organisch)", "Klicks (gesponsert)", "Klicks (gesamt)", "Reaktionen (gesamt)"),
    )

    result = read(workbook(Kennzahlen=[header, ("13.02.2026", "1.000", 20, "1.020", 5, 1, 6, 3)]))

    assert result.counts == {"impression": 1020, "click": 6, "like": 3}


def test_posts_say_the_same_again_and_are_not_added() -> None:
    result = read(workbook(Metrics=[(ABOUT,), DAILY, DAY], All_posts=[(ABOUT,), POSTS, POST]))

    assert result.counts["impression"] == 120
    assert result.summary["rows"] == 1
    assert any("All posts" in note for note in result.summary["notes"])


def test_posts_alone_are_lifetime_counts_on_the_day_of_the_post() -> None:
    sponsored = (*POST[:3], "Spring", *POST[4:6], 900, 0, 9, 0, 0, 0, 0, 0.01)
    content = workbook(Metrics=[(ABOUT,), DAILY], All_posts=[(ABOUT,), POSTS, POST, sponsored])

    result = read(content)

    assert paid_and_not(result) == {
        ("impression", False): 50,
        ("impression", True): 900,
        ("view", False): 7,
        ("click", False): 4,
        ("click", True): 9,
        ("like", False): 3,
        ("comment", False): 2,
        ("share", False): 1,
        ("follow", False): 1,
    }
    assert result.days == ["2026-06-10"]
    assert result.summary["lifetime"] is True
    assert {e.get("campaign_id") for e in result.events} == {None, "Spring"}
    assert {e["content_id"] for e in result.events} == {LINK}
    assert any("Metrics" in note for note in result.summary["notes"])


def test_a_later_export_restates_a_post_and_says_nothing_of_its_author() -> None:
    later = (*POST[:6], 60, 8, *POST[8:])

    first, again = read(table(POSTS, POST)), read(table(POSTS, later))

    assert {e["event_id"] for e in first.events} == {e["event_id"] for e in again.events}
    assert again.counts["impression"] == 60
    assert "Lovelace" not in repr(first.outcomes)


def test_a_workbook_of_headings_gives_nothing() -> None:
    result = read(workbook(Metrics=[DAILY], All_posts=[POSTS]))

    assert (result.events, result.summary["rows"]) == ([], 0)


def test_a_sheet_saved_as_text_is_the_same_sheet() -> None:
    assert read(table(DAILY, DAY)).events == read(workbook(Metrics=[DAILY, DAY])).events


def test_pages_are_told_apart_by_the_account_that_the_user_gives() -> None:
    content = followers(("02/13/2026", 0, 4, 0, 4))

    ids = {e["event_id"] for name in ("a", "b", "") for e in read(content, account=name).events}

    assert len(ids) == 3


@pytest.mark.parametrize(
    "header",
    [
        ("Page", "Total Followers", "New Followers", "Total post engagements", "Total posts"),
        ("Seite", "Follower:innen gesamt", "Neue Follower:innen", "Beiträge gesamt"),
    ],
)
def test_the_numbers_of_competitors_are_not_ours(header: tuple[str, ...]) -> None:
    content = workbook(
        COMPETITORS=[("2/12/2025", "2/10/2026"), header, ("Rival", 1927, 741, 1863, 60)]
    )

    assert refusal_of(content).code == "foreign_numbers"


def test_a_cell_that_is_no_number_refuses_its_row_alone() -> None:
    result = read(followers(("02/13/2026", "many", 4, 0, 4), ("02/14/2026", 0, 4, 0, 4)))

    assert [(o.row, o.code) for o in result.refused] == [(2, "invalid_number")]
    assert result.counts == {"follow": 4}


def test_an_old_workbook_is_read_as_a_new_one() -> None:
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


@settings(max_examples=60, deadline=None)
@given(rows=st.dictionaries(days, st.tuples(counts, counts, counts), max_size=20))
def test_followers_are_conserved(rows: dict[dt.date, tuple[int, int, int]]) -> None:
    cells = [(f"{day:%m/%d/%Y}", *parts, sum(parts)) for day, parts in rows.items()]

    result = read(followers(*cells, ("no day", 1, 1, 1, 3)))

    check_conservation(result, len(rows) + 1)
    assert len(result.refused) == 1
    assert result.counts.get("follow", 0) == sum(map(sum, rows.values()))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(days, st.lists(counts, min_size=10, max_size=10), min_size=1, max_size=20)
)
def test_content_is_conserved(rows: dict[dt.date, list[int]]) -> None:
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


@settings(max_examples=60, deadline=None)
@given(posts=st.lists(st.tuples(st.integers(1, 9), days, counts, counts), max_size=20))
def test_posts_are_conserved(posts: list[tuple[int, dt.date, int, int]]) -> None:
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
