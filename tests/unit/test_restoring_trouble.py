"""Restoring that is killed, told to stop or not answered, and by the command line."""

from __future__ import annotations

import datetime as dt
import json
from threading import Event
from typing import Any

import pytest

from chalicelib.cli import main
from chalicelib.model.errors import StoreUnavailable
from chalicelib.services.credentials.api_keys import issue_key
from chalicelib.services.ingest import record_events
from chalicelib.services.restoring import Restored, restored_events
from chalicelib.services.restoring.restored_events import restore_place
from chalicelib.services.restoring.standing import stand
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import TenantConfig
from tests.conftest import BUCKET, TABLE, Cloud
from tests.factories import NOW, make_event
from tests.faulty import FakeTime, client_error
from tests.restoring import (
    COPY,
    brought_back,
    events_in,
    everything,
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


# --- trouble ------------------------------------------------------------------------------------


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
    monkeypatch.setattr(restored_events, "IN_FLIGHT", 1)
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
