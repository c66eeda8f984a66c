"""Every path answers every method: by its view, by HEAD and OPTIONS, or by a problem with Allow."""

from __future__ import annotations

import re

import pytest

import app
from chalicelib.api.likeworth_app import METHODS
from chalicelib.local.exchanges import Request
from chalicelib.local.gateway import ChaliceGateway
from tests.api.conftest import Caller, problem, refused

SERVED = {path: set(app.app.allowed(path)) for path in app.app.routes}


def concrete(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


@pytest.mark.parametrize("path", SERVED)
def test_what_a_path_has_not_is_refused_with_what_it_has(admin: Caller, path: str) -> None:
    assert set(app.app.routes[path]) == set(METHODS)
    for method in set(METHODS) - SERVED[path]:
        response = admin.call(method, concrete(path), b"{}")
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == SERVED[path]
        if method != "HEAD":
            assert problem(response)["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", [path for path in SERVED if "GET" in SERVED[path]])
def test_head_answers_as_get_does_without_the_body(admin: Caller, path: str) -> None:
    got, head = (admin.call(method, concrete(path)) for method in ("GET", "HEAD"))
    assert got.body
    assert head.body == b""
    assert (head.status_code, head.headers) == (got.status_code, got.headers)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH"])
def test_on_one_machine_the_methods_that_refuse_are_not_named(method: str) -> None:
    response = ChaliceGateway(app.app).answer(Request(method, "/v1/imports", {}))
    assert response.status == 405
    assert dict(response.headers)["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/v1", "/v2/roi", "/favicon.ico"])
def test_on_one_machine_an_unknown_path_is_a_problem(method: str, path: str) -> None:
    response = ChaliceGateway(app.app).answer(Request(method, path, {}))
    assert response.status == 404
    assert dict(response.headers)["Content-Type"] == "application/problem+json"


def test_a_key_is_not_asked_for_before_the_method_is_known(admin: Caller) -> None:
    response = admin.call("DELETE", "/v1/roi", x_api_key=None)
    assert refused(response) == (405, "method_not_allowed")
