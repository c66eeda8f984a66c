"""A table that lost something has it again: nothing twice, nobody back, nothing replaced."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from threading import Event
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.errors import CannotRestore, StoreUnavailable, TooManyKeys, Unauthenticated
from chalicelib.services import erasures
from chalicelib.services.audit import audit
from chalicelib.services.keys import authenticate, create_key, issue_key, revoke_key
from chalicelib.services.record import record_events
from chalicelib.services.restoring import Restored, events, restore
from chalicelib.services.restoring.events import restore_place
from chalicelib.services.restoring.standing import stand
from chalicelib.services.totals import derive_day
from chalicelib.settings import Settings
from chalicelib.storage import keys, pseudonyms
from chalicelib.storage.attributes import Item
from chalicelib.storage.fits import FitHeader
from chalicelib.storage.imports import Import, RefusedRow
from chalicelib.storage.links import Link
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import TenantConfig
from chalicelib.storage.totals import DayTotals
from tests.conftest import BUCKET, SECRET, TABLE, Cloud, create_table
from tests.factories import NOW, make_conversion, make_cost, make_event, money
from tests.faulty import FakeTime, client_error
from tests.unit.test_services_imports import Killed, MortalClient

COPY = "likeworth-restored"
DAYS = 8
"""The retention in these tests: every day of it is looked at."""
DAY = NOW.date() - dt.timedelta(days=1)
WHOLE = Link(
    "20260315T120000Z-0000aaaa", "/v1/roi", {"goal": "x"}, "seal", NOW, NOW + dt.timedelta(days=9)
)


@pytest.fixture(autouse=True)
def _short_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", str(DAYS))
    monkeypatch.setattr(erasures, "LATE_DAYS", 0)  # a query takes moto its time


def items_of(cloud: Cloud, table: str = TABLE) -> dict[tuple[str, str], Item]:
    """Everything in a table, by its keys."""
    pages = cloud.dynamodb.get_paginator("scan").paginate(TableName=table)
    return {(one["pk"]["S"], one["sk"]["S"]): one for page in pages for one in page["Items"]}


def take_copy(cloud: Cloud) -> dict[tuple[str, str], Item]:
    """What DynamoDB makes of this moment."""
    if COPY not in cloud.dynamodb.list_tables()["TableNames"]:
        create_table(cloud.dynamodb, COPY, stream=False)
    taken = items_of(cloud)
    for item in taken.values():
        cloud.dynamodb.put_item(TableName=COPY, Item=item)
    return taken


def lose(cloud: Cloud, *lost: tuple[str, str]) -> None:
    """The table has these no more."""
    assert set(lost) <= items_of(cloud).keys()
    for partition, sort in lost:
        cloud.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": partition}, "sk": {"S": sort}})


def lose_all(cloud: Cloud) -> None:
    """The table is empty, and no process remembers anything."""
    lose(cloud, *items_of(cloud))
    wiring._process.stores.clear()


def fresh(tenant: str = "acme") -> TenantStore:
    """A store that remembers nothing."""
    wiring._process.stores.clear()
    return wiring.store(tenant)


def brought_back(
    store: TenantStore | None = None, *, now: dt.datetime = NOW, **options: Any
) -> Restored:
    return restore(store or fresh(), COPY, clock=lambda: now, **options)


def counts(told: Restored) -> dict[str, tuple[int, int]]:
    """Of kinds of which something was missing: how many, and how many were written."""
    return {
        kind: (one.missing, one.written)
        for kind, one in told.kinds.items()
        if one.missing or one.written
    }


def at(day: int, clock: str = "09:30:00") -> str:
    """A time so many days before `NOW`."""
    return f"{(NOW - dt.timedelta(days=day)).date()}T{clock}Z"


def history() -> list[dict[str, Any]]:
    """What some people and nobody did, on five days."""
    events = []
    for day in (0, 1, 2, 5, DAYS - 1):
        for who in ("anna", "ben", "carla", "dora", None):
            events += [
                make_event(user_id=who, occurred_at=at(day), cost=money("0.07")),
                make_event(user_id=who, occurred_at=at(day), type="share", content_id="post-1"),
                make_conversion(user_id=who, occurred_at=at(day, "10:00:00"), value=money("0.1")),
            ]
        events.append(make_cost(occurred_at=at(day, "00:00:00"), period_days=3))
    for who in ("anna", "ben", "carla", None):  # ids that are a person's own
        events.append(make_event(event_id="first", user_id=who, occurred_at=at(3)))
    return events


def events_in(items: dict[tuple[str, str], Item]) -> dict[tuple[str, str], Item]:
    return {place: one for place, one in items.items() if "#events#" in place[0]}


def erase(store: TenantStore, user_id: str) -> None:
    receipt = erasures.erase_person(store, user_id, now=NOW, has_time=lambda: True)
    assert receipt.state == "done"


def derive_all(store: TenantStore) -> None:
    for back in range(DAYS):
        for shard in range(store.config.shards):
            derive_day(store, NOW.date() - dt.timedelta(days=back), shard, now=NOW)


def differences(store: TenantStore) -> list[Any]:
    start = NOW.date() - dt.timedelta(days=DAYS)
    return list(audit(store, start, NOW.date(), now=NOW))


# --- everything ---------------------------------------------------------------------------------


def everything(cloud: Cloud, store: TenantStore) -> str:
    """Something of each kind; an API key."""
    record_events(store, history(), now=NOW)
    erase(store, "dora")
    derive_all(store)
    key = create_key(store, "admin", now=NOW)
    assert authenticate(key, wiring.store, now=NOW)
    store.links.add(WHOLE)
    cloud.dynamodb.put_item(
        TableName=TABLE, Item={"pk": {"S": "acme#mappings"}, "sk": {"S": "crm"}, "x": {"S": "y"}}
    )
    new = FitHeader("20260315T120000Z-0000bbbb", "2026-03-15", "2026-03-01", "2026-03-14")
    store.fits.add(new)
    store.fits.put_document(new.fit_id, {"goals": {}})
    for partition in ("acme#experiments", "acme#experiment-counts"):
        store.objects.put("documents/acme/experiments/geo.json.zz", b"x")
        at_ = {"S": "documents/acme/experiments/geo.json.zz"}
        item = {"pk": {"S": partition}, "sk": {"S": "geo"}, "at": at_}
        cloud.dynamodb.put_item(TableName=TABLE, Item=item)
    store.imports.add(
        Import("20260315T110000Z-0000cccc", "ads.csv", "2026-03-15", generation=1, generations=1)
    )
    rows = [RefusedRow(7, 0, "a;b", "malformed_row", "no")]
    store.imports.add_refused_rows("20260315T110000Z-0000cccc", 1, rows, now=NOW)
    return key


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
        if "#events#" in request["Item"]["pk"]["S"]:
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
    assert store.totals.await_next(old, 0, NOW)
    partition = keys.totals_partition("acme", old.year, old.month)
    cloud.dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": partition},
            "sk": {"S": f"{old}#2"},
            "at": {"S": keys.document_object("acme", "days", "gone")},
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


# --- what does not fit --------------------------------------------------------------------------


def refused(store: TenantStore | None = None) -> str:
    with pytest.raises(CannotRestore) as told:
        brought_back(store)
    return told.value.detail


def test_people_under_another_key_are_refused(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    take_copy(cloud)
    lose_all(cloud)
    fresh().register(store.config)
    before = items_of(cloud)
    assert "another key in likeworth-restored" in refused()
    assert items_of(cloud) == before


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_registers_nobody_makes_another_key(
    cloud: Cloud, store: TenantStore, after: bool
) -> None:
    own = store.user_hash("anna")
    take_copy(cloud)
    partial = 0
    for dies_at in range(1, 25):
        lose_all(cloud)
        with suppress(Killed):
            brought_back(store_on(cloud, MortalClient(cloud.dynamodb, dies_at, after=after)))
        there = {sort for partition, sort in items_of(cloud) if partition == "acme#config"}
        partial += len(there) == 1
        if there:  # the service goes on meanwhile
            assert fresh().user_hash("anna") == own
    assert partial


def test_the_same_key_under_another_secret_fits(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_events(store, history(), now=NOW)
    taken = take_copy(cloud)
    monkeypatch.setenv("LIKEWORTH_SECRET", "another root secret for tests")
    monkeypatch.setenv("LIKEWORTH_PREVIOUS_SECRETS", SECRET)
    wiring.use_session(wiring._process.session)
    assert wiring.store("acme").renew_user_key()
    lose(cloud, *events_in(taken))
    assert items_of(cloud)["acme#config", "user-key"] != taken["acme#config", "user-key"]
    assert brought_back().kinds["events"].written == len(events_in(taken))


def test_a_tenant_from_before_keys_fits_the_key_that_its_secret_made(
    cloud: Cloud, store: TenantStore
) -> None:
    key = pseudonyms.derived_key(SECRET.encode(), "acme")
    config = TenantConfig("EUR", 4, DAYS)
    store.items.register(config, pseudonyms.seal(key, SECRET.encode(), "acme"))
    take_copy(cloud)
    cloud.dynamodb.delete_item(
        TableName=COPY, Key={"pk": {"S": "acme#config"}, "sk": {"S": "user-key"}}
    )
    assert counts(brought_back()) == {}
    lose(cloud, ("acme#config", "user-key"), ("acme#config", "settings"))
    fresh().register(config)
    assert "another key" in refused()


@pytest.mark.parametrize(
    ("other", "told"),
    [(TenantConfig("EUR", 3, DAYS), "shards"), (TenantConfig("CHF", 4, DAYS), "currency")],
)
def test_other_shards_or_another_currency_are_refused(
    cloud: Cloud, store: TenantStore, other: TenantConfig, told: str
) -> None:
    record_events(store, history(), now=NOW)
    take_copy(cloud)
    lose(cloud, ("acme#config", "settings"), ("acme#config", "user-key"))
    key = pseudonyms.seal(store._user_key, SECRET.encode(), "acme")
    fresh().items.register(other, key)
    assert f"the {told} of acme" in refused()


def test_a_tenant_that_the_copy_does_not_have_is_refused(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    take_copy(cloud)
    assert "no tenant other" in refused(fresh("other"))
    assert wiring.tenants() == ["acme"]


# --- API keys -----------------------------------------------------------------------------------


def places(cloud: Cloud, role: str = "read") -> set[str]:
    return set(items_of(cloud)["acme#key-holders", role]["expiries"]["M"])


def opens(key: str) -> bool:
    wiring._process.stores.clear()
    try:
        return bool(authenticate(key, wiring.store, now=NOW))
    except Unauthenticated:
        return False


def test_a_lost_key_opens_again_and_holds_its_place(cloud: Cloud, store: TenantStore) -> None:
    (one, kept), (other, _) = (issue_key(store, "read", now=NOW) for _ in range(2))
    take_copy(cloud)
    lose(cloud, ("acme#keys", kept.key_id))
    assert not opens(one)
    assert counts(brought_back()) == {"API keys": (1, 1)}
    assert opens(one)
    assert opens(other)
    with pytest.raises(TooManyKeys):
        issue_key(fresh(), "read", now=NOW)
    lose(cloud, ("acme#key-holders", "read"))  # the keys are there, nobody knows that they count
    brought_back()
    with pytest.raises(TooManyKeys):
        issue_key(fresh(), "read", now=NOW)


def test_a_key_that_was_revoked_since_stays_revoked(cloud: Cloud, store: TenantStore) -> None:
    (one, kept), (other, lost) = (issue_key(store, "read", now=NOW) for _ in range(2))
    take_copy(cloud)
    for key in (kept, lost):
        revoke_key(store, key.key_id, now=NOW)
    lose(cloud, ("acme#keys", lost.key_id))
    dry = brought_back(dry_run=True)
    told = brought_back()
    assert told.revoked_keys == dry.revoked_keys == [lost.key_id]
    assert not opens(one)
    assert not opens(other)
    assert places(cloud) == set()


def test_there_are_never_three_keys_of_a_role(cloud: Cloud, store: TenantStore) -> None:
    (one, first), (two, second) = (
        issue_key(store, "read", now=NOW + dt.timedelta(hours=n)) for n in range(2)
    )
    taken = take_copy(cloud)
    own = {place for place in taken if place[0] in ("acme#keys", "acme#key-holders")}
    lose(cloud, *own)
    three, third = issue_key(fresh(), "read", now=NOW)
    told = brought_back()
    assert told.revoked_keys == [first.key_id]  # the younger of the two has the place
    assert [opens(key) for key in (one, two, three)] == [False, True, True]
    assert places(cloud) == {second.key_id, third.key_id}


def test_a_key_that_is_nowhere_holds_no_place(cloud: Cloud, store: TenantStore) -> None:
    _, first = issue_key(store, "read", now=NOW)
    take_copy(cloud)
    _, second = issue_key(store, "read", now=NOW)
    lose(cloud, ("acme#keys", second.key_id))
    brought_back()
    assert places(cloud) == {first.key_id}
    issue_key(fresh(), "read", now=NOW)


def test_a_key_without_a_place_comes_back_as_it_was(cloud: Cloud, store: TenantStore) -> None:
    old, kept = issue_key(store, "read", now=NOW)
    lose(cloud, ("acme#key-holders", "read"))  # as from before there were places
    _, ended = issue_key(store, "admin", now=NOW, expires_at=NOW + dt.timedelta(days=1))
    taken = take_copy(cloud)
    lose(cloud, ("acme#keys", kept.key_id), ("acme#keys", ended.key_id))
    brought_back(now=NOW + dt.timedelta(days=2))
    assert opens(old)
    assert {place: items_of(cloud)[place] for place in taken if place[0] == "acme#keys"} == {
        place: one for place, one in taken.items() if place[0] == "acme#keys"
    }


# --- imports ------------------------------------------------------------------------------------

IMPORT = "20260315T110000Z-0000cccc"


def test_what_named_somebody_erased_comes_back_without_the_text(
    cloud: Cloud, store: TenantStore
) -> None:
    _ = store.config
    named = {"filename": "anna.csv", "object_key": f"imports/acme/{IMPORT}/anna.csv"}
    store.imports.add(
        Import(IMPORT, created_at="2026-03-15T11:00:00Z", generation=2, generations=2, **named)
    )
    for generation in (1, 2):
        rows = [RefusedRow(n, 0, f"5;{who}", "x", "no") for n, who in ((1, "anna"), (2, "ben"))]
        store.imports.add_refused_rows(IMPORT, generation, rows, now=NOW)
    taken = take_copy(cloud)
    lose(cloud, *(place for place in taken if place[0].startswith("acme#import")))
    erase(fresh(), "anna")
    told = brought_back()
    assert counts(told) == {"imports": (1, 1), "refused rows": (2, 2)}
    (one,) = fresh().imports.newest_first(limit=9)
    assert (one.filename, one.object_key) == ("(erased)", f"imports/acme/{IMPORT}/(erased)")
    assert [row.raw for row in fresh().imports.refused_rows(IMPORT, 2)] == ["", "5;ben"]
    assert list(fresh().imports.refused_rows(IMPORT, 1)) == []  # nobody sees those any more


# --- trouble ------------------------------------------------------------------------------------


def store_on(cloud: Cloud, client: Any) -> TenantStore:
    settings = Settings(retention_days=DAYS)
    return TenantStore(client, TABLE, cloud.s3, BUCKET, "acme", settings, root_secret=SECRET.encode)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_anywhere_and_run_again_it_ends_where_it_should(
    cloud: Cloud, store: TenantStore, after: bool
) -> None:
    store.register(TenantConfig("EUR", 2, 2))  # few days, for there are many runs
    everything(cloud, fresh())
    issue_key(fresh(), "admin", now=NOW)
    taken = take_copy(cloud)
    lose_all(cloud)
    deaths = 0
    for dies_at in range(1, 160, 3):
        client = MortalClient(cloud.dynamodb, dies_at, after=after)
        try:
            brought_back(store_on(cloud, client), workers=1)
        except Killed:
            deaths += 1
    assert deaths > 20
    brought_back()
    assert items_of(cloud).keys() == taken.keys()
    assert len(places(cloud, "admin")) == 2
    assert {key.revoked_at for key in fresh().api_keys.by_id()} == {None}
    assert events_in(items_of(cloud)) == events_in(taken)


def test_told_to_stop_it_writes_no_more(
    cloud: Cloud, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "IN_FLIGHT", 1)
    record_events(store, history(), now=NOW)
    taken = take_copy(cloud)
    lose(cloud, *events_in(taken))
    stop, shares = Event(), []

    def tell(share: float) -> None:
        shares.append(share)
        if len(shares) == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        brought_back(progress=tell)
    assert 0 < shares[0] < shares[-1] < 1
    patience = FakeTime().patience()
    told = Restored("acme")
    standing = stand(fresh(), COPY, told, clock=lambda: NOW, dry_run=False, patience=patience)
    there = items_of(cloud)
    lost = sorted(events_in(taken).keys() - there.keys())
    assert 0 < len(lost) < len(events_in(taken))  # the latest days come first
    _, _, day, shard = lost[0][0].split("#")
    stop.set()
    place = dt.date.fromisoformat(day), int(shard)
    assert not restore_place(standing, place, is_lost=False, stop=stop)[0].written
    stop.clear()
    assert restore_place(standing, place, is_lost=False, stop=stop)[0].written


class Moody:
    """A client of which every eleventh call is throttled, with pages of two items."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls += 1
            if self.calls > 12 and self.calls % 11 == 0:  # the first ones are before any work
                raise client_error("ThrottlingException")
            if name == "query":
                request["Limit"] = 2
            return getattr(self._client, name)(**request)

        return call


def test_a_store_that_does_not_answer_is_asked_again(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    taken = take_copy(cloud)
    lost = sorted(events_in(taken))[::2]
    lose(cloud, *lost)
    moody, time = Moody(cloud.dynamodb), FakeTime()
    told = brought_back(store_on(cloud, moody), workers=1, patience=time.patience())
    assert told.kinds["events"].copied == len(events_in(taken))  # no page is read twice
    assert told.kinds["events"].missing == told.kinds["events"].written == len(lost)
    assert events_in(items_of(cloud)) == events_in(taken)
    assert len(time.pauses) > 10


def test_a_store_that_never_answers_ends_it(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, history(), now=NOW)
    taken = take_copy(cloud)
    lose(cloud, *events_in(taken))
    moody = Moody(cloud.dynamodb)
    moody.calls = -10_000_000  # well, until it is asked to write

    def refuse(**_request: Any) -> Any:
        raise client_error("ThrottlingException")

    moody.put_item = refuse  # type: ignore[attr-defined]
    with pytest.raises(StoreUnavailable):
        brought_back(store_on(cloud, moody), patience=FakeTime().patience())
    assert events_in(items_of(cloud)) == {}


# --- the command line ---------------------------------------------------------------------------


@pytest.fixture
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKEWORTH_TABLE", TABLE)
    monkeypatch.setenv("LIKEWORTH_BUCKET", BUCKET)


@pytest.mark.usefixtures("_named")
def test_the_command_line_restores_all_tenants(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    today = f"{dt.datetime.now(dt.UTC).date()}T00:00:00Z"
    now = dt.datetime.now(dt.UTC)
    for tenant in ("acme", "other"):
        record_events(fresh(tenant), [make_event(user_id="a", occurred_at=today)], now=now)
    taken = take_copy(cloud)
    lose_all(cloud)
    question = ["restore", "--from-table", COPY]
    assert main([*question, "--all-tenants", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert items_of(cloud) == {}
    assert "Nothing was written" in shown.err
    assert main([*question, "--tenant", "other", "--tenant", "nobody"]) == 2
    shown = capsys.readouterr()
    assert "no tenant nobody" in shown.err
    told = json.loads(shown.out)
    assert (told["tenant"], told["from_table"], told["dry_run"]) == ("other", COPY, False)
    assert told["items"]["events"] == {"in_copy": 1, "missing": 1, "written": 1, "left_out": {}}
    assert told["days"] == {"from": today[:10], "to": today[:10], "derived": 1}
    assert main([*question, "--all-tenants"]) == 0
    shown = capsys.readouterr()
    told_of = [json.loads(line) for line in shown.out.splitlines()]
    assert [(one["tenant"], one["items"]["events"]["written"]) for one in told_of] == [
        ("acme", 1),
        ("other", 0),
    ]
    assert f"audit --repair --tenant acme --from {today[:10]} --to {today[:10]}" in shown.err
    assert "  events                           1           1           1" in shown.err
    assert taken.keys() <= items_of(cloud).keys()


@pytest.mark.usefixtures("_named", "cloud")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from-table", TABLE, "--tenant", "acme"], "is the table itself"),
        (["--from-table", "nowhere", "--tenant", "acme"], "no table nowhere"),
        (["--from-table", COPY, "--tenant", "Acme!"], "a slug"),
    ],
)
def test_the_command_line_refuses_what_cannot_be(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("_named", "cloud")
@pytest.mark.parametrize("name", ["LIKEWORTH_TABLE", "LIKEWORTH_BUCKET"])
def test_the_command_line_needs_the_table_and_the_bucket(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(name)
    assert main(["restore", "--from-table", COPY, "--all-tenants"]) == 2
    assert name in capsys.readouterr().err
