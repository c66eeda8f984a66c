"""Fits that are read in parts, their parts, and the input of the state machine."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import NotFound
from chalicelib.services.fitting import fit_parts
from chalicelib.services.fitting.event_columns import SAMPLE_PARTS
from chalicelib.services.fitting.fit_parts import (
    MAX_PARTS,
    Plan,
    part_from_json,
    plan_as_json,
    plan_fit,
    plan_from_json,
)
from chalicelib.services.fitting.fit_windows import FitWindow
from chalicelib.services.fitting.fits import run_fit
from chalicelib.services.ingest import record_events
from chalicelib.storage.tenant_store import TenantStore
from tests.factories import make_event
from tests.fit_in_parts import (
    DAYS,
    END,
    FEW,
    LIMITS,
    NOW,
    START,
    asked_for,
    planned,
    record_history,
)

pytestmark = pytest.mark.usefixtures("same_people")


def test_small_or_ended_fit_is_not_planned(store: TenantStore) -> None:
    events = record_history(store, FEW)
    fit_id = asked_for(store, start=START, end=END)
    assert plan_fit(store, fit_id, now=NOW, above=events, **LIMITS) is None
    assert plan_fit(store, fit_id, now=NOW, above=events - 1, **LIMITS) is not None
    run_fit(store, fit_id, now=NOW)
    assert plan_fit(store, fit_id, now=NOW, above=1, **LIMITS) is None
    with pytest.raises(NotFound):
        plan_fit(store, "20260101T000000Z-ffffffff", now=NOW, above=1, **LIMITS)


def test_without_totals_a_second_attempt_is_planned_by_day(store: TenantStore) -> None:
    """After a back-fill, no totals exist yet."""
    record_events(store, [make_event(user_id=f"u{n}") for n in range(9)], now=NOW)
    fit_id = asked_for(store, start=START, end=END)
    assert plan_fit(store, fit_id, now=NOW, above=5, **LIMITS) is None
    plan = plan_fit(store, fit_id, now=NOW, above=5, by_day=True, **LIMITS)
    assert plan is not None
    assert len(plan.parts) == DAYS * store.config.shards
    assert all(part.first == part.last for part in plan.parts)
    assert plan.followed == SAMPLE_PARTS


def test_more_shards_than_parts_are_not_planned(store: TenantStore) -> None:
    record_history(store, FEW)
    fit_id = asked_for(store)
    store.config = replace(store.config, shards=MAX_PARTS + 1)
    assert plan_fit(store, fit_id, now=NOW, above=1, **LIMITS) is None


def test_every_day_of_every_shard_is_in_one_part(store: TenantStore) -> None:
    record_history(store, FEW)
    plan = planned(store, start=START, end=END)
    days = [
        (part.shard, dt.date.fromordinal(day))
        for part in plan.parts
        for day in range(
            dt.date.fromisoformat(part.first).toordinal(),
            dt.date.fromisoformat(part.last).toordinal() + 1,
        )
    ]
    assert days == [
        (shard, START + dt.timedelta(days=n))
        for shard in range(store.config.shards)
        for n in range((END - START).days + 1)
    ]
    assert [part.number for part in plan.parts] == list(range(len(plan.parts)))


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=60),
    st.integers(1, 500),
    st.integers(0, 2**32),
)
def test_parts_have_about_the_requested_size_and_number(
    loads: list[int], most: int, parts: int
) -> None:
    parts = parts % 40 + 1
    counts = {START + dt.timedelta(days=n): load for n, load in enumerate(loads)}
    end = START + dt.timedelta(days=len(loads) - 1)
    firsts = fit_parts._first_days(counts, START, end, most, parts)
    assert firsts[0] == START
    assert firsts == sorted(set(firsts))
    assert len(firsts) <= parts
    bounds = [(one - START).days for one in firsts] + [len(loads)]
    fair = max(most, 2 * sum(loads) // max(parts - 1, 1) + 1)
    for first, last in itertools.pairwise(bounds) if parts > 1 else ():
        part = [load for load in loads[first:last] if load]
        assert sum(part) <= fair or len(part) == 1


def test_a_plan_fits_into_the_input_of_a_state_machine() -> None:
    part = fit_parts.Part(MAX_PARTS, 9_999, "2026-01-01", "2026-12-31")
    window = FitWindow(START, END, START)
    plan = Plan("20260315T120000Z-0000000a", "2026-03-15T12:00:00Z", window, (part,) * MAX_PARTS)
    text = json.dumps(plan_as_json(plan), separators=(",", ":"))
    assert len(text) < 190_000  # of 262,144, with room for an error
    assert plan_from_json(json.loads(text) | {"tenant": "acme"}) == plan


NAMED = {"fit_id": "20260315T120000Z-0000000a", "as_of": "2026-03-15T12:00:00Z"}
DAYS_OF_PLAN = {"first": "2026-03-02", "last": "2026-03-01", "oldest": "2026-01-01"}


@pytest.mark.parametrize(
    "told",
    [
        {},
        NAMED | {"fit_id": "x"},
        NAMED | {"as_of": "yesterday"},
        NAMED,
        NAMED | {"followed": 9, "parts": [{}]},
        NAMED | {"followed": 9} | DAYS_OF_PLAN,
    ],
)
def test_invalid_plan_is_rejected(told: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        plan_from_json(told)


@pytest.mark.parametrize(("first", "last"), [("2026-03-02", "2026-03-01"), ("x", "2026-03-01")])
def test_invalid_days_are_rejected(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"ends before|isoformat"):
        part_from_json({"number": 0, "shard": 0, "first": first, "last": last})
