"""The Python client against a running service."""

from __future__ import annotations

import pytest

from chalicelib.client import Likeworth, Problem, Unreachable
from chalicelib.client.api_client import KEY_VARIABLE, URL_VARIABLE
from tests.integrations.conftest import Service


def test_answers_are_those_of_the_api(service: Service) -> None:
    brand = service.client()
    roi = brand.roi(goal="purchase")
    assert {one["channel"] for one in roi["channels"]} == {"facebook", "google_ads"}
    assert roi == brand.get("/v1/roi", goal="purchase")
    found = brand.equivalence("facebook/like", "google_ads/click")
    assert found["baseline"]["paid"] is True
    pairs = brand.equivalences(goal="purchase")
    assert pairs == brand.get("/v1/equivalences", goal="purchase")
    assert {"facebook/like", "google_ads/click"} <= set(pairs["types"])
    assert brand.audiences() == brand.get("/v1/audiences")
    assert brand.virality() == brand.get("/v1/virality")
    assert brand.dialogue() == brand.get("/v1/dialogue")
    assert brand.dialogue_sample(5, end="2026-03-14") == brand.get(
        "/v1/dialogue/sample", n=5, end="2026-03-14"
    )
    assert brand.search_effects() == brand.get("/v1/search-effects")
    assert brand.response_curves() == brand.get("/v1/response-curves")
    assert brand.plan(days=14) == brand.send("POST", "/v1/plans", {"days": 14})
    designed = brand.design(channel="google_ads", days=28)
    assert designed == brand.get("/v1/experiments/design", channel="google_ads", days=28)
    read = brand.switchback("google_ads", "2026-01-05", days=28)
    assert read == brand.get(
        "/v1/experiments/switchback", channel="google_ads", first_day="2026-01-05", days=28
    )
    assert brand.attribution(model="last")["models"] == ["last"]
    assert brand.coverage()["sources"] is not None
    codes = {one["code"] for one in brand.codes()["codes"]}
    for one in brand.engagements()["engagements"]:
        assert {code.partition(":")[0] for code in one["reasons"] + one["warnings"]} <= codes


def test_start_and_end_become_from_and_to(service: Service) -> None:
    whole = service.client().decomposition()
    days = service.client().decomposition(start=whole["from"], end=whole["from"])
    assert [one["date"] for one in days["days"]] == [whole["from"]]


def test_a_table_has_one_row_per_engagement_type(service: Service) -> None:
    brand = service.client()
    rows = brand.rows("/v1/engagements")
    assert [(one["channel"], one["type"]) for one in rows] == [
        (one["channel"], one["type"]) for one in brand.engagements()["engagements"]
    ]


def test_a_rejected_request_is_a_problem_with_its_code(service: Service) -> None:
    with pytest.raises(Problem) as raised:
        service.client().roi(goal="wish")
    assert (raised.value.status, raised.value.errors[0]["pointer"]) == (400, "/goal")
    assert "wish" in str(raised.value)
    with pytest.raises(Problem) as raised:
        Likeworth(service.url, "lw_acme.x.y").roi()
    assert (raised.value.status, raised.value.code) == (401, "unauthenticated")
    with pytest.raises(Problem) as raised:
        service.client().send("POST", "/v1/fits", {})
    assert (raised.value.status, raised.value.code) == (403, "forbidden")


def test_pages_are_followed_to_the_end(service: Service) -> None:
    admin = Likeworth(service.url, service.admin_key)
    made = {admin.send("POST", "/v1/links", {"path": "/v1/roi"})["id"] for _ in range(3)}
    assert {one["id"] for one in admin.pages("/v1/links", "links", limit=2)} == made


def test_a_service_that_does_not_run_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Likeworth("http://127.0.0.1:9", "key").roi()


def test_address_and_key_come_from_the_environment(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, service.url)
    monkeypatch.setenv(KEY_VARIABLE, service.key)
    assert Likeworth().roi()["goal"] == "purchase"
    assert service.key not in repr(Likeworth())
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(ValueError, match=KEY_VARIABLE):
        Likeworth()


@pytest.mark.parametrize("url", ["http://api.example.org", "ftp://x", "api.example.org"])
def test_a_key_is_not_sent_without_encryption(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Likeworth(url, "key")
