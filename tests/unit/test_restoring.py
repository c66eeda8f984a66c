"""A table that lost something has it again: nothing twice, nobody back, nothing replaced."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.events import parse_event
from chalicelib.services.credentials.api_keys import authenticate
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy import erasures
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.import_records import Import, RefusedRow, Removal
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals
from tests.conftest import TABLE, Cloud
from tests.factories import NOW, make_coverage, make_event
from tests.restoring import (
    COPY,
    DAY,
    WHOLE,
    at,
    brought_back,
    counts,
    derive_all,
    differences,
    erase,
    events_in,
    everything,
    fresh,
    history,
    items_of,
    lose,
    lose_all,
    store_on,
    take_copy,
)

pytestmark = pytest.mark.usefixtures("short_retention")


# --- everything ---------------------------------------------------------------------------------


def test_a_table_that_lost_everything_is_as_it_was(cloud: Cloud, store: TenantStore) -> None:
    key = everything(cloud, store)
    cloud.dynamodb.put_item(
        TableName=TABLE, Item={"pk": {"S": "acme#rate#ab"}, "sk": {"S": "x"}, "counted": {"N": "1"}}
    )
    taken = take_copy(cloud)
    lose_all(cloud)
    told = brought_back()
    assert items_of(cloud, COPY) == taken
    del taken["acme#rate#ab", "x"]
    found = items_of(cloud)
    assert found.keys() == taken.keys()
    # The totals were derived anew, the holders have another revision, dora is looked for again.
    alike = {place for place in taken if found[place] == taken[place]}
    assert {place[0] for place in taken.keys() - alike} <= {
        "acme#days#2026-03",
        "acme#key-holders",
        "acme#erasures",
    }
    assert set(counts(told)) == set(told.kinds)
    assert all(one.missing == one.written for one in told.kinds.values())
    assert wiring.tenants() == ["acme"]
    again = fresh()
    assert again.user_hash("anna") == store.user_hash("anna")
    assert authenticate(key, wiring.store, now=NOW).role == "admin"
    assert differences(again) == []
    assert counts(brought_back()) == {}
    assert items_of(cloud) == found


def test_a_dry_run_says_what_would_be_written(cloud: Cloud, store: TenantStore) -> None:
    everything(cloud, store)
    take_copy(cloud)
    lose_all(cloud)
    told = brought_back(dry_run=True)
    assert items_of(cloud) == {}
    done = brought_back()
    assert {kind: one.missing for kind, one in told.kinds.items()} == {
        kind: one.missing for kind, one in done.kinds.items()
    }
    assert not any(one.written for one in told.kinds.values())
    assert (told.first_day, told.last_day) == (done.first_day, done.last_day)
    assert told.derived == 0


def test_what_is_there_is_not_replaced_and_others_are_not_touched(
    cloud: Cloud, store: TenantStore
) -> None:
    everything(cloud, store)
    record_events(fresh("other"), [make_event(user_id="anna")], now=NOW)
    taken = take_copy(cloud)
    store = fresh()
    restated = [one | {"sentiment": 0.9} for one in history() if one["kind"] == "engagement"]
    record_events(store, [make_event(event_id="new", user_id="ben"), *restated], now=NOW)
    for event in taken.values():  # whatever of the copy is there, is there with other content
        cloud.dynamodb.put_item(TableName=TABLE, Item=event | {"mark": {"S": "later"}})
    before = items_of(cloud)
    lose(cloud, *(place for place in taken if place[0].startswith("other#")))
    told = brought_back()
    assert counts(told) == {}
    found = items_of(cloud)
    assert found == {place: one for place, one in before.items() if place[0][:6] != "other#"}


class Overtaken:
    """A client before whose writes of an event somebody else writes it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put_item(self, **request: Any) -> Any:
        """Come second."""
        if "#events#2" in request["Item"]["pk"]["S"]:
            later = request["Item"] | {"mark": {"S": "later"}}
            self._client.put_item(TableName=TABLE, Item=later)
        return self._client.put_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def test_what_came_between_the_look_and_the_write_stays(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    taken = take_copy(cloud)
    lose(cloud, *events_in(taken))
    told = brought_back(store_on(cloud, Overtaken(cloud.dynamodb)))
    assert counts(told) == {"events": (len(events_in(taken)), 0)}
    assert {one["mark"]["S"] for one in events_in(items_of(cloud)).values()} == {"later"}


# --- events -------------------------------------------------------------------------------------


def test_an_event_is_missing_if_it_lies_in_none_of_its_places(
    cloud: Cloud, store: TenantStore
) -> None:
    sent = history()
    record_events(store, sent, now=NOW)
    derive_all(store)
    taken = take_copy(cloud)
    erase(store, "anna")
    carlas = [one for one in sent if one.get("user_id") == "carla"]
    withdrawn = [
        one for one in carlas if one["kind"] == "engagement" and one["event_id"] != "first"
    ]
    record_events(store, [one | {"consent": False} for one in withdrawn], now=NOW)
    bens = [one for one in sent if one.get("user_id") == "ben"]
    record_events(store, [one | {"type": "save"} for one in bens if "type" in one], now=NOW)
    record_events(store, [make_event(user_id="emil", occurred_at=at(1))], now=NOW)
    live = items_of(cloud)
    # Of what is as it was, and of what lost its person to an erasure, every second is lost.
    lost = [
        place
        for number, place in enumerate(sorted(events_in(live)))
        if (live[place] == taken.get(place) or place[1].startswith(".")) and number % 2
    ]
    assert {place[1][0] == "." for place in lost} == {True, False}
    lose(cloud, *lost)
    expected = {**counts_of_kinds(live)}
    dry = brought_back(dry_run=True)
    told = brought_back()
    assert items_of(cloud).keys() == live.keys()
    assert events_in(items_of(cloud)) == events_in(live)
    assert counts_of_kinds(items_of(cloud)) == expected
    assert counts(told) == {"events": (len(lost), len(lost))}
    assert dry.kinds["events"].missing == len(lost)
    left = told.kinds["events"].left_out
    assert left["consent_withdrawn"] == len(withdrawn)
    assert left["person_erased"] == 5 * 3 + 1 - sum(place[1][0] == "." for place in lost)
    assert fresh().user_hash("anna") not in json.dumps(list(events_in(items_of(cloud))))
    for day in {dt.date.fromisoformat(place[0].split("#")[2]) for place in lost}:
        assert told.first_day is not None
        assert told.first_day <= day
    touched = {place[0] for place in lost}
    assert told.derived == len(touched)
    assert [one for one in differences(fresh()) if event_place(one) in touched] == []


def event_place(one: Any) -> str:
    return f"acme#events#{one.day}#{one.shard}"


def counts_of_kinds(items: dict[tuple[str, str], Item]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in events_in(items).values():
        found[one["k"]["S"]] = found.get(one["k"]["S"], 0) + 1
    return found


def test_somebody_erased_comes_back_without_the_person(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    take_copy(cloud)
    erase(store, "anna")
    erased = events_in(items_of(cloud))
    lose(cloud, *erased)
    told = brought_back()
    assert events_in(items_of(cloud)) == erased
    assert told.kinds["events"].written == len(erased)


def test_an_event_of_nobody_is_not_taken_for_a_withdrawn_one(
    cloud: Cloud, store: TenantStore
) -> None:
    alike = [make_event(event_id="same", user_id=who) for who in ("anna", "ben", None)]
    record_events(store, alike, now=NOW)
    taken = take_copy(cloud)
    lose(cloud, *(place for place in events_in(taken) if place[1][:2] != "-#"))
    brought_back()
    assert events_in(items_of(cloud)) == events_in(taken)


def test_who_was_erased_and_refused_consent_then_is_counted_once(
    cloud: Cloud, store: TenantStore
) -> None:
    sent = make_event(event_id="once", user_id="anna")
    record_events(store, [sent], now=NOW)
    erase(store, "anna")
    take_copy(cloud)
    record_events(store, [sent | {"consent": False}], now=NOW)
    before = events_in(items_of(cloud))
    assert [place[1][:2] for place in before] == ["-#"]
    assert brought_back().kinds["events"].left_out == {"consent_withdrawn": 1}
    assert events_in(items_of(cloud)) == before


def test_what_a_removed_import_stored_does_not_come_back(cloud: Cloud, store: TenantStore) -> None:
    sent = [parse_event(make_event(event_id=f"m{n}", occurred_at=at(n))) for n in range(4)]
    origins = ("20260315T110000Z-0000000a", "20260315T110000Z-0000000b")
    for origin in origins:
        store.imports.add(Import(origin, "x.csv", "2026-03-15", state="done", generations=1))
        rows = [RefusedRow(7, 0, "a;b", "malformed_row", "no")]
        store.imports.add_refused_rows(origin, 1, rows, now=NOW)
    store.events.write([*sent[:2], parse_event(make_coverage())], origin=origins[0])
    store.events.write(sent[2:], origin=origins[1])
    taken = take_copy(cloud)
    gone = [place for place in taken if "#events" in place[0] or "#import#" in place[0]]
    lose(cloud, *gone)
    one = store.imports.get(origins[0])
    assert one is not None
    removal = Removal("2026-03-15T12:00:00Z", "2026-03-15T12:00:00Z")
    store.imports.save(dataclasses.replace(one, state="removed", removal=removal))
    told = brought_back()
    assert counts(told) == {"events": (2, 2), "refused rows": (1, 1)}
    assert told.kinds["events"].left_out == {"import_removed": 2}
    assert told.kinds["coverage and annotations"].left_out == {"import_removed": 1}
    assert {place[1].rpartition("#")[2] for place in events_in(items_of(cloud))} == {"m2", "m3"}


def test_where_the_mark_was_lost_nobody_is_doubled_and_nobody_stays(
    cloud: Cloud, store: TenantStore
) -> None:
    sent = [make_event(event_id=f"m{n}", user_id="anna", occurred_at=at(n)) for n in range(4)]
    record_events(store, sent, now=NOW)
    person = store.user_hash("anna")
    erase(store, "anna")
    settled = NOW + dt.timedelta(hours=2)
    erasures.finish_erasures(store, now=settled, has_time=lambda: True)
    taken = take_copy(cloud)
    lose(cloud, *(place for place in taken if "#erased" in place[0] or "#events" in place[0]))
    store = fresh()
    record_events(store, sent[:2], now=NOW)  # nothing tells that anna was erased
    assert person in json.dumps(list(items_of(cloud)))
    told = brought_back()
    assert counts(told) == {"erased people": (1, 1), "events": (2, 2)}
    assert told.kinds["events"].left_out == {"person_erased": 2}
    assert len(events_in(items_of(cloud))) == 4
    (looked,) = erasures.finish_erasures(fresh(), now=settled, has_time=lambda: True)
    assert looked.events == 4 + 2
    assert events_in(items_of(cloud)) == events_in(taken)


def test_of_a_lost_receipt_nothing_is_lost(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    erase(store, "anna")
    erasures.finish_erasures(store, now=NOW + dt.timedelta(hours=2), has_time=lambda: True)
    taken = take_copy(cloud)
    (receipt,) = [place for place in taken if place[0] == "acme#erasures"]
    lose(cloud, receipt)
    brought_back()
    assert items_of(cloud) == taken  # the mark is there: everything was looked at
    lose(cloud, receipt, *(place for place in taken if place[0] == "acme#erased"))
    brought_back()
    (there,) = fresh().erasures.newest_first()
    assert (there.state, there.checked_at, there.events) == ("done", None, 16)


def test_what_has_expired_stays_away(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    store.links.add(WHOLE)
    taken = take_copy(cloud)
    lose(cloud, *events_in(taken), *(place for place in taken if place[0] == "acme#links"))
    later = NOW + dt.timedelta(days=5)
    told = brought_back(now=later)
    gone = [one for one in events_in(taken).values() if int(one["ttl"]["N"]) <= later.timestamp()]
    assert len(gone) > 10
    assert told.kinds["events"].written == len(events_in(taken)) - len(gone)
    assert told.kinds["links"].written == 1
    much_later = brought_back(now=NOW + dt.timedelta(days=60))
    assert much_later.kinds["events"].missing == 0


# --- totals -------------------------------------------------------------------------------------


def test_totals_come_back_where_events_are_gone_and_are_derived_where_they_are_not(
    cloud: Cloud, store: TenantStore
) -> None:
    record_events(store, history(), now=NOW)
    derive_all(store)
    old = DAY - dt.timedelta(days=60)
    rows = [{"kind": "audience", "channel": "facebook", "events": 1, "at": "x", "size": 3}]
    for shard in (0, 1):
        store.totals.put(DayTotals(old, shard, rows), read_at=NOW)
    assert store.totals.await_next(old, 0, 1)
    partition = table_keys.totals_partition("acme", old.year, old.month)
    cloud.dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": partition},
            "sk": {"S": f"{old}#2"},
            "at": {"S": table_keys.document_object("acme", "days", "gone")},
        },
    )
    taken = take_copy(cloud)
    totals = [place for place in taken if "#days#" in place[0]]
    lose(cloud, *totals)
    # An event that came since: the totals of the copy would be wrong.
    record_events(fresh(), [make_event(user_id="ben")], now=NOW)
    told = brought_back()
    tally = told.kinds["day totals"]
    assert tally.left_out == {"object_gone": 1}
    assert tally.missing == tally.written == len(totals) - 1
    assert differences(fresh()) == []
    assert [one.rows for one in fresh().totals.between(old, old)] == [rows, rows]
    assert "awaited" not in items_of(cloud)[partition, f"{old}#0"]
