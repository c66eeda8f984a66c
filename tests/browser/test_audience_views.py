"""The views Followers and Virality in Chromium, with answers of a small brand and changed ones."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Visits, drawn, loaded, screenshot
from tests.browser.test_views import violations
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

Change = Callable[[dict[str, Any]], None]
UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}
VALUE = {"horizon_days": 365, "estimate": 143.2, "ci_low": 49.7, "ci_high": 236.7}
EFFECT = {"estimate": 0.009, "ci_low": 0.004, "ci_high": 0.014}


def changed(
    visits: Visits, service: Served, name: str, change: Change, *, view: str = "", **more: Any
) -> Page:
    """Open a view with a changed answer of the API."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        change(body)
        route.fulfill(response=response, body=json.dumps(body))

    page = visits.open(service, "#/overview", key="", **more)
    page.route(re.compile(rf"/v1/{name}(\?|$)"), answer)
    page.evaluate(f"sessionStorage.setItem('likeworth.key', '{service.key}')")
    page.evaluate(f"location.hash = '#/{view or name}'")
    return loaded(page)


def adds_value(body: dict[str, Any]) -> None:
    """What a follower is worth is known."""
    for one in body["channels"]:
        one |= {"verdict": "adds_value", "method": "within_person", "reasons": [], "warnings": []}
        one["follower"] |= {"value": dict(VALUE), "conversions_per_follower_day": dict(EFFECT)}
        one["follower"]["in_paid_clicks"] |= {"estimate": 82.4, "ci_low": 28.3, "ci_high": 143.5}
        one["associated"] = {
            "conversions_per_follower_day": {"estimate": 0.02, "ci_low": 0.018, "ci_high": 0.022}
        }


@pytest.mark.parametrize("view", ["followers", "virality"])
def test_without_a_fit_the_page_explains_the_first_steps(
    visits: Visits, empty_service: Served, view: str
) -> None:
    visits.expected.append("404")

    page = loaded(visits.open(empty_service, f"#/{view}"), "No answers yet")

    assert page.locator(".empty li").count() == 3


def test_the_sentence_about_followers_has_the_numbers_of_the_api(
    visits: Visits, service: Served
) -> None:
    (one,) = service.call("GET", "/v1/audiences", service.key)["channels"]
    value = one["follower"]["value"]
    assert value["estimate"] is not None

    page = loaded(visits.open(service, "#/followers"), "Followers")

    sentence = page.inner_text("#view .answer")
    assert sentence.startswith("Within 365 days, a new follower on Facebook brings ")
    shown = [
        float(found.replace(",", "")) for found in re.findall(r"€([\d,]+(?:\.\d+)?)", sentence)
    ]
    wanted = [abs(value[name]) for name in ("estimate", "ci_low", "ci_high")]
    assert shown[:3] == pytest.approx(wanted, abs=0.51)
    followed = one["audience"]["followed"]
    assert f"{followed:,} people followed" in page.inner_text("#view")


def test_a_known_value_is_shown_with_the_most_that_a_follow_may_cost(
    visits: Visits, service: Served
) -> None:
    page = changed(visits, service, "audiences", adds_value, view="followers")
    drawn(page)
    screenshot(page, "followers-adds-value")

    text = page.inner_text("#view")
    assert page.inner_text(".heading .verdict") == "Adds value"
    assert "less than €49.70 pays for itself within 365 days" in text
    assert "A new follower is worth 82 (28 to 144) paid Google Ads clicks." in text
    assert "€143" in page.locator(".card").first.inner_text()
    assert violations(page) == []


def test_what_is_only_associated_is_apart_and_has_no_value(visits: Visits, service: Served) -> None:
    page = changed(visits, service, "audiences", adds_value, view="followers")

    apart = page.inner_text(".associated")
    assert apart.startswith("Associated, not caused")
    assert "20.00 (18.00 to 22.00)" in apart
    assert "is not an effect of following and has no value" in apart
    assert "€" not in apart
    assert page.locator(".associated svg, .associated .verdict").count() == 0
    rest = page.inner_text("#view").replace(apart, "")
    assert "20.00" not in rest


def test_the_value_of_another_size_comes_from_the_api_and_stays_in_the_url(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/followers"), "Followers")
    before = page.inner_text("#page-value")

    page.focus("#page-size")
    page.keyboard.press("End")

    page.wait_for_url(re.compile(r"size=\d+"))
    size = int(page.input_value("#page-size"))
    page.locator("#page-value", has_text=f"{size:,}").wait_for()
    (one,) = service.call("GET", f"/v1/audiences?size={size}", service.key)["channels"]
    month = one["page"]["value_per_30_days"]["estimate"]
    assert f"€{abs(month):,.0f}" in page.inner_text("#page-value") != before
    assert page.input_value("#page-size-number") == str(size)
    assert page.evaluate("document.activeElement.id") == "page-size"
    shown = page.inner_text("#view")
    page.reload()
    loaded(page, "Followers")
    assert page.inner_text("#view") == shown
    assert page.input_value("#page-size") == str(size)


def test_the_answer_for_an_earlier_size_never_replaces_a_later_one(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/followers"), "Followers")

    def slow(route: Route) -> None:
        time.sleep(0.8)
        route.continue_()

    page.route(re.compile(r"/v1/audiences\?.*size=100(&|$)"), slow)
    page.fill("#page-size-number", "100")
    page.wait_for_timeout(400)
    page.fill("#page-size-number", "5000")
    page.locator("#page-value", has_text="With 5,000 followers").wait_for()
    page.wait_for_timeout(1_200)

    assert "With 5,000 followers" in page.inner_text("#page-value")
    page.fill("#page-size-number", "-3")
    page.wait_for_timeout(400)
    assert "With 5,000 followers" in page.inner_text("#page-value")


def test_the_horizon_is_a_choice(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/followers"), "Followers")

    page.focus("#followers-horizon")
    page.keyboard.press("ArrowUp")

    page.wait_for_url(re.compile("horizon=90"))
    page.locator("#view .answer", has_text="Within 90 days").wait_for()
    page.locator("#followers-horizon:focus").wait_for()


def without_people(body: dict[str, Any]) -> None:
    """Only an upper limit is known."""
    for one in body["channels"]:
        one |= {"verdict": "at_most", "method": "ceiling", "reasons": ["anonymous_follows"]}
        one["follower"] |= {"value": UNKNOWN | {"horizon_days": 365}}
        one["follower"]["conversions_per_follower_day"] = UNKNOWN
        one["follower"]["through_engagements"] = UNKNOWN
        one["page"] |= {"value_per_30_days": UNKNOWN}
        one["page"]["at_most_through_engagements_per_30_days"] = 812.0


def not_estimable(body: dict[str, Any]) -> None:
    """Nothing is known about the followers."""
    without_people(body)
    for one in body["channels"]:
        one |= {"verdict": "not_estimable", "method": None, "reasons": ["stays_after_leaving"]}
        one["page"]["at_most_through_engagements_per_30_days"] = None


def test_an_upper_limit_is_no_value(visits: Visits, service: Served) -> None:
    page = changed(visits, service, "audiences", without_people, view="followers")

    assert page.inner_text("#view .answer").startswith(
        "The page on Facebook brings at most €812 per 30 days"
    )
    first = page.locator(".card").first.inner_text()
    assert "unknown" in first
    assert "€" not in first
    assert page.get_by_role("heading", name="What a follow may cost").count() == 0
    assert "at most €812" in page.inner_text("#page-value")


def test_a_refusal_about_followers_is_readable_in_both_languages(
    visits: Visits, service: Served
) -> None:
    page = changed(visits, service, "audiences", not_estimable, view="followers")
    sentence = page.inner_text("#view .answer")
    assert sentence.startswith("What a follower on Facebook is worth cannot be known")
    assert "stays_after_leaving" not in page.inner_text("#view")

    page.select_option("#language", "de")
    loaded(page, "Follower")

    assert "lässt sich aus diesen Daten nicht bestimmen" in page.inner_text("#view .answer")
    assert "Bleibt nach dem Entfolgen" in page.inner_text("#view .answer")
    assert violations(page) == []


def test_several_pages_are_chosen_and_compared(visits: Visits, service: Served) -> None:
    def another(body: dict[str, Any]) -> None:
        adds_value(body)
        twin = json.loads(json.dumps(body["channels"][0]))
        twin["channel"] = "twitter"
        twin["follower"]["value"]["estimate"] = 99.0
        body["channels"].append(twin)

    page = changed(visits, service, "audiences", another, view="followers?size=77")
    page.select_option("#followers-page", "twitter")

    page.wait_for_url(re.compile("followers/twitter"))
    page.locator("#view .answer", has_text="X (Twitter) brings €99").wait_for()
    assert "size=" not in page.url
    assert page.get_by_role("heading", name="All pages").count() == 1


def test_no_page_and_no_shares_say_what_to_send(visits: Visits, service: Served) -> None:
    def no_shares(body: dict[str, Any]) -> None:
        body |= {"verdict": "not_estimable", "reasons": ["no_shares"], "warnings": []}
        body |= {"reproduction": UNKNOWN, "channels": [], "share_value": []}

    followers = changed(
        visits, service, "audiences", lambda body: body.update(channels=[]), view="followers"
    )
    virality = changed(visits, service, "virality", no_shares)

    assert "No page with followers" in followers.inner_text("#view .answer")
    assert "user_id" in followers.inner_text("#view")
    assert "cannot be known from these data: No shares" in virality.inner_text("#view .answer")
    assert "parent_event_id" in virality.inner_text("#view")
    assert virality.locator("figure").count() == 0
    for page in (followers, virality):
        assert violations(page) == []


def test_the_sentence_about_shares_has_the_numbers_of_the_api(
    visits: Visits, service: Served
) -> None:
    answer = service.call("GET", "/v1/virality", service.key)
    r = answer["reproduction"]
    assert answer["verdict"] == "below_tipping_point"

    page = loaded(visits.open(service, "#/virality"), "Virality")

    sentence = page.inner_text("#view .answer")
    numbers = [f"{r[name]:.2f}" for name in ("estimate", "ci_low", "ci_high")]
    assert f"brings {numbers[0]} ({numbers[1]} to {numbers[2]}) further shares" in sentence
    assert f"become {100 * answer['amplification']['estimate']:.0f}." in sentence
    assert f"bring {answer['needed_factor']['estimate']:.2f} times as many" in sentence


def test_the_table_of_r_has_the_limit_for_missing_parents(visits: Visits, service: Served) -> None:
    def may_be_missing(body: dict[str, Any]) -> None:
        body |= {"verdict": "below_as_recorded", "at_most": 1.87}
        body |= {"warnings": ["parents_may_be_missing"], "ceiling": 0.93, "amplification": UNKNOWN}

    page = changed(visits, service, "virality", may_be_missing)
    page.locator("figure svg").first.wait_for()
    screenshot(page, "virality-parents-missing")

    sentence = page.inner_text("#view .answer")
    assert "as recorded, below the tipping point of 1" in sentence
    assert "may be up to 1.87" in sentence
    assert "become" not in sentence
    assert "Caution" in page.locator("#view .flags").first.inner_text()
    assert "R of finished cascades is at most 0.93" in page.inner_text("#view")
    page.locator("figure .numbers > summary").first.click()
    with page.expect_download() as started:
        page.locator("figure .numbers button").first.click()
    head, whole, *_ = started.value.path().read_text().splitlines()
    assert "at most" in head
    assert ",1.87,Below the tipping point as recorded" in whole


def test_people_who_do_not_stand_out_are_not_ranked(visits: Visits, service: Served) -> None:
    def luck(body: dict[str, Any]) -> None:
        body["multipliers"] = {"told_apart": False, "brought_by_top_percent": None, "people": []}
        body["contents"]["told_apart"] = False

    page = changed(visits, service, "virality", luck)

    text = page.inner_text("#view")
    assert "No one stands out: luck explains the differences between people." in text
    assert "No content stands out: luck explains the differences." in text
    assert "times the average" not in text
    contents = page.locator("figure", has=page.get_by_text("Shares by content"))
    items = service.call("GET", "/v1/virality", service.key)["contents"]["items"]
    label = contents.locator("svg").get_attribute("aria-label") or ""
    assert f"{items[0]['content_id']}: {items[0]['shares']}" in label


def test_people_and_contents_that_stand_out_are_ranked(visits: Visits, service: Served) -> None:
    def differ(body: dict[str, Any]) -> None:
        people = [
            {"person": "few-shares", "shares": 1, "brought": 4, "factor": _factor(6.9, 1.9, 14.8)},
            {
                "person": "many-shares",
                "shares": 20,
                "brought": 65,
                "factor": _factor(6.8, 4.8, 9.2),
            },
        ]
        multipliers = {"told_apart": True, "brought_by_top_percent": 0.18, "people": people}
        item = body["contents"]["items"][0]
        contents = [
            item | {"content_id": "calm", "reproduction": _factor(0.2, 0.1, 0.3)},
            item | {"content_id": "<b>hot</b>", "reproduction": _factor(0.9, 0.7, 1.2)},
        ]
        contents[1] |= {"shares": 154, "final_size": _factor(352.0, 282.0, None)}
        body |= {
            "multipliers": multipliers,
            "contents": {"told_apart": True, "items": contents},
            "warnings": [],
        }

    page = changed(visits, service, "virality", differ)
    drawn(page)
    text = page.inner_text("#view")
    assert "bring 18% of all further shares" in text
    assert "<b>hot</b>: 154 shares so far, about 352 in the end (from 282, no upper bound)" in text
    tables = page.locator("figure", has=page.get_by_text("relative to the average", exact=False))
    tables.locator(".numbers > summary").click()
    tables.locator("tbody tr").nth(1).wait_for()
    rows = tables.locator("tbody tr").all_inner_texts()
    assert ["many-shares" in rows[0], "few-shares" in rows[1]] == [True, True]
    figure = page.locator("figure", has=page.get_by_text("by content", exact=False))
    figure.locator(".numbers > summary").click()
    figure.locator("tbody tr").first.get_by_text("<b>hot</b>").wait_for()
    assert violations(page) == []


def _factor(estimate: float, low: float, high: float | None) -> dict[str, float | None]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high}


@pytest.mark.parametrize("view", ["followers", "virality", "search", "dialogue"])
def test_a_shared_view_shows_the_same_numbers_without_a_key(
    visits: Visits, service: Served, view: str
) -> None:
    page = loaded(visits.open(service, f"#/{view}"))
    sentence = page.inner_text("#view .answer")
    page.click("#share")
    page.click("#share-create")
    address = page.input_value("#share-address")
    reader = visits.open(service, key="")
    reader.goto("about:blank")
    reader.goto(address)
    loaded(reader)

    assert reader.inner_text("#view .answer") == sentence
    if view == "followers":
        assert reader.is_disabled("#page-size")
        chart = "Follows and unfollows on Facebook per day"
        assert reader.locator("figure", has_text=chart).count() == 1
