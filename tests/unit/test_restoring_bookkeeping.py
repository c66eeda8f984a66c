"""Restoring what is no event: whether the copy fits, API keys, and what names somebody erased."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest

from chalicelib import wiring
from chalicelib.model.errors import CannotRestore, TooManyKeys, Unauthenticated
from chalicelib.services.credentials.api_keys import authenticate, issue_key, revoke_key
from chalicelib.services.ingest import record_events
from chalicelib.storage import pseudonyms
from chalicelib.storage.import_records import Import, RefusedRow
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import TenantConfig
from chalicelib.wiring import processes
from tests.conftest import SECRET, Cloud
from tests.factories import NOW
from tests.restoring import (
    COPY,
    DAYS,
    brought_back,
    counts,
    erase,
    events_in,
    fresh,
    history,
    items_of,
    lose,
    lose_all,
    places,
    store_on,
    take_copy,
)
from tests.unit.test_services_imports import Killed, MortalClient

pytestmark = pytest.mark.usefixtures("short_retention")


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
    wiring.use_session(processes.current.session)
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


def opens(key: str) -> bool:
    processes.current.stores.clear()
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
