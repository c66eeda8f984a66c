"""The view Plan in Chromium, with the answers of a small brand and changed ones."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Visits, drawn, loaded, screenshot
from tests.browser.test_audience_views import changed
from tests.browser.test_views import violations
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}
ARROWS = "#plan-moves svg [data-mark=arrow] path"


def interval(estimate: float, low: float, high: float) -> dict[str, float]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high}


def planned(name: str, now: float, plan: float, **over: Any) -> dict[str, Any]:
    """A channel of a plan that may change by 30 %."""
    channel = {
        "channel": name,
        "now": now,
        "plan": plan,
        "bounds": [round(0.7 * now, 2), round(1.3 * now, 2)],
        "marginal_return": interval(1.62, 1.02, 2.31),
        "frozen": False,
        "reasons": [],
    }
    return channel | over


def frozen(name: str, now: float, *reasons: str) -> dict[str, Any]:
    over = {"bounds": [now, now], "marginal_return": UNKNOWN, "frozen": True}
    return planned(name, now, now, reasons=list(reasons), **over)


CLICK: dict[str, Any] = {"type": "click", "paid": True}
WORTH_IT = {**CLICK, "verdict": "worth_it", "reasons": []}
NOT_FEASIBLE = {**CLICK, "verdict": "not_feasible", "reasons": ["effect_too_small_to_find"]}


def as_move(body: dict[str, Any]) -> None:
    """A plan that is sure enough, with a channel that only a test can free."""
    body |= {
        "verdict": "move",
        "compared_with": "now",
        "gain": interval(1310.0, 120.0, 2630.0),
        "chance_better": 0.96,
        "worst_5_percent": -40.0,
        "channels": [
            planned("google_ads", 300.0, 362.0),
            planned("linkedin_ads", 214.0, 152.0),
            frozen("meta_ads", 240.0, "intent_confounding_suspected"),
            frozen("tiktok_ads", 100.0, "moves_together_with:meta_ads"),
        ],
        "next_euro": {"channel": "google_ads", "chance_best": 0.81, "verdict": "undecided"},
        "test_first": [
            {"channel": "meta_ads", "worth": 4100.0, **WORTH_IT},
            {"channel": "google_ads", "worth": 900.0, **WORTH_IT},
            {"channel": "tiktok_ads", "worth": None, **NOT_FEASIBLE},
        ],
        "reasons": [],
        "warnings": ["revenue_is_not_margin"],
    }


def as_another_verdict(verdict: str) -> Any:
    """The same, of a budget that is 10 % lower, so the divided budget differs from today's."""

    def change(body: dict[str, Any]) -> None:
        as_move(body)
        body |= {"verdict": verdict, "compared_with": "now_scaled_to_budget", "chance_better": 0.71}
        for one in body["channels"]:
            if not one["frozen"]:
                one["plan"] = 0.9 * one["now"]
        if verdict == "not_estimable":
            body |= {"gain": UNKNOWN, "chance_better": None, "worst_5_percent": None}
            body |= {"reasons": ["budget_out_of_reach"], "warnings": [], "test_first": []}
            body["next_euro"] = {"channel": None, "chance_best": None, "verdict": "undecided"}

    return change


def plan_requests(page: Page) -> list[dict[str, Any]]:
    """Record the bodies of the requests for plans from now on."""
    bodies: list[dict[str, Any]] = []
    page.on(
        "request", lambda one: "/v1/plans" in one.url and bodies.append(json.loads(one.post_data))
    )
    return bodies


def settled(page: Page) -> Page:
    """Wait until the plan of the last change is shown."""
    page.locator("#plan-result:not([aria-busy])").wait_for(state="attached")
    return page


def test_the_curves_have_the_numbers_of_the_api_and_end_where_the_spend_ends(
    visits: Visits, service: Served
) -> None:
    answer = service.call("GET", "/v1/response-curves", service.key)
    known = [one for one in answer["channels"] if one["points"]]
    assert known
    assert any(one["points"][-1]["spend"] > one["highest_seen"] + 1 for one in known)

    page = drawn(loaded(visits.open(service, "#/plan"), "Plan"))

    figures = page.locator("#curves figure")
    assert figures.count() == len(known)
    for one, figure in zip(known, figures.all(), strict=True):
        figure.locator(".numbers > summary").click()
        figure.locator("tbody tr").first.wait_for()
        spends = [point["spend"] for point in one["points"]]
        assert figure.locator("tbody tr").count() == sum(
            spend <= one["highest_seen"] for spend in spends
        )
        # what was never spent is a grey area, where nothing is drawn
        beyond = figure.locator("svg [data-mark=rect] rect").bounding_box()
        for mark in ("line", "area"):
            for path in figure.locator(f"svg [data-mark={mark}] path").all():
                box = path.bounding_box()
                assert beyond is not None
                assert box is not None
                assert box["x"] + box["width"] <= beyond["x"] + 3  # strokes
        value = one["value_now"]
        digits = 0 if max(abs(bound) for bound in value.values()) >= 100 else 2
        assert f"brings €{value['estimate']:,.{digits}f}".replace("€-", "-€") in figure.inner_text()


def test_a_channel_without_a_curve_says_why(visits: Visits, service: Served) -> None:
    def without(body: dict[str, Any]) -> None:
        one = next(one for one in body["channels"] if one["channel"] == "xing")
        one |= {"points": [], "value_now": UNKNOWN, "reasons": ["spend_does_not_vary"]}

    page = drawn(changed(visits, service, "response-curves", without, view="plan"))

    assert "XING: Spend does not vary" in page.inner_text("#curves ul.plain-list")
    assert page.locator("#curves figcaption", has_text="XING").count() == 0
    assert "Vary the spend for some weeks" in page.inner_text(".explanations")


def test_a_plan_in_which_no_spend_can_rise_does_not_claim_to_be_the_best(
    visits: Visits, service: Served
) -> None:
    plan = service.call("POST", "/v1/plans", service.key)
    assert plan["verdict"] == "stay"
    assert all(one["bounds"][1] <= one["now"] for one in plan["channels"])

    page = loaded(visits.open(service, "#/plan"), "Plan")

    assert "None has ever had more" in page.inner_text("#plan-sentence").replace("none", "None")
    assert page.locator(".heading .verdict").inner_text() == "Stay"
    assert "Revenue is not margin" in page.inner_text("#view .flags")
    assert "Gain of" not in page.inner_text("#plan-result")


def test_a_plan_that_is_sure_enough_has_arrows_and_its_numbers(
    visits: Visits, service: Served
) -> None:
    page = drawn(changed(visits, service, "plans", as_move, view="plan"))
    screenshot(page, "plan-move")

    assert page.inner_text("#plan-sentence") == (
        "Moving €62.00 a day from LinkedIn Ads to Google Ads is expected to bring €1,310 (€120 to "
        "€2,630) more in 28 days than today. It is better in 96 of 100 cases. Meta Ads stays until "
        "a test shows what it brings."
    )
    assert page.locator(ARROWS).count() == 2
    cards = page.locator("#plan-result .card").all_inner_texts()
    assert ["€1,310" in cards[0], "96 of 100" in cards[1], "-€40" in cards[2]] == [True] * 3
    assert "Undecided" in cards[3]
    assert "Google Ads in 81 of 100 cases" in cards[3]
    page.click("#plan-moves .numbers > summary")
    table = page.locator("#plan-moves table")
    assert table.locator("caption").text_content() == "Spend per day in EUR"
    assert table.locator("tbody th[scope=row]").all_inner_texts() == [
        "Google Ads",
        "LinkedIn Ads",
        "Meta Ads",
        "TikTok Ads",
    ]
    cells = table.locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells[:5] == ["€300", "€362", "+€62.00", "€210", "€390"]
    boxes = page.locator("#plan-form fieldset label").all()
    assert [one.locator("input").is_disabled() for one in boxes] == [False, False, True, True]
    assert "Spend moves together: Meta Ads" in boxes[3].inner_text()
    tests = page.locator("#plan-tests tbody tr").all_inner_texts()
    assert ["€4,100" in tests[0], "€900" in tests[1]] == [True, True]
    assert "cannot be run: Effect too small to find" in tests[2]
    assert (
        page.locator("#plan-tests a").first.get_attribute("href")
        == "#/design?channel=meta_ads&type=click&paid=true"
    )
    assert violations(page) == []


SENTENCES = {
    "stay": "Divide this budget as today.",
    "test_first": "That is not sure enough to move money. Test Meta Ads first.",
    "not_estimable": "No plan can be made from these data: Budget out of reach.",
}


@pytest.mark.parametrize("verdict", SENTENCES)
def test_only_a_plan_with_the_verdict_move_has_arrows(
    visits: Visits, service: Served, verdict: str
) -> None:
    page = drawn(changed(visits, service, "plans", as_another_verdict(verdict), view="plan"))
    screenshot(page, f"plan-{verdict}")

    assert SENTENCES[verdict] in page.inner_text("#plan-sentence")
    assert page.locator("#plan-moves svg [data-mark=dot] circle").count() == 4
    assert page.locator(ARROWS).count() == 0
    assert page.locator(".legend .arrow").count() == 0
    assert "Moving" not in page.inner_text("#view")
    page.click("#plan-moves .numbers > summary")
    heads = page.locator("#plan-moves thead th").all_inner_texts()
    assert "Plan, per day" not in heads
    assert "Divided as today, per day" in heads
    if verdict == "test_first":
        assert "not proposed" in page.locator("#plan-result .card").first.inner_text()
    assert violations(page) == []


def test_settings_are_sent_after_a_pause_and_are_in_the_url(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/plan"), "Plan")
    bodies = plan_requests(page)
    now = float(page.input_value("#plan-budget"))

    page.fill("#plan-days", "14")
    page.fill("#plan-margin", "40")
    page.fill("#plan-most", "20")
    page.get_by_role("checkbox", name="Facebook").check()
    settled(page)

    asked = {"days": 14, "move_at_most": 0.2, "margin": 0.4, "freeze": ["facebook"]}
    assert bodies == [asked]
    assert page.locator("#view .flags").count() == 0
    page.focus("#plan-slider")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("budget="))
    settled(page)
    lower = float(page.input_value("#plan-budget"))
    assert lower < now
    assert bodies[1:] == [asked | {"budget": pytest.approx(14 * lower)}]
    assert f"€{lower:,.0f} a day, €{14 * lower:,.0f} in 14 days" == page.inner_text("#plan-total")
    shown = page.inner_text("#view")
    page.reload()
    loaded(page, "Plan")
    assert page.inner_text("#view") == shown
    assert page.input_value("#plan-margin") == "40"
    assert page.get_by_role("checkbox", name="Facebook").is_checked()
    page.focus("#plan-slider")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "budget" not in url)
    settled(page)
    page.get_by_role("checkbox", name="Free budget").check()
    page.wait_for_url(re.compile("free=yes"))
    settled(page)
    assert bodies[-1] == asked | {"free": True}
    assert page.locator("#plan-slider").is_disabled()


def test_the_plan_of_earlier_settings_never_replaces_a_later_one(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/plan"), "Plan")
    held: list[Route] = []

    def answer(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        as_move(body)
        route.fulfill(response=response, body=json.dumps(body))

    def hold_a_week(route: Route) -> None:
        if json.loads(route.request.post_data or "")["days"] == 7:
            held.append(route)
        else:
            answer(route)

    page.route(re.compile("/v1/plans"), hold_a_week)
    with page.expect_request(re.compile("/v1/plans")):
        page.fill("#plan-days", "7")
    page.fill("#plan-days", "90")
    page.get_by_text("more in 90 days").first.wait_for()
    with page.expect_response(re.compile("/v1/plans")) as late:
        answer(held[0])
    late.value.finished()
    page.wait_for_timeout(300)

    assert "more in 90 days" in page.inner_text("#plan-sentence")
    assert "days=90" in page.url


def test_a_failed_request_for_a_plan_says_so_and_leaves_no_numbers(
    visits: Visits, service: Served
) -> None:
    visits.expected.append("ERR_FAILED")
    page = changed(visits, service, "plans", as_move, view="plan")
    before = page.inner_text("#plan-sentence")
    page.route(re.compile("/v1/plans"), lambda route: route.abort())

    page.fill("#plan-days", "27")

    page.get_by_text("The service cannot be reached").wait_for()
    assert "There is no plan for these settings." in page.inner_text("#plan-sentence")
    assert page.locator("#plan-moves, #plan-result .card, .heading .verdict").count() == 0
    assert page.locator("#curves figure").count() > 0
    assert violations(page) == []
    page.unroute(re.compile("/v1/plans"))
    page.route(re.compile("/v1/plans"), lambda route: route.continue_())
    page.click("#plan-again")
    page.locator("#plan-moves").wait_for()
    assert page.inner_text("#plan-sentence") != before


def test_a_number_that_is_not_possible_is_named_and_not_sent(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/plan?days=0&margin=400&freeze=unknown"), "Plan")
    assert page.input_value("#plan-days") == "28"
    assert page.input_value("#plan-margin") == ""
    bodies = plan_requests(page)

    page.fill("#plan-days", "366")

    sentence = page.inner_text("#plan-sentence")
    assert "Days of the plan: enter a number from 1 to 365." in sentence
    assert page.locator("#plan-moves").count() == 0
    assert page.get_attribute("#plan-days", "aria-invalid") == "true"
    page.wait_for_timeout(500)
    assert bodies == []
    page.fill("#plan-days", "365")
    page.locator("#plan-moves").wait_for()
    assert [one["days"] for one in bodies] == [365]


def test_conversions_without_a_value_are_planned_in_their_number(
    visits: Visits, service: Served
) -> None:
    def in_conversions(body: dict[str, Any]) -> None:
        as_move(body)
        body |= {"gain_is_in": "conversions", "gain": interval(12.0, 3.0, 20.4), "warnings": []}
        body |= {"goal": "lead", "test_first": [], "worst_5_percent": 0.4}
        body["channels"][0]["next_conversion_costs"] = interval(61.7, 43.3, 98.0)

    page = changed(visits, service, "plans", in_conversions, view="plan")

    assert "bring 12 (3 to 20) leads more in 28 days" in page.inner_text("#plan-sentence")
    assert page.locator("#plan-free, #plan-margin").count() == 0
    assert "only known for goals whose conversions have a value" in page.inner_text("#plan-tests")
    assert "€1,310" not in page.inner_text("#plan-result")
    page.click("#plan-moves .numbers > summary")
    costs = page.locator("#plan-moves tbody tr").first.inner_text()
    assert re.search(r"€61\.70\s+€43\.30\s+€98\.00", costs), costs
    page.select_option("#language", "de")
    page.get_by_text("voraussichtlich 12 (3 bis 20) Leads mehr als heute").wait_for()


def test_a_shared_page_shows_the_curves_without_a_plan(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/plan"), "Plan")
    page.click("#share")
    page.click("#share-create")
    address = page.input_value("#share-address")
    reader = visits.open(service, key="")
    reader.goto("about:blank")
    reader.goto(address)
    drawn(loaded(reader, "Plan"))

    assert reader.locator("#curves figure").count() == page.locator("#curves figure").count()
    assert reader.locator("#plan-form, #plan-moves").count() == 0
    assert "Plans are not part of a shared page" in reader.inner_text("#view .answer")
