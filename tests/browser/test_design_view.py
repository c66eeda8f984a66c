"""The view Design in Chromium, with answers of each kind of test."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.model import codes
from tests.browser.conftest import Visits, Windows, loaded, screenshot
from tests.browser.test_views import violations
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

ASKED = "#/design?channel=meta_ads&type=click&paid=true"
FIRST_DAY = dt.date(2026, 12, 7)
ON_WEEKS = (0, 3, 4, 7)
UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}


def designed(**over: Any) -> dict[str, Any]:
    """A switchback of eight weeks that is worth it."""
    on_days = [
        (FIRST_DAY + dt.timedelta(day)).isoformat() for day in range(56) if day // 7 in ON_WEEKS
    ]
    answer = {
        "fit": {
            "id": "fit",
            "as_of": "2026-12-01T10:00:00+00:00",
            "window": {"from": "2026-09-01", "to": "2026-11-30"},
        },
        "kind": "switchback",
        "channel": "meta_ads",
        "type": "click",
        "paid": True,
        "goal": "purchase",
        "currency": "EUR",
        "days": 56,
        "people": None,
        "control_share": None,
        "rate": None,
        "regions": None,
        "first_day": FIRST_DAY.isoformat(),
        "on_days": on_days,
        "block": 7,
        "decay": 0.62,
        "smallest_detectable_effect": 1.94,
        "effect_is_in": "value_per_currency_unit",
        "expected_effect": {"estimate": 2.4, "ci_low": 0.3, "ci_high": 4.4},
        "power": 0.8,
        "false_positives_in_pseudo_tests": 0.045,
        "pseudo_tests": 400,
        "costs": 3400.0,
        "spend_saved": 2900.0,
        "worth": 4100.0,
        "net_worth": 3600.0,
        "verdict": "worth_it",
        "reasons": ["intent_confounding_suspected"],
        "warnings": ["revenue_is_not_margin"],
        "sentence": "",
    }
    return answer | over


def holdout(**over: Any) -> dict[str, Any]:
    own = {
        "kind": "holdout",
        "days": 28,
        "people": 48210,
        "control_share": 0.25,
        "first_day": None,
        "on_days": None,
        "block": None,
        "decay": None,
        "smallest_detectable_effect": 0.083,
        "effect_is_in": "share_of_conversions",
        "expected_effect": {"estimate": 0.12, "ci_low": 0.05, "ci_high": 0.2},
    }
    return designed(**own | over)


def design_page(
    visits: Visits, service: Served, *answers: dict[str, Any], fragment: str = ASKED, **more: Any
) -> tuple[Page, list[Request]]:
    """Open the view with these answers, and record the requests; the last answer is repeated."""
    left, requests = list(answers), []
    page = visits.open(service, "#/overview", key="", **more)

    def answer(route: Any) -> None:
        requests.append(route.request)
        body = left.pop(0) if len(left) > 1 else left[0]
        route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

    page.route(re.compile("/v1/experiments/design"), answer)
    page.evaluate(f"sessionStorage.setItem('likeworth.key', '{service.key}')")
    page.evaluate(f"location.hash = '{fragment}'")
    return loaded(page), requests


def test_a_switchback_is_a_sheet_to_hand_over_with_its_verdict_first(
    visits: Visits, service: Served
) -> None:
    page, requests = design_page(visits, service, designed())
    screenshot(page, "design-switchback")

    assert requests[0].url.split("?")[1] == "channel=meta_ads&paid=true&type=click"
    assert page.locator(".heading .verdict").inner_text() == "Worth it"
    assert page.inner_text("#view .answer") == (
        "This test is worth it. It costs about €3,400 of value, and saves €2,900 of spend. Better "
        "plans in the half year after it are worth about €4,100."
    )
    assert "Caution Revenue is not margin" in page.inner_text("#view .flags")
    assert page.locator("#tabs [aria-current]").inner_text() == "Plan"
    assert page.locator("#view section > h2").all_inner_texts() == [
        "What to do",
        "When",
        "Who is held out",
        "What it will find",
        "What it costs, and what it is worth",
        "How it will be analysed",
        "Reasons and warnings, and what would help",
    ]
    assert page.inner_text("#design-do li >> nth=0").startswith(
        "From 7 Dec 2026, switch paid Meta Ads clicks on and off as in the schedule below."
    )
    table = page.locator("#design-when table")
    assert table.locator("caption").inner_text() == "Schedule"
    assert table.locator("tbody th[scope=row]").all_inner_texts() == [
        "7 – 13 Dec 2026",
        "14 – 27 Dec 2026",
        "28 Dec 2026 – 10 Jan 2027",
        "11 – 24 Jan 2027",
        "25 – 31 Jan 2027",
    ]
    spends = table.locator("tbody tr td:last-child").all_inner_texts()
    assert spends == ["on", "off", "on", "off", "on"]
    assert page.inner_text("#design-who p") == "Everyone, on 28 of 56 days."
    finds = page.inner_text("#design-finds")
    assert "€1.94 per €1\nwith 80 % power" in finds
    assert "€2.40 per €1" in finds
    assert "Do not act Purchase intent suspected" in finds
    assert "4.5%\nin 400 tests in which nothing happened" in finds
    assert "€3,600" in page.inner_text("#design-costs")
    assert "62%" in page.inner_text("#design-analysis")
    assert violations(page) == []


def test_a_german_sheet_fits_a_narrow_dark_screen(visits: Visits, service: Served) -> None:
    german = f"{ASKED}&lang=de"
    page, _ = design_page(visits, service, designed(), fragment=german, width=390, dark=True)
    screenshot(page, "design-german-390-dark")

    assert page.inner_text("#view .answer").startswith("Dieser Test lohnt sich. Er kostet etwa")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not re.search(r"\b[a-z]+(_[a-z]+)+\b", page.inner_text("#view"))
    assert violations(page) == []


def test_the_sheet_prints_without_controls_on_two_pages(visits: Visits, service: Served) -> None:
    page, _ = design_page(visits, service, designed())
    page.emulate_media(media="print")

    assert page.locator("#design-form, #design-print, #tabs, #controls").count() == 4
    for control in ("#design-form", "#design-print", "#tabs", "#controls"):
        assert not page.is_visible(control)
    assert page.is_visible("#design-when table")
    page.set_viewport_size({"width": 680, "height": 900})  # A4
    cells = page.locator("#design-when tbody tr >> nth=0").locator("th, td")
    tops = {round(cell.bounding_box()["y"]) for cell in cells.all()}  # type: ignore[index]
    assert len(tops) == 1
    printed = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom"), "14mm"))
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


def test_a_holdout_says_who_is_held_out_and_its_settings_are_in_the_url(
    visits: Visits, service: Served
) -> None:
    page, requests = design_page(
        visits, service, designed(), holdout(verdict="not_worth_it", worth=800.0)
    )

    page.select_option("#design-kind", "holdout")
    page.get_by_text("This test is not worth it.").wait_for()

    assert "kind=holdout" in requests[-1].url
    assert page.inner_text("#design-who p") == "12,053 of 48,210 people, chosen by lot."
    assert "draw 25% of the 48,210 people by lot" in page.inner_text("#design-do")
    assert page.input_value("#design-control") == "25"
    assert page.locator("#design-when table").count() == 0
    assert "8.3% of the conversions" in page.inner_text("#design-finds")
    page.fill("#design-control", "12.5")
    page.press("#design-control", "Tab")
    page.wait_for_url(re.compile("control=12.5"))
    loaded(page, "Test design")
    page.fill("#design-days", "0")
    page.press("#design-days", "Tab")
    assert "days=" not in page.url
    asked = requests[-1].url.split("?")[1]
    assert asked == "channel=meta_ads&control_share=0.125&kind=holdout&paid=true&type=click"
    assert violations(page) == []


def test_a_geo_test_is_designed_from_the_past_of_its_regions(
    visits: Visits, service: Served
) -> None:
    geo = holdout(kind="geo", people=None, control_share=None, regions=["north", "<b>south</b>"])
    past = "date,region,conversions\n2026-01-01,north,18"
    page, requests = design_page(visits, service, geo, fragment=f"{ASKED}&kind=geo&margin=40")
    assert "needs the conversions per day of each region" in page.inner_text("#view .answer")
    assert requests == []

    page.fill("#design-csv", past)
    page.click("#design-send")

    page.locator("#design-who li").first.wait_for()
    assert requests[0].method == "POST"
    assert requests[0].post_data_json == {
        "channel": "meta_ads",
        "type": "click",
        "paid": True,
        "kind": "geo",
        "margin": 0.4,
        "csv": past,
    }
    assert page.locator("#design-who li").all_inner_texts() == ["north", "<b>south</b>"]
    assert "2026-01-01" not in page.url
    assert violations(page) == []


@pytest.mark.parametrize("kind", ["switchback", "holdout"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_design_of_the_service_has_its_numbers_in_german_too(
    windows: Windows, service: Served, kind: str, width: int, dark: bool
) -> None:
    path = f"/v1/experiments/design?channel=facebook&kind={kind}"
    answer = service.call("GET", path, service.key)
    smallest = answer["smallest_detectable_effect"]
    assert smallest is not None

    asked = f"#/design?channel=facebook&kind={kind}"
    page = windows.show(asked, "Test design", width=width, dark=dark)
    screenshot(page, f"design-{kind}-{width}-{'dark' if dark else 'light'}")

    shown = f"€{smallest:,.2f}" if kind == "switchback" else f"{100 * smallest:.0f}%"
    assert shown in page.inner_text("#design-finds")
    assert page.input_value("#design-days") == str(answer["days"])
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []
    page = windows.show(f"{asked}&lang=de", "Testentwurf", width=width, dark=dark)
    text = page.inner_text("#view")
    assert [one for one in codes.CODES.values() if one.meaning in text] == []
    assert not re.search(r"\b[a-z]+(_[a-z]+)+\b", text)


NOTHING = {
    "people": None,
    "smallest_detectable_effect": None,
    "expected_effect": UNKNOWN,
    "false_positives_in_pseudo_tests": None,
    "costs": None,
    "spend_saved": None,
    "worth": None,
    "net_worth": None,
    "reasons": ["too_few_conversions"],
    "warnings": [],
}


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"verdict": "not_feasible"}, "This test is not feasible: Too few conversions."),
        ({"verdict": "not_estimable"}, "This test cannot be designed from these data: Too few"),
    ],
)
def test_a_test_that_cannot_be_run_has_no_instructions(
    visits: Visits, service: Served, over: dict[str, Any], sentence: str
) -> None:
    page, _ = design_page(visits, service, holdout(**NOTHING | over))

    assert page.inner_text("#view .answer").startswith(sentence)
    assert page.locator("#design-do, #design-when, #design-print, #design-costs").count() == 0
    assert "0" not in page.inner_text("#view .answer")
    assert page.locator("#design-form").count() == 1


def test_what_is_not_known_about_a_test_is_not_zero(visits: Visits, service: Served) -> None:
    unknown = {"costs": None, "worth": None, "net_worth": None, "spend_saved": 2900.0}
    over = unknown | {"reasons": ["too_few_conversions"], "verdict": "not_estimable"}
    page, _ = design_page(visits, service, holdout(**over))

    sentence = page.inner_text("#view .answer")
    assert sentence == "Whether this test is worth it is not known: Too few conversions."
    costs = page.inner_text("#design-costs")
    assert costs.count("unknown\nToo few conversions") == 2
    assert "€0" not in costs
    page.select_option("#language", "de")
    page.get_by_text("Ob sich dieser Test lohnt, ist nicht bekannt").wait_for()


def test_without_a_channel_the_view_leads_to_the_plan(visits: Visits, service: Served) -> None:
    page, requests = design_page(visits, service, designed(), fragment="#/design")

    assert "Choose a test in the plan first" in page.inner_text("#view .answer")
    assert requests == []
    page.get_by_role("link", name="← Plan").click()
    loaded(page, "Plan")


def test_a_failed_design_shows_the_problem(visits: Visits, service: Served) -> None:
    visits.expected.append("400")
    page = visits.open(service, "#/overview")
    problem = {"status": 400, "code": "invalid_fields", "detail": "days: must be from 1 to 365"}
    page.route(
        re.compile("/v1/experiments/design"),
        lambda route: route.fulfill(status=400, body=json.dumps(problem)),
    )
    page.evaluate(f"location.hash = '{ASKED}&days=999'")

    page.locator("#problem", has_text="must be from 1 to 365").wait_for()
