"""DELETE /v1/users/{user_id} and its receipts."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest
from chalice.app import Request

from chalicelib import wiring
from chalicelib.api.views import erasure_views as views
from chalicelib.model.events import Engagement
from tests.api.conftest import Caller, invalid_fields
from tests.conftest import Cloud
from tests.factories import make_event, recently

pytestmark = pytest.mark.usefixtures("short_retention")


def delete(caller: Caller, user_id: str) -> Any:
    return caller.call("DELETE", f"/v1/users/{user_id}")


def known() -> set[str | None]:
    """Return the hashes of people with stored events."""
    today = dt.datetime.now(dt.UTC).date()
    found = wiring.store("acme").iter_events(today - dt.timedelta(days=2), today)
    return {event.user_id for event in found if isinstance(event, Engagement)}


def send(sender: Caller, *user_ids: str) -> None:
    events = [make_event(user_id=one, occurred_at=recently(days=1)) for one in user_ids]
    assert sender.events(*events).status_code == 200


def test_erasing_a_person_returns_a_receipt(admin: Caller, sender: Caller) -> None:
    send(sender, "anna@example.org", "Anna@example.org ", "ben")
    answer = delete(admin, "anna%40example.org")
    receipt = answer.json_body
    assert answer.status_code == 200
    assert (receipt["state"], receipt["events"], receipt["uploads"]) == ("done", 2, 0)
    assert receipt["person"] == wiring.store("acme").user_hash("anna@example.org")
    assert known() == {None, wiring.store("acme").user_hash("ben")}
    assert admin.get(answer.headers["Location"]).json_body == receipt
    assert admin.get("/v1/erasures").json_body == {"erasures": [receipt], "next": None}
    table = admin.get("/v1/erasures", accept="text/csv").body.decode().splitlines()
    assert table[0] == ",".join(receipt)
    send(sender, "anna@example.org")
    assert known() == {None, wiring.store("acme").user_hash("ben")}


@pytest.mark.parametrize(
    ("user_id", "path"),
    [
        ("a+b@example.org", "a+b@example.org"),
        ("a+b@example.org", "a%2Bb%40example.org"),
        ("crm/17", "crm%2F17"),
        ("M\u00fcller 7", "M%C3%BCller%207"),
        ("100%", "100%25"),
        ("%41", "%2541"),
        ("receipts", "receipts"),
    ],
)
def test_an_id_can_be_sent_encoded_or_plain(
    admin: Caller, sender: Caller, user_id: str, path: str
) -> None:
    send(sender, user_id)
    assert delete(admin, path).json_body["events"] == 1


@pytest.mark.parametrize(
    ("parameter", "sent", "user_id"),
    [
        ("a@b.c", "/v1/users/a%40b.c", "a@b.c"),
        ("a%40b.c", "/v1/users/a%40b.c", "a@b.c"),
        ("a%40b.c", "/v1/users/a%2540b.c", "a%40b.c"),
        ("a%40b.c", None, "a@b.c"),
        ("a@b.c", None, "a@b.c"),
        ("100%", "/v1/users/100%25", "100%"),
    ],
)
def test_an_id_that_the_gateway_has_decoded_is_not_decoded_twice(
    parameter: str, sent: str | None, user_id: str
) -> None:
    context = {"httpMethod": "DELETE", "resourcePath": "/v1/users/{user_id}", "path": sent}
    request = Request(
        {
            "requestContext": context,
            "headers": {},
            "multiValueQueryStringParameters": None,
            "pathParameters": {"user_id": parameter},
            "body": None,
            "stageVariables": None,
            "isBase64Encoded": False,
        }
    )
    assert views._decoded(parameter, request) == user_id


@pytest.mark.parametrize(
    ("path", "code"), [("%20", "too_short"), ("x" * 257, "too_long"), ("%FF", "invalid_format")]
)
def test_an_invalid_user_id_is_rejected(admin: Caller, path: str, code: str) -> None:
    assert invalid_fields(delete(admin, path)) == [("/user_id", code)]


def test_a_long_erasure_continues_with_the_next_request(
    admin: Caller, sender: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(sender, "ben")
    ticks = itertools.count()
    monkeypatch.setattr(
        "chalicelib.api.views.erasure_views.time.monotonic",
        lambda: next(ticks) * views.REQUEST_SECONDS / 3,
    )
    answers = [delete(admin, "ben")]
    while answers[-1].status_code == 202:
        assert answers[-1].headers["Retry-After"] == "1"
        assert answers[-1].json_body["state"] == "running"
        assert len(answers) < 10
        answers.append(delete(admin, "ben"))
    assert len(answers) > 1
    assert answers[-1].json_body["events"] == 1
    assert len({one.json_body["id"] for one in answers}) == 1


def test_the_id_in_the_path_is_not_stored_or_logged(
    cloud: Cloud, admin: Caller, caplog: Any
) -> None:
    caplog.set_level("DEBUG", logger="chalicelib")
    delete(admin, quote("canary@example.org"))
    delete(admin, "canary-user")
    ours = [record.getMessage() for record in caplog.records if "chalicelib" in record.name]
    assert "canary" not in json.dumps(cloud.items(), default=str) + "".join(ours)
