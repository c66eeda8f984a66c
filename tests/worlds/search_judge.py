"""The comparison of estimates of the path through search with the truth, and their table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import ARRIVAL, CAUSE, Observations
from chalicelib.attribution.search.path_bounds import bound_path, measure_visits
from chalicelib.attribution.search.search_paths import (
    Side,
    is_strong,
    path_bound,
    path_by_instrument,
)
from chalicelib.attribution.within_user.panel import People
from tests.worlds.search import SearchRun, SearchWorld, simulate_search

SLOW = "search_slow_rank"
"""The world whose effects come over months, which totals do not show."""
HEADER = (
    "| world | runs | total: covers | total: false | visits: covers | visits: false "
    "| at most holds | at most / truth | product / truth | visits follow | instrument covers "
    "| instrument used |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class SearchVerdict:
    """One cause of one world at one seed, per engagement; None without an estimate."""

    world: str
    seed: int
    cause: str
    total_truth: float
    total: float | None
    total_low: float | None
    total_high: float | None
    visits_truth: float
    visits: float | None
    visits_low: float | None
    visits_high: float | None
    through_truth: float
    at_most: float | None
    product: float | None
    """Visits per engagement times conversions per visit: what mediation analysis would say."""
    through: float | None
    through_low: float | None
    through_high: float | None
    """By the declared instrument."""
    instrument: bool
    """Whether the world has one."""
    follows: bool
    flags: str

    @property
    def total_covered(self) -> bool | None:
        """Whether the interval of the total contains the truth."""
        return _between(self.total_low, self.total_truth, self.total_high)

    @property
    def visits_covered(self) -> bool | None:
        """The same for visits."""
        return _between(self.visits_low, self.visits_truth, self.visits_high)

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds."""
        return None if self.at_most is None else self.through_truth <= self.at_most + 1e-12

    @property
    def through_covered(self) -> bool | None:
        """Whether the interval of the instrument contains the truth."""
        if self.through is None:
            return None
        low = -np.inf if self.through_low is None else self.through_low
        high = np.inf if self.through_high is None else self.through_high
        return bool(low <= self.through_truth <= high)


def observe_search(run: SearchRun) -> Observations:
    """The totals as the estimators' input, without user ids; visits are the last type."""
    names = (*run.names, "organic_search/click")
    none, n_kinds = np.zeros(0, dtype=np.int64), len(names)
    no_weights = np.zeros(0)
    n_days = run.outcome.size
    return Observations(
        names=names,
        counts=np.column_stack([run.counts, run.visits]),
        identified=np.zeros(n_kinds),
        roles=(*(CAUSE for _ in run.names), ARRIVAL),
        people=People(
            0, n_days, n_kinds, none, none, none, no_weights, none, none, no_weights, none
        ),
        outcome=run.outcome,
        order_value=run.outcome * 60.0,
        order_count=run.outcome,
    )


def judge_search(world: SearchWorld, seed: int) -> list[SearchVerdict]:
    """Simulate a world and estimate it."""
    run = simulate_search(world, seed)
    observed = observe_search(run)
    search = np.array([len(run.names)])
    totals = estimate_goal(observed)
    measured = measure_visits(observed, search)
    assert measured.draft is not None, "every world has search visits"
    draft = measured.draft
    worth = bound_path(observed, search, draft)
    named = world.instrument
    chosen = run.names.index(named) if named is not None else -1
    sides = [
        (
            _side(totals.methods[k], totals.delta[k], totals.cov[k, k], totals.critical[k]),
            _side(draft.methods[k], draft.delta[k], draft.cov[k, k], draft.critical[k]),
        )
        for k in range(len(run.names))
    ]
    found = []
    for k, (total, visits) in enumerate(sides):
        through = None
        if chosen >= 0 and chosen != k and is_strong(sides[chosen][1]) and visits is not None:
            through = path_by_instrument(
                visits, _known(sides[chosen][0]), _known(sides[chosen][1]), draft.cov[k, chosen]
            )
        most = None if np.isnan(worth.most[k]) else float(worth.most[k])
        product = None
        if worth.fit is not None and visits is not None:
            product = visits.estimate * worth.fit.effect
        found.append(
            SearchVerdict(
                world=world.name,
                seed=seed,
                cause=run.names[k],
                total_truth=float(run.total_truth[k]),
                total=total and total.estimate,
                total_low=total and total.low,
                total_high=total and total.high,
                visits_truth=float(run.visits_truth[k]),
                visits=visits and visits.estimate,
                visits_low=visits and visits.low,
                visits_high=visits and visits.high,
                through_truth=float(run.through_truth[k]),
                at_most=path_bound(total, most),
                product=product,
                through=through and through.estimate,
                through_low=through and through.low,
                through_high=through and through.high,
                instrument=chosen >= 0 and chosen != k,
                follows="visits_follow_conversions" in worth.warnings,
                flags="; ".join((*totals.warnings[k], *draft.reasons[k], *worth.reasons)),
            )
        )
    return found


def search_table(verdicts: Iterable[SearchVerdict], worlds: Sequence[str]) -> str:
    """A line per world with results, and one for all but `SLOW` together."""
    rows = [v for v in verdicts if v.world in worlds]
    lines = [HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if mine:
            lines.append(summarise_search(name, mine))
    others = [v for v in rows if v.world != SLOW]
    if others:
        lines.append(summarise_search(f"all but {SLOW} together", others))
    return "\n".join(lines)


def summarise_search(title: str, rows: Sequence[SearchVerdict]) -> str:
    """One line of the table. Ratios are medians over causes with a path through search."""
    on_path = [v for v in rows if v.through_truth > 0]
    with_instrument = [v for v in rows if v.instrument]
    cells = (
        title,
        str(len({(v.world, v.seed) for v in rows})),
        _percent(v.total_covered for v in rows),
        _percent(_differs(v.total_low, v.total_high) for v in rows if v.total_truth == 0),
        _percent(v.visits_covered for v in rows),
        _percent(_differs(v.visits_low, v.visits_high) for v in rows if v.visits_truth == 0),
        _percent(v.holds for v in rows),
        _median(v.at_most / v.through_truth for v in on_path if v.at_most is not None),
        _median(v.product / v.through_truth for v in on_path if v.product is not None),
        _percent(v.follows for v in rows),
        _percent(v.through_covered for v in with_instrument),
        _percent(v.through is not None for v in with_instrument),
    )
    return f"| {' | '.join(cells)} |"


def _side(method: str | None, estimate: float, variance: float, critical: float) -> Side | None:
    if method is None:
        return None
    return Side(float(estimate), float(np.sqrt(variance)), float(critical))


def _known(side: Side | None) -> Side:
    assert side is not None, "the totals of these worlds are estimated together with the visits"
    return side


def _between(low: float | None, truth: float, high: float | None) -> bool | None:
    return None if low is None or high is None else low <= truth <= high


def _differs(low: float | None, high: float | None) -> bool | None:
    return None if low is None or high is None else low > 0 or high < 0


def _percent(flags: Iterable[bool | None]) -> str:
    known = [flag for flag in flags if flag is not None]
    return f"{100 * np.mean(known):.1f} %" if known else "–"


def _median(values: Iterable[float]) -> str:
    known = list(values)
    return f"{np.median(known):.1f}" if known else "–"
