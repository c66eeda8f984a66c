"""The comparison of what shown stars are estimated to do with the truth, and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.search.star_changes import (
    ProductWeeks,
    Threshold,
    estimate_stars,
    exact_means,
)
from tests.worlds.stars import STAR_WORLDS, StarWorld, simulate_stars

Floats = NDArray[np.float64]
STEP = 0.5
HEADER = (
    "| world | seeds | changes | truth | bias | covers | claims an effect | placebo moves "
    "| mean rating, two-way: bias, claims | number of reviews, two-way: bias, claims |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class StarVerdict:
    """One world at one seed, in logarithms of sales; None without an estimate."""

    world: str
    seed: int
    changes: int
    truth: float
    estimate: float | None
    error: float | None
    critical: float | None
    placebo_moves: bool | None
    mean_effect: float
    mean_t: float
    """Of the mean rating in a regression with factors of products and weeks."""
    volume_effect: float
    volume_t: float
    """The same for the logarithm of the number of reviews."""
    reasons: str

    @property
    def covered(self) -> bool | None:
        """Whether the interval contains the truth."""
        if self.estimate is None or self.error is None or self.critical is None:
            return None
        return bool(abs(self.estimate - self.truth) <= self.critical * self.error)

    @property
    def claims(self) -> bool | None:
        """Whether the interval excludes zero."""
        if self.estimate is None or self.error is None or self.critical is None:
            return None
        return bool(abs(self.estimate) > self.critical * self.error)


def judge_stars(world: StarWorld, seed: int) -> StarVerdict:
    """Simulate a world and estimate it, and with two naive regressions."""
    data = simulate_stars(world, seed)
    found = estimate_stars(data, STEP)
    mean = exact_means(data)[:, ::7]
    number = np.cumsum(data.reviews, axis=1)[:, ::7]
    by_mean, by_number = _two_way(data, mean), _two_way(data, np.log1p(number))
    shown = found.shown
    return StarVerdict(
        world=world.name,
        seed=seed,
        changes=found.changes,
        truth=world.stars,
        estimate=shown and shown.effect,
        error=shown and shown.error,
        critical=shown and shown.critical,
        placebo_moves=_moves(found.placebo),
        mean_effect=by_mean[0],
        mean_t=by_mean[1],
        volume_effect=by_number[0],
        volume_t=by_number[1],
        reasons="; ".join(found.reasons),
    )


def star_table(verdicts: Iterable[StarVerdict], worlds: Sequence[str]) -> str:
    """A line per world with results."""
    rows = [v for v in verdicts if v.world in worlds]
    lines = [HEADER]
    for name in worlds:
        mine = [v for v in rows if v.world == name]
        if mine:
            lines.append(summarise_stars(name, mine))
    return "\n".join(lines)


def summarise_stars(title: str, rows: Sequence[StarVerdict]) -> str:
    """One line of the table. The naive biases are from what the worlds put into the display."""
    truth = rows[0].truth
    volume = STAR_WORLDS[rows[0].world].volume
    cells = (
        title,
        str(len(rows)),
        f"{np.mean([v.changes for v in rows]):.0f}",
        f"{truth:.2f}",
        _mean(v.estimate - truth for v in rows if v.estimate is not None),
        _percent(v.covered for v in rows),
        _percent(v.claims for v in rows),
        _percent(v.placebo_moves for v in rows),
        f"{_mean(v.mean_effect - truth for v in rows)}, "
        f"{_percent(abs(v.mean_t) > 2 for v in rows)}",
        f"{_mean(v.volume_effect - volume for v in rows)}, "
        f"{_percent(abs(v.volume_t) > 2 for v in rows)}",
    )
    return f"| {' | '.join(cells)} |"


def _two_way(data: ProductWeeks, regressor: Floats) -> tuple[float, float]:
    """Log sales on a regressor with factors of products and weeks; errors by product.

    Returns the coefficient and its t-value. Products count from their first rating on.
    """
    y, x = np.log(data.sales + 0.5), regressor
    whole = np.isfinite(x).all(axis=1) | (np.isfinite(x).mean(axis=1) > 0.9)
    y, x = y[whole], x[whole]
    x = np.where(np.isfinite(x), x, np.nanmean(x, axis=1, keepdims=True))
    for values in (x, y):
        values -= values.mean(axis=1, keepdims=True)
        values -= values.mean(axis=0, keepdims=True)
    squares = float((x**2).sum())
    beta = float((x * y).sum()) / squares
    score = (x * (y - beta * x)).sum(axis=1)
    return beta, beta * squares / float(np.sqrt((score**2).sum()))


def _moves(placebo: Threshold | None) -> bool | None:
    if placebo is None:
        return None
    return bool(abs(placebo.effect) > placebo.critical * placebo.error)


def _mean(values: Iterable[float]) -> str:
    known = list(values)
    return f"{np.mean(known):+.3f}".replace("-", "−") if known else "–"


def _percent(flags: Iterable[bool | None]) -> str:
    known = [flag for flag in flags if flag is not None]
    return f"{100 * np.mean(known):.1f} %" if known else "–"
