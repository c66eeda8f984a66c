"""Reviews on Trustpilot and Google, and the performance of a Google Business Profile."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import lines, read, table
from tests.importers.test_conservation import check_conservation
from tests.importers.workbook_files import workbook, zipped

TRUSTPILOT = (
    *("Domain Url", "Review Id", "Review Created (UTC)", "Review Username", "Review User Email"),
    *("Review Title", "Review Content", "Review Stars", "Source Of Review"),
)
PERFORMANCE = (
    *("Store code", "Business name", "Address", "Labels", "Google Search - Mobile"),
    *("Google Search - Desktop", "Google Maps - Mobile", "Google Maps - Desktop", "Calls"),
    *("Messages", "Bookings", "Directions", "Website clicks"),
)


def trustpilot_row(**over: object) -> list[object]:
    """A row under `TRUSTPILOT`."""
    row: dict[str, object] = {
        "url": "acme.example",
        "id": "64f0c2aa",
        "created": "2026-05-04 09:15:30",
        "name": "Ada Doe",
        "mail": "ada@example.org",
        "title": "Fine",
        "text": "A chair, comma",
        "stars": 4,
        "source": "Organic",
    }
    return list((row | over).values())


def test_a_review_of_trustpilot_has_its_rating_time_and_nothing_of_a_person() -> None:
    (event,) = read(table(TRUSTPILOT, trustpilot_row())).events

    assert event["type"] == "review"
    assert event["channel"] == "trustpilot"
    assert (event["rating"], event["sentiment"]) == (4, 0.5)
    assert event["occurred_at"] == "2026-05-04T09:15:30Z"
    assert event["content_id"] == "acme.example"
    assert "Ada" not in json.dumps(event)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"stars": "6"}, "invalid_number"),
        ({"stars": "0"}, "invalid_number"),
        ({"stars": ""}, "missing_value"),
        ({"id": ""}, "missing_value"),
        ({"created": "yesterday"}, "invalid_date"),
        ({"created": ""}, "missing_value"),
    ],
)
def test_a_review_that_cannot_be_read_is_refused_without_its_person(
    over: dict[str, object], code: str
) -> None:
    result = read(table(TRUSTPILOT, trustpilot_row(**over)))

    assert [refused.code for refused in result.refused] == [code]
    assert "ada@" not in result.refused[0].raw
    assert "Ada" not in result.refused[0].raw


def test_the_same_review_from_the_api_restates_the_download() -> None:
    answer = {
        "links": [],
        "reviews": [
            {
                "id": "64f0c2aa",
                "consumer": {"displayName": "Ada Doe"},
                "businessUnit": {"id": "b1"},
                "stars": 5,
                "createdAt": "2026-05-04T09:15:30Z",
                "text": "Fine",
            }
        ],
    }

    (event,) = read(json.dumps(answer)).events

    assert event["rating"] == 5
    assert event["event_id"] == read(table(TRUSTPILOT, trustpilot_row())).events[0]["event_id"]


def test_reviews_of_products_are_read_from_a_workbook() -> None:
    header = ("review_id", "stars", "product_name", "product_sku", "consumer_name", "created_at")
    content = workbook(
        {"Reviews": [header, ("p1", 2, "Lamp", "SKU-7", "Ada", "2026-05-04T09:15:30Z")]}
    )

    (event,) = read(content).events

    assert (event["rating"], event["content_id"]) == (2, "Lamp")


@pytest.mark.parametrize(
    "header",
    [
        ("review_id", "stars", "created_at", "text"),
        ("Review Id", "Review Stars", "Author"),
        ("Email", "Name", "Reference Id", "Status", "Sent"),
    ],
)
def test_look_alikes_are_not_claimed(header: tuple[str, ...]) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(header, ["1"] * len(header)))

    assert refusal.value.code == "unknown_platform"


def google_review(**over: object) -> dict[str, Any]:
    return {
        "name": "accounts/1/locations/22/reviews/AbC-9",
        "reviewer": {"displayName": "Ada Doe"},
        "starRating": "TWO",
        "comment": "Slow",
        "createTime": "2026-05-04T09:15:30.123456789Z",
        "updateTime": "2026-05-09T09:15:30Z",
    } | over


def test_googles_reviews_are_read_from_takeout_and_from_the_api() -> None:
    takeout = zipped({"Takeout/reviews.json": json.dumps({"reviews": [google_review()]})})
    api = lines(google_review(reviewId="AbC-9", name=""), google_review(starRating="FIVE"))

    (event,) = read(takeout).events

    assert (event["rating"], event["sentiment"]) == (2, -0.5)
    assert event["channel"] == "google_business_profile"
    assert event["content_id"] == "locations/22"
    assert event["occurred_at"] == "2026-05-04T09:15:30Z"
    assert {e["event_id"] for e in read(api).events} == {event["event_id"]}


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"starRating": "STAR_RATING_UNSPECIFIED"}, "missing_value"),
        ({"createTime": "soon"}, "invalid_date"),
    ],
)
def test_a_google_review_without_stars_or_time_is_refused(
    over: dict[str, object], code: str
) -> None:
    result = read(json.dumps({"reviews": [google_review(**over), google_review()]}))

    assert [refused.code for refused in result.refused] == [code]
    assert "Ada" not in result.refused[0].raw
    assert result.counts == {"review": 1}


def test_google_reviews_without_ids_are_told_apart_by_their_time_and_author() -> None:
    others = [google_review(name=""), google_review(name="", reviewer={"displayName": "B"})]

    first = read(json.dumps({"reviews": others}))
    later = read(json.dumps({"reviews": [google_review(name="", starRating="FIVE")]}))

    assert len({e["event_id"] for e in first.events}) == 2
    assert {e["event_id"] for e in later.events} <= {e["event_id"] for e in first.events}


def series(metric: str, *values: tuple[int, str | None]) -> dict[str, Any]:
    """A metric's days of May 2026; a day of zero has no value."""
    dated: list[dict[str, Any]] = []
    for day, value in values:
        one: dict[str, Any] = {"date": {"year": 2026, "month": 5, "day": day}}
        dated.append(one | ({"value": value} if value is not None else {}))
    return {"dailyMetric": metric, "timeSeries": {"datedValues": dated}}


def answer(*found: dict[str, Any]) -> str:
    return json.dumps({"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": list(found)}]})


def test_performance_by_day_gives_impressions_and_clicks_and_no_calls() -> None:
    result = read(
        answer(
            series("BUSINESS_IMPRESSIONS_MOBILE_MAPS", (1, "40"), (2, None)),
            series("BUSINESS_IMPRESSIONS_MOBILE_SEARCH", (1, "70")),
            series("WEBSITE_CLICKS", (1, "9")),
            series("CALL_CLICKS", (1, "3")),
        )
    )

    assert result.counts == {"impression": 110, "click": 9}
    assert result.days == ["2026-05-01"]
    assert {outcome.reason for outcome in result.not_data} == {
        "no numbers but zeros",
        "a metric that is no engagement",
    }
    assert {c["type"] for c in result.coverage} == {"impression", "click"}


def test_a_value_of_a_month_is_refused() -> None:
    content = answer(series("WEBSITE_CLICKS", (0, "9"), (1, "2")))

    result = read(content)

    assert [refused.code for refused in result.refused] == ["invalid_date"]
    assert result.counts == {"click": 2}


@pytest.mark.parametrize("spread", [False, True])
def test_the_performance_report_is_refused_because_only_its_name_says_the_period(
    spread: bool,
) -> None:
    described = ["", "", "", "", *["Number of people that viewed your profile"] * 9]
    content = table(PERFORMANCE, described, ["S1", "Shop", "1 Road", "", *range(9)])

    with pytest.raises(ExportRefused) as refusal:
        read(content, spread=spread)

    assert refusal.value.code == "no_date"
    assert "name of the file" in refusal.value.detail


@settings(max_examples=50, deadline=None)
@given(stars=st.lists(st.integers(1, 5), max_size=25), bad=st.integers(0, 2))
def test_reviews_are_conserved(stars: list[int], bad: int) -> None:
    rows = [trustpilot_row(id=f"r{n}", stars=one) for n, one in enumerate(stars)]
    rows += [trustpilot_row(stars="many")] * bad

    result = read(table(TRUSTPILOT, *rows))

    check_conservation(result, len(rows))
    assert [event["rating"] for event in result.events] == stars
    assert len(result.refused) == bad
