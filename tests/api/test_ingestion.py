"""POST /v1/events: accepted and rejected bodies and events."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest

from chalicelib import wiring
from tests.api.conftest import Caller, invalid_fields, problem, rejected
from tests.conftest import Cloud, session
from tests.factories import make_event, money, recently
from tests.faulty import FaultySession, scripted, unreachable

NDJSON = "application/x-ndjson"


def event(**over: Any) -> dict[str, Any]:
    return make_event(**({"occurred_at": recently(days=1)} | over))


def stored() -> int:
    today = dt.datetime.now(dt.UTC).date()
    return len(list(wiring.store("acme").iter_events(today - dt.timedelta(days=2), today)))


def test_events_are_accepted_and_stored(sender: Caller) -> None:
    response = sender.events(event(), event())
    assert response.status_code == 200
    assert response.json_body == {"accepted": 2, "rejected": []}
    assert stored() == 2


def test_half_of_a_surrogate_pair_is_rejected_without_losing_the_other_events(
    sender: Caller,
) -> None:
    response = sender.events(event(), event(event_id="\ud800"))

    assert response.status_code == 200
    assert response.json_body["accepted"] == 1
    assert [one["index"] for one in response.json_body["rejected"]] == [1]
    response.body.decode()


def test_if_all_events_are_rejected_the_problem_lists_them(sender: Caller) -> None:
    response = sender.events({}, 5, None)
    found = problem(response)
    assert (found["status"], found["code"], found["accepted"]) == (422, "all_events_refused", 0)
    assert [one["index"] for one in found["rejected"]] == [0, 1, 2]
    assert [one["pointer"] for one in found["errors"]] == ["/events/0", "/events/1", "/events/2"]


def test_amounts_are_not_rounded(sender: Caller) -> None:
    body = json.dumps({"events": [event(cost=money("AMOUNT"))]})
    exact = body.replace('"AMOUNT"', "123456789012345.12345678").encode()
    assert sender.post("/v1/events", exact).json_body["accepted"] == 1
    today = dt.datetime.now(dt.UTC).date()
    (found,) = wiring.store("acme").iter_events(today - dt.timedelta(days=1), today)
    assert str(found.cost.amount) == "123456789012345.12345678"  # type: ignore[union-attr]


# --- NDJSON -----------------------------------------------------------------------------------


def test_each_line_of_ndjson_is_parsed_separately(sender: Caller) -> None:
    lines = [
        json.dumps(event()).encode(),
        b'{"kind": ',
        b"",
        b'{"kind": "\xff"}',
        b'{"kind": "cost", "kind": "cost"}',
        json.dumps(event(content_id="a\u2028b"), ensure_ascii=False).encode(),
        b"7\r",
    ]
    response = sender.post("/v1/events", b"\n".join(lines) + b"\n", content_type=NDJSON)
    assert response.json_body["accepted"] == 2
    assert [(one["index"], one["code"]) for one in response.json_body["rejected"]] == [
        (1, "malformed_json"),
        (2, "malformed_json"),
        (3, "malformed_json"),
        (5, "wrong_type"),
    ]


# --- bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"[" * 40 + b'"' + b'\\"' * 450_000, b'["' * 300_000, b"[\\" * 300_000]
)
def test_a_body_designed_to_be_slow_is_rejected_immediately(sender: Caller, body: bytes) -> None:
    begun = time.perf_counter()
    assert rejected(sender.post("/v1/events", body)) == (400, "malformed_json")
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b'{"events": {}}', "/events", "wrong_type"),
        (b'{"events": null}', "/events", "wrong_type"),
        (b'{"events": "x"}', "/events", "wrong_type"),
        (b'{"events": [], "event~/s": 1}', "/event~0~1s", "unknown_field"),
    ],
)
def test_a_body_of_the_wrong_shape_is_rejected(
    sender: Caller, body: bytes, pointer: str, code: str
) -> None:
    assert invalid_fields(sender.post("/v1/events", body)) == [(pointer, code)]


def test_an_answer_does_not_grow_with_the_number_of_errors(sender: Caller) -> None:
    many = {f"x{number}": 1 for number in range(30_000)}
    as_fields = sender.post("/v1/events", many)
    as_events = sender.events(many, event(**many))
    for response in (as_fields, as_events):
        assert response.status_code in (400, 422)
        assert len(response.body) < 10_000


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=UTF-8", "Application/JSON", 'application/json;charset="utf-8"'],
)
def test_a_content_type_can_name_utf_8(sender: Caller, content_type: str) -> None:
    response = sender.post("/v1/events", {"events": []}, content_type=content_type)
    assert response.status_code == 200


def test_500_events_are_accepted_and_501_are_rejected(sender: Caller) -> None:
    events = [event() for _ in range(501)]
    assert sender.events(*events[:500]).json_body["accepted"] == 500
    assert rejected(sender.events(*events)) == (413, "body_too_large")
    lines = b"\n".join(json.dumps(one).encode() for one in events)
    response = sender.post("/v1/events", lines, content_type=NDJSON)
    assert rejected(response) == (413, "body_too_large")


# --- a store that fails -----------------------------------------------------------------------


def test_an_unavailable_store_is_503_with_the_indexes(
    cloud: Cloud, sender: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_WRITE_SECONDS", "1")
    dead = scripted(cloud.dynamodb, then=unreachable)
    wiring.use_session(FaultySession(session(), dead))
    response = sender.events(event(), {"event_id": "bad"}, event())
    found = problem(response)
    assert (found["status"], found["code"]) == (503, "store_unavailable")
    assert response.headers["Retry-After"] == "2"
    assert found["not_stored"] == [0, 2]
    assert found["accepted"] == 0
    assert [one["index"] for one in found["rejected"]] == [1]
