"""The comparison of plans with the truth, beside other ways to plan, and their table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.plans.allocation import build_ladders, divide
from chalicelib.attribution.plans.plan_decision import decide
from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.stored_curves import limits_of, planned_channels
from chalicelib.attribution.response_curves.curve_document import to_curve_document
from chalicelib.attribution.response_curves.curves import ChannelSpend, estimate_curves
from tests.worlds.budgets import (
    BudgetRun,
    BudgetWorld,
    Floats,
    observe_budgets,
    simulate_budgets,
)

HEADER = (
    "| world | seeds | best possible | last-click claims: came, loses | highest return: came, "
    "promised, loses | one best curve: came, promised, loses | plan: came, regret, loses, moves "
    "| promised / came where it moves | interval of the gain covers | chance stated / true |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)
LOSS = 0.002
"""A plan loses if it costs more than this share of what the channels bring."""
SUSPECT = frozenset({"intent_confounding_suspected", "placebo_failed", "same_day_demand_suspected"})


@dataclass(frozen=True)
class BudgetVerdict:
    """One world at one seed; gains as shares of what paid channels bring, or of spend if nothing.

    `frozen_moved` and `over_budget` must never be true.
    """

    world: str
    seed: int
    best: float
    claims: float
    argmax: float
    argmax_promised: float
    curve: float
    curve_promised: float
    verdict: str
    followed: float
    considered: float
    promised: float
    low: float
    high: float
    chance: float
    effective: float
    frozen: str
    frozen_moved: bool
    over_budget: bool


def judge_budgets(world: BudgetWorld, seed: int) -> BudgetVerdict:
    """Simulate a world, plan it, and compare."""
    run = simulate_budgets(world, seed)
    observed = observe_budgets(run)
    estimates = estimate_goal(observed)
    spends = [ChannelSpend(name, (k,), run.spend[:, k]) for k, name in enumerate(run.names)]
    curves = to_curve_document(estimate_curves(spends, observed.counts, estimates))
    frozen = {
        one["channel"]
        for one in curves["channels"]
        if one["reasons"] or one["together_with"] or SUSPECT & set(one["warnings"])
    }
    channels = planned_channels(curves, frozen)
    now = np.array([one.now for one in channels])
    low, high = np.array([limits_of(one, 0.3) for one in curves["channels"]]).T
    brought = run.value(now)
    unit = brought if brought > 0 else float(now.sum())

    def came(budget: Floats) -> float:
        return (run.value(budget) - brought) / unit

    last_click = _fill(now, low, high, run.claims)
    per_cost = estimates.value_mean * observed.counts.sum(axis=0) / run.spend.sum(axis=0)
    returns = np.nan_to_num(estimates.delta * per_cost)
    argmax = _fill(now, low, high, returns)
    modal, modal_promised = _one_best_curve(channels, now)
    plan = decide(channels)
    followed = now if plan is None else np.array([plan.spends[n] for n in run.names])
    considered = now if plan is None else np.array([plan.considered[n] for n in run.names])
    stays = [k for k, one in enumerate(channels) if one.frozen]
    return BudgetVerdict(
        world=world.name,
        seed=seed,
        best=came(_best(run, now, low, high)),
        claims=came(last_click),
        argmax=came(argmax),
        argmax_promised=float(returns @ (argmax - now)) / unit,
        curve=came(modal),
        curve_promised=modal_promised / unit,
        verdict="none" if plan is None else plan.verdict,
        followed=came(followed),
        considered=came(considered),
        promised=0.0 if plan is None else plan.gain.estimate / unit,
        low=0.0 if plan is None else plan.gain.low / unit,
        high=0.0 if plan is None else plan.gain.high / unit,
        chance=0.0 if plan is None else plan.chance_better,
        effective=curves["effective"],
        frozen=",".join(sorted(frozen)),
        frozen_moved=bool((considered[stays] != now[stays]).any()),
        over_budget=bool(considered.sum() > now.sum() * (1 + 1e-9)),
    )


def _fill(now: Floats, low: Floats, high: Floats, score: Floats) -> Floats:
    """All that may move goes to the channels with the highest score."""
    budget = low.copy()
    left = float(now.sum() - low.sum())
    for k in np.argsort(-score):
        more = min(left, float(high[k] - low[k]))
        budget[k] += more
        left -= more
    return budget


def _best(run: BudgetRun, now: Floats, low: Floats, high: Floats) -> Floats:
    """The best budget within the limits, by small exchanges with the truth."""
    budget, step = now.copy(), float(now.sum()) / 400
    mean = run.spend.mean(axis=0)

    def slopes(b: Floats) -> Floats:
        h = run.halves
        s = np.where(
            np.isinf(h),
            1.0,
            (h / np.where(np.isinf(h), 1.0, (h + b / mean * run.stocks) ** 2) * run.stocks).mean(
                axis=0
            )
            / (run.stocks / (h + run.stocks)).mean(axis=0),
        )
        return np.asarray(run.returns * np.where(np.isinf(h), 1.0, s))

    for _ in range(2000):
        slope = slopes(budget)
        up = np.where(budget + step <= high + 1e-9, slope, -np.inf)
        down = np.where(budget - step >= low - 1e-9, slope, np.inf)
        best, worst = int(np.argmax(up)), int(np.argmin(down))
        if up[best] <= down[worst] * (1 + 1e-3) + 1e-9:
            break
        budget[best] += step
        budget[worst] -= step
    return budget


def _one_best_curve(channels: Sequence[PlannedChannel], now: Floats) -> tuple[Floats, float]:
    """The plan of the most frequent curve of each channel, with its mean return."""
    movable = [k for k, one in enumerate(channels) if one.known]
    if len(movable) < 2:
        return now, 0.0
    single = []
    for k in movable:
        one = channels[k]
        bends = [one.shapes[s].half for s in one.shape_of]
        bend = max(set(bends), key=bends.count)
        inside = [s for s in one.shape_of if one.shapes[s].half == bend]
        modal = max(set(inside), key=inside.count)
        single.append(
            PlannedChannel(
                one.name,
                one.now,
                one.mean,
                one.low,
                one.high,
                returns=[float(np.mean(one.returns))],
                shapes=[one.shapes[modal]],
                shape_of=[0],
            )
        )
    ladders, _ = build_ladders(single)
    found = divide([one.expected() for one in ladders], [one.today for one in ladders])
    assert found is not None
    budget = now.copy()
    for k, ladder, place in zip(movable, ladders, found.places, strict=True):
        budget[k] = ladder.spends[place]
    return budget, found.gain


def budget_table(verdicts: Iterable[BudgetVerdict], worlds: Sequence[str]) -> str:
    """A line per world."""
    rows = list(verdicts)
    lines = [_line([v for v in rows if v.world == name]) for name in worlds]
    return "\n".join([HEADER, *(line for line in lines if line)])


def _line(rows: list[BudgetVerdict]) -> str:
    if not rows:
        return ""
    moved = [v for v in rows if v.verdict == "move"]
    best = np.mean([v.best for v in rows])
    regret = 1.0 - np.mean([v.followed for v in rows]) / best if best > 0.005 else None
    came = sum(v.considered for v in moved)
    ratio = sum(v.promised for v in moved) / came if came > 0 else None
    covered = np.mean([v.low <= v.considered <= v.high for v in rows])
    better = np.mean([v.considered > 0 for v in rows])
    cells = [
        rows[0].world,
        str(len(rows)),
        _percent([v.best for v in rows]),
        f"{_percent([v.claims for v in rows])}, {_loses([v.claims for v in rows])}",
        f"{_percent([v.argmax for v in rows])}, {_percent([v.argmax_promised for v in rows])}, "
        f"{_loses([v.argmax for v in rows])}",
        f"{_percent([v.curve for v in rows])}, {_percent([v.curve_promised for v in rows])}, "
        f"{_loses([v.curve for v in rows])}",
        f"{_percent([v.followed for v in rows])}, {'–' if regret is None else f'{regret:.2f}'}, "
        f"{_loses([v.followed for v in rows])}, {100 * len(moved) / len(rows):.0f} %",
        "–" if ratio is None else f"{ratio:.2f}",
        f"{covered:.2f}",
        f"{np.mean([v.chance for v in rows]):.2f} / {better:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def _percent(shares: Sequence[float]) -> str:
    return f"{100 * np.mean(shares):+.1f} %".replace("-", "−")


def _loses(shares: Sequence[float]) -> str:
    return f"{100 * np.mean([share < -LOSS for share in shares]):.0f} %"
