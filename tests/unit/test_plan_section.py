"""The budget in the one-page report, and in the report of the terminal."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from chalicelib.cli.reporting import _planned
from chalicelib.client import Problem
from chalicelib.model.events import parse_event
from chalicelib.report.findings import Findings, Question, findings_of
from chalicelib.report.html_report import html_report
from chalicelib.report.plan_section import OLD_FIT, plan_section, words_of_tests
from chalicelib.report.terminal_report import terminal_report
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.unit.test_budget_plans import events_of

UNKNOWN = {"estimate": None, "ci_low": None, "ci_high": None}
HOSTILE = "<img src=x>"


WORTH_IT: dict[str, Any] = {"verdict": "worth_it", "reasons": []}


def make_plan(**over: Any) -> dict[str, Any]:
    """A plan that moves 62 euros from one channel to another; a third one waits for a test."""
    channels = [
        {"channel": "google_ads", "now": 300.0, "plan": 362.0, "frozen": False, "reasons": []},
        {"channel": "linkedin_ads", "now": 214.0, "plan": 152.0, "frozen": False, "reasons": []},
        {
            "channel": "meta_ads",
            "now": 240.0,
            "plan": 240.0,
            "frozen": True,
            "reasons": ["intent_confounding_suspected"],
        },
    ]
    plan = {
        "goal": "purchase",
        "days": 28,
        "currency": "EUR",
        "verdict": "move",
        "gain": {"estimate": 1310.0, "ci_low": 120.0, "ci_high": 2630.0},
        "gain_is_in": "currency",
        "chance_better": 0.999,
        "worst_5_percent": -40.0,
        "channels": channels,
        "next_euro": {"channel": "google_ads", "chance_best": 0.81, "verdict": "undecided"},
        "test_first": [
            {"channel": "meta_ads", "type": "click", "paid": True, "worth": 4100.0, **WORTH_IT},
            {"channel": "google_ads", "type": "click", "paid": True, "worth": 900.0, **WORTH_IT},
        ],
        "reasons": [],
        "warnings": ["revenue_is_not_margin"],
        "sentence": "Move 62.",
    }
    return plan | over


def make_findings(plan: dict[str, Any] | None) -> Findings:
    return Findings({}, {}, {}, {}, plan=plan)


def test_a_plan_that_may_be_followed_shows_its_moves_its_gain_and_the_tests() -> None:
    section = plan_section(make_findings(make_plan()))

    assert '<p class="big">Move 62.</p>' in section
    assert "<caption>Spend per day in EUR</caption>" in section
    assert section.count("&uarr; 62.00") == 1
    assert section.count("&darr; 62.00") == 1
    assert "EUR 1,310<small>120 to 2,630" in section
    assert "more than 99 of 100 cases" in section
    assert "Undecided<small>Google Ads in 81 of 100 cases" in section
    assert "EUR -40.00" in section
    assert section.index("Paid Meta Ads clicks: worth EUR 4,100") < section.index("EUR 900")
    assert "Meta Ads: Purchase intent suspected" in section
    assert "Caution: Revenue is not margin." in section


@pytest.mark.parametrize("verdict", ["stay", "test_first", "not_estimable"])
def test_a_plan_that_may_not_be_followed_shows_no_moves(verdict: str) -> None:
    """Even if its channels have other amounts than today, as with another budget."""
    section = plan_section(make_findings(make_plan(verdict=verdict)))

    assert "Move 62." in section
    assert "arr;" not in section
    assert "Spend per day" not in section
    assert "362" not in section
    assert "not proposed" in section
    assert "Paid Meta Ads clicks" in section


def test_what_was_not_compared_has_no_chance_and_no_gain() -> None:
    nothing = {"estimate": 0.0, "ci_low": 0.0, "ci_high": 0.0}
    for gain, chance in ((nothing, 0.0), (UNKNOWN, None)):
        section = plan_section(make_findings(make_plan(gain=gain, chance_better=chance)))
        assert "Gain" not in section
        assert "Better in" not in section


def test_conversions_without_a_value_have_no_currency() -> None:
    gain = {"estimate": 12.0, "ci_low": 3.0, "ci_high": 20.4}
    over = {"gain_is_in": "conversions", "gain": gain, "goal": "lead", "worst_5_percent": 1.0}

    section = plan_section(make_findings(make_plan(**over)))

    assert "12 leads<small>3 to 20" in section


def test_without_curves_or_costs_the_report_says_so_or_is_silent() -> None:
    assert OLD_FIT in plan_section(make_findings(None))
    assert plan_section(make_findings(make_plan(channels=[]))) == ""


def test_text_of_a_plan_cannot_become_markup() -> None:
    plan = make_plan(sentence=HOSTILE, currency=HOSTILE)
    plan["channels"][2] |= {"channel": HOSTILE, "reasons": [HOSTILE]}
    plan["next_euro"]["channel"] = plan["test_first"][0]["channel"] = HOSTILE

    assert "<img" not in plan_section(make_findings(plan))


@pytest.fixture(scope="module")
def fitted() -> FitDocument:
    return fit_events(
        map(parse_event, events_of("brand_search", 1, 300)),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )


def test_the_plan_is_in_both_reports(fitted: FitDocument) -> None:
    findings = findings_of(fitted, Question())
    assert findings.plan is not None
    sentence = findings.plan["sentence"]
    tests = words_of_tests(findings.plan)
    assert tests

    page, text = html_report(findings), terminal_report(findings)

    assert sentence in page
    budget = text[text.index("BUDGET") : text.index("WHAT WOULD HELP")]
    assert sentence in budget
    assert f"- {tests[0]}." in budget
    assert "Revenue is not margin" in budget


def test_the_report_of_an_earlier_fit_has_no_plan(fitted: FitDocument) -> None:
    earlier = copy.deepcopy(fitted)
    del earlier["goals"]["purchase"]["curves"]

    findings = findings_of(earlier, Question())

    assert findings.plan is None
    assert OLD_FIT in html_report(findings)
    assert "BUDGET" not in terminal_report(findings)


class Service:
    """Answers each request with a problem."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.asked: list[tuple[str, str]] = []

    def send(self, method: str, path: str, _body: Any) -> Any:
        self.asked.append((method, path))
        raise Problem(400, {"code": self.code})


@pytest.mark.parametrize("code", ["other_version", "not_found"])
def test_a_service_without_the_plan_is_no_failure(code: str) -> None:
    service = Service(code)

    assert _planned(service, {"fit": "a b", "goal": "lead"}) is None  # type: ignore[arg-type]
    assert service.asked == [("POST", "/v1/plans?fit=a+b&goal=lead")]


def test_other_problems_of_a_plan_are_not_hidden() -> None:
    with pytest.raises(Problem):
        _planned(Service("forbidden"), {})  # type: ignore[arg-type]


def test_a_test_that_cannot_be_run_says_why() -> None:
    refused = {
        "channel": "tiktok_ads",
        "type": "click",
        "paid": True,
        "worth": None,
        "verdict": "not_feasible",
        "reasons": ["effect_too_small_to_find"],
    }
    unknown = refused | {"verdict": "not_estimable", "reasons": ["people_unknown"]}

    lines = words_of_tests(make_plan(test_first=[unknown, refused]))

    assert lines[0].endswith(": worth unknown: people unknown")
    assert lines[1].endswith(": cannot be run: effect too small to find")
