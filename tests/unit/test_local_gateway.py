"""Chalice's routing behind the local server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.app import Chalice, Response, UnauthorizedError

from chalicelib.local.exchanges import Request
from chalicelib.local.gateway import ChaliceGateway


def _app() -> Chalice:
    app = Chalice("routes")
    app.log.disabled = True

    @app.route("/people/{name}", methods=["GET", "DELETE"])
    def person(name: str) -> dict[str, str]:
        return {"name": name}

    @app.route("/created", methods=["POST"])
    def create() -> Response:
        return Response("a,b\n", {"Content-Type": "text/csv", "X-One": ["1", "2"]}, 201)

    @app.route("/broken")
    def fail() -> dict[str, str]:
        raise RuntimeError("secret detail")

    @app.route("/closed")
    def close() -> dict[str, str]:
        raise UnauthorizedError("no")

    return app


@pytest.fixture(scope="module")
def gateway() -> ChaliceGateway:
    return ChaliceGateway(_app())


def _ask(
    gateway: ChaliceGateway, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    response = gateway.answer(Request(method, target, sent, body))
    told = response.body.decode()
    names = dict(response.headers)
    is_json = "json" in names.get("Content-Type", "")
    return response.status, names, json.loads(told) if is_json else told


@pytest.mark.parametrize("target", ["/nowhere", "/people", "/people/a/b", "//people/a", "*", ""])
def test_an_unknown_path_is_a_problem(gateway: ChaliceGateway, target: str) -> None:
    status, headers, body = _ask(gateway, "GET", target, authorization="Bearer ü")
    assert (status, body["code"]) == (404, "not_found")
    assert headers["Content-Type"] == "application/problem+json"


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(gateway: ChaliceGateway) -> None:
    status, headers, body = _ask(gateway, "PUT", "/people/anna")
    assert (status, body["code"]) == (405, "method_not_allowed")
    assert headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


def test_options_names_the_methods(gateway: ChaliceGateway) -> None:
    status, headers, body = _ask(gateway, "OPTIONS", "/created")
    assert (status, headers["Allow"], body) == (204, "OPTIONS, POST", "")


def test_head_is_answered_by_the_view_of_get(gateway: ChaliceGateway) -> None:
    status, _, body = _ask(gateway, "HEAD", "/people/anna")
    assert (status, body) == (200, {"name": "anna"})


@pytest.mark.parametrize("name", ["a;b", "a#b"])
def test_no_part_of_a_path_is_dropped(gateway: ChaliceGateway, name: str) -> None:
    _, _, body = _ask(gateway, "DELETE", f"/people/{name}")
    assert body["name"] in (name, name.replace(";", "%3B").replace("#", "%23"))


def test_status_and_every_header_of_a_view_arrive(gateway: ChaliceGateway) -> None:
    response = gateway.answer(Request("POST", "/created", {}, b"{}"))
    assert (response.status, response.body) == (201, b"a,b\n")
    assert ("Content-Type", "text/csv") in response.headers
    assert [value for name, value in response.headers if name == "X-One"] == ["1", "2"]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [("/broken", 500, "internal_error"), ("/closed", 401, "unauthenticated")],
)
def test_an_error_that_chalice_shapes_becomes_a_problem(
    gateway: ChaliceGateway, target: str, status: int, code: str
) -> None:
    seen, headers, body = _ask(gateway, "GET", target)
    assert (seen, body["code"]) == (status, code)
    assert headers["Content-Type"] == "application/problem+json"
    assert "secret" not in json.dumps(body)


def test_a_wrong_content_type_is_a_problem(gateway: ChaliceGateway) -> None:
    status, _, body = _ask(gateway, "POST", "/created", b"x", content_type="text/plain")
    assert (status, body["code"]) == (415, "unsupported_media_type")
