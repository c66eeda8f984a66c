"""GET and PATCH /v1/settings."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import wiring
from tests.api.conftest import JSON, Caller, invalid_fields


def change(caller: Caller, body: Any) -> HTTPResponse:
    return caller.call("PATCH", "/v1/settings", json.dumps(body).encode(), content_type=JSON)


def test_the_webhook_is_stored_and_shown_without_its_secret_path(admin: Caller) -> None:
    url = "https://hooks.example.org/services/T0/secret"
    answer = change(admin, {"webhook_url": url})
    assert answer.json_body["webhook_host"] == "hooks.example.org"
    assert "secret" not in answer.body.decode()
    assert wiring.store("acme").config.webhook_url == url
    assert change(admin, {"webhook_url": None}).json_body["webhook_host"] is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org",
        "https://",
        "https://name:word@hooks.example.org/",
        "https://hooks.example.org/x y",
        "https://hooks.example.org:99999/",
        "https://hooks.exämple.org/",
        "x" * 2001,
        7,
    ],
)
def test_an_unsafe_webhook_is_rejected(admin: Caller, url: Any) -> None:
    found = invalid_fields(change(admin, {"webhook_url": url}))
    assert [pointer for pointer, _ in found] == ["/webhook_url"]


def test_absent_settings_do_not_change(admin: Caller) -> None:
    change(admin, {"time_zone": "Europe/Berlin", "roles": {"facebook/click": "cause"}})

    answer = change(admin, {"country": "DE"})

    assert answer.status_code == 200
    shown = admin.get("/v1/settings").json_body
    assert shown == answer.json_body
    assert (shown["time_zone"], shown["country"]) == ("Europe/Berlin", "DE")
    assert shown["roles"] == {"facebook/click": "cause"}
    config = wiring.store("acme").items.config()
    assert config is not None
    assert (config.country, config.time_zone) == ("DE", "Europe/Berlin")
    assert change(admin, {"user_ids": "devices"}).json_body["user_ids"] == "devices"
    assert change(admin, {"user_ids": None}).json_body["user_ids"] is None
    assert change(admin, {"country": None, "roles": {}}).json_body["country"] is None
    assert admin.get("/v1/settings").json_body["roles"] == {}


def test_the_default_fit_window_is_a_setting(admin: Caller) -> None:
    def days() -> int:
        window = admin.post("/v1/fits", {}).json_body["window"]
        first, last = (dt.date.fromisoformat(window[end]) for end in ("from", "to"))
        return (last - first).days + 1

    assert days() == 180
    assert change(admin, {"fit_window_days": 90}).json_body["fit_window_days"] == 90
    assert days() == 90
    assert change(admin, {"fit_window_days": None}).json_body["fit_window_days"] == 180
    assert days() == 180


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"time_zone": "Mars/Base"}, "/time_zone", "unknown_value"),
        ({"time_zone": None}, "/time_zone", "unknown_value"),
        ({"country": "de"}, "/country", "unknown_value"),
        ({"country": 49}, "/country", "unknown_value"),
        ({"roles": ["cause"]}, "/roles", "wrong_type"),
        ({"roles": {"facebook/click": "bystander"}}, "/roles/facebook~1click", "unknown_value"),
        ({"roles": {"facebook/click": ["cause"]}}, "/roles/facebook~1click", "unknown_value"),
        ({"roles": {"Facebook": "cause"}}, "/roles/Facebook", "invalid_format"),
        ({"roles": {f"c{n}": "cause" for n in range(101)}}, "/roles", "too_long"),
        ({"user_ids": "cookies"}, "/user_ids", "unknown_value"),
        ({"fit_window_days": 27}, "/fit_window_days", "out_of_range"),
        ({"fit_window_days": 5000}, "/fit_window_days", "out_of_range"),
        ({"fit_window_days": True}, "/fit_window_days", "wrong_type"),
        ({"user_ids": ["people"]}, "/user_ids", "unknown_value"),
        ({"currency": "USD"}, "/currency", "unknown_field"),
    ],
)
def test_an_invalid_setting_changes_nothing(
    admin: Caller, body: dict[str, Any], pointer: str, code: str
) -> None:
    before = admin.get("/v1/settings").json_body

    response = change(admin, {"time_zone": "Asia/Tokyo"} | body)

    assert invalid_fields(response) == [(pointer, code)]
    assert admin.get("/v1/settings").json_body == before


def test_brand_terms_divide_the_queries_of_later_imports(admin: Caller) -> None:
    assert admin.get("/v1/settings").json_body["brand_terms"] == []

    changed = change(admin, {"brand_terms": [" Acme ", "akme"]})

    assert changed.json_body["brand_terms"] == ["Acme", "akme"]
    assert wiring.store("acme").config.brand_terms == ("Acme", "akme")
    assert change(admin, {"brand_terms": []}).json_body["brand_terms"] == []


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ("acme", ("/brand_terms", "wrong_type")),
        (None, ("/brand_terms", "wrong_type")),
        (["acme", 7], ("/brand_terms/1", "wrong_type")),
        (["  "], ("/brand_terms/0", "invalid_format")),
        (["x" * 61], ("/brand_terms/0", "invalid_format")),
        (["x"] * 51, ("/brand_terms", "too_long")),
    ],
)
def test_wrong_brand_terms_are_named(admin: Caller, terms: Any, found: tuple[str, str]) -> None:
    assert list(invalid_fields(change(admin, {"brand_terms": terms}))) == [found]
