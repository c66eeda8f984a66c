"""The view Dialogue in Chromium, with the answers of a small brand and changed ones."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.conftest import Visits, loaded, screenshot
from tests.browser.test_audience_views import changed
from tests.browser.test_views import violations
from tests.served import Served

HOURS = "mon-fri/09:00-17:00/Europe/Berlin"
UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}


def test_without_messages_the_view_says_which_data_to_send(
    visits: Visits, empty_service: Served
) -> None:
    visits.expected.append("404")

    page = loaded(visits.open(empty_service, "#/dialogue"), "Dialogue")

    assert page.inner_text("#view .answer").startswith("No comments, mentions or reviews")
    assert page.locator("ol.steps li").count() == 3
    assert "parent_event_id" in page.inner_text("ol.steps")
    assert page.locator("figure").count() == 0
    assert page.get_by_role("link", name="Go to Data").get_attribute("href") == "#/data"
    assert violations(page) == []


def percent(share: float) -> str:
    """As the page shows it."""
    return f"{100 * share:.{1 if share < 0.1 else 0}f}".removesuffix(".0") + "%"


def test_the_dialogue_has_the_numbers_of_the_api(visits: Visits, service: Served) -> None:
    answer = service.call("GET", "/v1/dialogue", service.key)
    mood, response = answer["mood"], answer["response"]
    assert mood["method"] == "checked_here"
    storms = [one for one in answer["alarms"] if one["verdict"] == "shitstorm"]
    assert storms

    page = loaded(visits.open(service, "#/dialogue"), "Dialogue")

    sentence = page.inner_text("#view .answer")
    assert f"Of {response['criticism']:,} critical messages, " in sentence
    assert percent(response["within_24h"]["estimate"]) in sentence
    assert f"{response['waiting']} are still waiting" in sentence
    assert f"{percent(mood['negative']['estimate'])} (" in sentence
    cards = page.locator(".card").all_inner_texts()
    assert percent(mood["negative"]["estimate"]) in cards[0]
    assert f"{mood['missed_criticism']['estimate']:,.0f}" in cards[1]
    # what the classifier says is apart, without an interval
    apart = page.inner_text(".associated")
    assert percent(mood["classified"]["negative"]) in apart
    assert "(" not in apart
    rows = page.locator("#open-criticism tbody tr")
    assert rows.count() == min(len(answer["unanswered"]), 15)
    assert answer["unanswered"][0]["event_id"] in rows.first.inner_text()
    listed = page.locator("#unusual-days li").all_inner_texts()
    assert sum("Shitstorm" in one for one in listed) == len(storms)
    assert f"{storms[-1]['criticism']} of {storms[-1]['messages']} messages" in listed[0]
    weeks = page.locator("figure", has=page.get_by_text("by week", exact=False))
    weeks.locator(".numbers > summary").click()
    weeks.locator("tbody tr").first.wait_for()
    assert weeks.locator("tbody tr").count() == len(mood["by_week"])


def test_working_hours_and_the_range_are_in_the_url(visits: Visits, service: Served) -> None:
    page = loaded(visits.open(service, "#/dialogue"), "Dialogue")
    assert "In working hours" not in page.inner_text("#view")
    page.select_option("#range", "90")
    page.wait_for_url(re.compile("from="))
    loaded(page, "Dialogue")
    page.click("#hours > summary")
    page.fill("#hours-closes", "08:00")
    page.click("#hours-apply")
    page.get_by_text("must start before it ends").wait_for()
    page.fill("#hours-closes", "17:00")
    page.fill("#hours-zone", "Europe/Berlin")
    page.press("#hours-zone", "Enter")

    page.get_by_text("Monday to Friday, 09:00 to 17:00").wait_for()
    query = page.url.split("?")[1]
    assert f"hours={HOURS.replace('/', '%2F').replace(':', '%3A')}" in query
    answer = service.call("GET", f"/v1/dialogue?{query}", service.key)
    team = answer["response"]["team_hours"]["median_hours"]["estimate"]
    assert f"{team:.1f}".removesuffix(".0") in page.locator(".card").nth(2).inner_text()
    assert page.locator(".key.team").count() == 1
    assert page.input_value("#range") == "90"
    shown = page.inner_text("#view")
    page.reload()
    loaded(page, "Dialogue")
    assert page.inner_text("#view") == shown
    page.click("#hours > summary")
    page.click("#hours-remove")
    page.wait_for_url(lambda url: "hours" not in url)


def test_a_channel_is_chosen_and_kept_in_the_url(visits: Visits, service: Served) -> None:
    of_all = service.call("GET", "/v1/dialogue", service.key)
    page = loaded(visits.open(service, "#/dialogue"), "Dialogue")
    assert page.input_value("#dialogue-channel") == ""
    choices = page.locator("#dialogue-channel option").evaluate_all(
        "options => options.map((one) => one.value)"
    )
    channel = "facebook"
    assert channel in choices
    answer = service.call("GET", f"/v1/dialogue?channel={channel}", service.key)
    assert 0 < answer["volume"]["messages"] < of_all["volume"]["messages"]

    page.select_option("#dialogue-channel", channel)
    page.wait_for_url(re.compile(f"channel={channel}"))
    loaded(page, "Dialogue")

    assert page.input_value("#dialogue-channel") == channel
    assert f"Of {answer['response']['criticism']:,} critical messages, " in page.inner_text(
        "#view .answer"
    )
    assert violations(page) == []
    page.select_option("#dialogue-channel", "")
    page.wait_for_url(lambda url: "channel" not in url)
    loaded(page, "Dialogue")
    assert f"Of {of_all['response']['criticism']:,} critical messages, " in page.inner_text(
        "#view .answer"
    )


def test_messages_to_check_and_open_criticism_are_lists_of_ids(
    visits: Visits, service: Served
) -> None:
    answer = service.call("GET", "/v1/dialogue", service.key)
    page = loaded(visits.open(service, "#/dialogue"), "Dialogue")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Check messages by hand").click()
    page.select_option("#checks-size", "50")

    with page.expect_download() as started:
        page.click("#checks-download")

    head, *drawn = started.value.path().read_text().splitlines()
    assert head.startswith("event_id,occurred_at,channel,")
    assert len(drawn) == 50
    page.get_by_text("in your downloads").wait_for()
    page.locator("#open-criticism tbody button").first.click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == answer["unanswered"][0]["event_id"]
    page.get_by_role("button", name="Copy all ids").click()
    page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.includes('\\n'))",
    )
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [
        one["event_id"] for one in answer["unanswered"]
    ]
    with page.expect_download() as listed:
        page.locator("#open-criticism").get_by_role("button", name="Download CSV").click()
    assert len(listed.value.path().read_text().splitlines()) == 1 + len(answer["unanswered"])


def test_what_is_unknown_is_neither_zero_nor_all_clear(visits: Visits, service: Served) -> None:
    def nothing_known(body: dict[str, Any]) -> None:
        for name in ("negative", "neutral", "positive", "missed_criticism"):
            body["mood"][name] = UNKNOWN
        body["mood"] |= {"method": None, "reasons": ["no_checked_sentiment"], "warnings": []}
        body["mood"] |= {"checked": 0, "by_week": [], "needed": {"checked": 120}}
        body["mood"]["change"] |= {"negative": UNKNOWN, "verdict": "not_estimable"}
        for name in ("within_1h", "within_24h", "median_hours", "p90_hours"):
            body["response"][name] = UNKNOWN
        body["response"] |= {"reasons": ["no_replies_in_data"], "warnings": [], "curve": []}
        body["response"] |= {"answered": 0, "waiting": 0}
        body["unanswered"] = []
        for one in body["alarms"]:
            one |= {"verdict": None, "reasons": ["history_too_short"], "usual": None}
            one["usual_high"] = None

    page = changed(visits, service, "dialogue", nothing_known)
    page.locator("figure svg").first.wait_for()
    screenshot(page, "dialogue-unknown")

    cards = page.locator(".card").all_inner_texts()
    assert ["unknown" in one for one in cards] == [True] * 4
    text = page.inner_text("#view")
    assert "cannot be known from these data: No replies in the data" in text
    assert "Every critical message has a reply" not in text
    assert "No day was unusual" not in text
    assert "Whether a day is unusual cannot be known: History too short" in text
    assert "whose size is not known yet" in page.inner_text(".associated")
    # without checks, the form that leads to them is open
    assert "120 more checks" in page.inner_text("details.panel[open]")
    assert page.locator("ol.steps li").count() == 2
    page.select_option("#language", "de")
    loaded(page, "Dialog")
    assert "lässt sich aus diesen Daten nicht bestimmen" in page.inner_text("#view .answer")
    assert violations(page) == []


def test_competitors_and_a_change_of_mood_have_their_intervals(
    visits: Visits, service: Served
) -> None:
    def worse(body: dict[str, Any]) -> None:
        voices = [(None, 0.4), ("acme_corp", 0.6)]
        body["share_of_voice"] = [
            {
                "about": about,
                "messages": 100,
                "share": {"estimate": x, "ci_low": x - 0.1, "ci_high": x + 0.1},
                "reasons": [],
            }
            for about, x in voices
        ]
        change = {"estimate": 0.12, "ci_low": 0.05, "ci_high": 0.19}
        body["mood"]["change"] |= {"negative": change, "verdict": "worse", "reasons": []}
        for one in body["alarms"]:
            one["contents"] = ["<b>post</b>"]

    page = changed(visits, service, "dialogue", worse)

    voices = page.locator("figure", has=page.get_by_text("Share of all messages"))
    voices.locator("svg").wait_for()
    label = voices.locator("svg").get_attribute("aria-label")
    assert label == "Your brand: 40% (30% to 50%); Acme corp: 60% (50% to 70%)"
    text = page.inner_text("#view")
    assert "changed by +12 (+5 to +19) percentage points" in text
    assert "more criticism than before" in text
    assert "<b>post</b>" in page.inner_text("#unusual-days")
    assert violations(page) == []
