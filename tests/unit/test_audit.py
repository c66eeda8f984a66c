"""The audit finds totals that are not what the events say, and puts them right."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from chalicelib.cli import main
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.services.totals.totals_audit import audit
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals
from tests.conftest import BUCKET, TABLE, Cloud
from tests.factories import NOW, make_conversion, make_cost, make_event, money

DAY = dt.date(2026, 3, 14)


@pytest.fixture
def settled(store: TenantStore) -> TenantStore:
    """A day with events whose totals are derived."""
    events = [make_event(user_id=f"u{n}", cost=money(f"0.{n}0")) for n in range(1, 9)]
    record_events(store, [*events, make_conversion(), make_cost()], now=NOW)
    for shard in range(store.config.shards):
        derive_day(store, DAY, shard, now=NOW)
    return store


def found(store: TenantStore, **over: bool) -> list[tuple[int, str]]:
    start = DAY - dt.timedelta(days=3)
    return [(one.shard, one.what) for one in audit(store, start, DAY, now=NOW, **over)]


def test_derived_totals_are_what_the_events_say(settled: TenantStore) -> None:
    assert found(settled) == []


def test_totals_changed_by_hand_are_found_and_put_right(settled: TenantStore) -> None:
    later = NOW + dt.timedelta(hours=1)
    kept = {one.shard: one.rows for one in settled.totals.between(DAY, DAY)}
    shard = next(shard for shard, rows in kept.items() if rows)
    wrong = [kept[shard][0] | {"count": 999}, *kept[shard][1:]]
    assert settled.totals.put(DayTotals(DAY, shard, wrong), read_at=NOW)
    assert found(settled) == [(shard, "different")]
    (difference,) = audit(settled, DAY, DAY, now=later, repair=True)
    assert (difference.stored, difference.derived) == (wrong, kept[shard])
    assert found(settled) == []


def test_events_without_totals_and_totals_without_events_are_found(settled: TenantStore) -> None:
    day = DAY - dt.timedelta(days=1)
    record_events(settled, [make_event(occurred_at=f"{day}T10:00:00Z")], now=NOW)
    (missing,) = found(settled)
    assert missing[1] == "missing"
    assert found(settled, repair=True) == [missing]
    ghost = DayTotals(DAY - dt.timedelta(days=2), 0, [{"kind": "audience", "events": 1, "size": 3}])
    settled.totals.put(ghost, read_at=NOW)
    assert found(settled) == [(0, "left_over")]


def test_totals_older_than_the_retention_are_left_alone(settled: TenantStore) -> None:
    ages = NOW + dt.timedelta(days=settled.config.retention_days + 1)
    settled.totals.put(DayTotals(DAY, 0, [{"kind": "audience", "events": 1}]), read_at=NOW)
    assert list(audit(settled, DAY, DAY, now=NOW))
    assert list(audit(settled, DAY, DAY, now=ages, repair=True)) == []


def test_the_command_line_audits_a_table(
    cloud: Cloud,
    settled: TenantStore,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LIKEWORTH_TABLE", TABLE)
    monkeypatch.setenv("LIKEWORTH_BUCKET", BUCKET)
    question = ["audit", "--tenant", "acme", "--from", str(DAY), "--to", str(DAY)]
    assert cloud
    assert main(question) == 0
    shard = next(one.shard for one in settled.totals.between(DAY, DAY) if one.rows)
    settled.totals.put(DayTotals(DAY, shard, []), read_at=NOW)
    assert main([*question, "--repair"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["day"], one["shard"], one["what"]) for one in told] == [
        (str(DAY), shard, "missing")
    ]
    assert main(question) == 0
    assert main(["audit", "--tenant", "nobody"]) == 2
    capsys.readouterr()
    for name in ("LIKEWORTH_BUCKET", "LIKEWORTH_TABLE"):  # the default bucket may be anybody's
        monkeypatch.delenv(name)
        assert main(question) == 2
        assert name in capsys.readouterr().err
