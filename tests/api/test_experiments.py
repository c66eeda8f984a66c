"""Experiments by HTTP, and their use in a fit; goldens hold how they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from chalicelib import wiring
from chalicelib.services.experiments import analyse, parse_experiment
from chalicelib.services.fitting.fits import request_fit, run_fit
from chalicelib.services.ingest import record_events
from tests.api.conftest import Caller, problem
from tests.conftest import Cloud, session
from tests.experiments import make_effect, make_geo, make_holdout
from tests.factories import NOW, make_conversion, make_event
from tests.functions import SIMPLE, Functions

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 3, 10)


def broken(*_: Any) -> None:
    raise MemoryError


@pytest.fixture
def functions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """A separate function analyses the counts of geo tests."""
    made = Functions()
    made.take_calls(monkeypatch)
    monkeypatch.setenv("LIKEWORTH_ANALYSIS_FUNCTION", "AnalysisHandler")
    with mock_aws(config={"lambda": SIMPLE}):  # type: ignore[typeddict-item]
        wiring.use_session(session())
        yield made


def test_the_analysis_function_gives_the_same_result(
    functions: Functions, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = make_geo(experiment_id="geo")
    told = admin.post("/v1/experiments", raw)
    assert told.status_code == 201
    assert admin.post("/v1/experiments", make_holdout()).status_code == 201
    assert functions.calls == {("AnalysisHandler", None): 1}
    here = analyse(parse_experiment(raw, today=NOW.date()), now=NOW).experiment
    assert told.json_body["analysis"] == here.analysis


def test_an_invalid_geo_test_does_not_reach_the_analysis_function(
    functions: Functions, admin: Caller
) -> None:
    raw = make_geo()
    raw["treated_regions"] = list(raw["series"]["regions"])
    assert problem(admin.post("/v1/experiments", raw))["code"] == "invalid_fields"
    assert not functions.calls


def test_a_failed_analysis_stores_nothing(functions: Functions, admin: Caller) -> None:
    functions.before = broken
    failed = admin.post("/v1/experiments", make_geo(experiment_id="geo"))
    assert (failed.status_code, failed.json_body["code"]) == (500, "internal_error")
    assert admin.get("/v1/experiments").json_body["experiments"] == []
    functions.before = lambda *_: None
    assert admin.post("/v1/experiments", make_geo(experiment_id="geo")).status_code == 201


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
        ReadTimeoutError(endpoint_url="x"),
    ],
)
def test_an_unavailable_analysis_function_is_503(
    functions: Functions, admin: Caller, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def failing(**_: Any) -> None:
        raise fault

    monkeypatch.setattr(wiring.client("lambda"), "invoke", failing)
    failed = admin.post("/v1/experiments", make_geo(experiment_id="geo"))
    assert (failed.status_code, failed.json_body["code"]) == (503, "store_unavailable")
    assert admin.get("/v1/experiments").json_body["experiments"] == []


# --- a fit ------------------------------------------------------------------------------------


def events() -> list[dict[str, Any]]:
    """Ten weeks in which clicks lead to sales and likes do not."""
    made = []
    for offset in range((LAST - FIRST).days + 1):
        day = f"{FIRST + dt.timedelta(days=offset)}T12:00:00Z"
        clicks, likes = 40 + offset * 7 % 23, 100 + offset * 13 % 41
        sold = 10 + clicks // 5 + offset * 5 % 4
        click = {"channel": "google_ads", "type": "click", "paid": True}
        made += [
            make_event(event_id=f"l{offset}", occurred_at=day, count=likes),
            make_event(event_id=f"k{offset}", occurred_at=day, count=clicks, **click),
            make_conversion(event_id=f"c{offset}", occurred_at=day, count=sold),
        ]
    return made


def click_of(answer: dict[str, Any]) -> dict[str, Any]:
    (channel,) = (one for one in answer["channels"] if one["channel"] == "google_ads")
    (click,) = channel["engagements"]
    return {**click, "channel_method": channel["method"]}


def fit(caller: Caller, minutes: int) -> dict[str, Any]:
    store, now = wiring.store("acme"), NOW + dt.timedelta(minutes=minutes)
    header = request_fit(store, lambda _message: None, now=now, start=FIRST, end=LAST)
    run_fit(store, header.fit_id, now=now)
    return caller.get(f"/v1/fits/{header.fit_id}").json_body  # type: ignore[no-any-return]


def test_a_registered_experiment_narrows_the_interval(admin: Caller) -> None:
    assert record_events(wiring.store("acme"), events(), now=NOW)["rejected"] == []
    fit(admin, 0)
    before = click_of(admin.get("/v1/roi").json_body)
    admin.post("/v1/experiments", make_effect(experiment_id="lift"))
    fitted = fit(admin, 1)
    answer = admin.get("/v1/roi").json_body
    after = click_of(answer)

    assert before["method"] == "time_series"
    assert (after["method"], after["channel_method"]) == ("experiment", "experiment")
    one, other = (found["conversions_per_engagement"] for found in (before, after))
    assert other["ci_high"] - other["ci_low"] < one["ci_high"] - one["ci_low"]
    assert other["ci_high"] - other["ci_low"] < 2 * 1.96 * 0.02
    (record,) = fitted["diagnostics"]["purchase"]["experiments"]
    assert (record["id"], record["used"]) == ("lift", True)
    assert record["observational"]["estimate"] == pytest.approx(one["estimate"], rel=1e-4)
    assert answer["diagnostics"]["experiments"] == [record]
    compared = admin.get("/v1/equivalence").json_body
    assert compared["baseline"]["method"] == "experiment"


def test_a_part_of_the_window_has_an_answer_if_only_an_experiment_covers_the_type(
    admin: Caller,
) -> None:
    steady = [one for one in events() if one.get("channel") != "facebook"]
    for offset in range((LAST - FIRST).days + 1):
        day = f"{FIRST + dt.timedelta(days=offset)}T12:00:00Z"
        steady.append(make_event(event_id=f"s{offset}", occurred_at=day, count=50))
    record_events(wiring.store("acme"), steady, now=NOW)
    like = {"channel": "facebook", "type": "like", "paid": False}
    admin.post("/v1/experiments", make_effect(**like))

    fit(admin, 0)
    answer = admin.get("/v1/roi?from=2026-03-01&to=2026-03-10&channel=facebook").json_body

    (found,) = answer["channels"][0]["engagements"]
    assert (found["method"], found["reasons"]) == ("experiment", [])
    assert found["conversions_per_engagement"]["estimate"] == 0.2
