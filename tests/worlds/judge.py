"""Compare answers with the truth: from a simulated world to one verdict per engagement type.

The estimates are those of the answer of ``/v1/roi``, so coverage, roles and the rules for
verdicts are tested together with the estimator.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.observations import Context, Observations
from chalicelib.attribution.within_user.panel import People
from chalicelib.services import answers
from tests.worlds.fits import fit_arrays, fit_records, ids_of
from tests.worlds.lines import write_lines
from tests.worlds.oracle import consult_totals
from tests.worlds.people import NOBODY, Journeys, KindInWorld, World, record, simulate
from tests.worlds.regions import RegionsWorld, observe_region_totals, simulate_regions
from tests.worlds.totals import TotalsWorld, observe_totals, simulate_totals
from tests.worlds.verdicts import Verdict, is_wrong

__all__ = ["Verdict", "judge", "judge_command_line", "observe"]

ORDER_VALUE_OF_TOTALS = 60.0


def judge(
    world: World | TotalsWorld | RegionsWorld,
    seed: int,
    *,
    declared: bool = False,
    arrays: bool = False,
) -> list[Verdict]:
    """Simulate, estimate, compare.

    Parameters
    ----------
    world : World, TotalsWorld or RegionsWorld
        In a world of heavy-tailed orders the value per engagement is compared.
    seed : int
    declared : bool, optional
        Declare covered days and promotions (worlds of people).
    arrays : bool, optional
        Pass arrays with known coverage, roles and promotions to the estimators, without the
        service's inference from events (worlds of people; worlds of totals always use arrays).
    """
    if isinstance(world, World):
        journeys = simulate(world, seed)
        if arrays:
            document = fit_arrays(observe(journeys), world.kinds, world.goal)
        else:
            document = fit_records(record(journeys), declared=declared)
        return _read(answers.roi(document), world, seed, journeys.truth)
    if isinstance(world, RegionsWorld):
        by_region = simulate_regions(world, seed)
        document = fit_arrays(observe_region_totals(by_region), world.kinds)
        return _read(answers.roi(document), world, seed, by_region.truth)
    totals = simulate_totals(world, seed)
    document = fit_arrays(observe_totals(totals), world.kinds)
    oracle = None if world.twins else consult_totals(totals)
    return _read(answers.roi(document), world, seed, totals.truth, oracle)


def judge_command_line(world: World, seed: int, *, declared: bool = False) -> list[Verdict]:
    """Simulate, write event lines, run `python -m chalicelib estimate` on them, compare."""
    journeys = simulate(world, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        write_lines(journeys, path, declared=declared)
        declaration = [] if (ids := ids_of(world)) is None else ["--user-ids", ids]
        output = subprocess.run(
            [sys.executable, "-m", "chalicelib", "estimate", str(path), *declaration],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    return _read(json.loads(output)["roi"], world, seed, journeys.truth)


def _read(
    roi: dict[str, Any],
    world: World | TotalsWorld | RegionsWorld,
    seed: int,
    truth: NDArray[np.float64],
    oracle: tuple[NDArray[np.float64], ...] | None = None,
) -> list[Verdict]:
    """The verdicts on an answer; a type missing in it counts as rejected."""
    by_value = isinstance(world, World) and world.judged_by_value
    measure = "value_per_engagement" if by_value else "conversions_per_engagement"
    unit = world.order_mean if isinstance(world, World) and by_value else 1.0
    found = {
        (channel["channel"], engagement["type"], engagement["paid"]): engagement
        for channel in roi["channels"]
        for engagement in channel["engagements"]
    }
    of_channels = _judge_channels(roi, world, truth)
    verdicts = []
    for k, kind in enumerate(world.kinds):
        got = found.get((kind.channel, kind.type, kind.paid))
        interval = {} if got is None else got[measure]
        flags = ["not_in_answer"] if got is None else [*got["reasons"], *got["warnings"]]
        if np.isnan(truth[k]) and kind.role == "cause":  # it did not happen
            continue
        said, wrong = of_channels.pop(kind.channel, ("", None)) if _is_cause(kind) else ("", None)
        verdicts.append(
            Verdict(
                world.name,
                seed,
                kind.name,
                float(truth[k] * unit) if _is_cause(kind) else 0.0,
                interval.get("estimate"),
                interval.get("ci_low"),
                interval.get("ci_high"),
                *((None,) * 3 if oracle is None else (float(part[k]) for part in oracle)),
                flags="; ".join(flags),
                role=kind.role,
                channel_verdict=said,
                channel_verdict_is_wrong=wrong,
            )
        )
    return verdicts


def _is_cause(kind: KindInWorld) -> bool:
    return kind.role == "cause"


def _judge_channels(
    roi: dict[str, Any], world: World | TotalsWorld | RegionsWorld, truth: NDArray[np.float64]
) -> dict[str, tuple[str, bool | None]]:
    """The verdict on each channel, and whether it is wrong."""
    order = world.order_mean if isinstance(world, World) else ORDER_VALUE_OF_TOTALS
    true_of = {
        (kind.channel, kind.type): float(truth[k])
        for k, kind in enumerate(world.kinds)
        if _is_cause(kind) and not np.isnan(truth[k])
    }
    caused: dict[str, float] = defaultdict(float)
    for channel in roi["channels"]:
        for one in channel["engagements"]:
            caused[channel["channel"]] += one["count"] * true_of.get(
                (channel["channel"], one["type"]), 0.0
            )
    conversions = float(roi["diagnostics"].get("conversions", 0.0))
    found = {}
    for channel in roi["channels"]:
        name, cost = channel["channel"], float(channel["cost"] or 0.0)
        gain = caused[name] * order / cost - 1.0 if cost > 0 else None
        said = channel["verdict"]
        found[name] = (
            said,
            is_wrong(said, caused=caused[name], gain=gain, conversions=conversions),
        )
    return found


def observe(journeys: Journeys) -> Observations:
    """The records as the estimators' input; events without an id are only in the totals."""
    world, records = journeys.world, record(journeys)
    n_kinds = len(world.kinds)
    counts = np.zeros((world.n_days, n_kinds))
    np.add.at(counts, (records.touch_day, records.touch_kind), records.touch_count)
    known, bought = records.touch_id != NOBODY, records.conversion_id != NOBODY
    seen = known & np.isin(records.touch_kind, world.indexes("cause"))
    first = np.full(records.n_ids, world.n_days)
    np.minimum.at(first, records.touch_id[seen], records.touch_day[seen])
    np.minimum.at(first, records.conversion_id[bought], records.conversion_day[bought])
    identified = np.bincount(
        records.touch_kind[known], records.touch_count[known], minlength=n_kinds
    )
    return Observations(
        names=tuple(kind.name for kind in world.kinds),
        counts=counts,
        identified=identified.astype(np.float64),
        roles=tuple(kind.role for kind in world.kinds),
        people=People(
            records.n_ids,
            world.n_days,
            n_kinds,
            records.touch_id[known],
            records.touch_day[known],
            records.touch_kind[known],
            records.touch_count[known].astype(np.float64),
            records.conversion_id[bought],
            records.conversion_day[bought],
            np.ones(int(bought.sum())),
            first,
        ),
        outcome=np.bincount(records.conversion_day, minlength=world.n_days).astype(np.float64),
        order_value=records.conversion_value,
        order_count=np.ones(records.conversion_day.size),
        coverage=Coverage(records.conversions_covered, records.touches_covered)
        if world.holes
        else None,
        context=_context(world),
    )


def _context(world: World) -> Context:
    """The known promotions, each as an annotation."""
    promotions = world.promotions if world.promotions_known else ()
    columns = np.zeros((world.n_days, len(promotions)))
    for number, promotion in enumerate(promotions):
        columns[promotion.span(world.n_days), number] = 1.0
    names = tuple(f"sale {number}" for number in range(1, len(promotions) + 1))
    return Context(names, columns) if names else Context()
