"""The table of `make worlds`: coverage, false claims, refusals and errors per world.

"Error / oracle" is the median relative error over the oracle's on the same kinds; "width / oracle"
the median of the intervals' widths over the oracle's.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tests.worlds.judge import Verdict

HEADER = (
    "| world | seeds | coverage | false claims | refused | median relative error "
    "| error / oracle | width / oracle |\n"
    "|---|---|---|---|---|---|---|---|"
)


def summarise(world: str, verdicts: Iterable[Verdict]) -> str:
    """One line of the table."""
    rows = list(verdicts)
    covered = [v.covered for v in rows if v.covered is not None]
    claims = [v.false_claim for v in rows if v.false_claim is not None]
    effects = [v for v in rows if v.truth > 0]
    refused = [v.estimate is None for v in effects]
    errors = [abs(v.estimate - v.truth) / v.truth for v in effects if v.estimate is not None]
    seeds = len({v.seed for v in rows})
    return (
        f"| {world} | {seeds} | {_percent(covered)} | {_percent(claims)} | {_percent(refused)} "
        f"| {f'{np.median(errors):.2f}' if errors else '–'} "
        f"| {_error_ratio(rows)} | {_width_ratio(rows)} |"
    )


def _error_ratio(rows: list[Verdict]) -> str:
    pairs = [
        (abs(v.estimate - v.truth) / v.truth, abs(v.oracle_estimate - v.truth) / v.truth)
        for v in rows
        if v.truth > 0 and v.estimate is not None and v.oracle_estimate is not None
    ]
    if not pairs:
        return "–"
    ours, oracle = np.median(pairs, axis=0)
    return f"{ours / oracle:.2f}"


def _width_ratio(rows: list[Verdict]) -> str:
    ratios = [
        (v.high - v.low) / (v.oracle_high - v.oracle_low)
        for v in rows
        if v.high is not None
        and v.low is not None
        and v.oracle_high is not None
        and v.oracle_low is not None
    ]
    return f"{np.median(ratios):.2f}" if ratios else "–"


def _percent(flags: list[bool]) -> str:
    return f"{100 * np.mean(flags):.1f} %" if flags else "–"
