"""Google Search Console: clicks and impressions in search results, by day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms.search_console.search_headings import HEADINGS
from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.linkedin_files import workbook
from tests.importers.test_conservation import check_conservation, totals
from tests.importers.workbook_files import zipped

HEADER = ("Date", "Clicks", "Impressions", "CTR", "Position")
DAYS = table(HEADER, ["2026-05-01", 12, 640, "1.88%", 14.2], ["2026-05-02", 0, 505, "0%", 15])
QUERIES = table(["Top queries", *HEADER[1:]], ["garden chair", 7, 300, "2.3%", 8.1])


def filters(*rows: tuple[str, str]) -> str:
    return table(("Filter", "Value"), *rows)


def test_days_become_organic_clicks_and_impressions() -> None:
    result = read(DAYS)

    assert result.counts == {"click": 12, "impression": 1145}
    assert {(e["channel"], e["paid"]) for e in result.events} == {("organic_search", False)}
    assert result.days == ["2026-05-01", "2026-05-02"]
    assert result.summary["platform"] == "search_console"


def test_the_days_are_covered_for_both_types() -> None:
    covered = {(c["type"], c["from"], c["to"]) for c in read(DAYS).coverage}

    assert covered == {
        ("click", "2026-05-01", "2026-05-02"),
        ("impression", "2026-05-01", "2026-05-02"),
    }


def test_a_later_download_restates_the_days_in_any_order() -> None:
    first = read(DAYS)
    later = read(
        table(HEADER, ["2026-05-02", 3, 520, "0.6%", 15], ["2026-05-01", 12, 640, "2%", 1])
    )

    assert {e["event_id"] for e in first.events} <= {e["event_id"] for e in later.events}


def test_a_day_that_stands_twice_counts_once() -> None:
    assert read(DAYS + DAYS.split("\n", 1)[1]).counts == {"click": 12, "impression": 1145}


@pytest.mark.parametrize("language", HEADINGS)
def test_every_language_reads_as_english_does(language: str) -> None:
    names = HEADINGS[language]
    header = [names[field][0] for field in ("day", "clicks", "impressions", "ctr", "position")]

    result = read(table(header, ["2026-05-01", 12, 640, "1.88%", 14.2]))

    assert result.counts == {"click": 12, "impression": 640}
    assert [e["event_id"] for e in result.events] == [e["event_id"] for e in read(DAYS).events[:2]]


def test_german_numbers_are_read() -> None:
    header = ("Datum", "Klicks", "Impressionen", "CTR", "Position")

    result = read(table(header, ["2026-05-01", "1.204", "88.120", "1,4 %", "9,5"], delimiter=";"))

    assert result.counts == {"click": 1204, "impression": 88120}


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
def test_a_table_without_days_is_refused_and_the_file_with_days_named(
    header: tuple[str, ...],
) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(header, ["x", 7, 300, "2.3%", 8.1]), spread=True)

    assert refusal.value.code == "no_date"
    assert "Chart.csv" in refusal.value.detail


def test_of_an_archive_the_days_are_read_once_and_the_other_tables_left_out() -> None:
    result = read(
        zipped(
            {
                "Queries.csv": QUERIES,
                "Chart.csv": DAYS,
                "Filters.csv": filters(("Search type", "Web"), ("Date", "Last 3 months")),
            }
        )
    )

    assert result.counts == {"click": 12, "impression": 1145}
    assert result.summary["notes"] == [
        "Left out, because other files say the same: Queries.csv, Filters.csv."
    ]


def test_of_a_workbook_the_days_are_read_once() -> None:
    content = workbook(
        Queries=[("Top queries", *HEADER[1:]), ("garden chair", 7, 300, 0.023, 8.1)],
        Chart=[HEADER, ("2026-05-01", 12, 640, 0.0188, 14.2)],
        Filters=[("Filter", "Value"), ("Search type", "Web")],
    )

    assert read(content).counts == {"click": 12, "impression": 640}


def test_image_search_does_not_replace_web_search() -> None:
    def download(kind: str) -> bytes:
        return zipped({"Chart.csv": DAYS, "Filters.csv": filters(("Search type", kind))})

    web, image = read(download("Web")), read(download("Image"))
    sheet = workbook(
        Chart=[HEADER, ("2026-05-01", 12, 640, 0.0188, 14.2)],
        Filters=[("Filter", "Wert"), ("Suchtyp", "Bild")],
    )

    ids = {e["event_id"] for e in image.events}
    assert ids.isdisjoint(e["event_id"] for e in web.events)
    assert {e["event_id"] for e in read(sheet).events} <= ids
    assert {e["event_id"] for e in read(DAYS).events} == {e["event_id"] for e in web.events}


def test_a_filtered_download_is_said_to_be_a_part_of_the_traffic() -> None:
    content = zipped(
        {"Chart.csv": DAYS, "Filters.csv": filters(("Search type", "Web"), ("Query", "+acme"))}
    )

    notes = read(content).summary["notes"]

    assert any("filtered (Query: +acme)" in note for note in notes)


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
def test_tables_that_others_write_too_are_not_claimed(header: tuple[str, ...]) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(header, ["2026-05-01", 12, 640, "1.88%", 14.2, 3][: len(header)]))

    assert refusal.value.code == "unknown_platform"


def test_discover_has_no_position_and_is_read_where_the_platform_is_named() -> None:
    discover = table(HEADER[:4], ["2026-05-01", 12, 640, "1.88%"])

    assert read(discover, platform="search_console").counts == {"click": 12, "impression": 640}


@settings(max_examples=50, deadline=None)
@given(
    rows=st.dictionaries(
        st.integers(1, 28), st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)), max_size=20
    ),
    bad=st.integers(0, 3),
)
def test_rows_are_conserved(rows: dict[int, tuple[int, int]], bad: int) -> None:
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
    assert len(result.refused) == bad


@pytest.mark.parametrize(
    "heading", ["Avg. Position", "Average position", "Durchschnittliche Position"]
)
def test_an_average_position_is_of_another_search_engine_unless_the_user_names_google(
    heading: str,
) -> None:
    file = table(("Date", "Impressions", "Clicks", "CTR", heading), ["2026-05-01", 90, 9, "10%", 6])

    with pytest.raises(ExportRefused, match="another search engine") as refusal:
        read(file)

    assert refusal.value.code == "unknown_platform"
    assert read(file, platform="search_console").counts == {"click": 9, "impression": 90}


def test_days_that_a_spreadsheet_wrote_as_numbers_are_read() -> None:
    file = table(HEADER, ["46143", 12, 640, "1.88%", 14.2], ["46144,5", 0, 505, "0%", 15])

    assert read(file).days == ["2026-05-01", "2026-05-02"]


def test_english_headings_saved_in_a_country_of_decimal_commas_are_read_with_commas() -> None:
    rows = (
        ["2026-05-01", "1.204", "300", "6,67 %", "5,1"],
        ["2026-05-02", "20", "300", "5 %", "5"],
    )

    assert read(table(HEADER, *rows, delimiter=";")).counts == {"click": 1224, "impression": 600}


def test_midnight_of_another_time_zone_is_the_day_that_begins_there() -> None:
    file = table(HEADER, ["2026-05-01 00:00:00 +0200", 12, 640, "1.88%", 14.2])

    assert read(file).days == ["2026-05-01"]
