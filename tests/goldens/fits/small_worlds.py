"""Small forms of the simulated worlds, as event lines and options of `estimate`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.experiments import make_effect, make_geo, make_holdout
from tests.fit_in_parts import events_of_history
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.lines import FIRST_DAY, declared_lines, event_lines, lines_of_totals
from tests.worlds.people import WORLDS, record, simulate
from tests.worlds.regions import REGIONS_WORLDS, RegionsWorld, simulate_regions
from tests.worlds.totals import TOTALS_WORLDS, TotalsWorld, simulate_totals

Line = dict[str, Any]
SEED = 1
PEOPLE, DAYS = 1_200, 60


@dataclass(frozen=True)
class SmallWorld:
    """Event lines, and the options that `estimate` has for them.

    Attributes
    ----------
    experiments : tuple of dict
        Raw experiments, as a client sends them.
    """

    lines: tuple[Line, ...]
    options: tuple[str, ...] = ()
    experiments: tuple[Line, ...] = ()


def _of_people(name: str) -> tuple[Line, ...]:
    records = record(simulate(replace(WORLDS[name], n_people=PEOPLE, n_days=DAYS), SEED))
    return (*event_lines(records), *declared_lines(records))


def _of_totals(world: TotalsWorld, n_days: int = DAYS) -> tuple[Line, ...]:
    world = replace(world, n_days=n_days)
    totals = simulate_totals(world, SEED)
    lines = list(lines_of_totals(totals.counts, totals.outcome, world.kinds))
    if world.annotated:
        lines += _annotations(world)
    return tuple(lines)


def _annotations(world: TotalsWorld) -> Iterator[Line]:
    for occasion in world.occasions:
        days = np.flatnonzero(occasion.on(world.n_days)).tolist()
        for day in days:
            on = (FIRST_DAY + dt.timedelta(days=day)).isoformat()
            yield {
                "kind": "annotation",
                "event_id": f"{occasion.name}-{day}",
                "name": occasion.name,
                "category": "promotion",
                "from": on,
                "to": on,
            }


def _of_regions(world: RegionsWorld, n_days: int = DAYS) -> tuple[Line, ...]:
    """One line per region, day and type with a total; types without a region, of the nation."""
    totals = simulate_regions(replace(world, n_days=n_days), SEED)
    lines: list[Line] = []
    for region in range(world.regions):
        placed = totals.counts[region].copy()
        placed[:, list(world.without_region)] = 0.0
        own = lines_of_totals(placed, totals.outcome[region], world.kinds)
        lines += (_named(line, f"region-{region}") for line in own)
    if world.without_region:
        together = totals.counts.sum(axis=0)
        kept = list(world.without_region)
        together[:, [k for k in range(len(world.kinds)) if k not in kept]] = 0.0
        nothing = np.zeros(together.shape[0])
        lines += lines_of_totals(together, nothing, world.kinds)
    return tuple(lines)


def _named(line: Line, region: str) -> Line:
    return line | {"event_id": f"{region}-{line['event_id']}", "region": region}


_ON_CLICKS = {"channel": "google_ads", "type": "click"}
_SPAN = {"start": "2026-01-20", "end": "2026-02-15"}

_PEOPLE = (
    *("loyalty_calendar", "feedback", "heavy_tails", "few_conversions", "intent", "late_entry"),
    *("delayed", "channels_differ", "hole_in_sales", "no_common_day", "arrivals", "once_only"),
    *("split_ids", "log_in", "bots", "friends", "promotions", "follows", "everything"),
    "everything_zero",
)
_TOTALS = ("calm", "demand_led", "strong_saturation", "several_shocks", "level_shift", "collinear")
_HARD = ("promotions_annotated", "no_common_day", "hole_in_type", "mixed_days", "same_day")
_REGIONS = ("hidden", "five", "hole", "one_national_hidden", "uniform", "mixed", "zero")


def small_worlds() -> dict[str, SmallWorld]:
    """Every small world by name."""
    people = _of_people("loyalty")
    totals = _of_totals(TOTALS_WORLDS["drifting"], 90)
    regions = _of_regions(REGIONS_WORLDS["regions_calm"], 60)
    found = {f"people {name}": SmallWorld(_of_people(name)) for name in _PEOPLE}
    found |= {f"totals {name}": SmallWorld(_of_totals(TOTALS_WORLDS[name])) for name in _TOTALS}
    found |= {f"totals {name}": SmallWorld(_of_totals(HARD_TOTALS[name])) for name in _HARD}
    found |= {
        f"regions {name}": SmallWorld(_of_regions(REGIONS_WORLDS[f"regions_{name}"]))
        for name in _REGIONS
    }
    return found | {
        "totals weekly_data": SmallWorld(_of_totals(TOTALS_WORLDS["weekly_data"], 7 * 60)),
        "totals of a country": SmallWorld(totals, ("--country", "DE", "--time-zone", "Asia/Tokyo")),
        "totals with experiments": SmallWorld(
            totals, (), (make_effect(**_SPAN), make_geo(experiment_id="geo"))
        ),
        "regions with experiments": SmallWorld(
            regions, (), (make_effect(channel="meta_ads", **_SPAN),)
        ),
        "people with experiments": SmallWorld(
            people,
            ("--user-ids", "people"),
            (make_holdout(**_SPAN), make_geo(experiment_id="geo"), make_effect(goal="signup")),
        ),
        "people of devices, sampled": SmallWorld(
            people, ("--user-ids", "devices", "--max-people", "500")
        ),
        "people with a window and roles": SmallWorld(
            people,
            (
                *("--fit-from", "2026-01-12", "--fit-to", "2026-02-22"),
                *("--role", "facebook/share=arrival", "--time-zone", "Europe/Berlin"),
            ),
        ),
        "a history of everything": SmallWorld(tuple(events_of_history())),
    }
