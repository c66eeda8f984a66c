"""POST /v1/virality/people: factors of people by the tenant's own ids, and their erasure."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import wiring
from tests.api.conftest import Caller, invalid_fields, rejected
from tests.conftest import Cloud
from tests.kept_fits import keep_fit
from tests.unit.test_share_spread import document

FIT_ID = "20260131T000000Z-00000001"
PATH = "/v1/virality/people"

pytestmark = pytest.mark.usefixtures("short_retention")


@pytest.fixture
def named(cloud: Cloud) -> str:
    """A fit that names Anna; returns her hash."""
    assert cloud
    store = wiring.store("acme")
    keep_fit(store, FIT_ID, document() | {"id": FIT_ID})
    anna: str = store.user_hash("anna@example.org")
    ben = store.user_hash("ben")
    people = [
        {"person": one, "shares": 9, "brought": 40, "factor": [4.0, 2.0, 7.0]}
        for one in (anna, ben)
    ]
    store.multipliers.put(FIT_ID, people)
    return anna


def people_of(answer: Any) -> list[str]:
    return [one["person"] for one in answer.json_body["multipliers"]["people"]]


def test_people_are_found_by_the_ids_of_the_tenant(admin: Caller, named: str) -> None:
    answer = admin.post(PATH, {"user_ids": ["Anna@example.org ", "zoe"]})

    anna, zoe = answer.json_body["people"]
    assert (anna["user_id"], anna["shares"], anna["brought"]) == ("Anna@example.org ", 9, 40)
    assert anna["factor"] == {"estimate": 4, "ci_low": 2, "ci_high": 7}
    assert (zoe["shares"], zoe["factor"]["estimate"]) == (None, None)
    assert answer.json_body["told_apart"] is True
    assert named in people_of(admin.get("/v1/virality"))


def test_only_an_admin_may_ask(reader: Caller, sender: Caller, named: str) -> None:
    assert named
    for caller in (reader, sender):
        assert rejected(caller.post(PATH, {"user_ids": ["anna"]})) == (403, "forbidden")


@pytest.mark.parametrize(
    ("user_ids", "pointer"),
    [
        ([], "/user_ids"),
        ("anna", "/user_ids"),
        (["a"] * 501, "/user_ids"),
        (["anna", 7], "/user_ids/1"),
        (["anna", "  "], "/user_ids/1"),
        (["x" * 257], "/user_ids/0"),
    ],
)
def test_other_lists_are_refused(admin: Caller, named: str, user_ids: Any, pointer: str) -> None:
    assert named
    assert [one[0] for one in invalid_fields(admin.post(PATH, {"user_ids": user_ids}))] == [pointer]


def test_an_erased_person_is_no_longer_named(admin: Caller, named: str) -> None:
    admin.call("DELETE", "/v1/users/anna%40example.org")

    assert named not in people_of(admin.get("/v1/virality"))
    assert len(people_of(admin.get("/v1/virality"))) == 1
    answer = admin.post(PATH, {"user_ids": ["anna@example.org"]})
    assert answer.json_body["people"][0]["factor"]["estimate"] is None


def test_an_older_fit_names_nobody(admin: Caller, named: str) -> None:
    older = "20260130T000000Z-00000001"
    keep_fit(wiring.store("acme"), older, document() | {"id": older})

    assert people_of(admin.get(f"/v1/virality?fit={older}")) == []
    assert named in people_of(admin.get(f"/v1/virality?fit={FIT_ID}"))
