"""The table of `make worlds`: coverage, false claims, refusals and errors per world."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tests.worlds.judge import Verdict

HEADER = (
    "| world | seeds | coverage | false claims | refused | median relative error |\n"
    "|---|---|---|---|---|---|"
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
        f"| {f'{np.median(errors):.2f}' if errors else '–'} |"
    )


def _percent(flags: list[bool]) -> str:
    return f"{100 * np.mean(flags):.1f} %" if flags else "–"
