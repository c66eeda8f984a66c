"""A fit in parts equals the fit of all its events, whatever happened to its parts."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.errors import StoreUnavailable
from chalicelib.model.events import Conversion
from chalicelib.services.fitting import fit_parts
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS, Columns, sample_part
from chalicelib.services.fitting.fit_parts import (
    Plan,
    begin_fit,
    give_up_fit,
    merge_parts,
    plan_fit,
    read_part,
)
from chalicelib.services.fitting.fit_windows import events_of_shard, window_of
from chalicelib.services.fitting.fits import run_fit, show_fit
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy.erasures import erase_person
from chalicelib.storage.table_keys import fit_part_object
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.wiring import processes
from tests.conftest import BUCKET, Cloud
from tests.factories import make_cost, make_event
from tests.fit_in_parts import (
    DAYS,
    END,
    FEW,
    LIMITS,
    NOW,
    OF_MANY,
    PEOPLE,
    START,
    asked_for,
    document_of,
    plain_fit,
    planned,
    record_history,
)

pytestmark = pytest.mark.usefixtures("same_people")


def parts_left(cloud: Cloud) -> list[str]:
    """The keys of all parts that are in the bucket."""
    found = cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="documents/acme/fit-parts/")
    return [one["Key"] for one in found.get("Contents", ())]


@pytest.fixture
def plan(store: TenantStore) -> Plan:
    """A plan of the events of few people."""
    record_history(store, FEW)
    return planned(store)


def read_all(store: TenantStore, plan: Plan) -> None:
    for part in plan.parts:
        read_part(store, plan, part)


# --- the same answer ----------------------------------------------------------------------------


@pytest.mark.parametrize("window", [{}, {"start": START, "end": END}], ids=["found", "given"])
def test_fit_in_parts_equals_the_whole_fit_to_the_last_digit(
    cloud: Cloud, store: TenantStore, window: dict[str, dt.date]
) -> None:
    record_history(store)
    plan = planned(store, OF_MANY, **window)
    order = list(plan.parts)
    random.Random(1).shuffle(order)
    for part in order:
        assert read_part(store, plan, part) > 0
    again = order[0]
    before = store.fit_parts.get(plan.fit_id, again.number)
    read_part(store, plan, again)
    assert store.fit_parts.get(plan.fit_id, again.number) == before
    ended = merge_parts(store, plan, now=NOW + dt.timedelta(minutes=9))
    assert (ended.status, ended.as_of) == ("done", "2026-03-15T12:00:00Z")
    whole = plain_fit(store, **window)
    assert any(one["identified"] for one in whole["kinds"])
    assert "within_user" in json.dumps(whole["goals"]["purchase"]["estimates"])
    assert whole["goals"]["application"]["diagnostics"]["regions"]["regions"] == 3
    assert whole["costs"]["facebook"]
    (shares,) = (one for one in whole["kinds"] if one["type"] == "share")
    assert len(shares["brought"]) == 3
    assert document_of(store, plan.fit_id) == whole
    assert parts_left(cloud) == []


def test_a_fit_of_a_sample_of_people_follows_the_same_people(store: TenantStore) -> None:
    record_history(store)
    store.settings = replace(store.settings, max_people=60)
    plan = planned(store, OF_MANY)
    read_all(store, plan)
    merge_parts(store, plan, now=NOW)
    made = document_of(store, plan.fit_id)
    assert 0 < made["goals"]["purchase"]["diagnostics"]["people_sampled"] < 0.9
    assert made == plain_fit(store)


def test_with_too_many_events_a_sample_of_people_is_followed_and_all_are_counted(
    store: TenantStore,
) -> None:
    """The result equals a whole fit that follows the same people."""
    events = record_history(store)
    plan = planned(store, OF_MANY | {"merged_events": events // 2})
    assert SAMPLE_PARTS / 3 < plan.followed < SAMPLE_PARTS * 2 / 3
    read_all(store, plan)
    merge_parts(store, plan, now=NOW)
    made = document_of(store, plan.fit_id)
    columns = Columns(plan.followed)
    for event in (
        *store.events.spans(),
        *store.iter_events(START - dt.timedelta(days=20), NOW.date()),
    ):
        columns.add(event)
    shards = [sample_part(one) for one in columns.people]
    assert 0 < len(shards) < PEOPLE
    assert max(shards) < plan.followed
    same = fit_events(columns, window=None, currency="EUR", as_of=NOW, fit_id="x", experiments=())
    del same["id"]
    all_of_it = plain_fit(store)
    for document in (made, same):
        document.pop("virality")  # `same` also knows parents from before the window
    assert without_costs(made) == without_costs(same)
    assert made["costs"] == all_of_it["costs"]
    for ours, theirs in zip(made["kinds"], all_of_it["kinds"], strict=True):
        of_all = ours | {name: theirs[name] for name in ours if name == "brought"}  # of a sample
        assert of_all == theirs  # days, costs, anonymous and identified ones
    goal, everybodys = (one["goals"]["purchase"] for one in (made, all_of_it))
    assert goal["conversions"] == everybodys["conversions"]
    assert goal["value_mean"] == everybodys["value_mean"]
    assert goal["diagnostics"]["people_sampled"] == round(plan.followed / SAMPLE_PARTS, 4)
    credited = sum(map(sum, goal["classical"]["daily"]["last"]))
    untouched = sum(goal["classical"]["untouched"])
    bought = [one for one in store.iter_events(START, END) if isinstance(one, Conversion)]
    known = sum(
        one.count for one in bought if one.goal == "purchase" and one.user_id and not one.refund
    )
    assert credited + untouched == pytest.approx(known, abs=DAYS / 2)  # rounded day by day
    assert sum(goal["classical"]["anonymous"]) == sum(everybodys["classical"]["anonymous"])


def without_costs(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if not name.startswith("costs")}


def test_unusable_data_fail_the_fit_with_the_same_reason(cloud: Cloud, store: TenantStore) -> None:
    """There are no conversions."""
    record_events(store, [make_event(user_id=f"u{n}") for n in range(9)], now=NOW)
    fit_id = asked_for(store)
    window = window_of(store, show_fit(store, fit_id), NOW)
    plan = Plan(fit_id, "2026-03-15T12:00:00Z", window, planned_days(store))
    read_all(store, plan)
    ended = merge_parts(store, plan, now=NOW)
    whole = run_fit(store, asked_for(store), now=NOW)
    assert ended.status == whole.status == "failed"
    assert ended.error == whole.error
    assert parts_left(cloud) == []


def planned_days(store: TenantStore) -> tuple[fit_parts.Part, ...]:
    days = ("2026-03-13", "2026-03-14")
    return tuple(
        fit_parts.Part(shard * 2 + n, shard, day, day)
        for shard in range(store.config.shards)
        for n, day in enumerate(days)
    )


# --- interruptions and repetitions --------------------------------------------------------------


def test_fit_does_not_end_without_one_of_its_parts(store: TenantStore, plan: Plan) -> None:
    for part in plan.parts[:-1]:
        read_part(store, plan, part)
    with pytest.raises(StoreUnavailable, match=f"part {plan.parts[-1].number}"):
        merge_parts(store, plan, now=NOW)
    assert show_fit(store, plan.fit_id).status == "running"
    read_part(store, plan, plan.parts[-1])
    assert merge_parts(store, plan, now=NOW).status == "done"


def test_merging_again_or_reading_too_late_changes_nothing(
    cloud: Cloud, store: TenantStore, plan: Plan
) -> None:
    read_all(store, plan)
    body = store.fit_parts.get(plan.fit_id, 0)
    ended = merge_parts(store, plan, now=NOW)
    said = document_of(store, plan.fit_id)
    record_events(store, [make_event(user_id="late")], now=NOW)
    assert read_part(store, plan, plan.parts[0]) == 0
    store.fit_parts.put(plan.fit_id, 0, body)  # by a slow reader
    assert merge_parts(store, plan, now=NOW + dt.timedelta(hours=1)) == ended
    assert document_of(store, plan.fit_id) == said
    assert parts_left(cloud) == []


def test_a_part_of_another_plan_is_not_merged(store: TenantStore, plan: Plan) -> None:
    read_all(store, plan)
    later = replace(plan, as_of="2026-03-16T12:00:00Z")
    with pytest.raises(ValueError, match="not the columns of"):
        merge_parts(store, later, now=NOW)


def test_people_erased_between_reading_and_merging_become_anonymous(
    cloud: Cloud, store: TenantStore
) -> None:
    store.config = replace(store.config, retention_days=120)  # an erasure looks at each day
    record_history(store)
    plan = planned(store, OF_MANY)
    read_all(store, plan)
    gone = [f"person-{n}" for n in (1, 40, 80)]
    hashes = {store.user_hash(one) for one in gone}
    for one in gone:
        assert erase_person(store, one, now=NOW, has_time=lambda: True).events > 0
    seen: list[Columns] = []

    def estimate(columns: Columns, **about: Any) -> dict[str, Any]:
        seen.append(columns)
        return fit_events(columns, **about)

    merge_parts(store, plan, now=NOW, estimate=estimate)
    assert not hashes & set(seen[0].people)
    assert set(seen[0].people)
    whole = plain_fit(store)  # reads the events that the erasure has left
    made = document_of(store, plan.fit_id)
    ours, theirs = _by_kind(made), _by_kind(whole)
    assert {kind: rest for kind, (rest, _) in ours.items()} == {
        kind: rest for kind, (rest, _) in theirs.items()
    }
    for kind, (_, delta) in theirs.items():
        assert ours[kind][1] == (None if delta is None else pytest.approx(delta, rel=1e-9)), kind
    assert made["goals"]["purchase"]["conversions"] == whole["goals"]["purchase"]["conversions"]
    counted = [one["goals"]["purchase"]["diagnostics"] for one in (made, whole)]
    assert counted[0]["people"] == counted[1]["people"]
    assert counted[0]["person_days"] == counted[1]["person_days"]


def _by_kind(document: dict[str, Any]) -> dict[Any, Any]:
    """Counts and estimates by type, because events of erased people change the order of types."""
    estimates = document["goals"]["purchase"]["estimates"]
    return {
        (one["channel"], one["type"], one["paid"]): (
            (one["counts"], one["identified"], one["anonymous"]),
            said["delta"],
        )
        for one, said in zip(document["kinds"], estimates, strict=True)
    }


def test_parts_are_marked_for_the_bucket_to_remove(
    cloud: Cloud, store: TenantStore, plan: Plan
) -> None:
    read_part(store, plan, plan.parts[0])
    key = fit_part_object("acme", plan.fit_id, 0)
    tags = cloud.s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    assert tags == [{"Key": "kept", "Value": "1-day"}]


def test_events_older_than_the_retention_at_the_start_are_not_read(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", "30")
    processes.current.settings = None
    store = wiring.store("brief")
    recorded = NOW - dt.timedelta(days=20)
    old = make_event(event_id="old", user_id="u", occurred_at="2026-02-12T10:00:00Z")
    young = make_event(event_id="young", user_id="u", occurred_at="2026-02-20T10:00:00Z")
    fees = [
        make_cost(event_id=f"fee-{day}", occurred_at=f"{day}T10:00:00Z", period_days=20)
        for day in ("2026-02-12", "2026-02-14")
    ]
    assert not record_events(store, [old, young, *fees], now=recorded)["rejected"]
    store.totals.note_cost_period(20)
    fit_id = asked_for(store, start=dt.date(2026, 2, 10), end=dt.date(2026, 3, 10))
    header = show_fit(store, fit_id)
    ids = set()
    for as_of in ("2026-03-10T12:00:00Z", "2026-03-15T12:00:00Z"):
        now = dt.datetime.fromisoformat(as_of)
        window = window_of(store, header, now)
        found = set()
        for shard in range(store.config.shards):
            events = events_of_shard(store, window, shard, window.start, window.end)
            found |= {one.event_id for one in events}
        ids.add(tuple(sorted(found)))
    # On the 10th the 9th of February is kept whole, on the 15th no day before the 14th is.
    assert ids == {
        ("fee-2026-02-12", "fee-2026-02-14", "old", "young"),
        ("fee-2026-02-14", "young"),
    }


def test_abandoned_fit_has_failed_and_leaves_no_parts(
    cloud: Cloud, store: TenantStore, plan: Plan
) -> None:
    read_part(store, plan, plan.parts[0])
    ended = give_up_fit(store, plan, now=NOW)
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error["code"] == "unfinished_fit"
    assert parts_left(cloud) == []
    assert give_up_fit(store, plan, now=NOW + dt.timedelta(hours=1)) == ended
    assert merge_parts(store, plan, now=NOW) == ended
    assert begin_fit(store, plan) == ended  # a repeated message has planned in the meantime
    assert show_fit(store, plan.fit_id) == ended


def test_ended_fit_is_not_given_up(store: TenantStore, plan: Plan) -> None:
    read_all(store, plan)
    ended = merge_parts(store, plan, now=NOW)
    assert give_up_fit(store, plan, now=NOW) == ended
    assert begin_fit(store, plan) == ended
    assert show_fit(store, plan.fit_id) == ended


def test_plan_fixes_the_events_to_read_despite_later_changes(store: TenantStore) -> None:
    """The retention is 40 days when the fit is planned, a moment after midnight, and 400 after."""
    record_history(store, FEW)
    store.config = replace(store.config, retention_days=40)
    now = NOW.replace(hour=0) + dt.timedelta(microseconds=400_000)
    fit_id = asked_for(store, start=START, end=END)
    plan = plan_fit(store, fit_id, now=now, above=10, **LIMITS)
    assert plan is not None
    assert plan.window.start > START
    begin_fit(store, plan)  # of one window only one fit is queued
    whole = request_again(store, now, fit_id)
    store.config = replace(store.config, retention_days=400)
    read_all(store, plan)
    merge_parts(store, plan, now=NOW)
    made = document_of(store, fit_id)
    assert made["window"]["from"] == plan.window.start.isoformat()
    for name in ("window", "kinds", "costs", "goals"):
        assert made[name] == whole[name]


def request_again(store: TenantStore, now: dt.datetime, first: str) -> dict[str, Any]:
    """The document of another fit of the same window, which is read as a whole."""
    fit_id = asked_for(store, start=START, end=END)
    assert fit_id != first
    assert run_fit(store, fit_id, now=now).status == "done"
    return document_of(store, fit_id)
