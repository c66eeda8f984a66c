"""TikTok's reports of ads, and what an account's own videos were seen and liked."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.platforms.tiktok.yearless import year_given
from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

ADS = (
    *("By Day", "Campaign name", "Ad group name", "Cost (EUR)", "Impressions"),
    *("Clicks (destination)", "Clicks (all)", "CTR (destination)"),
    *("Complete payment", "Complete payment value"),
)
OVERVIEW = ("Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares")
VIDEOS = (
    *("Time", "Video title", "Video link", "Post time", "Total likes", "Total comments"),
    *("Total shares", "Total views"),
)
VIDEO = "7612345678901234567"  # made on 1 March 2026


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


def video_row(link: str = f"https://www.tiktok.com/@brand/video/{VIDEO}") -> list[object]:
    """A row under `VIDEOS`."""
    return ["18 января", "A title", link, "28 февраля", 52, 7, 3, 2811]


def code_of(content: str, **options: object) -> str:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value.code


def test_clicks_of_ads_are_those_that_reach_the_destination() -> None:
    result = read(table(ADS, ad_row(), ad_row(day="2026-03-02")))

    assert result.counts == {"impression": 6200, "click": 122}
    assert {(e["channel"], e["paid"]) for e in result.events} == {("tiktok_ads", True)}
    assert result.cost == Decimal("16.50")
    assert result.summary["claimed_conversions"] == [
        {"count": "2", "value": "24.80", "currency": "EUR"}
    ]


def test_all_clicks_count_where_there_are_no_others() -> None:
    header = [name.replace("Clicks (destination)", "Notes") for name in ADS]

    assert read(table(header, ad_row())).counts["click"] == 77


@pytest.mark.parametrize("label", ["Total", "Total of 2 results", "Total of 1,200 results"])
def test_the_totals_row_of_ads_adds_nothing(label: str) -> None:
    total = [label, *["-"] * 2, "16.50", 6200, 122, 154, "", 2, "24.80"]

    result = read(table(ADS, ad_row(), total))

    assert result.counts == {"impression": 3100, "click": 61}
    assert result.summary["claimed_conversions"][0]["count"] == "1"
    assert (len(result.not_data), result.refused) == (1, [])


def test_german_ads_say_the_same() -> None:
    header = (
        *("Nach Tag", "Kampagnenname", "Anzeigengruppenname", "Kosten", "Währung"),
        *("Impressionen", "Klicks (Ziel)", "Klicks (alle)"),
    )
    row = ["2026-03-01", "Spring", "Group", "8,25", "EUR", "3.100", "61", "77"]

    german = read(table(header, row, delimiter=";"))
    english = read(table(ADS, ad_row()))

    assert german.events == english.events


def test_video_views_are_not_counted_beside_their_parts() -> None:
    header = (*ADS, "Video views", "2-second video views", "6-second video views")

    assert read(table(header, [*ad_row(), 900, 500, 200])).counts["view"] == 900
    assert read(table((*ADS, *header[-2:]), [*ad_row(), 500, 200])).counts["view"] == 500


def test_ads_without_a_column_of_tiktoks_own_need_the_platforms_name() -> None:
    header = ("Date", "Campaign name", "Cost (EUR)", "Impressions", "Clicks")
    content = table(header, ["2026-03-01", "Spring", "8.25", 3100, 77])

    result = read(content, platform="tiktok_ads")

    assert result.counts == {"impression": 3100, "click": 77}


def test_ads_of_a_campaign_and_of_its_groups_are_told_apart() -> None:
    by_group = read(table(ADS, ad_row()))
    by_campaign = read(table((*ADS[:2], *ADS[3:]), [*ad_row()[:2], *ad_row()[3:]]))

    ids = {event["event_id"] for event in (*by_group.events, *by_campaign.events)}
    assert len(ids) == 4


def test_business_suite_counts_the_day() -> None:
    header = (
        *("Date", "Video views", "Reached audience", "Profile views", "Likes", "Shares"),
        *("Comments", "Net growth", "New followers", "Lost followers"),
    )

    result = read(table(header, ["2026/03/01", 900, "NAN", 20, 31, 5, 6, 3, 5, 2]))

    assert result.counts == {
        "view": 900,
        "like": 31,
        "share": 5,
        "comment": 6,
        "follow": 5,
        "unfollow": 2,
    }
    assert {(e["channel"], e["paid"]) for e in result.events} == {("tiktok", False)}
    assert result.days == ["2026-03-01"]


@pytest.mark.parametrize("day", ["8 de marzo", "March 8", "8. März", "3月8日", "8 mars"])
def test_days_without_a_year_are_a_question(day: str) -> None:
    content = table(OVERVIEW, [day, 7, 0, 1, 0, 0])

    assert code_of(content) == "undecidable_format"


@pytest.mark.parametrize("year", ["2026", 2026])
def test_the_year_that_the_user_names_answers_it(year: object) -> None:
    mapping = Mapping(constants={"year": year})  # type: ignore[dict-item]
    days = ["8 de marzo", "3月9日"]

    assert year_given(mapping, days) == 2026


def test_days_over_a_turn_of_the_year_are_refused_even_with_a_year() -> None:
    with pytest.raises(ExportRefused) as refusal:
        year_given(Mapping(constants={"year": "2026"}), ["December 30", "December 31", "January 1"])

    assert "turn of the year" in refusal.value.detail


def test_an_overview_with_years_needs_no_answer() -> None:
    result = read(table(OVERVIEW, ["2026-03-08", 7, 2, 1, 0, 0]))

    assert result.counts == {"view": 7, "like": 1}


def test_a_table_of_video_and_profile_views_with_other_columns_is_not_tiktoks() -> None:
    content = table((*OVERVIEW, "Network"), ["2026-03-08", 7, 2, 1, 0, 0, "Instagram"])

    assert code_of(content) == "unknown_platform"


def test_the_day_of_a_video_comes_out_of_its_id() -> None:
    result = read(table(VIDEOS, video_row()))

    assert result.counts == {"like": 52, "comment": 7, "share": 3, "view": 2811}
    assert {event["content_id"] for event in result.events} == {VIDEO}
    assert result.days == ["2026-03-01"]
    assert all(event["lifetime"] for event in result.events)


@pytest.mark.parametrize(
    "link", ["", "https://www.tiktok.com/@brand/video/1", "https://example.org/video/" + VIDEO]
)
def test_a_video_without_an_id_is_refused_and_its_title_not_shown(link: str) -> None:
    result = read(table(VIDEOS, video_row(link)))

    assert [refused.code for refused in result.refused] == ["missing_value"]
    assert "title" not in result.refused[0].raw.casefold()


def test_a_later_download_of_the_videos_restates_them() -> None:
    first, later = read(table(VIDEOS, video_row())), read(table(VIDEOS, video_row(), video_row()))

    assert {e["event_id"] for e in first.events} == {e["event_id"] for e in later.events}
    assert later.counts == first.counts


def test_followers_are_an_audience_and_their_changes_follows() -> None:
    header = ("Date", "Followers", "Difference in followers from previous day")

    result = read(table(header, ["2026-03-01", 812, 4], ["2026-03-02", 810, -2]))

    assert result.counts == {"follow": 4, "unfollow": 2}
    assert [e["size"] for e in result.events if e["kind"] == "audience"] == [812, 810]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=20
    ),
    bad=st.integers(0, 3),
)
def test_rows_of_ads_are_conserved(rows: list[tuple[int, int, int]], bad: int) -> None:
    cells = [ad_row(day=f"2026-03-{d:02}", impressions=i, clicks=c) for d, i, c in rows]
    cells += [ad_row(clicks="many", payments=50)] * bad

    result = read(table(ADS, *cells, []))

    check_conservation(result, len(cells) + 1)
    assert totals(result, "impression", "click") == [
        sum(row[1] for row in rows),
        sum(row[2] for row in rows),
    ]
    assert len(result.refused) == bad
