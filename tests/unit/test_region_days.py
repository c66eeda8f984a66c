"""The series of regions: from events to the input of a geo panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.model.events import parse_event
from chalicelib.services.fitting import region_days
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.goal_observations import observe
from chalicelib.services.fitting.region_days import SMALLER, observe_regions
from chalicelib.services.fitting.source_coverage import SourceDays, cover_goal, cover_types
from tests.factories import make_conversion, make_coverage, make_event
from tests.unit.test_services_coverage import columns_of
from tests.worlds.regions import KINDS, RegionsWorld, RegionTotals, simulate_regions

START = dt.date(2026, 1, 5)
DAYS = 60


def at(day: int) -> str:
    return f"{(START + dt.timedelta(days=day)).isoformat()}T00:00:00Z"


def a_region(region: str, sold: Iterable[int], liked: Iterable[int]) -> list[dict[str, Any]]:
    """Daily totals of a region; days without events are not sent."""
    events = []
    for day, (conversions, likes) in enumerate(zip(sold, liked, strict=True)):
        told = {"region": region, "occurred_at": at(day)}
        if conversions:
            events.append(make_conversion(count=conversions, **told))
        if likes:
            events.append(make_event(count=likes, **told))
    return events


def series_of(events: list[dict[str, Any]], goal: str = "purchase") -> RegionSeries | None:
    columns = columns_of(*events)
    observed = observe(columns, goal, START, DAYS, max_people=1)
    declared = list(columns.surroundings.declared.values())
    types: list[SourceDays] = cover_types(
        list(columns.kinds), observed.counts.T.tolist(), declared, START
    )
    covered = cover_goal(goal, observed.outcome.tolist(), declared, START)
    return observe_regions(columns, goal, START, types, covered)


def found(events: list[dict[str, Any]]) -> RegionSeries:
    series = series_of(events)
    assert series is not None
    return series


STEADY = [10] * DAYS
HOLE = [0 if 20 <= day < 32 else 10 for day in range(DAYS)]
LATER = [0 if day < 30 else 10 for day in range(DAYS)]


def test_events_without_a_region_create_no_regions() -> None:
    events = [make_conversion(count=9, occurred_at=at(day)) for day in range(DAYS)]
    events.append(make_event(region="north", occurred_at=at(3)))

    assert series_of(events) is None


def test_counts_are_by_region_and_day_for_all_people() -> None:
    events = a_region("north", STEADY, [3] * DAYS) + a_region("south", [7] * DAYS, [2] * DAYS)
    events += [
        make_event(region="south", user_id="ann", occurred_at=at(4)),
        make_conversion(region="south", user_id="ann", occurred_at=at(5)),
        make_conversion(region="south", refund=True, occurred_at=at(5)),
        make_conversion(region="south", goal="lead", count=50, occurred_at=at(5)),
        make_event(region="south", lifetime=True, count=900, occurred_at=at(6)),
        make_event(region="south", occurred_at=at(DAYS + 3)),
    ]

    series = found(events)

    assert series.names[:2] == ("north", "south")
    assert series.outcome[0].tolist() == [10.0] * DAYS
    assert series.outcome[1, 4:7].tolist() == [7.0, 8.0, 7.0]
    assert series.counts[1, 3:7, 0].tolist() == [2.0, 3.0, 2.0, 2.0]
    assert series.counts[1].sum() == 2 * DAYS + 1


def test_small_regions_are_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    events = a_region("north", STEADY, STEADY)
    for number in range(9):
        sold = [int(day % 9 == number) for day in range(DAYS)]
        events += a_region(f"village {number}", sold, sold)

    series = found(events)

    assert series.names == ("north", SMALLER)
    assert series.outcome[1].tolist() == [1.0] * DAYS
    assert series.counts[1, :, 0].tolist() == [1.0] * DAYS
    monkeypatch.setattr(region_days, "MAX_REGIONS", 1)
    more = found(events + a_region("south", [9] * DAYS, STEADY))
    assert more.names == ("north", SMALLER)
    assert more.outcome[1].tolist() == [10.0] * DAYS


def test_number_of_separate_regions_is_limited_by_the_time_of_a_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = [
        event
        for number in range(5)
        for event in a_region(f"region {number}", [10 + number] * DAYS, STEADY)
    ]
    assert len(found(events).names) == 6

    monkeypatch.setattr(region_days, "MAX_WORK", 4 * DAYS**2)
    assert found(events).names == ("region 4", "region 3", "region 2", "region 1", SMALLER)
    monkeypatch.setattr(region_days, "MAX_WORK", 1)
    assert found(events).names == ("region 4", "region 3", "region 2", SMALLER)


def test_hole_of_one_region_is_missing_there_and_does_not_affect_others() -> None:
    events = a_region("north", STEADY, STEADY) + a_region("south", HOLE, HOLE)

    series = found(events)

    assert series.outcome_known[0].all()
    assert series.counts_known[0].all()
    assert np.flatnonzero(~series.outcome_known[1]).tolist() == list(range(20, 32))
    assert np.flatnonzero(~series.counts_known[1, :, 0]).tolist() == list(range(20, 32))


def test_campaign_that_begins_later_in_a_region_is_zero_before() -> None:
    events = a_region("north", STEADY, STEADY) + a_region("south", STEADY, LATER)
    events += a_region("west", STEADY, [0] * DAYS)

    series = found(events)

    assert series.counts_known.all()
    assert series.counts[1, :30].sum() == 0.0


def test_region_whose_sales_begin_later_lacks_the_days_before() -> None:
    events = a_region("north", STEADY, STEADY) + a_region("south", LATER, STEADY)

    series = found(events)

    assert np.flatnonzero(~series.outcome_known[1]).tolist() == list(range(30))


def test_declared_days_are_complete_in_every_region() -> None:
    span = {"from": START.isoformat(), "to": (START + dt.timedelta(days=DAYS - 1)).isoformat()}
    events = a_region("north", STEADY, STEADY) + a_region("south", HOLE, STEADY)

    series = found([*events, make_coverage(goal="purchase", channel=None, **span)])

    assert series.outcome_known.all()


def test_days_that_no_region_covers_are_missing_in_all() -> None:

    series = found(a_region("north", HOLE, STEADY) + a_region("south", HOLE, STEADY))

    assert not series.outcome_known[:, 20:32].any()


def events_of(totals: RegionTotals) -> list[dict[str, Any]]:
    events = []
    for (region, day), sold in np.ndenumerate(totals.outcome):
        told = {"region": f"r{region}", "occurred_at": at(day)}
        events.append(make_conversion(count=int(sold), **told))
        for kind, count in zip(totals.world.kinds, totals.counts[region, day], strict=True):
            what = {"channel": kind.channel, "type": kind.type, "paid": kind.paid}
            events.append(make_event(count=int(count), **what, **told))
    return events


def test_a_fit_of_events_compares_their_regions() -> None:
    world = RegionsWorld("two", regions=5, n_days=90, kinds=KINDS[::3], hidden=0.3)
    events = [parse_event(event) for event in events_of(simulate_regions(world, 0))]
    about = {"window": None, "currency": "EUR", "fit_id": "f"}
    as_of = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)

    document = fit_events(events, as_of=as_of, **about)

    goal = document["goals"]["purchase"]
    assert ["regions_used" in one["warnings"] for one in goal["estimates"]] == [True, True]
    assert goal["diagnostics"]["regions"]["regions"] == 5
    without = [event.model_copy(update={"region": None}) for event in events]
    plain = fit_events(without, as_of=as_of, **about)["goals"]["purchase"]
    assert not any("regions_used" in one["warnings"] for one in plain["estimates"])
    assert plain["diagnostics"].keys().isdisjoint({"regions"})
