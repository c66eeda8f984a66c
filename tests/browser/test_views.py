"""The dashboard in Chromium: every view of a small brand, with its real fit."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.model import codes
from tests.browser.conftest import Visits, Windows, key_of, loaded, revoke, screenshot
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = {
    "overview": "Overview",
    "channels": "Channels",
    "channels/facebook": "Facebook",
    "followers": "Followers",
    "virality": "Virality",
    "search": "Search",
    "dialogue": "Dialogue",
    "compare": "Like vs. click",
    "models": "Models",
    "plan": "Plan",
    "experiments": "Experiments",
    "data": "Data",
}


def violations(page: Page) -> list[str]:
    """What axe finds in the page."""
    from axe_playwright_python.sync_playwright import Axe

    tags = {"type": "tag", "values": WCAG}
    # Without resultTypes, axe describes each element that passed, which takes twice as long.
    found = Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {node['html']} {node.get('failureSummary', '')}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def api_requests(page: Page) -> list[str]:
    """Record the paths of the requests to the API from now on."""
    paths: list[str] = []
    page.on("request", lambda one: "/v1/" in one.url and paths.append(one.url))
    return paths


def with_codes(page: Page, change: Any) -> None:
    """Change the answers of /v1/roi before the page sees them."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        change(body)
        route.fulfill(response=response, body=json.dumps(body))

    page.route(re.compile(r"/v1/roi"), answer)


@pytest.mark.parametrize("fragment", VIEWS)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_view_is_accessible_and_fits_the_screen(
    windows: Windows, fragment: str, width: int, dark: bool
) -> None:
    page = windows.show(f"#/{fragment}", VIEWS[fragment], width=width, dark=dark)
    screenshot(page, f"{fragment.replace('/', '-')}-{width}-{'dark' if dark else 'light'}")

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("figure .picture:not(:has(svg))").count() == 0
    for details in page.locator(".numbers > summary").all():
        details.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    long = "document.querySelectorAll('.numbers tbody tr:nth-child(n + 4)')"
    page.evaluate(f"[...{long}].map((one) => one.remove())")  # axe is slow on long tables
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_all_views_are_visible_in_the_navigation_of_a_laptop(
    visits: Visits, service: Served, language: str
) -> None:
    page = loaded(visits.open(service, f"#/overview?lang={language}"))

    hidden = (
        "document.getElementById('tabs').scrollWidth - document.getElementById('tabs').clientWidth"
    )
    assert page.evaluate(hidden) <= 0


def test_the_first_sentence_has_the_number_that_the_api_returns(
    visits: Visits, service: Served
) -> None:
    total = service.call("GET", "/v1/roi", service.key)["total"]

    page = loaded(visits.open(service), "Overview")

    sentence = page.inner_text("#view .answer")
    caused = total["incremental_conversions"]
    assert f"Of {total['conversions']:,} purchases" in sentence
    numbers = [f"{caused[name]:,.0f}" for name in ("estimate", "ci_low", "ci_high")]
    assert f"{numbers[0]} ({numbers[1]} to {numbers[2]}) were incremental" in sentence


def test_everything_works_with_the_keyboard(visits: Visits, service: Served) -> None:
    page = visits.open(service, key="")
    page.locator("#key:focus").wait_for()
    page.keyboard.type(service.key)
    page.keyboard.press("Enter")
    loaded(page, "Overview")
    assert page.evaluate("document.activeElement.id") == "view-title"
    reached = []
    while "Channels" not in reached:
        page.keyboard.press("Shift+Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
        assert len(reached) < 20, reached
    assert {"Share", "Export"} <= set(reached)
    page.keyboard.press("Enter")
    loaded(page, "Channels")
    assert page.evaluate("document.activeElement.id") == "view-title"
    page.focus("#channels-sort")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile("sort=spend"))
    page.locator("#channels-sort:focus").wait_for()
    page.focus("#range")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile("from="))
    loaded(page, "Channels")
    assert page.evaluate("document.activeElement.id") == "range"
    assert page.input_value("#range") == "28"
    page.focus("#share")
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.id") == "share"


def test_the_url_holds_the_state_of_the_view(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/channels"), "Channels")
    page.select_option("#range", "7")
    page.wait_for_url(re.compile("from="))
    loaded(page, "Channels")
    page.select_option("#language", "de")
    loaded(page, "Kanäle")
    page.select_option("#channels-sort", "certainty")
    page.wait_for_url(re.compile("sort=certainty"))
    loaded(page, "Kanäle")
    shown = page.inner_text("#view")

    page.reload()

    loaded(page, "Kanäle")
    assert page.inner_text("#view") == shown
    assert page.input_value("#range") == "7"
    assert page.get_attribute("html", "lang") == "de"
    assert re.search(r"\d,\d\d\s€", shown)
    page.go_back()
    page.wait_for_url(lambda url: "sort" not in url)


def test_the_answer_of_an_earlier_choice_never_replaces_a_later_one(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service), "Overview")
    whole = page.inner_text("#view .answer")

    def slow(route: Route) -> None:
        time.sleep(1.0)
        route.continue_()

    page.route(re.compile(r"/v1/roi\?.*from="), slow)
    page.select_option("#range", "28")
    page.wait_for_url(re.compile("from="))
    assert page.inner_text("#view") == "Loading…"
    page.evaluate("location.hash = '#/overview'")
    page.locator("#view .answer").wait_for()
    assert page.inner_text("#view .answer") == whole
    page.wait_for_timeout(1500)

    assert page.inner_text("#view .answer") == whole
    assert page.input_value("#range") == "all"


def test_figures_are_compared_with_the_days_before(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service), "Overview")
    page.select_option("#range", "7")
    page.wait_for_url(re.compile("from="))
    loaded(page, "Overview")
    page.select_option("#compare", "previous")
    page.locator(".before").first.wait_for()

    cards = page.locator(".card").all_inner_texts()
    query = dict(parse_qsl(page.url.split("?", 1)[1]))
    start = dt.date.fromisoformat(query["from"])
    before = f"from={start - dt.timedelta(days=7)}&to={start - dt.timedelta(days=1)}"
    total = service.call("GET", f"/v1/roi?{before}", service.key)["total"]
    assert f"Before: €{total['cost']:,.0f}" in cards[0]
    revenue = abs(total["incremental_revenue"]["estimate"])
    assert f"€{revenue:,.0f} (" in cards[1].split("Before: ")[1]


def test_an_invalid_key_leads_to_the_entry_with_a_reason(visits: Visits, service: Served) -> None:
    visits.expected.append("401")
    made = key_of(service, "read")
    page = loaded(visits.open(service, "#/models", key=made["key"]), "Models")
    revoke(service, made["id"])

    page.evaluate("location.hash = '#/overview?lang=de'")

    page.locator("#entry-problem", has_text="abgelaufen oder widerrufen").wait_for()
    assert page.evaluate("sessionStorage.getItem('likeworth.key')") is None
    assert page.inner_text("#view") == ""
    page.fill("#key", service.key)
    page.keyboard.press("Enter")
    loaded(page, "Übersicht")


def test_a_failed_request_shows_what_to_do_and_can_be_repeated(
    visits: Visits, service: Served
) -> None:
    visits.expected.append("ERR_FAILED")
    page = loaded(visits.open(service, "#/models"), "Models")
    page.route(re.compile("/v1/decomposition"), lambda route: route.abort())

    page.click("#tabs a:has-text('Overview')")

    problem = page.locator("#problem")
    problem.wait_for()
    assert "The service cannot be reached" in problem.inner_text()
    assert violations(page) == []
    page.unroute(re.compile("/v1/decomposition"))
    problem.get_by_role("button").click()
    loaded(page, "Overview")


def test_a_serious_warning_is_visible_next_to_its_number(visits: Visits, service: Served) -> None:
    def doubt(body: dict[str, Any]) -> None:
        facebook = next(one for one in body["channels"] if one["channel"] == "facebook")
        facebook |= {"verdict": "inconclusive", "reasons": ["placebo_failed"]}
        for one in (facebook, body["total"]):
            one["warnings"] = ["placebo_failed", "decay_unknown"]

    page = visits.open(service, key="")
    with_codes(page, doubt)
    page.fill("#key", service.key)
    page.keyboard.press("Enter")
    loaded(page, "Overview")
    screenshot(page, "overview-do-not-act")

    assert "Do not act Placebo test failed" in page.inner_text(".warned")
    assert "Caution Duration of the effect unknown" in page.inner_text(".warned")
    cards = page.locator(".card")
    assert [("Do not act" in text) for text in cards.all_inner_texts()] == [
        False,
        True,
        False,
        False,
    ]
    assert "unknown\n\nNo cost: Amazon, Brand search, " in cards.nth(2).inner_text()
    assert "Do not act Placebo test failed" in cards.nth(1).inner_text()
    assert "Duration of the effect unknown" not in cards.nth(1).inner_text()
    cards.nth(1).get_by_text("1 more warning").click()
    assert "Caution Duration of the effect unknown" in cards.nth(1).inner_text()
    assert "Do not act" in page.inner_text(".verdicts .name:has-text('Facebook')")
    page.click("#tabs a:has-text('Channels')")
    loaded(page, "Channels")
    row = page.locator(".row", has=page.get_by_role("link", name="Facebook", exact=True))
    assert "Do not act Placebo test failed" in row.inner_text()
    assert violations(page) == []


def test_annotations_jumps_and_experiments_are_marked_in_the_chart_of_days(
    visits: Visits, service: Served
) -> None:
    page = visits.open(service, key="")

    def happen(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        first, last = body["from"], body["to"]
        sale = {"name": "Sale <i>", "category": "promotion", "from": first, "to": first}
        body["annotations"] = [sale]
        body["shocks"] = [{"kind": "pulse", "from": last, "to": last}]
        route.fulfill(response=response, body=json.dumps(body))

    page.route(re.compile(r"/v1/decomposition"), happen)
    page.fill("#key", service.key)
    page.keyboard.press("Enter")
    loaded(page, "Overview")
    page.locator("figure svg").first.wait_for()
    screenshot(page, "overview-events")

    events = page.inner_text(".events")
    assert "Sale <i>: " in events
    assert "Unexplained jump: " in events
    assert {"Annotation", "Unexplained jump"} <= set(page.inner_text(".legend").split("\n"))
    marks = page.locator("figure svg").first.locator("[data-mark=rect] rect")
    assert marks.count() == 2


def test_a_shared_page_opens_without_a_key_and_shows_only_its_view(
    visits: Visits, service: Served
) -> None:
    visits.expected.append("401")
    page = loaded(visits.open(service, "#/channels/facebook"), "Facebook")
    shown = page.inner_text("#view")
    page.click("#share")
    page.click("#share-create")
    address = page.input_value("#share-address")
    reader = visits.open(service, key="")
    requests = []
    reader.on("request", lambda one: requests.append(one))
    reader.goto("about:blank")
    reader.goto(address)
    loaded(reader, "Facebook")
    screenshot(reader, "shared")

    assert reader.inner_text("#view") == shown
    assert reader.locator("#tabs a").all_inner_texts() == ["Channels"]
    assert "Read-only" in reader.inner_text("#account")
    assert not any("x-api-key" in one.headers for one in requests)
    reader.evaluate("location.hash = location.hash.replace('channels/facebook', 'models')")
    reader.locator("#problem", has_text="not part of the shared page").wait_for()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("no longer valid").wait_for()
    reader.goto("about:blank")
    reader.goto(address)
    reader.locator("#problem", has_text="expired or was revoked").wait_for()


def test_the_url_holds_what_is_typed_into_the_form_for_experiments(
    visits: Visits, service: Served
) -> None:
    page = loaded(visits.open(service, "#/experiments"), "Experiments")
    page.click("#register summary")
    page.select_option("#experiment-form", "effect")
    page.select_option("[name=tested]", "google_ads/click/paid")
    page.fill("[name=name]", "Spring & summer")
    page.fill("#register [name=from]", "2026-03-01")
    page.fill("[name=low]", "-2.5")
    page.wait_for_url(re.compile("form.open=yes.*form.low=-2.5"))

    page.reload()

    loaded(page, "Experiments")
    assert page.input_value("#experiment-form") == "effect"
    assert page.input_value("[name=tested]") == "google_ads/click/paid"
    assert page.input_value("[name=name]") == "Spring & summer"
    assert page.input_value("#register [name=from]") == "2026-03-01"
    assert page.input_value("[name=low]") == "-2.5"
    page.select_option("#language", "de")
    loaded(page, "Experimente")
    assert page.input_value("[name=low]") == "-2.5"
    page.click("#register summary")
    page.wait_for_url(re.compile("form.open=no"))
    page.reload()
    loaded(page, "Experimente")
    assert page.locator("#register[open]").count() == 0


def test_experiments_can_be_shared_without_the_form(visits: Visits, service: Served) -> None:
    typed = "form.open=yes&form.name=Secret"
    page = loaded(visits.open(service, f"#/experiments?{typed}"), "Experiments")
    page.click("#share")
    page.click("#share-create")
    address = page.input_value("#share-address")
    reader = visits.open(service, key="")
    reader.goto("about:blank")
    reader.goto(address)
    loaded(reader, "Experiments")

    assert "Secret" not in address
    assert reader.inner_text("#view .answer") == page.inner_text("#view .answer")
    assert reader.locator("#tabs a").all_inner_texts() == ["Experiments"]
    assert reader.locator("#register").count() == 0


GERMAN_VIEWS = {
    "overview": "Übersicht",
    "channels": "Kanäle",
    "channels/facebook": "Facebook",
    "followers": "Follower",
    "virality": "Verbreitung",
    "search": "Suche",
    "dialogue": "Dialog",
    "compare": "Like oder Klick",
    "models": "Modelle",
    "plan": "Plan",
    "experiments": "Experimente",
    "data": "Daten",
}


@pytest.mark.parametrize("fragment", GERMAN_VIEWS)
def test_the_german_page_shows_no_code_in_english(windows: Windows, fragment: str) -> None:
    page = windows.show(f"#/{fragment}?lang=de", GERMAN_VIEWS[fragment])
    page.evaluate("document.querySelectorAll('#view code').forEach((one) => one.remove())")
    text = page.inner_text("#view")
    screenshot(page, f"{fragment.replace('/', '-')}-german")

    shown = [
        one for one in (*codes.CODES.values(), *codes.PROBLEMS.values()) if one.meaning in text
    ]
    assert shown == []
    assert not re.search(r"\b[a-z]+(_[a-z]+)+\b", text), text


def test_charts_and_answers_can_be_downloaded_as_csv(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/channels"), "Channels")
    page.click("figure .numbers > summary")
    with page.expect_download() as started:
        page.click("figure .numbers button")
    table = started.value.path().read_text()
    page.click("#export")
    with page.expect_download() as answered:
        page.get_by_role("button", name="Return of channels").first.click()

    channels = service.call("GET", "/v1/roi", service.key)["channels"]
    known = [one for one in channels if one["roi"]["estimate"] is not None]
    lines = table.splitlines()
    assert lines[0].startswith("Channel,Spend,Incremental conversions,")
    assert len(lines) == 1 + len(known)
    best = max(known, key=lambda one: one["roi"]["estimate"])
    assert str(best["incremental_roas"]["estimate"]) in lines[1]
    assert answered.value.path().read_text().startswith("channel,cost,")


def test_comparisons_follow_the_choice_and_the_matrix(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/compare"), "Like vs. click")
    assert page.inner_text("#view .answer").startswith("100 Facebook likes are worth")
    requests = api_requests(page)

    page.select_option("#compare-one", "twitter/share")

    page.locator("#view .answer", has_text="X (Twitter) shares").wait_for()
    assert any("engagement=twitter" in path for path in requests)
    page.locator(".matrix td a").first.click()
    page.wait_for_url(re.compile("a=amazon"))
    loaded(page, "Like vs. click")
    assert "Amazon reviews" in page.inner_text("#view .answer")


def test_claims_of_a_platform_are_next_to_what_was_incremental(
    visits: Visits, service: Served
) -> None:
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)
    report = (
        "Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value\n"
        f"{day},Spring,EUR,900,30,18.00,77,4321.00\n"
    )
    made = service.call("POST", "/v1/imports", service.key, {"filename": "ads.csv"}, status=201)
    service.upload(made["upload"]["url"], report.encode())
    page = visits.open(service, f"#/imports/{made['id']}")
    page.locator("#import-state", has_text="Imported").wait_for()
    page.evaluate("location.hash = '#/channels/google_ads'")
    loaded(page, "Google Ads")

    claims = page.locator(
        "section", has=page.get_by_role("heading", name="What the platform claims")
    )
    text = claims.inner_text()
    assert re.search(r"ads\.csv\s+.*\s+77\s+4,321 EUR", text), text
    caused = next(
        one["incremental_conversions"]["estimate"]
        for one in service.call("GET", "/v1/roi", service.key)["channels"]
        if one["channel"] == "google_ads"
    )
    assert f"{caused:,.0f} (" in text


def test_an_experiment_is_registered_used_by_the_next_fit_and_compared_with_the_model(
    visits: Visits, service: Served
) -> None:
    day = service.call("GET", "/v1/roi", service.key)["to"]
    page = loaded(
        visits.open(service, "#/experiments?form.tested=google_ads/click/paid"), "Experiments"
    )
    page.fill("[name=name]", "Lift <b>test</b>")
    for name, value in {"from": day, "to": day, "engagements": "2000"}.items():
        page.fill(f"#register [name={name}]", value)
    for arm, converted in (("treated", "1800"), ("control", "100")):
        page.fill(f"[name={arm}_people]", "20000")
        page.fill(f"[name={arm}_conversions]", converted)
        page.fill(f"[name={arm}_converters]", converted)
    page.click("#register button:has-text('Register')")
    page.locator(".row", has_text="Lift <b>test</b>").wait_for()
    assert "does not use this experiment" in page.inner_text(".row")
    summary = page.inner_text("#view .answer")
    assert summary == "1 experiment is registered. None has been compared with the model yet."

    page.click("#tabs a:has-text('Data')")
    loaded(page, "Data")
    page.click("#request-fit")
    page.get_by_text("Fit: Done").wait_for(timeout=60_000)
    page.click("#tabs a:has-text('Experiments')")
    loaded(page, "Experiments")
    screenshot(page, "experiments-contradiction")

    row = page.inner_text(".row")
    assert "The experiment contradicts the model" in row
    assert page.locator(".row figure svg").count() == 1
    assert violations(page) == []
