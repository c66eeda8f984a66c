"""Chalice's routing behind the local server."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from chalicelib.api.calls import Call
from chalicelib.api.likeworth_app import LikeworthApp
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Routes
from chalicelib.local.exchanges import Request
from chalicelib.local.gateway import MIN_COMPRESSED_BYTES, ChaliceGateway

views = Routes("people", "Made up.")


@views.route("GET", "/people/{name}", public=True)
def get_person(_call: Call, name: str) -> Answer:
    return Answer({"name": name})


@views.route("DELETE", "/people/{name}", public=True)
def delete_person(_call: Call, name: str) -> Answer:
    return Answer({"name": name})


@views.route("POST", "/created", public=True, media_type="text/csv")
def post_created(_call: Call) -> Answer:
    return Answer("a,b\n", headers={"X-One": ["1", "2"]}, status=201)


@views.route("GET", "/broken", public=True)
def get_broken(_call: Call) -> Answer:
    raise RuntimeError("secret detail")


@pytest.fixture(scope="module")
def gateway() -> ChaliceGateway:
    return ChaliceGateway(LikeworthApp("routes", views))


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


def test_an_unsupported_method_is_a_problem_that_lists_the_supported_ones(
    gateway: ChaliceGateway,
) -> None:
    status, headers, body = _ask(gateway, "PUT", "/people/anna")
    assert (status, body["code"]) == (405, "method_not_allowed")
    assert headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


def test_options_lists_the_methods(gateway: ChaliceGateway) -> None:
    status, headers, body = _ask(gateway, "OPTIONS", "/created")
    assert (status, headers["Allow"], body) == (204, "OPTIONS, POST", "")


def test_head_is_answered_by_the_view_of_get(gateway: ChaliceGateway) -> None:
    status, _, body = _ask(gateway, "HEAD", "/people/anna")
    assert (status, body) == (200, {"name": "anna"})


def test_a_long_answer_is_compressed_for_clients_that_accept_it(gateway: ChaliceGateway) -> None:
    name = "a" * MIN_COMPRESSED_BYTES
    accepting = {"accept-encoding": "br, gzip"}
    plain = gateway.answer(Request("GET", f"/people/{name}", {}))
    compressed = gateway.answer(Request("GET", f"/people/{name}", accepting))
    short = gateway.answer(Request("GET", "/people/anna", accepting))
    assert ("Content-Encoding", "gzip") in compressed.headers
    assert ("Vary", "Accept-Encoding") in compressed.headers
    assert gzip.decompress(compressed.body) == plain.body
    assert all(name != "Content-Encoding" for name, _ in (*plain.headers, *short.headers))


@pytest.mark.parametrize("name", ["a;b", "a#b"])
def test_no_part_of_a_path_is_dropped(gateway: ChaliceGateway, name: str) -> None:
    _, _, body = _ask(gateway, "DELETE", f"/people/{name}")
    assert body["name"] in (name, name.replace(";", "%3B").replace("#", "%23"))


def test_status_and_all_headers_of_a_view_are_sent(gateway: ChaliceGateway) -> None:
    response = gateway.answer(Request("POST", "/created", {}, b"{}"))
    assert (response.status, response.body) == (201, b"a,b\n")
    assert ("Content-Type", "text/csv") in response.headers
    assert [value for name, value in response.headers if name == "X-One"] == ["1", "2"]


def test_an_unexpected_error_is_a_problem_without_its_details(gateway: ChaliceGateway) -> None:
    status, headers, body = _ask(gateway, "GET", "/broken")
    assert (status, body["code"]) == (500, "internal_error")
    assert headers["Content-Type"] == "application/problem+json"
    assert "secret" not in json.dumps(body)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH"])
def test_allow_lists_only_supported_methods(gateway: ChaliceGateway, method: str) -> None:
    status, headers, _ = _ask(gateway, method, "/created")
    assert (status, headers["Allow"]) == (405, "OPTIONS, POST")
