"""YouTube Studio files and answers of the Analytics API."""

import json
from typing import Any

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import read, table
from tests.importers.workbook_files import zipped

CHART = ("Date", "Content", "Video title", "Video publish time", "Views")
GERMAN_TABLE = (
    "Vi\u00addeo",
    "Vi\u00addeo\u00adti\u00adtel",
    "Ver\u00adöf\u00adfent\u00adli\u00adchungs\u00adzeit\u00adpunkt des Vi\u00adde\u00ados",
    "Auf\u00adru\u00adfe",
)


def chart_row(day: str = "2026-06-01", video: str = "abc_DEF-123", views: object = 4) -> list[Any]:
    return [day, video, "How we, make it", "Sep 2, 2019", views]


def make_answer(*rows: list[Any], dimensions: tuple[str, ...] = ("day",), **over: Any) -> str:
    headers = [{"name": d, "columnType": "DIMENSION", "dataType": "STRING"} for d in dimensions]
    metrics = over.pop("metrics", ("views",))
    headers += [{"name": m, "columnType": "METRIC", "dataType": "INTEGER"} for m in metrics]
    document = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": rows}
    return json.dumps(document | over)


def refusal_of(content: str, **options: object) -> str:
    with pytest.raises(ExportRefused) as refusal:
        read(content, **options)
    return refusal.value.code


def test_totals_become_organic_views_of_the_channel() -> None:
    result = read(table(["Date", "Views"], ["2026-06-01", 1607], ["2026-06-02", 0]))

    assert result.events == [
        {
            "kind": "engagement",
            "event_id": "youtube:totals:-:channel:2026-06-01:view",
            "occurred_at": "2026-06-01T00:00:00Z",
            "channel": "youtube",
            "type": "view",
            "paid": False,
            "count": 1607,
        }
    ]
    assert [outcome.reason for outcome in result.not_data] == ["no numbers but zeros"]


def test_german_headings_are_full_of_soft_hyphens() -> None:
    result = read(table(["Da\u00adtum", "Auf\u00adru\u00adfe"], ["2026-06-01", 1607]))

    assert result.counts == {"view": 1607}


def test_videos_of_one_day_do_not_replace_each_other() -> None:
    rows = [chart_row(video=f"video_{n}", views=n + 1) for n in range(3)]

    result = read(table(CHART, *rows))

    assert result.counts == {"view": 6}
    assert {event["content_id"] for event in result.events} == {"video_0", "video_1", "video_2"}
    assert result.days == ["2026-06-01"]


def test_the_ids_of_videos_do_not_depend_on_their_order() -> None:
    rows = [chart_row(video=f"video_{n}", views=n + 1) for n in range(3)]

    forwards = read(table(CHART, *rows)).events
    backwards = read(table(CHART, *reversed(rows))).events

    assert sorted(forwards, key=str) == sorted(backwards, key=str)


def test_an_id_that_begins_with_a_dash_loses_its_guard() -> None:
    result = read(table(CHART, chart_row(video=" -td1OgsnW1k")))

    assert result.events[0]["content_id"] == "-td1OgsnW1k"


def test_every_metric_has_its_type() -> None:
    header = (
        *("Date", "Views", "Impressions", "Likes", "Shares", "Comments added"),
        *("Subscribers gained", "Subscribers lost", "Subscribers", "Estimated revenue (USD)"),
    )

    result = read(table(header, ["2026-06-01", 9, 8, 7, 6, 5, 4, 3, 1, "367.50"]))

    assert result.counts == {
        "view": 9,
        "impression": 8,
        "like": 7,
        "share": 6,
        "comment": 5,
        "follow": 4,
        "unfollow": 3,
    }
    assert result.cost == 0


@pytest.mark.parametrize(("net", "counts"), [(3, {"follow": 3}), (-3, {"unfollow": 3}), (0, {})])
def test_net_subscribers_may_be_negative(net: int, counts: dict[str, int]) -> None:
    assert read(table(["Date", "Subscribers"], ["2026-06-01", net])).counts == counts


def test_a_total_row_and_the_line_below_the_table_are_no_data() -> None:
    rows = [
        ["Ge\u00adsamt", "", "", "", 405712],
        chart_row(views=4),
        ["Die 500 be\u00adsten Er\u00adgeb\u00adnis\u00adse wer\u00adden an\u00adge\u00adzeigt"],
    ]

    result = read(table(CHART, *rows))

    assert result.counts == {"view": 4}
    assert len(result.not_data) == 2
    assert result.refused == []


def test_a_table_without_days_is_refused_and_told_what_to_download() -> None:
    content = table(GERMAN_TABLE, ["50KfgObDrEI", "Film", "Aug 19, 2011", 91116])

    with pytest.raises(ExportRefused, match=r"Diagrammdaten\.csv") as refusal:
        read(content, spread=True)

    assert refusal.value.code == "no_date"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("Geography", "Views", "Average view duration"), "no_date"),
        (("Subscription status", "Views", "Watch time (hours)"), "no_date"),
        (("Viewer age", "Views (%)", "Average view duration"), "no_counts"),
        (("Date", "Watch time (hours)", "Average view duration"), "no_counts"),
    ],
)
def test_tables_without_days_or_counts_are_refused(header: tuple[str, ...], code: str) -> None:
    assert refusal_of(table(header, ["US", 1, "0:05:42"])) == code


def test_a_weekly_chart_is_refused_or_spread() -> None:
    content = table(CHART, *(chart_row(day=f"2026-06-{day:02}", views=7) for day in (1, 8, 15)))

    assert refusal_of(content) == "aggregate_period"
    spread = read(content, spread=True)
    assert spread.counts == {"view": 21}
    assert len(spread.days) == 21


def test_a_monthly_chart_is_refused_or_spread() -> None:
    content = table(CHART, chart_row(day="2026-05", views=31))

    assert refusal_of(content) == "aggregate_period"
    assert len(read(content, spread=True).days) == 31


def test_counts_that_are_none_are_refused() -> None:
    result = read(table(CHART, chart_row(), chart_row(video="b", views="1.607")))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, "not_whole")]


def test_an_answer_of_the_api_restates_what_studio_exported() -> None:
    studio = read(table(CHART, chart_row(views=4))).events
    api = read(make_answer(["2026-06-01", "abc_DEF-123", 4], dimensions=("day", "video"))).events

    assert api == studio


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["2026-06-01"], "wrong_cell_count"),
        (["2026-06-01", "4"], "invalid_number"),
        (["2026-06-01", 4.5], "not_whole"),
        (["2026-06-01", -4], "negative"),
        (["soon", 4], "invalid_date"),
        (["2026-06-01", 10**40], "invalid_number"),
        (None, "wrong_cell_count"),
    ],
)
def test_a_bad_row_of_an_answer_is_refused(row: Any, code: str) -> None:
    result = read(make_answer(["2026-06-02", 5], row))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, code)]
    assert result.counts == {"view": 5}


def test_a_row_of_an_answer_names_what_it_is_about() -> None:
    rows = [["2026-06-01", video, 5] for video in ("abc", None, "", {"id": "abc"})]

    result = read(make_answer(*rows, dimensions=("day", "video")))

    assert [outcome.code for outcome in result.refused] == ["missing_value"] * 3
    assert result.counts == {"view": 5}


def test_a_metric_of_an_answer_that_is_not_read_is_named_with_its_sum() -> None:
    rows = [["2026-06-01", 5, 3, 60], ["2026-06-02", 6, 4, 61], ["soon", 7, 50, 62]]

    summary = read(
        make_answer(*rows, metrics=("views", "cardClicks", "averageViewDuration"))
    ).summary

    unread = {row["heading"]: row["sum"] for row in summary["unread_columns"]}
    assert unread == {"cardClicks": "7", "averageViewDuration": None}
    assert ["cardClicks" in warning for warning in summary["warnings"]] == [True]


def test_of_the_files_of_one_download_the_totals_are_read_and_the_chart_is_not() -> None:
    files = {
        "Totals.csv": table(["Date", "Views"], ["2026-06-01", 10]),
        "Chart data.csv": table(CHART, chart_row(views=4)),
        "Table data.csv": table(CHART[1:], chart_row()[1:]),
    }

    assert read(zipped(files)).counts == {"view": 10}
    del files["Totals.csv"]
    assert read(zipped(files)).counts == {"view": 4}


def test_one_video_and_one_country_have_ids_of_their_own() -> None:
    of_video = read(table(CHART, chart_row())).events[0]
    of_country = read(table(["Date", "Geography", "Views"], ["2026-06-01", "US", 4])).events[0]

    assert of_video["event_id"] == "youtube:video:-:abc_DEF-123:2026-06-01:view"
    assert of_country["event_id"].startswith("youtube:country:-:")
    assert "content_id" not in of_country


def test_an_answer_without_days_or_counts_is_refused() -> None:
    assert refusal_of(make_answer(["US", 4], dimensions=("country",))) == "no_date"
    assert refusal_of(make_answer(["2026-06-01", 4], metrics=("averageViewDuration",))) == (
        "no_counts"
    )
    monthly = make_answer(["2026-06", 30], dimensions=("month",))
    assert refusal_of(monthly) == "aggregate_period"
    assert len(read(monthly, spread=True).days) == 30


@pytest.mark.parametrize("cut", [1, 30])
def test_a_truncated_answer_is_refused(cut: int) -> None:
    assert refusal_of(make_answer(["2026-06-01", 4])[:-cut]) == "unreadable_file"


def test_an_answer_with_a_number_that_json_does_not_have_is_refused() -> None:
    assert refusal_of(make_answer(["2026-06-01", float("nan")])) == "unreadable_file"


def test_an_answer_without_rows_is_empty() -> None:
    assert read(make_answer()).outcomes == []


def test_thousands_of_a_german_spreadsheet_are_a_question() -> None:
    assert refusal_of(table(CHART, chart_row(views="2.000"))) == "undecidable_format"
