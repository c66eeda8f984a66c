"""The view Search in Chromium, with the answers of a small brand and changed ones."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.conftest import Visits, loaded, screenshot
from tests.browser.test_audience_views import changed
from tests.browser.test_views import violations
from tests.served import Served

UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}


def interval(estimate: float, low: float, high: float) -> dict[str, float]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high}


def test_the_path_has_the_numbers_of_the_api_and_the_choice_is_in_the_url(
    visits: Visits, service: Served
) -> None:
    answer = service.call("GET", "/v1/search-effects", service.key)
    mention = next(one for one in answer["causes"] if one["type"] == "mention")
    brought = mention["visits_per_engagement"]
    assert brought["ci_low"] > 0

    page = loaded(visits.open(service, "#/search"), "Search")

    assert page.input_value("#search-cause") == "community/mention"
    sentence = page.inner_text("#view .answer")
    assert sentence.startswith("1,000 Community mentions bring ")
    numbers = [f"{1000 * brought[name]:,.0f}" for name in ("estimate", "ci_low", "ci_high")]
    assert f"{numbers[0]} ({numbers[1]} to {numbers[2]}) search visits" in sentence
    stations = page.locator(".path li").all_inner_texts()
    assert numbers[0] in stations[1]
    limit = 1000 * mention["through_search"]["at_most"]
    assert f"at most {limit:,.0f}" in stations[2]
    assert "not an estimate" in stations[2]
    assert page.locator(".row").count() == len(answer["causes"])
    page.focus("#search-cause")
    page.keyboard.press("End")
    page.wait_for_url(re.compile("search/"))
    last = page.locator("#search-cause:focus")
    last.wait_for()
    assert last.input_value() != "community/mention"
    page.select_option("#search-only", "community/mention")
    page.wait_for_url(re.compile("only_through_search=community"))
    page.get_by_text("because you declared that Community mentions").wait_for()
    part = last.input_value()
    page.select_option("#stars-rounding", "0.1")
    page.wait_for_url(re.compile("rounding=0.1"))
    loaded(page, "Search")
    shown = page.inner_text("#view")
    page.reload()
    loaded(page, "Search")
    assert page.inner_text("#view") == shown
    assert page.input_value("#search-cause") == part
    assert page.input_value("#search-only") == "community/mention"


def as_known(body: dict[str, Any]) -> None:
    """One cause with a bound, and stars with an effect."""
    cause = next(one for one in body["causes"] if one["type"] == "mention")
    cause |= {
        "visits_per_engagement": interval(6.1, 5.0, 7.2),
        "conversions_per_engagement": interval(0.28, 0.2, 0.36),
        "through_search": UNKNOWN | {"at_most": 0.21, "reasons": ["hidden_demand_possible"]},
        "verdict": "may_come_through_search",
        "reasons": [],
        "warnings": ["slow_effects_not_seen"],
    }
    other = dict(cause, type="like", channel="xing", verdict="not_estimable")
    other |= {"reasons": ["no_variation"], "conversions_per_engagement": UNKNOWN}
    other |= {"visits_per_engagement": UNKNOWN}
    other["through_search"] = UNKNOWN | {"at_most": None, "reasons": []}
    body["causes"] = [other, cause]
    body["stars"] |= {"verdict": "stars_matter", "warnings": [], "reasons": []}
    body["stars"] |= {"per_star_shown": interval(0.16, 0.07, 0.27), "changes": 324}
    body["stars"] |= {"placebo": interval(0.01, -0.05, 0.07)}


def test_what_comes_through_search_is_a_bound_and_never_a_share(
    visits: Visits, service: Served
) -> None:
    page = changed(visits, service, "search-effects", as_known, view="search")
    page.locator("figure svg").first.wait_for()
    screenshot(page, "search-bound")

    sentence = page.inner_text("#view .answer")
    assert sentence == (
        "1,000 Community mentions bring 6,100 (5,000 to 7,200) search visits and 280 (200 to 360) "
        "purchases. Up to 210 of these may have come through search."
    )
    assert page.inner_text(".heading .verdict") == "May come through search"
    path = page.locator("section", has=page.get_by_role("heading", name="The path of"))
    assert "at most 210" in path.inner_text()
    assert "%" not in path.inner_text()
    # the bar of the bound is hatched, and there is no point for the part through search
    bars = path.locator("svg [data-mark=bar]")
    assert bars.locator("rect").count() == 1
    pattern = re.fullmatch(r"url\((#hatched-\d+)\)", bars.get_attribute("fill") or "")
    assert pattern is not None
    assert page.locator(pattern[1]).count() == 1
    assert path.locator("svg [data-mark=dot] circle").count() == 1
    assert "In all: 280 (200 to 360); Through search: at most 210" in (
        path.locator("svg").get_attribute("aria-label") or ""
    )
    rows = page.locator(".row").all_inner_texts()
    assert "cannot be known from these data: No variation" in rows[1]
    assert "slow_effects_not_seen" not in page.inner_text("#view")
    stars = page.inner_text("#stars")
    assert "On Amazon, a star more in what people see changes sales by +16% (+7% to +27%)" in stars
    assert "Placebo\n+1%" in re.sub(r"\n+", "\n", stars)
    assert "no answer\nReviews follow sales" in re.sub(r"\n+", "\n", stars)
    assert violations(page) == []


def test_a_declared_cause_leads_to_an_estimate_that_names_its_assumption(
    visits: Visits, service: Served
) -> None:
    def declared(body: dict[str, Any]) -> None:
        as_known(body)
        body["only_through_search"] = "community/mention"
        body["causes"][1] |= {"verdict": "through_search"}
        body["causes"][1]["through_search"] |= interval(0.12, 0.05, 0.2)

    page = changed(
        visits,
        service,
        "search-effects",
        declared,
        view="search?only_through_search=community/mention",
    )

    sentence = page.inner_text("#view .answer")
    assert "120 (50 to 200) of these come through search, if Community mentions work" in sentence
    assert "120" in page.locator(".path li").nth(2).inner_text()
    assert "bound" not in page.locator(".path li").nth(2).inner_text()
    page.select_option("#search-only", "")
    page.wait_for_url(lambda url: "only_through_search" not in url)


def test_without_search_visits_and_products_the_view_says_which_data_to_send(
    visits: Visits, service: Served
) -> None:
    def nothing(body: dict[str, Any]) -> None:
        body["search"] |= {"visits": 0, "kinds": [], "reasons": ["no_search_visits"]}
        body["stars"] |= {"verdict": "not_estimable", "reasons": ["no_content_on_conversions"]}
        body["stars"] |= {"per_star_shown": UNKNOWN, "placebo": UNKNOWN, "warnings": []}

    page = changed(visits, service, "search-effects", nothing, view="search")

    assert "too few search visits" in page.inner_text("#view .answer")
    assert page.locator("ol.steps").count() == 2
    assert "Search Console" in page.locator("ol.steps").first.inner_text()
    assert page.locator("figure, .path, .card").count() == 0
    page.select_option("#language", "de")
    loaded(page, "Suche")
    assert "zu wenige Besuche aus der Suche" in page.inner_text("#view .answer")
    assert violations(page) == []
