"""A tenant with every kind of resource, and two other tenants that must not see them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import wiring
from chalicelib.services.privacy import erasures
from chalicelib.services.totals.day_totals import derive_day
from tests.api.conftest import JSON, Caller, caller, client
from tests.api.test_answers import FIT_ID, document
from tests.api.test_imports import BAD, GOOD, HEAD, OWN, Uploads
from tests.conftest import BUCKET, Cloud
from tests.experiments import make_holdout
from tests.factories import make_event, recently
from tests.kept_fits import keep_fit
from tests.unit.test_workers import arrived

__all__ = ["client", "document"]  # fixtures


@dataclass
class Mine:
    """A tenant with every kind of resource.

    Attributes
    ----------
    ids : dict
        Name in a path -> the id of one of the tenant's resources.
    marks : tuple of str
        Texts in the tenant's resources that no answer to a stranger may contain.
    """

    admin: Caller
    stranger: Caller
    newcomer: Caller
    cloud: Cloud
    ids: dict[str, str]
    event: dict[str, Any]
    marks: tuple[str, ...]

    def stored(self) -> tuple[list[str], dict[str, str]]:
        """Return all current items and objects of the tenant."""
        own = [one for one in self.cloud.items() if one["pk"]["S"].startswith("acme#")]
        pages = self.cloud.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        objects = [one for page in pages for one in page.get("Contents", [])]
        return (
            sorted(json.dumps(one, sort_keys=True, default=str) for one in own),
            {one["Key"]: one["ETag"] for one in objects if "/acme/" in one["Key"]},
        )


@pytest.fixture
def mine(
    client: Client, cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Mine:
    """Create two resources of each listed kind, so that every list has a second page."""
    return build(client, cloud, document, monkeypatch)


def build(
    client: Client, cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Mine:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", "5")  # erasing looks at every day
    monkeypatch.setattr(erasures, "LATE_DAYS", 0)
    admin = caller(client, "admin")
    event = make_event(event_id="of-mine", user_id="anna@example.org", occurred_at=recently(days=1))
    comment = make_event(
        event_id="mine-secret-comment",
        type="comment",
        content_id="mine-secret",
        sentiment=-0.9,
        occurred_at=recently(days=3),
    )
    assert admin.events(event, comment).status_code == 200
    uploads = Uploads(cloud, admin)
    for _ in range(2):
        import_id = uploads.announce(filename="mine-secret.csv")
        rows = "\n".join([HEAD, GOOD, BAD, BAD.replace("nine", "many"), ""]).encode()
        uploads.work(arrived(cloud, f"imports/acme/{import_id}/mine-secret.csv", rows))
        assert admin.get(f"/v1/imports/{import_id}").json_body["rejected"] == 2
    mapping = json.dumps(OWN).encode()
    for name in ("of-mine-own", "of-mine-too"):
        answer = admin.call("PUT", f"/v1/mappings/{name}", mapping, content_type=JSON)
        assert answer.status_code == 201
    settings = b'{"roles":{"mine_secret":"cause"}}'
    answer = admin.call("PATCH", "/v1/settings", settings, content_type=JSON)
    assert answer.status_code == 200
    for number in (1, 2):
        test = make_holdout(experiment_id=f"test-{number}", name="mine-secret")
        assert admin.post("/v1/experiments", test).status_code == 201
    fits = [admin.post("/v1/fits", {}).json_body["id"] for _ in range(2)]
    keep_fit(wiring.store("acme"), FIT_ID, document)
    person = {"person": "mine-secret", "shares": 9, "brought": 40, "factor": [4.0, 2.0, 7.0]}
    wiring.store("acme").multipliers.put(document["id"], [person])
    store = wiring.store("acme")
    for one in (event, comment):
        day = dt.datetime.fromisoformat(one["occurred_at"]).date()
        for shard in range(store.config.shards):
            derive_day(store, day, shard, now=dt.datetime.now(dt.UTC))
    receipts = [
        admin.call("DELETE", f"/v1/users/{user}").json_body["id"] for user in ("ben", "carl")
    ]
    made = admin.post("/v1/keys", {"role": "read"}).json_body
    links = [admin.post("/v1/links", {"path": "/v1/roi"}).json_body["id"] for _ in range(2)]
    ids = {
        "import_id": import_id,
        "fit_id": fits[0],
        "receipt_id": receipts[0],
        "experiment_id": "test-1",
        "name": "of-mine-own",
        "key_id": made["id"],
        "link_id": links[0],
        "user_id": "anna@example.org",
    }
    marks = (
        *fits,
        *receipts,
        *links,
        import_id,
        "mine-secret",
        "of-mine-own",
        "test-1",
        "acme",
        made["id"],
    )
    return Mine(
        admin,
        caller(client, "admin", "other"),
        caller(client, "admin", "newcomer"),
        cloud,
        ids,
        event,
        marks,
    )
