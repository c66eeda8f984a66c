"""Google Search Console: clicks and impressions in search results, by day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.search_console.search_headings import DAILY_COLUMNS
from chalicelib.model.errors import ExportRejected
from tests.importers.files import read, table
from tests.importers.test_conservation import check_conservation, totals

HEADER = ("Date", "Clicks", "Impressions", "CTR", "Position")
DAYS = table(HEADER, ["2026-05-01", 12, 640, "1.88%", 14.2], ["2026-05-02", 0, 505, "0%", 15])


@pytest.mark.parametrize("language", DAILY_COLUMNS[0].headings)
def test_every_language_gives_the_same_events_as_english(language: str) -> None:
    header = [column.headings[language][0] for column in DAILY_COLUMNS]

    result = read(table(header, ["2026-05-01", 12, 640, "1.88%", 14.2]))

    assert result.counts == {"click": 12, "impression": 640}
    assert [e["event_id"] for e in result.events] == [e["event_id"] for e in read(DAYS).events[:2]]


@pytest.mark.parametrize(
    "header",
    [
        ("Top queries", *HEADER[1:]),
        ("Top pages", *HEADER[1:]),
        ("Country", *HEADER[1:]),
        ("Device", *HEADER[1:]),
        ("Häufigste Suchanfragen", "Klicks", "Impressionen", "CTR", "Position"),
    ],
)
def test_a_table_without_days_is_rejected_and_the_message_names_the_file_with_days(
    header: tuple[str, ...],
) -> None:
    with pytest.raises(ExportRejected) as rejection:
        read(table(header, ["x", 7, 300, "2.3%", 8.1]), spread=True)

    assert rejection.value.code == "no_date"
    assert "Chart.csv" in rejection.value.detail


@pytest.mark.parametrize(
    "header",
    [
        ("Date", "Clicks", "Impressions", "CTR"),
        ("Date", "Clicks", "Impressions", "CTR", "Position", "Cost"),
        ("Date", "Clicks", "Impressions", "CTR", "Position", "Campaign"),
        ("Date", "Clicks", "Impressions", "Position"),
        ("Filter", "Value"),
    ],
)
def test_tables_that_other_platforms_write_too_are_not_claimed(header: tuple[str, ...]) -> None:
    with pytest.raises(ExportRejected) as rejection:
        read(table(header, ["2026-05-01", 12, 640, "1.88%", 14.2, 3][: len(header)]))

    assert rejection.value.code == "unknown_platform"


@given(
    rows=st.dictionaries(
        st.integers(1, 28), st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)), max_size=20
    ),
    bad=st.integers(0, 3),
)
def test_no_row_is_lost_or_invented(rows: dict[int, tuple[int, int]], bad: int) -> None:
    cells: list[list[object]] = [
        [f"2026-06-{day:02}", clicks, shown, "1%", 3.5] for day, (clicks, shown) in rows.items()
    ]
    cells += [["2026-07-01", "many", 5, "1%", 3.5]] * bad

    result = read(table(HEADER, *cells))

    check_conservation(result, len(cells))
    assert totals(result, "click", "impression") == [
        sum(clicks for clicks, _ in rows.values()),
        sum(shown for _, shown in rows.values()),
    ]
    assert len(result.rejected) == bad


@pytest.mark.parametrize(
    "heading", ["Avg. Position", "Average position", "Durchschnittliche Position"]
)
def test_a_table_with_average_position_is_read_only_if_the_user_names_google(
    heading: str,
) -> None:
    file = table(("Date", "Impressions", "Clicks", "CTR", heading), ["2026-05-01", 90, 9, "10%", 6])

    with pytest.raises(ExportRejected, match="another search engine") as rejection:
        read(file)

    assert rejection.value.code == "unknown_platform"
    assert read(file, platform="search_console").counts == {"click": 9, "impression": 90}


# --- by day and query -------------------------------------------------------------------------

BY_QUERY = table(
    ("Date", "Query", *HEADER[1:]),
    ["2026-05-01", "acme shoes", 12, 640, "1.88%", 1.2],
    ["2026-05-01", "AC-ME outlet", 3, 10, "30%", 1.1],
    ["2026-05-01", "running shoes", 5, 300, "1.67%", 8.2],
    ["2026-05-01", "", 2, 30, "6.67%", 4.0],
)


def clicks_by_channel(*terms: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for event in read(BY_QUERY, brand_terms=terms).events:
        if event["type"] == "click":
            found[event["channel"]] = found.get(event["channel"], 0) + event["count"]
    return found


def test_queries_with_a_brand_term_are_searches_for_the_brand() -> None:
    assert clicks_by_channel("Acme") == {"brand_search": 15, "organic_search": 7}
    assert clicks_by_channel("acme shoes") == {"brand_search": 12, "organic_search": 10}
    assert clicks_by_channel() == {"organic_search": 22}


def test_the_text_of_a_query_is_not_stored() -> None:
    assert "outlet" not in str(read(BY_QUERY, brand_terms=("acme",)).events)


def test_the_daily_table_and_the_first_query_of_a_day_have_one_id() -> None:
    daily = {event["event_id"] for event in read(DAYS).events}
    by_query = {
        event["event_id"] for event in read(BY_QUERY).events if event["channel"] == "organic_search"
    }

    assert {one for one in daily if ":2026-05-01:" in one} <= by_query
