"""People without consent count in the totals only, whichever way their events arrive."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.events import Conversion, Engagement
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.totals.day_totals import derive_day
from tests.api.conftest import Caller
from tests.api.test_imports import DAY, Uploads
from tests.conftest import Cloud
from tests.factories import make_event

MAPPING = {
    "columns": {
        "day": "day",
        "who": "user_id",
        "ok": "consent",
        "likes": "like",
        "orders": "conversions",
    },
    "constants": {"channel": "xing"},
}
HEAD = "day,who,ok,likes,orders"


def hash_of(user_id: str) -> str:
    return wiring.store("acme").user_hash(user_id)


def engagements() -> list[tuple[str | None, bool]]:
    """Return the person and consent of every engagement of the day."""
    found = wiring.store("acme").iter_events(DAY, DAY)
    told = [(one.user_id, one.consent) for one in found if isinstance(one, Engagement)]
    return sorted(told, key=repr)


def derive() -> None:
    store = wiring.store("acme")
    for shard in range(store.config.shards):
        derive_day(store, DAY, shard, now=dt.datetime.now(dt.UTC))


def counted(reader: Caller, metric: str) -> int:
    """Return the totals of the day."""
    derive()
    answer = reader.get(f"/v1/timeseries?metric={metric}&group_by=none&from={DAY}&to={DAY}")
    return sum(point["value"] for one in answer.json_body["series"] for point in one["points"])


def followed() -> set[str]:
    """Return the people whom a fit follows from day to day."""
    columns = Columns()
    for event in wiring.store("acme").iter_events(DAY, DAY):
        columns.add(event)
    return set(columns.people)


def event(**over: Any) -> dict[str, Any]:
    return make_event(**({"occurred_at": f"{DAY}T09:00:00Z"} | over))


def test_a_person_without_consent_is_not_stored_from_http(
    cloud: Cloud, sender: Caller, reader: Caller
) -> None:
    events = [event(user_id="ben", consent=False), event(user_id="ann"), event(consent=False)]
    assert sender.events(*events).json_body["accepted"] == 3
    assert engagements() == [(hash_of("ann"), True), (None, False), (None, False)]
    assert counted(reader, "engagements") == 3
    assert followed() == {hash_of("ann")}
    assert hash_of("ben") not in json.dumps(cloud.items(), default=str)


def test_consent_can_be_withdrawn_by_http(cloud: Cloud, sender: Caller, reader: Caller) -> None:
    sent = event(user_id="ben")
    sender.events(sent)
    assert followed() == {hash_of("ben")}
    for _ in range(2):
        sender.events(sent | {"consent": False})
        assert engagements() == [(None, False)]
        assert counted(reader, "engagements") == 1
    assert hash_of("ben") not in json.dumps(cloud.items(), default=str)


@pytest.fixture
def uploads(cloud: Cloud, sender: Caller) -> Uploads:
    return Uploads(cloud, sender)


def test_a_person_without_consent_is_not_stored_from_a_file(
    cloud: Cloud, uploads: Uploads, reader: Caller
) -> None:
    import_id = uploads.announce(mapping=MAPPING)
    rows = [
        f"{DAY},ann,yes,1,1",
        f"{DAY},ben,no,1,1",
        f"{DAY},carl,,1,",
        f"{DAY},dora,perhaps,1,",
        f"{DAY},,no,7,",
        f"{DAY},emil,Ja,1,",
    ]
    uploads.upload(import_id, HEAD, *rows)
    assert uploads.rejects(import_id) == [(5, "unknown_type")]
    known = sorted([(hash_of("ann"), True), (hash_of("emil"), True)])
    assert engagements() == [*known, (None, False), (None, False), (None, True)]
    assert counted(reader, "engagements") == 4 + 7
    assert counted(reader, "conversions") == 2
    assert followed() == {hash_of("ann"), hash_of("emil")}
    stored = json.dumps(cloud.items(), default=str)
    assert not any(hash_of(one) in stored for one in ("ben", "carl", "dora"))


def test_consent_can_be_withdrawn_by_a_file(cloud: Cloud, uploads: Uploads, reader: Caller) -> None:
    for said in ("yes", "no", "no"):
        uploads.upload(uploads.announce(mapping=MAPPING), HEAD, f"{DAY},ben,{said},1,")
        assert counted(reader, "engagements") == 1
    assert engagements() == [(None, False)]
    assert hash_of("ben") not in json.dumps(cloud.items(), default=str)


def test_a_conversion_without_consent_is_stored_without_the_person(uploads: Uploads) -> None:
    uploads.upload(uploads.announce(mapping=MAPPING), HEAD, f"{DAY},ben,no,0,1")
    (found,) = wiring.store("acme").iter_events(DAY, DAY)
    assert isinstance(found, Conversion)
    assert found.user_id is None


def test_json_records_use_json_booleans_for_consent(uploads: Uploads) -> None:
    lines = [
        json.dumps({"day": str(DAY), "who": who, "ok": ok, "likes": 1, "orders": 0})
        for who, ok in (("ann", True), ("ben", False), ("carl", None))
    ]
    import_id = uploads.announce(mapping=MAPPING)
    uploads.upload(import_id, *lines)
    assert uploads.rejects(import_id) == []
    assert engagements() == [(hash_of("ann"), True), (None, False), (None, False)]


def test_a_replay_respects_consent(cloud: Cloud, uploads: Uploads) -> None:
    without = {
        "columns": {n: f for n, f in MAPPING["columns"].items() if f != "consent"},
        "constants": MAPPING["constants"],
    }
    import_id = uploads.announce(mapping=without)
    uploads.upload(import_id, HEAD, f"{DAY},ben,no,1,0", f"{DAY},ann,yes,many,0")
    assert followed() == {hash_of("ben")}
    uploads.sender.post(f"/v1/imports/{import_id}/replay", {"mapping": MAPPING})
    uploads.work_off()
    assert uploads.rejects(import_id) == [(3, "invalid_number")]
    assert engagements() == [(None, False)]
    assert hash_of("ben") not in json.dumps(cloud.items(), default=str)
